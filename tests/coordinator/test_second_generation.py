"""The second ZOE at MY Renault: visible preconditioning, its own threshold, and a schedule of five programs."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, state, value
from tests.plan.planned import WORK, Later, notifications

RUNNING = "binary_sensor.renault_z_e_preconditioning"
COMMAND = "sensor.renault_z_e_last_command"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FULL_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NEXT = "sensor.renault_z_e_next_preconditioning"
STATUS = "sensor.renault_z_e_charge_schedule_status"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def entry(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> MockConfigEntry:
    """Return a loaded account."""
    await set_up(hass, renault_entry)
    return renault_entry


@pytest.fixture
def device(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the car's device."""
    return only_device(hass, entry)


def rows(starts: Sequence[int]) -> list[dict[str, Any]]:
    """Return an hour of charging on each day at each of some hours, as a user enters it."""
    return [{"days": DAYS, "start": f"{hour:02}:00", "duration": {"minutes": 60}} for hour in starts]


def programs_sent(renault: MyRenaultSimulator) -> list[str]:
    """Return the paths of the requests that would change the schedule or its mode in the car."""
    return [each.path for each in renault.log.entries if each.method == "POST" and "charge" in each.path]


async def set_schedule(hass: HomeAssistant, device: str, starts: Sequence[int]) -> Any:
    """Set a schedule, and return the response."""
    return await ask(hass, "set_charge_schedule", device, windows=rows(starts))


@pytest.mark.usefixtures("entry")
async def test_preconditioning_is_visible(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Confirm the command while the car preconditions, and show when it ends."""
    assert value(hass, RUNNING) == "off"
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert value(hass, COMMAND) == "accepted"
    await later(61)
    assert renault.vehicle().preconditioning
    assert (value(hass, RUNNING), value(hass, COMMAND)) == ("on", "confirmed")
    await later(1201, times=2)
    assert not renault.vehicle().preconditioning
    assert value(hass, RUNNING) == "off"


@pytest.mark.usefixtures("entry")
async def test_preconditioning_started_elsewhere(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """Show it if it lasts until the next poll."""
    renault.vehicle().car.run = timedelta(hours=2)
    renault.vehicle().precondition()
    await later(3601)
    assert value(hass, RUNNING) == "on"


async def test_preconditioning_below_the_threshold(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later
) -> None:
    """Time out, or quote a server that refuses the command."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.fill(20)
    renault.vehicle().report_now()
    await ask(hass, "precondition", device)
    await later(61, times=11)
    assert (value(hass, RUNNING), value(hass, COMMAND)) == ("off", "timed_out")
    renault.vehicle().quirks.reports_low_battery = True
    with pytest.raises(HomeAssistantError) as refused:
        await ask(hass, "precondition", device)
    assert refused.value.translation_key == "rejected"
    assert "“The battery level is too low" in str(refused.value)


async def test_schedule_of_five_programs(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later
) -> None:
    """Send five windows a day, and read them back."""
    response = await set_schedule(hass, device, (1, 5, 9, 13, 17))
    assert response["status"] == "accepted"
    await later(61)
    await later(31)
    assert (value(hass, COMMAND), value(hass, STATUS)) == ("confirmed", "enabled")
    assert len(renault.vehicle().car.schedule.week.programs) == 5
    held = await ask(hass, "get_charge_schedule", device)
    assert len(held["windows"]) == 35
    assert {each["start"] for each in held["windows"]} == {"01:00", "05:00", "09:00", "13:00", "17:00"}


ONE_MORE = {
    "six windows a day": rows((0, 4, 8, 12, 16, 20)),
    "six kinds": [
        {"days": [day], "start": f"0{number}:00", "duration": {"minutes": 60}} for number, day in enumerate(DAYS[:6])
    ],
}


SIX_KINDS = ONE_MORE["six kinds"]
ONE_MORE["five kinds and one date"] = [*SIX_KINDS[:5], {"date": "2026-11-20", "start": "12:00", "end": "13:00"}]


@pytest.mark.parametrize("enable", [True, False], ids=["enabled", "draft"])
@pytest.mark.parametrize("windows", ONE_MORE.values(), ids=ONE_MORE)
async def test_schedule_with_too_many_programs(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, windows: list[dict[str, Any]], *, enable: bool
) -> None:
    """Refuse it with the limit, keep what was there, and send nothing."""
    before = await ask(hass, "get_charge_schedule", device)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, "set_charge_schedule", device, windows=windows, enable=enable)
    assert refused.value.translation_key == "schedule_kinds_full"
    assert "up to 5" in str(refused.value)
    assert await ask(hass, "get_charge_schedule", device) == before
    assert programs_sent(renault) == []


