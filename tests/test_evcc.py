"""The recipe of docs/evcc.md: Home Assistant has its entities, and their states are what evcc reads."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import call, set_up, state, value
from tests.plan.planned import Car

DOCUMENT = (Path(__file__).parents[1] / "docs/evcc.md").read_text(encoding="utf-8")
STATUS = "sensor.renault_z_e_evcc_status"
ONLY_MY_RENAULT = {"odometer", "climater"}
# Each entity that evcc's template for Home Assistant takes, and what evcc does with its state.
READS: dict[str, Callable[[str], object]] = {
    "soc": float,
    "range": float,
    "status": "ABC".index,
    "limitSoc": float,
    "odometer": float,
    "climater": ["on", "true", "1", "active", "yes", "off", "false", "0", "inactive", "no"].index,
    "finishTime": datetime.fromisoformat,
}
OTHER_PARAMETERS = {"name", "type", "template", "title", "uri", "capacity"}


def block(key: str) -> Any:
    """Return what the code block with a first key contains."""
    (found,) = re.findall(rf"^( *)```yaml\n *({key}:\n.*?)^ *```", DOCUMENT, re.DOTALL | re.MULTILINE)
    indent, text = found
    return parse_yaml("\n".join(line.removeprefix(indent) for line in f"{indent}{text}".splitlines()))[key]


@pytest.fixture
async def recipe(hass: HomeAssistant) -> None:
    """Add what the document adds to the configuration."""
    for component in ("template", "script"):
        assert await async_setup_component(hass, component, {component: block(component)})
    await hass.async_block_till_done()


def test_parameters() -> None:
    """The vehicle has the parameters of evcc's template."""
    (vehicle,) = block("vehicles")
    assert vehicle["template"] == "homeassistant"
    assert vehicle.keys() - OTHER_PARAMETERS == READS.keys()


@pytest.mark.usefixtures("recipe")
@pytest.mark.freeze_time("2026-11-19 18:00:00+00:00")
async def test_states(car: Car) -> None:
    """All states can be read of a car at Z.E. Services while it charges."""
    (vehicle,) = block("vehicles")
    for parameter in READS.keys() - ONLY_MY_RENAULT:
        READS[parameter](car.value(vehicle[parameter]))
    assert car.state(vehicle["range"]).attributes["unit_of_measurement"] == "km"


@pytest.mark.usefixtures("recipe")
async def test_states_at_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """A car at MY Renault has more of them, and evcc can stop its charge."""
    await set_up(hass, renault_entry)
    (vehicle,) = block("vehicles")
    for parameter in READS.keys() - {"climater"}:
        READS[parameter](value(hass, vehicle[parameter]))
    assert state(hass, vehicle["odometer"]).attributes["unit_of_measurement"] == "km"
    await call(hass, "script.turn_on", "script.renault_z_e_stop_charging")
    assert value(hass, "sensor.renault_z_e_last_command") == "accepted"
    assert state(hass, "sensor.renault_z_e_last_command").attributes["command"] == "stop_charge"


@pytest.mark.usefixtures("recipe")
@pytest.mark.freeze_time("2026-11-19 18:00:00+00:00")
async def test_status(car: Car) -> None:
    """The status follows the plug and the charge, and is not known for a car that has not reported for a day."""
    vehicle = car.simulator.vehicle()
    assert car.value(STATUS) == "C"
    vehicle.car.fill(100)
    vehicle.report_now()
    await car.later(601)
    assert car.value(STATUS) == "B"
    vehicle.car.unplug()
    vehicle.report_now()
    await car.later(601)
    assert car.value(STATUS) == "A"
    car.hass.states.async_set("binary_sensor.renault_z_e_plugged_in", "unavailable")
    await car.hass.async_block_till_done()
    assert car.value(STATUS) == "unavailable"
