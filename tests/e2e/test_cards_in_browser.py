"""The dashboard and its cards for one car in a real browser, in this order."""

from playwright.sync_api import Page, expect
import pytest

from home.home_assistant import DOMAIN
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.car_card import CarCard
from tests.e2e.console import Console
from tests.e2e.house import ENGLISH, House
from tests.e2e.week_card import WeekCard, finger

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300), pytest.mark.usefixtures("console")]

DASHBOARD = "dashboard-renault"
OWN = "own-cards"
# Wide enough for all days of a week.
EMPTY_VIEW = {"title": "Home", "type": "sections", "sections": [{"type": "grid", "column_span": 3, "cards": []}]}
NIGHT = "23:30-06:30"
PRECONDITION = "Start preconditioning"
THRESHOLD = "Battery below the preconditioning threshold"
# The page tries to connect and to load more of itself, and ends subscriptions that ended with the connection.
CAUSED_BY_RESTART = ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "dynamically imported module", "Subscription not found")
HEBREW, GERMAN = ({**ENGLISH, "language": language} for language in ("he", "de"))


@pytest.fixture(scope="module")
def house(house: House) -> House:
    """Return the house with an account, an empty dashboard, and a car that responds quickly."""
    house.hass.client.command("frontend/set_user_data", key="language", value=ENGLISH)
    house.change_car(command_seconds=1, deploy_seconds=1, level=80, report=True)
    house.hass.add_account(house.simulator.url, USERNAME, PASSWORD)
    house.hass.wait_loaded()
    house.hass.client.command("lovelace/dashboards/create", url_path=OWN, title="Own")
    house.hass.client.command("lovelace/config/save", url_path=OWN, config={"views": [EMPTY_VIEW]})
    return house


def test_dashboard_is_added(house: House, car: CarCard, week: WeekCard) -> None:
    """Add the dashboard with two clicks, and show the car and its week."""
    car.add("Renault")
    car.picture("cards-01-added")
    car.size(1440, 900)
    car.open(DASHBOARD)
    car.shows("80%", "Not plugged in", "No upcoming departures")
    week.has("tue", NIGHT)
    week.shows("Charge schedule: Disabled")
    car.picture("cards-01-dashboard")
    assert car.violations() == []
    assert car.cut_off() == []
    stored = house.hass.client.command("lovelace/config", url_path=DASHBOARD)
    assert stored == {"strategy": {"type": "custom:renault-ze"}}


def test_card_is_found_by_entity(house: House, car: CarCard, week: WeekCard) -> None:
    """Suggest the card of the car for its battery, and the one of the week for its calendar."""
    for search, entity, name in (
        ("Renault battery", "Battery", "Renault car"),
        ("Renault charge schedule", "Charge schedule", "Renault week"),
    ):
        dialog = car.suggestions(f"{OWN}/0", search, entity)
        expect(dialog.locator("renault-ze-card"), "the card is shown").to_contain_text("80%")
        car.picture(f"cards-02-{entity}")
        dialog.get_by_role("button", name=name, exact=True).first.click()
        expect(dialog.locator("renault-ze-card"), "the dialog is closed").to_have_count(0)
    car.open(f"{OWN}/0")
    car.shows("80%")
    week.has("tue", NIGHT)
    car.picture("cards-02-own")
    [view] = house.hass.client.command("lovelace/config", url_path=OWN)["views"]
    device_id = house.hass.device_id(VIN)
    assert [(each["type"], each["device_id"]) for each in view["sections"][0]["cards"]] == [
        ("custom:renault-ze-card", device_id),
        ("custom:renault-ze-schedule-card", device_id),
    ]


