"""Each edit and each poll cost in proportion to the size of a plan: meanwhile, Home Assistant does nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from time import thread_time

import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan import edits, steps
from custom_components.renault_ze.plan.departures import live
from custom_components.renault_ze.plan.model import Attempt, Departure, Outcome, Plan, PlannedWindow
from custom_components.renault_ze.plan.windows import planned_week
from custom_components.renault_ze.services import responses
from custom_components.renault_ze.views import plan_entities
from custom_components.renault_ze.views.calendar import Page
from custom_components.renault_ze.views.departure_calendar import DepartureAgenda
from custom_components.renault_ze.views.window_calendar import Seen, WindowAgenda
from tests.plan.simulated.states import MONDAY, SETTINGS, at, vehicle

NOW = at("20:30")
DAY = timedelta(days=1)
MONTH = 42 * DAY
SMALL, LARGE = 12, 48
# Twice as much for each as when there are few is still in proportion; all with all would be four times as much.
MOST = 2.0 * LARGE / SMALL

type Work = Callable[[Plan], object]


def charging(number: int) -> Plan:
    """Return a plan of so many charge windows a day."""
    times = [time(quarter // 2, quarter % 2 * 30) for quarter in range(number)]
    found = (PlannedWindow(ChargeWindow(day, each, timedelta(minutes=15))) for day in Weekday for each in times)
    plan = edits.with_windows(Plan(), found, MONDAY - DAY)
    return replace(edits.switch_charging(plan, MONDAY - DAY, on=True), claimed=False)


def leaving(number: int) -> Plan:
    """Return a plan of two times so many daily departures, those of two days done."""
    daily = frozenset(Weekday)
    departures = tuple(
        Departure(id=f"{each}", name=f"{each}", at=time(each * 5 % 24, each % 60), weekdays=daily)
        for each in range(2 * number)
    )
    plan = Plan(departures=departures)
    done = [
        Attempt(departure=each.departure.id, ready_at=each.ready_at, sent=1, outcome=Outcome.READY)
        for each in live(plan, SETTINGS, NOW - 2 * DAY, NOW)
    ]
    return replace(plan, attempts=tuple(done))


def page(plan: Plan) -> Page:
    """Return what a calendar looks at a plan with."""
    return Page(plan=plan, vehicle=None, settings=SETTINGS, now=NOW, home=SETTINGS.zone)  # type: ignore[arg-type]


def cost(work: Work, plan: Plan) -> float:
    """Return the least processor time of some work; the plan is as new each time."""

    def once() -> float:
        new = replace(plan)
        begin = thread_time()
        work(new)
        return thread_time() - begin

    return min(once() for _ in range(7))


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda plan: edits.with_windows(plan, plan.windows, NOW), id="edit"),
        pytest.param(
            lambda plan: WindowAgenda(page(plan), Seen(None, ()), "").entries(NOW, NOW + MONTH), id="calendar"
        ),
        pytest.param(lambda plan: steps.noted(plan, vehicle(planned_week(plan)), NOW, SETTINGS), id="noted"),
        pytest.param(lambda plan: steps.next_step(plan, vehicle(planned_week(plan)), NOW, SETTINGS), id="next step"),
        pytest.param(lambda plan: plan_entities.next_charge_window(plan, vehicle(), NOW, SETTINGS), id="next window"),
        pytest.param(lambda plan: responses.plan(plan, vehicle(), NOW, SETTINGS, None), id="answer"),
    ],
)
def test_many_windows(work: Work) -> None:
    """48 windows a day cost about four times as much as 12."""
    assert cost(work, charging(LARGE)) < MOST * cost(work, charging(SMALL))


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda plan: edits.skip_next(plan, NOW, SETTINGS), id="edit"),
        pytest.param(lambda plan: DepartureAgenda(page(plan), "").entries(NOW, NOW + MONTH), id="calendar"),
        pytest.param(lambda plan: steps.noted(plan, vehicle(), NOW, SETTINGS), id="noted"),
        pytest.param(lambda plan: steps.next_step(plan, vehicle(), NOW, SETTINGS), id="next step"),
        pytest.param(lambda plan: plan_entities.preconditioning_reason(plan, vehicle(), NOW, SETTINGS), id="reason"),
        pytest.param(lambda plan: responses.plan(plan, vehicle(), NOW, SETTINGS, None), id="answer"),
    ],
)
def test_many_departures(work: Work) -> None:
    """96 departures a day cost about four times as much as 24."""
    assert cost(work, leaving(LARGE)) < MOST * cost(work, leaving(SMALL))
