"""A user's day with a car in a real browser, from the first sign-in to the deleted account, in this order."""

from playwright.sync_api import Page
import pytest

from home.home_assistant import DOMAIN
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.browser import DevicePage
from tests.e2e.calendar_page import CHARGE_SCHEDULE, DEPARTURES, CalendarPage
from tests.e2e.house import House
from tests.e2e.other_app import daily_schedule, set_charge_schedule
from tests.e2e.settings_pages import SettingsPages

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

NEW_PASSWORD = "N3wP4ss"
LANGUAGE = {"language": "en", "time_format": "24"}
# The charge schedule that a new car of the simulator holds, and does not follow.
NIGHT = daily_schedule("2330", "0700")
NOON = "13:00 - 14:30 | Charging"
# Caused by stopping the server, sending a command meanwhile, and changing the password.
PROVOKED = (
    "Error fetching Renault Z.E. data",
    "Error during service call",
    "Authentication failed while fetching Renault Z.E. data",
)


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """Return the house with a 24-hour clock, and a car that responds quickly."""
    house.hass.client.command("frontend/set_user_data", key="language", value=LANGUAGE)
    house.change_car(command_seconds=1, deploy_seconds=1)
    return house


@pytest.fixture
def nights(house: House) -> tuple[str, str]:
    """Return that night on the calendar page, which a day shows twice."""
    # Older versions end an event at midnight.
    if house.hass.client.get("/api/config")["version"] < "2026.11":
        return "00:00 - 06:30 | Charging", "23:30 - 00:00 | Charging"
    return "23:30 - 06:30 | Charging", "23:30 - 06:30 | Charging"


@pytest.fixture
def device(page: Page, house: House) -> DevicePage:
    """Return the page of the car."""
    return DevicePage(page, house.hass.url)


@pytest.fixture
def calendar(page: Page, house: House) -> CalendarPage:
    """Return the calendar page."""
    return CalendarPage(page, house.hass.url)


@pytest.fixture
def settings(page: Page, house: House) -> SettingsPages:
    """Return the settings pages."""
    return SettingsPages(page, house.hass.url)


def open_device(house: House, device: DevicePage) -> None:
    """Open the page of the car."""
    device.open(f"config/devices/device/{house.hass.device_id(VIN)}")


def test_account_is_added(house: House, settings: SettingsPages, device: DevicePage) -> None:
    """Refuse a wrong password, and show the car after the correct one."""
    settings.start_account(house.simulator.url, USERNAME)
    settings.enter_password("wr0ng")
    settings.reads("Invalid authentication. Check the email and password, then try again.")
    settings.picture("01-wrong-password")
    settings.enter_password(PASSWORD)
    settings.reads("Skip and finish")
    settings.picture("01-added")
    settings.press("Skip and finish")
    device.shows("Battery", "80%")
    device.shows("Charge mode", "Any time")
    device.shows("Charge schedule status", "Disabled")
    device.shows("Charge schedule", "Outside charge windows")
    device.shows("Charging point", "Idle")
    device.pictures("01-device")
    assert [login["status"] for login in house.simulator.requests("POST", "/user/login")] == [401, 200]


def test_departure_is_added(house: House, calendar: CalendarPage, device: DevicePage, nights: tuple[str, str]) -> None:
    """Add a daily departure on the calendar page."""
    calendar.go_to(1)
    calendar.shows(*nights)
    calendar.fill_in("Work", DEPARTURES, "07:30", "08:00", "Daily")
    calendar.picture("02-form")
    calendar.submit()
    calendar.shows(*nights, "07:30 - 07:45 | Work")
    calendar.pictures("02-added")
    open_device(house, device)
    device.shows("Next departure", "In 2[123] hours|Tomorrow")
    device.shows("Preconditioning reason", "Waiting for departure")


