"""Long texts from a server take no time and are shortened."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
import json
import logging
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from renault_api.exceptions import RenaultException
from renault_api.gigya.exceptions import GigyaResponseException
from renault_api.kamereon.exceptions import KamereonResponseException

from custom_components.renault_ze.cloud.exceptions import CloudError, CountryMovedError, RefusedError
from custom_components.renault_ze.cloud.models import Account
from custom_components.renault_ze.cloud.myrenault import MyRenault, decode as my_decode, decode_schedule
from custom_components.renault_ze.cloud.myrenault.capabilities import UNCERTAIN
from custom_components.renault_ze.cloud.myrenault.errors import cloud_error
from custom_components.renault_ze.cloud.redaction import for_log, redacted, without_words
from custom_components.renault_ze.cloud.zeservices import decode, errors
from custom_components.renault_ze.cloud.zeservices.transport import Request, Response
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import PASSWORD, USERNAME, VIN, client
from tests.cloud.hostile import Replies, at_most, meet
from tests.cloud.myrenault import FIRST, NOW, SECOND, my_renault
from tests.cloud.wire import assert_clean

LONG = 5_000_000
# Texts that may slow down a search: letters, digits, punctuation, and repeated encodings.
SHAPES: dict[str, str] = {
    "letters": "a",
    "capitals and digits": "A1",
    "digits": "1",
    "digits and blanks": "1 ",
    "addresses": "x@ ",
    "an address": "a@",
    "dots": ".a",
    "percent signs": "%25",
    "percent signs within": "25",
    "ampersands": "&amp;",
    "ampersands within": "amp;",
    "escapes": "\\u0041",
    "backslashes": "\\",
    "words": "word ",
    "capitals": "aB",
    "lines": "\n",
}
PRIVATE = (USERNAME, PASSWORD, VIN)
SECONDS = 1.0
MAY_SAY = 600
TODAY = datetime.now(UTC).date()


def long(shape: str, length: int = LONG) -> str:
    """Return a long text."""
    start = {"percent signs within": "%", "ampersands within": "&"}.get(shape, "")
    return (start + SHAPES[shape] * (length // len(SHAPES[shape])))[:length]


@pytest.fixture(params=SHAPES)
def text(request: pytest.FixtureRequest) -> str:
    """Return a long text of each kind."""
    return long(request.param)


def test_redaction(text: str) -> None:
    """Only process the start."""
    with at_most(SECONDS):
        for each in (text, f"{text}@example.com", f"You {text}", f"'{text}"):
            assert len(redacted(each, PRIVATE, frozenset({1}))) <= 6_000
            assert len(without_words(each, PRIVATE)) <= 6_000
            for value in (each, [each] * 10, {each: {each: [each]}}, [[[[[each]]]]]):
                assert len(for_log(value)) <= 60


def response(text: str, **error: Any) -> Response:
    """Return a response of Z.E. Services with an error."""
    request = Request(verb="GET", path="/vehicle/{vin}/battery", vin=VIN)  # type: ignore[arg-type]
    body = json.dumps({"code": 1, "message": text, **error}).encode()
    return Response(
        request=request,
        status=400,
        headers={},
        cookies=[],
        body=body,
        received_at=datetime(2026, 11, 18, tzinfo=UTC),
        private=PRIVATE,
        fingerprints=frozenset({1}),
    )


def test_errors_of_ze_services(text: str) -> None:
    """In the message, the code, and the website."""
    with at_most(SECONDS):
        for error in ({}, {"code": text}, {"code": 403900, "redirectURLs": {"website": f"https://{text}"}}):
            with pytest.raises(CloudError) as caught:
                errors.content(response(text, **error))
            assert_short(caught.value)
    assert not isinstance(caught.value, CountryMovedError) or caught.value.website is None


def test_errors_of_my_renault(text: str) -> None:
    """In each exception of the library."""
    errors = [
        RenaultException(text),
        GigyaResponseException(int("1" * 4000), text),
        GigyaResponseException(403101, text),
        KamereonResponseException(text, None),
        KamereonResponseException(text, text),
        KamereonResponseException("err.func.400", text),
        KamereonResponseException("err.func.403", text),
        KamereonResponseException("err.tech.500", text),
        ValueError(text),
        aiohttp.ClientError(text),
        OSError(text),
    ]
    with at_most(SECONDS):
        for err in errors:
            assert_short(cloud_error("battery-status", err, PRIVATE, status=400, second_factor=True))


def test_values_of_ze_services(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Return no value and log a short warning."""
    user = {"id": text, "timezone": text, "scopes": [text], "vehicle_details": {"VIN": text, "timezone": text}}
    rows = [{"date": 1476432000000, "type": text, "result": text, "charging_point": text}, {"date": text}]
    week = {"enabled": text, "schedule": {"mon": {"start": text, "duration": text}}}
    silence = {"do_not_disturb": {"start": text, "end": text}, "charge_start": text}
    battery = {"charge_level": text, "plugged": True, "charging_point": text, "last_update": text}
    with at_most(SECONDS):
        account = decode.account(user, username="you", default_time_zone=ZoneInfo("UTC"))
        values = [
            *(decode.battery(battery), decode.charge_history(rows), decode.preconditioning_history(rows)),
            *(decode.adjacent_charges({"previous": rows[0], "next": rows[1]}), decode.preconditioning_run(rows[0])),
            *(decode.charge_schedule(week), decode.notifications(silence)),
            decode.preconditioning_timer({"next_start": text}),
        ]
    assert (account.id, account.vehicles) == ("you", ())
    assert len(repr(values)) < 3_000
    assert_short_log(caplog)


