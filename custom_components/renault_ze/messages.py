"""Translated errors and sentences."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict, Unpack

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RedirectedError,
    RefusedError,
    RejectedError,
    RequestLimitError,
    SecondFactorError,
    ThrottledError,
    TokenRefusedError,
    UnexpectedResponseError,
    UnsupportedError,
    WrongCodeError,
)
from .cloud.models import DAY_NAMES, EVERY_DAY, Part, Weekday
from .cloud.schedule import DAY, WEEK, ScheduleError
from .const import DOMAIN
from .formats import formatted
from .plan.planner import Rejection
from .plan.steps import Refusal
from .vehicle.results import CommandError
from .views.sentences import Placeholder, Sentence

_KEYS: Mapping[type, str] = {
    AuthenticationError: "invalid_auth",
    SecondFactorError: "second_factor",
    CountryMovedError: "country_moved",
    RequestLimitError: "request_limit",
    ThrottledError: "throttled",
    RejectedError: "rejected",
    TokenRefusedError: "token_refused",
    WrongCodeError: "wrong_code",
    UnsupportedError: "not_offered",
    UnexpectedResponseError: "unexpected_response",
    RedirectedError: "redirected",
    CloudError: "cannot_connect",
}
# The summary of a charge window in the calendar.
CHARGE = "word_charge"
# Parts of words for charging, one of which the summary of a new charge window must contain.
CHARGE_STEMS = "word_charge_stems"


class Translation(TypedDict):
    """The arguments of a translated exception of Home Assistant."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


class PollFailedError(UpdateFailed):
    """A poll that read nothing; `error` is the first error of the cloud."""

    def __init__(self, error: CloudError, **translation: Unpack[Translation]) -> None:
        """Set the error of the cloud."""
        super().__init__(**translation)
        self.error = error


def translated(hass: HomeAssistant, err: CloudError | CommandError) -> Translation:
    """Return the translation of an error."""
    if isinstance(err, CommandError):
        return Translation(translation_domain=DOMAIN, translation_key=err.key, translation_placeholders={})
    placeholders = {
        name: each if isinstance(each, str) else formatted(hass, each) for name, each in _placeholders(err).items()
    }
    return Translation(translation_domain=DOMAIN, translation_key=_text_key(err), translation_placeholders=placeholders)


def is_unsent(err: CloudError | CommandError) -> bool:
    """Return whether a request certainly did not reach the server."""
    return err.key == "command_unsent" if isinstance(err, CommandError) else isinstance(err, ConnectionFailedError)


def no_vehicle(left_out: Iterable[str]) -> Translation:
    """Return the error of an account without a supported car; `left_out` are the names of the others."""
    cars = ", ".join(left_out)
    key, given = ("no_electric_car", {"cars": cars}) if cars else ("no_vehicle", {})
    return Translation(translation_domain=DOMAIN, translation_key=key, translation_placeholders=given)


async def left_out_text(hass: HomeAssistant, cars: Iterable[str]) -> str:
    """Return a sentence about the cars that are left out, empty if there are none."""
    return await loaded_text(hass, left_out_sentence(names)) if (names := ", ".join(cars)) else ""


async def loaded_text(hass: HomeAssistant, sentence: Sentence) -> str:
    """Return the text of a sentence in Home Assistant's language, also before the integration is set up."""
    await async_get_translations(hass, hass.config.language, sentence.category, {DOMAIN})
    return sentence_text(hass, sentence) or sentence.key


def left_out_sentence(names: str) -> Sentence:
    """Return the sentence about the cars that are left out."""
    return Sentence("left_out", {"cars": names})


def part_name(part: Part) -> Sentence:
    """Return the name of a part of the state."""
    return Sentence(f"word_{part.name.lower()}", {})


@callback
def refused_parts(hass: HomeAssistant, errors: Mapping[Part, CloudError]) -> str:
    """Return a list of refused parts, each with the message of the server."""
    rows = ((sentence_text(hass, part_name(part)) or part, err) for part, err in errors.items())
    return "\n".join(f"- {name}: {getattr(err, 'reason', '') or err}" for name, err in rows)


@callback
def error_text(hass: HomeAssistant, err: CloudError) -> str:
    """Return the message of an error in Home Assistant's language."""
    found = translated(hass, err)
    return _exception_text(hass, found["translation_key"], found["translation_placeholders"]) or str(err)


@callback
def exception_text(hass: HomeAssistant, err: HomeAssistantError) -> str:
    """Return the message of an exception, in Home Assistant's language if it is one of this integration."""
    if err.translation_domain != DOMAIN or err.translation_key is None:
        return str(err)
    return _exception_text(hass, err.translation_key, err.translation_placeholders or {}) or str(err)


def _exception_text(hass: HomeAssistant, key: str, placeholders: Mapping[str, str]) -> str | None:
    """Return the text of an exception in Home Assistant's language; None while the language is being loaded."""
    return sentence_text(hass, Sentence(f"{key}.message", placeholders, "exceptions"))


