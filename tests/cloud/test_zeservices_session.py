"""How long a login lasts, against the simulator: renewed ahead, after a 401, over restarts, by many at once."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RejectedError,
)
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Restriction, Simulator
from tests.cloud.conftest import Wait
from tests.cloud.endpoints import HOUR, LIFETIME, NOW, PASSWORD, VIN, asked, steps


async def outcome(call: Any) -> type[BaseException] | None:
    """Return the kind of failure of a call, None for success."""
    try:
        await call
    except CloudError as err:
        return type(err)
    return None


async def test_one_login_serves_all(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """As long as its token lasts."""
    await cloud.account(max_age=HOUR)
    for _ in range(3):
        await cloud.battery(VIN)
        await cloud.disable_charge_schedule(VIN)
    assert asked(simulator) == {"login": 1, "battery": 3, "onboard": 3}


async def test_token_is_renewed_a_minute_ahead(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """Not before, and so that the server never has to refuse it."""
    await cloud.battery(VIN)
    wait(LIFETIME[generation] - 65)
    await cloud.battery(VIN)
    assert asked(simulator) == {"login": 1, "battery": 2}
    wait(10)
    await cloud.battery(VIN)
    assert steps(simulator)[3:] == [("refresh", 200), ("battery", 200)]


async def test_renewals_follow_each_other(cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait) -> None:
    """In the second generation each with the cookie the one before brought."""
    await cloud.battery(VIN)
    for _ in range(4):
        wait(LIFETIME[generation] - 30)
        await cloud.battery(VIN)
    assert asked(simulator) == {"login": 1, "refresh": 4, "battery": 5}
    assert {status for _, status in steps(simulator)} == {200}
    renewals = [entry for entry in simulator.log.entries if entry.path.endswith("/refresh")]
    cookies = {entry.headers.get("Cookie") for entry in renewals}
    assert (len(cookies), {tuple(entry.auth) for entry in renewals}) == (
        (4, {("xsrf", "cookie")}) if generation == 2 else (1, {("bearer",)})
    )


async def test_expired_token_is_renewed_long_after(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """As after a night without a network."""
    await cloud.battery(VIN)
    wait(10 * LIFETIME[generation])
    await cloud.battery(VIN)
    assert steps(simulator)[2:] == [("refresh", 200), ("battery", 200)]


async def test_refused_token_is_renewed_once(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """A read and an order are then served, each having been refused unread."""
    await cloud.battery(VIN)
    simulator.clock.skew_seconds = LIFETIME[generation] + 1
    await cloud.battery(VIN)
    simulator.clock.skew_seconds *= 2
    await cloud.start_charge(VIN)
    assert steps(simulator)[2:] == [
        ("battery", 401),
        ("refresh", 200),
        ("battery", 200),
        ("charge", 401),
        ("refresh", 200),
        ("charge", 202),
    ]


@pytest.mark.parametrize("skew", [-86_400, 86_400])
async def test_skewed_clocks_cost_nothing(
    cloud: ZeServices, simulator: Simulator, generation: int, skew: float, wait: Wait
) -> None:
    """Only the length of a token's life is believed, not its instants."""
    simulator.clock.skew_seconds = skew
    for _ in range(3):
        await cloud.battery(VIN)
        wait(LIFETIME[generation] / 4)
    assert asked(simulator) == {"login": 1, "battery": 3}
    wait(LIFETIME[generation] / 4)
    await cloud.battery(VIN)
    assert steps(simulator)[4:] == [("refresh", 200), ("battery", 200)]


