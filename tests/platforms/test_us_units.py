"""The units of the sensors with US customary units."""

from homeassistant.components.sensor import async_update_suggested_units
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.sensors.trips import TRIP_DESCRIPTIONS
from custom_components.renault_ze.sensors.vehicle import DESCRIPTIONS
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import set_up, state, value
from tests.conftest import Later

LAST = "sensor.renault_z_e_last_journey_consumption_estimate"
TODAY = "sensor.renault_z_e_consumption_today_estimate"
METRIC, US = "kWh/100km", "mi/kWh"
UNITS = {
    "average_consumption_estimate": US,
    "battery": "%",
    "battery_energy": "kWh",
    "charging_time_remaining": "h",
    "consumption_today_estimate": US,
    "distance_today_estimate": "mi",
    "energy_charged": "kWh",
    "energy_used_today_estimate": "kWh",
    "home_energy_this_month": "kWh",
    "last_charge_energy": "kWh",
    "last_charge_level": "%",
    "last_journey_consumption_estimate": US,
    "last_journey_distance_estimate": "mi",
    "mileage": "mi",
    "range": "mi",
    "usable_capacity_estimate": "kWh",
}
MILES_IN_100_KM = 62.137
HOUR = 3601

pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("renault")]


def units(hass: HomeAssistant) -> dict[str, str]:
    """Return the units of the sensors by the end of their entity ids."""
    found = {each.entity_id: each.attributes.get("unit_of_measurement") for each in hass.states.async_all("sensor")}
    return {name.removeprefix("sensor.renault_z_e_"): unit for name, unit in found.items() if unit is not None}


async def drive(renault: MyRenaultSimulator, later: Later) -> None:
    """Drive far enough for a consumption."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.fill(90)
    renault.vehicle().report_now()
    await later(HOUR)
    renault.vehicle().car.drive(60)
    renault.vehicle().report_now()
    await later(HOUR)


def consumption(entry: MockConfigEntry) -> float:
    """Return the consumption of the last trip in kWh/100 km."""
    taken: float = entry.runtime_data.vehicles[EXAMPLE_VIN].trips.log.journey.consumption
    return taken


def test_every_unit_has_a_device_class() -> None:
    """Home Assistant needs it to convert."""
    with_units = {each.key: each for each in (*DESCRIPTIONS, *TRIP_DESCRIPTIONS) if each.native_unit_of_measurement}
    assert with_units.keys() > {"range", "mileage", "outside_temperature", "last_journey_consumption"}
    assert all(each.device_class for each in with_units.values())


async def test_us_units(
    hass: HomeAssistant, renault_entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Distances, temperature and consumption have US units."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await set_up(hass, renault_entry)
    assert units(hass) == UNITS
    await drive(renault, later)
    native = consumption(renault_entry)
    assert float(value(hass, LAST)) == pytest.approx(MILES_IN_100_KM / native, rel=1e-3)
    assert value(hass, LAST) == value(hass, TODAY)


async def test_metric_units(
    hass: HomeAssistant, renault_entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Elsewhere nothing is converted."""
    await set_up(hass, renault_entry)
    await drive(renault, later)
    native = consumption(renault_entry)
    assert (float(value(hass, LAST)), units(hass)[LAST.removeprefix("sensor.renault_z_e_")]) == (native, METRIC)


async def test_trip_without_consumption(
    hass: HomeAssistant, renault_entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Consumption is unknown if the battery level did not change, not endless miles per kWh."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    renault.vehicle().car.unplug()
    await set_up(hass, renault_entry)
    renault.vehicle().car.odometer_km += 20
    renault.vehicle().report_now()
    await later(HOUR)
    assert float(value(hass, "sensor.renault_z_e_last_journey_distance_estimate")) == pytest.approx(20 * 0.62137, 0.01)
    assert (value(hass, LAST), value(hass, TODAY)) == ("unknown", "unknown")


async def test_changed_unit_system(hass: HomeAssistant, renault_entry: MockConfigEntry) -> None:
    """The units change when Home Assistant's unit system changes."""
    await set_up(hass, renault_entry)
    for system, unit in ((US_CUSTOMARY_SYSTEM, US), (METRIC_SYSTEM, METRIC)):
        hass.config.units = system
        async_update_suggested_units(hass)
        await hass.async_block_till_done()
        assert {state(hass, each).attributes["unit_of_measurement"] for each in (LAST, TODAY)} == {unit}
