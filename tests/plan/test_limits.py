"""The level at which charging ends: stopped, or windows that end when it is reached, and the level of a departure."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeEvent, ChargeEventKind, ChargeSchedule, CommandKind
from custom_components.renault_ze.plan import limits
from custom_components.renault_ze.plan.decisions import recorded
from custom_components.renault_ze.plan.forecast import forecast
from custom_components.renault_ze.plan.model import Departure, Plan, as_json, from_json
from custom_components.renault_ze.plan.steps import DepartureMessage, SendSchedule, StepReason, StopCharge
from custom_components.renault_ze.vehicle.results import CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.views.reasons import ChargingReason, explain_charging
from tests.plan.simulated.states import (
    BASE,
    MONDAY,
    NIGHT,
    SETTINGS,
    WORK_DAYS,
    after,
    at,
    charge,
    charging_plan,
    due,
    observed,
    sent_command,
    situation,
    step,
    vehicle,
)

CAN_STOP = replace(SETTINGS, can_stop=True)
PLAN = charging_plan(NIGHT, charge_limit=80)
WORK = Departure(id="work", name="Work", at=time(7, 30), weekdays=WORK_DAYS, target_level=90)


def state(level: int, now: str = "02:00", *, charging: bool = True, **fields: object) -> VehicleState:
    """Return a car with the night in it, just read."""
    return vehicle(BASE, level=level, charging=charging, read_at=at(now), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("level", "stops"), [(79, False), (80, True), (93, True)])
def test_a_car_is_stopped_at_the_limit(level: int, stops: bool) -> None:
    """It is stopped once it reports the level."""
    found = due(PLAN, state(level), at("02:00"), CAN_STOP)
    assert isinstance(found, StopCharge) is stops


def test_a_car_that_goes_on_is_stopped_again_later() -> None:
    """Each command waits longer, and for a report of the car after the last one."""
    plan = after(PLAN, state(80), at("02:00"), CAN_STOP)
    found = step(from_json(as_json(plan)), state(81), at("02:01"), CAN_STOP)
    assert isinstance(found, StopCharge)
    assert found.at == at("02:10")
    plan = recorded(plan, found, at("02:10"))
    again = step(plan, state(81), at("02:11"), CAN_STOP)
    assert again is not None
    assert again.at == at("02:30")
    assert limits.is_unread(situation(plan, state(81, "02:09"), at("02:30"), CAN_STOP))
    assert not limits.is_unread(situation(plan, state(81, "02:30"), at("02:30"), CAN_STOP))


def test_a_charge_that_the_user_starts_overrides_the_limit_once() -> None:
    """Until the car is unplugged; the next charge ends at the limit again."""
    started = (sent_command(CommandKind.START_CHARGE, at("02:00"), CommandStatus.CONFIRMED),)
    plan = observed(PLAN, state(85, "02:10", commands=started), at("02:10"), CAN_STOP)
    assert due(plan, state(90, "02:20"), at("02:20"), CAN_STOP) is None
    plan = observed(plan, state(100, "02:50", charging=False, plugged_in=False), at("02:50"), CAN_STOP)
    assert isinstance(due(plan, state(85, "03:00", commands=started), at("03:00"), CAN_STOP), StopCharge)


def test_a_refused_start_does_not_override_the_limit() -> None:
    """The car charges by its schedule then."""
    refused = (sent_command(CommandKind.START_CHARGE, at("02:00"), CommandStatus.FAILED),)
    assert isinstance(due(PLAN, state(85, "02:10", commands=refused), at("02:10"), CAN_STOP), StopCharge)


def test_windows_are_shortened_without_a_stop_command() -> None:
    """The next window ends when the car is expected to reach the limit; nothing changes hours before."""
    assert observed(PLAN, state(70, "00:00", charging=False), at("22:00", -1)).chosen == ()
    plan = observed(PLAN, state(70, "00:15", charging=False), at("00:15"))
    (chosen,) = plan.chosen
    # 10 % take 40 minutes at a home charging point.
    assert chosen.windows == ((at("01:00"), at("01:45")),)
    found = due(plan, state(70, "00:15", charging=False), at("00:15"))
    assert isinstance(found, SendSchedule)
    assert charge(MONDAY.weekday(), "01:00", "01:45") in found.schedule.windows  # type: ignore[arg-type]
    assert charge(MONDAY.weekday(), "01:00", "05:00") not in found.schedule.windows  # type: ignore[arg-type]


MEASURED = (
    ChargeEvent(at=at("04:56", -1), kind=ChargeEventKind.ENDED, level=100),
    ChargeEvent(at=at("02:00", -1), kind=ChargeEventKind.STARTED, level=34),
)


@pytest.mark.parametrize(("level", "limit", "end"), [(40, 80, "02:30"), (80, 95, "02:00")])
def test_a_battery_that_is_nearly_full_charges_slowly(level: int, limit: int, end: str) -> None:
    """A charge up to 100 % does not tell the speed below 80 %, nor that above; the forecast reaches the limit, too."""
    car = replace(state(level, "00:15", charging=False), charge_history=MEASURED)
    plan = observed(replace(PLAN, charge_limit=limit), car, at("00:15"))
    assert plan.chosen[0].windows == ((at("01:00"), at(end)),)
    assert forecast(situation(plan, car, at("00:15")), at("06:00")).level == limit


def test_a_window_that_is_long_enough_is_not_changed() -> None:
    """Also not if the limit is that of a full battery."""
    assert observed(PLAN, state(15, "00:15", charging=False), at("00:15")).chosen == ()
    plan = replace(PLAN, charge_limit=None)
    assert observed(plan, state(99, "00:15", charging=False), at("00:15")).chosen == ()


def test_a_slow_or_fast_charge_moves_the_end() -> None:
    """The window goes on if the level is not reached, and ends early if it is; it does not return afterwards."""
    plan = observed(PLAN, state(70, "00:15", charging=False), at("00:15"))
    slow = observed(plan, state(72, "02:00"), at("02:00"))
    assert slow.chosen[0].windows == ((at("01:00"), at("02:45")),)
    fast = observed(plan, state(80, "01:40"), at("01:40"))
    assert fast.chosen[0].windows == ((at("01:00"), at("01:30")),)
    for clock in ("01:50", "02:30", "04:45", "04:50"):
        assert observed(fast, state(80, clock, charging=False), at(clock)).chosen == fast.chosen


def test_nothing_is_shortened_at_any_time() -> None:
    """A car that charges at any time, and cannot be stopped, is not limited."""
    plan = replace(PLAN, charge_enabled=False)
    car = replace(state(85), charge_schedule=ChargeSchedule(enabled=False, windows=BASE.windows))
    assert observed(plan, car, at("02:00")).chosen == ()
    assert limits.method(situation(plan, car, at("02:00"))) is limits.LimitMethod.NONE
    assert not limits.is_reached(situation(plan, car, at("02:00")))


def test_a_departure_has_a_level_of_its_own() -> None:
    """Charging before it ends there, and after it at the limit."""
    plan = replace(PLAN, departures=(WORK,))
    assert due(plan, state(85), at("02:00"), CAN_STOP) is None
    assert isinstance(due(plan, state(90), at("02:00"), CAN_STOP), StopCharge)
    saturday = {"read_at": at("02:00", 5)}
    car = replace(state(85), read_at=dict.fromkeys(state(85).read_at, saturday["read_at"]))
    assert isinstance(due(plan, car, at("02:00", 5), CAN_STOP), StopCharge)


def test_the_forecast_ends_at_the_limit() -> None:
    """Also if the window is long enough for more."""
    assert forecast(situation(PLAN, state(70, "00:15", charging=False), at("00:15")), at("06:00")).level == 80
    assert forecast(situation(PLAN, state(70), at("02:00"), CAN_STOP), at("06:00")).level == 80


def test_a_level_that_cannot_be_reached_is_told_once() -> None:
    """On the evening before the departure."""
    plan = Plan(departures=(replace(WORK, override=True),), charge_enabled=True, edited_at=MONDAY - timedelta(days=9))
    plan = replace(plan, windows=charging_plan("01:00-02:00").windows, judged_until=at("20:00"))
    car = replace(vehicle(read_at=at("20:00"), level=60), charge_schedule=None)
    found = list(limits.level_warning(situation(plan, car, at("20:00"))))
    assert [each.reason for each in found] == [StepReason.LEVEL_UNREACHABLE]
    assert isinstance(found[0], DepartureMessage)
    told = recorded(plan, found[0], at("20:00"))
    assert [*limits.level_warning(situation(told, car, at("21:00")))] == []
    assert [*limits.level_warning(situation(plan, car, at("19:00")))] == []


def test_each_level_that_cannot_be_reached_is_told() -> None:
    """Also that of a departure after the first one."""
    first, second = replace(WORK, id="first", target_level=None), replace(WORK, id="second", at=time(8))
    plan = Plan(departures=(first, second), charge_enabled=True, edited_at=MONDAY - timedelta(days=9))
    plan = replace(plan, windows=charging_plan("01:00-02:00").windows, judged_until=at("20:00"))
    car = replace(vehicle(read_at=at("20:00"), level=60), charge_schedule=None)
    found = list(limits.level_warning(situation(plan, car, at("20:00"))))
    assert [each.departure.departure.id for each in found] == ["second"]


def test_the_charging_reason_is_the_limit() -> None:
    """As long as the car is plugged in and does not charge."""
    car = state(80, charging=False)
    assert explain_charging(situation(PLAN, car, at("02:00"), CAN_STOP)).reason is ChargingReason.LIMIT_REACHED
    assert explain_charging(situation(PLAN, state(80), at("02:00"), CAN_STOP)).reason is ChargingReason.CHARGING
    car = state(79, charging=False)
    assert explain_charging(situation(PLAN, car, at("02:00"), CAN_STOP)).reason is not ChargingReason.LIMIT_REACHED


def test_a_limit_makes_the_schedule_the_users() -> None:
    """A schedule that follows the car is only shortened once it is the user's."""
    following = replace(PLAN, edited_at=None, charge_limit=None)
    now = situation(following, state(70), at("02:00"))
    changed = limits.with_charge_limit(following, 80, now)
    assert (changed.charge_limit, changed.edited_at) == (80, at("02:00"))
    assert limits.with_charge_limit(changed, 100, now).charge_limit is None
