"""Results of commands and outdated data while the cloud cannot be polled."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.cloud.notifications import NotificationChannel
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from simulator import Simulator
from tests.common import VEHICLE, arrived, begun, expect_error, state, value
from tests.plan.planned import Car

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

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


async def test_command_times_out_without_polls(car: Car) -> None:
    """Time out after ten minutes while the credentials are refused."""
    waiting = await begun(car.coordinator, START)
    refuse_credentials(car.simulator)
    await car.later(31)
    assert [flow["context"]["source"] for flow in car.hass.config_entries.flow.async_progress()] == ["reauth"]
    assert last(car.hass) == ("accepted", None)
    await car.later(60, times=11)
    command = await waiting
    assert (command.status, command.reason) == (CommandStatus.TIMED_OUT, CommandReason.UNOBSERVED)
    assert last(car.hass) == ("timed_out", "unobserved")
    assert car.state("event.renault_z_e_command").attributes["reason"] == "unobserved"
    assert arrived(car.simulator).count(f"POST {VEHICLE}/air-conditioning") == 1


async def test_action_that_waits_fails(car: Car) -> None:
    """Stop the automation if the command was not confirmed."""
    car.simulator.faults.add({"path": "*", "method": "GET", "kind": "rate_limit", "retry_after": "7200"})
    given = car.hass.services.async_call(
        DOMAIN, "precondition", {"device_id": car.device_id, "wait": True}, blocking=True
    )
    waiting = asyncio.ensure_future(given)
    while not car.coordinator.data.commands:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await car.coordinator.async_refresh()
    await car.later(60, times=11)
    with expect_error("not_confirmed"):
        await waiting


async def test_command_times_out_during_an_outage(car: Car) -> None:
    """Show it although a poll that fails like the one before settles it."""
    await car.coordinator.send_command(START)
    car.simulator.faults.add({"path": "*", "kind": "drop", "when": "before"})
    await car.later(31)
    assert not car.coordinator.last_update_success
    await car.later(30, times=20)
    assert last(car.hass) == ("timed_out", "unobserved")
    assert car.state("event.renault_z_e_command").attributes["event_type"] == "timed_out"


async def test_lost_response_during_an_outage(car: Car) -> None:
    """Poll for the command as soon as for any other, without taking the cloud for reachable."""
    car.simulator.faults.add({"path": "*", "kind": "drop", "when": "before"})
    await car.later(601)
    car.simulator.faults.replace([{"path": "*/air-conditioning", "kind": "drop", "when": "after"}])
    car.simulator.faults.add({"path": "*", "method": "GET", "kind": "drop", "when": "before"})
    with expect_error("command_unanswered"):
        await car.coordinator.send_command(START)
    assert (car.coordinator.last_update_success, car.coordinator.update_interval) == (False, timedelta(seconds=30))
    car.simulator.faults.replace([])
    reads(car.simulator)
    await car.later(31)
    assert f"GET {VEHICLE}/air-conditioning/last" in reads(car.simulator)


async def test_refused_command_shows_what_was_read(
    hass: HomeAssistant, coordinator: VehicleCoordinator, simulator: Simulator
) -> None:
    """Show the battery level that was read to check the command."""
    car = simulator.vehicle().car
    car.plug()
    car.fill(61)
    simulator.vehicle().report_now()
    with expect_error("already_charging"):
        await coordinator.send_command(commands.StartCharge())
    assert value(hass, "sensor.renault_z_e_battery") == "61"


async def test_last_poll_before_the_timeout(car: Car) -> None:
    """Confirm a command that the car executes in the last seconds."""
    car.simulator.vehicle().link.command_seconds = 590
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    for seconds in (*[60] * 9, 40):
        await car.later(seconds)
    await car.later(25)
    assert last(car.hass) == ("accepted", None)
    await car.later(10)
    assert last(car.hass) == ("confirmed", None)


async def test_values_expire_without_polls(car: Car) -> None:
    """Make them unavailable after a day of refused credentials."""
    refuse_credentials(car.simulator)
    await car.later(601)
    assert (car.value("sensor.renault_z_e_battery"), car.value(STALE)) == ("50", "on")
    await car.later(3600)
    assert (car.value("sensor.renault_z_e_battery"), car.value(STALE)) == ("50", "on")
    await car.later(24 * 3600)
    assert (car.value("sensor.renault_z_e_battery"), car.value(STALE)) == ("unavailable", "on")


async def test_data_is_outdated_during_a_pause(car: Car) -> None:
    """Show it after an hour of a pause of a day."""
    car.simulator.faults.add({"path": "/api/*", "kind": "rate_limit", "status": 429, "retry_after": "86400"})
    await car.later(301)
    assert car.value(STALE) == "off"
    await car.later(3600, times=2)
    assert car.value(STALE) == "on"


async def test_command_during_a_pause(car: Car) -> None:
    """Send it, let it time out, and read the car only after the pause."""
    car.simulator.faults.add(
        {"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "1800", "times": 1}
    )
    await car.later(301)
    assert car.coordinator.update_interval == timedelta(minutes=30)
    reads(car.simulator)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    assert arrived(car.simulator) == [f"POST {VEHICLE}/air-conditioning"]
    assert last(car.hass) == ("accepted", None)
    await car.later(60, times=12)
    assert last(car.hass) == ("timed_out", "unobserved")
    await car.later(1000)
    assert reads(car.simulator) == []
    await car.later(121)
    assert f"GET {VEHICLE}/battery" in reads(car.simulator)
    assert car.state("event.renault_z_e_preconditioning").attributes["event_type"] == "succeeded"


async def test_command_during_a_short_pause(car: Car) -> None:
    """Confirm it by the first poll after the pause."""
    car.simulator.faults.add(
        {"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "480", "times": 1}
    )
    await car.later(301)
    reads(car.simulator)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(400)
    assert reads(car.simulator) == []
    await car.later(81)
    await car.later(31)
    assert last(car.hass) == ("confirmed", None)


async def test_settings_are_read_during_a_pause(car: Car) -> None:
    """Read what a command changes, so that no other change is lost."""
    car.simulator.faults.add(
        {"path": "*/battery", "kind": "rate_limit", "status": 429, "retry_after": "900", "times": 1}
    )
    await car.later(301)
    car.simulator.log.entries.clear()
    await car.coordinator.send_command(
        commands.SetNotifications(lambda now: replace(now, charge_end=NotificationChannel.SMS))
    )
    settings = f"{VEHICLE}/settings/notification"
    assert arrived(car.simulator) == [f"GET {settings}", f"PUT {settings}"]


async def test_replaced_command(car: Car) -> None:
    """Return to each caller the result of its own command."""
    car.simulator.vehicle().link.in_reach = False
    week = car.coordinator.data.charge_schedule.windows
    earlier = await begun(car.coordinator, commands.SetChargeSchedule(week))
    await car.later(1)
    second = await begun(car.coordinator, commands.SetChargeSchedule(week))
    command = await earlier
    assert (command.status, command.reason) == (CommandStatus.FAILED, CommandReason.SUPERSEDED)
    car.simulator.vehicle().link.in_reach = True
    await car.later(31, times=4)
    assert (await second).status is CommandStatus.CONFIRMED


async def test_result_survives_a_restart(car: Car) -> None:
    """Show the last command as it ended."""
    await car.coordinator.send_command(START)
    await car.later(31, times=2)
    before = car.state(LAST)
    assert before.state == "confirmed"
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert (car.state(LAST).state, car.state(LAST).attributes) == (before.state, before.attributes)
    assert car.state("event.renault_z_e_command").attributes["event_type"] == "confirmed"


async def test_pending_command_ends_at_a_restart(car: Car) -> None:
    """Time out, and accept the same command again."""
    await car.coordinator.send_command(START)
    assert last(car.hass) == ("accepted", None)
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert last(car.hass) == ("timed_out", "unobserved")
    before = car.state(LAST).attributes
    await car.later(401)
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert car.state(LAST).attributes == before
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    assert last(car.hass) == ("accepted", None)
    assert arrived(car.simulator).count(f"POST {VEHICLE}/air-conditioning") == 2


async def test_outdated_state_blocks_no_command(car: Car) -> None:
    """Send a command if the car cannot be read, although it was charging before."""
    with expect_error("already_charging"):
        await car.call("button.press", "button.renault_z_e_start_charge")
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/battery"}])
    await car.call("button.press", "button.renault_z_e_start_charge")
    assert arrived(car.simulator).count(f"POST {VEHICLE}/charge") == 1
