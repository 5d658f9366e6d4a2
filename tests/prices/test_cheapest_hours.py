"""The charge mode Cheapest hours, from the price to the car's schedule and what is shown of it."""

from datetime import date

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE
from simulator import ChargingPoint
from tests.common import open_options
from tests.plan.planned import DEPLOY, EVERY_DAY, Car, reload, week
from tests.prices.integrations import Integration

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE, REASON = "select.renault_z_e_charge_mode", "sensor.renault_z_e_charging_reason"
PLANNED, SAVED = "sensor.renault_z_e_planned_charge", "sensor.renault_z_e_saved"
STATUS = "sensor.renault_z_e_charge_schedule_status"
NIGHT = {"days": EVERY_DAY, "start": "23:00", "end": "06:30", "main": True}
LOW = {"kind": "two_prices", "price": 0.3, "low_price": 0.09, "low_begin": "02:00:00", "low_end": "06:00:00"}


@pytest.fixture
async def home(car: Car) -> Car:
    """Return a car at home in London, with a night rate from 02:00, plugged in at 60 %."""
    await car.hass.config.async_update(time_zone="Europe/London", currency="EUR")
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    vehicle = car.simulator.vehicle()
    vehicle.car.fill(60)
    vehicle.car.plug(ChargingPoint.ACCELERATED)
    vehicle.report_now()
    options = {**car.entry.options, CONF_ELECTRICITY_PRICE: LOW}
    car.hass.config_entries.async_update_entry(car.entry, options=options)
    await reload(car.hass, car.entry)
    await car.later(301)
    await car.call("select.select_option", MODE, option="cheapest_hours")
    await car.later(601)
    return car


async def test_waits_for_the_low_price(home: Car) -> None:
    """Skip the main window, charge once it is cheap, and show what that costs and saves."""
    assert home.value(MODE) == "cheapest_hours"
    assert home.value(PLANNED) == "2026-11-19T02:00:00+00:00"
    attributes = home.state(PLANNED).attributes
    assert (attributes["target_level"], attributes["expected_level"]) == (100, 100)
    assert [each["price"] for each in attributes["slots"]] == [0.09]
    assert attributes["cost"] == pytest.approx(attributes["energy"] * 0.09, abs=0.02)
    assert home.value(REASON) == "waiting_for_price"
    # At 22:20, before the main window would begin.
    home.simulator.log.entries.clear()
    await home.later(1801, times=8)
    assert home.simulator.vehicle().car.battery.level < 62
    assert home.commands.count(DEPLOY) == 1
    assert week(home.simulator)["thu"]["start"] == "0200"
    explanation = home.state(REASON).attributes["explanation"]
    assert explanation.endswith("2:00 AM, when the price is 0.09\xa0€/kWh.")
    await home.later(1801, times=6)
    assert home.simulator.vehicle().car.battery.level < 62, "the main window is skipped"
    await home.later(1801, times=6)
    assert home.simulator.vehicle().car.battery.level > 95
    assert float(home.value(SAVED)) > 1


async def test_main_window_without_home_assistant(home: Car) -> None:
    """The car charges in the main window if Home Assistant stops before others are sent."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.later(3600, times=6)
    assert home.simulator.vehicle().car.battery.level > 70


async def test_other_mode(home: Car) -> None:
    """Charge by the schedule again, at a night already planned."""
    await home.call("select.select_option", MODE, option="by_schedule")
    assert (home.value(MODE), home.value(PLANNED)) == ("by_schedule", "unknown")
    await home.later(3601, times=6)
    assert home.simulator.vehicle().car.battery.level > 70


async def test_restart(home: Car) -> None:
    """Keep mode, plan, and savings over a restart."""
    await home.later(1801, times=16)
    saved = home.value(SAVED)
    await reload(home.hass, home.entry)
    assert (home.value(MODE), home.value(SAVED)) == ("cheapest_hours", saved)


async def test_other_currency(home: Car) -> None:
    """Count in Home Assistant's currency from then on, without adding what was saved in the former one."""
    await home.later(1801, times=24)
    assert float(home.value(SAVED)) > 0.5
    assert home.state(SAVED).attributes["unit_of_measurement"] == "EUR"
    await home.hass.config.async_update(currency="CHF")
    await home.later(601)
    assert (home.value(SAVED), home.state(SAVED).attributes["unit_of_measurement"]) == ("0.0", "CHF")


async def test_removed_integration(home: Car) -> None:
    """Charge in the main window again once the known prices have passed, and keep what was saved."""
    found = await Integration(home.hass, "omie", date.max).load()
    source = {"kind": "price_integration", "integration": found.entry.entry_id, "choice": "es"}
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_ELECTRICITY_PRICE: source})
    await reload(home.hass, home.entry)
    await home.later(601)
    planned = home.value(PLANNED)
    await home.hass.config_entries.async_remove(found.entry.entry_id)
    await home.later(601)
    assert (home.value(MODE), home.value(PLANNED)) == ("cheapest_hours", planned)
    await home.later(3601, times=30)
    saved = home.value(SAVED)
    await home.later(3601, times=24)
    home.simulator.vehicle().car.fill(40)
    home.simulator.vehicle().report_now()
    assert (home.value(MODE), home.value(PLANNED), home.value(SAVED)) == ("cheapest_hours", "unknown", saved)
    await home.until("23:00")
    assert home.simulator.vehicle().car.battery.level < 42
    await home.later(3601, times=5)
    assert home.simulator.vehicle().car.battery.level > 60


async def test_options(hass: HomeAssistant, home: Car) -> None:
    """Charge by another time."""
    form = await open_options(hass, home.entry, "cheapest_hours")
    assert form["data_schema"] is not None
    entered = {"ready_by": "05:00:00", "minimum_level": 0, "least_saving": 0.5}
    await hass.config_entries.options.async_configure(form["flow_id"], entered)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert home.state(PLANNED).attributes["ready_by"].hour == 5


async def test_away_at_night(home: Car) -> None:
    """Do not move the windows of a car that is away each time a quarter of an hour has passed."""
    home.simulator.vehicle().car.unplug()
    home.simulator.vehicle().report_now()
    home.simulator.log.entries.clear()
    await home.later(901, times=32)
    assert home.commands.count(DEPLOY) == 1


async def test_battery_that_is_almost_full(home: Car) -> None:
    """Choose no window for one percent, which the car may never report."""
    home.simulator.vehicle().car.fill(99)
    home.simulator.vehicle().report_now()
    await home.later(1801, times=8)
    assert home.value(PLANNED) == "unknown"
    assert "0200" not in {each["start"] for each in week(home.simulator).values()}


async def test_level_that_is_planned(home: Car) -> None:
    """Do not report that a departure's level cannot be reached while the chosen windows reach it."""
    await home.ask("set_departure", name="Work", time="06:15", days=EVERY_DAY, target_level=100)
    await home.later(901, times=12)
    assert home.state(PLANNED).attributes["expected_level"] == 100
    assert "level_unreachable" not in home.plan_events


async def test_level_that_cannot_be_reached(home: Car) -> None:
    """Report what the windows reach if there is too little time."""
    await home.ask("set_departure", name="Late", time="20:45", days=EVERY_DAY, target_level=100)
    await home.later(601)
    assert home.state(PLANNED).attributes["expected_level"] < 100
    assert "level_unreachable" in home.plan_events
