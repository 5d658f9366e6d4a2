"""Do not disturb when it is changed elsewhere at the same time, and hours that are refused."""

from collections.abc import Awaitable, Callable
from datetime import time
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator
from simulator.world.notifications import DoNotDisturb, Settings
from tests.common import ALL_EMAIL, ask, call, expect_error, received_commands, value
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PUT = "PUT /settings/notification"
QUIET = "switch.renault_z_e_do_not_disturb"
START, END = "time.renault_z_e_do_not_disturb_start", "time.renault_z_e_do_not_disturb_end"

type Elsewhere = Callable[[DoNotDisturb | None], None]


@pytest.fixture
def elsewhere(simulator: Simulator) -> Elsewhere:
    """Return a function that changes the hours on the website."""

    def change(silence: DoNotDisturb | None) -> None:
        simulator.vehicle().records.outbox.settings = Settings(do_not_disturb=silence)

    return change


@pytest.fixture
async def with_hours(hass: HomeAssistant, device_id: str, simulator: Simulator) -> None:
    """Set do not disturb from 10:30 PM to 6:15 AM."""
    await ask(hass, "set_notifications", device_id, do_not_disturb={"start": "22:30", "end": "06:15"})
    simulator.log.entries.clear()


def written(simulator: Simulator) -> list[Any]:
    """Return the hours that were sent."""
    assert {order for order, _ in received_commands(simulator)} <= {PUT}
    return [body["do_not_disturb"] for _, body in received_commands(simulator)]


@pytest.mark.usefixtures("with_hours")
async def test_the_other_time_stays_as_set_elsewhere(
    hass: HomeAssistant, simulator: Simulator, elsewhere: Elsewhere
) -> None:
    """It is not reset to the value of the last read."""
    elsewhere(DoNotDisturb(time(22, 30), time(5)))
    await call(hass, "time.set_value", START, time="21:05:00")
    assert written(simulator) == [{"start": "2105", "end": "0500"}]
    assert (value(hass, START), value(hass, END)) == ("21:05:00", "05:00:00")


@pytest.mark.usefixtures("with_hours")
async def test_turned_off_elsewhere(hass: HomeAssistant, simulator: Simulator, elsewhere: Elsewhere) -> None:
    """A changed time does not turn it on again."""
    elsewhere(None)
    await call(hass, "time.set_value", START, time="21:05:00")
    assert written(simulator) == [None]
    assert value(hass, QUIET) == "off"


@pytest.mark.usefixtures("init_integration")
async def test_turned_on_elsewhere(hass: HomeAssistant, simulator: Simulator, elsewhere: Elsewhere) -> None:
    """Turning it on does not change hours set on the website."""
    elsewhere(DoNotDisturb(time(23, 15), time(5)))
    await call(hass, "switch.turn_on", QUIET)
    assert written(simulator) == [{"start": "2315", "end": "0500"}]


@pytest.mark.usefixtures("with_hours")
async def test_last_hours_are_used_again(hass: HomeAssistant, simulator: Simulator, elsewhere: Elsewhere) -> None:
    """Hours set elsewhere just before it is turned off are remembered."""
    elsewhere(DoNotDisturb(time(23, 15), time(5)))
    await call(hass, "switch.turn_off", QUIET)
    await call(hass, "switch.turn_on", QUIET)
    assert written(simulator) == [None, {"start": "2315", "end": "0500"}]


def by_time(entity: str, at: str) -> Callable[[HomeAssistant, str], Awaitable[object]]:
    """Return a function that sets the start or end."""
    return lambda hass, _: call(hass, "time.set_value", entity, time=at)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        by_time(START, "07:00:00"),
        lambda hass, device: ask(
            hass, "set_notifications", device, do_not_disturb={"start": "07:00:10", "end": "07:00:50"}
        ),
    ],
    ids=["by an edge", "by the action"],
)
async def test_equal_start_and_end_are_refused(
    car: Car, on: bool, change: Callable[[HomeAssistant, str], Awaitable[object]]
) -> None:
    """Their meaning is unknown: a whole day or nothing."""
    if on:
        await car.call("switch.turn_on", QUIET)
        car.simulator.log.entries.clear()
    with expect_error("do_not_disturb_empty"):
        await change(car.hass, car.device_id)
    assert car.commands == []
    assert (car.value(START), car.value(END)) == ("22:00:00", "07:00:00")


async def test_seconds_are_dropped(car: Car) -> None:
    """The action is confirmed, although the server stores minutes."""
    quiet = {"start": "22:15:30", "end": "06:45:59"}
    response = await car.ask("set_notifications", do_not_disturb=quiet)
    assert written(car.simulator) == [{"start": "2215", "end": "0645"}]
    assert response["status"] == "confirmed"


async def test_equal_start_and_end_on_the_server(car: Car, elsewhere: Elsewhere) -> None:
    """They do not prevent other changes."""
    elsewhere(DoNotDisturb(time(7), time(7)))
    await car.call("select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    silence = {"start": "0700", "end": "0700"}
    assert car.commands == [(PUT, {**ALL_EMAIL, "charge_end": "NONE", "do_not_disturb": silence})]
