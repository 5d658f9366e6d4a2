"""Private data is redacted in every encoding, also where a text is cut."""

from collections.abc import Iterable
import json
import logging
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, CountryMovedError, RefusedError
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.redaction import for_log, redacted, without_words
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import PASSWORD, USERNAME, VIN
from tests.cloud.hostile import Replies, meet
from tests.cloud.myrenault import FIRST, NOW, my_renault
from tests.cloud.wire import envelope
from tests.encodings import ENCODINGS

SECRETS = {
    "e-mail": USERNAME,
    "e-mail with a tag": "anne-marie+ze@sub.example.co.uk",
    "VIN": VIN,
    "token": "st2.s.AtLtkQ.fGh-jKl_mNo",
    "password": "Correct horse",
    "password with marks": "p\"&<'%41\\u0041 +é\\ø😀/",
    "password with an accent": "motdepasseété",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_encodings(secret: str, encoding: str) -> None:
    """Find known private words in any encoding."""
    written = ENCODINGS[encoding](SECRETS[secret])
    for text in (f"No account {written} here", f"No account <{written}> here"):
        found = redacted(text, SECRETS.values())
        assert found in {"No account *** here", "No account <***> here"}
        assert without_words(text, SECRETS.values()).replace("<", "").replace(">", "") == "No account *** here"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", ["e-mail", "e-mail with a tag", "VIN"])
def test_encodings_of_unknown_words(secret: str, encoding: str) -> None:
    """Find other addresses and VINs by their format, also in values that are logged."""
    written = ENCODINGS[encoding](SECRETS[secret])
    if encoding == "small letters" or secret != "VIN":
        assert redacted(f"No account {written} here") == "No account *** here"
    assert SECRETS[secret].lower() not in for_log(f"No {written}").lower()
    assert SECRETS[secret].lower() not in for_log({"x": [f"{written}"]}).lower()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_where_a_text_is_cut(secret: str, encoding: str) -> None:
    """Leave no part of a private word at the end."""
    plain, written = SECRETS[secret], ENCODINGS[encoding](SECRETS[secret])
    for before in ("- ", f"{written} "):
        for length in range(2_000 - len(written) - 2, 2_001, 1 if len(written) < 40 else 5):
            text = (before * (length // len(before))).ljust(length, "-") + " " + written + " and more" * 500
            found = redacted(text, [plain]).lower()
            assert not [plain[:size] for size in range(3, len(plain)) if found.endswith(plain[:size].lower())]
            found = without_words(text, [plain]).lower()
            assert not [plain[:size] for size in range(3, len(plain)) if found.endswith(plain[:size].lower())]


@pytest.mark.parametrize("text", ["100 % charged", "a & b", "C:\\Users", "%zz", "&xyz;", "é 😀", "", "\\", "%", "&#;"])
def test_other_texts_stay(text: str) -> None:
    """Special characters alone are not private."""
    assert redacted(text, SECRETS.values()) == text
    assert without_words(text, SECRETS.values()) == text


def test_texts_without_secrets_stay_encoded() -> None:
    """Diagnostics show the original text."""
    assert without_words("a%20b\n", SECRETS.values()) == "a%20b\n"


@pytest.mark.parametrize(
    "text", ["a\r\n2026 ERROR b", "a%0D%0A2026 ERROR b", "a\\r\\n2026 ERROR b", "a&#13;&#10;2026 ERROR b"]
)
def test_no_second_line_in_the_log(text: str) -> None:
    """A server cannot add lines to our log."""
    assert redacted(text) == "a  2026 ERROR b"


def test_surrogates() -> None:
    """They can be written neither to a file nor to a browser."""
    assert json.loads(json.dumps(redacted("a\ud83d b \\ud83d c"))).encode()


def test_repeated_encoding() -> None:
    """Return nothing of a text that was encoded too many times."""
    text = USERNAME
    for _ in range(12):
        text = quote(text, safe="")
    assert redacted(text, [USERNAME]) == without_words(text, [USERNAME]) == ""


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_ze_services(
    cloud: ZeServices, simulator: Simulator, caplog: pytest.LogCaptureFixture, encoding: str
) -> None:
    """Account, car, and tokens in exceptions and in the log."""
    caplog.set_level(logging.DEBUG, "custom_components.renault_ze")
    await cloud.battery(VIN)
    login = cloud._session._login
    secrets = [USERNAME, PASSWORD, VIN, *login.tokens]
    assert len(secrets) == 6
    echo = "a.b.Refused for " + " ".join(map(ENCODINGS[encoding], secrets))
    for status in (400, 500, 503):
        meet(simulator, Replies(status=status, body=json.dumps(envelope(1, echo)).encode()), f"*{VIN}/*")
        for call in (cloud.battery, cloud.start_charge):
            with pytest.raises(CloudError) as caught:
                await call(VIN)
            assert_no_secrets(caught.value, map(ENCODINGS[encoding], secrets), caplog)
            assert "Refused for" in str(caught.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_my_renault(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator, caplog: pytest.LogCaptureFixture, encoding: str
) -> None:
    """Account, car, and tokens in exceptions and in the log."""
    caplog.set_level(logging.DEBUG, "custom_components.renault_ze")
    cloud = my_renault(http, renault.url)
    await cloud.account(max_age=NOW)
    sent = [entry.headers.get("x-gigya-id_token", "") for entry in renault.log.entries]
    secrets = [USERNAME, PASSWORD, FIRST, sent[-1], str(cloud.stored["login_token"]), str(cloud.stored["garage"])]
    assert all(secrets)
    echo = "Refused for " + " ".join(map(ENCODINGS[encoding], secrets))
    for code in ("err.func.x", "err.tech.x", "err.func.403"):
        error = json.dumps({"errors": [{"errorCode": code, "errorMessage": echo}]})
        meet(renault, Replies(status=400, body=error.encode()), "*/actions/hvac-start")
        with pytest.raises(CloudError) as caught:
            await cloud.start_preconditioning(FIRST)
        assert_no_secrets(caught.value, map(ENCODINGS[encoding], secrets), caplog)
        assert "Refused for" in str(caught.value)


def assert_no_secrets(err: CloudError, written: Iterable[str], caplog: pytest.LogCaptureFixture) -> None:
    """Check that neither an error nor the log contains private data, encoded or decoded."""
    reason = err.reason if isinstance(err, RefusedError) else ""
    lines = [each.getMessage() for each in caplog.records if "renault_ze" in each.name]
    words = [each.lower() for each in (*written, USERNAME, PASSWORD, VIN)]
    for text in (str(err), repr(err.args[0]), reason, *lines):
        assert not [each for each in words if each in text.lower()]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", [USERNAME, VIN, PASSWORD])
async def test_website_of_a_moved_country(cloud: ZeServices, simulator: Simulator, secret: str, encoding: str) -> None:
    """A repair shows no address that contains private data."""
    addresses = {"website": f"https://example.com/?who={ENCODINGS[encoding](secret)}"}
    await cloud.battery(VIN)
    body = json.dumps(envelope(403900, "x", redirectURLs=addresses)).encode()
    meet(simulator, Replies(status=403, body=body), f"*{VIN}/*")
    with pytest.raises(CountryMovedError) as caught:
        await cloud.battery(VIN)
    assert caught.value.website is None


async def test_client_does_not_collect_words(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Hidden words are stored once."""
    for _ in range(3):
        await adapter.account(max_age=NOW)
    words: Any = adapter._session._private
    assert len(words) == len(set(words))
