"""How long a login lasts with the simulator: renewals, refusals, restarts, and parallel calls."""

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
    """Return the type of the exception of a call, None for success."""
    try:
        await call
    except CloudError as err:
        return type(err)
    return None


async def test_one_login_for_all_requests(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """As long as its token lasts."""
    await cloud.account(max_age=HOUR)
    for _ in range(3):
        await cloud.battery(VIN)
        await cloud.disable_charge_schedule(VIN)
    assert asked(simulator) == {"login": 1, "battery": 3, "onboard": 3}


async def test_token_is_renewed_a_minute_ahead(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """Not earlier, and the server never has to refuse it."""
    await cloud.battery(VIN)
    wait(LIFETIME[generation] - 65)
    await cloud.battery(VIN)
    assert asked(simulator) == {"login": 1, "battery": 2}
    wait(10)
    await cloud.battery(VIN)
    assert steps(simulator)[3:] == [("refresh", 200), ("battery", 200)]


async def test_repeated_renewals(cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait) -> None:
    """In the second generation, each with the cookie of the one before."""
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
    """Reads and commands then work, as they were refused unread."""
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
async def test_skewed_clocks(cloud: ZeServices, simulator: Simulator, generation: int, skew: float, wait: Wait) -> None:
    """Only the lifetime of a token is used, not its times."""
    simulator.clock.skew_seconds = skew
    for _ in range(3):
        await cloud.battery(VIN)
        wait(LIFETIME[generation] / 4)
    assert asked(simulator) == {"login": 1, "battery": 3}
    wait(LIFETIME[generation] / 4)
    await cloud.battery(VIN)
    assert steps(simulator)[4:] == [("refresh", 200), ("battery", 200)]


async def test_lost_session_is_replaced_by_a_login(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """A restarted server can neither renew a token nor knows its expiry."""
    await cloud.battery(VIN)
    simulator.backend.tokens.sessions.clear()
    simulator.clock.skew_seconds = LIFETIME[generation] + 1
    await cloud.start_charge(VIN)
    assert steps(simulator)[2:] == [("charge", 401), ("refresh", 401), ("login", 200), ("charge", 202)]


async def test_parallel_calls_log_in_once(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """And renew once, if the token has expired or was refused."""
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert asked(simulator) == {"login": 1, "battery": 20}
    simulator.clock.skew_seconds = LIFETIME[generation] + 1
    simulator.log.entries.clear()
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert (asked(simulator)["refresh"], asked(simulator)["login"]) == (1, 0)
    assert Counter(steps(simulator))["battery", 200] == 20


async def test_parallel_calls_renew_a_token_once(
    cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait
) -> None:
    """Before any of them is refused."""
    await cloud.battery(VIN)
    wait(LIFETIME[generation] - 30)
    await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)))
    assert asked(simulator) == {"login": 1, "refresh": 1, "battery": 21}
    assert {status for _, status in steps(simulator)} == {200}


async def test_parallel_calls_share_a_refused_login(cloud: ZeServices, simulator: Simulator, generation: int) -> None:
    """A changed password is sent once, and all calls fail."""
    await cloud.battery(VIN)
    simulator.account.password = "changed"
    simulator.log.entries.clear()
    refusals = await asyncio.gather(*(cloud.battery(VIN) for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in refusals} == {AuthenticationError}
    assert len({id(each) for each in refusals}) == 20, "one exception is raised at several places"
    assert asked(simulator) == {"battery": 20, "refresh": 1, "login": 1}


async def test_refused_credentials(cloud: ZeServices, simulator: Simulator) -> None:
    """Each call sends one login, and the right credentials work at once."""
    await cloud.battery(VIN)
    simulator.account.password = "changed"
    for _ in range(3):
        assert await outcome(cloud.battery(VIN)) is AuthenticationError
    assert steps(simulator)[2:] == [("battery", 401), ("refresh", 401), ("login", 401), ("login", 401), ("login", 401)]
    simulator.account.password = PASSWORD
    assert await cloud.battery(VIN)


async def test_late_refusal_of_an_old_token(cloud: ZeServices, simulator: Simulator, wait: Wait) -> None:
    """It does not affect the token that has replaced it."""
    await cloud.battery(VIN)
    wait(60)
    expired = {"kind": "status", "status": 200, "code": 403852, "message": "a.ExpiredToken", "path": "*/charge"}
    late = {"kind": "delay", "seconds": 0.5, "path": "*/charge"}
    simulator.faults.replace([late, expired, {"kind": "expired_token", "path": "*/battery", "times": 1}])
    command = asyncio.create_task(outcome(cloud.start_charge(VIN)))
    await asyncio.sleep(0.1)
    await cloud.battery(VIN)
    assert await command is RejectedError
    await cloud.battery(VIN)
    assert asked(simulator) == {"login": 1, "battery": 4, "charge": 1, "refresh": 1}


async def test_moved_country_at_renewal(cloud: ZeServices, simulator: Simulator, generation: int, wait: Wait) -> None:
    """Without a login, which would have the same result."""
    await cloud.battery(VIN)
    simulator.account.restriction = Restriction.EVERYWHERE
    simulator.faults.add({"kind": "status", "path": "*/refresh", "status": 403, "code": 403900})
    wait(LIFETIME[generation])
    assert await outcome(cloud.battery(VIN)) is CountryMovedError
    assert asked(simulator) == {"login": 1, "battery": 1, "refresh": 1}


async def test_account_is_as_old_as_the_login(cloud: ZeServices, simulator: Simulator, wait: Wait) -> None:
    """A renewal does not return the account."""
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


async def test_parallel_account_calls_log_in_once(cloud: ZeServices, simulator: Simulator) -> None:
    """Together with the reads that need the token."""
    await asyncio.gather(*(cloud.account(max_age=HOUR) for _ in range(5)), *(cloud.battery(VIN) for _ in range(5)))
    assert asked(simulator) == {"login": 1, "battery": 5}


async def test_cancelled_login(cloud: ZeServices, simulator: Simulator) -> None:
    """Other callers continue, and so do later ones."""
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
    """A lost connection may have used up the cookie; then a login helps."""
    await cloud.battery(VIN)
    simulator.faults.replace([{"kind": "drop", "path": "*/refresh", "when": "after", "times": 1}])
    wait(LIFETIME[2])
    with pytest.raises(ConnectionFailedError):
        await cloud.battery(VIN)
    assert await cloud.battery(VIN)
    assert steps(simulator)[2:] == [("refresh", None), ("refresh", 401), ("login", 200), ("battery", 200)]
