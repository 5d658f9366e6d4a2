"""Actions without a device, which is enough while there is only one car."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Simulator
from tests.common import ask, expect_error, received_commands, set_up
from tests.lifecycle.accounts import own
from tests.plan.planned import EVERY_DAY, WARM, Car

SECOND_VIN = "VF1AGVYF0ZE000002"


async def test_only_car(car: Car) -> None:
    """The command reaches it."""
    car.simulator.vehicle().car.unplug()
    await ask(car.hass, "precondition")
    assert car.commands == [WARM]


async def test_two_cars(hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator) -> None:
    """An error asks to select one, and nothing is sent."""
    own(simulator, EXAMPLE_VIN, SECOND_VIN)
    await set_up(hass, mock_config_entry)
    with expect_error("select_a_car", ServiceValidationError):
        await ask(hass, "precondition")
    assert received_commands(simulator) == []


async def test_no_car(car: Car) -> None:
    """An error says where to look."""
    await car.unload()
    with expect_error("no_car_loaded", ServiceValidationError):
        await ask(car.hass, "get_plan")


@pytest.mark.parametrize("days", ["every_day", ["every_day"], ["sun", "every_day"]])
async def test_every_day(car: Car, days: str | list[str]) -> None:
    """It means all seven days."""
    departure = await ask(car.hass, "set_departure", name="Work", time="07:30", days=days)
    assert departure["days"] == EVERY_DAY
    plan = await ask(car.hass, "set_charge_windows", windows=[{"days": days, "start": "01:00", "end": "05:00"}])
    assert [each["day"] for each in plan["windows"]] == EVERY_DAY
