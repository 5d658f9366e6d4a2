"""What an owner sees of the equipment that only some cars report, and of the charge limit in the car."""

from collections.abc import Mapping
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.myrenault import capabilities
from custom_components.renault_ze.cloud.myrenault.endpoints import LOCK_STATUS, Addition
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, state, value
from tests.platforms.test_features import HOUR, LAST_COMMAND, Wait, enable, model, renault, sent, wait

__all__ = ["model", "renault", "wait"]

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("enable_custom_integrations"),
]

LIMIT = "number.renault_z_e_charge_limit"
TIRES = ("front_left", "front_right", "rear_left", "rear_right")
# The equipment of some models: values and units of the entities, in the order of the names.
EQUIPMENT: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "ZOE50": {
        f"tire_pressure_{tire}": (pressure, "bar")
        for tire, pressure in zip(TIRES, ("2.46", "2.43", "2.39", "2.39"), strict=True)
    },
    "Captur": {"fuel_level": ("24.0", "L"), "fuel_range": ("420.0", "km")},
    "R5": {"cabin_temperature": ("8.5", "°C")},
}
# What no other car has: its entities do not even exist as disabled ones.
RARE = {key for found in EQUIPMENT.values() for key in found} | {"charging_power"}


def keys(hass: HomeAssistant, entry: MockConfigEntry, domain: str) -> dict[str, str]:
    """Return the entities of a platform by the end of their unique id, also the disabled ones."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.unique_id.partition("_")[2]: each.entity_id for each in found if each.domain == domain}


@pytest.mark.parametrize("model", EQUIPMENT)
async def test_equipment(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait, model: str
) -> None:
    """Show what the car has once it is enabled, and nothing of what it does not have."""
    await set_up(hass, renault_entry)
    sensors = keys(hass, renault_entry, "sensor")
    assert RARE & set(sensors) == set(EQUIPMENT[model])
    await enable(hass, wait, *(sensors[key] for key in EQUIPMENT[model]))
    shown = {key: state(hass, sensors[key]) for key in EQUIPMENT[model]}
    found = {key: (each.state, each.attributes["unit_of_measurement"]) for key, each in shown.items()}
    assert found == EQUIPMENT[model]


@pytest.mark.parametrize("model", ["ZOE40"])
async def test_charging_power(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Offer the power of a charge, in kilowatts, once the car has reported one."""
    renault.vehicle().quirks.reports_power = True
    renault.vehicle().charge()
    renault.advance(300)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    assert "charging_power" not in keys(hass, renault_entry, "sensor")
    await wait(2 * HOUR)
    power = keys(hass, renault_entry, "sensor")["charging_power"]
    await enable(hass, wait, power)
    assert state(hass, power).attributes["unit_of_measurement"] == "kW"
    assert 1 < float(value(hass, power)) < 50


@pytest.mark.parametrize("model", ["Scenic"])
async def test_locks(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Show the doors of a car that a table lists with them, which none does yet."""
    code = MODEL_NAMES["Scenic"].code
    listed = Addition(model=code, endpoints=(LOCK_STATUS,), grade="invented", reason="for this test")
    monkeypatch.setattr(capabilities, "ADDITIONS", (*capabilities.ADDITIONS, listed))
    listed_by_library = capabilities._listed
    monkeypatch.setattr(
        capabilities,
        "_listed",
        lambda model: {name: each for name, each in listed_by_library(model).items() if name != LOCK_STATUS},
    )
    renault.vehicle().quirks.served_endpoints = ["v1/lock-status"]
    renault.vehicle().equipment.locked = False
    renault.vehicle().equipment.open_doors = ["hatchStatus"]
    await set_up(hass, renault_entry)
    doors = keys(hass, renault_entry, "binary_sensor")
    await enable(hass, wait, doors["hatch"], doors["driver_door"])
    assert [value(hass, doors[key]) for key in ("locked", "hatch", "driver_door")] == ["on", "on", "off"]


async def test_charge_limit_in_the_car(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Write the limit with the minimum level that the car has, read it back, and show what the app has set."""
    await set_up(hass, renault_entry)
    shown = state(hass, LIMIT)
    assert (shown.state, shown.attributes["how"]) == ("80", "car")
    assert [shown.attributes[name] for name in ("min", "max", "step")] == [55, 100, 5]
    await call(hass, "number.set_value", LIMIT, value=90)
    assert sent(renault, "soc-levels") == [{"socMin": 20, "socTarget": 90}]
    await wait(timedelta(minutes=2))
    assert (value(hass, LAST_COMMAND), value(hass, LIMIT)) == ("confirmed", "90")
    found = await ask(hass, "get_plan", only_device(hass, renault_entry))
    assert found["limit"] == {"percent": 90, "how": "car"}
    renault.vehicle().soc_levels |= {"socMin": 25, "socTarget": 65}
    await wait(HOUR + timedelta(minutes=10))
    assert value(hass, LIMIT) == "65"


@pytest.mark.parametrize("levels", [{"socMin": 20, "socTarget": 83}, {"socMin": 10, "socTarget": 50}, {"socMin": 20}])
async def test_unusual_limits_of_the_app(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait, levels: dict[str, int]
) -> None:
    """Show limits between the steps as they are, and nothing while one is missing; never send the other one wrong."""
    renault.vehicle().soc_levels = levels
    await set_up(hass, renault_entry)
    await wait(timedelta(minutes=1))
    if "socTarget" in levels:
        assert value(hass, LIMIT) == str(levels["socTarget"])
    else:
        assert value(hass, LIMIT) in {"unknown", "unavailable"}
