"""Results of commands and outdated data while the cloud cannot be polled."""

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
from custom_components.renault_ze.vehicle.state import CommandReason, CommandStatus
from simulator import Simulator
from tests.common import VEHICLE, arrived, begun, call, state, value
from tests.conftest import Later

LAST = "sensor.renault_z_e_last_command"
STALE = "binary_sensor.renault_z_e_data_stale"
START = commands.Precondition(threshold=45)


def last(hass: HomeAssistant) -> tuple[str, str | None]:
    """Return the status and the reason of the last command."""
    return value(hass, LAST), state(hass, LAST).attributes.get("reason")


def reads(simulator: Simulator) -> list[str]:
    """Return the reads of the car since the last call."""
    found = [each for each in arrived(simulator) if each.startswith(f"GET {VEHICLE}")]
    simulator.log.entries.clear()
    return found


def refuse_credentials(simulator: Simulator) -> None:
    """Change the password."""
    simulator.account.password = "changed"
    simulator.faults.add({"path": "/api/vehicle/*", "method": "GET", "kind": "expired_token"})
    simulator.faults.add({"path": "/api/user/token/refresh", "kind": "status", "status": 401})


async def test_command_times_out_without_polls(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Time out after ten minutes while the credentials are refused."""
    waiting = await begun(coordinator, START)
    refuse_credentials(simulator)
    await later(31)
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]
    assert last(hass) == ("accepted", None)
    await later(60, times=11)
    command = await waiting
    assert (command.status, command.reason) == (CommandStatus.TIMED_OUT, CommandReason.UNOBSERVED)
    assert last(hass) == ("timed_out", "unobserved")
    assert state(hass, "event.renault_z_e_command").attributes["reason"] == "unobserved"
    assert arrived(simulator).count(f"POST {VEHICLE}/air-conditioning") == 1


async def test_action_that_waits_fails(
    hass: HomeAssistant, coordinator: VehicleCoordinator, device_id: str, simulator: Simulator, later: Later
) -> None:
    """Stop the automation if the command was not confirmed."""
    simulator.faults.add({"path": "*", "method": "GET", "kind": "rate_limit", "retry_after": "7200"})
    given = hass.services.async_call(DOMAIN, "precondition", {"device_id": device_id, "wait": True}, blocking=True)
    waiting = asyncio.ensure_future(given)
    while not coordinator.data.commands:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await coordinator.async_refresh()
    await later(60, times=11)
    with pytest.raises(HomeAssistantError) as refused:
        await waiting
    assert refused.value.translation_key == "not_confirmed"


async def test_command_times_out_during_an_outage(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Show it although a poll that fails like the one before settles it."""
    await coordinator.act(START)
    simulator.faults.add({"path": "*", "kind": "drop", "when": "before"})
    await later(31)
    assert not coordinator.last_update_success
    await later(30, times=20)
    assert last(hass) == ("timed_out", "unobserved")
    assert state(hass, "event.renault_z_e_command").attributes["event_type"] == "timed_out"


async def test_lost_response_during_an_outage(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Poll for the command as soon as for any other, without taking the cloud for reachable."""
    simulator.faults.add({"path": "*", "kind": "drop", "when": "before"})
    await later(601)
    simulator.faults.replace([{"path": "*/air-conditioning", "kind": "drop", "when": "after"}])
    simulator.faults.add({"path": "*", "method": "GET", "kind": "drop", "when": "before"})
    with pytest.raises(HomeAssistantError) as lost:
        await coordinator.act(START)
    assert lost.value.translation_key == "command_unanswered"
    assert (coordinator.last_update_success, coordinator.update_interval) == (False, timedelta(seconds=30))
    simulator.faults.replace([])
    reads(simulator)
    await later(31)
    assert f"GET {VEHICLE}/air-conditioning/last" in reads(simulator)


async def test_refused_command_shows_what_was_read(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator
) -> None:
    """Show the battery level that was read to check the command."""
    car = simulator.vehicle().car
    car.plug()
    car.fill(61)
    simulator.vehicle().report_now()
    with pytest.raises(HomeAssistantError) as refused:
        await coordinator.act(commands.StartCharge())
    assert refused.value.translation_key == "already_charging"
    assert value(hass, "sensor.renault_z_e_battery") == "61"


async def test_last_poll_before_the_timeout(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Confirm a command that the car executes in the last seconds."""
    simulator.vehicle().link.order_seconds = 590
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    for seconds in (*[60] * 9, 40):
        await later(seconds)
    await later(25)
    assert last(hass) == ("accepted", None)
    await later(10)
    assert last(hass) == ("confirmed", None)


async def test_values_expire_without_polls(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Make them unavailable after a day of refused credentials."""
    refuse_credentials(simulator)
    await later(601)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("50", "on")
    await later(3600)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("50", "on")
    await later(24 * 3600)
    assert (value(hass, "sensor.renault_z_e_battery"), value(hass, STALE)) == ("unavailable", "on")


async def test_data_is_outdated_during_a_pause(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Show it after an hour of a pause of a day."""
    simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": "86400"})
    await later(301)
    assert value(hass, STALE) == "off"
    await later(3600, times=2)
    assert value(hass, STALE) == "on"


async def test_command_during_a_pause(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Send it, let it time out, and read the car only after the pause."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "1800", "times": 1})
    await later(301)
    assert coordinator.update_interval == timedelta(minutes=30)
    reads(simulator)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert arrived(simulator) == [f"POST {VEHICLE}/air-conditioning"]
    assert last(hass) == ("accepted", None)
    await later(60, times=12)
    assert last(hass) == ("timed_out", "unobserved")
    await later(1000)
    assert reads(simulator) == []
    await later(121)
    assert f"GET {VEHICLE}/battery" in reads(simulator)
    assert state(hass, "event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"


async def test_command_during_a_short_pause(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Confirm it by the first poll after the pause."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "480", "times": 1})
    await later(301)
    reads(simulator)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(400)
    assert reads(simulator) == []
    await later(81)
    await later(31)
    assert last(hass) == ("confirmed", None)


async def test_settings_are_read_during_a_pause(
    coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Read what a command changes, so that no other change is lost."""
    simulator.faults.add({"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "900", "times": 1})
    await later(301)
    simulator.log.entries.clear()
    await coordinator.act(commands.SetNotifications(lambda now: replace(now, charge_end=NotificationChannel.SMS)))
    settings = f"{VEHICLE}/settings/notification"
    assert arrived(simulator) == [f"GET {settings}", f"PUT {settings}"]


async def test_replaced_command(coordinator: VehicleCoordinator, simulator: Simulator, later: Later) -> None:
    """Return to each caller the result of its own command."""
    simulator.vehicle().link.in_reach = False
    week = coordinator.data.charge_schedule.windows
    earlier = await begun(coordinator, commands.SetChargeSchedule(week))
    await later(1)
    second = await begun(coordinator, commands.SetChargeSchedule(week))
    command = await earlier
    assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.SUPERSEDED)
    simulator.vehicle().link.in_reach = True
    await later(31, times=4)
    assert (await second).status is CommandStatus.CONFIRMED


async def test_result_survives_a_restart(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """Show the last command as it ended."""
    await coordinator.act(START)
    await later(31, times=2)
    before = state(hass, LAST)
    assert before.state == "confirmed"
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert (state(hass, LAST).state, state(hass, LAST).attributes) == (before.state, before.attributes)
    assert state(hass, "event.renault_z_e_command").attributes["event_type"] == "confirmed"


async def test_pending_command_ends_at_a_restart(
    hass: HomeAssistant,
    coordinator: VehicleCoordinator,
    init_integration: MockConfigEntry,
    simulator: Simulator,
    later: Later,
) -> None:
    """Time out, and accept the same command again."""
    await coordinator.act(START)
    assert last(hass) == ("accepted", None)
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert last(hass) == ("timed_out", "unobserved")
    await later(401)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert last(hass) == ("accepted", None)
    assert arrived(simulator).count(f"POST {VEHICLE}/air-conditioning") == 2


async def test_outdated_state_blocks_no_command(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator, later: Later
) -> None:
    """Send a command if the car cannot be read, although it was charging before."""
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "button.press", "button.renault_z_e_start_charge")
    assert refused.value.translation_key == "already_charging"
    simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/battery"}])
    await call(hass, "button.press", "button.renault_z_e_start_charge")
    assert arrived(simulator).count(f"POST {VEHICLE}/charge") == 1
