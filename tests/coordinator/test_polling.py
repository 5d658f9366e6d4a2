"""How often a vehicle is polled, for which parts, and what is shown and written."""

from collections.abc import Awaitable
from datetime import timedelta
import re
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import async_update_entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import Battery
from custom_components.renault_ze.cloud.zeservices import ZeServices
from custom_components.renault_ze.const import MAX_PARALLEL_POLLS
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan import planner
from custom_components.renault_ze.storage import Storage
from simulator import Simulator
from tests.common import set_up, value
from tests.conftest import Later

READ_BATTERY, READ_LAST_RUN = "GET /battery", "GET /air-conditioning/last"
BATTERY = "sensor.renault_z_e_battery"
ELSEWHERE = re.compile(r"(select|switch|time|button|event|binary_sensor)\.|.*(preconditioning|command|schedule)")
FLEET = [f"VF1AGVYF0ZE{number:06}" for number in range(1, 3 * MAX_PARALLEL_POLLS)]


def arrived(simulator: Simulator) -> list[str]:
    """Return the requests about the car since the last call."""
    requests = [(entry.method, entry.path.partition("/VF1AGVYF0ZE000001")) for entry in simulator.log.entries]
    simulator.log.entries.clear()
    return [f"{method} {path}" for method, (_, about, path) in requests if about]


