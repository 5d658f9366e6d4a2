"""What comes next agrees with a run in progress, minute by minute around a departure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.formats import formatted
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, only_device, set_up, state, value
from tests.plan.planned import WORK, Later

pytestmark = pytest.mark.freeze_time("2026-11-19 06:55:00+00:00")

NEXT = "sensor.renault_z_e_next_preconditioning"
REASON = "sensor.renault_z_e_preconditioning_reason"
RUNNING = "binary_sensor.renault_z_e_preconditioning"
BUTTON = "button.renault_z_e_start_preconditioning"
IN_PROGRESS = {"running", "starting", "ordered"}
COMING = {"waiting_for_departure", "timer_in_the_car", "battery_low"}
RUN = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
type Start = Callable[[], Awaitable[None]]
PRESSED = [None, "07:05", "07:14", "07:16", "07:19", "07:29"]


@dataclass
class Morning:
    """The morning of a departure at 7:30, for which preconditioning starts at 7:20."""

    hass: HomeAssistant
    later: Later
    simulator: Simulator | MyRenaultSimulator
    has_timer: bool = False

    async def live(self, pressed: str | None, start: Start) -> int:
        """Start preconditioning once, check each minute, and return how many commands the plan has sent."""
        sent = 0
        while (now := dt_util.utcnow()).time() < time(7, 45):
            if pressed == f"{now:%H:%M}":
                await start()
            before, following = self.commands, self.check(now)
            await self.later(60)
            if self.commands > before:
                sent += 1
                assert abs(following - dt_util.utcnow()) <= MINUTE
        return sent

    @property
    def commands(self) -> int:
        """Return how many commands to precondition the server received."""
        paths = [each.path for each in self.simulator.log.entries if each.method == "POST"]
        return sum(path.endswith(("/air-conditioning", "/hvac-start")) for path in paths)

    def check(self, now: datetime) -> datetime:
        """Compare the next start with the reason, its time, and its sentence, and return it."""
        shown, reason = value(self.hass, NEXT), state(self.hass, REASON)
        following = datetime.fromisoformat(shown)
        at = reason.attributes["at"]
        told = f"{now:%H:%M}: next {shown}, {reason.state} since {at}, {reason.attributes['explanation']}"
        assert following > now, told
        if reason.state in COMING:
            assert at == following, told
            assert formatted(self.hass, following.time()) in reason.attributes["explanation"], told
        else:
            assert reason.state in IN_PROGRESS, told
            assert at is None or at <= now, told
            # The car's timer starts at its time; a command waits until the run is over.
            assert at is None or self.has_timer or at + RUN <= following + MINUTE, told
        running = self.hass.states.get(RUNNING)
        if running is not None:
            assert running.state == "off" or reason.state in IN_PROGRESS, told
        return following


@pytest.fixture
async def london_time(hass: HomeAssistant) -> None:
    """Set Home Assistant's time zone to the car's."""
    await hass.config.async_set_time_zone("Europe/London")


@pytest.fixture
def press(hass: HomeAssistant) -> Start:
    """Return a function that presses the user's button."""
    return lambda: call(hass, "button.press", BUTTON)


@pytest.mark.usefixtures("london_time")
@pytest.mark.parametrize("pressed", PRESSED)
@pytest.mark.parametrize("timer", [False, True], ids=["command", "timer"])
async def test_ze_services(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    later: Later,
    press: Start,
    pressed: str | None,
    timer: bool,
) -> None:
    """A run for the departure, by its command or the car's timer, and one that the user starts before."""
    simulator.vehicle().report_now()
    await set_up(hass, mock_config_entry)
    await ask(hass, "set_departure", only_device(hass, mock_config_entry), **WORK, robust=timer)
    sent = await Morning(hass, later, simulator, timer).live(pressed, press)
    assert sent == (0 if timer or pressed == "07:19" else 1)


@pytest.mark.usefixtures("london_time")
@pytest.mark.parametrize("pressed", PRESSED)
@pytest.mark.parametrize("app", [False, True], ids=["button", "app"])
async def test_my_renault(
    hass: HomeAssistant,
    renault_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    later: Later,
    press: Start,
    pressed: str | None,
    app: bool,
) -> None:
    """A run for the departure, and one that the user starts before in Home Assistant or in Renault's app."""
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    await ask(hass, "set_departure", only_device(hass, renault_entry), **WORK)

    async def start_in_the_app() -> None:
        renault.vehicle().precondition()

    await Morning(hass, later, renault).live(pressed, start_in_the_app if app else press)
