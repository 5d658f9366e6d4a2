"""The options of an account at MY Renault, above all the clock of a car's schedule."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, Weekday
from custom_components.renault_ze.const import CONF_CAR, CONF_CLOCK, CONF_POLL_INTERVAL, CONF_SCHEDULE_CLOCKS
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import EXAMPLE_VIN
from simulator.myrenault import SECOND_VIN, X102VE, MyRenaultSimulator
from simulator.myrenault.vehicle import ProgramClock, Quirks
from tests.common import ask, set_up, value
from tests.conftest import Later
from tests.lifecycle.accounts import device_of
from tests.plan.planned import EVERY_DAY
from tests.texts import VARIES, below

STATUS, MODE = "sensor.renault_z_e_charge_schedule_status", "select.renault_z_e_charge_mode"
# On the clock of the vehicle, which is Home Assistant's: that of Los Angeles, eight hours behind, in winter.
MENU = ["settings", "electricity_price", "solar", "cheapest_hours", "schedule_clock", "time_zone"]
NIGHT = (
    ChargeWindow(Weekday.MONDAY, time(1), timedelta(hours=4)),
    ChargeWindow(Weekday.SUNDAY, time(1), timedelta(hours=4)),
)

ONE_TO_FIVE = {"start": "01:00", "end": "05:00"}

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def entry(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account that is set up."""
    await set_up(hass, renault_entry)
    return renault_entry


