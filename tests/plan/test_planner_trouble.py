"""Plans through restarts, with a cloud that is unreachable, and with a car that does not respond."""

import asyncio
from datetime import time

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.storage import Storage
from simulator import EXAMPLE_VIN, Simulator
from tests.common import received_commands
from tests.plan.planned import DEPLOY, NIGHT, NOON, TIMER, WARM, WORK, Car, Until, reload, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("robust", [False, True])
async def test_a_restart_before_the_response_repeats_nothing(car: Car, robust: bool) -> None:
    """The result is still reported."""
    await car.ask("set_departure", **WORK, robust=robust)
    await car.until("05:30" if robust else "07:20")
    sent = [TIMER] if robust else [WARM]
    assert car.commands == sent
    await reload(car.hass, car.entry)
    await car.until("08:00")
    assert (car.commands, car.plan_events) == (sent, ["ready"])


@pytest.fixture
async def dying(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    until: Until,
    simulator: Simulator,
) -> Until:
    """Return what lets Home Assistant die over the step of a moment, written down but not sent, and come back."""
    whole = Storage.flush

    async def die(storage: Storage) -> None:
        await whole(storage)
        raise asyncio.CancelledError

    async def pass_by(moment: str) -> None:
        simulator.log.entries.clear()
        coordinator = init_integration.runtime_data.vehicles[EXAMPLE_VIN]
        with monkeypatch.context() as patch:
            patch.setattr(coordinator.storage, "flush", die.__get__(coordinator.storage))
            await until(moment)
            coordinator.runner.stop()
        assert received_commands(simulator) == []
        await reload(hass, init_integration)

    return pass_by


async def test_a_crash_between_storing_and_sending_loses_no_departure(car: Car, dying: Until) -> None:
    """A command without an answer or a run is sent again, once."""
    await car.ask("set_departure", **WORK)
    await car.until("07:15")
    await dying("07:20")
    await car.until("07:22")
    assert car.commands == []
    await car.until("07:24")
    assert car.commands == [WARM]
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["retry", "ready"])


async def test_a_crash_between_storing_and_sending_loses_no_timer_or_window(car: Car, dying: Until) -> None:
    """They are sent again when they would be in the car if they had been sent."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.ask("set_charge_schedule", windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await car.until("05:25")
    await dying("05:30")
    await car.until("05:42")
    assert car.commands == [TIMER]
    await car.until("05:44")
    await dying("05:45")
    await car.until("05:57")
    assert week(car.simulator)["thu"]["start"] == "0630"
    await car.until("08:00")
    assert TIMER not in car.commands
    assert car.plan_events == ["ready"]


async def test_a_cloud_that_is_unreachable_for_hours(car: Car) -> None:
    """A departure in this time is reported as missed; the next one is not affected."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("06:30")
    car.simulator.faults.replace([{"kind": "status", "status": 503, "path": "*"}])
    await car.until("07:30")
    assert car.plan_events == ["missed"]
    await car.until("08:00")
    await car.until("12:30")
    car.simulator.faults.replace([])
    await car.until("13:30")
    assert car.plan_events[0] == "missed"
    assert set(car.plan_events[1:]) <= {"window_late", "window_missed"}
    car.simulator.log.entries.clear()
    await car.until("2026-11-20T08:00")
    assert car.commands == [WARM]
    assert car.plan_events[-1] == "ready"
    await car.until("2026-11-20T11:30")
    assert week(car.simulator)["fri"] == {"start": "1200", "duration": "0100"}


async def test_a_cloud_that_comes_back_in_time(car: Car) -> None:
    """The command is retried as soon as that is useful, and the retry reported."""
    await car.ask("set_departure", **WORK)
    await car.until("07:00")
    car.simulator.faults.replace([{"kind": "status", "status": 503, "path": "*"}])
    await car.until("07:22")
    car.simulator.faults.replace([])
    car.simulator.log.entries.clear()
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])


async def test_a_car_that_never_responds(car: Car) -> None:
    """Two commands are sent, and the failure is reported."""
    car.simulator.vehicle().link.obeys_preconditioning = False
    car.simulator.vehicle().link.obeys_schedule = False
    await car.ask("set_departure", **WORK)
    for moment in ("07:20", "07:26", "08:00"):
        await car.until(moment)
    assert (car.commands, car.plan_events) == ([WARM, WARM], ["retry", "failed"])
    car.simulator.log.entries.clear()
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("12:00")
    assert 4 <= car.commands.count(DEPLOY) <= 7


async def test_a_car_that_takes_no_schedule_for_days(car: Car) -> None:
    """It is sent once an hour until the car takes it."""
    car.simulator.vehicle().link.obeys_schedule = False
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("2026-11-21T14:00")
    car.simulator.log.entries.clear()
    await car.until("2026-11-21T20:00")
    assert 5 <= car.commands.count(DEPLOY) <= 7
    car.simulator.vehicle().link.obeys_schedule = True
    await car.until("2026-11-21T22:00")
    assert {each.start for each in car.simulator.vehicle().car.schedule.week.days if each is not None} == {time(1)}
