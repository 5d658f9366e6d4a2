"""Hypothesis strategies for scenarios."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan.model import Departure, PlannedWindow
from tests.plan.simulated.environment import MINUTE
from tests.plan.simulated.scenario import (
    ENVIRONMENT_PROBLEMS,
    WEEKS,
    AfterCommand,
    Change,
    Crash,
    Edit,
    LostResponse,
    Problem,
    ProblemSpan,
    Scenario,
    Trip,
    minute_ahead,
    window_ahead,
)

QUARTERS = 7 * 96


def scenarios(zone: ZoneInfo, night: date) -> st.SearchStrategy[Scenario]:
    """Draw scenarios with the night on which the clocks change in the middle."""
    noon = datetime(night.year, night.month, night.day, 12, tzinfo=UTC)
    starts = st.integers(-21 * 96, -7 * 96).map(lambda quarters: noon + timedelta(minutes=15 * quarters))
    return starts.flatmap(lambda start: _scenarios_from(zone, start, night))


def _scenarios_from(zone: ZoneInfo, start: datetime, night: date) -> st.SearchStrategy[Scenario]:
    """Draw scenarios that begin at an instant."""
    # Drawn in two parts, or most would be at the very beginning.
    minutes = st.builds(lambda day, minute: day * 1440 + minute, st.integers(0, WEEKS * 7 - 1), st.integers(30, 1439))
    # Back some minutes before a window is over, or after any time.
    spans = st.one_of(st.integers(1, 30).map(lambda left: -left), st.integers(1, 90))
    days = st.integers(1, WEEKS * 7).map(lambda ahead: start.date() + timedelta(days=ahead))
    return st.builds(
        _scenario,
        outages=st.lists(st.tuples(minutes, st.integers(0, 110), st.integers(1, 130)), min_size=4, max_size=10),
        cuts=st.lists(st.tuples(minutes, st.integers(38, 75), spans), min_size=6, max_size=12),
        zone=st.just(zone),
        start=st.just(start),
        windows=_windows(days, night),
        other_windows=_windows(days, night),
        departures=st.lists(_departures(days, night), min_size=1, max_size=4).map(_numbered),
        problem_spans=st.lists(_problem_spans(minutes), min_size=1, max_size=8).map(tuple),
        crashes=st.lists(_crashes(), min_size=1, max_size=6).map(tuple),
        lost_responses=st.lists(st.builds(LostResponse, st.integers(1, 80), st.booleans()), max_size=3).map(tuple),
        reloads=st.lists(st.builds(AfterCommand, st.integers(1, 80), st.integers(0, 12)), min_size=2, max_size=12).map(
            tuple
        ),
        trips=st.lists(st.builds(Trip, minutes, st.integers(10, 900), st.integers(5, 100)), max_size=10).map(_apart),
        edits=st.lists(_edits(minutes), min_size=1, max_size=6).map(tuple),
        rewrite=st.builds(AfterCommand, st.integers(1, 50), st.integers(1, 12)),
        send_ahead=st.sampled_from([45, 45, 45, 60, 37, 20]).map(lambda minutes: minutes * MINUTE),
        capacity=st.sampled_from([22.0, 5000.0, 5000.0]),
        poll_minutes=st.sampled_from([10, 20, 30, 30]),
        deploy_seconds=st.sampled_from([60, 120]),
        late_error=st.booleans(),
    )


def _scenario(outages: list[tuple[int, int, int]], cuts: list[tuple[int, int, int]], **fields: Any) -> Scenario:
    """Return a scenario with outages shortly ahead of a departure, and of the cloud ahead of a window."""
    scenario = Scenario(**fields)
    off = (ProblemSpan(minute_ahead(scenario, after, ahead), span, Problem.OFF) for after, ahead, span in outages)
    return replace(scenario, problem_spans=(*scenario.problem_spans, *off, *(_cut(scenario, *each) for each in cuts)))


def _cut(scenario: Scenario, after: int, ahead: int, span: int) -> ProblemSpan:
    """Return an outage of the cloud ahead of a window; a negative span is what is left of the window at its end."""
    begin, end = window_ahead(scenario, after, ahead)
    return ProblemSpan(begin, span if span > 0 else max(1, end + span - begin), Problem.CLOUD_DOWN)


def _crashes() -> st.SearchStrategy[Crash]:
    """Draw crashes at a command, many of them short and before it was sent."""
    return st.builds(Crash, st.integers(1, 80), st.booleans(), st.one_of(st.integers(1, 4), st.integers(1, 90)))


def _windows(days: st.SearchStrategy[date], night: date) -> st.SearchStrategy[tuple[PlannedWindow, ...]]:
    """Draw windows that are disjoint in every week, one of them weekly, many near a daylight saving time change."""
    late = st.tuples(st.sampled_from([night.weekday(), (night.weekday() - 1) % 7]), st.integers(0, 95))
    starts = st.one_of(st.tuples(st.integers(0, 6), st.integers(0, 95)), late)
    lengths = st.one_of(st.integers(1, 8), st.integers(1, 8), st.integers(1, 40))
    dated = st.one_of(st.none(), st.none(), st.none(), days)
    rows = st.lists(st.tuples(starts, lengths, dated), min_size=16, max_size=40)
    return rows.map(_disjoint).filter(lambda windows: any(each.on is None for each in windows))


def _disjoint(rows: list[tuple[tuple[int, int], int, date | None]]) -> tuple[PlannedWindow, ...]:
    """Keep the windows that do not overlap; sometimes the first of a day is its main window."""
    taken: set[int] = set()
    windows, bases = [], set[int]()
    for (day, quarter), length, on in rows:
        weekday = day if on is None else on.weekday()
        begin = weekday * 96 + quarter
        used = {(begin + each) % QUARTERS for each in range(length)}
        if used & taken:
            continue
        taken |= used
        base = on is None and length % 3 == 0 and weekday not in bases
        bases |= {weekday} if base else set()
        start = time(quarter // 4, quarter % 4 * 15)
        windows.append(PlannedWindow(ChargeWindow(Weekday(weekday), start, timedelta(minutes=15 * length)), on, base))
    return tuple(windows)


def _departures(days: st.SearchStrategy[date], night: date) -> st.SearchStrategy[Departure]:
    """Draw departures, weekly or once, at any minute; many of them when the clocks change."""
    build = partial(
        st.builds, Departure, id=st.just(""), name=st.just("work"), uses_timer=st.booleans(), override=st.booleans()
    )
    hours = st.sampled_from([time(0, 5), time(0, 35), time(1, 5), time(1, 40), time(2, 5), time(2, 35), time(3, 5)])
    any_time = st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
    weekly = build(at=st.one_of(any_time, hours), weekdays=st.frozensets(st.sampled_from(Weekday), min_size=2))
    return st.one_of(weekly, weekly, build(at=any_time, on=days), build(at=hours, on=st.just(night)))


def _numbered(departures: list[Departure]) -> tuple[Departure, ...]:
    """Give each departure its own id."""
    numbered = enumerate(departures)
    return tuple(
        Departure(
            id=str(number),
            name=each.name,
            at=each.at,
            weekdays=each.weekdays,
            on=each.on,
            uses_timer=each.uses_timer,
            override=each.override,
        )
        for number, each in numbered
    )


def _edits(minutes: st.SearchStrategy[int]) -> st.SearchStrategy[Edit]:
    """Draw changes of the plan, many of them shortly ahead of a departure."""
    ahead = st.one_of(st.integers(14, 30), st.integers(14, 150), st.integers(14, 1500))
    return st.builds(Edit, minutes, ahead, st.sampled_from([*Change, Change.SKIP]), st.integers(1, 5))


def _problem_spans(minutes: st.SearchStrategy[int]) -> st.SearchStrategy[ProblemSpan]:
    """Draw problems from a minute to three days; the car is unreachable for a day at most."""
    lengths = st.one_of(st.integers(1, 60), st.integers(1, 600), st.integers(1, 4320))
    kinds = st.sampled_from([Problem.OFF, Problem.OFF, Problem.OFF, *Problem])
    return st.builds(
        lambda begin, span, kind: ProblemSpan(begin, span if kind in ENVIRONMENT_PROBLEMS else min(span, 1440), kind),
        minutes,
        lengths,
        kinds,
    )


def _apart(trips: list[Trip]) -> tuple[Trip, ...]:
    """Keep the trips that do not overlap."""
    kept: list[Trip] = []
    for trip in sorted(trips, key=lambda each: each.begin):
        if not kept or kept[-1].begin + kept[-1].minutes < trip.begin:
            kept.append(trip)
    return tuple(kept)