async def schedule_error(hass: HomeAssistant, err: ScheduleError) -> ServiceValidationError:
    """Return what is wrong with a schedule or a plan, its days and times in Home Assistant's language.

    The calendar page shows the message itself, while an action's error is translated by its key.
    """
    texts = {
        key: text
        for category in ("exceptions", "selector")
        for key, text in (await async_get_translations(hass, hass.config.language, category, {DOMAIN})).items()
    }
    days = weekdays_text(texts, err.weekdays)
    given = {"days": days, "value": err.value if isinstance(err.value, str) else formatted(hass, err.value)}
    if err.choices:
        given["choices"] = ", ".join(err.choices)
    return ServiceValidationError(
        texts[f"component.{DOMAIN}.exceptions.{err.key}.message"].format(**given),
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders=given,
    )


def weekdays_text(texts: Mapping[str, str], days: Collection[Weekday]) -> str:
    """Return the names of weekdays, or "Every day", by the texts of selectors."""
    names = [EVERY_DAY] if WEEK.issubset(days) else [DAY_NAMES[each] for each in days]
    return ", ".join(texts[f"component.{DOMAIN}.selector.weekday.options.{name}"] for name in names)


def rejection(cause: CloudError | CommandError, error: HomeAssistantError) -> Rejection:
    """Return why a command of the plan was not accepted; a refusal is told to the user."""
    is_refusal = isinstance(cause, RefusedError)
    refusal = Refusal(error.translation_key or "", error.translation_placeholders or {})
    return Rejection(str(error), cause, refusal if is_refusal else None)


def failed_poll(hass: HomeAssistant, responses: Mapping[Part, Any]) -> HomeAssistantError | None:
    """Return the error of a poll whose credentials were refused or that read nothing, None if it succeeded."""
    errors = [each for each in responses.values() if isinstance(each, CloudError)]
    failure: HomeAssistantError | None = None
    if (refused := next((err for err in errors if isinstance(err, AuthenticationError)), None)) is not None:
        failure = ConfigEntryAuthFailed(**translated(hass, refused))
        failure.__cause__ = refused
    elif errors and len(errors) == len(responses):
        failure = PollFailedError(errors[0], **translated(hass, errors[0]))
        failure.__cause__ = errors[0]
    return failure


def moved_country(hass: HomeAssistant, err: CloudError | CommandError) -> PollFailedError | None:
    """Return the error of all polls of an account whose country was moved, None after another error."""
    return PollFailedError(err, **translated(hass, err)) if isinstance(err, CountryMovedError) else None


def error_key(err: CloudError) -> str:
    """Return the translation key of an error in the configuration flow."""
    if isinstance(err, SecondFactorError) and not err.possible:
        return "second_factor_impossible"
    return next(_KEYS[each] for each in type(err).__mro__ if each in _KEYS)


def _text_key(err: CloudError) -> str:
    """Return the translation key of an error, the most specific one."""
    if isinstance(err, RefusedError) and err.key:
        return err.key
    if isinstance(err, UnsupportedError) and not err.reason:
        return "unsupported"
    if isinstance(err, ThrottledError) and err.retry_after is None:
        return "throttled_unknown_wait"
    return error_key(err)


def _placeholders(err: CloudError) -> Mapping[str, str | time | timedelta]:
    """Return the placeholders of an error's translation."""
    match err:
        case ThrottledError(retry_after=timedelta() as wait):
            return {"duration": max(wait, timedelta(minutes=1))}
        case RefusedError() if err.key:
            return err.placeholders
        case RejectedError() if not isinstance(err, WrongCodeError):
            return {"reason": err.reason or str(err)}
        case UnsupportedError() if err.reason:
            return {"reason": err.reason}
    return {}


@callback
def sentence_text(hass: HomeAssistant, sentence: Sentence) -> str | None:
    """Return the text of a sentence in Home Assistant's language; None while the language is being loaded."""
    texts = async_get_cached_translations(hass, hass.config.language, sentence.category, DOMAIN)
    text = texts.get(f"component.{DOMAIN}.{sentence.category}.{sentence.key}")
    return text and text.format(**{name: _filled(hass, each) for name, each in sentence.placeholders.items()})


def _filled(hass: HomeAssistant, value: Placeholder) -> str | None:
    """Return the text of a placeholder."""
    if isinstance(value, Sentence):
        return sentence_text(hass, value)
    if isinstance(value, datetime):
        return sentence_text(hass, moment(dt_util.as_local(value), dt_util.now().date()))
    return value if isinstance(value, str) else formatted(hass, value)


def moment(local: datetime, today: date) -> Sentence:
    """Return a time of today, of a weekday within a week, or of a date."""
    clock, apart = local.time(), abs(local.date() - today)
    if not apart:
        return Sentence("clock_today", {"time": clock})
    if apart < 7 * DAY:
        return Sentence(f"clock_{DAY_NAMES[Weekday(local.weekday())]}", {"time": clock})
    return Sentence("clock_date", {"date": local.date(), "time": clock})
