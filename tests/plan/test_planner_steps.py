"""Steps of a plan when the cloud is unreachable, something fails, or the clock jumps."""

from dataclasses import replace
from datetime import time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from simulator.world.week import Week, Window
from tests.common import LOGIN, arrived, ask, received_commands
from tests.plan.planned import HOUR, NIGHT, NOON, WARM, WORK, Car, Later, Until, nights, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_a_window_that_was_due_while_the_cloud_was_unreachable(car: Car, coordinator: VehicleCoordinator) -> None:
    """Nothing counts as sent, and the charge schedule follows within minutes."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:05")
    car.simulator.log.entries.clear()
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*"}])
    await car.until("11:40")
    assert car.commands == []
    car.simulator.faults.replace([])
    await car.until("11:45")
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    load = coordinator.planner.plan.last_sent
    assert load.tries == 1


async def test_a_schedule_that_cannot_be_read_does_not_delay_preconditioning(car: Car) -> None:
    """Neither the command for a departure nor the message about it waits."""
    await car.ask("set_charge_schedule", windows=[NIGHT, {**NOON, "start": "08:00", "end": "09:00"}])
    await car.ask("set_departure", **WORK)
    await car.until("06:00")
    car.simulator.log.entries.clear()
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/scheduler/*"}])
    await car.until("07:50")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])


async def test_a_step_is_taken_by_its_own_reads_only(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, plan_events: list[str]
) -> None:
    """The charge schedule is already there; the warning is only for a battery that is still low."""
    evening = {**NOON, "start": "20:45", "end": "21:45"}
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_charge_schedule", device_id, windows=[NIGHT, evening])
    await ask(hass, "set_departure", device_id, **WORK)
    await until("2026-11-18T19:59")
    simulator.log.entries.clear()
    car = simulator.vehicle().car
    days = list(car.schedule.week.days)
    days[Weekday.WEDNESDAY] = Window(time(20, 45), HOUR)
    car.load(replace(car.schedule, week=Week(tuple(days))))
    car.fill(90)
    simulator.vehicle().report_now()
    await until("2026-11-18T20:00")
    assert received_commands(simulator) == []
    assert plan_events == []


async def test_refused_credentials_are_not_tried_at_each_step(car: Car) -> None:
    """A server locks an account after many failed logins."""
    await car.ask("set_departure", **WORK)
    await car.until("07:15")
    car.simulator.account.password = "changed"
    car.simulator.log.entries.clear()
    car.simulator.faults.replace([{"kind": "status", "status": 401, "path": "*"}])
    await car.until("07:29")
    assert arrived(car.simulator).count(LOGIN) <= 2


async def test_a_step_that_fails_does_not_end_the_plan(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is sent a minute later."""

    async def broken(*_: object) -> None:
        raise RuntimeError("broken")

    await car.ask("set_departure", **WORK)
    await car.until("07:15")
    with monkeypatch.context() as patch:
        patch.setattr(car.coordinator, "read_now", broken)
        await car.until("07:20")
    assert car.commands == []
    await car.until("07:22")
    assert car.commands == [WARM]


async def test_a_clock_that_jumps_over_a_step_is_noticed_within_a_minute(
    car: Car, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After sleep or a corrected clock, timers have counted fewer seconds than have passed."""
    await car.ask("set_departure", **WORK)
    await car.until("07:06")
    shown = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: shown() + timedelta(minutes=15))
    await later(59)
    assert car.commands == []
    await later(2)
    assert car.commands == [WARM]
