"""Faults of the requests that change the charge schedule: the owner is told, and the edit is kept and sent again."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.common import call, logins, value
from tests.coordinator.fault_cases import (
    COMMAND_FAULTS,
    EXPIRED_WITHOUT_401,
    MODE,
    SCHEDULE_COMMANDS,
    UNANSWERED,
    UNAUTHORISED,
    UNREADABLE,
    WITHOUT_RESPONSE,
    Rule,
    UserCommand,
    at,
    check_log,
    error_of,
    forget_reauth,
)
from tests.coordinator.test_faults import arrivals, car, give
from tests.plan.planned import Later, reload

__all__ = ["car"]

STATUS = "sensor.renault_z_e_charge_schedule_status"
ONBOARD = "/charge/scheduler/onboard"
SHOWN = {"by_schedule": "enabled", "any_time": "disabled"}
OTHER = {"by_schedule": "any_time", "any_time": "by_schedule"}
QUARTER = 900

pytestmark = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


async def wait_for(hass: HomeAssistant, simulator: Simulator, later: Later, option: str) -> None:
    """Wait until the car charges as the owner wants, and check what is shown."""
    for _ in range(12):
        if value(hass, STATUS) == SHOWN[option]:
            break
        await later(QUARTER)
    assert (value(hass, MODE), value(hass, STATUS)) == (option, SHOWN[option])
    assert simulator.vehicle().car.schedule.enabled is (option == "by_schedule")
    assert not ir.async_get(hass).issues


async def select_other(hass: HomeAssistant, simulator: Simulator, later: Later, command: UserCommand) -> None:
    """Select the other charge mode, and wait for the car."""
    simulator.faults.replace([])
    await call(hass, command.service, command.target, option=OTHER[command.data["option"]])
    await wait_for(hass, simulator, later, OTHER[command.data["option"]])
    simulator.log.entries.clear()


@pytest.mark.parametrize("command", SCHEDULE_COMMANDS.values(), ids=SCHEDULE_COMMANDS)
async def test_edit_survives(
    hass: HomeAssistant,
    car: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    command: UserCommand,
) -> None:
    """Send it once and report the error; once the fault is over, the car gets it without the owner."""
    for name, rule in COMMAND_FAULTS.items():
        await select_other(hass, simulator, later, command)
        simulator.faults.replace([at(command.path, rule, command.verb)])
        error = await error_of(give(hass, car, command))
        assert arrivals(simulator, command) == 1, name
        assert (error == "command_unanswered") is (name in UNANSWERED), name
        assert (error is None) is (name not in {*WITHOUT_RESPONSE, *EXPIRED_WITHOUT_401, *UNANSWERED}), name
        assert value(hass, MODE) == command.data["option"], name
        await later(301)
        assert arrivals(simulator, command) == 1, name
        simulator.faults.replace([])
        await wait_for(hass, simulator, later, command.data["option"])
    check_log(caplog)


@pytest.mark.parametrize("command", SCHEDULE_COMMANDS.values(), ids=SCHEDULE_COMMANDS)
async def test_expired_token(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, later: Later, command: UserCommand
) -> None:
    """Renew it, and send the refused request again."""
    await select_other(hass, simulator, later, command)
    simulator.faults.replace([at(command.path, {"kind": "expired_token", "times": 1}, command.verb)])
    await give(hass, car, command)
    assert arrivals(simulator, command) == 1
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("rule", UNAUTHORISED.values(), ids=UNAUTHORISED)
@pytest.mark.parametrize("command", SCHEDULE_COMMANDS.values(), ids=SCHEDULE_COMMANDS)
async def test_unauthorized_command(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, later: Later, command: UserCommand, rule: Rule
) -> None:
    """Start the reauthentication, and send the edit that was kept afterwards."""
    await select_other(hass, simulator, later, command)
    simulator.faults.replace([at(command.path, rule, command.verb)])
    assert await error_of(give(hass, car, command)) == "invalid_auth"
    assert (arrivals(simulator, command), value(hass, MODE)) == (0, command.data["option"])
    assert logins(simulator) <= 1
    assert forget_reauth(hass)
    simulator.faults.replace([])
    await wait_for(hass, simulator, later, command.data["option"])


# What is read before the schedule is sent, and the error of the edit.
READ_FAULTS: dict[str, str | None] = {
    **dict.fromkeys(UNAUTHORISED, "invalid_auth"),
    "502": "schedule_saved",
    "dropped before": "schedule_saved",
    "truncated": "schedule_saved",
    "400": None,
    "not JSON": "schedule_saved",
}


@pytest.mark.parametrize(("name", "key"), READ_FAULTS.items())
async def test_car_is_unreadable(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, later: Later, name: str, key: str | None
) -> None:
    """Send nothing while the server is down or refuses to sign in, and send it blindly otherwise."""
    command = SCHEDULE_COMMANDS["disable the week"]
    await select_other(hass, simulator, later, command)
    simulator.faults.replace([at(ONBOARD, (WITHOUT_RESPONSE | UNREADABLE | UNAUTHORISED)[name])])
    assert await error_of(give(hass, car, command)) == key
    assert arrivals(simulator, command) == (1 if key is None else 0)
    simulator.faults.replace([])
    if forget_reauth(hass):
        # A new password reloads the account.
        await reload(hass, car.config_entry)
    await wait_for(hass, simulator, later, "any_time")
