"""No message and no output contains private data."""

import json
import logging

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, RejectedError
from custom_components.renault_ze.cloud.redaction import fingerprints_of, redacted
from custom_components.renault_ze.cloud.zeservices import ZeServices
from tests.cloud.endpoints import PASSWORD, READS, USERNAME, VIN, client
from tests.cloud.wire import LOGIN, REPORT, SECRETS, WELCOME, Arrival, answering, envelope, listening, said

SECOND_VIN = "VF1AGVYF0ZE000002"
# The account of the documented login, with possible activation codes.
ACCOUNT = {
    "id": "CCCC",
    "locale": "en_GB",
    "country": "GB",
    "timezone": "Europe/London",
    "email": USERNAME,
    "first_name": "Marie-Terence",
    "last_name": "Edén",
    "phone_number": "+447700900123",
    "vehicle_details": {"VIN": VIN, "activation_code": "GGGG", "phone_number": "123456", "timezone": "Europe/London"},
    "associated_vehicles": [
        {"VIN": VIN, "activation_code": "GGGG", "user_id": 774411},
        {"VIN": SECOND_VIN, "activation_code": "K7m2-QX", "user_id": "XXYY"},
    ],
    "active_account": "DDDD",
    "gdc_uid": "4711-YYYY",
    "scopes": ["AC_REMOTE_CONTROL"],
    "new": [["HHHH"]],
}
PRIVATE = ("CCCC", "GGGG", "DDDD", "YYYY", "XXYY", "HHHH", "K7m2", "QX", "Marie", "Terence", "Edén", "774411", "123456")


async def test_secrets_in_a_message_are_redacted(http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture) -> None:
    """In exceptions and in the log."""
    caplog.set_level(logging.DEBUG)
    token = f"eyJhbGciOiJIUzI1NiJ9.{'x1' * 20}"
    message = f"{token} of {USERNAME.upper()} typed {PASSWORD.lower()} for {VIN.lower()} at +447700900123 now"
    async with listening(answering(said(400, envelope(1, message)))) as wire:
        cloud = client(http, wire.address)
        for call, _ in READS.values():
            with pytest.raises(RejectedError) as refusal:
                await call(cloud)
            assert refusal.value.reason == "*** of *** typed *** for *** at *** now"
    assert "GET /vehicle/***/battery: 400 in " in caplog.text
    assert not [secret for secret in SECRETS if secret.lower() in caplog.text.lower()]


async def test_repr_has_no_secrets(http: aiohttp.ClientSession) -> None:
    """As shown by debuggers, tracebacks with local variables, or logs."""
    async with listening(answering(said(200, REPORT))) as wire:
        cloud = client(http, wire.address)
        await cloud.battery(VIN)
        login = cloud._session._login
        assert login.token == "AAAA"
        shown = repr([cloud, cloud._session, cloud._session._transport, login, login.renewal])
        assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("word", [*PRIVATE, *map(str.lower, PRIVATE), SECOND_VIN, USERNAME.upper()])
async def test_personal_data_of_the_login_is_redacted(http: aiohttp.ClientSession, word: str) -> None:
    """Also by a client with a stored session, which only has fingerprints."""
    kept: list[str] = []

    def reply(arrival: Arrival) -> bytes:
        if arrival.target == LOGIN:
            return said(200, {**WELCOME, "user": ACCOUNT})
        return said(400, envelope(1, f"a.b.No example for you (code {word} ) in London, GB"))

    async with listening(reply) as wire:
        await refused(client(http, wire.address, on_session=lambda session: kept.append(json.dumps(session))))
        await refused(client(http, wire.address, stored=json.loads(kept[-1])))
    assert wire.targets().count(LOGIN) == 1
    assert word in {VIN, SECOND_VIN, USERNAME.upper(), "CCCC", "cccc"} or word not in kept[-1]


async def refused(cloud: ZeServices) -> None:
    """Check that the reason is complete except for the private words."""
    with pytest.raises(RejectedError) as refusal:
        await cloud.battery(VIN)
    assert refusal.value.reason == "No example for you (code *** ) in London, GB"


def test_other_words_stay() -> None:
    """Fingerprints are long enough not to match ordinary words."""
    said = (
        "The order was refused since the battery is too low for the air conditioning to run: charge the car above the "
        "threshold, wait until it has told its new level, and try again within twenty minutes or set a timer for 07:30"
    )
    fingerprints = fingerprints_of(ACCOUNT)
    assert fingerprints
    assert redacted(said, fingerprints=fingerprints) == said


@pytest.mark.parametrize("code", ["A1B2C3D4", "4711AB", "AB4711"])
async def test_what_looks_like_a_code_is_redacted(
    http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    """Before any login, and in warnings about unknown values."""
    async with listening(lambda _: said(403, envelope(1, f"a.b.Wrong code {code}"))) as wire:
        with pytest.raises(CloudError) as refusal:
            await client(http, wire.address).battery(VIN)
    async with listening(answering(said(200, {**REPORT, "charging_point": f"POINT {code}"}))) as wire:
        await client(http, wire.address).battery(VIN)
    assert "'POINT ***'" in caplog.text
    assert code not in f"{refusal.value} {caplog.text}"