def test_low_battery_is_refused(house: House, car: CarCard) -> None:
    """Advise against preconditioning, send it nevertheless, and show the reason of the car on a small phone."""
    car.size(320, 800)
    house.change_car(level=30, report=True)
    house.poll()
    car.open(DASHBOARD)
    car.shows("30%")
    car.press_button(PRECONDITION)
    car.shows("the car does not precondition below 45%")
    car.picture("cards-03-advice")
    assert house.sent("/air-conditioning") == []
    assert car.cut_off() == []
    car.press_button("Send anyway")
    car.progress(PRECONDITION, "Waiting for the car…")
    house.pass_time(minutes=6)
    house.poll()
    car.progress(PRECONDITION, "Failed")
    expect(car.notices, "the reason is shown").to_contain_text(f"{PRECONDITION}: {THRESHOLD}")
    car.notices.scroll_into_view_if_needed()
    car.picture("cards-03-refused")
    assert car.cut_off() == []
    assert not car.has_horizontal_scrollbar()
    assert car.violations() == []
    assert len(house.sent("/air-conditioning")) == 1


def test_preconditioning_is_confirmed(house: House, car: CarCard) -> None:
    """Show how far the command has come, and explain why a second press sends nothing."""
    house.change_car(level=80, report=True)
    house.poll()
    car.open(DASHBOARD)
    car.shows("80%")
    car.press_button(PRECONDITION)
    car.progress(PRECONDITION, "Waiting for the car…")
    car.picture("cards-04-sent")
    car.press_button(PRECONDITION)
    car.shows("Wait for the car to respond.")
    car.picture("cards-04-pressed-twice")
    assert car.violations() == []
    house.pass_time(minutes=6)
    house.poll()
    car.progress(PRECONDITION, "Done")
    car.picture("cards-04-done")
    assert len(house.sent("/air-conditioning")) == 2


def test_week_is_drawn_with_the_mouse(house: House, week: WeekCard) -> None:
    """Draw a window and a departure, move the window, save both, and find them after loading the page again."""
    week.size(1440, 900)
    week.open(DASHBOARD)
    week.has("tue", NIGHT)
    week.press_option("By schedule")
    week.draw("wed", "13:00", "14:30")
    week.has("wed", "13:00-14:30")
    week.drag("wed", "13:00-14:30", week.point("thu", "13:45"))
    week.has("thu", "13:00-14:30")
    week.lacks("wed", "13:00-14:30")
    week.picture("cards-05-drawn")
    week.click("fri", "17:00", "departure")
    week.picture("cards-05-dialog")
    assert week.violations() == []
    week.enter(Name="Sport", Time="17:20")
    week.has("fri", "17:20 Sport")
    assert house.sent("/charge/scheduler/offboard", "PUT") == []
    week.hover("Save")
    week.picture("cards-05-draft")
    assert week.violations() == []
    week.save()
    week.shows("Waiting for the car…")
    week.picture("cards-05-saved")
    assert len(house.sent("/charge/scheduler/offboard", "PUT")) == 1
    assert len(house.sent("/charge/scheduler/offboard/deploy")) == 1
    house.pass_time(minutes=2)
    house.poll()
    week.shows("Saved and in the car", "Charge schedule: Enabled")
    week.reload()
    week.has("thu", "13:00-14:30")
    week.has("fri", "17:20 Sport")
    week.picture("cards-05-found")


def test_week_is_drawn_by_touch(house: House, page: Page, week: WeekCard) -> None:
    """Add, lengthen, and save with a finger on a phone."""
    week.size(390, 844)
    week.open(DASHBOARD)
    with finger(page) as hand:
        hand.tap_on(week.tab("sat"))
        week.has("sat", NIGHT)
        hand.tap(week.point("sat", "13:00"))
        week.picture("cards-06-dialog")
        week.enter(Start="13:00", End="14:00")
        end = week.point("sat", "15:30")
        handle = week.handle("end")
        hand.drag(handle, (handle[0], end[1] + handle[1] - week.at("sat", "14:00")[1]))
        week.has("sat", "13:00-15:30")
        week.picture("cards-06-drawn")
        hand.tap(week.point("sat", "09:00", "departure"))
        week.enter(Name="Market", Time="09:10")
        week.has("sat", "09:10 Market")
        week.picture("cards-06-draft")
        assert week.violations() == []
        assert week.cut_off() == []
        hand.tap_on(week.card.get_by_role("button", name="Save", exact=True))
        week.hides("Unsaved changes")
    week.reload()
    week.tab("sat").click()
    week.has("sat", "13:00-15:30", "09:10 Market")
    week.picture("cards-06-found")
    windows = house.ask("get_plan")["windows"]
    assert ("13:00", "15:30") in [(each["start"], each["end"]) for each in windows]


