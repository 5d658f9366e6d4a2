"""The owner's charge schedule and its copy in the car: a fresh car, cars that lose their schedule, and requests."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, call, expect_error, only_device, set_up, value
from tests.conftest import Later
from tests.coordinator.routes import START, STOP, minutes, sent
from tests.plan.planned import DEPLOY, NIGHT, Car, reload

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE, STATUS = "select.renault_z_e_charge_mode", "sensor.renault_z_e_charge_schedule_status"
CALENDAR, NEXT = "calendar.renault_z_e_charging", "sensor.renault_z_e_next_charge_window"
COMMAND = "sensor.renault_z_e_last_command"
EVENT = {"summary": "Charging", "start_date_time": "2026-11-19T02:00:00", "end_date_time": "2026-11-19T04:00:00"}


def shown(hass: HomeAssistant) -> list[str]:
    """Return what the user sees of the schedule."""
    assert not ir.async_get(hass).issues
    return [value(hass, each) for each in (MODE, STATUS, NEXT)]


async def starts(hass: HomeAssistant, device: str) -> set[str]:
    """Return when the owner's windows begin."""
    return {each["start"] for each in (await ask(hass, "get_plan", device))["windows"]}


async def test_fresh_car(car: Car) -> None:
    """Its schedule is adopted without a request or a repair, and followed."""
    assert shown(car.hass) == ["any_time", "disabled", "unknown"]
    assert car.state(MODE).attributes["options"] == ["any_time", "by_schedule"]
    assert await starts(car.hass, car.device_id) == {"23:30"}
    vehicle = car.simulator.vehicle()
    vehicle.car.load(replace(vehicle.car.schedule, enabled=True))
    await car.later(3601)
    assert shown(car.hass) == ["by_schedule", "enabled", "2026-11-18T23:30:00+00:00"]
    vehicle.car.load(replace(vehicle.car.schedule, enabled=False))
    await car.later(3601)
    assert shown(car.hass) == ["any_time", "disabled", "unknown"]
    assert car.commands == []


async def test_mode_keeps_the_windows(car: Car) -> None:
    """Any time disables the schedule in the car, by schedule sends the windows that were kept."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    assert shown(car.hass) == ["by_schedule", "enabled", "2026-11-19T01:00:00+00:00"]
    await car.call("select.select_option", MODE, option="any_time")
    await car.later(61)
    assert shown(car.hass) == ["any_time", "disabled", "unknown"]
    assert await starts(car.hass, car.device_id) == {"01:00"}
    car.simulator.log.entries.clear()
    await car.call("select.select_option", MODE, option="by_schedule")
    await car.later(61)
    assert shown(car.hass) == ["by_schedule", "enabled", "2026-11-19T01:00:00+00:00"]
    assert car.commands.count(DEPLOY) == 1


async def test_draft(car: Car) -> None:
    """Windows that are not enabled are only stored until they are."""
    await car.later(601)
    before = car.simulator.vehicle().car.schedule
    response = await car.ask("set_charge_schedule", windows=[NIGHT], enable=False)
    assert (response["status"], response["sent_at"]) == ("confirmed", None)
    await car.later(601)
    assert shown(car.hass) == ["any_time", "disabled", "unknown"]
    assert (car.commands, car.simulator.vehicle().car.schedule) == ([], before)
    held = await car.ask("get_charge_schedule")
    assert {each["start"] for each in held["windows"]} == {"01:00"}
    assert {each["start"] for each in held["in_the_car"]["windows"]} == {"23:30"}
    await car.ask("set_charge_schedule")
    assert car.commands.count(DEPLOY) == 1


async def test_switching_at_once(car: Car) -> None:
    """A choice of the owner neither waits for the gap between two schedules, nor for the result of the last one."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.call("select.select_option", MODE, option="any_time")
    await car.call("select.select_option", MODE, option="by_schedule")
    orders = [order.rpartition("/")[2] for order, _ in car.commands]
    assert orders == ["offboard", "deploy", "onboard", "offboard", "deploy"]
    await car.later(61, times=3)
    assert shown(car.hass)[:2] == ["by_schedule", "enabled"]
    await car.later(601, times=6)
    assert len(car.commands) == len(orders)


async def test_same_choice_twice(car: Car) -> None:
    """A command for it that is still on its way is not sent again."""
    car.simulator.vehicle().link.in_reach = False
    first = await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(5)
    again = await car.ask("set_charge_schedule", windows=[NIGHT])
    assert (first["status"], again["status"], again["sent_at"]) == ("accepted", "accepted", first["sent_at"])
    assert car.commands.count(DEPLOY) == 1


