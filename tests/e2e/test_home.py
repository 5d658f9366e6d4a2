"""A user's steps in a real Home Assistant from sign-in to shutdown, in this order."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
import re
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
import pytest

from home.client import Client, InvalidCredentialsError
from home.config_folder import TIME_ZONE
from home.home_assistant import DOMAIN, ENTITY_PREFIX
from home.processes import wait_until
from home.simulator import PASSWORD, USERNAME, VIN
from tests.e2e.house import House, entity

pytestmark = [pytest.mark.xdist_group("home"), pytest.mark.timeout(300)]

SECOND_VIN = "VF1AGVYF0ZE000002"
NEW_PASSWORD = "N3wP4ss"
LOADED = 60
PLATFORMS = {"binary_sensor", "button", "calendar", "event", "number", "select", "sensor", "switch", "time"}
# Caused by the tests: the server down, a command sent meanwhile, another password.
PROVOKED = (
    "Error fetching Renault Z.E. data",
    "Error during service call to button.press",
    "Authentication failed while fetching Renault Z.E. data",
)


@pytest.fixture(scope="module")
def time_zone() -> str:
    """Return a time zone whose clocks change."""
    return TIME_ZONE


@pytest.fixture(scope="module")
def steps(house: House) -> list[dict[str, Any]]:
    """Set the integration up with a wrong password first, and return the forms."""
    form = house.hass.account_form()
    refused = house.hass.fill_in_account(form["flow_id"], house.simulator.url, USERNAME, "wr0ng")
    made = house.hass.fill_in_account(form["flow_id"], house.simulator.url, USERNAME, PASSWORD)
    house.hass.wait_loaded()
    return [form, refused, made]


@pytest.fixture
def owned(house: House, steps: list[dict[str, Any]]) -> Iterator[House]:
    """Return the running home with the integration, and check that both processes survive the test."""
    yield house
    house.hass.require_running()
    house.simulator.require_running()


def test_home_assistant_needs_a_sign_in(house: House) -> None:
    """Keep the onboarding, and accept only the user."""
    with Client(house.hass.url) as stranger:
        assert stranger.is_onboarded()
        with pytest.raises(InvalidCredentialsError):
            stranger.log_in("demo", "guess")
        stranger.log_in("demo", "demo")
        assert stranger.is_running()


def test_setup_recovers_from_a_wrong_password(steps: list[dict[str, Any]]) -> None:
    """Show the error in the same form, and accept the correct password."""
    form, refused, made = steps
    assert (form["type"], form["step_id"], form["errors"]) == ("form", "ze_services", {})
    assert [field["name"] for field in form["data_schema"]] == ["username", "password", "server"]
    assert (refused["type"], refused["errors"]) == ("form", {"base": "invalid_auth"})
    assert (made["type"], made["title"]) == ("create_entry", "Z.E. Services (y…@example.com)")


def test_entities_show_the_car(owned: House) -> None:
    """Show the values of the car, without an unavailable entity."""
    assert owned.state("sensor", "battery") == "80"
    assert owned.state("binary_sensor", "plugged_in") == "off"
    assert owned.state("binary_sensor", "data_stale") == "off"
    ours = {name: each["state"] for name, each in owned.hass.client.states().items() if ENTITY_PREFIX in name}
    assert {name.split(".")[0] for name in ours} == PLATFORMS
    assert "unavailable" not in ours.values()


def test_poll_shows_changes(owned: House) -> None:
    """Show a drive and the cable at the next poll."""
    owned.change_car(level=47, plugged=True, report=True)
    owned.poll()
    owned.see("sensor", "battery", "47")
    assert owned.state("binary_sensor", "plugged_in") == "on"


def test_button_sends_a_command(owned: House) -> None:
    """Send one command, and confirm it once the car executed it."""
    owned.change_car(level=80, report=True)
    owned.press("start_preconditioning")
    assert len(owned.simulator.requests("POST", f"/{VIN}/air-conditioning")) == 1
    assert owned.state("sensor", "last_command") == "accepted"
    owned.pass_time(minutes=10)
    owned.poll()
    owned.see("sensor", "last_command", "confirmed")
    assert owned.state("sensor", "last_preconditioning_result") == "success"
    happened = owned.hass.client.get(f"/api/states/{entity('event', 'command')}")
    assert happened["attributes"]["event_type"] == "confirmed"
    assert len(owned.simulator.requests("POST", f"/{VIN}/air-conditioning")) == 1


def test_action_sets_the_charge_schedule(owned: House) -> None:
    """Send a schedule to the car, and read it back."""
    week = [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "23:00", "end": "05:30"}]
    week.append({"days": ["sat", "sun"], "start": "22:00", "end": "04:30"})
    sent = owned.ask("set_charge_schedule", windows=week)
    assert (sent["command"], sent["status"]) == ("set_charge_schedule", "accepted")
    owned.pass_time(minutes=15)
    owned.poll()
    owned.see("sensor", "last_command", "confirmed")
    held = owned.ask("get_charge_schedule")
    assert (held["enabled"], held["status"]) == (True, "enabled")
    monday = {"day": "mon", "start": "23:00", "end": "05:30", "duration_minutes": 390.0}
    assert held["windows"][0] == {**monday, "date": None, "main": False, "skipped": []}
    assert held["in_the_car"]["windows"][0] == monday
    assert owned.state("select", "charge_mode") == "by_schedule"
    owned.select("charge_mode", "any_time")
    owned.pass_time(minutes=15)
    owned.poll()
    owned.see("sensor", "charge_schedule_status", "disabled")
    again = owned.ask("set_charge_schedule")
    assert (again["command"], again["status"]) == ("set_charge_schedule", "accepted")
    owned.pass_time(minutes=15)
    owned.poll()
    owned.see("sensor", "charge_schedule_status", "enabled")
    assert owned.ask("get_charge_schedule")["windows"] == held["windows"]


def test_departure_is_shown(owned: House) -> None:
    """Show a daily departure in the sensor and the calendar."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    made = owned.ask("set_departure", name="Commute", time="07:30:00", days=days)
    assert made["name"] == "Commute"
    owned.see("sensor", "next_departure", lambda state: state != "unknown")
    shown = owned.hass.client.get(f"/api/states/{entity('sensor', 'next_departure')}")
    leaves_at = datetime.fromisoformat(shown["state"])
    assert leaves_at.astimezone(ZoneInfo("Europe/London")).time() == time(7, 30)
    assert shown["attributes"]["departure"] == "Commute"
    span = {"start": leaves_at - timedelta(hours=1), "end": leaves_at + timedelta(hours=1)}
    query = urlencode({key: at.isoformat() for key, at in span.items()})
    [event] = owned.hass.client.get(f"/api/calendars/{entity('calendar', 'departures')}?{query}")
    assert event["summary"] == "Commute"
    assert datetime.fromisoformat(event["start"]["dateTime"]) == leaves_at
    owned.ask("remove_departure", departure="Commute")
    owned.see("sensor", "next_departure", "unknown")


