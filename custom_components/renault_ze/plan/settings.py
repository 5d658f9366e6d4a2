"""The settings of a plan, and the times in which its account or device was disabled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

from ..cloud.models import CommandKind, Vehicle
from ..cloud.schedule import is_ahead

# Nothing older is still explained to anybody.
_KEPT = timedelta(days=2)
CONF_THRESHOLD: Final = "preconditioning_threshold"
CONF_LEAD: Final = "lead"
CONF_RUN_LENGTH: Final = "run_length"
CONF_ROBUST_LEAD: Final = "robust_lead"
CONF_LOAD_LEAD: Final = "load_lead"
CONF_EVENING: Final = "evening_check"
# Below this level the car refuses to precondition (documented); later cars report 40.
DEFAULT_THRESHOLD: Final = 45
DEFAULT_PLAN_MINUTES: Final = {
    # 5 by most owners' word, 10 or 20 with other firmware.
    CONF_RUN_LENGTH: 5,
    # Time for a second try, should the first one fail.
    CONF_LEAD: 5,
    # What Renault advises for the car's own timer.
    CONF_ROBUST_LEAD: 120,
    # A window must be in the car before it begins; how long that takes on a real car is not recorded.
    CONF_LOAD_LEAD: 45,
}
LEAST_RUN_MINUTES: Final = 1
# Late enough to know whether the car is plugged in, early enough to go out once more.
DEFAULT_EVENING: Final = "20:00:00"


def settings_of(options: Mapping[str, Any], vehicle: Vehicle, disabled: tuple[Disabled, ...] = ()) -> Settings:
    """Return the settings of a plan: the vehicle's, and the owner's options over the defaults."""
    minutes = {key: timedelta(minutes=options.get(key, default)) for key, default in DEFAULT_PLAN_MINUTES.items()}
    return Settings(
        zone=vehicle.time_zone,
        windows_a_day=vehicle.windows_a_day,
        windows_alike=vehicle.windows_alike,
        schedule_zone=vehicle.schedule_zone,
        run_length=max(minutes[CONF_RUN_LENGTH], timedelta(minutes=LEAST_RUN_MINUTES)),
        lead=minutes[CONF_LEAD],
        robust_lead=minutes[CONF_ROBUST_LEAD],
        load_lead=minutes[CONF_LOAD_LEAD],
        evening=time.fromisoformat(options.get(CONF_EVENING, DEFAULT_EVENING)),
        threshold=int(options.get(CONF_THRESHOLD, DEFAULT_THRESHOLD)),
        disabled=disabled,
        shows_runs=CommandKind.PRECONDITION not in vehicle.unconfirmed,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Disabled:
    """A span in which the account or the device was disabled; without an end it still is."""

    since: datetime
    until: datetime | None = None


def spans_by_now(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans without instants that cannot have been yet: the clock was ahead, and they were by now."""
    return tuple(
        Disabled(since=_by_now(each.since, now), until=each.until and _by_now(each.until, now)) for each in spans
    )


def with_begun(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with one that lasts from now on."""
    kept = tuple(each for each in spans_by_now(spans, now) if each.until is None or now - each.until < _KEPT)
    return kept if any(each.until is None for each in kept) else (*kept, Disabled(since=now))


def with_ended(spans: tuple[Disabled, ...], now: datetime) -> tuple[Disabled, ...]:
    """Return the spans with none that still lasts."""
    return tuple(replace(each, until=each.until or now) for each in spans_by_now(spans, now))


def is_disabled(spans: Iterable[Disabled], at: datetime) -> bool:
    """Return whether the account or the device was disabled at an instant."""
    return any(each.since <= at and (each.until is None or at < each.until) for each in spans)


def _by_now(at: datetime, now: datetime) -> datetime:
    """Return when something was noted, now if that was while the clock was ahead."""
    return now if is_ahead(at, now, timedelta()) else at


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the plan depends on beside itself: the vehicle's zone and room, and the owner's options.

    A run takes `run_length` (5, 10 or 20 minutes by firmware) and is started `lead` before it must be. `threshold` is
    the level (percent) below which the car refuses. The car holds `windows_a_day` for each day of `schedule_zone`, its
    own if that is None, and `windows_alike` kinds of them; None is any number. `shows_runs` tells whether a run of its
    preconditioning can be seen. `disabled` is when nothing was sent.
    """

    zone: tzinfo
    windows_a_day: int | None = 1
    windows_alike: int | None = None
    schedule_zone: tzinfo | None = None
    run_length: timedelta = timedelta(minutes=5)
    lead: timedelta = timedelta(minutes=5)
    robust_lead: timedelta = timedelta(minutes=120)
    load_lead: timedelta = timedelta(minutes=45)
    evening: time = time(20)
    threshold: int = 45
    disabled: tuple[Disabled, ...] = ()
    shows_runs: bool = True
