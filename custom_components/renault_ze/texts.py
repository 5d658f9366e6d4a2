"""What is said in the language of the owner's Home Assistant where Home Assistant does not translate it by itself."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations
from homeassistant.util import dt as dt_util

from .cloud.models import ChargeSchedule, ChargeWindow, Weekday
from .const import DOMAIN
from .outlook import Sentence
from .responses import DAY_NAMES
from .schedule import DAY, end_of

# A word that stands alone.
CHARGE = "word_charge"


@callback
def read(hass: HomeAssistant, sentence: Sentence) -> str | None:
    """Return a sentence to be read, its times on the owner's clock; None in a language that is still being loaded."""
    texts = async_get_cached_translations(hass, hass.config.language, sentence.category, DOMAIN)
    text = texts.get(f"component.{DOMAIN}.{sentence.category}.{sentence.key}")
    return text and text.format(**{name: _filled(hass, each) for name, each in sentence.particulars.items()})


def _filled(hass: HomeAssistant, particular: str | datetime | Sentence) -> str | None:
    """Return what is filled into a sentence."""
    if isinstance(particular, Sentence):
        return read(hass, particular)
    if isinstance(particular, datetime):
        return read(hass, moment(dt_util.as_local(particular), dt_util.now().date()))
    return particular


def moment(local: datetime, today: date) -> Sentence:
    """Return when something is: today, on a weekday, or on a date whose weekday would be taken for a nearer one."""
    clock, apart = f"{local:%H:%M}", abs(local.date() - today)
    if not apart:
        return Sentence("clock_today", {"time": clock})
    if apart < 7 * DAY:
        return Sentence(f"clock_{DAY_NAMES[Weekday(local.weekday())]}", {"time": clock})
    return Sentence("clock_date", {"date": local.date().isoformat(), "time": clock})


async def week_in_words(hass: HomeAssistant, schedule: ChargeSchedule) -> str:
    """Return a week as a person reads it: each time of day with its days."""
    days = await _weekdays(hass)
    times: dict[str, list[str]] = {}
    for window in sorted(schedule.windows):
        times.setdefault(_span(window), []).append(days[window.weekday])
    return "; ".join(f"{span} ({', '.join(names)})" for span, names in times.items())


def weeks_side_by_side(*weeks: ChargeSchedule) -> dict[str, str]:
    """Return for each weekday by its name the cells of a row in a table; where the weeks differ they stand out."""
    rows = {}
    for day, name in DAY_NAMES.items():
        cells = ["00:00 - 24:00" if each.enabled is False else _spans(each.on(day)) for each in weeks]
        mark = "" if len(set(cells)) == 1 else "**"
        rows[name] = " | ".join(f"{mark}{cell}{mark}" for cell in cells)
    return rows


async def _weekdays(hass: HomeAssistant) -> Mapping[Weekday, str]:
    """Return the names of the weekdays, from Monday on."""
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    return {day: texts[f"component.{DOMAIN}.selector.weekday.options.{DAY_NAMES[day]}"] for day in Weekday}


def _span(window: ChargeWindow) -> str:
    """Return the times of a window."""
    return f"{window.start:%H:%M} - {end_of(window):%H:%M}"


def _spans(windows: Iterable[ChargeWindow]) -> str:
    """Return the times of the windows of a day."""
    return ", ".join(map(_span, windows)) or "-"