def test_charge_history(owned: House) -> None:
    """Return the charge of a night."""
    owned.change_car(level=30, plugged=False)
    owned.change_car(plugged=True)
    yesterday = owned.simulator.control("GET", "state")["clock"]["world"][:10]
    owned.pass_time(minutes=24 * 60)
    today = owned.simulator.control("GET", "state")["clock"]["world"][:10]
    response = owned.ask("get_charge_history", **{"from": yesterday[:7], "to": today})
    night = max(response["sessions"], key=lambda session: session["duration_minutes"])
    assert response["time_zone"] == "Europe/London"
    assert night["level_gained_percent"] > 20
    assert night["duration_minutes"] > 60


def test_action_is_refused(owned: House) -> None:
    """Name the missing day, and send nothing."""
    before = len(owned.simulator.requests("POST", f"/{VIN}/charge/scheduler"))
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        owned.ask("set_charge_schedule", windows=[{"days": ["mon"], "start": "23:07", "end": "05:30"}])
    assert refusal.value.response.status_code == 400
    assert "Monday" in refusal.value.response.text
    assert len(owned.simulator.requests("POST", f"/{VIN}/charge/scheduler")) == before


def test_restart_without_a_sign_in(owned: House) -> None:
    """Use the stored session."""
    owned.change_car(level=73, plugged=False, report=True)
    owned.poll()
    owned.see("sensor", "battery", "73")
    logins = owned.logins()
    assert owned.hass.stop() == 0
    owned.hass.start()
    owned.hass.wait_loaded()
    assert owned.logins() == logins
    assert owned.state("sensor", "battery") == "73"


def test_server_down_and_back(owned: House) -> None:
    """Keep the last values, and update them when the server is back."""
    level = owned.state("sensor", "battery")
    owned.simulator.stop()
    owned.poll()
    assert owned.state("sensor", "battery") == level
    with pytest.raises(httpx.HTTPStatusError) as failure:
        owned.press("request_update")
    assert failure.value.response.status_code == 500
    owned.simulator.start()
    owned.change_car(level=61, report=True)
    owned.poll()
    owned.see("sensor", "battery", "61")


def test_changed_password(owned: House) -> None:
    """Ask for the password, refuse a wrong one, and continue with the correct one."""
    owned.simulator.control("POST", "accounts", {"password": NEW_PASSWORD, "vehicles": [VIN, SECOND_VIN]})
    owned.poll()
    client = owned.hass.client
    wait_until(lambda: client.command("config_entries/flow/progress"), "the new password is asked for", LOADED)
    [flow] = client.command("config_entries/flow/progress")
    assert (flow["handler"], flow["context"]["source"], flow["step_id"]) == (DOMAIN, "reauth", "reauth_confirm")
    refused = client.fill_in(flow["flow_id"], password=PASSWORD)
    assert refused["errors"] == {"base": "invalid_password"}
    accepted = client.fill_in(flow["flow_id"], password=NEW_PASSWORD)
    assert (accepted["type"], accepted["reason"]) == ("abort", "reauth_successful")
    owned.hass.wait_loaded()
    owned.change_car(level=52, report=True)
    owned.poll()
    owned.see("sensor", "battery", "52")


def test_second_car(owned: House) -> None:
    """Add a car of the account after a reload."""
    [entry] = owned.hass.client.entries(DOMAIN)
    owned.hass.client.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})
    wait_until(lambda: owned.hass.device_id(SECOND_VIN), "the second car has a device", LOADED)
    owned.hass.wait_loaded()
    assert owned.hass.device_id(VIN) is not None
    assert owned.state("sensor", "battery") == "52"


def test_shutdown(house: House, steps: list[dict[str, Any]]) -> None:
    """End Home Assistant, with only the outage in its log."""
    assert house.hass.stop() == 0
    logs = "".join(log.read_text() for log in house.hass.log.parent.glob("home-assistant.log*"))
    assert "Traceback" not in logs
    assert not re.findall(r".*(?:[Dd]eprecat|will stop working|Detected that custom integration).*", logs)
    errors = [line for line in logs.splitlines() if re.search(r" (?:ERROR|CRITICAL) ", line)]
    assert [line for line in errors if not any(cause in line for cause in PROVOKED)] == []
