"""Energy, cost, and electricity prices of a car with a past in a real browser, in this order."""

from datetime import UTC, datetime, timedelta
import time
from typing import Any

from playwright.sync_api import Page
import pytest

from home.config_folder import NORD_POOL, zone_at
from home.home_assistant import DOMAIN
from home.prices import statistics
from home.processes import wait_until
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.browser import WAIT_MILLISECONDS, DevicePage
from tests.e2e.console import Console
from tests.e2e.energy_page import EnergyPage
from tests.e2e.house import ENGLISH, House, entity
from tests.e2e.settings_pages import SettingsPages
from tests.e2e.week_card import WeekCard

pytestmark = [pytest.mark.xdist_group("prices in browser"), pytest.mark.timeout(300)]

DASHBOARD = "dashboard-renault"
FIRST_ENERGY_SECONDS = 60
HOUR = timedelta(hours=1)
NIGHT = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "23:00", "end": "06:30", "main": True}


@pytest.fixture(scope="module")
def time_zone() -> str:
    """Return a time zone where it is evening: the car is at home, and prices of tomorrow are published."""
    return zone_at(21)


@pytest.fixture(scope="module")
def cars() -> tuple[str, ...]:
    """Return the simulator's options of a car that was driven and charged for three weeks."""
    return ("--live", "--vin", VIN)


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """Return the house with Nord Pool, and a car that responds quickly and is plugged in at 40 %."""
    client = house.hass.client
    client.command("frontend/set_user_data", key="language", value=ENGLISH)
    house.change_car(command_seconds=1, deploy_seconds=1, level=40, plugged=True, report=True)
    client.fill_in(client.start_flow(NORD_POOL)["flow_id"], areas=["UK"], currency="GBP")
    return house


@pytest.fixture
def energy(page: Page, house: House) -> EnergyPage:
    """Return the Energy dashboard."""
    return EnergyPage(page, house.hass.url)


@pytest.fixture
def settings(page: Page, house: House) -> SettingsPages:
    """Return the settings pages."""
    return SettingsPages(page, house.hass.url)


def hours(house: House, kind: str) -> list[dict[str, Any]]:
    """Return the hours of the statistic of a kind, which is the end of its id."""
    [statistic] = [each for each in statistics(house.hass.client) if each.endswith(kind)]
    since = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    read = {"start_time": since, "statistic_ids": [statistic], "period": "hour", "types": ["state", "sum"]}
    rows: list[dict[str, Any]] = house.hass.client.command("recorder/statistics_during_period", **read)[statistic]
    return rows


def require_no_gap(rows: list[dict[str, Any]]) -> None:
    """Check that each sum is the one before with the amount of its hour."""
    total = 0.0
    for each in rows:
        total += each["state"]
        assert each["sum"] == pytest.approx(total, abs=1e-3)


def test_energy_of_the_past(house: House, energy: EnergyPage) -> None:
    """Show the energy of the days before in the Energy dashboard within a minute."""
    begin = time.monotonic()
    house.hass.add_account(house.simulator.url, USERNAME, PASSWORD)
    wait_until(lambda: statistics(house.hass.client), "the energy is known", FIRST_ENERGY_SECONDS)
    [statistic] = statistics(house.hass.client)
    energy.configure(house, statistic)
    kwh, cost = energy.yesterday()
    assert time.monotonic() - begin < FIRST_ENERGY_SECONDS
    energy.reads("energy charged (estimate)")
    energy.pictures("prices-01-energy")
    assert 1 < kwh < 25
    assert cost is None
    rows = hours(house, "_energy")
    require_no_gap(rows)
    assert rows[-1]["start"] - rows[0]["start"] > timedelta(days=14).total_seconds() * 1000


def test_prices_are_chosen(house: House, settings: SettingsPages) -> None:
    """Choose Nord Pool in the options, and add fees and taxes."""
    house.hass.wait_loaded()
    settings.choose_option("Electricity price", "Prices of an integration")
    settings.form_field("Fees per kWh*").fill("0.11")
    settings.form_field("Taxes (VAT)*").fill("5")
    settings.page.get_by_role("radio", name="Nord Pool (UK)").click()
    settings.picture("prices-02-form")
    settings.press("Submit")
    settings.reads("Options successfully saved.")
    settings.press("Finish")


