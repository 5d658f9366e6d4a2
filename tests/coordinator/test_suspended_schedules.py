"""A schedule that a car loses with a command to start or stop charging is restored when nothing depends on it."""

from collections.abc import AsyncIterator
from datetime import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MyRenaultSimulator, models
from simulator.myrenault.routes import Outcome, Route
from tests.common import ask, call, only_device, set_up, value
from tests.conftest import Later
from tests.coordinator.routes import SCHEDULE, START, STOP, minutes, sent
from tests.plan.planned import EVERY_DAY, reload

CHARGING = "binary_sensor.renault_z_e_charging"
MODE = "select.renault_z_e_charge_mode"
FULL = 100
HOUR = 60

# The car charges from 23:30 to 06:30.
pytestmark = pytest.mark.freeze_time("2026-11-19 01:30:00+00:00")


@pytest.fixture
async def zoe(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> MyRenaultSimulator:
    """Return the server of a car of the second generation that charges by its schedule."""
    await hass.config.async_set_time_zone("Europe/London")
    vehicle = renault.vehicle()
    vehicle.enable(enabled=True)
    renault.advance(60)
    vehicle.car.fill(20)
    vehicle.report_now()
    await set_up(hass, renault_entry)
    assert value(hass, CHARGING) == "on"
    renault.log.entries.clear()
    return renault


async def hours(later: Later, count: int) -> None:
    """Let hours pass in steps of a quarter."""
    for _ in range(4 * count):
        await later(900)


async def test_stop_until_the_window_ends(hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later) -> None:
    """Restore the schedule once its window is over, also after a restart, without a repair."""
    week = zoe.vehicle().car.schedule.week
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    assert value(hass, CHARGING) == "off"
    (entry,) = hass.config_entries.async_entries("renault_ze")
    await hass.config_entries.async_reload(entry.entry_id)
    await hours(later, 4)
    assert sent(zoe) == [SCHEDULE]
    assert (value(hass, CHARGING), value(hass, MODE)) == ("off", "by_schedule")
    assert not ir.async_get(hass).issues
    await hours(later, 3)
    assert sent(zoe) == [SCHEDULE, SCHEDULE]
    schedule = zoe.vehicle().car.schedule
    assert schedule.enabled
    assert schedule.week.programs[0] == week.programs[0]
    assert not ir.async_get(hass).issues


async def test_stop_until_unplugged(hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later) -> None:
    """Restore the schedule of an unplugged car, which cannot resume charging."""
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await hours(later, 2)
    assert sent(zoe) == [SCHEDULE, SCHEDULE]
    assert zoe.vehicle().car.schedule.week.programs[0].days[0] is not None


async def test_plan_that_is_lost_meanwhile(
    hass: HomeAssistant, zoe: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Adopt only the schedule that the car gets back, not what stops the charge."""
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    renault_entry.runtime_data.storage.remember_plan(EXAMPLE_VIN, {})
    await reload(hass, renault_entry)
    assert value(hass, MODE) == "unavailable"
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await hours(later, 2)
    plan = await ask(hass, "get_plan", only_device(hass, renault_entry))
    assert (value(hass, MODE), {each["start"] for each in plan["windows"]}) == ("by_schedule", {"23:30"})
    assert sent(zoe) == [SCHEDULE, SCHEDULE]


async def test_edit_meanwhile(
    hass: HomeAssistant, zoe: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """An edit of the owner replaces the schedule that would be restored."""
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    window = {"days": EVERY_DAY, "start": "12:00", "end": "13:00"}
    await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[window])
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await hours(later, 9)
    programs = zoe.vehicle().car.schedule.week.programs
    assert {each.start for program in programs for each in program.windows} == {time(12)}
    assert (value(hass, MODE), zoe.vehicle().car.schedule.enabled) == ("by_schedule", True)
    assert sent(zoe) == [SCHEDULE, SCHEDULE]
    assert not ir.async_get(hass).issues


async def test_stop_by_a_delayed_start(hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later) -> None:
    """Restore the programs that the car loses with it."""
    zoe.vehicle().quirks.route_overrides = {Route.KCM_SCHEDULE: Outcome.FORBIDDEN}
    week = zoe.vehicle().car.schedule.week
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    assert value(hass, CHARGING) == "off"
    zoe.vehicle().quirks.route_overrides = {}
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await hours(later, 2)
    assert zoe.vehicle().car.schedule.week.programs[0] == week.programs[0]
    assert zoe.vehicle().car.schedule.week.starts_at is None


async def test_stop_of_a_car_without_schedule(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Let it charge whenever it is plugged in again, once it was unplugged."""
    renault.vehicle().enable(enabled=False)
    renault.advance(60)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    renault.log.entries.clear()
    await call(hass, "button.press", STOP)
    await hours(later, 8)
    assert sent(renault) == [SCHEDULE]
    assert (value(hass, CHARGING), value(hass, MODE)) == ("off", "any_time")
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await hours(later, 2)
    assert not renault.vehicle().car.schedule.enabled


async def test_restored_over_another_route(hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later) -> None:
    """Use the next route if the car does not show the schedule that was sent back."""
    week = zoe.vehicle().car.schedule.week
    await call(hass, "button.press", STOP)
    await minutes(later, 2)
    zoe.vehicle().quirks.route_overrides = {Route.KCM_SCHEDULE: Outcome.IGNORED}
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    await hours(later, 3)
    assert zoe.vehicle().car.schedule.week.programs[0] == week.programs[0]
    assert zoe.vehicle().car.schedule.enabled
    assert not ir.async_get(hass).issues


async def test_failed_restore_is_repeated_in_minutes(
    hass: HomeAssistant, zoe: MyRenaultSimulator, later: Later
) -> None:
    """Poll after 5 and 10 minutes, although an unplugged car is polled every 20 minutes."""
    await call(hass, "button.press", STOP)
    await minutes(later, 20)
    zoe.faults.replace(
        [{"kind": "refusal", "error": "forbidden", "method": "POST", "path": "*/commerce/*", "times": 4}]
    )
    zoe.vehicle().car.unplug()
    zoe.vehicle().report_now()
    attempts: list[int] = []
    for minute in range(60):
        before = len(sent(zoe))
        await minutes(later, 1)
        attempts += [minute] * (len(sent(zoe)) > before)
    first, second, third = attempts
    assert (second - first, third - second) in {(5, 10), (6, 10), (5, 11), (6, 11)}
    assert zoe.vehicle().car.schedule.week.programs[0].days[0] is not None


@pytest.fixture
async def newer(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve a car with settings instead of programs, half full and waiting for its window."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: models.R5E1VE})
    vehicle = simulator.vehicle()
    first, *others = vehicle.ev_settings["programs"]
    programs = [{**first, "programActivationStatus": True}, *others]
    vehicle.apply_settings({"ev_settings": {**vehicle.ev_settings, "programs": programs, "chargeTimeStart": "20:00"}})
    vehicle.car.fill(50)
    vehicle.car.plug()
    vehicle.report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


def settings_sent(renault: MyRenaultSimulator) -> list[dict[str, Any]]:
    """Return the settings that arrived."""
    return [each.body for each in renault.log.entries if each.method == "POST" and each.path.endswith("ev/settings")]


@pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")
@pytest.mark.parametrize("restarts", [False, True], ids=["stays on", "restarts"])
async def test_newer_car(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    newer: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    *,
    restarts: bool,
) -> None:
    """Restore all settings after the charge, with the current time."""
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, data={**renault_entry.data, "address": newer.url})
    await set_up(hass, renault_entry)
    assert hass.states.get(STOP) is None
    before = newer.vehicle().ev_settings
    await call(hass, "button.press", START)
    await minutes(later, 2)
    assert value(hass, CHARGING) == "on"
    if restarts:
        await hass.config_entries.async_reload(renault_entry.entry_id)
    newer.vehicle().car.fill(FULL)
    await hours(later, 2)
    started, restored = settings_sent(newer)
    assert not any(each["programActivationStatus"] for each in started["programs"])
    assert started["lastSettingsUpdateTimestamp"] == "2026-11-18T12:30:00Z"
    assert restored["programs"] == before["programs"]
    assert restored["lastSettingsUpdateTimestamp"] > started["lastSettingsUpdateTimestamp"]
    assert {**restored, "lastSettingsUpdateTimestamp": ""} == {**before, "lastSettingsUpdateTimestamp": ""}
    await hours(later, 3)
    assert len(settings_sent(newer)) == 2
