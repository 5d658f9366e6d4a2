"""Faults of each request: values stay, commands arrive once, and errors are translated."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN, Simulator
from tests.common import VEHICLE, live_an_evening, logins, only_device, set_up
from tests.conftest import Later
from tests.coordinator.fault_cases import (
    ASKED,
    COMMAND_FAULTS,
    COMMANDS,
    EXPIRED_WITHOUT_401,
    LISTS,
    READABLE_LISTS,
    READS,
    SPOILED,
    UNANSWERED,
    UNAUTHORISED,
    UNREADABLE,
    WITHOUT_RESPONSE,
    Rule,
    UserCommand,
    at,
    change_everything,
    check_log,
    check_shown,
    check_understood,
    error_of,
    everything_shown,
    forget_reauth,
    plug_in_again,
    poll,
)

pytestmark = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


@pytest.fixture
async def car(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> VehicleCoordinator:
    """Set up a plugged-in car that waits for its schedule, with a value for each entity."""
    # In debug mode, asyncio measures each of thousands of callbacks.
    hass.loop.set_debug(False)
    live_an_evening(simulator, freezer)
    plug_in_again(simulator)
    freezer.tick(60)
    simulator.advance(0)
    simulator.backend.rules.ask_window_seconds = simulator.backend.rules.precondition_window_seconds = 0
    await set_up(hass, mock_config_entry)
    return mock_config_entry.runtime_data.vehicles[EXAMPLE_VIN]


@pytest.mark.parametrize("path", READS)
async def test_read_fails(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Keep the last values and the other parts, and recover with the next response."""
    before = everything_shown(hass)
    for name, rule in (WITHOUT_RESPONSE | UNREADABLE).items():
        simulator.faults.replace([at(path, rule)])
        await poll(hass, car)
        assert simulator.faults.rules[0].hits, name
        assert car.last_update_success, name
        check_shown(hass, before, name)
        check_log(caplog)
    simulator.faults.replace([])
    change_everything(simulator)
    await poll(hass, car)
    assert not [each for each, seen in everything_shown(hass).items() if seen == before[each]]
    check_log(caplog)


