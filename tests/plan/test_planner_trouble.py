"""Plans through restarts, with a cloud that is unreachable, and with a car that does not respond."""

import asyncio
from datetime import time

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.storage import Storage
from simulator import EXAMPLE_VIN, Simulator
from tests.common import ask, orders
from tests.plan.planned import DEPLOY, NIGHT, NOON, TIMER, WARM, WORK, Until, reload, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("robust", [False, True])
async def test_a_restart_before_the_response_repeats_nothing(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    robust: bool,
) -> None:
    """What was sent is not sent again, and its outcome is still seen."""
    await ask(hass, "set_departure", device_id, **WORK, robust=robust)
    await until("05:30" if robust else "07:20")
    sent = [TIMER] if robust else [WARM]
    assert orders(simulator) == sent
    await reload(hass, init_integration)
    await until("08:00")
    assert orders(simulator) == sent
    assert told == ["ready"]


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
        assert orders(simulator) == []
        await reload(hass, init_integration)

    return pass_by


async def test_a_crash_between_storing_and_sending_loses_no_departure(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], dying: Until
) -> None:
    """A command without an answer or a run is sent again, once."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:15")
    await dying("07:20")
    await until("07:22")
    assert orders(simulator) == []
    await until("07:24")
    assert orders(simulator) == [WARM]
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["retry", "ready"]


async def test_a_crash_between_storing_and_sending_loses_no_timer_or_window(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], dying: Until
) -> None:
    """They are sent again when they would be in the car if they had been sent."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, {**NOON, "start": "06:30", "end": "07:00"}])
    await until("05:25")
    await dying("05:30")
    await until("05:42")
    assert orders(simulator) == [TIMER]
    await until("05:44")
    await dying("05:45")
    await until("05:57")
    assert week(simulator)["thu"]["start"] == "0630"
    await until("08:00")
    assert TIMER not in orders(simulator)
    assert told == ["ready"]


async def test_a_cloud_that_is_unreachable_for_hours(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """A departure in this time is reported as missed; the next one is not affected."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("06:30")
    simulator.faults.replace([{"kind": "status", "status": 503, "path": "*"}])
    await until("07:30")
    assert told == ["missed"]
    await until("08:00")
    await until("12:30")
    simulator.faults.replace([])
    await until("13:30")
    assert told[0] == "missed"
    assert set(told[1:]) <= {"window_late", "window_missed"}
    simulator.log.entries.clear()
    await until("2026-11-20T08:00")
    assert orders(simulator) == [WARM]
    assert told[-1] == "ready"
    await until("2026-11-20T11:30")
    assert week(simulator)["fri"] == {"start": "1200", "duration": "0100"}


async def test_a_cloud_that_comes_back_in_time(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """The command is retried as soon as that is useful, and the retry reported."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:00")
    simulator.faults.replace([{"kind": "status", "status": 503, "path": "*"}])
    await until("07:22")
    simulator.faults.replace([])
    simulator.log.entries.clear()
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["ready"]


async def test_a_car_that_never_responds(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """Two commands are sent, and the failure is reported."""
    simulator.vehicle().link.obeys_preconditioning = False
    simulator.vehicle().link.obeys_schedule = False
    await ask(hass, "set_departure", device_id, **WORK)
    for moment in ("07:20", "07:26", "08:00"):
        await until(moment)
    assert orders(simulator) == [WARM, WARM]
    assert told == ["retry", "failed"]
    simulator.log.entries.clear()
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT])
    await until("12:00")
    assert 4 <= orders(simulator).count(DEPLOY) <= 7


async def test_a_car_that_takes_no_schedule_for_days(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until
) -> None:
    """It is sent once an hour until the car takes it."""
    simulator.vehicle().link.obeys_schedule = False
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT])
    await until("2026-11-21T14:00")
    simulator.log.entries.clear()
    await until("2026-11-21T20:00")
    assert 5 <= orders(simulator).count(DEPLOY) <= 7
    simulator.vehicle().link.obeys_schedule = True
    await until("2026-11-21T22:00")
    assert {each.start for each in simulator.vehicle().car.schedule.week.days if each is not None} == {time(1)}