def test_values_of_my_renault(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Return no value and log a short warning."""
    rows = [{"chargeEndDate": "2026-01-12T12:00:00Z", "chargePower": text}, {"chargeEndDate": text}]
    runs = [{"hvacSessionStartDate": "2026-01-12T12:00:00Z", "hvacSessionEndStatus": text}]
    day = {"startTime": text, "duration": text}
    with at_most(SECONDS):
        values = [
            my_decode.battery({"chargingStatus": text, "plugStatus": text, "timestamp": text}, first=True),
            my_decode.mileage({"totalMileage": text}),
            my_decode.location({"gpsLatitude": 1, "gpsLongitude": 1, "lastUpdateTime": text}),
            my_decode.cabin({"hvacStatus": text, "nextHvacStartDate": text}, first=False),
            my_decode.charges({"charges": rows}),
            my_decode.preconditioning_runs({"hvacSessions": runs}),
            decode_schedule.charge_mode({"mode": text}),
            decode_schedule.charge_mode({"chargeMode": text}),
            decode_schedule.calendar({"calendar": {"monday": [day]}}),
            decode_schedule.program_windows([{"activated": True, "monday": day}]),
        ]
    assert len(repr(values)) < 3_000
    assert_short_log(caplog)


# The longest texts that are processed, and one that is longer.
WIRED = [("letters", 900_000), ("addresses", 900_000), ("percent signs", 900_000), ("letters", LONG)]
ZE_FIELDS = {
    "*/user/login": (
        *("token", "xsrfToken", "user", "user.id", "user.timezone", "user.scopes", "user.vehicle_details.VIN"),
    ),
    "*/battery": ("charging_point", "charge_level", "last_update"),
    "*/charge/history": ("type", "result", "date"),
    "*/onboard": ("schedule", "schedule.mon", "schedule.mon.start", "enabled"),
    "*/notification": ("charge_start", "do_not_disturb"),
}
ZE_CALLS: tuple[Callable[[Any], Awaitable[Any]], ...] = (
    lambda cloud: cloud.account(max_age=NOW),
    lambda cloud: cloud.battery(VIN),
    lambda cloud: cloud.charge_history(VIN, date(2016, 10, 1), date(2016, 10, 2)),
    lambda cloud: cloud.charge_schedule(VIN),
    lambda cloud: cloud.notifications(VIN),
)


@pytest.mark.parametrize(("shape", "length"), WIRED)
async def test_fields_of_ze_services(
    http: aiohttp.ClientSession, simulator: Simulator, caplog: pytest.LogCaptureFixture, shape: str, length: int
) -> None:
    """Each field of a response: the result or the error is short and fast."""
    caplog.set_level(logging.DEBUG, "custom_components.renault_ze")
    for path, fields in ZE_FIELDS.items():
        for field in fields:
            simulator.faults.replace([{"kind": "set", "fields": {field: long(shape, length)}, "path": path}])
            await assert_short_calls(client(http, simulator.url), ZE_CALLS)
    assert_short_log(caplog)


MY_FIELDS = {
    "*/accounts.login": ("errorDetails", "sessionInfo.cookieValue", "errorCode"),
    "*/accounts.getJWT": ("id_token", "errorCode"),
    "*/accounts.getAccountInfo": ("data.personId",),
    "*/persons/*": ("accounts.accountId", "accounts.accountType"),
    "*/vehicles": ("vehicleLinks.vin", "vehicleLinks.vehicleDetails.model.label", "vehicleLinks.vehicleDetails.vcd"),
    "*/battery-status": ("data.attributes.timestamp", "data.attributes.chargingStatus", "data.attributes"),
    "*/charges": ("data.attributes.charges.chargePower", "data.attributes.charges.chargeEndDate"),
    "*/charging-settings": ("data.attributes.mode", "data.attributes.schedules.monday.startTime"),
    "*/hvac-status": ("data.attributes.hvacStatus", "data.attributes.nextHvacStartDate"),
}
MY_CALLS: tuple[Callable[[Any], Awaitable[Any]], ...] = (
    lambda cloud: cloud.account(max_age=NOW),
    lambda cloud: cloud.account_choices(),
    lambda cloud: cloud.battery(FIRST),
    lambda cloud: cloud.charge_history(FIRST, TODAY, TODAY),
    lambda cloud: cloud.charge_schedule(SECOND),
    lambda cloud: cloud.cabin(SECOND),
)


@pytest.mark.parametrize(("shape", "length"), WIRED)
async def test_fields_of_my_renault(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, caplog: pytest.LogCaptureFixture, shape: str, length: int
) -> None:
    """Each field of a response: the result or the error is short and fast."""
    caplog.set_level(logging.DEBUG, "custom_components.renault_ze")
    for path, fields in MY_FIELDS.items():
        for field in fields:
            renault.faults.replace([{"kind": "set", "fields": {field: long(shape, length)}, "path": path}])
            cloud = my_renault(http, renault.url)
            cloud._storage.endpoints = {vin: dict.fromkeys(UNCERTAIN, True) for vin in (FIRST, SECOND)}
            await assert_short_calls(cloud, MY_CALLS)
    assert_short_log(caplog)


@pytest.mark.parametrize("length", [900_000, LONG])
async def test_error_responses(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, simulator: Simulator, length: int
) -> None:
    """As sent by the servers, with JSON within JSON and with an HTML page of a proxy."""
    text = long("letters", length)
    within = json.dumps({"errors": [{"title": text, "source": {"pointer": text}, "detail": text}]})
    values = [
        {"errors": [{"errorCode": code, "errorMessage": said}]} for code in ("err.x", text) for said in (text, within)
    ]
    bodies = [*map(json.dumps, values), text, f"<html>{text}", json.dumps({"errorCode": 1, "errorDetails": text})]
    await client(http, simulator.url).battery(VIN)
    adapter: MyRenault = my_renault(http, renault.url)
    await adapter.account(max_age=NOW)
    for status in (200, 400, 500):
        for body in [*bodies, json.dumps({"code": 1, "message": text})]:
            meet(renault, Replies(body=body.encode(), status=status), "/kamereon/*")
            meet(simulator, Replies(body=body.encode(), status=status), f"*{VIN}/*")
            await assert_short_calls(
                adapter, (lambda cloud: cloud.battery(FIRST), lambda cloud: cloud.start_charge(SECOND))
            )
            await assert_short_calls(client(http, simulator.url), ZE_CALLS)


async def test_slow_charset(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Decode JSON as UTF-8, because Punycode takes quadratic time."""
    await adapter.account(max_age=NOW)
    body = b'{"data": {"attributes": {"batteryLevel": 50}}}'.ljust(1_900_000) + b"-"
    meet(renault, Replies(body=body, headers={"Content-Type": "application/json; charset=punycode"}))
    await assert_short_calls(adapter, (lambda cloud: cloud.battery(FIRST),))


async def assert_short_calls(cloud: Any, calls: tuple[Callable[[Any], Awaitable[Any]], ...]) -> None:
    """Check that each call is fast, with a short error and log."""
    for call in calls:
        with at_most(2 * SECONDS):
            try:
                found = await call(cloud)
            except CloudError as err:
                assert_short(err)
                assert_clean(err)
            else:
                assert len(repr(found)) < 6_000
                assert not isinstance(found, Account) or len(found.id) <= 200


def assert_short(err: CloudError) -> None:
    """Check that an error is short."""
    assert len(str(err)) <= MAY_SAY
    assert len(repr(vars(err))) <= MAY_SAY
    assert not isinstance(err, RefusedError) or len(err.reason) <= 200


def assert_short_log(caplog: pytest.LogCaptureFixture) -> None:
    """Check that all lines of the log are short."""
    ours = [each.getMessage() for each in caplog.records if "renault_ze" in each.name]
    assert max(map(len, ours), default=0) <= MAY_SAY
