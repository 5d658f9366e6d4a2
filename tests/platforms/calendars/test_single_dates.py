"""One time of a weekly charge window on the calendar page: deleted, moved, restored, and begun later."""

from typing import Any

import pytest

from simulator import Simulator
from tests.plan.planned import Car, reload
from tests.platforms.calendars.page import FOLLOWING, CalendarPage

# Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]
WEEK = ("2026-11-18T00:00:00+00:00", "2026-11-27T00:00:00+00:00")
THURSDAY, FRIDAY = "2026-11-19", "2026-11-20"
NOON = (f"{FRIDAY}T12:00:00", f"{FRIDAY}T14:00:00")
FRIDAYS = "FREQ=WEEKLY;BYDAY=FR"


def loaded(simulator: Simulator, day: int) -> str | None:
    """Return the start of a weekday's window in the car, by its number."""
    window = simulator.vehicle().car.schedule.week.days[day]
    return None if window is None else f"{window.start:%H:%M}"


async def on(charging: CalendarPage, day: str) -> list[dict[str, Any]]:
    """Return the entries that begin on a date."""
    found = await charging.entries(f"{day}T00:00:00+00:00", f"{day}T23:59:00+00:00")
    return [each for each in found if each["start"].startswith(day)]


async def test_a_single_time_is_moved_within_its_day(charging: CalendarPage, car: Car) -> None:
    """The car charges at the new time on that date, and as always before and after it."""
    (night,) = await on(charging, THURSDAY)
    assert await charging.update(night, f"{THURSDAY}T20:00:00", f"{THURSDAY}T22:00:00") is None
    assert [(each["start"][:16], "rrule" in each) for each in await charging.entries(*WEEK)][:3] == [
        ("2026-11-18T23:30", True),
        (f"{THURSDAY}T20:00", False),
        (f"{FRIDAY}T23:30", True),
    ]
    await car.later(300)
    assert (loaded(car.simulator, 3), loaded(car.simulator, 2)) == ("20:00", "23:30")
    await reload(car.hass, car.entry)
    car.simulator.vehicle().car.plug()
    await car.until(f"{THURSDAY}T19:00")
    car.simulator.vehicle().car.fill(20)
    await car.until(f"{THURSDAY}T21:00")
    assert car.simulator.vehicle().car.charging
    await car.until(f"{FRIDAY}T00:30")
    assert not car.simulator.vehicle().car.charging
    await car.until(f"{FRIDAY}T07:00")
    assert loaded(car.simulator, 3) == "23:30"


async def test_a_single_time_is_deleted(charging: CalendarPage, car: Car) -> None:
    """It disappears from the page, the other window of the day stays, and the weekly one returns afterwards."""
    assert await charging.create(*NOON, rrule=FRIDAYS) is None
    noon, night = await on(charging, FRIDAY)
    assert await charging.delete(night) is None
    assert [each["start"][11:16] for each in await on(charging, FRIDAY)] == ["12:00"]
    await car.later(300)
    assert loaded(car.simulator, 4) == "12:00"
    car.simulator.vehicle().car.plug()
    await car.until(f"{FRIDAY}T23:00")
    car.simulator.vehicle().car.fill(20)
    await car.until("2026-11-21T00:30")
    assert not car.simulator.vehicle().car.charging
    await car.until("2026-11-21T07:30")
    assert loaded(car.simulator, 4) == "23:30"
    assert noon["start"].startswith(FRIDAY)


async def test_a_car_that_needs_each_day_keeps_a_window(charging: CalendarPage, car: Car) -> None:
    """Neither the deletion of the only window of a date nor its move to another date is accepted."""
    (night,) = await on(charging, THURSDAY)
    text = "Thursday: this car needs a window every day. Move it within the day, or choose “Any time”."
    assert await charging.delete(night) == text
    assert await charging.update(night, f"{FRIDAY}T12:00:00", f"{FRIDAY}T14:00:00") == text
    await car.call("select.select_option", "select.renault_z_e_charge_mode", option="any_time")
    assert await charging.delete(night) is None
    assert await on(charging, THURSDAY) == []


