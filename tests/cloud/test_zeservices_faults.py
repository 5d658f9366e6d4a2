"""Every fault of the simulator at every endpoint: only our exceptions, and no command is sent twice."""

from collections import Counter
from collections.abc import Awaitable
import logging
from typing import Any, NamedTuple

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RejectedError,
    ThrottledError,
    UnexpectedResponseError,
)
from custom_components.renault_ze.cloud.zeservices import ZeServices, transport
from simulator import Simulator
from tests.cloud.endpoints import COMMANDS, HOUR, PASSWORD, READS, USERNAME, VIN, Call
from tests.cloud.wire import assert_clean

LEAKY = f"a.b.No such car as {VIN} of {USERNAME} ({PASSWORD}), call +447700900123"


class Fault(NamedTuple):
    """A fault, and the error of a read and of a command; None is success, as far as an invalid response allows."""

    rule: dict[str, Any]
    read: type[CloudError] | None
    command: type[CloudError] | None


FAULTS = {
    "400": Fault({"kind": "status", "status": 400, "message": LEAKY}, RejectedError, RejectedError),
    "403": Fault({"kind": "status", "status": 403}, RejectedError, RejectedError),
    "404": Fault({"kind": "status", "status": 404}, RejectedError, RejectedError),
    "200 refused": Fault({"kind": "status", "status": 200, "message": LEAKY}, RejectedError, RejectedError),
    "country": Fault({"kind": "status", "status": 403, "code": 403900}, CountryMovedError, CountryMovedError),
    "SMS": Fault({"kind": "status", "status": 500, "message": "a.Send SMS Error"}, ThrottledError, ThrottledError),
    "429": Fault({"kind": "status", "status": 429, "retry_after": "30"}, ThrottledError, ThrottledError),
    "500": Fault({"kind": "status", "status": 500, "message": LEAKY}, ConnectionFailedError, ConnectionFailedError),
    "rate limit": Fault({"kind": "rate_limit"}, ThrottledError, ThrottledError),
    "expired": Fault({"kind": "expired_token"}, AuthenticationError, AuthenticationError),
    "expired once": Fault({"kind": "expired_token", "times": 1}, None, None),
    "HTML 502": Fault({"kind": "html"}, ConnectionFailedError, ConnectionFailedError),
    "HTML 403": Fault({"kind": "html", "status": 403}, UnexpectedResponseError, UnexpectedResponseError),
    "HTML 302": Fault({"kind": "html", "status": 302}, UnexpectedResponseError, UnexpectedResponseError),
    "HTML 200": Fault({"kind": "html", "status": 200}, UnexpectedResponseError, None),
    "late": Fault({"kind": "delay", "seconds": 0.2}, ConnectionFailedError, ConnectionFailedError),
    "dropped": Fault({"kind": "drop"}, ConnectionFailedError, ConnectionFailedError),
    "dropped once": Fault({"kind": "drop", "times": 1}, None, ConnectionFailedError),
    "answer lost": Fault({"kind": "drop", "when": "after"}, ConnectionFailedError, ConnectionFailedError),
    "cut short": Fault({"kind": "drop", "when": "during"}, ConnectionFailedError, ConnectionFailedError),
    "truncated": Fault({"kind": "truncate"}, UnexpectedResponseError, None),
    "garbage": Fault({"kind": "body", "text": "OK"}, UnexpectedResponseError, None),
    "null": Fault({"kind": "body"}, None, None),
    "another kind": Fault({"kind": "body", "json": "done"}, UnexpectedResponseError, None),
    "empty": Fault({"kind": "empty"}, None, None),
    "empty 204": Fault({"kind": "empty", "status": 204}, None, None),
    "all missing": Fault({"kind": "missing"}, None, None),
    "all wrong": Fault({"kind": "wrong_type"}, None, None),
    "unknown words": Fault({"kind": "unknown_value"}, None, None),
    "unknown fields": Fault({"kind": "extra"}, None, None),
    "skew": Fault({"kind": "skew", "seconds": 600}, None, None),
    "another age": Fault({"kind": "skew", "seconds": -1e9}, None, None),
}


@pytest.fixture(autouse=True)
def history(simulator: Simulator) -> None:
    """Let the car do everything once, so that each response has content."""
    vehicle = simulator.vehicle()
    vehicle.precondition()
    vehicle.enable(enabled=True)
    vehicle.set_timer(simulator.clock.now().time().replace(hour=23))
    simulator.advance(3600)
    vehicle.car.plug()
    vehicle.charge()
    simulator.advance(2 * 3600)


async def failure(call: Awaitable[Any], fault: Fault) -> CloudError | None:
    """Return the exception of a call, None for success; other exceptions fail the test."""
    with pytest.MonkeyPatch.context() as patch:
        if fault.rule["kind"] == "delay":
            patch.setattr(transport, "_TIMEOUT", aiohttp.ClientTimeout(total=0.1))
        try:
            await call
        except CloudError as err:
            return err
    return None


