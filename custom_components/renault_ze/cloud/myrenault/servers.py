"""Which servers are spoken to, and which of an owner's accounts there."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from renault_api.const import (
    AVAILABLE_LOCALES,
    CONF_GIGYA_APIKEY,
    CONF_GIGYA_URL,
    CONF_KAMEREON_APIKEY,
    CONF_KAMEREON_URL,
)

_ANY_KEY = "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """Servers in place of Renault's own; addresses without a slash at their end, which the library would double."""

    gigya: str
    gigya_key: str
    kamereon: str
    kamereon_key: str

    @classmethod
    def at(cls, address: str) -> Self:
        """Return both servers below one address, such as the simulator's; raise ValueError for one that is none."""
        root = address.strip().rstrip("/")
        parts = urlsplit(root)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("An address begins with http:// or https:// and ends with its path")
        return cls(gigya=f"{root}/gigya", gigya_key=_ANY_KEY, kamereon=f"{root}/kamereon", kamereon_key=_ANY_KEY)

    @property
    def details(self) -> dict[str, str]:
        """Return them as the library takes them: all four, or it would fill the gaps with Renault's own."""
        return {
            CONF_GIGYA_URL: self.gigya,
            CONF_GIGYA_APIKEY: self.gigya_key,
            CONF_KAMEREON_URL: self.kamereon,
            CONF_KAMEREON_APIKEY: self.kamereon_key,
        }


def addresses(servers: Servers | None, locale: str) -> list[str]:
    """Return which addresses may be asked: those of the servers, or Renault's own for a locale."""
    details = AVAILABLE_LOCALES.get(locale, {}) if servers is None else servers.details
    return [details[key] for key in (CONF_GIGYA_URL, CONF_KAMEREON_URL) if key in details]


@dataclass(frozen=True, kw_only=True, slots=True)
class Garage:
    """One of an owner's accounts that holds cars: its id, its kind such as MYRENAULT, and their VINs."""

    id: str
    kind: str
    vins: tuple[str, ...]
