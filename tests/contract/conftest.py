"""Fixtures that run each test with each cloud."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.contract.clouds import CLOUDS, CloudUnderTest


@pytest.fixture(params=CLOUDS)
def cloud_under_test(request: pytest.FixtureRequest) -> CloudUnderTest:
    """Return a cloud."""
    return CLOUDS[request.param]()


@pytest.fixture
async def simulator(cloud_under_test: CloudUnderTest, socket_enabled: None) -> AsyncIterator[Simulator]:
    """Serve the cloud's car, which is waiting for its charge schedule."""
    cloud_under_test.prepare_car()
    await cloud_under_test.simulator.start()
    yield cloud_under_test.simulator
    await cloud_under_test.simulator.stop()


@pytest.fixture
def mock_config_entry(hass: HomeAssistant, cloud_under_test: CloudUnderTest, simulator: Simulator) -> MockConfigEntry:
    """Return an entry for the cloud's account."""
    # In debug mode, asyncio measures each of thousands of callbacks.
    hass.loop.set_debug(False)
    return cloud_under_test.entry()
