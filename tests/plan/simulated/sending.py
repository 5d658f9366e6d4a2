"""Whether each additional window was sent in time: not too early, and not when too little of it was left."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind
from custom_components.renault_ze.plan.model import PlannedWindow
from tests.plan.simulated.car import held
from tests.plan.simulated.charging import bases, obeyed
from tests.plan.simulated.fate import MINUTES
from tests.plan.simulated.house import MINUTE
from tests.plan.simulated.truth import AFTER_CAR, DAY_MINUTES, QUARTER, WEEK_MINUTES, Tally, Truth

# A quarter of an hour in the car, and a few minutes to get there: less is not worth an SMS.
WORTH_SENDING = 20


def check_sending(truth: Truth, tally: Tally) -> None:
    """Assert that additional windows were sent when they were due, and only then."""
    plan_events, life = truth.plan_events, truth.plan_events.life
    changed = plan_events.at(MINUTES) if plan_events.windows_changed_at is None else plan_events.windows_changed_at
    for windows, begin, end in (
        (life.windows, life.start, changed),
        (life.other_windows, changed, plan_events.at(MINUTES)),
    ):
        for window, at in _additional(truth, windows, begin, end):
            _check_worth(truth, window, at)
        for window, minute in _due(truth, windows, truth.minute(begin), truth.minute(end)):
            tally.windows_in_time += 1
            assert _opens(_in_the_car(truth, minute), window), f"not sent in time at {plan_events.at(minute)}: {window}"


def _additional(
    truth: Truth, windows: tuple[PlannedWindow, ...], begin: datetime, end: datetime
) -> Iterator[tuple[ChargeWindow, datetime]]:
    """Give the windows beside the bases that were sent and that the car did not have, each with when that was."""
    always = bases(windows)
    for each in truth.house.sent:
        if each.kind is CommandKind.SET_CHARGE_SCHEDULE and begin < each.at < end:
            known = (*always, *held(each.before.car.schedule).windows)
            yield from ((window, each.at) for window in each.windows if window not in known)


def _check_worth(truth: Truth, window: ChargeWindow, at: datetime) -> None:
    """Assert that a window is about to begin when it is sent, or has enough of it left."""
    minute = (at - truth.plan_events.life.start) // MINUTE
    since = (truth.clock[minute] - DAY_MINUTES - _begin(window)) % WEEK_MINUTES
    left, ahead = window.duration // MINUTE - since, WEEK_MINUTES - since
    if left > 0 and truth.steady(minute - since, minute + left):
        assert left >= WORTH_SENDING, f"sent with {left} minutes left at {at}: {window}"
    elif left <= 0 and truth.steady(minute, minute + ahead):
        assert ahead * MINUTE <= truth.plan_events.life.send_ahead, f"sent {ahead} minutes ahead at {at}: {window}"


def _due(truth: Truth, windows: tuple[PlannedWindow, ...], begin: int, end: int) -> Iterator[tuple[ChargeWindow, int]]:
    """Give the additional windows that nothing stood in the way of, each with when the car had to have it."""
    always, lead = bases(windows), truth.plan_events.life.send_ahead // MINUTE
    planned, days = truth.planned(windows), [None, *(each.window.weekday for each in windows)]
    ready = max(begin, obeyed(truth, windows, begin)) + AFTER_CAR
    for number, minutes in groupby(range(MINUTES), planned.__getitem__):
        start = next(minutes)
        due, window = start - lead, windows[number - 1].window
        if number and ready <= due and start < end and not _opens(always, window):
            alone = all(days[each] is not days[number] for each in planned[due - QUARTER : start])
            if alone and truth.steady(due - QUARTER, start) and truth.quiet(due - AFTER_CAR, due + QUARTER):
                yield window, due + QUARTER


def _in_the_car(truth: Truth, minute: int) -> tuple[ChargeWindow, ...]:
    """Return what the car held at a minute."""
    trace = truth.house.trace
    schedule = trace[bisect_right(trace, truth.plan_events.at(minute), key=lambda each: each.at) - 1].schedule
    return held(schedule).windows


def _opens(windows: Iterable[ChargeWindow], window: ChargeWindow) -> bool:
    """Return whether one of some windows is open when another begins."""
    return any((_begin(window) - _begin(each)) % WEEK_MINUTES < each.duration // MINUTE for each in windows)


def _begin(window: ChargeWindow) -> int:
    """Return when a window begins, in minutes of the week."""
    return window.weekday * DAY_MINUTES + window.start.hour * 60 + window.start.minute
