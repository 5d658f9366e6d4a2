"""The rows of a fresh car's page that are unknown, each because it does not apply yet."""

from collections.abc import AsyncIterator

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Account, Simulator
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from tests.common import set_up, value

NO_CHARGE = "it does not charge"
NO_CHARGE_YET = "no charge is known"
NO_DEPARTURE = "it has no departure"
NO_EVENT = "nothing happened since it was added"
NO_COMMAND = "no command was sent"
ANY_TIME = "it charges at any time"
NO_RUN = "it has not preconditioned"
NO_TIMER = "no timer is set"
NO_JOURNEY = "it has not driven since it was added"
NOT_REPORTED = "it does not report whether it is plugged in"
EVERY_CAR = {
    "event.renault_z_e_charge": NO_EVENT,
    "event.renault_z_e_command": NO_COMMAND,
    "event.renault_z_e_plan": NO_EVENT,
    "sensor.renault_z_e_charge_ends_at": NO_CHARGE,
    "sensor.renault_z_e_charging_time_remaining": NO_CHARGE,
    "sensor.renault_z_e_last_charge_energy": NO_CHARGE_YET,
    "sensor.renault_z_e_last_charge_level": NO_CHARGE_YET,
    "sensor.renault_z_e_last_command": NO_COMMAND,
    "sensor.renault_z_e_next_departure": NO_DEPARTURE,
    "sensor.renault_z_e_next_preconditioning": NO_DEPARTURE,
    "sensor.renault_z_e_preconditioning_timer": NO_TIMER,
}
WITH_SCHEDULE = EVERY_CAR | {"sensor.renault_z_e_next_charge_window": ANY_TIME}
ZE_SERVICES = WITH_SCHEDULE | {
    "sensor.renault_z_e_last_preconditioning": NO_RUN,
    "sensor.renault_z_e_last_preconditioning_result": NO_RUN,
}
JOURNEYS = {
    "sensor.renault_z_e_average_consumption_estimate": NO_JOURNEY,
    "sensor.renault_z_e_consumption_today_estimate": NO_JOURNEY,
    "sensor.renault_z_e_last_journey_consumption_estimate": NO_JOURNEY,
    "sensor.renault_z_e_last_journey_distance_estimate": NO_JOURNEY,
}
CAPACITY = {"sensor.renault_z_e_usable_capacity_estimate": "too few charges are known"}
PLUG = dict.fromkeys(("binary_sensor.renault_z_e_plugged_in", "sensor.renault_z_e_charging_reason"), NOT_REPORTED)
MY_RENAULT = {
    "ZOE40": WITH_SCHEDULE | JOURNEYS,
    "ZOE50": WITH_SCHEDULE | JOURNEYS,
    "R5": WITH_SCHEDULE | JOURNEYS | CAPACITY,
    "Spring": EVERY_CAR | JOURNEYS | PLUG,
}


@pytest.fixture
async def renault(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve MY Renault with one new car of a model."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: MODEL_NAMES[request.param]})
    await simulator.start()
    yield simulator
    await simulator.stop()


def unknown(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the rows of the car's page that are unknown; a button shows no value."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    rows = [each for each in found if each.disabled_by is None and each.domain != "button"]
    return {each.entity_id for each in rows if value(hass, each.entity_id) == STATE_UNKNOWN}


async def test_ze_services(hass: HomeAssistant, simulator: Simulator, mock_config_entry: MockConfigEntry) -> None:
    """The charging point of an unplugged car is idle."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await set_up(hass, mock_config_entry)
    assert unknown(hass, mock_config_entry) == ZE_SERVICES.keys()
    assert value(hass, "sensor.renault_z_e_charging_point") == "none"


@pytest.mark.parametrize(("renault", "rows"), MY_RENAULT.items(), indirect=["renault"], ids=MY_RENAULT)
async def test_my_renault(hass: HomeAssistant, renault_entry: MockConfigEntry, rows: dict[str, str]) -> None:
    """The first and second generation of the ZOE, a newer car, and one that reports little."""
    await set_up(hass, renault_entry)
    assert unknown(hass, renault_entry) == rows.keys()


async def test_what_a_sensor_repeats_is_disabled(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """The page of a new car shows the last preconditioning once."""
    found = er.async_entries_for_config_entry(er.async_get(hass), init_integration.entry_id)
    disabled = {each.entity_id for each in found if each.disabled_by is er.RegistryEntryDisabler.INTEGRATION}
    assert disabled == {"event.renault_z_e_preconditioning", "sensor.renault_z_e_last_preconditioning_source"}