async def test_all_reads_fail(car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Fail the poll with a translated error, and keep all values."""
    before = everything_shown(car.hass)
    for name, rule in (WITHOUT_RESPONSE | UNREADABLE).items():
        simulator.faults.replace([{"path": "/api/*", **rule}])
        await poll(car.hass, car)
        assert not car.last_update_success, name
        assert isinstance(car.last_exception, HomeAssistantError)
        check_understood(car.last_exception)
        check_shown(car.hass, before, name)
        simulator.faults.replace([])
        await poll(car.hass, car)
        assert car.last_update_success, name
        check_shown(car.hass, before, name)
    check_log(caplog)


@pytest.mark.parametrize("path", READS)
async def test_incomplete_response(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Show at worst unknown, keep the other parts, and recover with the next response."""
    before = everything_shown(hass)
    for name, rule in SPOILED.items():
        simulator.faults.replace([at(path, rule)])
        await poll(hass, car)
        assert simulator.faults.rules[0].hits, name
        assert car.last_update_success, name
        seen = everything_shown(hass)
        assert STATE_UNAVAILABLE not in seen[path], name
        check_shown(hass, {**before, path: seen[path]}, name)
        check_log(caplog)
        simulator.faults.replace([])
        await poll(hass, car)
        check_shown(hass, before, name)
    check_log(caplog)


@pytest.mark.parametrize("path", ["/battery", "/charge/scheduler/onboard", "/settings/notification"])
async def test_empty_response(hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, path: str) -> None:
    """Keep what the car reported or a user set."""
    before = everything_shown(hass)
    assert STATE_UNKNOWN not in before[path]
    for name in ("empty", "null", "no fields", "wrong types", "an empty object"):
        simulator.faults.replace([at(path, SPOILED[name])])
        await poll(hass, car)
        check_shown(hass, before, name)


@pytest.mark.parametrize("rule", UNAUTHORISED.values(), ids=UNAUTHORISED)
async def test_unauthorized_read(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, rule: Rule
) -> None:
    """Renew the token, sign in once, start the reauthentication, and keep the values."""
    before = everything_shown(hass)
    for path in READS:
        simulator.faults.replace([at(path, rule)])
        simulator.log.entries.clear()
        await poll(hass, car)
        assert forget_reauth(hass)
        assert logins(simulator) <= 1
        check_shown(hass, before, path)
        simulator.faults.replace([])
        await poll(hass, car)
        assert car.last_update_success
    check_log(caplog)


async def test_expired_token(car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Renew it, and send the refused request again."""
    for path in READS:
        simulator.faults.replace([at(path, {"kind": "expired_token", "times": 1})])
        await poll(car.hass, car)
        assert simulator.faults.rules[0].hits == 1
        assert car.last_update_success
    for command in COMMANDS.values():
        simulator.faults.replace([at(command.path, {"kind": "expired_token", "times": 1}, command.verb)])
        simulator.log.entries.clear()
        await give(car.hass, car, command)
        assert arrivals(simulator, command) == 1
    assert not car.hass.config_entries.flow.async_progress()
    check_log(caplog)


async def settle(car: VehicleCoordinator, later: Later) -> None:
    """Wait until the result of the last command is known."""
    command = car.data.last_command
    if command is not None and not command.status.is_settled:
        await later(601)


def arrivals(simulator: Simulator, command: UserCommand) -> int:
    """Return how often the request of a command arrived with a valid token."""
    return sum(
        (entry.method, entry.path) == (command.verb, VEHICLE + command.path) and entry.status != 401
        for entry in simulator.log.entries
    )


async def give(hass: HomeAssistant, car: VehicleCoordinator, command: UserCommand) -> None:
    """Send a command as a user does."""
    domain, _, service = command.service.partition(".")
    target = {ATTR_ENTITY_ID: command.target}
    if domain == DOMAIN:
        target = {ATTR_DEVICE_ID: only_device(hass, car.config_entry)}
    await hass.services.async_call(domain, service, {**target, **command.data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
async def test_command_fails(
    car: VehicleCoordinator, simulator: Simulator, later: Later, caplog: pytest.LogCaptureFixture, command: UserCommand
) -> None:
    """Send it once at most, report the error, and accept it again afterwards."""
    for name, rule in COMMAND_FAULTS.items():
        simulator.faults.replace([at(command.path, rule, command.verb)])
        simulator.log.entries.clear()
        error = await error_of(give(car.hass, car, command))
        assert arrivals(simulator, command) == 1, name
        assert (error == "command_unanswered") is (name in UNANSWERED), name
        assert (error is None) is (name not in {*WITHOUT_RESPONSE, *EXPIRED_WITHOUT_401, *UNANSWERED}), name
        await settle(car, later)
        plug_in_again(simulator)
        assert arrivals(simulator, command) == 1, name
        simulator.faults.replace([])
        assert await error_of(give(car.hass, car, command)) is None, name
        assert arrivals(simulator, command) == 2, name
        await settle(car, later)
        plug_in_again(simulator)
        assert car.last_update_success, name
    check_log(caplog)


@pytest.mark.parametrize("rule", UNAUTHORISED.values(), ids=UNAUTHORISED)
async def test_unauthorized_command(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, rule: Rule
) -> None:
    """Start the reauthentication."""
    for command in COMMANDS.values():
        simulator.faults.replace([at(command.path, rule, command.verb)])
        simulator.log.entries.clear()
        assert await error_of(give(hass, car, command)) == "invalid_auth"
        assert arrivals(simulator, command) == 0
        assert logins(simulator) <= 1
        assert forget_reauth(hass)
        simulator.faults.replace([])
        await give(hass, car, command)
        assert arrivals(simulator, command) == 1
    check_log(caplog)


@pytest.mark.parametrize(("path", "name"), ASKED.items(), ids=ASKED.values())
async def test_action_that_reads(
    car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str, name: str
) -> None:
    """Return a response or a translated error."""
    for fault, rule in (WITHOUT_RESPONSE | UNREADABLE | SPOILED | UNAUTHORISED).items():
        simulator.faults.replace([at(path, rule)])
        error = await error_of(question(car.hass, car, name))
        assert simulator.faults.rules[0].hits, fault
        assert (error is None) is (fault in (READABLE_LISTS if path in LISTS else SPOILED)), fault
        assert forget_reauth(car.hass) is (fault in UNAUTHORISED)
        simulator.faults.replace([])
        await question(car.hass, car, name)
    check_log(caplog)


async def question(hass: HomeAssistant, car: VehicleCoordinator, name: str) -> None:
    """Call an action that reads."""
    target = {ATTR_DEVICE_ID: only_device(hass, car.config_entry)}
    response = await hass.services.async_call(DOMAIN, name, target, blocking=True, return_response=True)
    assert isinstance(response, dict)