async def test_a_deleted_time_is_restored(charging: CalendarPage, car: Car) -> None:
    """A new event at the time of a deleted one restores it as part of the weekly one."""
    await charging.create(*NOON, rrule=FRIDAYS)
    noon, _ = await on(charging, FRIDAY)
    assert await charging.delete(noon) is None
    assert len(await on(charging, FRIDAY)) == 1
    assert await charging.create(*NOON) is None
    restored, _ = await on(charging, FRIDAY)
    assert restored["rrule"] == FRIDAYS
    assert restored["uid"] == noon["uid"]


async def test_a_weekly_window_starts_later(charging: CalendarPage, car: Car) -> None:
    """Its earlier dates are skipped, and it can also start in the past, which counts from its next time."""
    assert await charging.create("2026-11-27T12:00:00", "2026-11-27T14:00:00", rrule=FRIDAYS) is None
    assert [each["start"][11:16] for each in await on(charging, FRIDAY)] == ["23:30"]
    assert [each["start"][11:16] for each in await on(charging, "2026-11-27")] == ["12:00", "23:30"]
    assert await charging.create("2026-11-16T15:00:00", "2026-11-16T16:00:00", rrule="FREQ=WEEKLY;BYDAY=MO") is None
    assert [each["start"][11:16] for each in await on(charging, "2026-11-23")] == ["15:00", "23:30"]


async def test_following_times_change_from_the_next_one_on(charging: CalendarPage, car: Car) -> None:
    """Skipped dates stay when the event is changed as a whole; a later time cannot be chosen for all that follow."""
    await charging.create(*NOON, rrule=FRIDAYS)
    noon, _ = await on(charging, FRIDAY)
    await charging.delete(noon)
    noon, _ = await on(charging, "2026-11-27")
    assert await charging.update(noon, "2026-11-27T10:00:00", "2026-11-27T11:00:00", FOLLOWING) is None
    assert [each["start"][11:16] for each in await on(charging, FRIDAY)] == ["23:30"]
    later, _ = await on(charging, "2026-12-04")
    assert await charging.delete(later, FOLLOWING) == (
        "Repeating events can only be changed from the next occurrence, Nov 27, 10:00 AM. Choose that one."
    )


async def test_a_move_that_is_over_does_not_prevent_edits(charging: CalendarPage, car: Car) -> None:
    """Neither once the new time is over, nor once the weekly one would be."""
    (night,) = await on(charging, THURSDAY)
    assert await charging.update(night, f"{THURSDAY}T12:00:00", f"{THURSDAY}T14:00:00") is None
    await car.until(f"{THURSDAY}T15:00")
    assert await charging.create(*NOON) is None
    assert loaded(car.simulator, 3) is not None
    await car.until("2026-11-21T12:00")
    assert await charging.create("2026-11-22T12:00:00", "2026-11-22T14:00:00") is None
    await car.ask("set_charge_schedule")


async def test_an_action_that_does_not_contain_a_move_takes_it_back(charging: CalendarPage, car: Car) -> None:
    """Without the window for the date, the car would not charge then."""
    (night,) = await on(charging, THURSDAY)
    assert await charging.update(night, f"{THURSDAY}T20:00:00", f"{THURSDAY}T22:00:00") is None
    shown = (await car.ask("get_charge_schedule"))["windows"]
    given = [
        {"start": each["start"], "end": each["end"]}
        | ({"date": each["date"]} if each["date"] else {"days": [each["day"][:3]]})
        for each in shown
    ]
    await car.ask("set_charge_schedule", windows=given)
    assert [each["start"][11:16] for each in await on(charging, THURSDAY)] == ["20:00"]
    await car.ask("set_charge_schedule", windows=[each for each in given if "date" not in each])
    assert [each["start"][11:16] for each in await on(charging, THURSDAY)] == ["23:30"]
