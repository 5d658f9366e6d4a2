"""From what a cloud or a schedule raises to what an owner reads; the only place that does it."""

from collections.abc import Mapping
from datetime import timedelta
import math
from typing import Any, TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.update_coordinator import UpdateFailed

from .cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
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
from .cloud.models import Part
from .cloud.orders import CommandReason
from .const import DEFAULT_RETRY_AFTER, DOMAIN, MOVED_RETRY_AFTER
from .responses import DAY_NAMES
from .schedule import ScheduleError

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


class Translation(TypedDict):
    """A message in the owner's language, in the form Home Assistant's exceptions take."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str]


def translated(err: CloudError) -> Translation:
    """Return an error as a message."""
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


def unanswered(err: ConnectionFailedError, *, is_shown: bool) -> HomeAssistantError:
    """Return what is said of an order without an answer; `is_shown` is whether the car will show what became of it."""
    if isinstance(err, RedirectedError) and err.unsent:
        return HomeAssistantError(**translated(err))
    if err.unsent:
        return HomeAssistantError(translation_domain=DOMAIN, translation_key="order_unsent")
    if is_shown:
        return HomeAssistantError(translation_domain=DOMAIN, translation_key="order_unanswered")
    return HomeAssistantError(translation_domain=DOMAIN, translation_key="order_unknown")


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


def reason_of(err: CloudError) -> CommandReason:
    """Return why an order failed that no server has heeded."""
    match err:
        case ThrottledError():
            return CommandReason.THROTTLED
        case ConnectionFailedError():
            return CommandReason.UNSENT
    return CommandReason.CLOUD_REFUSED


def retry_after(err: CloudError) -> timedelta | None:
    """Return how long to leave the cloud alone after an error, None for the usual interval."""
    match err:
        case ThrottledError():
            return err.retry_after or DEFAULT_RETRY_AFTER
        case CountryMovedError():
            return MOVED_RETRY_AFTER
    return None


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
