"""Windows take turns in a car whose account has used up the requests for idle polls."""

from collections.abc import AsyncIterator
from contextlib import suppress
import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.exceptions import ThrottledError
from custom_components.renault_ze.cloud.myrenault.quota import RequestQuota
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, only_device, set_up, value
from tests.plan.planned import NIGHT, NOON, PLAN, Later

AFTERNOON = {"days": NOON["days"], "start": "15:00", "end": "16:00"}

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve MY Renault with a first-generation car, which holds one window a day."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: X101VE})
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


def use_up(budget: RequestQuota) -> None:
    """Send as many requests as idle polls may use."""
    with suppress(ThrottledError):
        while True:
            budget.spend(urgent=False)


async def test_each_window_is_sent(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The read before a charge schedule is sent counts as part of the command, for which the quota has a reserve."""
    await hass.config.async_set_time_zone("Europe/London")
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT, NOON, AFTERNOON])
    budget = renault_entry.runtime_data.cloud._session._quota
    on_board = set()
    for _ in range(22 * 12):
        await later(300)
        use_up(budget)
        on_board |= {each.start.hour for each in renault.vehicle().car.schedule.week.programs[0].windows}
    assert on_board == {1, 12, 15}
    assert value(hass, PLAN) == "unknown"
    # A skipped poll is not a problem, so it is not logged.
    ours = [each for each in caplog.records if each.name.startswith("custom_components")]
    assert not [each.getMessage() for each in ours if each.levelno >= logging.WARNING]
    assert renault_entry.runtime_data.vehicles[EXAMPLE_VIN].last_update_success
