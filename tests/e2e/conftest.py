"""A Home Assistant that the tests of a module share, because it starts slowly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from home.home_assistant import HomeAssistant
from home.processes import free_port
from home.simulator import Simulator
from tests.e2e.house import House


@pytest.fixture(autouse=True)
def real_sockets() -> None:
    """Allow connections to the processes on this machine."""
    # The plugin forbids sockets anew before each test.
    pytest_socket.enable_socket()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start an onboarded Home Assistant without a car, and the simulator."""
    pytest_socket.enable_socket()
    folder: Path = tmp_path_factory.mktemp("home")
    house = House(HomeAssistant(folder, free_port()), Simulator(folder, free_port()))
    try:
        house.hass.prepare()
        house.simulator.start()
        house.hass.start()
        yield house
    finally:
        pytest_socket.enable_socket()
        house.stop()
