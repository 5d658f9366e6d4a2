"""A preconditioning car gets no second command, and the error says how long to wait, if known."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, state, value
from tests.plan.planned import EVERY_DAY, PLAN, WARM, WORK, Car, Later

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


async def test_second_press_during_preconditioning(car: Car) -> None:
    """It is not sent, and no command fails; afterwards it is."""
    assert await pressed(car.hass) is None
    await car.later(31, times=2)
    assert car.value(COMMAND) == "confirmed"
    for _ in range(2):
        assert await pressed(car.hass) == ALREADY
        await car.later(110)
    assert (car.commands, car.value(COMMAND)) == ([WARM], "confirmed")
    await car.later(60)
    assert await pressed(car.hass) is None
    assert car.commands == [WARM, WARM]


async def test_long_preconditioning(car: Car) -> None:
    """The duration is an option."""
    car.hass.config_entries.async_update_entry(car.entry, options={"run_length": 20})
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await pressed(car.hass)
    await car.later(31)
    await car.later(1100)
    assert await pressed(car.hass) == ALREADY
    await car.later(110)
    assert await pressed(car.hass) is None
    assert car.commands == [WARM, WARM]


async def test_preconditioning_started_elsewhere(car: Car) -> None:
    """The read before the command detects it."""
    car.simulator.vehicle().precondition()
    await car.later(60)
    assert await pressed(car.hass) == ALREADY
    assert car.commands == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "Too many requests. Try again in a few minutes"),
        ({"retry_after": "240"}, "Too many requests. Try again in 4 min"),
    ],
    ids=["no wait", "its own wait"],
)
async def test_server_errors(car: Car, asked: dict[str, str], error: str) -> None:
    """Unreadable data do not prevent a command; only a requested wait is reported."""
    car.simulator.vehicle().precondition()
    await car.later(60)
    rule = {"kind": "status", "status": 503, "message": "a.b.TooSoonException", **asked}
    reads: dict[str, Any] = {"kind": "status", "status": 500, "method": "GET", "path": "*/air-conditioning*"}
    car.simulator.faults.replace([reads, {**rule, "method": "POST", "path": "*/air-conditioning"}])
    assert await pressed(car.hass) == error
    assert car.commands == [WARM]
    assert (car.value(COMMAND), car.state(COMMAND).attributes["reason"]) == ("failed", "throttled")
    event = car.state("event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("failed", "throttled")


@pytest.mark.parametrize(
    ("begun", "sent", "said"),
    [("07:19:30", [], ["ready"]), ("07:17", [WARM], ["ready"])],
    ids=["for the departure", "too early"],
)
async def test_departure_after_a_start_elsewhere(car: Car, begun: str, sent: list[Any], said: list[str]) -> None:
    """Preconditioning that lasts until the departure is enough; otherwise a command follows."""
    await car.ask("set_departure", **WORK)
    await car.until(begun)
    car.simulator.vehicle().precondition()
    await car.until("07:20")
    assert car.commands == []
    await car.until("07:23")
    assert car.commands == sent
    await car.until("08:00")
    assert (car.commands, car.plan_events) == (sent, said)


@pytest.fixture
async def second(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> str:
    """Set up a car at MY Renault that says whether it preconditions, and return its device."""
    await hass.config.async_set_time_zone("UTC")
    renault.vehicle().car.fill(80)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    return only_device(hass, renault_entry)


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
