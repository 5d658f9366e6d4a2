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
from custom_components.renault_ze.plan import planner
from custom_components.renault_ze.storage import Storage
from simulator import Simulator
from tests.common import set_up
from tests.plan.planned import Car

READ_BATTERY, READ_LAST_RUN = "GET /battery", "GET /air-conditioning/last"
BATTERY = "sensor.renault_z_e_battery"
ELSEWHERE = re.compile(r"(select|switch|time|button|event|binary_sensor)\.|.*(preconditioning|command|schedule)")
FLEET = [f"VF1AGVYF0ZE{number:06}" for number in range(1, 3 * MAX_PARALLEL_POLLS)]


def arrived(simulator: Simulator) -> list[str]:
    """Return the requests about the car since the last call."""
    requests = [(entry.method, entry.path.partition("/VF1AGVYF0ZE000001")) for entry in simulator.log.entries]
    simulator.log.entries.clear()
    return [f"{method} {path}" for method, (_, about, path) in requests if about]


async def test_idle_poll(car: Car) -> None:
    """Read the battery and the last preconditioning, and the other parts hourly."""
    car.simulator.vehicle().car.unplug()
    await car.later(600)
    arrived(car.simulator)
    await car.later(1200)
    assert sorted(arrived(car.simulator)) == [READ_LAST_RUN, READ_BATTERY]
    await car.later(1200, times=2)
    assert len(arrived(car.simulator)) == 2 * 2 + 3


async def test_update_interval(car: Car) -> None:
    """Halve it while the car charges, and double it while it is unplugged."""
    assert car.coordinator.update_interval == timedelta(minutes=5)
    car.simulator.vehicle().car.fill(100)
    await car.later(301, times=2)
    assert car.coordinator.data.battery.charging is False
    assert car.coordinator.update_interval == timedelta(minutes=10)
    car.simulator.vehicle().car.unplug()
    await car.later(60)
    await car.later(601)
    assert car.coordinator.update_interval == timedelta(minutes=20)


async def test_history_is_read_after_a_charge(car: Car) -> None:
    """Read it once the car stopped charging."""
    arrived(car.simulator)
    car.simulator.vehicle().car.fill(100)
    await car.later(301, times=2)
    assert "GET /charge/history" in arrived(car.simulator)
    assert car.coordinator.data.charge_history[0].level == 100


async def test_one_failing_part(car: Car, caplog: pytest.LogCaptureFixture) -> None:
    """Keep its last value, log one warning, and update the others."""
    await car.later(60)
    car.simulator.faults.add({"path": "*/air-conditioning/last", "kind": "status", "status": 500})
    known = car.coordinator.data.last_preconditioning
    car.simulator.vehicle().car.fill(80)
    car.simulator.vehicle().report_now()
    await car.later(301, times=2)
    assert car.coordinator.last_update_success
    assert car.coordinator.data.last_preconditioning == known
    assert car.coordinator.data.battery.level >= 80
    assert caplog.text.count("Renault Z.E.: Cannot read the last_preconditioning") == 1
    car.simulator.faults.replace([])
    await car.later(301, times=2)
    assert "Renault Z.E.: Reading the last_preconditioning again" in caplog.text


async def test_cloud_is_down(car: Car) -> None:
    """Keep values for a day, outdated after three intervals, and update them when the cloud is back."""
    car.simulator.faults.add({"path": "/api/*", "kind": "status", "status": 502})
    await car.later(301)
    assert not car.coordinator.last_update_success
    assert car.hass.states.get("sensor.renault_z_e_battery").state == "50"
    assert car.hass.states.get("binary_sensor.renault_z_e_data_stale").state == "off"
    await car.later(301, times=4)
    assert car.hass.states.get("binary_sensor.renault_z_e_data_stale").state == "off"
    await car.later(301)
    assert car.hass.states.get("sensor.renault_z_e_battery").state == "50"
    assert car.hass.states.get("binary_sensor.renault_z_e_data_stale").state == "on"
    await car.later(24 * 3600)
    assert car.hass.states.get("sensor.renault_z_e_battery").state == "unavailable"
    car.simulator.faults.replace([])
    await car.later(601)
    assert car.hass.states.get("sensor.renault_z_e_battery").state == "100"


