"""The owners: who they are, which cars are theirs, and what they may do."""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


class Scope(StrEnum):
    """What an account may do."""

    STATUS = "BATTERY_CHARGE_STATUS"
    HISTORY = "BATTERY_CHARGE_HISTORY"
    ACTIVATION = "BATTERY_CHARGE_REMOTE_ACTIVATION"
    SCHEDULING = "BATTERY_CHARGE_SCHEDULING"
    PRECONDITIONING = "AC_REMOTE_CONTROL"
    LOW_ALERT = "BATTERY_CHARGE_LOWALERT"


class Restriction(StrEnum):
    """Where an account whose country has moved is turned away."""

    NONE = "none"
    LOGIN = "login"
    EVERYWHERE = "everywhere"


@dataclass
class Account:
    """An owner; the telephone number is one that Ofcom keeps for fiction."""

    username: str
    password: str
    vins: list[str]
    active_vin: str | None = None
    country: str = "GB"
    locale: str = "en_GB"
    timezone: str = "Europe/London"
    first_name: str = "Alex"
    last_name: str = "Example"
    phone_number: str = "+447700900123"
    scopes: list[Scope] = field(default_factory=lambda: list(Scope))
    restriction: Restriction = Restriction.NONE

    @property
    def key(self) -> str:
        """Return the e-mail as it is compared: without regard to case."""
        return self.username.casefold()

    @property
    def active(self) -> str | None:
        """Return the VIN of the active car, the first unless another was chosen."""
        return self.active_vin if self.active_vin in self.vins else next(iter(self.vins), None)

    def identifier(self, purpose: str) -> str:
        """Return an opaque identifier, always the same for a purpose."""
        return opaque_id(purpose, self.key)


def opaque_id(*parts: str) -> str:
    """Return 24 characters that say nothing."""
    return sha256("/".join(parts).encode()).hexdigest()[:24]


def activation_code(vin: str) -> str:
    """Return the activation code of a car."""
    return opaque_id("activation", vin)[:8].upper()