def test_departure_is_skipped_and_restored(
    house: House, calendar: CalendarPage, device: DevicePage, nights: tuple[str, str]
) -> None:
    """Skip tomorrow's departure on the page of the car, and restore it."""
    open_device(house, device)
    device.switch("Skip next departure", on=True)
    device.picture("03-skipped")
    calendar.go_to(1)
    calendar.shows(*nights)
    calendar.press("Next")
    calendar.shows(*nights, "07:30 - 07:45 | Work")
    open_device(house, device)
    device.switch("Skip next departure", on=False)
    calendar.go_to(1)
    calendar.shows(*nights, "07:30 - 07:45 | Work")


def test_departure_is_changed_for_tomorrow(calendar: CalendarPage, nights: tuple[str, str]) -> None:
    """Change only the next departure."""
    calendar.go_to(1)
    calendar.change_once("07:30 - 07:45 | Work", "08:15", "08:45")
    calendar.shows(*nights, "08:15 - 08:30 | Work")
    calendar.picture("04-tomorrow")
    calendar.press("Next")
    calendar.shows(*nights, "07:30 - 07:45 | Work")


def test_changed_departure_is_not_skipped(house: House, device: DevicePage) -> None:
    """Show that the changed departure takes place."""
    open_device(house, device)
    device.shows("Next departure", "In 2[123] hours|Tomorrow")
    device.picture("04-device")
    assert not device.row("Skip next departure").get_by_role("switch").is_checked()


def test_windows_of_a_fresh_car(
    house: House, calendar: CalendarPage, device: DevicePage, nights: tuple[str, str]
) -> None:
    """Refuse what the car's own window covers, add another one, and send nothing before the schedule is chosen."""
    calendar.go_to(1)
    calendar.fill_in("Charging", CHARGE_SCHEDULE, "00:30", "05:30", "Daily")
    calendar.press("Add event")
    calendar.reads("your schedule already charges then")
    calendar.picture("05-refused")
    calendar.go_to(1)
    calendar.fill_in("Charging", CHARGE_SCHEDULE, "13:00", "14:30", "Daily")
    calendar.submit()
    calendar.shows(*nights, "08:15 - 08:30 | Work", NOON)
    assert house.sent("/charge/scheduler/offboard", "PUT") == []
    calendar.pictures("05-any-time")
    open_device(house, device)
    device.select("Charge mode", "By schedule")
    device.shows("Next charge window", "In 1[34] hours")
    assert [each["body"] for each in house.sent("/charge/scheduler/offboard", "PUT")] == [NIGHT]
    assert len(house.sent("/charge/scheduler/offboard/deploy")) == 1
    house.pass_time(minutes=1)
    house.poll()
    device.shows("Charge schedule status", "Enabled")
    device.pictures("05-by-schedule")
    calendar.go_to(1)
    calendar.picture("05-calendar")


def test_window_is_skipped_and_restored(calendar: CalendarPage, nights: tuple[str, str]) -> None:
    """Delete a charge window on one date, restore it, and delete all of its dates."""
    work = "07:30 - 07:45 | Work"
    calendar.go_to(2)
    calendar.delete(NOON, following=False)
    calendar.shows(*nights, work)
    calendar.picture("05-skipped")
    calendar.press("Next")
    calendar.shows(*nights, work, NOON)
    calendar.go_to(2)
    calendar.fill_in("Charging", CHARGE_SCHEDULE, "13:00", "14:30", "No repeat")
    calendar.submit()
    calendar.shows(*nights, work, NOON)
    calendar.go_to(1)
    calendar.delete(NOON, following=True)
    calendar.press("Next")
    calendar.shows(*nights, work)


def test_preconditioning_at_30_percent(house: House, device: DevicePage) -> None:
    """Send the command, and show that the car refused it."""
    house.change_car(level=30, report=True)
    house.poll()
    open_device(house, device)
    device.shows("Battery", "30%")
    device.press_row("Start preconditioning")
    device.picture("06-sent")
    house.pass_time(minutes=6)
    house.poll()
    device.shows("Last preconditioning result", "Failed")
    device.shows("Last command", "Failed")
    device.picture("06-refused")
    assert len(house.sent("/air-conditioning")) == 1
    device.open_details("Last command")
    device.reads("Battery below the preconditioning threshold")
    device.picture("06-details")


