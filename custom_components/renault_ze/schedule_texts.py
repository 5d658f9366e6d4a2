"""Charge schedules in words."""

from collections.abc import Iterable, Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .cloud.models import ChargeSchedule, ChargeWindow, Weekday
from .cloud.schedule import end_of
from .const import DAY_NAMES, DOMAIN
from .messages import formatted


async def schedule_in_words(hass: HomeAssistant, schedule: ChargeSchedule) -> str:
    """Return a charge schedule in one line: each time span with its days."""
    days = await _weekdays(hass)
    times: dict[str, list[str]] = {}
    for window in sorted(schedule.windows):
        times.setdefault(_span(hass, window), []).append(days[window.weekday])
    return "; ".join(f"{span} ({', '.join(names)})" for span, names in times.items())


def compared_schedules(hass: HomeAssistant, *schedules: ChargeSchedule) -> dict[str, str]:
    """Return by weekday the cells of a table row with one column for each schedule; differences are bold."""
    rows = {}
    for day, name in DAY_NAMES.items():
        cells = ["24 h" if each.enabled is False else _spans(hass, each.on(day)) for each in schedules]
        mark = "" if len(set(cells)) == 1 else "**"
        rows[name] = " | ".join(f"{mark}{cell}{mark}" for cell in cells)
    return rows


async def _weekdays(hass: HomeAssistant) -> Mapping[Weekday, str]:
    """Return the names of the weekdays, from Monday on."""
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    return {day: texts[f"component.{DOMAIN}.selector.weekday.options.{DAY_NAMES[day]}"] for day in Weekday}


def _span(hass: HomeAssistant, window: ChargeWindow) -> str:
    """Return the start and end of a window."""
    return f"{formatted(hass, window.start)} - {formatted(hass, end_of(window))}"


def _spans(hass: HomeAssistant, windows: Iterable[ChargeWindow]) -> str:
    """Return the start and end of each window of a day."""
    return ", ".join(_span(hass, each) for each in windows) or "-"
