"""Every failure at every endpoint raises the right one of our exceptions."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import (
    BusyError,
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RefusedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
    UnsupportedError,
)
from custom_components.renault_ze.cloud.models import Capability
from custom_components.renault_ze.cloud.myrenault import MyRenault, session
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import FIRST, NOW, SECOND, asked, every_day, my_renault, serve_sessions

TODAY = datetime.now(UTC).date()
# A method, a car that supports it, and its arguments.
READS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "battery": (FIRST, ()),
    "mileage": (FIRST, ()),
    "location": (SECOND, ()),
    "cabin": (SECOND, ()),
    "last_preconditioning": (SECOND, ()),
    "preconditioning_timer": (SECOND, ()),
    "charge_schedule": (SECOND, ()),
    "charge_history": (FIRST, (TODAY, TODAY)),
    "preconditioning_history": (SECOND, (TODAY, TODAY)),
}
SESSIONS = {"last_preconditioning", "preconditioning_history"}
COMMANDS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "start_preconditioning": (FIRST, ()),
    "set_preconditioning_timer": (FIRST, (time(6, 45),)),
    "cancel_preconditioning_timer": (FIRST, ()),
    "start_charge": (SECOND, ()),
    "set_charge_schedule": (FIRST, (every_day(1, 2),)),
    "disable_charge_schedule": (FIRST, ()),
}
CALLS = {**READS, **COMMANDS}


def code(status: int, name: str) -> dict[str, Any]:
    """Return a fault with an error code of Kamereon."""
    return {"kind": "status", "status": status, "message": name}


FAILURES: dict[str, tuple[dict[str, Any], type[CloudError]]] = {
    "quota": ({"kind": "rate_limit"}, ThrottledError),
    "quota by another code": (code(429, "err.func.too.many.requests"), ThrottledError),
    "quota by a code that is for ever elsewhere": (code(429, "err.func.403"), ThrottledError),
    "quota in HTML": ({"kind": "html", "status": 429}, ThrottledError),
    "not supported": (code(501, "err.tech.501"), UnsupportedError),
    "not found": (code(404, "err.func.wired.notFound"), UnsupportedError),
    "gone": (code(404, "err.func.wired.not-found"), UnsupportedError),
    "forbidden": (code(403, "err.func.wired.forbidden"), UnsupportedError),
    "denied": (code(403, "err.func.403"), UnsupportedError),
    "no gateway": (code(400, "400001"), UnsupportedError),
    "upstream": (code(500, "err.tech.500"), ConnectionFailedError),
    "forward": (code(500, "err.tech.wired.kamereon-proxy"), ConnectionFailedError),
    "trouble by a number": (code(503, "503001"), ConnectionFailedError),
    "HTML 502": ({"kind": "html"}, ConnectionFailedError),
    "HTML 200": ({"kind": "html", "status": 200}, UnexpectedResponseError),
    "HTML 404": ({"kind": "html", "status": 404}, UnexpectedResponseError),
    "privacy": (code(403, "err.func.privacy.on"), RejectedError),
    "in progress": (code(409, "409001"), BusyError),
    "invalid": (code(400, "err.func.400"), InvalidRequestError),
    "low battery": (code(400, "err.func.wired.low.battery.level"), RejectedError),
    "an unknown code": (code(400, "err.func.brand.new"), RejectedError),
    "dropped": ({"kind": "drop"}, ConnectionFailedError),
    "half a response": ({"kind": "drop", "when": "during"}, ConnectionFailedError),
    "truncated": ({"kind": "truncate"}, UnexpectedResponseError),
    "empty": ({"kind": "empty"}, UnexpectedResponseError),
    "null": ({"kind": "body", "json": None}, UnexpectedResponseError),
    "a text": ({"kind": "body", "json": "x"}, UnexpectedResponseError),
    "errors of another type": ({"kind": "set", "fields": {"errors": 5}}, UnexpectedResponseError),
    "errors within of another type": ({"kind": "set", "fields": {"errors": ["x"]}}, UnexpectedResponseError),
    "an error without a code": ({"kind": "set", "fields": {"errors": [{}]}}, UnexpectedResponseError),
    "an error of another kind": (
        {"kind": "set", "fields": {"errors": [{"errorCode": "err.func.400", "errorMessage": "[1]"}]}},
        UnexpectedResponseError,
    ),
}
# Invalid content fails a read; the content of an accepted command is ignored.
SPOILED = {
    "a list": {"kind": "list"},
    "no data": {"kind": "missing", "fields": ["data"]},
    "data of another type": {"kind": "set", "fields": {"data": []}},
    "data that is null": {"kind": "set", "fields": {"data": None}},
    "no attributes": {"kind": "missing", "fields": ["data.attributes"]},
    "attributes of another type": {"kind": "set", "fields": {"data.attributes": "x"}},
}


async def known(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> dict[str, Any]:
    """Return the stored content of an account with two cars that have all endpoints."""
    for vin in (FIRST, SECOND):
        serve_sessions(renault, vin)
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    return cloud.stored


async def called(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, stored: dict[str, Any], name: str, fault: dict[str, Any]
) -> Any:
    """Return the result or error of a call with a fault, by a client that has read nothing yet."""
    cloud = my_renault(http, renault.url, stored=stored)
    await cloud.account(max_age=NOW)
    renault.log.entries.clear()
    renault.faults.replace([{**fault, "path": "/kamereon/*"}])
    vin, arguments = CALLS[name]
    try:
        return await getattr(cloud, name)(vin, *arguments)
    except CloudError as err:
        return err
    finally:
        renault.faults.replace([])


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_at_every_endpoint(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, failure: str
) -> None:
    """Raise the right exception, and send a command once."""
    fault, expected = FAILURES[failure]
    stored, found = await known(http, renault), {}
    for name in CALLS:
        found[name] = type(await called(http, renault, stored, name, fault))
        commands = [each for each in asked(renault) if "actions/" in each]
        assert len(commands) == len(set(commands)), name
    # The schedule that the car would lose is read first; a refusal of this is not one of the command.
    unread = RejectedError if issubclass(expected, RefusedError) else expected
    assert found == {**dict.fromkeys(CALLS, expected), "start_charge": unread}


@pytest.mark.parametrize("failure", SPOILED)
async def test_response_without_content(http: aiohttp.ClientSession, renault: MyRenaultSimulator, failure: str) -> None:
    """A read fails; the content of an accepted command is ignored, unless the library cannot decode it.

    Sessions without a list are a refusal: that is what the server sends where they are gone.
    """
    stored = await known(http, renault)
    for name in CALLS:
        found = await called(http, renault, stored, name, SPOILED[failure])
        is_refusal = isinstance(found, UnsupportedError) and name in SESSIONS
        assert type(found) is UnexpectedResponseError or is_refusal or (name in COMMANDS and found is None), name


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_at_set_up(adapter: MyRenault, renault: MyRenaultSimulator, failure: str) -> None:
    """While the account and its cars are read."""
    fault, _ = FAILURES[failure]
    for path in ("*/persons/*", "*/vehicles"):
        renault.faults.replace([{**fault, "path": path}])
        with pytest.raises(CloudError):
            await adapter.account(max_age=NOW)
    renault.faults.replace([])


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_while_endpoints_are_tried(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, failure: str
) -> None:
    """Setup continues; only a refusal removes a capability."""
    fault, expected = FAILURES[failure]
    renault.faults.replace([{**fault, "path": "*/cockpit"}])
    cloud = my_renault(http, renault.url)
    account = await cloud.account(max_age=NOW)
    assert len(account.vehicles) == 2
    for car in account.vehicles:
        assert (Capability.MILEAGE in car.capabilities) is (expected is not UnsupportedError)
    tried = [found.get("cockpit") for found in cloud.stored["endpoints"].values()]
    assert set(tried) <= ({False} if expected is UnsupportedError else {None})


@pytest.mark.parametrize(
    "fault",
    [
        *(
            {**fault, "path": path}
            for path in ("*login", "*getJWT", "*getAccountInfo")
            for fault in (
                *({"kind": kind} for kind in ("html", "drop", "truncate", "empty", "list", "missing", "wrong_type")),
                {"kind": "html", "status": 200},
                {"kind": "body", "json": None},
                {"kind": "body", "json": {"errorCode": 0}},
            )
        )
    ],
    ids=str,
)
async def test_every_failure_of_gigya(adapter: MyRenault, renault: MyRenaultSimulator, fault: dict[str, Any]) -> None:
    """A server error is not a wrong password."""
    renault.faults.replace([fault])
    with pytest.raises(ConnectionFailedError) as caught:
        await adapter.account(max_age=NOW)
    down = fault["kind"] == "drop" or (fault["kind"] == "html" and "status" not in fault)
    assert type(caught.value) is (ConnectionFailedError if down else UnexpectedResponseError)
    renault.faults.replace([])
    assert len((await adapter.account(max_age=NOW)).vehicles) == 2


@pytest.mark.parametrize("path", ["*login", "*getJWT", "*getAccountInfo"])
async def test_pause_by_gigyas_proxy(adapter: MyRenault, renault: MyRenaultSimulator, path: str) -> None:
    """All requests wait."""
    renault.faults.replace([{"kind": "html", "status": 429, "path": path}])
    with pytest.raises(ThrottledError) as caught:
        await adapter.account(max_age=NOW)
    assert caught.value.retry_after == timedelta(minutes=15)


async def test_timeout(adapter: MyRenault, renault: MyRenaultSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library has none of its own."""
    await adapter.account(max_age=NOW)
    monkeypatch.setattr(session, "_TIMEOUT_SECONDS", 0.1)
    renault.faults.replace([{"kind": "delay", "seconds": 1, "path": "*battery-status"}])
    with pytest.raises(ConnectionFailedError, match="in time"):
        await adapter.battery(FIRST)


