"""Dates more than two years away are refused with a message, and stored ones break nothing."""

from copy import deepcopy
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN
from tests.common import ask, only_device, set_up, value
from tests.plan.planned import CINEMA, NIGHT, NOON, WORK, Car
from tests.project.sources import INTEGRATION

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

type Storage = dict[str, Any]

ONCE = {"start": "12:00", "end": "13:00"}
LAST, BEYOND = "2028-11-18", "2028-11-19"
FAR = [BEYOND, "2099-12-31", "9999-12-31", "9999-01-01"]
SENSORS = ("next_departure", "next_preconditioning", "next_charge_window", "preconditioning_reason", "charging_reason")
CALENDARS = ("calendar.renault_z_e_departures", "calendar.renault_z_e_charging")


async def refused(hass: HomeAssistant, action: str, device_id: str, **data: Any) -> str | None:
    """Call an action that is refused, check that the plan is unchanged, and return the key of the message."""
    before = await ask(hass, "get_plan", device_id)
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, action, device_id, **data)
    assert await ask(hass, "get_plan", device_id) == before
    return caught.value.translation_key


async def events(hass: HomeAssistant, calendar: str, begin: str, end: str) -> list[dict[str, Any]]:
    """Return the events of a calendar in a span."""
    span = {"entity_id": calendar, "start_date_time": begin, "end_date_time": end}
    response: Any = await hass.services.async_call("calendar", "get_events", span, blocking=True, return_response=True)
    found: list[dict[str, Any]] = response[calendar]["events"]
    return found


@pytest.mark.parametrize("day", FAR)
async def test_a_date_beyond_two_years_is_refused(hass: HomeAssistant, device_id: str, day: str) -> None:
    """By every action that takes one, and nothing is stored."""
    await ask(hass, "set_departure", device_id, **WORK)
    assert await refused(hass, "set_departure", device_id, **{**CINEMA, "date": day}) == "date_too_far"
    assert await refused(hass, "set_departure", device_id, departure="Work", date=day) == "date_too_far"
    assert await refused(hass, "skip_departure", device_id, date=day) == "date_too_far"
    windows = [NIGHT, {**ONCE, "date": day}]
    assert await refused(hass, "set_charge_schedule", device_id, windows=windows) == "date_too_far"
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"


@pytest.mark.parametrize("day", [BEYOND, "2029-01", "2099-12-31"])
async def test_a_span_beyond_two_years_is_refused(car: Car, day: str) -> None:
    """For pauses and histories, without a request."""
    await car.ask("set_departure", **WORK)
    for span in ({"to": day}, {"from": day, "to": day}):
        assert await refused(car.hass, "pause_departures", car.device_id, **span) == "date_too_far"
        car.simulator.log.entries.clear()
        for history in ("get_charge_history", "get_preconditioning_history"):
            assert await refused(car.hass, history, car.device_id, **span) == "date_too_far"
        assert not car.simulator.log.entries


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_message(hass: HomeAssistant, device_id: str, language: str) -> None:
    """It says what is wrong and what to do, in the user's language."""
    texts = json.loads((INTEGRATION / f"translations/{language}.json").read_text(encoding="utf-8"))
    hass.config.language = language
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "set_departure", device_id, **{**CINEMA, "date": BEYOND})
    assert caught.value.args == (texts["exceptions"]["date_too_far"]["message"],)


