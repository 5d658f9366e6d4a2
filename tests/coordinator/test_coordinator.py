"""A vehicle is polled: how often, for what, and what is known of it where an answer is missing or nonsense."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import async_update_entity
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.conftest import Later

BATTERY, LAST = "GET /battery", "GET /air-conditioning/last"


def arrived(simulator: Simulator) -> list[str]:
    """Return the requests about the car that arrived since the last look."""
    told = [(entry.method, entry.path.partition("/VF1AGVYF0ZE000001")) for entry in simulator.log.entries]
    simulator.log.entries.clear()
    return [f"{method} {path}" for method, (_, about, path) in told if about]


async def test_an_idle_poll_is_two_requests(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Battery and last preconditioning; the rest is read hourly."""
    simulator.vehicle().car.unplug()
    await later(600)
    arrived(simulator)
    await later(1200)
    assert sorted(arrived(simulator)) == [LAST, BATTERY]
    await later(1200)
    await later(1200)
    assert len(arrived(simulator)) == 2 * 2 + 3


async def test_the_pace_follows_the_car(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Half the interval while charging, the interval while plugged in, twice the interval while unplugged."""
    assert coordinator.update_interval == timedelta(minutes=5)
    simulator.vehicle().car.fill(100)
    await later(301)
    await later(301)
    assert coordinator.data.battery.charging is False
    assert coordinator.update_interval == timedelta(minutes=10)
    simulator.vehicle().car.unplug()
    await later(60)
    await later(601)
    assert coordinator.update_interval == timedelta(minutes=20)


async def test_the_end_of_a_charge_brings_its_history(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The history is read once the car has stopped charging."""
    arrived(simulator)
    simulator.vehicle().car.fill(100)
    await later(301)
    await later(301)
    assert "GET /charge/history" in arrived(simulator)
    assert coordinator.data.charge_history[0].level == 100


async def test_a_fault_of_one_part_leaves_the_others(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The failing part keeps its last value, is complained of once, and comes back."""
    await later(60)
    simulator.faults.add({"path": "*/air-conditioning/last", "kind": "status", "status": 500})
    known = coordinator.data.last_preconditioning
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    await later(301)
    await later(301)
    assert coordinator.last_update_success
    assert coordinator.data.last_preconditioning == known
    assert coordinator.data.battery.level >= 80
    assert caplog.text.count("Cannot read the last_preconditioning") == 1
    simulator.faults.replace([])
    await later(301)
    assert "Reading the last_preconditioning again" in caplog.text


async def test_values_outlive_a_cloud_that_is_down_until_they_say_nothing_any_more(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Values stay for a day, said to be stale after an hour, and come back with the cloud."""
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


async def test_a_glitch_does_not_empty_the_battery(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The report of an unplugged car at level 0 without a range is not believed."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().glitch()
    await later(5)
    await later(301)
    assert hass.states.get("sensor.renault_z_e_battery").state == "50"


@pytest.mark.parametrize(("told", "minutes"), [("7200", 120), (None, 15)])
async def test_a_cloud_that_asks_to_wait_is_left_alone(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later, told: str | None, minutes: int
) -> None:
    """Its own word counts, and a quarter of an hour where it gives none."""
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": told})
    await later(301)
    assert coordinator.update_interval == timedelta(minutes=minutes)
    arrived(simulator)
    await later(60 * minutes - 10)
    assert arrived(simulator) == []
    simulator.faults.replace([])
    await later(20)
    assert BATTERY in arrived(simulator)


async def test_a_poll_that_asks_nothing_does_not_clear_an_error(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While the cloud is left alone nobody knows whether it is back, even if a person asks for an update."""
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


async def test_a_part_that_is_not_asked_for_is_neither_back_nor_lost_again(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """What the cloud refuses hourly is complained of once, whatever the polls between bring."""
    simulator.faults.add({"path": "*/settings/notification", "method": "GET", "kind": "status", "status": 400})
    for _ in range(14):
        await later(601)
    assert caplog.text.count("Cannot read the notifications") == 1
    assert "Reading the notifications again" not in caplog.text
