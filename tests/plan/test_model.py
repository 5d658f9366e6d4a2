"""Plans survive a restart, and properties that all steps have in common."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, CommandKind
from custom_components.renault_ze.plan import edits, window_edits
from custom_components.renault_ze.plan.decisions import is_idle, next_step, recorded
from custom_components.renault_ze.plan.model import Pause, Plan, as_json, from_json, with_readable_parts
from custom_components.renault_ze.plan.records import Attempt, Outcome, SentSchedule, Timer
from custom_components.renault_ze.plan.steps import DepartureMessage, SetTimer, Start, StepKind, WindowMessage
from tests.common import cases
from tests.plan.simulated.instance import CAR
from tests.plan.simulated.simulation import Scenario
from tests.plan.simulated.states import (
    MONDAY,
    SETTINGS,
    after,
    at,
    charging_plan,
    departure_plan,
    due,
    held,
    kind_and_reason,
    observed,
    sent_command,
    situation,
    step,
    vehicle,
    weekly,
)
from tests.plan.simulated.strategies import scenarios

MINUTE = timedelta(minutes=1)
LIVES = scenarios(ZoneInfo("Europe/Paris"), date(2026, 10, 25))


def planned(scenario: Scenario, now: datetime) -> Plan:
    """Return the plan of a life."""
    plan = window_edits.with_windows(Plan(), scenario.windows, now)
    plan = window_edits.select_mode(plan, now, CAR, by_schedule=True)
    for each in scenario.departures:
        plan = edits.with_departure(plan, each, now)
    return plan


@settings(max_examples=cases(30))
@given(scenario=LIVES, skipped=st.frozensets(st.dates()), paused=st.booleans())
def test_a_stored_plan_is_equal(scenario: Scenario, skipped: frozenset[date], paused: bool) -> None:
    """Every plan is the same after it was stored and loaded."""
    now = scenario.start
    done = (
        Attempt(departure="0", ready_at=now, sent=1, sent_at=now, outcome=Outcome.TOO_LOW),
        Attempt(departure="1", ready_at=now),
    )
    plan = replace(
        planned(scenario, now),
        departures=tuple(replace(each, skipped=skipped) for each in scenario.departures),
        paused=Pause(first=now.date(), last=now.date()) if paused else None,
        former=scenario.other_windows,
        last_sent=SentSchedule(at=now, windows=tuple(each.window for each in scenario.windows), tries=3),
        timer=Timer(departure="0", ready_at=now, start_at=now, sent_at=now, cancelled_at=now),
        attempts=done,
    )
    assert from_json(json.loads(json.dumps(as_json(plan)))) == plan


def test_a_plan_of_another_version() -> None:
    """Missing fields take their defaults, unknown ones are ignored."""
    assert from_json({}) == Plan()
    assert from_json({"charge_enabled": False, "telepathy": 1}) == Plan(charge_enabled=False)


def test_a_plan_that_is_not_adopted_can_be_read_by_earlier_versions() -> None:
    """Those versions expect a switch for charging that is on or off."""
    assert "charge_enabled" not in as_json(Plan())
    assert as_json(Plan(charge_enabled=False))["charge_enabled"] is False


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("windows", {"claimed": False, "undecided": True, "windows": weekly("01:00-05:00")[1:]}),
        ("charge_enabled", {"claimed": False, "charge_enabled": None, "edited_at": None}),
        ("paused", {}),
    ],
)
def test_a_damaged_schedule_is_not_sent(field: str, expected: dict[str, Any]) -> None:
    """The owner decides, or the car's is adopted again."""
    plan = charging_plan("01:00-05:00", claimed=True)
    stored = as_json(plan)
    stored[field] = ["at night", *stored["windows"][1:]] if field == "windows" else "at night"
    found, lost = with_readable_parts(stored)
    assert (found, lost) == (replace(plan, **expected), (field,))
    if expected:
        assert step(found, vehicle(held("02:00-03:00")), MONDAY) is None


