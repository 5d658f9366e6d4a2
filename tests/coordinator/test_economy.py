"""A poll costs no more than it has to: it writes what has changed, and a fleet is read a few vehicles at a time."""

from collections.abc import Awaitable
import re
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
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

BATTERY = "sensor.renault_z_e_battery"
ELSEWHERE = re.compile(r"(select|switch|time|button|event|binary_sensor)\.|.*(preconditioning|command|schedule)")
FLEET = [f"VF1AGVYF0ZE{number:06}" for number in range(1, 3 * MAX_PARALLEL_POLLS)]


def written(hass: HomeAssistant) -> dict[str, float]:
    """Return when each state was last written, changed or not."""
    return {each.entity_id: each.last_reported_timestamp for each in hass.states.async_all()}


async def test_only_what_changed_is_written(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Another battery level writes the states it is seen in, and none of the many it is not seen in."""
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


async def test_what_is_known_already_is_not_looked_up_again(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Another battery level neither decodes the stored week nor looks for steps of a plan that nobody has made."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.fill(60)
    simulator.vehicle().report_now()
    with patch.object(Storage, "wanted_schedule") as stored, patch.object(planner, "steps") as steps:
        await later(1201)
    assert value(hass, BATTERY) == "60"
    stored.assert_not_called()
    assert steps.mock_calls == []


async def test_a_lost_value_is_written(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A value that expires is written as unavailable, and again when it is back, although it is the same."""
    simulator.vehicle().car.fill(100)
    await later(301)
    await later(301)
    assert value(hass, BATTERY) == "100"
    with patch.object(ZeServices, "battery", return_value=None):
        await later(25 * 3600)
        assert value(hass, BATTERY) == STATE_UNAVAILABLE
    await later(1201)
    assert value(hass, BATTERY) == "100"


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_fleet_takes_turns(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Of a large account a few vehicles are read at a time, and in the end all."""
    simulator.account.vins[:] = FLEET
    simulator.world.add_account(simulator.account)
    asked: list[str] = []
    at_once: set[str] = set()
    most = 0
    ask = ZeServices.battery

    async def counted(cloud: ZeServices, vin: str) -> Battery | None:
        """Read a battery, and count who does so at the same time."""
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
