"""What planner and entities share of an update."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
import logging
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from custom_components.renault_ze.cloud.models import Vehicle
from custom_components.renault_ze.plan import edits, sending, timetable
from custom_components.renault_ze.plan.model import Plan, as_json
from custom_components.renault_ze.plan.planner import Planner
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.situation import Situation
from custom_components.renault_ze.plan.steps import DepartureTime
from custom_components.renault_ze.vehicle.log import CarLog
from custom_components.renault_ze.views import plan_entities
from tests.plan.simulated.states import (
    BASE,
    MONDAY,
    NIGHT,
    NOON,
    SETTINGS,
    charging_plan,
    departure_plan,
    held,
    vehicle,
)

SECOND = timedelta(seconds=1)
SHOWN = (
    plan_entities.next_charge_window,
    plan_entities.charging_reason,
    plan_entities.next_departure,
    plan_entities.preconditioning_reason,
    plan_entities.next_change,
)
PLAN = replace(charging_plan(NIGHT, NOON), departures=departure_plan().departures)


class Storage:
    """A storage that holds one plan."""

    def plan(self, _: str) -> dict[str, Any]:
        """Return the plan."""
        return as_json(PLAN)

    def remember_plan(self, _: str, plan: dict[str, Any]) -> None:
        """Store nothing."""

    async def flush(self) -> bool:
        """Write nothing."""
        return True


@pytest.fixture
def planner() -> Planner:
    """Return a planner that sends nothing."""
    car = Vehicle(vin="VF1AGVYF0ZE000001", time_zone=SETTINGS.zone, capabilities=frozenset())
    return Planner(car, SETTINGS, Storage(), AsyncMock(), Mock(), CarLog(logging.getLogger(__name__), "Renault Z.E."))


def test_entities_share_the_situation_of_an_update(planner: Planner) -> None:
    """Until the plan, the state, or the time is another."""
    state = vehicle(BASE)
    planner.update(state, MONDAY)
    shared = planner.situation(state, MONDAY)
    assert planner.situation(state, MONDAY + SECOND / 2) is shared
    assert planner.situation(vehicle(BASE), MONDAY) is not shared
    planner.update(state, MONDAY)
    shared = planner.situation(state, MONDAY)
    assert planner.situation(state, MONDAY + SECOND).now == MONDAY + SECOND
    assert planner.situation(state, MONDAY).now == MONDAY
    planner.edit(lambda plan, now: edits.pause(plan, now.date(), now.date(), now), MONDAY)
    assert planner.situation(state, MONDAY).plan is planner.plan
    assert planner.situation(state, MONDAY).plan != shared.plan


def test_each_day_is_computed_once(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many entities ask for it, and however often the car is polled."""
    days: list[date] = []
    compute = timetable.departures_on

    def counted(plan: Plan, settings: Settings, day: date) -> Iterator[DepartureTime]:
        days.append(day)
        return compute(plan, settings, day)

    monkeypatch.setattr(timetable, "departures_on", counted)
    for minute in range(3):
        state, now = vehicle(BASE, level=60 + minute), MONDAY + minute * 60 * SECOND
        planner.update(state, now)
        for show in (plan_entities.next_departure, plan_entities.next_preconditioning, plan_entities.next_change):
            show(planner.situation(state, now))
    assert days
    assert len(days) == len(set(days))


def test_what_is_taken_over_is_what_would_be_computed() -> None:
    """For each quarter of an hour of more than a week, also after the windows in the car have changed."""
    earlier = None
    before, after = vehicle(BASE), vehicle(held(NOON))
    for quarter in range(9 * 24 * 4):
        state, now = before if quarter < 500 else after, MONDAY + quarter * 900 * SECOND
        fresh = Situation(plan=PLAN, state=state, now=now, settings=SETTINGS)
        earlier = Situation(plan=PLAN, state=state, now=now, settings=SETTINGS, earlier=earlier)
        for show in SHOWN:
            assert show(earlier) == show(fresh)
        assert next(sending.steps(earlier), None) == next(sending.steps(fresh), None)