def test_a_schedule_that_lost_all_windows_is_adopted_again() -> None:
    """With an empty one, the car would never charge."""
    stored = {**as_json(charging_plan("01:00-05:00", claimed=True)), "windows": "at night"}
    plan = from_json(stored)
    assert (plan.charge_enabled, plan.is_owned, plan.claimed) == (None, False, False)
    assert observed(plan, vehicle(held("02:00-03:00")), MONDAY).windows == weekly("02:00-03:00")


@settings(max_examples=cases(60))
@given(
    scenario=LIVES, minutes=st.integers(0, 40_000), level=st.integers(0, 100), timer=st.none() | st.just(time(7, 20))
)
def test_no_step_is_due_twice(scenario: Scenario, minutes: int, level: int, timer: time | None) -> None:
    """Taking all due steps ends, and nothing is sent twice, for any state of the car."""
    now = scenario.start + minutes * MINUTE
    plan = planned(scenario, scenario.start)
    state = vehicle(held("02:00-03:00"), level=level, timer=timer)
    options = replace(SETTINGS, zone=scenario.zone)
    taken_steps = []
    for _ in range(60):
        plan = observed(plan, state, now, options)
        found = next_step(situation(plan, state, now, options))
        if found is None or found.at > now:
            break
        departure = found.departure if isinstance(found, Start | SetTimer | DepartureMessage) else None
        about = None if departure is None else (departure.departure.id, departure.ready_at)
        begins_at = found.begins_at if isinstance(found, WindowMessage) else None
        taken_steps.append((found.kind, found.reason, about, begins_at))
        plan = recorded(plan, found, now)
    else:
        pytest.fail(f"no end of steps: {taken_steps[-3:]}")
    assert len(taken_steps) == len(set(taken_steps))
    stored = situation(from_json(as_json(plan)), state, now, options)
    assert next_step(stored) == next_step(situation(plan, state, now, options))


def test_the_most_urgent_due_step_comes_first() -> None:
    """Preconditioning does not wait for a charge schedule."""
    plan = replace(charging_plan("01:00-05:00", "07:00-09:00"), departures=departure_plan().departures)
    state = vehicle(held("01:00-05:00"))
    assert kind_and_reason(due(plan, state, at("07:20"))) == "start departure"
    assert kind_and_reason(due(after(plan, state, at("07:20")), state, at("07:20"))) == "load further_window"


def test_an_empty_plan_has_no_step() -> None:
    """Without a plan nothing is sent; it only adopts what the car holds."""
    assert step(Plan(), vehicle(held("01:00-05:00")), MONDAY) is None
    adopted = Plan(windows=weekly("01:00-05:00"), charge_enabled=True, judged_until=MONDAY)
    assert observed(Plan(), vehicle(held("01:00-05:00")), MONDAY, SETTINGS) == adopted


def test_a_tracked_command_does_not_delay_others() -> None:
    """Preconditioning does not wait for the result of a charge schedule."""
    plan = replace(charging_plan("01:00-05:00", "12:00-13:00"), departures=departure_plan().departures)
    state = vehicle(held("01:00-05:00"), commands=(sent_command(CommandKind.SET_CHARGE_SCHEDULE, at("07:15")),))
    found = due(plan, state, datetime(2026, 11, 23, 7, 20, tzinfo=UTC))
    assert found.kind is StepKind.START


@pytest.mark.parametrize("schedule", [None, held(), held("01:00-05:00"), held("01:00-05:00", enabled=False)])
@pytest.mark.parametrize(("level", "timer"), [(None, None), (20, time(7)), (80, time(7))])
def test_an_adopted_plan_is_not_changed(schedule: ChargeSchedule | None, level: int | None, timer: time | None) -> None:
    """For any state of the car, so that it need not be updated once it has adopted the schedule."""
    plan = observed(Plan(), vehicle(schedule), MONDAY, SETTINGS)
    state = vehicle(
        schedule, level=level, timer=timer, commands=(sent_command(CommandKind.SET_CHARGE_SCHEDULE, at("07:15")),)
    )
    for now in (at("00:00"), at("07:20"), at("20:00", day=6)):
        found = observed(plan, state, now, SETTINGS)
        assert replace(found, judged_until=plan.judged_until) == plan
        assert is_idle(situation(plan, state, now))
        assert next_step(situation(plan, state, now)) is None
