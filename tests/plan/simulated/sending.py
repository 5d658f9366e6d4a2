"""Whether each additional window was sent in time: not too early, and not when too little of it was left."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from custom_components.renault_ze.cloud.models import ChargeWindow, CommandKind
from custom_components.renault_ze.plan.model import PlannedWindow
from tests.plan.simulated.car import held
from tests.plan.simulated.charging import followed_since, main_windows
from tests.plan.simulated.environment import MINUTE
from tests.plan.simulated.scenario import MINUTES
from tests.plan.simulated.timeline import CAR_RECOVERY_MINUTES, DAY_MINUTES, QUARTER, WEEK_MINUTES, Tally, Timeline

# A quarter of an hour in the car, and a few minutes to get there: less is not worth an SMS.
WORTH_SENDING = 20


def check_sending(timeline: Timeline, tally: Tally) -> None:
    """Assert that additional windows were sent when they were due, and only then."""
    result, scenario = timeline.result, timeline.result.scenario
    changed = result.at(MINUTES) if result.windows_changed_at is None else result.windows_changed_at
    for windows, begin, end in (
        (scenario.windows, scenario.start, changed),
        (scenario.other_windows, changed, result.at(MINUTES)),
    ):
        for window, at in _additional(timeline, windows, begin, end):
            _check_worth(timeline, window, at)
        for window, minute in _due(timeline, windows, timeline.minute(begin), timeline.minute(end)):
            tally.windows_in_time += 1
            assert _opens(_in_the_car(timeline, minute), window), f"not sent in time at {result.at(minute)}: {window}"


def _additional(
    timeline: Timeline, windows: tuple[PlannedWindow, ...], begin: datetime, end: datetime
) -> Iterator[tuple[ChargeWindow, datetime]]:
    """Yield the additional windows that were sent and that the car did not hold, each with the time."""
    always = main_windows(windows)
    for each in timeline.environment.sent:
        if each.kind is CommandKind.SET_CHARGE_SCHEDULE and begin < each.at < end:
            known = (*always, *held(each.before.car.schedule).windows)
            yield from ((window, each.at) for window in each.windows if window not in known)


def _check_worth(timeline: Timeline, window: ChargeWindow, at: datetime) -> None:
    """Assert that a window is about to begin when it is sent, or has enough of it left."""
    minute = (at - timeline.result.scenario.start) // MINUTE
    since = (timeline.clock[minute] - DAY_MINUTES - _begin(window)) % WEEK_MINUTES
    left, ahead = window.duration // MINUTE - since, WEEK_MINUTES - since
    if left > 0 and timeline.is_clock_continuous(minute - since, minute + left):
        assert left >= WORTH_SENDING, f"sent with {left} minutes left at {at}: {window}"
    elif left <= 0 and timeline.is_clock_continuous(minute, minute + ahead):
        assert ahead * MINUTE <= timeline.result.scenario.send_ahead, f"sent {ahead} minutes ahead at {at}: {window}"


def _due(
    timeline: Timeline, windows: tuple[PlannedWindow, ...], begin: int, end: int
) -> Iterator[tuple[ChargeWindow, int]]:
    """Yield the additional windows that no problem prevented, each with when the car had to hold it."""
    always, lead = main_windows(windows), timeline.result.scenario.send_ahead // MINUTE
    planned, days = timeline.planned(windows), [None, *(each.window.weekday for each in windows)]
    ready = max(begin, followed_since(timeline, windows, begin)) + CAR_RECOVERY_MINUTES
    for number, minutes in groupby(range(MINUTES), planned.__getitem__):
        start = next(minutes)
        due, window = start - lead, windows[number - 1].window
        if number and ready <= due and start < end and not _opens(always, window):
            alone = all(days[each] is not days[number] for each in planned[due - QUARTER : start])
            if (
                alone
                and timeline.is_clock_continuous(due - QUARTER, start)
                and timeline.has_no_problems(due - CAR_RECOVERY_MINUTES, due + QUARTER)
            ):
                yield window, due + QUARTER


def _in_the_car(timeline: Timeline, minute: int) -> tuple[ChargeWindow, ...]:
    """Return the windows the car held at a minute."""
    trace = timeline.environment.trace
    schedule = trace[bisect_right(trace, timeline.result.at(minute), key=lambda each: each.at) - 1].schedule
    return held(schedule).windows


def _opens(windows: Iterable[ChargeWindow], window: ChargeWindow) -> bool:
    """Return whether one of some windows is open when another begins."""
    return any((_begin(window) - _begin(each)) % WEEK_MINUTES < each.duration // MINUTE for each in windows)


def _begin(window: ChargeWindow) -> int:
    """Return when a window begins, in minutes of the week."""
    return window.weekday * DAY_MINUTES + window.start.hour * 60 + window.start.minute
