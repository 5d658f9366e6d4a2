"""Windows and departures saved in one edit: what changes, what is sent, and what is refused."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import arrived, ask, expect_error, only_device, set_up
from tests.plan.planned import CINEMA, DEPLOY, EVERY_DAY, NIGHT, NOON, WORK, Car, nights, week

# A Wednesday evening in London, where the car is; its own schedule, every night at 23:30, is disabled.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

WRITE = "PUT /charge/scheduler/offboard"
DISABLE = "PUT /charge/scheduler/onboard"
MODE = "select.renault_z_e_charge_mode"


def entered(plan: Any) -> dict[str, Any]:
    """Return a plan as a card sends it back."""
    shared = ("start", "end", "main", "skipped")
    windows = [
        {**{key: each[key] for key in shared}, **({"date": each["date"]} if each["date"] else {"days": [each["day"]]})}
        for each in plan["windows"]
    ]
    departures = [{key: each[key] for key in each if key != "next_at"} for each in plan["departures"]]
    return {"revision": plan["revision"], "windows": windows, "departures": departures}


def names(plan: Any) -> list[str]:
    """Return the names of the departures."""
    return [each["name"] for each in plan["departures"]]


async def test_windows_and_departures_at_once(car: Car) -> None:
    """Both are stored, the schedule is sent once, and the response has the plan and the command."""
    response = await car.ask("set_plan", windows=[NIGHT], departures=[WORK, CINEMA], enable=True)
    assert (names(response), len(response["windows"]), car.value(MODE)) == (["Work", "Cinema"], 7, "by_schedule")
    assert (response["command"]["command"], response["command"]["status"]) == ("set_charge_schedule", "accepted")
    assert [order for order, _ in car.commands] == [WRITE, DEPLOY[0]]
    assert week(car.simulator) == nights()
    stored = await car.ask("get_plan")
    assert stored.keys() | {"command"} == response.keys()
    assert stored["revision"] == response["revision"]


async def test_saved_again(car: Car) -> None:
    """A plan that is sent back as it is stays the same, and causes no request."""
    await car.ask("set_plan", windows=[NIGHT, NOON], departures=[WORK, CINEMA], enable=True)
    await car.later(61)
    before = await car.ask("get_plan")
    plan = car.coordinator.planner.plan
    car.simulator.log.entries.clear()
    after = await car.ask("set_plan", **entered(before))
    assert (after.pop("command"), arrived(car.simulator)) == (None, [])
    assert (after, car.coordinator.planner.plan) == (before, plan)


async def test_departures_send_nothing(car: Car) -> None:
    """Departures with an id are changed, others added or removed; what else is known of them stays."""
    plan = await car.ask("set_plan", departures=[WORK, CINEMA])
    work, cinema = plan["departures"]
    await car.ask("skip_departure", departure="Work")
    since = car.coordinator.planner.plan.departure(cinema["id"])
    await car.later(60)
    changed = {**work, "name": "Office", "time": "08:00", "skipped": ["2026-11-20"]}
    del changed["next_at"], cinema["next_at"]
    car.simulator.log.entries.clear()
    after = await car.ask("set_plan", departures=[changed, cinema, {**WORK, "name": "Gym", "days": ["sat"]}])
    assert (after["command"], arrived(car.simulator)) == (None, [])
    assert names(after) == ["Gym", "Office", "Cinema"]
    office = next(each for each in after["departures"] if each["name"] == "Office")
    assert (office["id"], office["skipped"], office["next_at"][:10]) == (work["id"], ["2026-11-20"], "2026-11-19")
    assert car.coordinator.planner.plan.departure(cinema["id"]) == since
    assert names(await car.ask("set_plan", departures=[cinema])) == ["Cinema"]
    assert names(await car.ask("set_plan", windows=[NIGHT])) == ["Cinema"]


async def test_skipped_dates_stay_without_new_ones(car: Car) -> None:
    """A departure or window that says nothing about skipped dates keeps them; a departure for a date has none."""
    await car.ask("set_plan", windows=[{**NIGHT, "skipped": ["2026-11-21"]}], departures=[WORK])
    await car.ask("skip_departure", departure="Work")
    work = (await car.ask("get_plan"))["departures"][0]
    again = {key: work[key] for key in ("id", "name", "time", "days")}
    after = await car.ask("set_plan", windows=[NIGHT], departures=[again])
    assert after["departures"][0]["skipped"] == ["2026-11-19"]
    assert [each["skipped"] for each in after["windows"] if each["skipped"]] == [["2026-11-21"]]
    once = {**again, "days": [], "date": "2026-11-23"}
    assert (await car.ask("set_plan", departures=[once]))["departures"][0]["skipped"] == []
    after = await car.ask("set_plan", windows=[{**NIGHT, "skipped": []}])
    assert [each["skipped"] for each in after["windows"] if each["skipped"]] == []


async def test_departures_that_are_over(car: Car) -> None:
    """They are neither checked nor removed, as the calendar shows them."""
    await car.ask("set_departure", name="Cinema", time="19:00", date="2026-11-18")
    await car.later(3600)
    before = await car.ask("get_plan")
    assert names(await car.ask("set_plan", **entered(before))) == ["Cinema"]
    assert names(await car.ask("set_plan", departures=[WORK])) == ["Work", "Cinema"]


async def test_draft(car: Car) -> None:
    """At any time, windows are only stored, and may be incomplete; the mode can be selected with or after them."""
    weekdays = {**NIGHT, "days": EVERY_DAY[:5]}
    car.simulator.log.entries.clear()
    response = await car.ask("set_plan", windows=[weekdays])
    assert (response["command"], len(response["windows"]), arrived(car.simulator)) == (None, 5, [])
    with pytest.raises(ServiceValidationError, match="Saturday, Sunday: no weekly charge window"):
        await car.ask("set_plan", enable=True)
    await car.ask("set_plan", windows=[NIGHT], enable=True)
    assert (week(car.simulator), car.value(MODE)) == (nights(), "by_schedule")
    await car.later(61)
    response = await car.ask("set_plan", windows=[], enable=False)
    assert (response["windows"], response["command"]["command"]) == ([], "disable_charge_schedule")
    assert ([order for order, _ in car.commands], car.value(MODE)) == ([DISABLE], "any_time")
    car.simulator.log.entries.clear()
    assert (await car.ask("set_plan", enable=False))["command"] is None
    assert arrived(car.simulator) == []


async def test_windows_that_the_car_need_not_hold_yet(car: Car) -> None:
    """Nothing is sent for an additional window of another time."""
    await car.ask("set_plan", windows=[NIGHT], enable=True)
    await car.later(61)
    car.simulator.log.entries.clear()
    response = await car.ask("set_plan", windows=[NIGHT, NOON])
    assert (response["command"], len(response["windows"]), car.commands) == (None, 14, [])


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"windows": [{**NIGHT, "start": "01:10"}]}, "schedule_start_off_grid"),
        ({"windows": [{**NIGHT, "days": EVERY_DAY[:6]}]}, "windows_days_missing"),
        ({"windows": []}, "schedule_empty"),
        ({"departures": [{**WORK, "days": []}]}, "departure_weekdays_or_date"),
        ({"departures": [{**CINEMA, "date": "2026-11-18", "time": "18:00"}]}, "event_past"),
        ({"departures": [{**WORK, "id": "unknown"}]}, "departure_unknown"),
        ({"departures": [WORK, WORK]}, "departure_twice"),
        ({"departures": [{**WORK, "name": " "}]}, "departure_incomplete"),
    ],
)
async def test_all_or_nothing(car: Car, data: dict[str, Any], key: str) -> None:
    """If anything is refused, nothing is stored or sent."""
    await car.ask("set_plan", windows=[NIGHT], departures=[{**WORK, "name": "Before"}], enable=True)
    before = car.coordinator.planner.plan
    car.simulator.log.entries.clear()
    with expect_error(key, ServiceValidationError):
        await car.ask("set_plan", **{"windows": [{**NIGHT, "end": "06:00"}], "departures": [CINEMA], **data})
    assert (car.coordinator.planner.plan, arrived(car.simulator)) == (before, [])


async def test_departure_listed_twice(car: Car) -> None:
    """One with an id is refused a second time; equal names are not."""
    work = (await car.ask("set_plan", departures=[WORK]))["departures"][0]
    del work["next_at"]
    with pytest.raises(ServiceValidationError, match="“Work” is listed twice"):
        await car.ask("set_plan", departures=[work, {**work, "time": "09:00"}])
    assert names(await car.ask("set_plan", departures=[work, {**WORK, "time": "09:00"}])) == ["Work", "Work"]


async def test_the_same_departures_again(car: Car) -> None:
    """Entered without their ids they stay the same, with the dates on which they are skipped."""
    departures = [WORK, {**WORK, "name": "Gym", "time": "18:00"}, CINEMA]
    await car.ask("set_plan", departures=departures)
    await car.ask("skip_departure", departure="Gym", date="2026-11-20")
    await car.until("07:25")
    before = car.coordinator.planner.plan
    await car.ask("set_plan", departures=[{**each, "name": str(each["name"]).upper()} for each in departures])
    plan = car.coordinator.planner.plan
    assert [each.name for each in plan.departures] == ["WORK", "GYM", "CINEMA"]
    await car.ask("set_plan", departures=departures)
    assert [each.id for each in car.coordinator.planner.plan.departures] == [each.id for each in before.departures]
    assert [len(each.skipped) for each in plan.departures] == [0, 1, 0]


@pytest.mark.parametrize("departure", [WORK, {**CINEMA, "date": "2026-11-20"}])
async def test_dates_that_are_skipped_in_vain(car: Car, departure: dict[str, Any]) -> None:
    """A departure is only skipped on its own dates, up to two years ahead."""
    days = ["mon"] if "days" in departure else []
    skipped = ["2026-11-20", "2026-11-23", "2026-11-24"]
    response = await car.ask("set_plan", departures=[{**departure, "days": days, "skipped": skipped}])
    assert response["departures"][0]["skipped"] == (["2026-11-23"] if days else ["2026-11-20"])
    with expect_error("date_too_far", ServiceValidationError):
        await car.ask("set_plan", departures=[{**WORK, "skipped": ["2032-11-20"]}])


async def test_departure_that_has_begun(car: Car) -> None:
    """It can no longer be skipped on this date."""
    plan = await car.ask("set_plan", departures=[WORK])
    await car.until("07:25")
    work = {key: plan["departures"][0][key] for key in ("id", "name", "time", "days")}
    with expect_error("departure_begun", ServiceValidationError):
        await car.ask("set_plan", departures=[{**work, "skipped": ["2026-11-19"]}])
    skipped = (await car.ask("set_plan", departures=[{**work, "skipped": ["2026-11-20"]}]))["departures"][0]["skipped"]
    assert skipped == ["2026-11-20"]


async def test_plan_changed_meanwhile(car: Car) -> None:
    """Edits change the revision and what is sent does not; an edit of an earlier revision is refused."""
    first = await car.ask("get_plan")
    edits: list[tuple[str, dict[str, Any]]] = [
        ("set_departure", WORK),
        ("skip_departure", {}),
        ("pause_departures", {"from": "2026-12-24", "to": "2027-01-03"}),
        ("set_charge_schedule", {"windows": [NIGHT]}),
        ("disable_charge_schedule", {}),
    ]
    revisions = [first["revision"]]
    for action, data in edits:
        await car.ask(action, **data)
        revisions.append((await car.ask("get_plan"))["revision"])
        with pytest.raises(ServiceValidationError, match="The plan was changed in the meantime"):
            await car.ask("set_plan", revision=revisions[-2], departures=[])
    assert len(set(revisions)) == len(revisions)
    car.simulator.vehicle().car.apply_due_changes()
    await car.until("12:00")
    assert (await car.ask("get_plan"))["revision"] == revisions[-1]
    await car.reload()
    assert (await ask(car.hass, "set_plan", car.device_id, revision=revisions[-1], departures=[]))["departures"] == []


async def test_edits_at_the_same_time(car: Car) -> None:
    """Of two edits of the same revision, one is refused, and nothing is sent twice."""
    plan = await car.ask("get_plan")
    edit = {"revision": plan["revision"], "windows": [NIGHT], "enable": True}
    results = await asyncio.gather(*(car.ask("set_plan", **edit) for _ in range(2)), return_exceptions=True)
    (refused,) = (each for each in results if isinstance(each, Exception))
    assert isinstance(refused, ServiceValidationError)
    assert refused.translation_key == "plan_changed"
    assert [order for order, _ in car.commands] == [WRITE, DEPLOY[0]]


async def test_edit_survives_a_failed_send(car: Car) -> None:
    """Windows and departures are stored; the schedule is sent later, once."""
    car.simulator.faults.replace([{"kind": "drop"}])
    with expect_error("schedule_saved"):
        await car.ask("set_plan", windows=[NIGHT], departures=[WORK], enable=True)
    assert (names(await car.ask("get_plan")), car.commands) == (["Work"], [])
    car.simulator.faults.replace([])
    await car.later(61, times=12)
    assert (week(car.simulator), car.value(MODE)) == (nights(), "by_schedule")


async def test_window_moved_ahead(car: Car) -> None:
    """One that is over is not listed, but still takes the place of the window that is skipped later that day."""
    evening = {"days": EVERY_DAY, "start": "22:00", "end": "23:00", "skipped": ["2026-11-19"]}
    earlier = {"date": "2026-11-19", "start": "09:00", "end": "10:00"}
    await car.ask("set_plan", windows=[evening, earlier], enable=True)
    await car.until("12:00")
    before = await car.ask("get_plan")
    assert [each["date"] for each in before["windows"]] == [None] * 7
    after = await car.ask("set_plan", **{**entered(before), "departures": [WORK]})
    assert (names(after), after["command"]) == (["Work"], None)
    shorter = [{**each, "end": "22:45"} for each in entered(after)["windows"]]
    skipped = [each["skipped"] for each in (await car.ask("set_plan", windows=shorter))["windows"] if each["skipped"]]
    assert skipped == [["2026-11-19"]]


async def test_skipped_night_that_began_yesterday(car: Car) -> None:
    """A window that is skipped past midnight is not restored by an edit that cannot list that date."""
    night = {"days": EVERY_DAY, "start": "23:00", "end": "05:00"}
    await car.ask("set_plan", windows=[{**night, "skipped": ["2026-11-18"]}, NOON], enable=False)
    await car.until("01:00")
    before = await car.ask("get_plan")
    assert [each["skipped"] for each in before["windows"] if each["skipped"]] == []
    plan = car.coordinator.planner.plan.windows
    await car.ask("set_plan", **{**entered(before), "departures": [WORK]})
    assert car.coordinator.planner.plan.windows == plan


@pytest.mark.parametrize("data", [{"windows": [NIGHT]}, {"enable": True}, {"departures": [WORK]}])
async def test_car_without_a_plan(car: Car, data: dict[str, Any]) -> None:
    """What a car does not support is refused."""
    car.coordinator.vehicle = replace(car.coordinator.vehicle, capabilities=frozenset())
    with expect_error("unsupported", ServiceValidationError):
        await car.ask("set_plan", **data)


async def test_schedule_that_is_not_known_yet(
    hass: HomeAssistant, simulator: Simulator, mock_config_entry: MockConfigEntry
) -> None:
    """Windows alone do not replace it, but departures can be edited, and the owner's schedule can be enabled."""
    simulator.faults.replace([{"kind": "status", "status": 500, "method": "GET", "path": "*/charge/scheduler/onboard"}])
    await set_up(hass, mock_config_entry)
    device = only_device(hass, mock_config_entry)
    with expect_error("charge_schedule_unknown", ServiceValidationError):
        await ask(hass, "set_plan", device, windows=[NIGHT])
    assert names(await ask(hass, "set_plan", device, departures=[WORK])) == ["Work"]
    simulator.faults.replace([])
    response = await ask(hass, "set_plan", device, windows=[NIGHT], enable=True)
    assert response["command"]["command"] == "set_charge_schedule"
    assert week(simulator) == nights()


async def test_cheapest_hours(car: Car) -> None:
    """Select the cheapest hours and the schedule in turn; an edit of other fields keeps the mode."""
    await car.ask("set_plan", windows=[NIGHT], cheapest_hours=True)
    assert (car.value(MODE), car.coordinator.planner.plan.cheapest_hours) == ("by_schedule", True)
    await car.ask("set_plan", departures=[])
    assert car.coordinator.planner.plan.cheapest_hours
    await car.ask("set_plan", cheapest_hours=False)
    assert (car.value(MODE), car.coordinator.planner.plan.cheapest_hours) == ("by_schedule", False)
