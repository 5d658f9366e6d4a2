"""Cheapest hours with a car that has one charge window, at one time on all days, and limits of its own."""

from collections.abc import AsyncIterator

import pytest

from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.models import MODEL_NAMES
from tests.prices.homes import WEDNESDAY, Home, show_prices

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 12:30:00+00:00"),
    pytest.mark.parametrize("home", ["MY Renault"], indirect=True),
]


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve MY Renault with a Renault 5."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: MODEL_NAMES["R5"]})
    await simulator.start()
    yield simulator
    await simulator.stop()


def window(home: Home) -> tuple[str, int]:
    """Return start and duration of the charge window in the settings of the car."""
    settings = home.vehicle.ev_settings
    return settings["chargeTimeStart"], settings["chargeDuration"]


async def test_cheapest_hours(home: Home) -> None:
    """The car charges in the cheapest hours to its own limit, and the main window is back in the morning."""
    assert window(home) == ("23:00", 450)
    levels = await home.until("2026-11-19T08:00")
    assert levels["19 02:00"] < 61
    assert levels["19 06:00"] == pytest.approx(80, abs=1)
    assert window(home) == ("23:00", 450)
    assert [each["programActivationStatus"] for each in home.vehicle.ev_settings["programs"]] == [True, False, False]


async def test_prices_are_never_published(home: Home) -> None:
    """Charge in the main window, and send nothing."""
    show_prices(home.hass, WEDNESDAY, [0.3] * 24)
    await home.reload()
    levels = await home.until("2026-11-19T06:30")
    assert levels["19 06:00"] == pytest.approx(80, abs=1)
    assert window(home) == ("23:00", 450)
