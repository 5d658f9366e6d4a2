"""A user's first steps with a car at MY Renault in a real browser, in French, in this order."""

from playwright.sync_api import Page
import pytest

from home.home_assistant import DOMAIN
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.browser import DevicePage
from tests.e2e.calendar_page import CalendarPage
from tests.e2e.house import House
from tests.e2e.settings_pages import SettingsPages

pytestmark = [pytest.mark.xdist_group("browser in French"), pytest.mark.timeout(600)]

SERVICE = "Log in with the account of the MY Renault app."


@pytest.fixture(scope="module")
def language() -> str:
    """Return the language of the house."""
    return "fr"


@pytest.fixture(scope="module")
def cloud() -> str:
    """Return the service of the account, by the simulator's name."""
    return "myrenault"


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """Return the house with a user who reads French, and a car that responds quickly."""
    house.hass.client.command(
        "frontend/set_user_data", key="language", value={"language": "fr", "time_format": "language"}
    )
    house.change_car(command_seconds=1)
    return house


@pytest.fixture
def device(page: Page, house: House) -> DevicePage:
    """Return the page of the car."""
    return DevicePage(page, house.hass.url, "fr")


@pytest.fixture
def calendar(page: Page, house: House) -> CalendarPage:
    """Return the calendar page."""
    return CalendarPage(page, house.hass.url, "fr")


@pytest.fixture
def settings(page: Page, house: House) -> SettingsPages:
    """Return the settings pages."""
    return SettingsPages(page, house.hass.url, "fr")


def test_account_is_added(house: House, settings: SettingsPages, device: DevicePage) -> None:
    """Show the car."""
    settings.start_account(house.simulator.url, USERNAME, SERVICE)
    settings.picture("fr-01-form")
    settings.enter_password(PASSWORD)
    settings.press("Skip and finish")
    device.shows("Mode de charge", "À tout moment")
    device.shows("Programme de charge", "Hors plage de charge")
    device.pictures("fr-01-device")


def test_events_are_added(house: House, calendar: CalendarPage, device: DevicePage) -> None:
    """Add daily charge windows, which select the schedule, and a daily departure on the calendar page."""
    calendar.go_to(1)
    calendar.fill_in("Charge", "Programme de charge", "13:00", "14:30", "Daily")
    calendar.submit()
    calendar.fill_in("Travail", "Départs", "07:30", "08:00", "Daily")
    calendar.submit()
    calendar.press("Next")
    calendar.shows("07:30 - 07:45 | Travail", "13:00 - 14:30 | Charge")
    calendar.picture("fr-02-added")
    device.open(f"config/devices/device/{house.hass.device_id(VIN)}")
    device.shows("Mode de charge", "Selon le programme")
    device.shows("Raison du préconditionnement", "En attente du départ")


def test_charge_is_started(house: House, device: DevicePage) -> None:
    """Refuse a charge while the car is unplugged, and start one outside the windows of the car."""
    device.open(f"config/devices/device/{house.hass.device_id(VIN)}")
    device.press_row("Démarrer la charge")
    device.reads("pas branchée.")
    device.picture("fr-03-refused")
    house.change_car(level=40, plugged=True, report=True)
    house.poll_until("charging_reason", "waiting_for_window")
    device.shows("Batterie", "40 %")
    device.shows("Raison de la charge", "En attente d.une plage de charge")
    device.press_row("Démarrer la charge")
    device.shows("Raison de la charge", "Démarrage")
    house.pass_time(minutes=2)
    house.poll_until("charging_reason", "charging")
    device.shows("Temps de charge restant", r"\d+h( \d+min)?")
    device.pictures("fr-03-charging")


def test_account_is_deleted(house: House, settings: SettingsPages) -> None:
    """Leave nothing of the car, and end with only the refused start in the log."""
    settings.delete_account()
    assert not [each for each in house.hass.client.command("config/entity_registry/list") if each["platform"] == DOMAIN]
    assert house.hass.stop() == 0
    assert house.unexpected_errors("Error during service call") == []
