"""Accounts: the owner, the cars, and the permissions."""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


class Scope(StrEnum):
    """A permission of an account."""

    STATUS = "BATTERY_CHARGE_STATUS"
    HISTORY = "BATTERY_CHARGE_HISTORY"
    ACTIVATION = "BATTERY_CHARGE_REMOTE_ACTIVATION"
    SCHEDULING = "BATTERY_CHARGE_SCHEDULING"
    PRECONDITIONING = "AC_REMOTE_CONTROL"
    LOW_ALERT = "BATTERY_CHARGE_LOWALERT"


class Restriction(StrEnum):
    """Where an account whose country has moved to MY Renault is rejected."""

    NONE = "none"
    LOGIN = "login"
    EVERYWHERE = "everywhere"


@dataclass
class Account:
    """An account; its phone number is in a range that Ofcom reserves for fiction."""

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
        """Return the email address for case-insensitive comparison."""
        return self.username.casefold()

    @property
    def active(self) -> str | None:
        """Return the VIN of the active car, by default the first."""
        return self.active_vin if self.active_vin in self.vins else next(iter(self.vins), None)

    def identifier(self, purpose: str) -> str:
        """Return a stable identifier for a purpose."""
        return opaque_id(purpose, self.key)


def opaque_id(*parts: str) -> str:
    """Return a stable identifier of 24 hexadecimal characters."""
    return sha256("/".join(parts).encode()).hexdigest()[:24]


def activation_code(vin: str) -> str:
    """Return the activation code of a car."""
    return opaque_id("activation", vin)[:8].upper()