def coordinator(entry: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator."""
    found: VehicleCoordinator = entry.runtime_data.vehicles[EXAMPLE_VIN]
    return found


async def set_schedule(hass: HomeAssistant, entry: MockConfigEntry, later: Later) -> None:
    """Set a schedule, and let it arrive in the car."""
    await ask(hass, "set_charge_schedule", device_of(hass, entry), windows=[{**ONE_TO_FIVE, "days": ["mon", "sun"]}])
    await later(900)


async def choose(hass: HomeAssistant, entry: MockConfigEntry, choice: str) -> ConfigFlowResult:
    """Open the options, and choose from the menu, which shows all its texts."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert (menu["type"], menu["menu_options"]) == (FlowResultType.MENU, MENU)
    for kind in ("menu_options", "menu_option_descriptions"):
        assert below(f"{VARIES}.{kind}").keys() == {f"{VARIES}.{kind}.{each}" for each in MENU}
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": choice})


async def submit(hass: HomeAssistant, result: ConfigFlowResult, values: dict[str, Any]) -> ConfigFlowResult:
    """Submit a form."""
    result = await hass.config_entries.options.async_configure(result["flow_id"], values)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def labels(result: ConfigFlowResult) -> dict[str, str]:
    """Return the labels that can be chosen, by value."""
    (field,) = result["data_schema"].schema.values()
    return {each["value"]: each["label"] for each in field.config["options"]}


async def test_clock(hass: HomeAssistant, entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later) -> None:
    """Both readings of the schedule are shown; a corrected clock sends the schedule again."""
    await set_schedule(hass, entry, later)
    sent = renault.vehicle().car.schedule.week
    result = await choose(hass, entry, "schedule_clock")
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "reading")
    assert labels(result) == {
        "local": "1:00 AM - 5:00 AM (Monday, Sunday)",
        "utc": "5:00 PM - 9:00 PM (Saturday, Sunday)",
    }
    result = await submit(hass, result, {CONF_CLOCK: "utc"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options[CONF_SCHEDULE_CLOCKS] == {EXAMPLE_VIN: "utc"}
    assert value(hass, STATUS) == "sending"
    assert not ir.async_get(hass).issues
    await later(900)
    await later(300)
    assert renault.vehicle().car.schedule.week != sent
    assert coordinator(entry).data.charge_schedule == ChargeSchedule(enabled=True, windows=NIGHT)
    assert value(hass, STATUS) == "enabled"
    assert not ir.async_get(hass).issues
    again = await choose(hass, entry, "schedule_clock")
    (marker,) = again["data_schema"].schema
    assert marker.description == {"suggested_value": "utc"}


async def test_clock_of_a_schedule_that_follows_the_car(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """A schedule that its owner never edited here is read by the correct clock, and nothing is sent."""
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    next_window = "sensor.renault_z_e_next_charge_window"
    before = datetime.fromisoformat(value(hass, next_window))
    await submit(hass, await choose(hass, renault_entry, "schedule_clock"), {CONF_CLOCK: "utc"})
    for _ in range(4):
        shifted = datetime.fromisoformat(value(hass, next_window)) - before
        # Eight hours, or the day before at that time.
        assert shifted % timedelta(days=1) == timedelta(hours=16)
        assert (value(hass, STATUS), value(hass, MODE)) == ("enabled", "by_schedule")
        assert not ir.async_get(hass).issues
        await later(300)
    assert not [each for each in renault.log.entries if each.method == "POST" and "charge" in each.path]


@pytest.mark.freeze_time("2026-10-30 12:00:00+00:00")
async def test_night_of_the_clock_change(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """A car with a UTC clock gets its schedule day by day, without a repair."""
    renault.vehicle().zone = ZoneInfo("America/Los_Angeles")
    renault.vehicle().set_quirks(Quirks(program_clock=ProgramClock.UTC))
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, options={CONF_SCHEDULE_CLOCKS: {EXAMPLE_VIN: "utc"}})
    await set_up(hass, renault_entry)
    week = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)
    await ask(hass, "set_charge_schedule", device_of(hass, renault_entry), windows=[{**ONE_TO_FIVE, "days": EVERY_DAY}])
    seen = set()
    for _ in range(3 * 24):
        await later(3600)
        seen.add(value(hass, STATUS))
        assert not ir.async_get(hass).issues
        assert coordinator(renault_entry).data.charge_schedule.windows == week
    assert seen == {"enabled", "sending"}
    programs = renault.vehicle().car.schedule.week.programs
    assert {each.start for program in programs for each in program.windows} == {time(9)}


async def test_settings_keep_the_clocks(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Neither form resets the other's options."""
    hass.config_entries.async_update_entry(entry, options={CONF_SCHEDULE_CLOCKS: {EXAMPLE_VIN: "utc"}})
    result = await choose(hass, entry, "settings")
    await submit(hass, result, {CONF_POLL_INTERVAL: 30, CONF_THRESHOLD: 40})
    assert entry.options[CONF_SCHEDULE_CLOCKS] == {EXAMPLE_VIN: "utc"}
    assert (entry.options[CONF_POLL_INTERVAL], entry.options[CONF_THRESHOLD]) == (30, 40)


async def test_no_schedule(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Without a schedule, there is no clock to choose."""
    result = await choose(hass, entry, "schedule_clock")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_difference")


async def test_unreadable_schedule(
    hass: HomeAssistant, entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """The flow aborts with the reason."""
    await later(60)
    renault.faults.replace([{"path": "*charging-settings", "kind": "drop"}])
    result = await choose(hass, entry, "schedule_clock")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "week_unreadable")


async def test_account_that_is_not_loaded(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The flow aborts, because no schedule can be shown."""
    await hass.config_entries.async_unload(entry.entry_id)
    result = await choose(hass, entry, "schedule_clock")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_car")


async def test_several_cars(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Each car has its own clock."""
    renault.backend._models[SECOND_VIN] = X102VE
    renault.account.vins.append(SECOND_VIN)
    renault.backend.add_account(renault.account)
    await set_up(hass, renault_entry)
    await set_schedule(hass, renault_entry, later)
    result = await choose(hass, renault_entry, "schedule_clock")
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "schedule_clock")
    assert labels(result) == {EXAMPLE_VIN: "Renault Z.E. 0001", SECOND_VIN: "Renault Z.E. 0002"}
    result = await submit(hass, result, {CONF_CAR: EXAMPLE_VIN})
    assert result["step_id"] == "reading"
