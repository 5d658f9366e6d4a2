"""The start and end of do not disturb, in the car's time zone."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import ALL_EMAIL, expect_error, live_an_evening, value
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PUT = "PUT /settings/notification"
START = "time.renault_z_e_do_not_disturb_start"
END = "time.renault_z_e_do_not_disturb_end"


async def test_default_hours(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Without hours on the server, the entities show a default."""
    assert (value(hass, START), value(hass, END)) == ("22:00:00", "07:00:00")


@pytest.mark.parametrize(
    ("entity", "at", "sent"),
    [
        (START, "21:05:00", {"start": "2105", "end": "0615"}),
        (END, "07:45:30", {"start": "2230", "end": "0745"}),
        (START, "00:00:00", {"start": "0000", "end": "0615"}),
    ],
)
@pytest.mark.usefixtures("evening")
async def test_while_on(car: Car, entity: str, at: str, sent: dict[str, str]) -> None:
    """The start or end changes on the server at once, without seconds; the other one stays."""
    await car.call("time.set_value", entity, time=at)
    assert car.commands == [(PUT, {**ALL_EMAIL, "do_not_disturb": sent})]
    assert car.value(entity) == f"{at[:5]}:00"
    assert car.value("sensor.renault_z_e_last_command") == "confirmed"


async def test_while_off(car: Car) -> None:
    """Nothing is sent, the switch stays off, and the time is shown."""
    await car.call("time.set_value", END, time="06:30:00")
    assert car.commands == []
    assert (car.value(START), car.value(END)) == ("22:00:00", "06:30:00")
    assert car.value("switch.renault_z_e_do_not_disturb") == "off"


async def test_set_elsewhere(car: Car, freezer: FrozenDateTimeFactory) -> None:
    """Hours set on the website are shown after the hourly read, independent of Home Assistant's time zone."""
    live_an_evening(car.simulator, freezer)
    await car.later(3601)
    assert (car.value(START), car.value(END)) == ("22:30:00", "06:15:00")


@pytest.mark.usefixtures("evening")
async def test_refused(car: Car) -> None:
    """A time that the server refuses is not shown."""
    car.simulator.faults.replace([{"kind": "status", "status": 400, "method": "PUT"}])
    with expect_error("rejected"):
        await car.call("time.set_value", START, time="20:00:00")
    assert car.value(START) == "22:30:00"