def test_cost_of_the_past(house: House, energy: EnergyPage) -> None:
    """Show what the charges of the days before have cost, by the prices of then."""
    wait_until(lambda: len(statistics(house.hass.client)) > 1, "the cost is known", FIRST_ENERGY_SECONDS)
    cost, energy_id = sorted(statistics(house.hass.client))
    assert cost.endswith("_cost_gbp")
    energy.configure(house, energy_id, cost)
    kwh, paid = energy.yesterday()
    energy.pictures("prices-03-cost")
    assert paid is not None
    assert 0.1 < paid / kwh < 0.5


def test_cheapest_hours_are_chosen(house: House, week: WeekCard, console: Console) -> None:
    """Select the mode on the card, and show the planned charge with its cost over the prices."""
    house.ask("set_charge_schedule", windows=[NIGHT])
    week.add("Renault")
    week.open(DASHBOARD)
    week.page.get_by_role("radio", name="Cheapest hours").click()
    week.page.get_by_role("button", name="Save", exact=True).click()
    week.shows("The car charges in the cheapest hours", "Planned charge: 100%", "£", "/kWh")
    week.pictures("prices-04-cheapest")
    assert week.cut_off() == []
    assert week.violations() == []
    planned = house.hass.client.get(f"/api/states/{entity('sensor', 'planned_charge')}")["attributes"]
    assert planned["expected_level"] == 100
    assert planned["cost"] == pytest.approx(planned["energy"] * 0.17, rel=0.4)
    house.see("sensor", "charging_reason", "waiting_for_price")


def test_recorder_is_off_and_on(house: House) -> None:
    """Neither lose nor repeat energy and cost while the recorder is off, and over a restart of Home Assistant."""
    before = hours(house, "_energy"), hours(house, "_cost_gbp"), house.state("sensor", "energy_charged")
    house.hass.client.perform_action("recorder.disable")
    house.hass.client.post(f"/api/config/config_entries/entry/{entry_id(house, DOMAIN)}/reload", {})
    house.hass.wait_loaded()
    house.hass.client.perform_action("recorder.enable")
    assert house.hass.stop() == 0
    house.hass.start()
    house.hass.wait_loaded()
    house.see("select", "charge_mode", "cheapest_hours")
    house.see("sensor", "energy_charged", before[2])
    assert (hours(house, "_energy"), hours(house, "_cost_gbp")) == before[:2]


def test_currency_is_changed(house: House, settings: SettingsPages) -> None:
    """Keep the currency of the prices, and explain that it is another one."""
    house.hass.client.command("config/core/update", currency="EUR")
    settings.open_repair("Electricity prices in another currency")
    settings.reads("are in GBP, but Home Assistant uses EUR")
    settings.pictures("prices-06-currency")
    for key in ("last_charge_cost", "saved"):
        unit = house.hass.client.get(f"/api/states/{entity('sensor', key)}")["attributes"]["unit_of_measurement"]
        assert unit == "GBP"
    house.hass.client.command("config/core/update", currency="GBP")
    settings.page.goto("about:blank")
    wait_until(lambda: not repairs(house), "the repair is closed", WAIT_MILLISECONDS / 1000)


def test_price_integration_is_removed(house: House, settings: SettingsPages, page: Page) -> None:
    """Explain what was removed, keep mode, costs, and the known prices, and follow the schedule after them."""
    costs = hours(house, "_cost_gbp")
    settings.delete_account(NORD_POOL)
    settings.open_repair("The source of electricity prices was removed")
    settings.reads("Charging follows your charge windows once the known prices have passed.")
    settings.pictures("prices-07-removed")
    assert house.state("select", "charge_mode") == "cheapest_hours"
    assert house.state("sensor", "planned_charge") != "unknown"
    assert hours(house, "_cost_gbp") == costs
    device = DevicePage(page, house.hass.url)
    device.open(f"config/devices/device/{house.hass.device_id(VIN)}")
    device.shows("Charge mode", "Cheapest hours")
    device.pictures("prices-07-device")


def test_no_errors(house: House) -> None:
    """End with nothing in the log."""
    assert house.hass.stop() == 0
    assert house.unexpected_errors() == []


def entry_id(house: House, domain: str) -> str:
    """Return the id of the only entry of an integration."""
    [entry] = house.hass.client.entries(domain)
    found: str = entry["entry_id"]
    return found


def repairs(house: House) -> list[dict[str, Any]]:
    """Return the open repairs of the integration."""
    issues: list[dict[str, Any]] = house.hass.client.command("repairs/list_issues")["issues"]
    return [each for each in issues if each["domain"] == DOMAIN]
