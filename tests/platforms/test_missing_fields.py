"""Responses without some of their fields: the last values stay, with their age, until they expire."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import set_up, state, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

OUTDATED = "binary_sensor.renault_z_e_data_stale"
BATTERY = {
    "level": "sensor.renault_z_e_battery",
    "range": "sensor.renault_z_e_range",
    "charging": "binary_sensor.renault_z_e_charging",
    "plugged_in": "binary_sensor.renault_z_e_plugged_in",
    "ends_at": "sensor.renault_z_e_charge_ends_at",
    "reported_at": "sensor.renault_z_e_last_report",
}
CHARGE = {
    "plugged_in": BATTERY["plugged_in"],
    "charging": BATTERY["charging"],
    "state": "sensor.renault_z_e_charge_state",
}
SCHEDULE = {
    "mode": "select.renault_z_e_charge_mode",
    "status": "sensor.renault_z_e_charge_schedule_status",
    "calendar": "calendar.renault_z_e_charging",
}
# What a ZOE sent for hours after a full report.
ROW_9 = ["timestamp", "batteryTemperature", "batteryAvailableEnergy", "plugStatus", "chargingRemainingTime"]


def partial(path: str, *drop: str, keep: list[str] | None = None) -> dict[str, Any]:
    """Return a fault that removes fields of a response."""
    return {"kind": "partial", "path": path, **({"drop": list(drop)} if keep is None else {"keep": keep})}


def shown(hass: HomeAssistant, entities: dict[str, str]) -> dict[str, str]:
    """Return what entities show."""
    return {name: value(hass, entity_id) for name, entity_id in entities.items()}


@pytest.fixture
async def entry(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> MockConfigEntry:
    """Set up a car at MY Renault that charges."""
    renault.vehicle().charge()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    return renault_entry


@pytest.mark.usefixtures("entry")
async def test_battery_of_my_renault(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Keep level, range, and charging for a day, outdated after an hour, and show the fields that are still there."""
    before = shown(hass, BATTERY)
    assert not {"unknown", "unavailable"} & {*before.values()}
    assert before["charging"] == "on"
    renault.faults.replace([partial("*/battery-status", keep=ROW_9)])
    await later(601)
    after = shown(hass, BATTERY)
    assert {**after, "reported_at": "", "ends_at": ""} == {**before, "reported_at": "", "ends_at": ""}
    assert value(hass, OUTDATED) == "off"
    for _ in range(7):
        await later(601)
    assert value(hass, BATTERY["level"]) == before["level"]
    assert value(hass, OUTDATED) == "on"
    assert state(hass, OUTDATED).attributes["kept"].keys() == {"battery"}
    for _ in range(24):
        await later(3601)
    assert {value(hass, BATTERY[name]) for name in ("level", "range", "charging")} == {"unknown"}
    assert value(hass, BATTERY["plugged_in"]) == "on"
    renault.faults.replace([])
    await later(3601)
    assert not {"unknown", "unavailable"} & {value(hass, BATTERY[name]) for name in ("level", "range", "charging")}
    assert value(hass, OUTDATED) == "off"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("batteryLevel", "level"),
        ("batteryAutonomy", "range"),
        ("plugStatus", "plugged_in"),
        ("chargingStatus", "charging"),
        ("chargingRemainingTime", "ends_at"),
        ("timestamp", "reported_at"),
    ],
)
async def test_field_of_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, field: str, name: str
) -> None:
    """Keep each field by itself, and show null as unknown."""
    before = value(hass, BATTERY[name])
    renault.faults.replace([partial("*/battery-status", field)])
    await later(601)
    assert value(hass, BATTERY[name]) == before
    if name != "plugged_in":
        renault.faults.replace(
            [{"kind": "set", "path": "*/battery-status", "fields": {f"data.attributes.{field}": None}}]
        )
        await later(601)
        assert value(hass, BATTERY[name]) == "unknown"


@pytest.mark.usefixtures("init_integration")
@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("charge_level", "level"),
        ("remaining_range", "range"),
        ("plugged", "plugged_in"),
        ("charging", "charging"),
        ("remaining_time", "ends_at"),
        ("last_update", "reported_at"),
    ],
)
async def test_field_of_z_e_services(
    hass: HomeAssistant, simulator: Simulator, later: Later, field: str, name: str
) -> None:
    """Keep each field by itself, and mark it as outdated after an hour."""
    before = value(hass, BATTERY[name])
    assert before != "unknown"
    simulator.faults.replace([partial("*/battery", field)])
    await later(601)
    assert value(hass, BATTERY[name]) == before
    for _ in range(7):
        await later(601)
    assert value(hass, BATTERY[name]) == before
    assert value(hass, OUTDATED) == "on"


