"""Units of electricity prices, as Home Assistant's entities name them."""

from typing import NamedTuple

_ENERGIES = {"wh": 0.001, "kwh": 1, "mwh": 1000}
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₴": "UAH", "¥": "JPY"}
# Used by several currencies, which Home Assistant's currency tells apart.
_AMBIGUOUS = {"$", "kr", "kr."}
_HUNDREDTHS = {"c", "ct", "cent", "cents", "¢", "c€", "p", "pence", "öre", "øre", "rp", "gr"}
_CURRENCIES_OF_HUNDREDTHS = {"c€": "EUR", "p": "GBP", "pence": "GBP", "rp": "CHF", "gr": "PLN"}


class PriceUnit(NamedTuple):
    """A unit: by how much its values are multiplied for a price per kWh, and its currency, None if not named."""

    factor: float
    currency: str | None


def price_unit(unit: str | None) -> PriceUnit | None:
    """Return a unit such as "EUR/kWh", "€/MWh", or "ct/kWh"; without one, a price per kWh; None if it is no price."""
    if not unit:
        return PriceUnit(1, None)
    money, _, energy = (part.strip() for part in unit.partition("/"))
    per_kwh = _ENERGIES.get(energy.lower())
    if per_kwh is None:
        return None
    if (name := money.lower()) in _HUNDREDTHS:
        return PriceUnit(0.01 / per_kwh, _CURRENCIES_OF_HUNDREDTHS.get(name))
    if name in _SYMBOLS or name in _AMBIGUOUS:
        return PriceUnit(1 / per_kwh, _SYMBOLS.get(name))
    if len(money) == len("EUR") and money.isascii() and money.isalpha():
        return PriceUnit(1 / per_kwh, money.upper())
    return None