def test_departure_is_skipped_and_restored(house: House, car: CarCard) -> None:
    """Add a departure in two taps, skip it, and undo that."""
    car.size(390, 844)
    car.open(DASHBOARD)
    car.shows("Fri 17:20", "Sport")
    car.press_button("Add departure")
    car.picture("cards-07-form")
    assert car.violations() == []
    assert car.cut_off() == []
    car.press_button("Add")
    car.shows("Wed 07:30")
    car.press_button("Skip")
    car.shows("Skipped: Wed 07:30")
    car.picture("cards-07-skipped")
    assert car.violations() == []
    assert [each["skipped"] for each in house.ask("get_plan")["departures"] if each["time"] == "07:30"] != [[]]
    car.press_button("Undo")
    car.hides("Skipped")
    car.shows("Wed 07:30")
    assert [each["skipped"] for each in house.ask("get_plan")["departures"] if each["time"] == "07:30"] == [[]]


def test_server_is_away_and_back(house: House, car: CarCard, week: WeekCard) -> None:
    """Say that the server cannot be reached, keep the values, and continue."""
    car.size(1440, 900)
    car.open(DASHBOARD)
    car.shows("80%")
    house.simulator.stop()
    car.press_button("Request update")
    car.shows("Request update: The command was not sent because the server could not be reached.")
    house.poll()
    car.shows("The last update failed.", "80%")
    week.shows("The last update failed. You can still edit and save the plan.")
    car.picture("cards-08-away")
    assert car.violations() == []
    house.simulator.start()
    house.change_car(level=61, report=True)
    house.poll()
    car.shows("61%")
    car.hides("The last update failed.")
    week.hides("The last update failed.")


def test_user_reads_german(house: House, car: CarCard, week: WeekCard) -> None:
    """Show sentences and errors in the language of the user, and those of entities in the one of the house."""
    house.hass.client.command("frontend/set_user_data", key="language", value=GERMAN)
    try:
        house.simulator.stop()
        house.poll()
        car.open(DASHBOARD)
        car.shows("Verbindung fehlgeschlagen.", "Sein nächstes Ladefenster beginnt um 23:30.")
        week.shows("Verbindung fehlgeschlagen.")
        car.picture("cards-08-german")
        entity = house.hass.client.get("/api/states/sensor.renault_z_e_charging_reason")
        assert entity["attributes"]["explanation"].startswith("The car is not plugged in. Its next")
    finally:
        house.hass.client.command("frontend/set_user_data", key="language", value=ENGLISH)
        house.simulator.start()
    house.poll()


def test_home_assistant_restarts(house: House, console: Console, car: CarCard, week: WeekCard) -> None:
    """Keep the page open, with its values and what is not saved yet, and continue."""
    week.size(1440, 900)
    week.open(f"{OWN}/0")
    week.draw("mon", "15:00", "16:00")
    week.has("mon", "15:00-16:00")
    house.hass.stop()
    car.shows("Connection lost. Reconnecting…", "61%")
    week.shows("Connection lost. Reconnecting…")
    week.has("mon", "15:00-16:00")
    car.picture("cards-09-lost")
    assert car.violations() == []
    house.hass.start()
    house.hass.wait_loaded()
    car.hides("Connection lost. Reconnecting…")
    week.hides("Connection lost. Reconnecting…")
    week.shows("Unsaved changes")
    week.save()
    week.has("mon", "15:00-16:00")
    car.picture("cards-09-back")
    windows = house.ask("get_plan")["windows"]
    assert ("15:00", "16:00") in [(each["start"], each["end"]) for each in windows]
    assert not [each for each in console.errors if not any(cause in each for cause in CAUSED_BY_RESTART)]
    console.errors.clear()


