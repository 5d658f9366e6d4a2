"""A preconditioning car gets no second command, and the error says how long to wait, if known."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, received_commands, set_up, state, value
from tests.conftest import Later
from tests.plan.planned import EVERY_DAY, PLAN, WARM, WORK, Until

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

START = "button.renault_z_e_start_preconditioning"
COMMAND = "sensor.renault_z_e_last_command"
ALREADY = "The car is already preconditioning. Wait until it has finished"


async def pressed(hass: HomeAssistant) -> str | None:
    """Press the button, and return what the owner is told, None for success."""
    try:
        await call(hass, "button.press", START)
    except HomeAssistantError as err:
        return str(err)
    return None


async def test_second_press_during_preconditioning(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later
) -> None:
    """It is not sent, and no command fails; afterwards it is."""
    assert await pressed(hass) is None
    await later(31, times=2)
    assert value(hass, COMMAND) == "confirmed"
    for _ in range(2):
        assert await pressed(hass) == ALREADY
        await later(110)
    assert (received_commands(simulator), value(hass, COMMAND)) == ([WARM], "confirmed")
    await later(60)
    assert await pressed(hass) is None
    assert received_commands(simulator) == [WARM, WARM]


async def test_long_preconditioning(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, later: Later
) -> None:
    """The duration is an option."""
    hass.config_entries.async_update_entry(init_integration, options={"run_length": 20})
    await hass.config_entries.async_reload(init_integration.entry_id)
    await pressed(hass)
    await later(31)
    await later(1100)
    assert await pressed(hass) == ALREADY
    await later(110)
    assert await pressed(hass) is None
    assert received_commands(simulator) == [WARM, WARM]


async def test_preconditioning_started_elsewhere(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later
) -> None:
    """The read before the command detects it."""
    simulator.vehicle().precondition()
    await later(60)
    assert await pressed(hass) == ALREADY
    assert received_commands(simulator) == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "Too many requests. Try again in a few minutes"),
        ({"retry_after": "240"}, "Too many requests. Try again in 4 min"),
    ],
    ids=["no wait", "its own wait"],
)
async def test_server_errors(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later, asked: dict[str, str], error: str
) -> None:
    """Unreadable data do not prevent a command; only a requested wait is reported."""
    simulator.vehicle().precondition()
    await later(60)
    rule = {"kind": "status", "status": 503, "message": "a.b.TooSoonException", **asked}
    reads: dict[str, Any] = {"kind": "status", "status": 500, "method": "GET", "path": "*/air-conditioning*"}
    simulator.faults.replace([reads, {**rule, "method": "POST", "path": "*/air-conditioning"}])
    assert await pressed(hass) == error
    assert received_commands(simulator) == [WARM]
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("failed", "throttled")
    event = state(hass, "event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("failed", "throttled")


@pytest.mark.parametrize(
    ("begun", "sent", "said"),
    [("07:19:30", [], ["ready"]), ("07:17", [WARM], ["ready"])],
    ids=["for the departure", "too early"],
)
async def test_departure_after_a_start_elsewhere(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    plan_events: list[str],
    begun: str,
    sent: list[Any],
    said: list[str],
) -> None:
    """Preconditioning that lasts until the departure is enough; otherwise a command follows."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until(begun)
    simulator.vehicle().precondition()
    await until("07:20")
    assert received_commands(simulator) == []
    await until("07:23")
    assert received_commands(simulator) == sent
    await until("08:00")
    assert (received_commands(simulator), plan_events) == (sent, said)


@pytest.fixture
async def second(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> str:
    """Set up a car at MY Renault that says whether it preconditions, and return its device."""
    await hass.config.async_set_time_zone("UTC")
    renault.vehicle().car.fill(80)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(device_registry, renault_entry.entry_id)
    return device.id


def starts(renault: MyRenaultSimulator) -> int:
    """Return how often the car at MY Renault was told to precondition."""
    return len([each for each in renault.log.entries if each.path.endswith("actions/hvac-start")])


async def test_preconditioning_cabin(
    hass: HomeAssistant, renault: MyRenaultSimulator, second: str, later: Later
) -> None:
    """Nothing is sent until the car reports its end, even if it takes longer than usual."""
    renault.vehicle().precondition()
    await later(60)
    assert await pressed(hass) == ALREADY
    assert starts(renault) == 0
    renault.vehicle().car.preconditioning_until = None
    renault.vehicle().car.apply_due_changes()
    await later(60)
    assert await pressed(hass) is None
    await later(43, times=3)
    assert value(hass, COMMAND) == "confirmed"
    renault.vehicle().car.preconditioning_until = None
    renault.vehicle().car.apply_due_changes()
    await later(60)
    assert await pressed(hass) is None
    assert starts(renault) == 2


async def test_departure_with_a_preconditioning_cabin(
    hass: HomeAssistant, renault: MyRenaultSimulator, second: str, later: Later
) -> None:
    """The plan sends nothing, and reports the departure as ready."""
    await ask(hass, "set_departure", second, name="Work", time="19:00", days=EVERY_DAY)
    await later(60, times=19)
    renault.vehicle().precondition()
    await later(30, times=30)
    assert starts(renault) == 0
    assert state(hass, PLAN).attributes["event_type"] == "ready"


async def test_quota_pause_at_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, second: str, later: Later
) -> None:
    """The error says to wait for a quarter of an hour."""
    await later(timedelta(hours=2).total_seconds())
    renault.faults.add({"kind": "rate_limit", "status": 429, "method": "POST", "path": "*/actions/*"})
    assert await pressed(hass) == "Too many requests. Try again in 15 min"
    assert state(hass, COMMAND).attributes["reason"] == "throttled"