async def test_select_is_unavailable_before_the_first_read(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Mode, calendar, status and next window appear together, and an edit before is refused or sent blindly."""
    renault.faults.replace([{"kind": "status", "status": 502, "path": "*charging-settings"}])
    await set_up(hass, renault_entry)
    entities = (MODE, CALENDAR, STATUS, NEXT)
    assert [value(hass, each) for each in entities] == ["unavailable"] * 4
    renault.faults.replace([])
    await later(3601, times=2)
    assert [value(hass, each) for each in entities] == ["any_time", "off", "disabled", "unknown"]
    assert sent(renault) == []


@pytest.mark.parametrize("model", ["first generation", "second generation"])
async def test_requests_of_an_edit(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, model: str
) -> None:
    """Read the schedule once before it is sent, and once to see it; nothing else while it is followed."""
    if model == "first generation":
        renault.backend._models[EXAMPLE_VIN] = X101VE
        renault.backend.reset()
    await set_up(hass, renault_entry)
    await later(60)
    reads = {"first generation": ["charge-mode", "charge-schedule"], "second generation": ["charging-settings"]}[model]
    for windows in ([NIGHT], [{**NIGHT, "start": "02:00"}]):
        renault.log.entries.clear()
        await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=windows)
        assert [each.path.rpartition("/")[2] for each in renault.log.entries if each.method == "GET"] == reads
        await minutes(later, 4)
        assert shown(hass)[:2] == ["by_schedule", "enabled"]
        about = [each.path.rpartition("/")[2] for each in renault.log.entries if each.method == "GET"]
        assert [each for each in about if each.startswith("charg") and each != "charges"] == reads * 2


async def test_edits_beyond_the_request_limit(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The edit that reaches the limit is kept, and sent as soon as requests are allowed again."""
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await later(60)
    accepted = 0
    with expect_error("request_limit"):
        while accepted < 60:
            windows = [{**NIGHT, "start": f"0{accepted % 5}:30", "end": "06:00"}]
            await ask(hass, "set_charge_schedule", device, windows=windows)
            accepted += 1
    assert (len(sent(renault)), await starts(hass, device)) == (accepted, {f"0{accepted % 5}:30"})
    assert value(hass, STATUS) in {"sending", "failed"}
    await later(300, times=24)
    assert len(sent(renault)) == accepted + 1
    assert shown(hass)[:2] == ["by_schedule", "enabled"]
    programs = renault.vehicle().car.schedule.week.programs
    assert {each.start.hour for program in programs for each in program.windows} == {accepted % 5}


async def lose_schedule(renault: MyRenaultSimulator) -> None:
    """Let a car of the second generation charge at any time, which deletes its programs."""
    renault.vehicle().enable(enabled=False)
    renault.advance(60)
    renault.vehicle().report_now()


async def test_car_that_is_always_without_a_schedule(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """An empty schedule and any time are adopted; the first weekly window lets the car charge by it."""
    await hass.config.async_set_time_zone("Europe/London")
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    assert shown(hass) == ["any_time", "disabled", "unknown"]
    assert await starts(hass, device) == set()
    with expect_error("schedule_empty"):
        await call(hass, "select.select_option", MODE, option="by_schedule")
    assert (shown(hass)[0], sent(renault)) == ("any_time", [])
    await call(hass, "calendar.create_event", CALENDAR, **EVENT)
    assert (shown(hass)[0], sent(renault)) == ("any_time", [])
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT])
    await minutes(later, 3)
    assert shown(hass) == ["by_schedule", "enabled", "2026-11-19T01:00:00+00:00"]


@pytest.mark.parametrize("is_owned", [True, False], ids=["edited here", "follows the car"])
async def test_car_that_loses_its_schedule(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, *, is_owned: bool
) -> None:
    """A car set to any time elsewhere keeps the owner's windows: followed silently, or with a repair."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    assert shown(hass)[:2] == ["by_schedule", "enabled"]
    if is_owned:
        await ask(hass, "set_charge_schedule", device, windows=[NIGHT])
        await later(3601, times=50)
    before = await starts(hass, device)
    await lose_schedule(renault)
    renault.log.entries.clear()
    await later(1801, times=6)
    assert await starts(hass, device) == before != set()
    if is_owned:
        assert (value(hass, MODE), value(hass, STATUS)) == ("by_schedule", "differs")
        assert [each.translation_key for each in ir.async_get(hass).issues.values()] == ["schedule_differs"]
    else:
        assert shown(hass) == ["any_time", "disabled", "unknown"]
    assert sent(renault) == []


@pytest.mark.parametrize("restarts", [False, True], ids=["stays on", "restarts"])
@pytest.mark.parametrize("button", [START, STOP])
async def test_suspended_schedule_is_not_adopted(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    button: str,
    *,
    restarts: bool,
) -> None:
    """What a command to start or stop charging does to the schedule is no change of it."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().car.fill(20)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    if button == STOP:
        await call(hass, "button.press", START)
        await minutes(later, 3)
    before = await starts(hass, device)
    await call(hass, "button.press", button)
    for number in range(6):
        await minutes(later, 5)
        if restarts and number == 2:
            await reload(hass, renault_entry)
        assert shown(hass)[0] == "by_schedule"
        assert await starts(hass, device) == before == {"23:30"}
        assert value(hass, STATUS) in {"sending", "enabled"}
    assert renault_entry.runtime_data.vehicles[EXAMPLE_VIN].planner.plan.edited_at is None
