"""Redirects are not followed: no other server gets data, and no command counts as accepted."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, ConnectionFailedError, RedirectedError
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.myrenault.servers import RestrictedHttp, addresses
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import COMMANDS, HOUR, READS, VIN, client
from tests.cloud.hostile import REDIRECTS, meet, other, redirect
from tests.cloud.myrenault import FIRST, NOW, SECOND, asked, every_day
from tests.cloud.wire import Wire, assert_clean

__all__ = ["other"]

TODAY = datetime.now(UTC).date()
# The call, and its request that is redirected.
MY_RENAULT: dict[str, tuple[Callable[[MyRenault], Awaitable[Any]], str]] = {
    "accounts.login": (lambda cloud: cloud.account(max_age=NOW), "*/accounts.login"),
    "getJWT": (lambda cloud: cloud.account(max_age=NOW), "*/accounts.getJWT"),
    "getAccountInfo": (lambda cloud: cloud.account(max_age=NOW), "*/accounts.getAccountInfo"),
    "persons": (lambda cloud: cloud.account(max_age=NOW), "*/persons/*"),
    "vehicles": (lambda cloud: cloud.account(max_age=NOW), "*/vehicles"),
    "battery-status": (lambda cloud: cloud.battery(FIRST), "*/battery-status"),
    "charges": (lambda cloud: cloud.charge_history(FIRST, TODAY, TODAY), "*/charges"),
    "hvac-start": (lambda cloud: cloud.start_preconditioning(FIRST), "*/actions/hvac-start"),
    "charge/start": (lambda cloud: cloud.start_charge(SECOND), "*/charge/start"),
    "charge-schedule": (lambda cloud: cloud.set_charge_schedule(FIRST, every_day(1, 4)), "*/actions/charge-schedule"),
    "charge-mode": (lambda cloud: cloud.disable_charge_schedule(FIRST), "*/actions/charge-mode"),
}
LOGIN = {"accounts.login", "getJWT", "getAccountInfo", "persons", "vehicles"}


async def failure(call: Awaitable[Any]) -> CloudError:
    """Return the exception of a call."""
    with pytest.raises(CloudError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("name", MY_RENAULT)
async def test_my_renault(adapter: MyRenault, renault: MyRenaultSimulator, other: Wire, name: str, status: int) -> None:
    """Send each request once; it has failed and was certainly not executed."""
    call, path = MY_RENAULT[name]
    if name not in LOGIN:
        await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    meet(renault, redirect(status, f"http://127.0.0.1:{other.port}/moved"), path)
    err = await failure(call(adapter))
    assert type(err) is RedirectedError
    assert str(status) in str(err)
    assert err.unsent
    assert_clean(err)
    # Each account of the user has its own list of cars.
    assert len([each for each in renault.log.entries if each.status == status]) == (2 if name == "vehicles" else 1)
    assert not renault.vehicle(FIRST).preconditioning
    assert other.arrivals == []
    renault.faults.replace([])
    assert await adapter.battery(FIRST)


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("name", READS)
async def test_reads_of_ze_services(
    cloud: ZeServices, simulator: Simulator, other: Wire, name: str, status: int
) -> None:
    """Send each once."""
    call, path = READS[name]
    await cloud.account(max_age=HOUR)
    simulator.log.entries.clear()
    meet(simulator, redirect(status, f"http://127.0.0.1:{other.port}/moved"), f"*{VIN}{path}", "GET")
    await assert_redirected(call(cloud), simulator, other, 1)


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("name", COMMANDS)
async def test_commands_of_ze_services(
    cloud: ZeServices, simulator: Simulator, other: Wire, name: str, status: int
) -> None:
    """Send each once, and not what follows it."""
    call, requests = COMMANDS[name]
    await cloud.account(max_age=HOUR)
    simulator.log.entries.clear()
    for sent, (verb, path) in enumerate(requests, start=1):
        meet(simulator, redirect(status, f"http://127.0.0.1:{other.port}/moved"), f"*{VIN}{path}", verb)
        await assert_redirected(call(cloud), simulator, other, sent)
        simulator.log.entries.clear()


@pytest.mark.parametrize("status", REDIRECTS)
async def test_login_of_ze_services(cloud: ZeServices, simulator: Simulator, other: Wire, status: int) -> None:
    """The password is not sent elsewhere, and a redirected renewal is replaced by a login."""
    meet(simulator, redirect(status, f"http://127.0.0.1:{other.port}/moved"), "*/user/login")
    await assert_redirected(cloud.account(max_age=HOUR), simulator, other, 1)
    simulator.faults.replace([])
    await cloud.account(max_age=HOUR)
    meet(simulator, redirect(status, f"http://127.0.0.1:{other.port}/moved"), "*/user/token/refresh")
    simulator.clock.skew_seconds = 1000
    assert await cloud.battery(VIN)
    assert other.arrivals == []


async def assert_redirected(call: Awaitable[Any], simulator: Simulator, other: Wire, sent: int) -> None:
    """Check that a call failed and was certainly not executed, after a number of requests."""
    err = await failure(call)
    assert type(err) is RedirectedError
    assert err.unsent
    assert_clean(err)
    assert len(simulator.log.entries) == sent
    assert other.arrivals == []


async def test_second_half_of_a_command(adapter: MyRenault, renault: MyRenaultSimulator, other: Wire) -> None:
    """The schedule was sent before the redirected mode, so the command may have arrived."""
    await adapter.account(max_age=NOW)
    meet(renault, redirect(307, f"http://127.0.0.1:{other.port}/moved"), "*/actions/charge-mode")
    err = await failure(adapter.set_charge_schedule(FIRST, every_day(1, 4)))
    assert type(err) is RedirectedError
    assert not err.unsent
    assert asked(renault)[-2:] == ["POST actions/charge-schedule", "POST actions/charge-mode"]
    assert other.arrivals == []


async def test_redirect_to_the_same_server(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It would turn a command into a read."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    meet(renault, redirect(303, "battery-status"), "*/actions/hvac-start")
    assert type(await failure(adapter.start_preconditioning(FIRST))) is RedirectedError
    assert asked(renault) == ["POST actions/hvac-start"]


async def test_session_with_redirect_middleware(renault: MyRenaultSimulator, other: Wire, socket_enabled: None) -> None:
    """Home Assistant's sessions raise their own error for some redirects."""

    async def refuse(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        response = await handler(request)
        if response.status // 100 == 3:
            raise aiohttp.ClientError
        return response

    async with aiohttp.ClientSession(middlewares=(refuse,)) as http:
        wire = RestrictedHttp(http, [renault.url])
        meet(renault, redirect(302, f"http://127.0.0.1:{other.port}/"))
        with pytest.raises(RedirectedError):
            async with wire.request("POST", f"{renault.url}/kamereon/commerce/v1/x"):
                pass


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:9/kamereon/x", "https://127.0.0.1/kamereon/x", "{root}.example/x"),
        *("{root}@127.0.0.1:9/x", "{root}", "x"),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_request_to_another_address(http: aiohttp.ClientSession, other: Wire, url: str, verb: str) -> None:
    """A newer library may use other servers."""
    wire = RestrictedHttp(http, [f"http://127.0.0.1:{other.port}"])
    send = wire.get if verb == "GET" else lambda where: wire.request(verb, where)
    with pytest.raises(ConnectionFailedError, match="request to another server"):
        async with send(url.format(root=f"http://127.0.0.1:{other.port}")):
            pass
    assert other.arrivals == []


async def test_library_cannot_enable_redirects(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Not even a newer one."""
    wire = RestrictedHttp(http, [renault.url])
    meet(renault, redirect(302, f"{renault.url}/gigya/x"))
    with pytest.raises(RedirectedError):
        async with wire.get(f"{renault.url}/gigya/y", allow_redirects=True):
            pass
    assert len(renault.log.entries) == 1


def test_addresses_of_renault() -> None:
    """Use those the library has for a country."""
    assert [address.split("/")[2] for address in addresses(None, "fr_FR")] == [
        "accounts.eu1.gigya.com",
        "api-wired-prod-1-euw1.wrd-aws.com",
    ]
    assert addresses(None, "xx_XX") == []


async def test_unknown_locale_sends_nothing(http: aiohttp.ClientSession) -> None:
    """The library would look for its keys at a server."""
    cloud = MyRenault(http, username="a", password="b", locale="xx_XX", default_time_zone=UTC)
    err = await failure(cloud.account(max_age=NOW))
    assert isinstance(err, ConnectionFailedError)
    assert err.unsent


@pytest.mark.parametrize("status", [304, 399])
async def test_other_statuses(http: aiohttp.ClientSession, simulator: Simulator, status: int) -> None:
    """Not modified is no redirect; undefined statuses are."""
    meet(simulator, redirect(status, "/x"), f"*{VIN}/battery")
    err = await failure(client(http, simulator.url).battery(VIN))
    assert isinstance(err, RedirectedError) is (status == 399)
