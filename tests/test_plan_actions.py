"""The actions of the plan: what becomes of it, what is answered, and what is refused in words."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Scope, Simulator

from .common import ask, orders, set_up, value
from .planned import EVERY_DAY, NIGHT, NOON, WORK

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

CINEMA = {"name": "Cinema", "time": "20:15", "date": "2026-11-27"}


async def names(hass: HomeAssistant, device_id: str) -> list[str]:
    """Return the names of the departures of the plan."""
    return [each["name"] for each in (await ask(hass, "get_plan", device_id))["departures"]]


async def test_a_departure_is_added_changed_and_removed(hass: HomeAssistant, device_id: str) -> None:
    """It is known by its name or its id, and what is not said of it stays."""
    added = await ask(hass, "set_departure", device_id, **WORK, robust=True)
    assert added == {
        "id": added["id"],
        "name": "Work",
        "time": "07:30",
        "days": EVERY_DAY,
        "date": None,
        "precondition": True,
        "enabled": True,
        "robust": True,
        "override": False,
        "skipped": [],
        "next_at": "2026-11-19T07:30:00+00:00",
    }
    changed = await ask(hass, "set_departure", device_id, name=" work ", time="08:00:30")
    assert changed == {**added, "name": "work", "time": "08:00", "next_at": "2026-11-19T08:00:00+00:00"}
    renamed = await ask(hass, "set_departure", device_id, departure="Work", name="Office", date="2026-11-20")
    assert (renamed["id"], renamed["days"], renamed["date"]) == (added["id"], [], "2026-11-20")
    await ask(hass, "set_departure", device_id, **CINEMA)
    assert await names(hass, device_id) == ["Office", "Cinema"]
    await ask(hass, "remove_departure", device_id, departure="OFFICE")
    assert await names(hass, device_id) == ["Cinema"]
    (cinema,) = (await ask(hass, "get_plan", device_id))["departures"]
    await ask(hass, "remove_departure", device_id, departure=cinema["id"])
    assert await names(hass, device_id) == []


async def test_skipping(hass: HomeAssistant, device_id: str) -> None:
    """The next of all, the next of one, all of a date, one of a date; what is skipped is told."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2026-11-20"})
    await ask(hass, "skip_departure", device_id)
    await ask(hass, "skip_departure", device_id, departure="Work")
    answer = await ask(hass, "skip_departure", device_id, date="2026-11-20", departure="cinema")
    skipped = {each["name"]: each["skipped"] for each in answer["departures"]}
    assert skipped == {"Work": ["2026-11-19", "2026-11-20"], "Cinema": ["2026-11-20"]}
    answer = await ask(hass, "skip_departure", device_id, date="2026-11-21")
    assert {each["name"]: each["next_at"] for each in answer["departures"]} == {
        "Work": "2026-11-22T07:30:00+00:00",
        "Cinema": None,
    }


@pytest.mark.parametrize(
    ("span", "paused", "next_at"),
    [
        ({"to": "2026-11-20"}, {"from": "2026-11-18", "to": "2026-11-20"}, "2026-11-21T07:30:00+00:00"),
        ({"from": "2026-11-19"}, {"from": "2026-11-19", "to": "2026-11-19"}, "2026-11-20T07:30:00+00:00"),
        ({"from": "2026-11"}, {"from": "2026-11-01", "to": "2026-11-30"}, "2026-12-01T07:30:00+00:00"),
        (
            {"from": "2026-12-24", "to": "2027-01"},
            {"from": "2026-12-24", "to": "2027-01-31"},
            "2026-11-19T07:30:00+00:00",
        ),
    ],
)
async def test_pausing_and_resuming(
    hass: HomeAssistant, device_id: str, span: dict[str, str], paused: dict[str, str], next_at: str
) -> None:
    """A holiday is made of days or months, and may end early."""
    await ask(hass, "set_departure", device_id, **WORK)
    answer = await ask(hass, "pause_departures", device_id, **span)
    assert (answer["paused"], answer["departures"][0]["next_at"]) == (paused, next_at)
    assert value(hass, "sensor.renault_z_e_next_departure") == next_at
    answer = await ask(hass, "pause_departures", device_id)
    assert (answer["paused"], answer["departures"][0]["next_at"]) == (None, "2026-11-19T07:30:00+00:00")


async def test_windows_are_answered_as_they_were_written(hass: HomeAssistant, device_id: str) -> None:
    """Days and dates, ends and durations, the base; and what is to be done about them next, and why."""
    party = {"date": "2026-11-21", "start": "22:00", "duration": {"hours": 1}}
    rows = [{**NIGHT, "days": ["mon"]}, {**NOON, "days": "mon"}, party, {**NIGHT, "days": ["sat"], "base": False}]
    answer = await ask(hass, "set_charge_windows", device_id, windows=rows, switch_on=False)
    assert answer["charge_enabled"] is False
    keys = ("day", "date", "start", "end", "duration_minutes", "base")
    assert [tuple(each[key] for key in keys) for each in answer["windows"]] == [
        ("mon", None, "01:00", "05:00", 240, True),
        ("mon", None, "12:00", "13:00", 60, False),
        ("sat", None, "01:00", "05:00", 240, False),
        ("sat", "2026-11-21", "22:00", "23:00", 60, False),
    ]
    assert answer["next_step"] is None


