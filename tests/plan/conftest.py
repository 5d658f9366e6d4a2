"""The example car with a plan in Home Assistant."""

from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator
from tests.plan.planned import Car, Until


@pytest.fixture
def car(hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, plan_events: list[str]) -> Car:
    """Return the example car."""
    return Car(hass, device_id, simulator, until, plan_events)