async def test_implausible_battery_level(car: Car) -> None:
    """Ignore a report of level 0 without a range."""
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().glitch()
    await car.later(5)
    await car.later(301)
    assert car.hass.states.get("sensor.renault_z_e_battery").state == "50"


@pytest.mark.parametrize(("retry_after", "minutes"), [("7200", 120), (None, 15)])
async def test_pause_that_the_cloud_asks_for(car: Car, retry_after: str | None, minutes: int) -> None:
    """Wait as long as it says, or a quarter of an hour."""
    car.simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": retry_after})
    await car.later(301)
    assert car.coordinator.update_interval == timedelta(minutes=minutes)
    arrived(car.simulator)
    await car.later(60 * minutes - 10)
    assert arrived(car.simulator) == []
    car.simulator.faults.replace([])
    await car.later(20)
    assert READ_BATTERY in arrived(car.simulator)


async def test_skipped_poll_does_not_clear_an_error(car: Car, caplog: pytest.LogCaptureFixture) -> None:
    """Keep it during a pause, also if a user requests an update."""
    car.simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": "7200"})
    await car.later(301)
    assert not car.coordinator.last_update_success
    car.simulator.faults.replace([])
    arrived(car.simulator)
    await async_update_entity(car.hass, "sensor.renault_z_e_battery")
    assert arrived(car.simulator) == []
    assert not car.coordinator.last_update_success
    assert "data recovered" not in caplog.text
    await car.later(7201)
    assert car.coordinator.last_update_success
    assert "data recovered" in caplog.text


async def test_part_that_fails_hourly(car: Car, caplog: pytest.LogCaptureFixture) -> None:
    """Log one warning, with any responses to the polls between."""
    car.simulator.faults.add({"path": "*/settings/notification", "method": "GET", "kind": "status", "status": 400})
    await car.later(601, times=14)
    assert caplog.text.count("Cannot read the notifications") == 1
    assert "Reading the notifications again" not in caplog.text


def written(hass: HomeAssistant) -> dict[str, float]:
    """Return when each state was last written, changed or not."""
    return {each.entity_id: each.last_reported_timestamp for each in hass.states.async_all()}


async def test_only_changed_states_are_written(car: Car) -> None:
    """Change the battery level, and write only the states that show it."""
    car.simulator.vehicle().car.unplug()
    await car.later(301)
    before = written(car.hass)
    car.simulator.vehicle().car.fill(60)
    car.simulator.vehicle().report_now()
    await car.later(1201)
    changed = {entity for entity, at in written(car.hass).items() if at != before[entity]}
    assert car.value(BATTERY) == "60"
    assert {BATTERY, "sensor.renault_z_e_range", "sensor.renault_z_e_last_report"} <= changed
    assert not [entity for entity in changed if ELSEWHERE.match(entity)]


# At noon, when no window of the car begins.
@pytest.mark.freeze_time("2026-11-18 12:00:00+00:00")
@pytest.mark.parametrize("options", [[], ["by_schedule"], ["by_schedule", "any_time"]], ids=len)
async def test_poll_without_a_plan(car: Car, options: list[str]) -> None:
    """Compute no steps and store nothing while the car holds the schedule, which was edited here or not."""
    for option in options:
        await car.call("select.select_option", "select.renault_z_e_charge_mode", option=option)
    await car.later(601, times=3)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().car.fill(60)
    car.simulator.vehicle().report_now()
    with patch.object(Storage, "remember_plan") as stored, patch.object(planner, "next_step") as steps:
        await car.later(1201)
    assert car.value(BATTERY) == "60"
    stored.assert_not_called()
    steps.assert_not_called()


async def test_expired_value_is_written(car: Car) -> None:
    """Write it as unavailable, and again when the same value is back."""
    car.simulator.vehicle().car.fill(100)
    await car.later(301, times=2)
    assert car.value(BATTERY) == "100"
    with patch.object(ZeServices, "battery", return_value=None):
        await car.later(25 * 3600)
        assert car.value(BATTERY) == STATE_UNAVAILABLE
    await car.later(1201)
    assert car.value(BATTERY) == "100"


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
        response: Awaitable[Battery | None] = ask(cloud, vin)
        try:
            return await response
        finally:
            at_once.discard(vin)

    with patch.object(ZeServices, "battery", counted):
        await set_up(hass, mock_config_entry)
    assert sorted(asked) == FLEET
    assert most == MAX_PARALLEL_POLLS
