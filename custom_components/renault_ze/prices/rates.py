"""Lists and units of prices, as integrations put them into attributes of entities and responses of actions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
import math
from operator import itemgetter
from typing import Any, NamedTuple

from homeassistant.util import dt as dt_util

from ..vehicle.prices import Price

_BEGINS = (
    "start",
    "start_time",
    "startsAt",
    "starts_at",
    "from",
    "time",
    "datetime",
    "timestamp",
    "hour",
    "valid_from",
)
_ENDS = ("end", "end_time", "endsAt", "ends_at", "till", "to", "valid_to")
# Values and their own factor for a price per kWh, None for those in the unit of the entity.
_VALUES: Mapping[str, float | None] = {
    "value": None,
    "value_inc_vat": None,
    "price_per_kwh": 1,
    "per_kwh": 1,
    "price_ct_per_kwh": 0.01,
    "price_eur_per_mwh": 0.001,
    "total": None,
    "price": None,
}
# Attributes that together contain all prices; the first ones found count, because some entities have several forms.
_ATTRIBUTES = (
    ("raw_today", "raw_tomorrow"),
    ("prices_today", "prices_tomorrow"),
    ("prices",),
    ("today", "tomorrow"),
    ("data",),
    ("rates",),
    ("forecasts",),
    ("forecast",),
)
_HOUR = timedelta(hours=1)
_ENERGIES = {"wh": 0.001, "kwh": 1, "mwh": 1000}
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₴": "UAH", "¥": "JPY"}
# Used by several currencies, which Home Assistant's currency tells apart.
_AMBIGUOUS = {"$", "kr", "kr."}
_HUNDREDTHS = {"c", "ct", "cent", "cents", "¢", "c€", "p", "pence", "öre", "øre", "rp", "gr"}
_CURRENCIES_OF_HUNDREDTHS = {"c€": "EUR", "p": "GBP", "pence": "GBP", "rp": "CHF", "gr": "PLN"}


def prices_in_attributes(attributes: Mapping[str, Any], factor: float) -> list[Price]:
    """Return the prices in the attributes of an entity, whose values are multiplied by a factor."""
    for names in _ATTRIBUTES:
        rows = {name: attributes[name] for name in names if isinstance(attributes.get(name), list)}
        plain = [each for name, values in rows.items() for each in _day_of_values(name, values, factor)]
        if found := plain or listed_prices((row for each in rows.values() for row in each), factor):
            return found
    return []


def listed_prices(rows: Iterable[Any], factor: float = 1) -> list[Price]:
    """Return the prices of a list, in order; rows that are invalid are left out.

    Without an end, a price applies for the shortest time between two of them, at most an hour.
    """
    found = sorted((each for row in rows if isinstance(row, Mapping) for each in _row(row, factor)), key=itemgetter(0))
    begins = [begin for begin, _, _ in found]
    apart = [later - earlier for earlier, later in pairwise(begins) if later > earlier]
    length = min([*apart, _HOUR])
    return [Price(begin, begin + length if end is None else end, value) for begin, end, value in found]


def _row(row: Mapping[str, Any], factor: float) -> Iterator[tuple[datetime, datetime | None, float]]:
    """Yield begin, end, and price of a valid row; the end is None if it has none."""
    begin, end = _instant(row, _BEGINS), _instant(row, _ENDS)
    for name, own_factor in _VALUES.items():
        if begin is not None and (value := number(row.get(name))) is not None:
            yield begin, end, value * (factor if own_factor is None else own_factor)
            return


def _day_of_values(name: str, values: list[Any], factor: float) -> list[Price]:
    """Return the prices of a list of plain numbers: those of a whole day, divided into equal parts."""
    if not values or any(each is not None and not isinstance(each, int | float) for each in values):
        return []
    day = dt_util.now().date() + timedelta(days="tomorrow" in name)
    begin, end = _midnight(day), _midnight(day + timedelta(days=1))
    length = (end - begin) / len(values)
    numbers = [number(each) for each in values]
    parts = [(begin + length * index, each) for index, each in enumerate(numbers) if each is not None]
    return [Price(at, at + length, each * factor) for at, each in parts]


def _midnight(day: date) -> datetime:
    """Return when a day begins at home, in UTC."""
    return dt_util.as_utc(dt_util.start_of_local_day(day))


def _instant(row: Mapping[str, Any], names: Iterable[str]) -> datetime | None:
    """Return the first valid instant of some fields in UTC, to the minute: some prices begin a second later."""
    for name in names:
        value = row.get(name)
        found = dt_util.parse_datetime(value) if isinstance(value, str) else value
        if isinstance(found, datetime):
            # A time without a zone is in the home's time zone.
            return dt_util.as_utc(found).replace(second=0, microsecond=0)
    return None


def number(value: Any) -> float | None:
    """Return a finite number, also from a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


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
