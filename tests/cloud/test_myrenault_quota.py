"""The request quota of an account with all its cars."""

import asyncio
from datetime import timedelta

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.renault_ze.cloud.exceptions import ThrottledError
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.myrenault.quota import RequestQuota
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import FIRST, NOW, SECOND, my_renault

HOUR = 3600


def spent(budget: RequestQuota, *, urgent: bool, before_command: bool = False) -> int:
    """Return how many requests are possible at once."""
    count = 0
    while True:
        try:
            budget.spend(urgent=urgent, before_command=before_command)
        except ThrottledError:
            return count
        count += 1


def spent_over(
    budget: RequestQuota, freezer: FrozenDateTimeFactory, hours: int, *, every: int, urgent: bool = False
) -> int:
    """Return how many of the requests in a fixed interval are possible."""
    passed = 0
    for _ in range(0, hours * HOUR, every):
        freezer.tick(every)
        try:
            budget.spend(urgent=urgent)
        except ThrottledError:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize(("share", "an_hour"), [(1.0, 12), (0.5, 6)])
def test_rate_without_commands(share: float, an_hour: int, freezer: FrozenDateTimeFactory) -> None:
    """After the saved requests, twelve an hour are possible, or half of it if the account is shared."""
    budget = RequestQuota(share=lambda: share)
    spent(budget, urgent=False)
    assert spent_over(budget, freezer, 10, every=60) == pytest.approx(10 * an_hour, abs=1)


def test_changed_share(freezer: FrozenDateTimeFactory) -> None:
    """Another program may start or stop to use the account."""
    shares = [1.0]
    budget = RequestQuota(share=lambda: shares[-1])
    shares.append(0.5)
    assert budget.reads_an_hour == 6
    assert spent(budget, urgent=True) == 24
    assert spent_over(budget, freezer, 10, every=60, urgent=True) == pytest.approx(60, abs=1)
    shares.append(1.0)
    assert spent_over(budget, freezer, 10, every=60, urgent=True) == pytest.approx(120, abs=1)


def test_reserve_for_commands(freezer: FrozenDateTimeFactory) -> None:
    """Half of the maximum is reserved."""
    budget = RequestQuota()
    assert spent(budget, urgent=False) == 24
    assert spent(budget, urgent=True) == 24


def test_at_most_sixty_an_hour(freezer: FrozenDateTimeFactory) -> None:
    """As many as Home Assistant's own integration uses."""
    assert spent_over(RequestQuota(), freezer, 1, every=1, urgent=True) <= 60


def test_wait_for_the_next_request(freezer: FrozenDateTimeFactory) -> None:
    """One part that waits does not delay the others for longer."""
    budget = RequestQuota()
    spent(budget, urgent=True)
    with pytest.raises(ThrottledError) as caught:
        budget.spend(urgent=True)
    assert caught.value.retry_after == timedelta(minutes=5)


def test_pause_applies_to_commands(freezer: FrozenDateTimeFactory) -> None:
    """The server has asked for it."""
    budget = RequestQuota()
    freezer.tick(60)
    assert budget.pause() == timedelta(minutes=15)
    freezer.tick(899)
    with pytest.raises(ThrottledError) as caught:
        budget.spend(urgent=True)
    assert caught.value.retry_after == timedelta(seconds=1)
    freezer.tick(1)
    budget.spend(urgent=False)


async def test_polls_stop_before_commands(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Both cars share one quota, and a command with its polls is always possible."""
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    spent(cloud._session._quota, urgent=False)
    for vin in (FIRST, SECOND):
        assert await cloud.battery(vin), "a car nothing is known of yet is no idle reading"
    freezer.tick(60)
    for vin in (FIRST, SECOND):
        with pytest.raises(ThrottledError, match="request limit"):
            await cloud.battery(vin)
    await cloud.start_charge(FIRST)
    renault.advance(60)
    assert await cloud.battery(FIRST)


async def test_reads_before_a_command(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """They may use the reserve for two minutes, for this car only."""
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    for vin in (FIRST, SECOND):
        await cloud.battery(vin)
    spent(cloud._session._quota, urgent=False)
    freezer.tick(60)
    cloud.expect_command(FIRST)
    assert await cloud.battery(FIRST)
    with pytest.raises(ThrottledError, match="request limit"):
        await cloud.battery(SECOND)
    freezer.tick(120)
    with pytest.raises(ThrottledError, match="request limit"):
        await cloud.battery(FIRST)


async def test_one_request_at_a_time(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Kamereon never gets two at once."""
    await adapter.account(max_age=NOW)
    renault.faults.replace([{"kind": "delay", "seconds": 0.05, "path": "*battery-status"}])
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(adapter.battery(FIRST), adapter.battery(SECOND))
    assert loop.time() - began >= 0.1


def test_command_without_requests_left(freezer: FrozenDateTimeFactory) -> None:
    """Some are possible, and are missing for the reads of the next hour."""
    budget = RequestQuota()
    spent(budget, urgent=True)
    for _ in range(6):
        budget.spend(urgent=True, command=True)
    with pytest.raises(ThrottledError):
        budget.spend(urgent=True, command=True)
    assert spent_over(budget, freezer, 1, every=60, urgent=True) == 12 - 6


@pytest.mark.parametrize(("cars", "passed"), [(1, 44), (3, 36), (9, 24)])
def test_optional_reads_leave_requests_for_commands(cars: int, passed: int, freezer: FrozenDateTimeFactory) -> None:
    """They leave two commands and two polls for each car, but at least what polls may use."""
    budget = RequestQuota()
    budget.cars = cars
    assert spent(budget, urgent=False, before_command=True) == passed