@pytest.mark.usefixtures("entry")
async def test_end_of_a_charge_without_its_remaining_time(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """Do not keep the remaining time of a charge that is over."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await later(601)
    renault.vehicle().car.plug()
    renault.vehicle().charge()
    renault.vehicle().report_now()
    renault.faults.replace([partial("*/battery-status", "chargingRemainingTime")])
    await later(1201)
    assert (value(hass, BATTERY["charging"]), value(hass, BATTERY["ends_at"])) == ("on", "unknown")


@pytest.mark.usefixtures("entry")
async def test_plug_of_a_charging_car(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A car that charges is plugged in, even if it was unplugged in the last complete report."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await later(1201)
    assert shown(hass, CHARGE) == {"plugged_in": "off", "charging": "off", "state": "not_charging"}
    renault.vehicle().car.plug()
    renault.vehicle().charge()
    renault.vehicle().report_now()
    renault.faults.replace([partial("*/battery-status", "plugStatus")])
    await later(1201)
    assert shown(hass, CHARGE) == {"plugged_in": "on", "charging": "on", "state": "charging"}


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("fields", [("chargingStatus",), ("chargingStatus", "chargingRemainingTime")])
async def test_unplugged_car_without_its_charging_state(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, fields: tuple[str, ...]
) -> None:
    """Keep nothing of the charge, which has ended."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    renault.faults.replace([partial("*/battery-status", *fields)])
    await later(601)
    assert shown(hass, CHARGE) == {"plugged_in": "off", "charging": "unknown", "state": "unknown"}
    assert value(hass, BATTERY["ends_at"]) == "unknown"
    await later(601)
    assert state(hass, "event.renault_z_e_charge").attributes["event_type"] == "ended"


@pytest.mark.usefixtures("init_integration")
async def test_contradictions_at_z_e_services(hass: HomeAssistant, simulator: Simulator, later: Later) -> None:
    """Show neither the charge of an unplugged car nor a charging car as unplugged."""
    entities = {name: BATTERY[name] for name in ("plugged_in", "charging", "ends_at")}
    assert shown(hass, {name: entities[name] for name in ("plugged_in", "charging")}) == {
        "plugged_in": "on",
        "charging": "on",
    }
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    simulator.faults.replace([partial("*/battery", "charging")])
    await later(601)
    assert shown(hass, entities) == {"plugged_in": "off", "charging": "unknown", "ends_at": "unknown"}
    simulator.vehicle().car.plug()
    simulator.vehicle().charge()
    simulator.vehicle().report_now()
    simulator.faults.replace([partial("*/battery", "plugged")])
    await later(601)
    assert shown(hass, {name: entities[name] for name in ("plugged_in", "charging")}) == {
        "plugged_in": "unknown",
        "charging": "on",
    }


@pytest.mark.usefixtures("entry")
async def test_location_and_mileage(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Keep them, outdated after two hours."""
    tracker, mileage = "device_tracker.renault_z_e_location", "sensor.renault_z_e_mileage"
    before = state(hass, tracker).attributes["latitude"], value(hass, mileage)
    renault.faults.replace([partial("*/location", "gpsLatitude"), partial("*/cockpit", "totalMileage")])
    await later(3601)
    await later(3601)
    assert (state(hass, tracker).attributes["latitude"], value(hass, mileage)) == before
    await later(3601)
    assert {"location", "mileage_km"} <= state(hass, OUTDATED).attributes["kept"].keys()


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_cabin(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Keep the outside temperature."""
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    await set_up(hass, renault_entry)
    before = value(hass, "sensor.renault_z_e_outside_temperature")
    assert before not in {"unknown", "unavailable"}
    renault.faults.replace([partial("*/hvac-status", "externalTemperature")])
    await later(3601)
    assert value(hass, "sensor.renault_z_e_outside_temperature") == before


@pytest.mark.usefixtures("init_integration")
@pytest.mark.parametrize("field", ["enabled", "schedule"])
async def test_schedule_of_z_e_services(hass: HomeAssistant, simulator: Simulator, later: Later, field: str) -> None:
    """Keep the charge schedule."""
    before = shown(hass, SCHEDULE)
    assert before == {"mode": "any_time", "status": "disabled", "calendar": "off"}
    simulator.faults.replace([partial("*/charge/scheduler/onboard", field)])
    await later(3601)
    assert shown(hass, SCHEDULE) == before


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("field", ["mode", "schedules"])
async def test_schedule_of_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later, field: str
) -> None:
    """Keep the charge schedule."""
    renault.vehicle().enable(enabled=True)
    await later(3601)
    before = shown(hass, SCHEDULE)
    assert (before["mode"], before["status"]) == ("by_schedule", "enabled")
    renault.faults.replace([partial("*/charging-settings", field)])
    await later(3601)
    assert shown(hass, SCHEDULE) == before