def test_account_is_disabled(house: House, car: CarCard, week: WeekCard) -> None:
    """Say that the account is not loaded, and continue when it is."""
    [entry] = house.hass.client.entries(DOMAIN)
    car.open(f"{OWN}/0")
    car.shows("61%")
    house.hass.client.command("config_entries/disable", entry_id=entry["entry_id"], disabled_by="user")
    car.shows("The account of this car is not loaded.")
    week.shows("The account of this car is not loaded.")
    car.picture("cards-10-disabled")
    assert car.violations() == []
    house.hass.client.command("config_entries/disable", entry_id=entry["entry_id"], disabled_by=None)
    car.hides("The account of this car is not loaded.")
    week.hides("The account of this car is not loaded.")


@pytest.mark.parametrize("width", [1440, 390])
def test_dark_theme(page: Page, week: WeekCard, width: int) -> None:
    """Have enough contrast in the dark, also of what is selected and not saved."""
    page.emulate_media(color_scheme="dark")
    week.size(width, 900)
    week.open(DASHBOARD)
    week.has("tue", NIGHT)
    week.block("tue", NIGHT).first.press("Delete")
    week.shows("Unsaved changes")
    week.picture(f"cards-11-dark-{width}")
    assert week.violations() == []
    assert week.cut_off() == []
    week.press_button("Discard")
    page.emulate_media(color_scheme="light")


def test_right_to_left(house: House, page: Page, car: CarCard, week: WeekCard) -> None:
    """Mirror the cards, and draw a window in the other direction."""
    house.hass.client.command("frontend/set_user_data", key="language", value=HEBREW)
    try:
        week.size(1440, 900)
        week.open(DASHBOARD)
        week.has("tue", NIGHT)
        assert page.evaluate("document.dir") == "rtl"
        week.draw("sun", "10:00", "11:30")
        week.has("sun", "10:00-11:30")
        week.picture("cards-12-rtl")
        assert week.violations() == []
        for width in (390, 320):
            week.size(width, 844)
            expect(week.tab("sun"), "there is room for one day").to_be_visible()
            week.picture(f"cards-12-rtl-{width}")
            assert car.cut_off() == []
            assert not car.has_horizontal_scrollbar()
            assert week.violations() == []
    finally:
        house.hass.client.command("frontend/set_user_data", key="language", value=ENGLISH)


def test_keyboard(house: House, page: Page, week: WeekCard) -> None:
    """Reach everything with Tab, see the focus, and move, lengthen, edit, and save a window without a mouse."""
    week.size(1440, 1400)
    week.open(DASHBOARD)
    week.has("thu", "13:00-14:30")
    week.block("thu", "13:00-14:30").focus()
    for keys in ("ArrowRight", "ArrowUp", "Shift+ArrowRight"):
        page.keyboard.press(keys)
    week.has("wed", "13:15-15:00")
    focused = week.tab_through()
    week.picture("cards-13-keyboard")
    assert {*focused.values()} == {True}, focused
    wanted = {PRECONDITION, "Start charge", "Request update", "Skip", "Add departure", "Undo", "Add", "List"}
    wanted |= {"By schedule", "15 minutes earlier", "15 minutes later", "Edit", "Delete", "Discard", "Save"}
    assert wanted - focused.keys() == set()
    week.block("wed", "13:15-15:00").focus()
    page.keyboard.press("Enter")
    expect(week.dialog, "the dialog is open").to_be_visible()
    page.keyboard.press("Escape")
    expect(week.dialog, "the dialog is closed").to_have_count(0)
    week.card.get_by_role("button", name="Save", exact=True).press("Enter")
    week.hides("Unsaved changes")
    windows = house.ask("get_plan")["windows"]
    assert ("wed", "13:15", "15:00") in [(each["day"], each["start"], each["end"]) for each in windows]