async def test_five_kinds(hass: HomeAssistant, renault: MyRenaultSimulator, device: str) -> None:
    """Send as many different times as the car holds."""
    sunday = {"days": ["sun"], "start": "12:00", "end": "13:00"}
    await ask(hass, "set_charge_schedule", device, windows=[*SIX_KINDS[:4], sunday])
    assert len((await ask(hass, "get_charge_schedule", device))["windows"]) == 5
    assert programs_sent(renault)


async def test_schedule_refused_by_the_cloud(entry: MockConfigEntry, renault: MyRenaultSimulator) -> None:
    """Translate the limit that the client reports."""
    week = tuple(ChargeWindow(day, time(day, 0), timedelta(hours=1)) for day in Weekday)
    with pytest.raises(HomeAssistantError) as refused:
        await entry.runtime_data.vehicles[EXAMPLE_VIN].send_command(commands.SetChargeSchedule(week))
    assert refused.value.translation_key == "schedule_kinds_full"
    assert "up to 5" in str(refused.value)


async def first_generation(hass: HomeAssistant, renault: MyRenaultSimulator, entry: MockConfigEntry, zone: str) -> str:
    """Set up a car that holds one window a day by the UTC clock, and return its device."""
    await hass.config.async_set_time_zone(zone)
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    await set_up(hass, entry)
    renault.log.entries.clear()
    return only_device(hass, entry)


def programs(renault: MyRenaultSimulator) -> list[dict[str, str]]:
    """Return the start of each day of the programs that were sent, by the car's clock."""
    sent = [each.body for each in renault.log.entries if (each.method, each.path[-15:]) == ("POST", "charge-schedule")]
    weeks = [body["data"]["attributes"]["schedules"][0] for body in sent]
    return [{day: each["startTime"] for day, each in week.items() if isinstance(each, dict)} for week in weeks]


async def test_two_windows_on_one_day_in_utc(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Accept windows of different days that fall on one UTC day, and let them take turns in the car."""
    device = await first_generation(hass, renault, renault_entry, "Europe/Paris")
    late = [
        {"days": ["wed"], "start": "23:30", "duration": {"hours": 1}},
        {"days": ["thu"], "start": "00:45", "duration": {"hours": 1}},
    ]
    await ask(hass, "set_charge_schedule", device, windows=late)
    assert [each["start"] for each in (await ask(hass, "get_charge_schedule", device))["windows"]] == ["23:30", "00:45"]
    await later(300, times=6 * 12)
    # The main window stays in the car, and gives way to the other before that begins.
    assert programs(renault) == [{"wednesday": start} for start in ("T23:45Z", "T22:30Z", "T23:45Z")]
    assert not ir.async_get(hass).issues


async def test_two_windows_a_day_at_the_first_generation(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Accept them, and let them take turns in the car."""
    device = await first_generation(hass, renault, renault_entry, "UTC")
    await set_schedule(hass, device, (20, 23))
    await later(300, times=6 * 12)
    evenings = dict.fromkeys(FULL_DAYS, "T20:00Z")
    assert programs(renault) == [evenings, {**evenings, "wednesday": "T23:00Z"}, evenings]
    assert not ir.async_get(hass).issues


@pytest.mark.freeze_time("2026-11-19 06:00:00+00:00")
@pytest.mark.parametrize(("level", "starts"), [(42, 1), (38, 0)])
async def test_threshold_reported_by_the_car(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    level: int,
    starts: int,
) -> None:
    """Use it instead of the option: at 42% a car that says 40 is started, at 38% it is not."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().car.fill(level)
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, options={CONF_THRESHOLD: 45})
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await ask(hass, "set_departure", device, **WORK)
    assert state(hass, NEXT).attributes["threshold"] == 40
    await later(60, times=90)
    sent = [each for each in renault.log.entries if each.path.endswith("/actions/hvac-start")]
    assert len(sent) == starts
    assert ["below 40%" in text for text in notifications(hass)] == ([] if starts else [True, True])
