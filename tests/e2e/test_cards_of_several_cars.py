"""The dashboard and its cards for four cars at MY Renault in a real browser, in this order."""

from playwright.sync_api import Page, expect
import pytest

from home.home_assistant import DOMAIN
from home.processes import wait_until
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.car_card import CarCard
from tests.e2e.console import Console
from tests.e2e.house import ENGLISH, SEEN_SECONDS, House
from tests.e2e.week_card import WeekCard

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300), pytest.mark.usefixtures("console")]

DASHBOARD = "dashboard-renault"
OWN = "own-cards"
PRECONDITION = "Start preconditioning"
LOW = "VF1AGVYF0ZE000002"
SILENT = "VF1AGVYF0ZE000004"
NAMES = {
    VIN: "ZOE",
    LOW: "Silver family car of the grandparents, Donaudampfschifffahrtsgesellschaft",
    "VF1AGVYF0ZE000003": "Renault 5",
    SILENT: "Spring",
}
LEVELS = {LOW: "30%", SILENT: "Unknown"}
MODELS = ("ZOE50", "ZOE40", "R5", "Spring")
# The car has never reported its battery.
NO_BATTERY = {"kind": "status", "path": f"*/cars/{SILENT}/battery-status", "status": 500}


@pytest.fixture(scope="module")
def cloud() -> str:
    """Return the service of the account, by the simulator's name."""
    return "myrenault"


@pytest.fixture(scope="module")
def cars() -> tuple[str, ...]:
    """Return the simulator's options for the cars of the account."""
    return tuple(each for vin, model in zip(NAMES, MODELS, strict=True) for each in ("--vin", vin, "--model", model))


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """Return the house with an account, names, and a dashboard with one card of all cars and a small one of each."""
    client = house.hass.client
    client.command("frontend/set_user_data", key="language", value=ENGLISH)
    house.simulator.control("POST", "faults", NO_BATTERY)
    house.change_car(command_seconds=1, level=80, report=True)
    house.simulator.control("POST", f"cars/{LOW}", {"level": 30, "report": True})
    house.hass.add_account(house.simulator.url, USERNAME, PASSWORD)
    house.hass.wait_loaded()
    devices = {vin: house.hass.device_id(vin) for vin in NAMES}
    for vin, device_id in devices.items():
        client.command("config/device_registry/update", device_id=device_id, name_by_user=NAMES[vin])
    card = {"type": "custom:renault-ze-card"}
    small = [{**card, "device_id": each, "layout": "compact"} for each in devices.values()]
    sections = [{"type": "grid", "cards": [card]}, {"type": "grid", "cards": small}]
    client.command("lovelace/dashboards/create", url_path=OWN, title="Own")
    view = {"title": "Home", "type": "sections", "sections": sections}
    client.command("lovelace/config/save", url_path=OWN, config={"views": [view]})
    return house


def test_dashboard_has_a_view_for_each_car(car: CarCard) -> None:
    """Add the dashboard, and open each of its views."""
    car.add("Renault")
    car.size(1440, 900)
    car.open(DASHBOARD)
    for vin, name in sorted(NAMES.items(), key=lambda each: each[1].casefold()):
        car.page.get_by_role("tab", name=name).click()
        car.shows(name, LEVELS.get(vin, "80%"))
        car.picture(f"cards-21-{vin[-1]}")
        assert car.violations() == []


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_long_name(car: CarCard, week: WeekCard, width: int) -> None:
    """Show the whole name of a car, which is wrapped."""
    car.size(width, 900)
    car.open(DASHBOARD)
    car.page.get_by_role("tab", name="Silver").click()
    car.shows("Donaudampfschifffahrtsgesellschaft")
    week.shows("Donaudampfschifffahrtsgesellschaft")
    car.picture(f"cards-22-{width}")
    assert car.cut_off() == []
    assert car.violations() == []


def test_car_is_selected(page: Page, car: CarCard) -> None:
    """Select a car on a card of all cars, beside small cards of each."""
    car.size(1440, 900)
    car.open(f"{OWN}/0")
    car.choose("Spring")
    car.shows("Unknown")
    car.choose("ZOE")
    car.shows("80%")
    expect(page.locator("renault-ze-card"), "each car has a card").to_have_count(5)
    car.picture("cards-23-own")
    assert car.violations() == []
    for width in (390, 320):
        car.size(width, 900)
        car.picture(f"cards-23-own-{width}")
        assert car.cut_off() == []
        assert not car.has_horizontal_scrollbar()


def refresh(house: House) -> None:
    """Poll the first car."""
    house.hass.client.perform_action("homeassistant.update_entity", entity_id="sensor.renault_z_e_0001_battery")


def test_preconditioning_is_sent(house: House, car: CarCard) -> None:
    """Send the command of the selected car."""
    car.size(1440, 900)
    car.open(f"{OWN}/0")
    car.choose("ZOE")
    car.press_button(PRECONDITION)
    car.progress(PRECONDITION, "Waiting for the car…")
    assert len(house.sent("/actions/hvac-start")) == 1


def test_week_is_saved(house: House, week: WeekCard) -> None:
    """Draw a window and a departure, save both, and send the window to the car."""
    week.size(1440, 900)
    week.open(DASHBOARD)
    week.page.get_by_role("tab", name="ZOE").click()
    week.press_option("By schedule")
    week.draw("wed", "13:00", "14:30")
    week.has("wed", "13:00-14:30")
    week.click("fri", "17:00", "departure")
    week.enter(Name="Sport", Time="17:20")
    week.save()
    week.shows("Waiting for the car…")
    week.picture("cards-26-saved")
    week.reload()
    week.has("wed", "13:00-14:30")
    week.has("fri", "17:20 Sport")
    wait_until(lambda: house.sent("/charge/schedule"), "the schedule is sent", SEEN_SECONDS)


def test_commands_are_confirmed(house: House, car: CarCard, week: WeekCard) -> None:
    """Show that the car has carried out both commands."""
    car.size(1440, 900)
    car.open(DASHBOARD)
    car.page.get_by_role("tab", name="ZOE").click()
    house.pass_time(minutes=2)
    refresh(house)
    car.progress(PRECONDITION, "Done")
    week.shows("Charge schedule: Enabled")
    car.picture("cards-24-confirmed")
    assert car.violations() == []


def test_low_battery_is_advised_against(house: House, car: CarCard) -> None:
    """Say why the car would refuse to precondition, and send nothing."""
    car.size(320, 800)
    car.open(f"{OWN}/0")
    car.choose(NAMES[LOW])
    car.shows("30%")
    car.press_button(PRECONDITION)
    car.shows("does not precondition below 45%", "Send anyway")
    car.picture("cards-25-advice")
    assert car.cut_off() == []
    assert house.simulator.requests("POST", f"/{LOW}/actions/hvac-start") == []


def test_car_leaves_the_account(house: House, console: Console, car: CarCard) -> None:
    """Keep the open dashboard up to date with the cars of the account."""
    car.size(1440, 900)
    car.open(DASHBOARD)
    tab = car.page.get_by_role("tab", name="Renault 5")
    tab.click()
    car.shows("Renault 5")
    house.simulator.control("POST", "accounts", {"vehicles": [each for each in NAMES if each[-1] != "3"]})
    [entry] = house.hass.client.entries(DOMAIN)
    house.hass.client.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})
    expect(tab, "the car has no view").to_have_count(0)
    car.picture("cards-27-left")
    # Home Assistant's own calendar card does not expect that.
    console.errors = [each for each in console.errors if "Calendar entity not found" not in each]
