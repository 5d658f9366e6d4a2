"""The actions for the owner's charge schedule: what they store, what they send, and what they return."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.common import VEHICLE, ask, expect_error
from tests.plan.planned import DEPLOY, EVERY_DAY, Car, nights, week

# A Wednesday evening in London, where the car is; its own schedule, every night at 23:30, is disabled.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE = "select.renault_z_e_charge_mode"
STATUS = "sensor.renault_z_e_charge_schedule_status"
WRITE = "PUT /charge/scheduler/offboard"
DISABLE = "PUT /charge/scheduler/onboard"
NIGHT = {"days": EVERY_DAY, "start": "01:00", "end": "05:00"}
NOON = {"days": EVERY_DAY, "start": "12:00", "end": "13:00"}


def rows(response: Any, *days: str) -> list[tuple[Any, ...]]:
    """Return the windows of a response on some days: day, date, start, end, minutes, and whether it is marked."""
    keys = ("day", "date", "start", "end", "duration_minutes", "main")
    return [tuple(each[key] for key in keys) for each in response["windows"] if each["day"] in days]


async def test_set_and_get(car: Car) -> None:
    """Ends and durations are converted; the response has the owner's windows, and those in the car as read just now."""
    windows = [
        {"days": ["mon"], "start": "12:00", "duration": {"hours": 1, "minutes": 15}},
        {"days": EVERY_DAY[1:], "start": "23:30", "end": "06:00"},
    ]
    response = await car.ask("set_charge_schedule", windows=windows)
    assert (response["command"], response["sent_at"][:16]) == ("set_charge_schedule", "2026-11-18T18:30")
    assert (car.value(MODE), car.value(STATUS)) == ("by_schedule", "sending")
    assert [order for order, _ in car.commands] == [WRITE, DEPLOY[0]]
    assert week(car.simulator) == {
        "mon": {"start": "1200", "duration": "0115"},
        **{day: {"start": "2330", "duration": "0630"} for day in EVERY_DAY[1:]},
    }
    await car.later(61)
    assert car.value(STATUS) == "enabled"
    found = await car.ask("get_charge_schedule")
    assert found.keys() == {"enabled", "status", "windows", "in_the_car", "next_change"}
    assert (found["enabled"], found["status"], found["next_change"]) == (True, "enabled", None)
    assert rows(found, "mon") == [("mon", None, "12:00", "13:15", 75, False)]
    assert (found["in_the_car"]["enabled"], found["in_the_car"]["mode"]) == (True, "scheduled")
    monday = {"day": "mon", "start": "12:00", "end": "13:15", "duration_minutes": 75}
    assert (found["in_the_car"]["windows"][0], len(found["in_the_car"]["windows"])) == (monday, 7)
    await car.ask("disable_charge_schedule")
    car.simulator.vehicle().car.apply_due_changes()
    await car.later(61)
    car.simulator.log.entries.clear()
    found = await car.ask("get_charge_schedule")
    assert [each.path for each in car.simulator.log.entries] == [f"{VEHICLE}/charge/scheduler/onboard"]
    assert (found["enabled"], found["status"], found["in_the_car"]["enabled"]) == (False, "disabled", False)
    assert len(found["windows"]) == 7