async def test_idle_poll(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Read the battery and the last preconditioning, and the other parts hourly."""
    simulator.vehicle().car.unplug()
    await later(600)
    arrived(simulator)
    await later(1200)
    assert sorted(arrived(simulator)) == [READ_LAST_RUN, READ_BATTERY]
    await later(1200, times=2)
    assert len(arrived(simulator)) == 2 * 2 + 3


async def test_update_interval(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Halve it while the car charges, and double it while it is unplugged."""
    assert coordinator.update_interval == timedelta(minutes=5)
    simulator.vehicle().car.fill(100)
    await later(301, times=2)
    assert coordinator.data.battery.charging is False
    assert coordinator.update_interval == timedelta(minutes=10)
    simulator.vehicle().car.unplug()
    await later(60)
    await later(601)
    assert coordinator.update_interval == timedelta(minutes=20)


async def test_history_is_read_after_a_charge(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Read it once the car stopped charging."""
    arrived(simulator)
    simulator.vehicle().car.fill(100)
    await later(301, times=2)
    assert "GET /charge/history" in arrived(simulator)
    assert coordinator.data.charge_history[0].level == 100


async def test_one_failing_part(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Keep its last value, log one warning, and update the others."""
    await later(60)
    simulator.faults.add({"path": "*/air-conditioning/last", "kind": "status", "status": 500})
    known = coordinator.data.last_preconditioning
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    await later(301, times=2)
    assert coordinator.last_update_success
    assert coordinator.data.last_preconditioning == known
    assert coordinator.data.battery.level >= 80
    assert caplog.text.count("Cannot read the last_preconditioning") == 1
    simulator.faults.replace([])
    await later(301)
    assert "Reading the last_preconditioning again" in caplog.text


async def test_cloud_is_down(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Keep values for a day, outdated after an hour, and update them when the cloud is back."""
    simulator.faults.add({"path": "/api/*", "kind": "status", "status": 502})
    await later(301)
    assert not coordinator.last_update_success
    assert hass.states.get("sensor.renault_z_e_battery").state == "50"
    assert hass.states.get("binary_sensor.renault_z_e_data_stale").state == "off"
    await later(3600)
    assert hass.states.get("sensor.renault_z_e_battery").state == "50"
    assert hass.states.get("binary_sensor.renault_z_e_data_stale").state == "on"
    await later(24 * 3600)
    assert hass.states.get("sensor.renault_z_e_battery").state == "unavailable"
    simulator.faults.replace([])
    await later(601)
    assert hass.states.get("sensor.renault_z_e_battery").state == "100"


async def test_implausible_battery_level(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Ignore a report of level 0 without a range."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().glitch()
    await later(5)
    await later(301)
    assert hass.states.get("sensor.renault_z_e_battery").state == "50"


@pytest.mark.parametrize(("retry_after", "minutes"), [("7200", 120), (None, 15)])
async def test_pause_that_the_cloud_asks_for(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later, retry_after: str | None, minutes: int
) -> None:
    """Wait as long as it says, or a quarter of an hour."""
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": retry_after})
    await later(301)
    assert coordinator.update_interval == timedelta(minutes=minutes)
    arrived(simulator)
    await later(60 * minutes - 10)
    assert arrived(simulator) == []
    simulator.faults.replace([])
    await later(20)
    assert READ_BATTERY in arrived(simulator)


async def test_skipped_poll_does_not_clear_an_error(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Keep it during a pause, also if a user requests an update."""
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": "7200"})
    await later(301)
    assert not coordinator.last_update_success
    simulator.faults.replace([])
    arrived(simulator)
    await async_update_entity(hass, "sensor.renault_z_e_battery")
    assert arrived(simulator) == []
    assert not coordinator.last_update_success
    assert "data recovered" not in caplog.text
    await later(7201)
    assert coordinator.last_update_success
    assert "data recovered" in caplog.text


async def test_part_that_fails_hourly(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Log one warning, with any responses to the polls between."""
    simulator.faults.add({"path": "*/settings/notification", "method": "GET", "kind": "status", "status": 400})
    await later(601, times=14)
    assert caplog.text.count("Cannot read the notifications") == 1
    assert "Reading the notifications again" not in caplog.text


def written(hass: HomeAssistant) -> dict[str, float]:
    """Return when each state was last written, changed or not."""
    return {each.entity_id: each.last_reported_timestamp for each in hass.states.async_all()}


async def test_only_changed_states_are_written(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Change the battery level, and write only the states that show it."""
    simulator.vehicle().car.unplug()
    await later(301)
    before = written(hass)
    simulator.vehicle().car.fill(60)
    simulator.vehicle().report_now()
    await later(1201)
    changed = {entity for entity, at in written(hass).items() if at != before[entity]}
    assert value(hass, BATTERY) == "60"
    assert {BATTERY, "sensor.renault_z_e_range", "sensor.renault_z_e_last_report"} <= changed
    assert not [entity for entity in changed if ELSEWHERE.match(entity)]


async def test_poll_without_a_plan(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Decode no stored schedule, and compute no steps."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.fill(60)
    simulator.vehicle().report_now()
    with patch.object(Storage, "wanted_schedule") as stored, patch.object(planner, "steps") as steps:
        await later(1201)
    assert value(hass, BATTERY) == "60"
    stored.assert_not_called()
    assert steps.mock_calls == []


async def test_expired_value_is_written(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Write it as unavailable, and again when the same value is back."""
    simulator.vehicle().car.fill(100)
    await later(301, times=2)
    assert value(hass, BATTERY) == "100"
    with patch.object(ZeServices, "battery", return_value=None):
        await later(25 * 3600)
        assert value(hass, BATTERY) == STATE_UNAVAILABLE
    await later(1201)
    assert value(hass, BATTERY) == "100"


async def test_limit_of_simultaneous_reads(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Read all vehicles of a large account, a few at a time."""
    simulator.account.vins[:] = FLEET
    simulator.backend.add_account(simulator.account)
    asked: list[str] = []
    at_once: set[str] = set()
    most = 0
    ask = ZeServices.battery

    async def counted(cloud: ZeServices, vin: str) -> Battery | None:
        """Read a battery, and count the simultaneous reads."""
        nonlocal most
        asked.append(vin)
        at_once.add(vin)
        most = max(most, len(at_once))
        answer: Awaitable[Battery | None] = ask(cloud, vin)
        try:
            return await answer
        finally:
            at_once.discard(vin)

    with patch.object(ZeServices, "battery", counted):
        await set_up(hass, mock_config_entry)
    assert sorted(asked) == FLEET
    assert most == MAX_PARALLEL_POLLS
