"""Nothing the client says or shows carries what is the owner's alone."""

import logging

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import RejectedError
from tests.cloud.endpoints import PASSWORD, READS, USERNAME, VIN, client
from tests.cloud.wire import REPORT, SECRETS, answering, envelope, listening, said


async def test_server_that_repeats_secrets_is_not_quoted(
    http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever stands in its message, in exceptions and in the log."""
    caplog.set_level(logging.DEBUG)
    message = (
        f"{USERNAME.upper()} typed {PASSWORD} for {VIN.lower()} at +447700900123 with eyJhbGciOiJIUzI1NiJ9.{'x1' * 20}"
    )
    async with listening(answering(said(400, envelope(1, message)))) as wire:
        cloud = client(http, wire.address)
        for call, _ in READS.values():
            with pytest.raises(RejectedError) as refusal:
                await call(cloud)
            text = str(refusal.value).lower()
            assert not [each for each in (USERNAME, PASSWORD, VIN, "7700900123", "x1x1") if each.lower() in text]
    assert "GET /vehicle/***/battery: 400 in " in caplog.text
    assert not [secret for secret in SECRETS if secret.lower() in caplog.text.lower()]


async def test_nothing_shows_secrets_when_printed(http: aiohttp.ClientSession) -> None:
    """As a debugger, a traceback with locals or a careless log line would."""
    async with listening(answering(said(200, REPORT))) as wire:
        cloud = client(http, wire.address)
        await cloud.battery(VIN)
        login = cloud._session._login
        assert login is not None
        assert login.token == "AAAA"
        shown = repr([cloud, cloud._session, cloud._session._transport, login, login.renewal])
        assert not [secret for secret in SECRETS if secret in shown]