async def test_the_plan_tells_what_comes_next_and_why(
    hass: HomeAssistant, device_id: str, simulator: Simulator
) -> None:
    """The step, its reason, and the level foreseen for the next departure."""
    await ask(hass, "set_departure", device_id, **WORK)
    answer = await ask(hass, "get_plan", device_id)
    assert answer["next_step"] == {
        "kind": "start",
        "reason": "departure",
        "at": "2026-11-19T07:20:00+00:00",
        "departure": "Work",
        "windows": [],
    }
    assert answer["projection"] == {
        "at": "2026-11-19T07:20:00+00:00",
        "level_percent": 100,
        "shortage": None,
        "charge_needed_minutes": None,
    }
    assert (answer["charging_reason"], answer["preconditioning_reason"]) == ("charging", "waiting_for_departure")
    assert (answer["time_zone"], answer["departures_enabled"]) == ("Europe/London", True)
    answer = await ask(hass, "set_charge_windows", device_id, windows=[])
    assert (answer["windows"], answer["charge_enabled"]) == ([], True)
    assert orders(simulator) == []


@pytest.mark.parametrize(
    ("action", "data", "key", "given"),
    [
        ("set_departure", {"name": "Gym"}, "departure_incomplete", ("", "")),
        ("set_departure", {"time": "07:30"}, "departure_incomplete", ("", "")),
        ("set_departure", {"name": "Gym", "time": "18:00"}, "departure_weekdays_or_date", ("", "Gym")),
        ("set_departure", {**CINEMA, "days": ["mon"]}, "departure_weekdays_or_date", ("", "Cinema")),
        ("set_departure", {"departure": "Gym", "time": "18:00"}, "departure_unknown", ("", "Gym")),
        ("remove_departure", {"departure": "Gym"}, "departure_unknown", ("", "Gym")),
        ("skip_departure", {"departure": "Gym"}, "departure_unknown", ("", "Gym")),
        ("skip_departure", {"date": "2026-11-17"}, "departure_none_to_skip", ("", "")),
        ("pause_departures", {"from": "2026-11-20", "to": "2026-11-19"}, "pause_reversed", ("", "2026-11-19")),
        ("set_charge_windows", {"windows": [{"start": "01:00", "end": "02:00"}]}, "window_days_or_date", ("", "01:00")),
        ("set_charge_windows", {"windows": [{**NOON, "date": "2026-11-20"}]}, "window_days_or_date", ("", "12:00")),
        (
            "set_charge_windows",
            {"windows": [{**NOON, "start": "12:10"}]},
            "schedule_start_off_grid",
            ("Monday", "12:10"),
        ),
        (
            "set_charge_windows",
            {"windows": [NIGHT, {"days": "mon", "start": "04:45", "end": "06:00"}]},
            "windows_overlap",
            ("Monday", "04:45"),
        ),
        (
            "set_charge_windows",
            {"windows": [{"date": "2026-11-20", "start": "01:00", "end": "02:00"}]},
            "windows_need_a_week",
            ("Friday", ""),
        ),
        ("set_charge_windows", {"windows": [NIGHT, {**NOON, "base": True}]}, "windows_base_twice", None),
    ],
)
async def test_what_cannot_be_is_said(
    hass: HomeAssistant, device_id: str, action: str, data: dict[str, Any], key: str, given: tuple[str, str] | None
) -> None:
    """The plan stays as it was, and its owner reads what is wrong."""
    await ask(hass, "set_departure", device_id, **WORK)
    before = await ask(hass, "get_plan", device_id)
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, action, device_id, **data)
    assert caught.value.translation_key == key
    if given is not None:
        assert caught.value.translation_placeholders == {"days": given[0], "value": given[1]}
    assert await ask(hass, "get_plan", device_id) == before


async def test_two_of_one_name_are_told_apart_by_id(
    hass: HomeAssistant, device_id: str, coordinator: VehicleCoordinator
) -> None:
    """A name that stands for several is refused rather than guessed."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **CINEMA)
    (work, cinema) = coordinator.planner.plan.departures
    await ask(hass, "set_departure", device_id, departure="Cinema", name="Work")
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "remove_departure", device_id, departure="Work")
    assert caught.value.translation_key == "departure_ambiguous"
    await ask(hass, "remove_departure", device_id, departure=cinema.id)
    assert [each.id for each in coordinator.planner.plan.departures] == [work.id]


@pytest.mark.parametrize("data", [{"name": "  "}, {"name": "x" * 101}, {"days": ["someday"]}, {"time": "25:00"}])
async def test_what_makes_no_sense_is_refused_by_the_schema(
    hass: HomeAssistant, device_id: str, data: dict[str, Any]
) -> None:
    """Nothing gets as far as the plan."""
    with pytest.raises(probatio.Invalid):
        await ask(hass, "set_departure", device_id, **{**WORK, **data})


@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        (Scope.PRECONDITIONING, [("set_charge_windows", {"windows": [NIGHT]})]),
        (Scope.SCHEDULING, [("set_departure", WORK), ("skip_departure", {}), ("pause_departures", {})]),
    ],
)
async def test_scopes(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
    scope: Scope,
    refused: list[tuple[str, dict[str, Any]]],
) -> None:
    """Only what the account may do can be planned; the plan itself can always be read."""
    simulator.account.scopes = [scope]
    await set_up(hass, mock_config_entry)
    (device,) = dr.async_entries_for_config_entry(device_registry, mock_config_entry.entry_id)
    for action, data in refused:
        with pytest.raises(ServiceValidationError) as caught:
            await ask(hass, action, device.id, **data)
        assert caught.value.translation_key == "unsupported"
    assert (await ask(hass, "get_plan", device.id))["departures"] == []
