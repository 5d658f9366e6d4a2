"""Commands whose effect cannot be confirmed: never sent, or not shown by the cloud."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, state, value
from tests.coordinator.fault_cases import COMMANDS, UserCommand, error_of, plug_in_again
from tests.plan.planned import EVERY_DAY, PLAN, WARM, Car, Later, notifications

COMMAND = "sensor.renault_z_e_last_command"
REASON = "sensor.renault_z_e_preconditioning_reason"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture(params=["first generation", "no cabin data"])
async def device(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, request: pytest.FixtureRequest
) -> str:
    """Set up a car that can precondition without showing it."""
    if request.param == "first generation":
        renault.backend._models[EXAMPLE_VIN] = X101VE
        renault.backend.reset()
    else:
        refusal = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
        renault.faults.replace([{**refusal, "path": "*/hvac-status"}])
    renault.vehicle().car.fill(80)
    renault.vehicle().report_now()
    await hass.config.async_set_time_zone("UTC")
    await set_up(hass, renault_entry)
    return only_device(hass, renault_entry)


def starts(renault: MyRenaultSimulator) -> int:
    """Return how many preconditioning commands were sent."""
    return len([each for each in renault.log.entries if each.path.endswith("actions/hvac-start")])


async def test_departure(hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later) -> None:
    """Report once that the command was sent, and not that the car is ready."""
    await ask(hass, "set_departure", device, name="Work", time="19:00", days=EVERY_DAY)
    await later(60, times=21)
    assert starts(renault) == 1
    plan = state(hass, PLAN).attributes
    assert plan["event_type"] == "ordered"
    unknown = "The server does not report the result for this car."
    assert plan["message"] == f"The command to precondition for “Work” at 7:00 PM was sent. {unknown}"
    for _ in range(3):
        assert value(hass, REASON) == "ordered"
        assert state(hass, REASON).attributes["explanation"].endswith(unknown)
        await later(180)
    assert starts(renault) == 1
    await later(180, times=5)
    assert (value(hass, REASON), starts(renault)) == ("waiting_for_departure", 1)
    assert notifications(hass) == []


async def test_command(hass: HomeAssistant, device: str, later: Later) -> None:
    """End it when it is accepted, and show it as the reason for as long as a run takes."""
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("accepted", "unconfirmable")
    event = state(hass, "event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("accepted", "unconfirmable")
    assert value(hass, REASON) == "ordered"
    await later(301)
    assert value(hass, REASON) == "no_departure"
    await later(301, times=4)
    assert value(hass, COMMAND) == "accepted"
    response = await ask(hass, "precondition", device, wait=True)
    assert (response["status"], response["reason"]) == ("accepted", "unconfirmable")


async def test_stop_of_a_silent_car(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
) -> None:
    """A car that never reports whether it charges cannot confirm a stop either, and is sent one route."""
    renault.vehicle().quirks.charging_status = -1.1
    renault.vehicle().charge()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    renault.log.entries.clear()
    await call(hass, "button.press", "button.renault_z_e_stop_charge")
    await later(60, times=12)
    assert result(hass) == ("accepted", "unconfirmable")
    assert len([each for each in renault.log.entries if each.method == "POST" and "/charge/" in each.path]) == 1


async def give(hass: HomeAssistant, command: UserCommand, device_id: str) -> str | None:
    """Send a command as a user does, and return the translation key of the error."""
    domain, _, name = command.service.partition(".")
    target = {"entity_id": command.target} if command.target else {"device_id": device_id}
    error = await error_of(hass.services.async_call(domain, name, {**target, **command.data}, blocking=True))
    await hass.async_block_till_done(wait_background_tasks=True)
    return error


def result(hass: HomeAssistant) -> tuple[str, str | None]:
    """Return the status and the reason of the last command."""
    shown = state(hass, COMMAND)
    return shown.state, shown.attributes["reason"]


@pytest.mark.parametrize("name", [name for name, each in COMMANDS.items() if each.path != "/settings/notification"])
async def test_refused_connection(car: Car, name: str) -> None:
    """Ask the user to try again, and accept the next command."""
    schedule = car.simulator.vehicle().car.schedule
    car.simulator.vehicle().car.load(replace(schedule, enabled=True))
    plug_in_again(car.simulator)
    port = int(car.simulator.url.rsplit(":", 1)[1])
    await car.simulator.stop()
    error = await give(car.hass, COMMANDS[name], car.device_id)
    assert error in {"command_unsent", "cannot_connect"}
    if error == "command_unsent":
        assert result(car.hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    await car.simulator.start(port=port)
    car.simulator.log.entries.clear()
    assert await give(car.hass, COMMANDS[name], car.device_id) is None
    assert car.commands


async def test_sign_in_fails_before_the_command(car: Car) -> None:
    """Report the command as not sent."""
    car.simulator.faults.replace([{"path": "/api/user/*", "kind": "status", "status": 500}])
    await car.later(7200)
    assert await give(car.hass, COMMANDS["precondition"], car.device_id) == "command_unsent"
    assert result(car.hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    assert car.commands == []
    car.simulator.faults.replace([])
    assert await give(car.hass, COMMANDS["precondition"], car.device_id) is None
    assert car.commands == [WARM]


@pytest.mark.parametrize("fault", ["the log-in", "the token"])
async def test_sign_in_fails_at_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, fault: str
) -> None:
    """Report the command as not sent."""
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    session = renault_entry.runtime_data.cloud._session
    session._drop_jwt()
    if fault == "the log-in":
        session.library.set_login_token(None)
    renault.faults.replace([{"path": "*/accounts.*", "kind": "status", "status": 503}])
    assert await give(hass, COMMANDS["precondition"], device) == "command_unsent"
    assert result(hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    assert not [each for each in renault.log.entries if "/actions/" in each.path]
    renault.faults.replace([])
    assert await give(hass, COMMANDS["precondition"], device) is None
    assert len([each for each in renault.log.entries if "/actions/" in each.path]) == 1
