"""Fixtures that run each test with each cloud."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.contract.sides import SIDES, Side


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Side:
    """Return a cloud."""
    return SIDES[request.param]()


@pytest.fixture
async def simulator(side: Side, socket_enabled: None) -> AsyncIterator[Simulator]:
    """Serve the cloud's car, which is waiting for its charge schedule."""
    side.stand_ready()
    await side.simulator.start()
    yield side.simulator
    await side.simulator.stop()


@pytest.fixture
def mock_config_entry(hass: HomeAssistant, side: Side, simulator: Simulator) -> MockConfigEntry:
    """Return an entry for the cloud's account."""
    # In debug mode, asyncio stores the stack of each task, which takes as long as the tests.
    hass.loop.set_debug(False)
    return side.entry()