def test_car_is_plugged_in(house: House, device: DevicePage) -> None:
    """Show that the car waits for its charge window."""
    house.change_car(plugged=True, report=True)
    house.poll()
    open_device(house, device)
    device.shows("Plugged in", "Plugged in")
    device.shows("Charging", "Not charging")
    device.shows("Charging reason", "Waiting for charge window")
    device.picture("07-plugged-in")


def test_charge_is_started(house: House, device: DevicePage) -> None:
    """Charge outside the window."""
    open_device(house, device)
    device.press_row("Start charge")
    device.shows("Charging reason", "Starting")
    house.pass_time(minutes=2)
    house.poll()
    device.shows("Charging", "Charging")
    device.shows("Last command", "Confirmed")
    device.shows("Charging time remaining", r"\d+h( \d+m)?")
    device.pictures("08-charging")
    assert len(house.sent("/charge")) == 1


def test_server_is_away_and_back(house: House, device: DevicePage) -> None:
    """Say what was not sent and what was saved, keep the values, and continue."""
    open_device(house, device)
    device.shows("Battery", r"3\d%")
    house.simulator.stop()
    device.press_row("Start preconditioning")
    device.reads("The command was not sent because the server could not be reached. Try again.")
    device.picture("09-unsent")
    device.select("Charge mode", "Any time")
    device.reads("Saved. The server was not reached; it will be sent again.")
    device.picture("09-saved")
    house.poll()
    device.shows("Battery", r"3\d%")
    house.simulator.start()
    house.change_car(level=61, report=True)
    device.select("Charge mode", "By schedule")
    house.poll()
    device.shows("Battery", "61%")
    device.shows("Charge schedule status", "Enabled")
    device.picture("09-back")


def test_password_is_changed(house: House, settings: SettingsPages, device: DevicePage) -> None:
    """Ask for the password, refuse the former one, and continue with the new one."""
    house.simulator.control("POST", "accounts", {"password": NEW_PASSWORD})
    house.poll()
    settings.start_login()
    settings.enter_password(PASSWORD)
    settings.reads("Invalid authentication. Check the password and try again")
    settings.picture("10-wrong-password")
    settings.enter_password(NEW_PASSWORD)
    settings.reads("Re-authentication was successful")
    house.change_car(level=52, report=True)
    house.poll()
    open_device(house, device)
    device.shows("Battery", "52%")


def test_schedule_is_changed_elsewhere(
    house: House, settings: SettingsPages, calendar: CalendarPage, device: DevicePage
) -> None:
    """Show both schedules, and replace Home Assistant's with the one in the car."""
    schedule = daily_schedule("0100", "0400")
    set_charge_schedule(house.simulator.url, NEW_PASSWORD, schedule)
    house.pass_time(minutes=2)
    settings.reload_account()
    open_device(house, device)
    device.shows("Charge schedule status", ".*[Dd]iffer.*")
    device.picture("11-differs")
    settings.open_repair("has a different charge schedule")
    settings.reads("01:00 - 05:00")
    settings.picture("11-repair")
    settings.page.get_by_text("Keep the car's schedule").click()
    settings.reads("The issue is repaired!")
    calendar.go_to(1)
    calendar.shows("01:00 - 05:00 | Charging", "08:15 - 08:30 | Work")
    calendar.picture("11-kept")
    assert [each["body"] for each in house.sent("/charge/scheduler/offboard", "PUT")] == [schedule]


def test_account_is_deleted(house: House, settings: SettingsPages) -> None:
    """Leave nothing of the car, and end with only the provoked errors in the log."""
    settings.delete_account()
    settings.picture("12-deleted")
    assert house.hass.device_id(VIN) is None
    assert not [name for name in house.hass.client.states() if "renault" in name]
    assert not [each for each in house.hass.client.command("config/entity_registry/list") if each["platform"] == DOMAIN]
    assert house.hass.stop() == 0
    assert house.unexpected_errors(*PROVOKED) == []
