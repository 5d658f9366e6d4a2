"""Sensors of the energy and cost of charges, at both clouds."""

from collections.abc import AsyncIterator
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_ELECTRICITY_PRICE,
    CONF_LOCALE,
    DOMAIN,
    MY_RENAULT,
)
from custom_components.renault_ze.vehicle.charge_log import CONF_CHARGING_LOSS
from simulator import EXAMPLE_VIN, Account, Simulator
from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.car import HOME
from simulator.myrenault.models import XCB1VE
from tests.common import fire_time_changed, set_up, state, value
from tests.plan.planned import Later

ENERGY = "sensor.renault_z_e_energy_charged"
LAST = "sensor.renault_z_e_last_charge_energy"
LEVEL = "sensor.renault_z_e_last_charge_level"
COST = "sensor.renault_z_e_last_charge_cost"
MONTH = "sensor.renault_z_e_home_energy_this_month"
MONTH_COST = "sensor.renault_z_e_home_cost_this_month"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


def fixed(price: float) -> dict[str, object]:
    """Return the options of one price."""
    return {CONF_ELECTRICITY_PRICE: {"kind": "fixed_price", "price": price}, CONF_CHARGING_LOSS: 0}


async def test_charge_is_estimated(
    hass: HomeAssistant, simulator: Simulator, mock_config_entry: MockConfigEntry, later: Later
) -> None:
    """Show the energy of half a battery of 22 kWh, while it is charged and when the history has it."""
    mock_config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(mock_config_entry, options=fixed(0.2))
    await set_up(hass, mock_config_entry)
    assert float(value(hass, ENERGY)) == 0
    simulator.vehicle().car.start_charge()
    await later(600, times=9)
    during = float(value(hass, ENERGY))
    assert 0 < during < 11
    await later(600, times=12)
    assert float(value(hass, ENERGY)) == pytest.approx(11)
    assert float(value(hass, LAST)) == pytest.approx(11)
    assert state(hass, LAST).attributes["energy_source"] == "estimate"
    assert value(hass, LEVEL) == "50"
    assert float(value(hass, COST)) == pytest.approx(2.2)
    assert float(value(hass, MONTH)) == pytest.approx(11)
    assert float(value(hass, MONTH_COST)) == pytest.approx(2.2)


@pytest.fixture
async def measured(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncIterator[tuple[MyRenaultSimulator, MockConfigEntry]]:
    """Set up a car that reports the energy of its charges."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: XCB1VE})
    simulator.vehicle().car.fill(50)
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()
    await simulator.start()
    account = simulator.account.identifier("MYRENAULT")
    data = {
        CONF_CLOUD: MY_RENAULT,
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "P4ssw0rd",
        CONF_LOCALE: "en_GB",
        CONF_ADDRESS: simulator.url,
        CONF_ACCOUNT_ID: account,
    }
    entry = MockConfigEntry(domain=DOMAIN, title="Renault Z.E.", unique_id=account, data=data, options=fixed(0.2))
    hass.states.async_set("zone.home", "0", {"latitude": HOME[0], "longitude": HOME[1], "radius": 100})
    await set_up(hass, entry)
    yield simulator, entry
    await simulator.stop()


async def test_charge_is_measured(
    hass: HomeAssistant, measured: tuple[MyRenaultSimulator, MockConfigEntry], freezer: FrozenDateTimeFactory
) -> None:
    """Show the energy that the car has reported, its place, and the capacity that follows from it."""
    simulator, _ = measured
    simulator.vehicle().car.start_charge()
    for _ in range(60):
        freezer.tick(timedelta(minutes=10))
        simulator.advance(0)
        fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    last = state(hass, LAST)
    # The car charges from 50 to 80 % of 60 kWh.
    assert float(last.state) == pytest.approx(18, abs=0.2)
    assert (last.attributes["energy_source"], last.attributes["place"]) == ("car", "home")
    assert float(value(hass, MONTH_COST)) == pytest.approx(3.6, abs=0.1)
    capacity = state(hass, "sensor.renault_z_e_usable_capacity_estimate")
    assert float(capacity.state) == pytest.approx(60, abs=1)
    assert 0 < capacity.attributes["uncertainty"] < 2


async def test_total_continues_after_a_restart(
    hass: HomeAssistant, simulator: Simulator, mock_config_entry: MockConfigEntry, later: Later
) -> None:
    """Neither lose nor repeat energy when the account is loaded again, and show it in the calendar."""
    mock_config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(mock_config_entry, options=fixed(0.2))
    await set_up(hass, mock_config_entry)
    simulator.vehicle().car.start_charge()
    await later(600, times=21)
    total = value(hass, ENERGY)
    await hass.config_entries.async_reload(mock_config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value(hass, ENERGY) == total
    span = {"start_date_time": "2026-11-18T00:00:00+00:00", "end_date_time": "2026-11-19T00:00:00+00:00"}
    calendar = "calendar.renault_z_e_charging"
    answer = await hass.services.async_call(
        "calendar", "get_events", {"entity_id": calendar, **span}, blocking=True, return_response=True
    )
    (event,) = (each for each in answer[calendar]["events"] if each.get("description"))
    assert event["description"] == "50% → 100%, about 11.0 kWh, €2.20"