async def test_get_reads_the_car(car: Car) -> None:
    """What was just changed in the car is returned, and shown everywhere at once."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    held = car.simulator.vehicle().car.schedule
    car.simulator.vehicle().car.load(replace(held, enabled=False))
    found = await car.ask("get_charge_schedule")
    assert (found["enabled"], found["status"], found["in_the_car"]["enabled"]) == (True, "differs", False)
    assert car.value(STATUS) == "differs"
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/charge/scheduler/onboard"}])
    with expect_error("cannot_connect"):
        await car.ask("get_charge_schedule")


async def test_next_change(car: Car) -> None:
    """Additional windows take turns in the car; the response says when the copy changes."""
    await car.ask("set_charge_schedule", windows=[{**NIGHT, "main": True}, NOON])
    assert week(car.simulator) == nights()
    await car.later(61)
    found = await car.ask("get_charge_schedule")
    assert found["next_change"] == "2026-11-19T11:15:00+00:00"
    assert rows(found, "thu") == [
        ("thu", None, "01:00", "05:00", 240, True),
        ("thu", None, "12:00", "13:00", 60, False),
    ]
    assert len(found["in_the_car"]["windows"]) == 7


async def test_draft(car: Car) -> None:
    """Windows that are not enabled are kept here, and sent when the schedule is; they may be incomplete until then."""
    weekdays = {**NIGHT, "days": EVERY_DAY[:5]}
    party = {"date": "2026-11-21", "start": "22:00", "duration": {"hours": 1}}
    response = await car.ask("set_charge_schedule", windows=[weekdays, party], enable=False)
    expected = {"command": "set_charge_schedule", "status": "confirmed"}
    assert response == {**dict.fromkeys(("reason", "route", "sent_at", "settled_at")), **expected}
    found = await car.ask("get_charge_schedule")
    assert rows(found, "fri", "sat") == [
        ("fri", None, "01:00", "05:00", 240, False),
        ("sat", "2026-11-21", "22:00", "23:00", 60, False),
    ]
    assert (found["enabled"], car.value(MODE), car.commands) == (False, "any_time", [])
    with pytest.raises(ServiceValidationError, match="Saturday, Sunday: no weekly charge window"):
        await car.ask("set_charge_schedule")
    await car.ask("set_charge_schedule", windows=[NIGHT, party], enable=False)
    await car.ask("set_charge_schedule")
    assert (week(car.simulator), car.value(MODE)) == (nights(), "by_schedule")


async def test_edit_without_the_mode(car: Car) -> None:
    """Windows of an enabled schedule are sent, even if the call does not enable it."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    week(car.simulator)
    await car.ask("set_charge_schedule", windows=[NOON], enable=False)
    assert week(car.simulator) == {day: {"start": "1200", "duration": "0100"} for day in EVERY_DAY}
    assert car.value(MODE) == "by_schedule"


async def test_nothing_to_do(car: Car) -> None:
    """A call without windows that does not enable the schedule is refused with its own message."""
    with pytest.raises(ServiceValidationError, match="Enter windows, or turn on “Charge by schedule”"):
        await car.ask("set_charge_schedule", enable=False)
    assert car.commands == []


@pytest.mark.parametrize("action", ["set_charge_schedule", "disable_charge_schedule"])
async def test_nothing_to_send(car: Car, action: str) -> None:
    """For what the car does already, nothing is sent, and the result is confirmed without a time."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    if action == "disable_charge_schedule":
        await car.ask(action)
        await car.later(61)
    car.simulator.log.entries.clear()
    for data in ({}, {"wait": True}):
        response = await car.ask(action, **data)
        assert response == {
            "command": action,
            "status": "confirmed",
            **dict.fromkeys(("reason", "route", "sent_at", "settled_at")),
        }
    assert car.commands == []


async def test_keep_other_days(car: Car) -> None:
    """Only the given day changes; without it, the others would be missing."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    saturday = [{"days": "sat", "start": "10:00", "end": "12:00"}]
    with expect_error("windows_days_missing", ServiceValidationError):
        await car.ask("set_charge_schedule", windows=saturday)
    week(car.simulator)
    await car.ask("set_charge_schedule", windows=saturday, keep_other_days=True)
    assert week(car.simulator) == nights(sat={"start": "1000", "duration": "0200"})


async def test_overlapping_windows(car: Car) -> None:
    """They become one, adjacent ones too, and a window for a date within a weekly one is dropped."""
    early = {"days": EVERY_DAY, "start": "04:45", "end": "06:00"}
    once = {"date": "2026-11-20", "start": "02:00", "end": "03:00"}
    await car.ask("set_charge_schedule", windows=[NIGHT, early, {**NOON, "start": "06:00"}, once])
    assert rows(await car.ask("get_plan"), "fri") == [("fri", None, "01:00", "13:00", 720, False)]
    assert week(car.simulator) == {day: {"start": "0100", "duration": "1200"} for day in EVERY_DAY}


