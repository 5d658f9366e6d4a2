"""The departures of the plan: when each begins to warm the car, by which way, and what became of it.

A late departure is an order at its start: until then it can be changed or skipped. A robust one goes by the car's own
timer (`timers`); where that cannot be, it is a late one, and the order also follows a timer that stays silent. A run
that fails is tried once more while there is time.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from ..cloud.schedule import DAY, YEARS, instant, years_from
from .model import Attempt, Departure, Outcome, Plan, Step, StepKind, StepReason
from .settings import Settings

# Too soon after another an order is refused (observed; that the wait is 5 minutes is inferred).
RETRY_AFTER = timedelta(minutes=5)
# As long as an order is followed; one that a restart made nobody follow may arrive as late as that, too.
GIVEN_UP_AFTER = timedelta(minutes=10)
# A timer needs a while to reach the car, and the news of its run a while to come back.
TIMER_TRAVEL = timedelta(minutes=3)
MOST_SENT = 2
AHEAD = 8 * DAY
_BACK = timedelta(hours=12)


class Leaving(NamedTuple):
    """A departure on one day: the instant to be ready by, the start derived from it."""

    ready_at: datetime
    start_at: datetime
    day: date
    departure: Departure

    @property
    def last_call(self) -> datetime:
        """Return until when it can be called off: a car that is being warmed up cannot be stopped any more."""
        return self.start_at if self.departure.precondition else self.ready_at


def live(plan: Plan, settings: Settings, begin: datetime, end: datetime) -> list[Leaving]:
    """Return, in order, the departures that count between two instants, both included."""
    if not plan.departures or not plan.departures_enabled:
        return []
    first, last = begin.astimezone(settings.zone).date(), end.astimezone(settings.zone).date()
    found = [
        _leaving(each, day, settings)
        for each in plan.departures
        if each.enabled
        for day in _days(each, first, last)
        if day not in each.skipped and not _paused(plan, day)
    ]
    return sorted((each for each in found if begin <= each.ready_at <= end), key=lambda each: each.ready_at)


def coming(plan: Plan, settings: Settings, now: datetime) -> Leaving | None:
    """Return the departure that comes next within two years: one for a date, or after a pause or dates left out."""
    days = [day for each in plan.departures for day in (each.on, *each.skipped) if day is not None]
    days += [] if plan.paused is None else [plan.paused.last]
    latest = years_from(now, YEARS)
    far = max((instant(min(day, latest), time.min, settings.zone) for day in days), default=now)
    for until in (now + AHEAD, far + AHEAD):
        if found := live(plan, settings, now + timedelta.resolution, until):
            return found[0]
    return None


def following(plan: Plan, settings: Settings, now: datetime) -> Leaving | None:
    """Return the departure that comes next; it can be called off until its start."""
    return next(iter(live(plan, settings, now, now + AHEAD)), None)


def open_leavings(plan: Plan, settings: Settings, now: datetime) -> list[Leaving]:
    """Return, in order, the departures near in time about which something may have to be done."""
    near = live(plan, settings, now - _BACK, now + settings.robust_lead + 2 * DAY)
    return [each for each in near if each.departure.precondition and is_open(plan, each)]


def is_open(plan: Plan, each: Leaving) -> bool:
    """Tell whether it is not settled yet what becomes of a departure."""
    return attempt_at(plan, each).outcome in {None, Outcome.TOO_LOW}


def attempt_at(plan: Plan, each: Leaving) -> Attempt:
    """Return what was done about a departure on its day."""
    return plan.attempt(each.departure.id, each.ready_at)


def has_timer(plan: Plan, each: Leaving) -> bool:
    """Tell whether the timer we set is that of a departure and is relied on."""
    timer = plan.timer
    if timer is None or timer.cancelled_at is not None or attempt_at(plan, each).without_timer:
        return False
    return (timer.departure, timer.ready_at, timer.start_at) == (each.departure.id, each.ready_at, each.start_at)


def checks(each: Leaving, settings: Settings) -> tuple[datetime, datetime]:
    """Return when the battery is projected: in the evening before, and again an hour before."""
    return instant(each.day - DAY, settings.evening, settings.zone), each.ready_at - timedelta(hours=1)


def recorded(plan: Plan, attempt: Attempt) -> Plan:
    """Return the plan with an attempt in its place."""
    key = (attempt.departure, attempt.ready_at)
    others = (each for each in plan.attempts if (each.departure, each.ready_at) != key)
    return replace(plan, attempts=(*others, attempt))


def step(kind: StepKind, each: Leaving, at: datetime, reason: StepReason) -> Step:
    """Return a step about a departure."""
    return Step(
        kind=kind, at=at, reason=reason, departure=each.departure, ready_at=each.ready_at, start_at=each.start_at
    )


def say(each: Leaving, at: datetime, reason: StepReason) -> Step:
    """Return a step that tells the owner something about a departure."""
    return step(StepKind.SAY, each, at, reason)


def _leaving(departure: Departure, day: date, settings: Settings) -> Leaving:
    """Return a departure on a date."""
    ready_at = instant(day, departure.at, settings.zone)
    return Leaving(ready_at, ready_at - settings.run_length - settings.lead, day, departure)


def _days(each: Departure, first: date, last: date) -> Iterator[date]:
    """Yield the dates of a departure in a span."""
    if each.on is not None:
        yield from [each.on] if first <= each.on <= last else []
        return
    for ahead in range((last - first).days + 1):
        day = first + ahead * DAY
        if day.weekday() in each.weekdays:
            yield day


def _paused(plan: Plan, day: date) -> bool:
    """Tell whether no departure counts on a date."""
    return plan.paused is not None and plan.paused.first <= day <= plan.paused.last
