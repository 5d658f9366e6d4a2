"""Why the car charges or not, and why it will be preconditioned or not."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.models import Battery, CommandKind, Part
from custom_components.renault_ze.plan import edits, window_edits
from custom_components.renault_ze.plan.model import Departure, Plan
from custom_components.renault_ze.plan.records import Attempt, Outcome, SentSchedule, Timer
from custom_components.renault_ze.vehicle.results import CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.views.reasons import (
    ChargingReason,
    PreconditioningReason,
    explain_charging,
    explain_preconditioning,
)
from tests.plan.simulated.states import (
    DELEGATED,
    KNOWN,
    MONDAY,
    SETTINGS,
    WORK_DAYS,
    at,
    charging_plan,
    departure_plan,
    held,
    run,
    sent_command,
    situation,
    vehicle,
)

NIGHT = held("01:00-05:00")
PLAN = charging_plan("01:00-05:00", "12:00-13:00")
CLAIMED = window_edits.claim(PLAN, MONDAY)
READY = at("07:30")


@pytest.mark.parametrize(
    ("plan", "state", "clock", "reason", "speaks_of"),
    [
        (PLAN, VehicleState(known=KNOWN), "06:00", "unknown", None),
        (PLAN, vehicle(NIGHT, known=KNOWN - {Part.BATTERY}), "06:00", "unknown", None),
        (PLAN, vehicle(NIGHT, charging=True), "02:00", "charging", None),
        (PLAN, vehicle(NIGHT, level=100, plugged_in=False), "02:00", "full", None),
        (PLAN, vehicle(NIGHT, plugged_in=False), "06:00", "not_plugged_in", at("12:00")),
        (Plan(), vehicle(NIGHT, plugged_in=False), "06:00", "not_plugged_in", at("01:00", day=1)),
        (Plan(), vehicle(plugged_in=False), "06:00", "not_plugged_in", None),
        (PLAN, vehicle(NIGHT, plugged_in=None), "06:00", "unknown", None),
        (Plan(), vehicle(), "06:00", "unknown", None),
        (PLAN, vehicle(NIGHT), "06:00", "waiting_for_window", at("12:00")),
        (PLAN, vehicle(NIGHT, commands=(sent_command(CommandKind.START_CHARGE, at("05:59")),)),
         "06:00", "starting", at("05:59")),
        (PLAN, vehicle(NIGHT, commands=(sent_command(CommandKind.START_CHARGE, at("05:59"), CommandStatus.TIMED_OUT),)),
         "06:00", "waiting_for_window", at("12:00")),
        (Plan(), vehicle(NIGHT), "06:00", "waiting_for_window", at("01:00", day=1)),
        (PLAN, vehicle(NIGHT), "12:30", "schedule_not_confirmed", at("12:00")),
        (PLAN, vehicle(NIGHT), "12:50", "window_missed", at("12:00")),
        (replace(PLAN, last_sent=SentSchedule(at=at("12:45"), windows=held("12:00-13:00").windows)), vehicle(NIGHT),
         "12:50", "schedule_not_confirmed", at("12:00")),
        (CLAIMED, vehicle(NIGHT), "06:00", "waiting_for_window", at("12:00")),
        (CLAIMED, vehicle(held("11:00-11:30")), "06:00", "schedule_not_confirmed", at("12:00")),
        (PLAN, vehicle(NIGHT, reported_at=at("01:01")), "01:05", "blocked", at("01:00")),
        (PLAN, vehicle(NIGHT, reported_at=at("00:59")), "01:05", "unknown", at("01:00")),
        (PLAN, vehicle(NIGHT, reported_at=at("00:59")), "01:30", "blocked", at("01:00")),
        (Plan(), vehicle(held("01:00-05:00", enabled=False)), "06:00", "blocked", None),
        (Plan(), vehicle(replace(NIGHT, windows=())), "06:00", "blocked", None),
        (PLAN, vehicle(DELEGATED, plugged_in=False), "06:00", "not_plugged_in", None),
        (PLAN, vehicle(DELEGATED), "12:30", "unknown", None),
        (PLAN, vehicle(held("03:00-05:00")), "12:50", "waiting_for_window", at("03:00", day=1)),
    ],
)  # fmt: skip
def test_charging_reason(plan: Plan, state: VehicleState, clock: str, reason: str, speaks_of: datetime | None) -> None:
    """One reason at a time, with the time it is about."""
    assert explain_charging(situation(plan, state, at(clock)))[:2] == (ChargingReason(reason), speaks_of)


@pytest.mark.parametrize(("charging", "reason"), [(True, "charging"), (False, "blocked")])
def test_charging_reason_of_a_car_without_a_schedule(charging: bool, reason: str) -> None:
    """It may charge whenever it is plugged in."""
    state = vehicle(charging=charging)
    found = explain_charging(situation(Plan(), state, at("06:00"), replace(SETTINGS, has_schedule=False)))
    assert found[:2] == (ChargingReason(reason), None)


@pytest.mark.parametrize(
    ("plan", "state", "clock", "speaks_of", "begun"),
    [
        (Plan(), vehicle(held("22:00-06:00"), plugged_in=False), "23:00", at("22:00"), True),
        (Plan(), vehicle(held("22:00-06:00"), plugged_in=False), "06:00", at("22:00"), False),
        (PLAN, vehicle(NIGHT, plugged_in=False), "12:00", at("12:00"), True),
        (PLAN, vehicle(NIGHT, plugged_in=False), "13:00", at("01:00", day=1), False),
        (Plan(), vehicle(held("01:00-05:00", enabled=False), plugged_in=False), "02:00", None, False),
        (replace(PLAN, charge_enabled=False), vehicle(NIGHT, plugged_in=False), "06:00", at("01:00", day=1), False),
    ],
)
def test_the_current_window_is_not_the_next(
    plan: Plan, state: VehicleState, clock: str, speaks_of: datetime | None, begun: bool
) -> None:
    """A car plugged in within a window still charges in it."""
    found = explain_charging(situation(plan, state, at(clock)))
    assert found[:3] == (ChargingReason.NOT_PLUGGED_IN, speaks_of, begun)


def test_a_charge_has_its_end() -> None:
    """As estimated by the car."""
    charging = Battery(level=50, charging=True, reported_at=MONDAY, charging_time_remaining=timedelta(hours=2))
    state = replace(vehicle(NIGHT), battery=charging)
    assert explain_charging(situation(PLAN, state, at("02:00")))[:2] == (ChargingReason.CHARGING, None)
    assert explain_charging(situation(PLAN, state, at("01:59")))[:2] == (ChargingReason.CHARGING, at("02:00"))


DEPARTING = departure_plan()
SENT = Attempt(departure="work", ready_at=READY, sent=1, sent_at=at("07:20"))
TIMER = Timer(departure="work", ready_at=READY, start_at=at("07:20"), sent_at=at("05:30"))


@pytest.mark.parametrize(
    ("plan", "state", "clock", "reason", "speaks_of"),
    [
        (DEPARTING, replace(vehicle(), last_preconditioning=run(at("07:21"))), "07:24", "running", at("07:21")),
        (DEPARTING, replace(vehicle(), last_preconditioning=run(at("07:21"))), "06:00", "waiting_for_departure",
         at("07:20")),
        (DEPARTING, vehicle(commands=(sent_command(CommandKind.PRECONDITION, at("06:00")),)), "06:01", "starting",
         at("06:00")),
        (replace(DEPARTING, attempts=(SENT,)), vehicle(), "07:21", "starting", at("07:20")),
        (replace(DEPARTING, departures_enabled=False), vehicle(), "06:00", "switched_off", None),
        (Plan(), vehicle(), "06:00", "no_departure", None),
        (departure_plan(precondition=False), vehicle(), "06:00", "no_departure", None),
        (edits.pause(DEPARTING, MONDAY.date(), date(2026, 12, 24), MONDAY), vehicle(), "06:00", "paused", None),
        (edits.pause(DEPARTING, date(2026, 11, 24), date(2026, 12, 24), MONDAY), vehicle(), "08:00", "paused", None),
        (edits.pause(DEPARTING, date(2026, 11, 1), date(2026, 11, 2), MONDAY), vehicle(), "06:00",
         "waiting_for_departure", at("07:20")),
        (DEPARTING, vehicle(), "06:00", "waiting_for_departure", at("07:20")),
        (DEPARTING, vehicle(level=40, plugged_in=False), "06:00", "battery_low", at("07:20")),
        (departure_plan(override=True), vehicle(level=40, plugged_in=False), "06:00", "waiting_for_departure",
         at("07:20")),
        (replace(departure_plan(uses_timer=True), timer=TIMER), vehicle(timer=time(7, 20)), "06:00", "timer_in_the_car",
         at("07:20")),
        (replace(departure_plan(uses_timer=True), timer=TIMER), vehicle(timer=time(7, 20)), "07:20", "starting",
         at("07:20")),
        (replace(DEPARTING, attempts=(replace(SENT, outcome=Outcome.CANCELED),)), vehicle(), "06:00",
         "waiting_for_departure", at("07:20", day=1)),
    ],
)  # fmt: skip
def test_preconditioning_reason(
    plan: Plan, state: VehicleState, clock: str, reason: str, speaks_of: datetime | None
) -> None:
    """For the next departure that counts."""
    assert explain_preconditioning(situation(plan, state, at(clock)))[:2] == (PreconditioningReason(reason), speaks_of)


def ended(outcome: Outcome, **words: Any) -> Plan:
    """Return a plan whose departure of Monday had an outcome, with another departure every day at 09:00."""
    later = Departure(id="later", name="Later", at=time(9), weekdays=WORK_DAYS, **words)
    return replace(DEPARTING, departures=(*DEPARTING.departures, later), attempts=(replace(SENT, outcome=outcome),))


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.FAILED, "failed"), (Outcome.MISSED, "failed"), (Outcome.TOO_LOW, "battery_low")]
)
@pytest.mark.parametrize(
    ("clock", "later", "is_told"),
    [
        ("07:29", {}, True),
        ("07:30", {}, True),
        ("07:59", {}, True),
        ("08:00", {}, False),
        ("08:00", {"precondition": False}, True),
        ("11:30", {"enabled": False}, True),
        ("11:31", {"enabled": False}, False),
    ],
)
def test_a_failure_is_shown_for_some_hours(
    outcome: Outcome, reason: str, clock: str, later: dict[str, bool], is_told: bool
) -> None:
    """Or until an hour before the next departure."""
    found = explain_preconditioning(situation(ended(outcome, **later), vehicle(), at(clock)))
    assert ((found.reason, found.at, found.over, found.departure) == (reason, READY, True, "Work")) is is_told
    assert is_told or (found.reason, found.over) == ("waiting_for_departure", False)


@pytest.mark.parametrize("ran", ["07:20", "07:40"])
def test_no_failure_if_the_car_was_preconditioned_after_all(ran: str) -> None:
    """Started by hand, or reported late."""
    state = replace(vehicle(), last_preconditioning=run(at(ran)))
    found = explain_preconditioning(situation(ended(Outcome.FAILED, enabled=False), state, at("07:50")))
    assert found.reason is PreconditioningReason.WAITING_FOR_DEPARTURE
