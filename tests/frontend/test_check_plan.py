"""The check of a draft of the plan: every problem at once, as saving would refuse it, without saving."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from tests.common import arrived, only_device, set_up
from tests.frontend.test_subscribe import interfaces
from tests.plan.planned import CINEMA, EVERY_DAY, NIGHT, NOON, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

type Check = Callable[..., Awaitable[list[dict[str, Any]]]]


async def command(client: MockHAClientWebSocket, device_id: str, draft: dict[str, Any]) -> Any:
    """Return the response to a draft."""
    await client.send_json_auto_id({"type": "renault_ze/check_plan", "device_id": device_id, **draft})
    return await client.receive_json()


@pytest.fixture
async def check(hass: HomeAssistant, device_id: str, hass_ws_client: WebSocketGenerator) -> Check:
    """Return a function that returns the problems of a draft."""
    client = await hass_ws_client(hass)

    async def problems(**draft: Any) -> list[dict[str, Any]]:
        response = await command(client, device_id, draft)
        assert response["success"], response
        found: list[dict[str, Any]] = response["result"]["problems"]
        assert all(set(each) == interfaces()["Problem"] for each in found)
        return found

    return problems


def short(problems: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return the layer, key, days, and departure of each problem."""
    return [(each["layer"], each["translation_key"], each["days"], each["departure"]) for each in problems]


async def test_valid_draft(car: Car, check: Check) -> None:
    """There is nothing wrong, nothing is stored or requested, and saving it works."""
    draft = {"windows": [NIGHT, NOON], "departures": [WORK, CINEMA]}
    car.simulator.log.entries.clear()
    before = car.coordinator.planner.plan
    assert (await check(), await check(**draft)) == ([], [])
    assert (car.coordinator.planner.plan, arrived(car.simulator)) == (before, [])
    await car.ask("set_plan", **draft, enable=True)


async def test_every_problem(check: Check) -> None:
    """Windows come first, then departures; a problem of several days is one."""
    off_grid = {"days": ["mon", "tue"], "start": "01:10", "end": "05:00"}
    no_days = {"start": "12:00", "end": "13:00"}
    late = {**CINEMA, "name": "Past", "date": "2026-11-17"}
    found = await check(windows=[off_grid, no_days], departures=[{**WORK, "days": []}, late, {**WORK, "id": "x"}])
    assert short(found) == [
        ("windows", "schedule_start_off_grid", ["mon", "tue"], None),
        ("windows", "window_days_or_date", [], None),
        ("departures", "departure_weekdays_or_date", [], "Work"),
        ("departures", "event_past", [], "Past"),
        ("departures", "departure_unknown", [], "x"),
    ]
    past = {"date": "2026-11-17", "clock": "20:15"}
    assert [each["value"] for each in found] == [{"clock": "01:10"}, {"clock": "12:00"}, "Work", past, "Work"]


async def test_several_problems_of_windows(check: Check) -> None:
    """Main windows, dates, and overlaps are all named."""
    twice = {"days": ["mon"], "start": "12:00", "end": "13:00", "main": True}
    once = {"date": "2026-11-19", "start": "04:00", "end": "06:00", "main": True}
    far = {"date": "2029-11-19", "start": "20:00", "end": "21:00"}
    found = await check(windows=[NIGHT, twice, once, far])
    assert short(found) == [
        ("windows", "window_overlaps_once", ["thu"], None),
        ("windows", "windows_base_twice", ["mon", "thu"], None),
        ("windows", "windows_base_once", ["thu"], None),
        ("windows", "date_too_far", [], None),
    ]


async def test_fit_to_the_car(car: Car, check: Check) -> None:
    """It is checked as if the schedule was enabled, even while a draft could be stored."""
    found = await check(windows=[{**NIGHT, "days": EVERY_DAY[:5]}])
    assert short(found) == [("plan", "windows_days_missing", ["sat", "sun"], None)]
    assert short(await check(windows=[])) == [("plan", "schedule_empty", [], None)]
    assert await check(departures=[WORK]) == []
    await car.ask("set_plan", windows=[{**NIGHT, "days": EVERY_DAY[:5]}])
    # The windows of the plan are part of the draft if they are given.
    assert await check(departures=[WORK]) == []
    found = await check(windows=[{**NIGHT, "days": EVERY_DAY[:5]}])
    assert short(found) == [("plan", "windows_days_missing", ["sat", "sun"], None)]


async def test_outdated_revision(car: Car, check: Check) -> None:
    """The draft of an earlier plan cannot be saved."""
    revision = (await car.ask("get_plan"))["revision"]
    assert await check(revision=revision, departures=[WORK]) == []
    await car.ask("set_departure", **CINEMA)
    found = await check(revision=revision, departures=[WORK])
    assert short(found) == [("plan", "plan_changed", [], None)]


async def test_refused_commands(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """Another device, a car that is not loaded, and a draft of another shape are errors."""
    await set_up(hass, mock_config_entry)
    client, device = await hass_ws_client(hass), only_device(hass, mock_config_entry)
    assert (await command(client, "unknown", {}))["error"]["code"] == "not_found"
    assert (await command(client, device, {"windows": [{"at": "12:00"}]}))["error"]["code"] == "invalid_format"
    await hass.config_entries.async_unload(mock_config_entry.entry_id)
    error = (await command(client, device, {}))["error"]
    assert (error["code"], error["translation_key"]) == ("not_loaded", "no_car_loaded")
