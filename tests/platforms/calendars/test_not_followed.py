"""Windows that the car does not charge by: tentative in the calendar, and claimed nowhere."""

from datetime import UTC, datetime, time, timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Schedule, Week, Window
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, only_device, set_up, state, value
from tests.plan.planned import NIGHT, NOON, Car, Later
from tests.platforms.calendars.conftest import Opened
from tests.platforms.calendars.page import CHARGING, CalendarPage

pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london")]
THURSDAY = ("2026-11-19T00:00:00+00:00", "2026-11-19T23:59:00+00:00")
MODE = "select.renault_z_e_charge_mode"
NEXT = "sensor.renault_z_e_next_charge_window"
REASON = "sensor.renault_z_e_charging_reason"
NOON_IN_CAR = Window(time(12), timedelta(hours=1))


async def statuses(page: CalendarPage) -> list[tuple[str, str | None]]:
    """Return the start and the status of the windows on Thursday."""
    return [(each["start"][11:16], each.get("status")) for each in await page.entries(*THURSDAY)]


@pytest.mark.parametrize("mode", ["delayed", "delegated"])
async def test_car_in_another_mode(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    opened: Opened,
    mode: str,
) -> None:
    """Claim no window until the car follows the plan again, not even while one of them lasts."""
    await set_up(hass, renault_entry)
    page = await opened(CHARGING)
    await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[NIGHT, NOON])
    for _ in range(3):
        await later(601)
    assert await statuses(page) == [("01:00", None), ("12:00", None)]
    assert (value(hass, NEXT), value(hass, REASON)) == ("2026-11-19T01:00:00+00:00", "waiting_for_window")
    fields = {"data.attributes.mode": mode, "data.attributes.schedules": []}
    renault.faults.replace([{"kind": "set", "path": "*/charging-settings", "fields": fields}])
    await later(3601)
    assert await statuses(page) == [("01:00", "tentative"), ("12:00", "tentative")]
    assert [value(hass, each) for each in (NEXT, REASON, CHARGING)] == ["unknown", "unknown", "off"]
    renault.vehicle().car.unplug()
    for _ in range(6):
        await later(3601)
    assert value(hass, CHARGING) == "off"
    assert (value(hass, REASON), state(hass, REASON).attributes["at"]) == ("not_plugged_in", None)
    renault.faults.replace([])
    await later(3601)
    assert await statuses(page) == [("01:00", None), ("12:00", None)]
    assert (value(hass, NEXT), value(hass, CHARGING)) == ("2026-11-19T12:00:00+00:00", "on")


async def test_any_time(car: Car, opened: Opened) -> None:
    """Show the windows striped, and claim none, until the owner selects the schedule again."""
    page = await opened(CHARGING)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.later(61)
    assert await statuses(page) == [("01:00", None), ("12:00", None)]
    assert car.value(NEXT) == "2026-11-19T01:00:00+00:00"
    await car.call("select.select_option", MODE, option="any_time")
    assert await statuses(page) == [("01:00", "tentative"), ("12:00", "tentative")]
    assert (car.value(NEXT), car.state(NEXT).attributes.get("kind")) == ("unknown", None)
    await car.until("01:30")
    assert (car.value(CHARGING), "start_time" in car.state(CHARGING).attributes) == ("off", False)
    await car.call("select.select_option", MODE, option="by_schedule")
    assert await statuses(page) == [("01:00", None), ("12:00", None)]
    assert (car.value(CHARGING), car.value(NEXT)) == ("on", "2026-11-19T12:00:00+00:00")


async def test_schedule_changed_elsewhere(car: Car, opened: Opened) -> None:
    """Claim nothing until the owner has chosen a schedule; the reason follows the windows in the car."""
    page = await opened(CHARGING)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("2026-11-18T18:45")
    assert await statuses(page) == [("01:00", None), ("12:00", None)]
    theirs = Schedule(enabled=True, week=Week((*(Window(time(3), timedelta(hours=2)),) * 3, *(NOON_IN_CAR,) * 4)))
    car.simulator.vehicle().car.load(theirs)
    await car.later(3601)
    assert await statuses(page) == [("01:00", "tentative"), ("12:00", "tentative")]
    assert (car.value(NEXT), car.value(REASON)) == ("unknown", "waiting_for_window")
    assert car.state(REASON).attributes["at"] == datetime(2026, 11, 19, 12, tzinfo=UTC)
    await car.until("02:00")
    assert (car.value(CHARGING), car.value(REASON)) == ("off", "waiting_for_window")
    await car.until("12:01")
    assert car.value(CHARGING) == "off"