async def test_closed_port(http: aiohttp.ClientSession, socket_enabled: None) -> None:
    """Raise ConnectionFailedError."""
    with pytest.raises(ConnectionFailedError):
        await my_renault(http, "http://127.0.0.1:9").account(max_age=NOW)


async def test_closed_session(renault: MyRenaultSimulator) -> None:
    """Home Assistant is stopping."""
    async with aiohttp.ClientSession() as http:
        cloud = my_renault(http, renault.url)
    with pytest.raises(ConnectionFailedError):
        await cloud.account(max_age=NOW)


async def test_pause_after_too_many_requests(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Send nothing for either car until the pause is over, and report how long that is."""
    await adapter.account(max_age=NOW)
    renault.faults.replace([{"kind": "rate_limit", "times": 1}])
    with pytest.raises(ThrottledError) as caught:
        await adapter.battery(FIRST)
    assert caught.value.retry_after == timedelta(minutes=15)
    renault.log.entries.clear()
    for name in ("battery", "start_preconditioning"):
        with pytest.raises(ThrottledError) as caught:
            await getattr(adapter, name)(SECOND)
        assert timedelta(minutes=14) < (caught.value.retry_after or timedelta()) <= timedelta(minutes=15)
    assert asked(renault) == []


async def test_reason_of_the_server(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """It is in JSON within the JSON."""
    renault.faults.replace([])
    await adapter.account(max_age=NOW)
    renault.vehicle(SECOND).quirks.reports_low_battery = True
    renault.vehicle(SECOND).car.fill(20)
    renault.vehicle(SECOND).report_now()
    with pytest.raises(RejectedError, match="The battery level is too low"):
        await adapter.start_preconditioning(SECOND)
