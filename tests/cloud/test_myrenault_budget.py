"""What an account may ask in an hour, with all its cars."""

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
    """Return how many requests pass at once."""
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
    """Return how many of the requests made every so many seconds pass."""
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
def test_idle_reading_keeps_a_pace(share: float, an_hour: int, freezer: FrozenDateTimeFactory) -> None:
    """After what was saved is gone, twelve an hour pass, or half of it beside another program."""
    budget = RequestQuota(share=lambda: share)
    spent(budget, urgent=False)
    assert spent_over(budget, freezer, 10, every=60) == pytest.approx(10 * an_hour, abs=1)


def test_share_is_the_one_of_now(freezer: FrozenDateTimeFactory) -> None:
    """Another program may begin to ask for the same account, and end."""
    shares = [1.0]
    budget = RequestQuota(share=lambda: shares[-1])
    shares.append(0.5)
    assert budget.reads_an_hour == 6
    assert spent(budget, urgent=True) == 24
    assert spent_over(budget, freezer, 10, every=60, urgent=True) == pytest.approx(60, abs=1)
    shares.append(1.0)
    assert spent_over(budget, freezer, 10, every=60, urgent=True) == pytest.approx(120, abs=1)


def test_orders_find_what_idle_reading_has_left(freezer: FrozenDateTimeFactory) -> None:
    """Half of what can be saved is theirs."""
    budget = RequestQuota()
    assert spent(budget, urgent=False) == 24
    assert spent(budget, urgent=True) == 24


def test_no_hour_has_more_than_sixty(freezer: FrozenDateTimeFactory) -> None:
    """That is what Home Assistant's own integration asks, and was served."""
    assert spent_over(RequestQuota(), freezer, 1, every=1, urgent=True) <= 60


def test_wait_is_that_for_one_more_request(freezer: FrozenDateTimeFactory) -> None:
    """So that one part of a car that has to wait does not make all the others wait longer."""
    budget = RequestQuota()
    spent(budget, urgent=True)
    with pytest.raises(ThrottledError) as caught:
        budget.spend(urgent=True)
    assert caught.value.retry_after == timedelta(minutes=5)


def test_pause_holds_for_orders_too(freezer: FrozenDateTimeFactory) -> None:
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


async def test_idle_reading_is_spared_before_orders_are(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """One budget for both cars, and an order with what follows it always finds its way."""
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


async def test_what_an_order_rests_on_is_read_in_any_case(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """It counts as part of the order for two minutes, and for that car only."""
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


async def test_requests_are_made_one_by_one(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Kamereon is not asked two things at once."""
    await adapter.account(max_age=NOW)
    renault.faults.replace([{"kind": "delay", "seconds": 0.05, "path": "*battery-status"}])
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(adapter.battery(FIRST), adapter.battery(SECOND))
    assert loop.time() - began >= 0.1


def test_order_may_be_sent_when_nothing_is_left(freezer: FrozenDateTimeFactory) -> None:
    """A few of them, which are missing to the reads of the next hour."""
    budget = RequestQuota()
    spent(budget, urgent=True)
    for _ in range(6):
        budget.spend(urgent=True, command=True)
    with pytest.raises(ThrottledError):
        budget.spend(urgent=True, command=True)
    assert spent_over(budget, freezer, 1, every=60, urgent=True) == 12 - 6


@pytest.mark.parametrize(("cars", "passed"), [(1, 44), (3, 36), (9, 24)])
def test_look_that_can_be_done_without_leaves_what_orders_need(
    cars: int, passed: int, freezer: FrozenDateTimeFactory
) -> None:
    """An order, a look and both again for each car, but never less than idle reading may have."""
    budget = RequestQuota()
    budget.cars = cars
    assert spent(budget, urgent=False, before_command=True) == passed
