"""Numbers, times, and dates by Home Assistant's language and country."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
import math
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, get_datetime_format
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .vehicle.prices import Amount, UnitPrice

_LOCALE: HassKey[Locale] = HassKey(f"{DOMAIN}.locale")


async def async_setup_locale(hass: HomeAssistant) -> None:
    """Load the locale for times and dates, again after a change of Home Assistant's language or country."""

    async def load(_: Event[Any] | None = None) -> None:
        hass.data[_LOCALE] = await hass.async_add_executor_job(babel_locale, hass.config.language, hass.config.country)

    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, load)
    await load()


def babel_locale(language: str, country: str | None) -> Locale:
    """Return the locale of a language in a country, loaded from disk; without one, that of the language.

    English in a country without an English locale has 24 hours.
    """
    international = ("en-150",) if language == "en" else ()
    for name in (*((f"{language}-{country}", *international) if country else ()), language):
        try:
            locale = Locale.parse(name, sep="-")
        except UnknownLocaleError, ValueError:
            continue
        _format(locale, datetime(2026, 12, 5, tzinfo=UTC), with_year=True)
        return locale
    return babel_locale("en", country)


def formatted(hass: HomeAssistant, value: date | time | timedelta | Amount | UnitPrice) -> str:
    """Return a value by Home Assistant's language and country, or a duration such as "1 h 50 min".

    An instant is shown in Home Assistant's time zone, an amount with a currency or one decimal.
    """
    if isinstance(value, UnitPrice):
        return _price(hass.data[_LOCALE], value)
    if isinstance(value, Amount):
        return _amount(hass.data[_LOCALE], value)
    if isinstance(value, timedelta):
        hours, minutes = divmod(math.ceil(value / timedelta(minutes=1)), 60)
        return " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes or not hours else [])])
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = dt_util.as_local(value)
    with_year = isinstance(value, date) and value.year != dt_util.now().year
    return _format(hass.data[_LOCALE], value, with_year=with_year)


@lru_cache(maxsize=64)
def _format(locale: Locale, value: date | time, *, with_year: bool) -> str:
    """Return a time or date in a locale, such as "6:00 PM" and "Dec 5"."""
    if isinstance(value, datetime):
        day, clock = _format(locale, value.date(), with_year=with_year), _format(locale, value.time(), with_year=False)
        return str(get_datetime_format("medium", locale)).format(clock, day)
    if isinstance(value, time):
        # Speech and plain-text notifications do not expect the narrow space in "6:00 PM".
        return format_time(value, "short", locale=locale).replace("\N{NARROW NO-BREAK SPACE}", " ")
    return format_skeleton("yMMMd" if with_year else "MMMd", value, locale=locale)


def _amount(locale: Locale, amount: Amount) -> str:
    """Return a number with one decimal, or an amount of money with the symbol of its currency."""
    if amount.currency is None:
        return format_decimal(amount.value, "0.0", locale)
    return format_currency(amount.value, amount.currency, locale=locale)


def _price(locale: Locale, price: UnitPrice) -> str:
    """Return a price such as "0.09 €/kWh"."""
    symbol = "" if price.currency is None else get_currency_symbol(price.currency, locale)
    return f"{format_decimal(round(price.per_kwh, 4), '#,##0.00##', locale)}\N{NO-BREAK SPACE}{symbol}/kWh"