def received(simulator: Simulator) -> Counter[tuple[str, str]]:
    """Return how often each request about the vehicle arrived, with verb and path below it."""
    paths = ((entry.method, entry.path.partition(VIN)[2]) for entry in simulator.log.entries if VIN in entry.path)
    return Counter(paths)


def assert_no_secrets(err: CloudError | None, caplog: pytest.LogCaptureFixture) -> None:
    """Check that neither the exception nor the log contains a secret."""
    if err is not None:
        assert_clean(err)
        assert str(err)
    ours = "".join(record.message for record in caplog.records if "renault_ze" in record.name)
    assert not [secret for secret in (VIN, USERNAME, PASSWORD, "7700900123") if secret in ours]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("call", "path"), READS.values(), ids=READS)
async def test_read(
    cloud: ZeServices, simulator: Simulator, caplog: pytest.LogCaptureFixture, call: Call, path: str, fault: Fault
) -> None:
    """Raise the right exception, retry only if it may help, and work again afterwards."""
    caplog.set_level(logging.DEBUG)
    whole = await call(cloud)
    assert whole, "nothing to spoil"
    simulator.log.entries.clear()
    simulator.faults.replace([{**fault.rule, "method": "GET", "path": f"*/{VIN}{path}"}])
    err = await failure(call(cloud), fault)
    assert isinstance(err, fault.read) if fault.read else err is None
    limit = 3 if fault.read is AuthenticationError else 2 if fault.rule["kind"] in ("drop", "expired_token") else 1
    assert received(simulator) == {("GET", path): limit}
    assert_no_secrets(err, caplog)
    simulator.faults.replace([])
    assert await call(cloud) == whole


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("call", "requests"), COMMANDS.values(), ids=COMMANDS)
async def test_command(
    cloud: ZeServices,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    call: Call,
    requests: list[tuple[str, str]],
    fault: Fault,
) -> None:
    """It arrives once or is refused unread; nothing is sent after a failed first half."""
    caplog.set_level(logging.DEBUG)
    await cloud.battery(VIN)
    simulator.log.entries.clear()
    verb, path = requests[0]
    simulator.faults.replace([{**fault.rule, "method": verb, "path": f"*/{VIN}{path}"}])
    err = await failure(call(cloud), fault)
    assert isinstance(err, fault.command) if fault.command else err is None
    refused = fault.rule["kind"] == "expired_token"
    times = 3 if fault.command is AuthenticationError else 2 if refused else 1
    assert received(simulator) == {requests[0]: times} | (dict.fromkeys(requests[1:], 1) if err is None else {})
    assert_no_secrets(err, caplog)
    simulator.faults.replace([])
    assert await cloud.battery(VIN)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("path", ["*/user/login", "*/user/token/refresh"], ids=["login", "renewal"])
async def test_command_after_a_fault_of_the_token(
    cloud: ZeServices, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str, fault: Fault
) -> None:
    """Send it at most once, with few requests, and work again afterwards."""
    caplog.set_level(logging.DEBUG)
    await cloud.account(max_age=HOUR)
    simulator.log.entries.clear()
    if path == "*/user/login":
        simulator.backend.tokens.sessions.clear()
    simulator.clock.skew_seconds = 1000
    simulator.faults.replace([{**fault.rule, "path": path}])
    err = await failure(cloud.start_charge(VIN), fault)
    given = [entry.status for entry in simulator.log.entries if entry.path.endswith("/charge")]
    assert given in ([401], [401, 202], [401, 401], [401, 401, 202], [401, 401, 401])
    assert (err is None) == (given[-1] == 202)
    assert len(simulator.log.entries) <= 5
    assert_no_secrets(err, caplog)
    simulator.faults.replace([])
    assert await cloud.battery(VIN)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_account(cloud: ZeServices, simulator: Simulator, caplog: pytest.LogCaptureFixture, fault: Fault) -> None:
    """Raise the right exception for a login, without a retry, and keep the former session."""
    caplog.set_level(logging.DEBUG)
    whole = await cloud.account(max_age=HOUR)
    simulator.log.entries.clear()
    simulator.faults.replace([{**fault.rule, "path": "*/user/login"}])
    err = await failure(cloud.account(max_age=-HOUR), fault)
    assert len(simulator.log.entries) == 1
    assert_no_secrets(err, caplog)
    simulator.faults.replace([])
    assert await cloud.battery(VIN)
    assert await cloud.account(max_age=-HOUR) == whole


async def test_choose_vehicle_error_has_no_vin(cloud: ZeServices, simulator: Simulator) -> None:
    """Although the VIN is in the body."""
    simulator.faults.replace([{"kind": "status", "status": 400, "path": "*/vehicle", "message": LEAKY}])
    err = await failure(cloud.choose_vehicle(VIN), FAULTS["400"])
    assert isinstance(err, RejectedError)
    assert_clean(err)
    assert str(err).startswith("PUT /vehicle: No such car as ***")
