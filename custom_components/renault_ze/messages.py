"""Translate errors and sentences."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
import math
from typing import Any, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .cloud.exceptions import (
    AuthenticationError,
    CloudError,
    CountryMovedError,
    RedirectedError,
    RefusedError,
    RejectedError,
    SecondFactorError,
    SparedError,
    ThrottledError,
    UnexpectedAnswerError,
    UnsupportedError,
    WrongCodeError,
)
from .cloud.models import ChargeSchedule, ChargeWindow, Part, Weekday
from .cloud.schedule import DAY, ScheduleError, end_of
from .const import DAY_NAMES, DOMAIN
from .vehicle.commands import CommandError
from .views.plan_entities import Sentence

_KEYS: Mapping[type, str] = {
    AuthenticationError: "invalid_auth",
    SecondFactorError: "second_factor",
    CountryMovedError: "country_moved",
    SparedError: "spared",
    ThrottledError: "throttled",
    RejectedError: "rejected",
    WrongCodeError: "wrong_code",
    UnsupportedError: "not_offered",
    UnexpectedAnswerError: "unexpected_answer",
    RedirectedError: "redirected",
    CloudError: "cannot_connect",
}
# A word that stands alone.
CHARGE = "word_charge"


class Translation(TypedDict):
    """A message in the owner's language, in the form Home Assistant's exceptions take."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def translated(err: CloudError | CommandError) -> Translation:
    """Return an error as a message."""
    if isinstance(err, CommandError):
        return Translation(translation_domain=DOMAIN, translation_key=err.key, translation_placeholders={})
    return Translation(
        translation_domain=DOMAIN, translation_key=_text_key(err), translation_placeholders=_placeholders(err)
    )


async def schedule_error(hass: HomeAssistant, err: ScheduleError) -> ServiceValidationError:
    """Return what is wrong with a schedule or a plan, its days named in the owner's language.

    The calendar page shows the message as it is, where an action's error is put into words by its key.
    """
    texts = {
        key: text
        for category in ("exceptions", "selector")
        for key, text in (await async_get_translations(hass, hass.config.language, category, {DOMAIN})).items()
    }
    days = [texts[f"component.{DOMAIN}.selector.weekday.options.{DAY_NAMES[each]}"] for each in err.weekdays]
    given = {"days": ", ".join(days), "value": err.value}
    if err.choices:
        given["choices"] = ", ".join(err.choices)
    return ServiceValidationError(
        texts[f"component.{DOMAIN}.exceptions.{err.key}.message"].format(**given),
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders=given,
    )


def failed_poll(answers: Mapping[Part, Any]) -> HomeAssistantError | None:
    """Return why a poll failed: the credentials are refused, or nothing was answered; None where it did not."""
    errors = [answer for answer in answers.values() if isinstance(answer, CloudError)]
    failure: HomeAssistantError | None = None
    if (refused := next((err for err in errors if isinstance(err, AuthenticationError)), None)) is not None:
        failure = ConfigEntryAuthFailed(**translated(refused))
        failure.__cause__ = refused
    elif errors and len(errors) == len(answers):
        failure = UpdateFailed(**translated(errors[0]))
        failure.__cause__ = errors[0]
    return failure


def error_key(err: CloudError) -> str:
    """Return the key of an error's family, as the configuration flow shows it."""
    if isinstance(err, SecondFactorError) and not err.possible:
        return "second_factor_impossible"
    return next(_KEYS[family] for family in type(err).__mro__ if family in _KEYS)


def _text_key(err: CloudError) -> str:
    """Return the key of an error's message: of our own reason, of the server's that is quoted, or of its family."""
    if isinstance(err, RefusedError) and err.key:
        return err.key
    if isinstance(err, UnsupportedError) and not err.reason:
        return "unsupported"
    if isinstance(err, ThrottledError) and err.retry_after is None:
        return "throttled_unknown_wait"
    return error_key(err)


def _placeholders(err: CloudError) -> dict[str, str]:
    """Return the particulars of an error."""
    match err:
        case ThrottledError(retry_after=timedelta() as wait):
            return {"minutes": str(max(1, math.ceil(wait / timedelta(minutes=1))))}
        case RefusedError() if err.key:
            return err.particulars
        case RejectedError() if not isinstance(err, WrongCodeError):
            return {"reason": err.reason or str(err)}
        case UnsupportedError() if err.reason:
            return {"reason": err.reason}
    return {}


@callback
def read(hass: HomeAssistant, sentence: Sentence) -> str | None:
    """Return a sentence to be read, its times on the owner's clock; None in a language that is still being loaded."""
    texts = async_get_cached_translations(hass, hass.config.language, sentence.category, DOMAIN)
    text = texts.get(f"component.{DOMAIN}.{sentence.category}.{sentence.key}")
    return text and text.format(**{name: _filled(hass, each) for name, each in sentence.placeholders.items()})


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
