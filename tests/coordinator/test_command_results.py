"""What becomes of an order, and of what was known, when the cloud cannot or must not be asked."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import NotificationChannel
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.state import CommandReason, CommandResult, CommandStatus
from simulator import Simulator
from tests.common import VEHICLE, arrived, call, state, value
from tests.conftest import Later

LAST = "sensor.renault_z_e_last_command"
STALE = "binary_sensor.renault_z_e_data_stale"
START = commands.Precondition(threshold=45)


def last(hass: HomeAssistant) -> tuple[str, str | None]:
    """Return how the last order stands, and why."""
    return value(hass, LAST), state(hass, LAST).attributes.get("reason")


def reads(simulator: Simulator) -> list[str]:
    """Return what was read of the car since the last look."""
    found = [each for each in arrived(simulator) if each.startswith(f"GET {VEHICLE}")]
    simulator.log.entries.clear()
    return found


def refuse_credentials(simulator: Simulator) -> None:
    """Let the password be another from now on."""
    simulator.account.password = "changed"
    simulator.faults.add({"path": "/api/vehicle/*", "method": "GET", "kind": "expired_token"})
    simulator.faults.add({"path": "/api/user/token/refresh", "kind": "status", "status": 401})


async def begun(coordinator: VehicleCoordinator, order: commands.Command) -> asyncio.Future[CommandResult]:
    """Give an order, and return what its fate will be once it was looked for a first time."""
    before = coordinator.data.commands.get(order.kind)
    waiting = asyncio.ensure_future(coordinator.act(order, wait=True))
    while coordinator.data.commands.get(order.kind) is before:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await coordinator.async_refresh()
    return waiting


async def test_an_order_nobody_can_look_after_ends_all_the_same(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """With the credentials refused nothing is polled; who waits hears after ten minutes that nobody could look."""
    waiting = await begun(coordinator, START)
    refuse_credentials(simulator)
    await later(31)
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]
    assert last(hass) == ("accepted", None)
    for _ in range(11):
        await later(60)
    command = await waiting
    assert (command.status, command.reason) == (CommandStatus.TIMED_OUT, CommandReason.UNOBSERVED)
    assert last(hass) == ("timed_out", "unobserved")
    assert state(hass, "event.renault_z_e_command").attributes["reason"] == "unobserved"
    assert arrived(simulator).count(f"POST {VEHICLE}/air-conditioning") == 1


async def test_an_automation_that_waits_is_told_so(
    hass: HomeAssistant, coordinator: VehicleCoordinator, device_id: str, simulator: Simulator, later: Later
) -> None:
    """It must not go on as if the car had obeyed."""
    simulator.faults.add({"path": "*", "method": "GET", "kind": "rate_limit", "retry_after": "7200"})
    given = hass.services.async_call(DOMAIN, "precondition", {"device_id": device_id, "wait": True}, blocking=True)
    waiting = asyncio.ensure_future(given)
    while not coordinator.data.commands:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await coordinator.async_refresh()
    for _ in range(11):
        await later(60)
    with pytest.raises(HomeAssistantError) as refused:
        await waiting
    assert refused.value.translation_key == "not_confirmed"


async def test_the_last_poll_decides_before_an_order_is_given_up(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A car that obeys at the last moment is seen to have, though ten minutes are over shortly before the poll."""
    simulator.vehicle().link.order_seconds = 590
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    for seconds in (*[60] * 9, 40):
        await later(seconds)
    await later(25)
    assert last(hass) == ("accepted", None)
    await later(10)
    assert last(hass) == ("confirmed", None)


async def test_values_expire_though_nothing_is_polled(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """After a day without anybody signing in they say nothing about the car any more."""
    refuse_credentials(simulator)
    await later(601)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("50", "on")
    await later(3600)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("50", "on")
    await later(24 * 3600)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("unavailable", "on")


async def test_a_pause_that_is_asked_for_makes_what_is_known_old(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """However long it is."""
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": "86400"})
    await later(301)
    assert value(hass, STALE) == "off"
    for _ in range(2):
        await later(3600)
    assert value(hass, STALE) == "on"


async def test_an_order_in_a_pause_is_sent_and_not_looked_after_before_it_is_over(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Ten minutes later nobody knows what became of it, and that is said; then the car is looked at again."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "1800", "times": 1})
    await later(301)
    assert coordinator.update_interval == timedelta(minutes=30)
    reads(simulator)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert arrived(simulator) == [f"POST {VEHICLE}/air-conditioning"]
    assert last(hass) == ("accepted", None)
    for _ in range(12):
        await later(60)
    assert last(hass) == ("timed_out", "unobserved")
    await later(1000)
    assert reads(simulator) == []
    await later(121)
    assert f"GET {VEHICLE}/battery" in reads(simulator)
    assert state(hass, "event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"


async def test_a_pause_that_ends_in_time_leaves_the_order_to_be_seen(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The look that comes then finds the car warm."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "480", "times": 1})
    await later(301)
    reads(simulator)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(400)
    assert reads(simulator) == []
    await later(81)
    await later(31)
    assert last(hass) == ("confirmed", None)


async def test_what_an_order_changes_is_read_in_a_pause_too(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Or it would undo what somebody else has set; it is not read back before the pause is over."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "900", "times": 1})
    await later(301)
    simulator.log.entries.clear()
    await coordinator.act(commands.SetNotifications(lambda now: replace(now, charge_end=NotificationChannel.SMS)))
    settings = f"{VEHICLE}/settings/notification"
    assert arrived(simulator) == [f"GET {settings}", f"PUT {settings}"]


async def test_who_waits_hears_of_his_own_order(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """The first of two was replaced, whatever becomes of the second."""
    simulator.vehicle().link.in_reach = False
    week = coordinator.data.charge_schedule.windows
    earlier = await begun(coordinator, commands.SetChargeSchedule(week))
    await later(1)
    second = await begun(coordinator, commands.SetChargeSchedule(week))
    command = await earlier
    assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.SUPERSEDED)
    simulator.vehicle().link.in_reach = True
    for _ in range(4):
        await later(31)
    assert (await second).status is CommandStatus.CONFIRMED


async def test_the_last_order_is_known_after_a_restart(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """As it ended."""
    await coordinator.act(START)
    for _ in range(2):
        await later(31)
    before = state(hass, LAST)
    assert before.state == "confirmed"
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert (state(hass, LAST).state, state(hass, LAST).attributes) == (before.state, before.attributes)
    assert state(hass, "event.renault_z_e_command").attributes["event_type"] == "confirmed"


async def test_an_order_that_was_open_at_a_restart_is_followed_no_more(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """That is said instead of leaving it accepted for ever, and it may be given again."""
    await coordinator.act(START)
    assert last(hass) == ("accepted", None)
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert last(hass) == ("timed_out", "unobserved")
    await later(401)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert last(hass) == ("accepted", None)
    assert arrived(simulator).count(f"POST {VEHICLE}/air-conditioning") == 2


async def test_what_was_so_long_ago_keeps_nobody_from_an_order(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """A car that charged when it was last seen may have stopped: the order is sent where that cannot be read."""
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "button.press", "button.renault_z_e_start_charge")
    assert refused.value.translation_key == "already_charging"
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/battery"}])
    await call(hass, "button.press", "button.renault_z_e_start_charge")
    assert arrived(simulator).count(f"POST {VEHICLE}/charge") == 1