async def test_lost_session_is_replaced_by_a_login(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """A server that was restarted knows neither the token's expiry nor what renews it."""
    await cloud.battery(VIN)
    simulator.backend.tokens.sessions.clear()
    simulator.clock.skew_seconds = LIFETIME[generation] + 1
    await cloud.start_charge(VIN)
    assert steps(simulator)[2:] == [("charge", 401), ("refresh", 401), ("login", 200), ("charge", 202)]


async def test_many_at_once_log_in_once(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """And renew once: whether the token is due or was refused to all of them."""
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert asked(simulator) == {"login": 1, "battery": 20}
    simulator.clock.skew_seconds = LIFETIME[generation] + 1
    simulator.log.entries.clear()
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert asked(simulator)["refresh"] == 1
    assert asked(simulator)["login"] == 0
    assert Counter(steps(simulator))["battery", 200] == 20


async def test_many_at_once_renew_a_due_token_once(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """None of them has to be refused first."""
    await cloud.battery(VIN)
    wait(LIFETIME[generation] - 30)
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert asked(simulator) == {"login": 1, "refresh": 1, "battery": 21}
    assert {status for _, status in steps(simulator)} == {200}


async def test_many_at_once_share_a_refusal(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """A changed password is tried once, not once for each that waits; each learns of it."""
    await cloud.battery(VIN)
    simulator.account.password = "changed"
    simulator.log.entries.clear()
    refusals = await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in refusals} == {AuthenticationError}
    assert len({id(each) for each in refusals}) == 20, "one exception is raised at several places"
    assert asked(simulator) == {"battery": 20, "refresh": 1, "login": 1}


async def test_refused_credentials_cost_one_login_a_call(cloud: ZeServices, simulator: Simulator) -> None:
    """And the right ones are taken at once."""
    await cloud.battery(VIN)
    simulator.account.password = "changed"
    for _ in range(3):
        assert await outcome(cloud.battery(VIN)) is AuthenticationError
    assert steps(simulator)[2:] == [("battery", 401), ("refresh", 401), ("login", 401), ("login", 401), ("login", 401)]
    simulator.account.password = PASSWORD
    assert await cloud.battery(VIN)


async def test_late_word_of_an_old_token_spoils_no_new_one(cloud: ZeServices, simulator: Simulator, wait: Wait) -> None:
    """An order is told that its token had expired when another had long taken its place."""
    await cloud.battery(VIN)
    wait(60)
    expired = {"kind": "status", "status": 200, "code": 403852, "message": "a.ExpiredToken", "path": "*/charge"}
    late = {"kind": "delay", "seconds": 0.5, "path": "*/charge"}
    simulator.faults.replace([late, expired, {"kind": "expired_token", "path": "*/battery", "times": 1}])
    order = asyncio.create_task(outcome(cloud.start_charge(VIN)))
    await asyncio.sleep(0.1)
    await cloud.battery(VIN)
    assert await order is RejectedError
    await cloud.battery(VIN)
    assert asked(simulator) == {"login": 1, "battery": 4, "charge": 1, "refresh": 1}


async def test_country_that_moves_is_learnt_at_renewal(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """Without a login that would say the same."""
    await cloud.battery(VIN)
    simulator.account.restriction = Restriction.EVERYWHERE
    simulator.faults.add({"kind": "status", "path": "*/refresh", "status": 403, "code": 403900})
    wait(LIFETIME[generation])
    assert await outcome(cloud.battery(VIN)) is CountryMovedError
    assert asked(simulator) == {"login": 1, "battery": 1, "refresh": 1}


async def test_account_is_as_old_as_the_login(cloud: ZeServices, simulator: Simulator, wait: Wait) -> None:
    """Only a login tells of the account; a renewal does not make it younger."""
    await cloud.account(max_age=HOUR)
    wait(1800)
    await cloud.battery(VIN)
    await cloud.account(max_age=HOUR)
    assert asked(simulator) == {"login": 1, "refresh": 1, "battery": 1}
    wait(1801)
    simulator.account.vins.append("VF1AGVYF0ZE000002")
    assert len((await cloud.account(max_age=HOUR)).vehicles) == 2
    await cloud.account(max_age=NOW)
    assert asked(simulator)["login"] == 3


async def test_account_asked_by_many_is_one_login(cloud: ZeServices, simulator: Simulator) -> None:
    """Together with the reads that need its token."""
    await asyncio.gather(*(cloud.account(max_age=HOUR) for _ in range(5)), *(cloud.battery(VIN) for _ in range(5)))
    assert asked(simulator) == {"login": 1, "battery": 5}


async def test_cancelled_login_leaves_no_trace(cloud: ZeServices, simulator: Simulator) -> None:
    """Who waits for it goes on, and so does everybody after."""
    simulator.faults.replace([{"kind": "delay", "path": "*/login", "seconds": 0.3, "times": 1}])
    first = asyncio.create_task(cloud.battery(VIN))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(cloud.battery(VIN))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second
    assert await cloud.battery(VIN)
    assert asked(simulator) == {"login": 2, "battery": 2}


async def test_failed_renewal_is_tried_again(cloud: ZeServices, simulator: Simulator, wait: Wait) -> None:
    """A dropped connection may have used up the cookie; a login then helps."""
    await cloud.battery(VIN)
    simulator.faults.replace([{"kind": "drop", "path": "*/refresh", "when": "after", "times": 1}])
    wait(LIFETIME[2])
    with pytest.raises(ConnectionFailedError):
        await cloud.battery(VIN)
    assert await cloud.battery(VIN)
    assert steps(simulator)[2:] == [("refresh", None), ("refresh", 401), ("login", 200), ("battery", 200)]