async def test_past_window_in_a_response_sent_back(car: Car) -> None:
    """Past windows are neither returned nor refused."""
    once = {"date": "2026-11-19", "start": "20:00", "end": "22:00"}
    await car.ask("set_charge_schedule", windows=[NIGHT, once])
    await car.until("2026-11-19T21:59")
    assert [each["date"] for each in (await car.ask("get_plan"))["windows"] if each["date"]] == ["2026-11-19"]
    await car.until("2026-11-19T22:00")
    assert not any(each["date"] for each in (await car.ask("get_charge_schedule"))["windows"])
    evenings = {"days": EVERY_DAY, "start": "21:00", "end": "23:00"}
    await car.ask("set_charge_schedule", windows=[NIGHT, once, evenings])
    assert len(car.coordinator.planner.plan.windows) == 14


async def test_only_past_windows_are_refused(car: Car) -> None:
    """An old script does not delete all windows."""
    with pytest.raises(ServiceValidationError, match="Nov 17 is over") as caught:
        await car.ask("set_charge_schedule", windows=[{**NOON, "days": [], "date": "2026-11-17"}])
    assert caught.value.translation_key == "event_past"
    assert len((await car.ask("get_plan"))["windows"]) == 7


async def test_car_with_few_different_windows(car: Car) -> None:
    """A schedule that it cannot hold is refused with a message; adjacent windows count as one."""
    car.coordinator.vehicle = replace(car.coordinator.vehicle, max_window_times=2)
    joined = {"days": EVERY_DAY, "start": "05:00", "end": "06:00"}
    late = {"days": EVERY_DAY, "start": "22:00", "end": "23:00"}
    await car.ask("set_charge_schedule", windows=[NIGHT, joined])
    assert len((await car.ask("get_plan"))["windows"]) == 7
    for enable in (True, False):
        with expect_error("schedule_kinds_full", ServiceValidationError):
            await car.ask("set_charge_schedule", windows=[NIGHT, NOON, late], enable=enable)


@pytest.mark.parametrize(
    ("windows", "key", "days", "value"),
    [
        ([{**NIGHT, "days": EVERY_DAY[:5]}], "windows_days_missing", "Saturday, Sunday", ""),
        ([{**NIGHT, "start": "01:10"}], "schedule_start_off_grid", "Monday", "1:10 AM"),
        (
            [{"days": EVERY_DAY, "start": "01:00", "duration": "00:05:00"}],
            "schedule_duration_out_of_range",
            "Monday",
            "5 min",
        ),
        ([{**NIGHT, "end": "01:20"}], "schedule_duration_off_grid", "Monday", "20 min"),
        ([{"days": EVERY_DAY, "start": "01:00"}], "schedule_end_or_duration", "Monday", ""),
        ([{"start": "01:00", "end": "02:00"}], "window_days_or_date", "", "1:00 AM"),
        ([{**NOON, "date": "2026-11-20"}], "window_days_or_date", "", "12:00 PM"),
        ([{"date": "2026-11-20", "start": "01:00", "end": "02:00"}], "windows_need_a_week", "Friday", ""),
        (
            [NIGHT, {"date": "2026-11-20", "start": "04:45", "end": "06:00"}],
            "window_overlaps_once",
            "Friday",
            "1:00 AM",
        ),
        ([{**NIGHT, "main": True}, {**NOON, "main": True}], "windows_base_twice", "Every day", ""),
        (
            [NIGHT, {"date": "2026-11-20", "start": "12:00", "end": "13:00", "main": True}],
            "windows_base_once",
            "Friday",
            "",
        ),
    ],
)
async def test_invalid_schedule_is_refused(car: Car, windows: list[Any], key: str, days: str, value: str) -> None:
    """Nothing is stored or sent, and the error contains the day and the reason."""
    before = await car.ask("get_plan")
    with pytest.raises(ServiceValidationError) as caught:
        await car.ask("set_charge_schedule", windows=windows)
    assert caught.value.translation_key == key
    found = caught.value.translation_placeholders
    assert (found["days"].startswith(days), found["value"]) == (True, value)
    assert (await car.ask("get_plan"), car.commands) == (before, [])


async def test_days_in_french(hass: HomeAssistant, device_id: str) -> None:
    """The days of an error are in Home Assistant's language."""
    hass.config.language = "fr"
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "set_charge_schedule", device_id, windows=[{**NIGHT, "days": EVERY_DAY[1:]}])
    assert caught.value.translation_placeholders["days"].lower() == "lundi"