async def test_two_years_are_possible(hass: HomeAssistant, device_id: str) -> None:
    """To the day, by every action that takes a date."""
    added = await ask(hass, "set_departure", device_id, **{**CINEMA, "date": LAST})
    assert added["next_at"] == f"{LAST}T20:15:00+00:00"
    assert value(hass, "sensor.renault_z_e_next_departure") == f"{LAST}T20:15:00+00:00"
    (shown,) = await events(hass, CALENDARS[0], "2026-11-18 00:00:00", "2029-11-19 00:00:00")
    assert shown["start"].startswith(LAST)
    await ask(hass, "set_charge_schedule", device_id, windows=[NIGHT, {**ONCE, "date": LAST}])
    for action in ("get_plan", "get_charge_schedule"):
        response = await ask(hass, action, device_id)
        assert [each["date"] for each in response["windows"] if each["date"]] == [LAST]
    assert (await ask(hass, "pause_departures", device_id, to=LAST))["paused"]["to"] == LAST
    await ask(hass, "get_charge_history", device_id, **{"from": LAST, "to": LAST})


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "1900-02-28"])
async def test_a_date_long_past_is_over(hass: HomeAssistant, device_id: str, day: str) -> None:
    """Like yesterday."""
    await ask(hass, "set_departure", device_id, **WORK)
    assert await refused(hass, "set_departure", device_id, **{**CINEMA, "date": day}) == "event_past"
    key = await refused(hass, "skip_departure", device_id, date=day)
    assert key in {"event_past", "departure_none_to_skip"}
    windows = [{**ONCE, "date": day}]
    assert await refused(hass, "set_charge_schedule", device_id, windows=windows) == "event_past"
    await ask(hass, "set_charge_schedule", device_id, windows=[NIGHT, *windows])
    response = await ask(hass, "get_charge_schedule", device_id)
    assert len(response["windows"]) == 7
    assert not any(each["date"] for each in response["windows"])


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_calendars_for_any_span(car: Car, zone: str) -> None:
    """They show the next two years, in any time zone."""
    await car.hass.config.async_set_time_zone(zone)
    await car.ask("set_departure", **WORK)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    spans = [
        ("0001-01-01 00:00:00", "9999-12-31 23:59:59"),
        ("0001-01-01 00:00:00", "0001-01-02 00:00:00"),
        ("9999-12-30 00:00:00", "9999-12-31 23:59:59"),
    ]
    for calendar, a_day in zip(CALENDARS, (1, 2), strict=True):
        counts = [len(await events(car.hass, calendar, *span)) for span in spans]
        assert a_day * 730 <= counts[0] <= a_day * 740
        assert counts[1:] == [0, 0]
    await car.hass.config.async_set_time_zone("US/Pacific")


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize(("begin", "end"), [("9999-12-30T12:00", "9999-12-30T13:00"), ("2028-12-01T12:00",) * 2])
async def test_events_added_to_a_calendar(car: Car, calendar: str, begin: str, end: str) -> None:
    """Neither a single event nor the first of a weekly one may be two years away."""
    data = {"start_date_time": f"{begin}:00", "end_date_time": f"{end[:-2]}45:00", "summary": "Far"}
    before = await car.ask("get_plan")
    with pytest.raises(ServiceValidationError, match="up to two years ahead"):
        await car.hass.services.async_call("calendar", "create_event", {"entity_id": calendar, **data}, blocking=True)
    assert await car.ask("get_plan") == before


@pytest.fixture
async def stored(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, hass_storage: Storage
) -> Storage:
    """Return the stored plan of an account that is not loaded."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **CINEMA)
    windows = [NIGHT, {**ONCE, "date": "2026-11-20"}]
    await ask(hass, "set_charge_schedule", device_id, windows=windows)
    await ask(hass, "pause_departures", device_id, to="2026-11-19")
    await hass.config_entries.async_unload(init_integration.entry_id)
    plan: Storage = hass_storage[f"{DOMAIN}.{init_integration.entry_id}"]["data"]["plans"][EXAMPLE_VIN]
    return plan


@pytest.mark.parametrize("day", ["9999-12-31", "2098-06-01", "0001-01-01"])
async def test_a_plan_that_was_stored_with_such_dates(
    car: Car, stored: Storage, caplog: pytest.LogCaptureFixture, day: str
) -> None:
    """An earlier version accepted any: they are shown and can be removed."""
    before = deepcopy(stored)
    for departure in stored["departures"]:
        departure["on"] = departure["on"] and day
        departure["skipped"] = [day]
    for window in stored["windows"]:
        window["on"] = window["on"] and day
    stored["paused"] = {"first": day, "last": day}
    assert stored != before
    await car.set_up()
    assert car.entry.state is ConfigEntryState.LOADED
    plan = await car.ask("get_plan")
    assert {each["name"]: each["next_at"] for each in plan["departures"]}["Work"] == "2026-11-19T07:30:00+00:00"
    for sensor in SENSORS:
        assert car.value(f"sensor.renault_z_e_{sensor}") != "unavailable"
    assert car.value("sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    for calendar in CALENDARS:
        assert await events(car.hass, calendar, "2026-11-18 00:00:00", "2026-11-26 00:00:00")
    for each in plan["departures"]:
        await car.ask("remove_departure", departure=each["id"])
    await car.ask("pause_departures")
    await car.ask("set_charge_schedule", windows=[NIGHT])
    assert "Error" not in caplog.text


async def test_my_renault(hass: HomeAssistant, renault_entry: MockConfigEntry) -> None:
    """The same dates are refused, and the last possible month can be requested."""
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    assert await refused(hass, "set_departure", device, **{**CINEMA, "date": "9999-12-31"}) == "date_too_far"
    assert await refused(hass, "get_charge_history", device, to="2099-12") == "date_too_far"
    await ask(hass, "get_charge_history", device, to=LAST)
