"""Edits and polls take time in proportion to the size of a plan, as they block Home Assistant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
import sys
from time import thread_time

import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan import edits, window_edits
from custom_components.renault_ze.plan.decisions import next_step
from custom_components.renault_ze.plan.model import Departure, Plan, PlannedWindow
from custom_components.renault_ze.plan.records import Attempt, Outcome
from custom_components.renault_ze.plan.timetable import departure_times, weekly_schedule
from custom_components.renault_ze.services.plan import plan_response
from custom_components.renault_ze.views import plan_entities
from custom_components.renault_ze.views.calendar import CalendarContext
from custom_components.renault_ze.views.departure_calendar import DepartureCalendar
from custom_components.renault_ze.views.window_calendar import WindowCalendar
from tests.plan.simulated.instance import CAR
from tests.plan.simulated.states import MONDAY, SETTINGS, at, observed, situation, vehicle

NOW = at("20:30")
DAY = timedelta(days=1)
MONTH = 42 * DAY
SMALL, LARGE = 12, 48
# Twice as much for each as when there are few is still in proportion; all with all would be four times as much.
MOST = 2.0 * LARGE / SMALL

type Work = Callable[[Plan], object]


def charging(number: int) -> Plan:
    """Return a plan with some charge windows a day."""
    times = [time(quarter // 2, quarter % 2 * 30) for quarter in range(number)]
    found = (PlannedWindow(ChargeWindow(day, each, timedelta(minutes=15))) for day in Weekday for each in times)
    plan = window_edits.with_windows(Plan(), found, MONDAY - DAY)
    return replace(window_edits.select_mode(plan, MONDAY - DAY, CAR, by_schedule=True), claimed=False)


def leaving(number: int) -> Plan:
    """Return a plan with twice as many daily departures, those of two days done."""
    daily = frozenset(Weekday)
    departures = tuple(
        Departure(id=f"{each}", name=f"{each}", at=time(each * 5 % 24, each % 60), weekdays=daily)
        for each in range(2 * number)
    )
    plan = Plan(departures=departures)
    done = [
        Attempt(departure=each.departure.id, ready_at=each.ready_at, sent=1, outcome=Outcome.READY)
        for each in departure_times(plan, SETTINGS, NOW - 2 * DAY, NOW)
    ]
    return replace(plan, attempts=tuple(done))


def context(plan: Plan) -> CalendarContext:
    """Return a plan as a calendar shows it."""
    return CalendarContext(situation=situation(plan, vehicle(), NOW), vehicle=None, home=SETTINGS.zone)  # type: ignore[arg-type]


def cost(work: Work, plan: Plan) -> float:
    """Return the least processor time of some work on a new plan."""

    def once() -> float:
        new = replace(plan)
        begin = thread_time()
        work(new)
        return thread_time() - begin

    return min(once() for _ in range(7))


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda plan: window_edits.with_windows(plan, plan.windows, NOW), id="edit"),
        pytest.param(lambda plan: WindowCalendar(context(plan), "").entries(NOW, NOW + MONTH), id="calendar"),
        pytest.param(lambda plan: observed(plan, vehicle(weekly_schedule(plan)), NOW), id="observe"),
        pytest.param(lambda plan: next_step(situation(plan, vehicle(weekly_schedule(plan)), NOW)), id="next step"),
        pytest.param(lambda plan: plan_entities.next_charge_window(situation(plan, vehicle(), NOW)), id="next window"),
        pytest.param(lambda plan: plan_response(situation(plan, vehicle(), NOW), None), id="response"),
    ],
)
def test_many_windows(work: Work) -> None:
    """48 windows a day take about four times as long as 12."""
    assert cost(work, charging(LARGE)) < MOST * cost(work, charging(SMALL))


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda plan: edits.skip_next(plan, NOW, SETTINGS), id="edit"),
        pytest.param(lambda plan: DepartureCalendar(context(plan), "").entries(NOW, NOW + MONTH), id="calendar"),
        pytest.param(lambda plan: observed(plan, vehicle(), NOW), id="observe"),
        pytest.param(lambda plan: next_step(situation(plan, vehicle(), NOW)), id="next step"),
        pytest.param(lambda plan: plan_entities.preconditioning_reason(situation(plan, vehicle(), NOW)), id="reason"),
        pytest.param(lambda plan: plan_response(situation(plan, vehicle(), NOW), None), id="response"),
    ],
)
def test_many_departures(work: Work) -> None:
    """96 departures a day take about four times as long as 24."""
    assert cost(work, leaving(LARGE)) < MOST * cost(work, leaving(SMALL))


def calls(work: Work, plan: Plan) -> int:
    """Return the number of function calls and generator steps of some work."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    sys.setprofile(count)
    try:
        work(plan)
    finally:
        sys.setprofile(None)
    return counted


def skip_and_restore(plan: Plan) -> None:
    """Skip all departures of tomorrow, and restore them."""
    day = NOW.date() + DAY
    skipped = edits.skip_all(plan, {each.id for each in plan.departures}, day)
    assert all(day in each.skipped for each in skipped.departures)
    assert edits.unskip(skipped, NOW, SETTINGS, day=day) == plan


def test_skip_all_departures_of_a_day() -> None:
    """The work is in proportion to the number of departures."""
    assert calls(skip_and_restore, leaving(LARGE)) < MOST / 1.5 * calls(skip_and_restore, leaving(SMALL))
