"""Adding an account at MY Renault, with a second factor and after errors."""

from collections.abc import Callable
import json
from pathlib import Path
import sys
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CODE, CONF_COUNTRY, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from renault_api.const import AVAILABLE_LOCALES

from custom_components.renault_ze.connect import open_http, open_my_renault
from custom_components.renault_ze.const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_CODE_ADDRESS,
    CONF_LOCALE,
    CONF_SERVER,
    DOMAIN,
    MY_RENAULT,
)
from custom_components.renault_ze.storage import NewSession
from simulator import EXAMPLE_VIN
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator, models_of
from tests.common import suggested, value
from tests.flows.renault_flow import BATTERY, WITH_SECOND_FACTOR, begin, log_ins, needs_second_factor, submit, typed

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text())["config"]

type Change = Callable[[MyRenaultSimulator], None]


def _fault(path: str, **fault: Any) -> Change:
    """Let requests to a path fail."""
    return lambda simulator: simulator.faults.replace([{"path": path, **fault}])


def _gigya(code: int) -> Change:
    """Let logins fail with an error code of Gigya."""
    return _fault("*/accounts.login", kind="status", status=200, code=code)


def _no_vehicle(simulator: MyRenaultSimulator) -> None:
    """Remove the car from the account."""
    simulator.account.vins.clear()


def _mend(simulator: MyRenaultSimulator) -> None:
    """Remove all faults."""
    simulator.faults.replace([])
    simulator.account.vins[:] = [EXAMPLE_VIN]


WRONG: dict[str, tuple[Change, dict[str, str], str]] = {
    "a password nobody set": (lambda _: None, {CONF_PASSWORD: "wrong"}, "invalid_auth"),
    "a user nobody knows": (lambda _: None, {CONF_USERNAME: "nobody@example.com"}, "invalid_auth"),
    "no scheme": (lambda _: None, {CONF_ADDRESS: "192.168.1.20:8642"}, "invalid_address"),
    "a port out of range": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:99999"}, "invalid_address"),
    "a password in the address": (lambda _: None, {CONF_ADDRESS: "http://you:P4ss@127.0.0.1"}, "invalid_address"),
    "a closed port": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:1"}, "cannot_connect"),
    "a wrong path": (lambda _: None, {CONF_ADDRESS: "{url}/elsewhere"}, "unexpected_response"),
    "no vehicle": (_no_vehicle, {}, "no_vehicle"),
    "a proxy's page": (_fault("/kamereon/*", kind="html", status=502), {}, "cannot_connect"),
    "a proxy's page for Gigya": (_fault("/gigya/*", kind="html", status=502), {}, "cannot_connect"),
    "a page that is no server of theirs": (_fault("/gigya/*", kind="html", status=200), {}, "unexpected_response"),
    "Gigya in trouble": (_gigya(500001), {}, "cannot_connect"),
    "Gigya's key out of date": (_gigya(400093), {}, "unexpected_response"),
    "too many log-ins": (_gigya(403120), {}, "throttled"),
    "another refusal by Gigya": (_gigya(400002), {}, "rejected"),
    "a dropped connection": (_fault("/kamereon/*", kind="drop"), {}, "cannot_connect"),
    "a truncated answer": (_fault("/kamereon/*", kind="truncate"), {}, "unexpected_response"),
    "quota": (_fault("/kamereon/*", kind="rate_limit", status=429), {}, "throttled"),
    "a server that failed": (_fault("/kamereon/*", kind="status", status=500), {}, "cannot_connect"),
    "a path that is gone": (
        _fault("/kamereon/*", kind="status", status=404, message="err.func.wired.not-found"),
        {},
        "not_offered",
    ),
    "a token that is never good": (_fault("/kamereon/*", kind="expired_token"), {}, "token_refused"),
}


async def test_add_account(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """Credentials create an entry with its car; one login is enough for both, and no API key is stored."""
    hass.config.country = "IE"
    form = await begin(hass)
    assert form["data_schema"].schema[CONF_SERVER].options == {"collapsed": True}
    assert form["data_schema"](typed("", **{CONF_COUNTRY: "FR"}))[CONF_COUNTRY] == "FR"
    values = typed(f" {renault.url}/ ", username=" you@example.com ")
    del values[CONF_COUNTRY]
    result = await submit(hass, form, values)
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "MY Renault (y…@example.com)")
    entry = result["result"]
    assert entry.unique_id == renault.account.identifier("MYRENAULT")
    assert entry.data == {
        CONF_CLOUD: MY_RENAULT,
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "P4ssw0rd",
        CONF_LOCALE: "en_IE",
        CONF_ADDRESS: renault.url,
        CONF_ACCOUNT_ID: entry.unique_id,
    }
    assert entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == "50"
    assert log_ins(renault) == 1


async def test_default_servers(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """Without an address, the library's servers and keys are used."""
    result = await submit(hass, await begin(hass), typed(""))
    assert (result["step_id"], list(result["errors"])) == ("my_renault", ["base"])
    assert result["data_schema"].schema[CONF_SERVER].options == {"collapsed": True}
    assert not renault.log.entries
    data = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd", CONF_LOCALE: "fr_FR"}
    http = open_http(hass)
    session = (await open_my_renault(hass, http, data, NewSession()))._session.library
    http.detach()
    assert await session._get_gigya_root_url() == AVAILABLE_LOCALES["fr_FR"]["gigya-root-url"]
    assert await session._get_kamereon_root_url() == AVAILABLE_LOCALES["fr_FR"]["kamereon-root-url"]


async def test_unsupported_country(hass: HomeAssistant) -> None:
    """Only Renault's countries can be chosen."""
    form = await begin(hass)
    with pytest.raises(InvalidData):
        await submit(hass, form, typed("", country="JP"))


@pytest.mark.parametrize(("spoil", "changes", "error"), WRONG.values(), ids=WRONG)
async def test_error_and_recovery(
    hass: HomeAssistant, renault: MyRenaultSimulator, spoil: Change, changes: dict[str, str], error: str
) -> None:
    """The form shows the error and the previous input without the password, and can be submitted again."""
    form = await begin(hass)
    spoil(renault)
    changes = {key: text.format(url=renault.url) for key, text in changes.items()}
    result = await submit(hass, form, typed(renault.url, **changes))
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "my_renault", {"base": error})
    assert TEXTS["error"][error].endswith(".")
    kept = {CONF_USERNAME: "you@example.com", CONF_ADDRESS: renault.url, CONF_COUNTRY: "GB", **changes}
    kept.pop(CONF_PASSWORD, None)
    assert suggested(result) == kept
    about_address = error in {"invalid_address", "cannot_connect", "unexpected_response", "not_offered"}
    assert result["data_schema"].schema[CONF_SERVER].options == {"collapsed": not about_address}
    _mend(renault)
    result = await submit(hass, result, typed(renault.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_account_is_added_once(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any) -> None:
    """An existing account is not added again."""
    renault_entry.add_to_hass(hass)
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_two_accounts(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """An owner with cars in two accounts chooses one; the other is then added without a question."""
    renault.account.vins[:] = [EXAMPLE_VIN, SECOND_VIN]
    renault.backend.add_account(renault.account)
    renault.backend.settings.dacia.append(SECOND_VIN)
    entries = {}
    for kind, vin in (("MYDACIA", SECOND_VIN), ("MYRENAULT", EXAMPLE_VIN)):
        result = await submit(hass, await begin(hass), typed(renault.url))
        assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "garage")
        (field,) = result["data_schema"].schema.values()
        labels = {each["value"]: each["label"] for each in field.config["options"]}
        account = renault.account.identifier(kind)
        assert labels[account] == f"{kind}: {vin}"
        result = await submit(hass, result, {CONF_ACCOUNT_ID: account})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        entries[kind] = result["result"]
    assert [list(each.runtime_data.vehicles) for each in entries.values()] == [[SECOND_VIN], [EXAMPLE_VIN]]


def _car(simulator: MyRenaultSimulator, vin: str, model: str) -> None:
    """Add a car of a model to the account."""
    simulator.backend._models.update(models_of([vin], [model]))
    simulator.account.vins.append(vin)
    simulator.backend.add_account(simulator.account)


async def test_no_electric_car(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """The form names the cars without a plug, and can be submitted again once the account has an electric car."""
    renault.account.vins.clear()
    _car(renault, SECOND_VIN, "Petrol")
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "no_electric_car"})
    assert result["description_placeholders"] == {"cars": "SANDERO III …0002"}
    renault.account.vins.append(EXAMPLE_VIN)
    result = await submit(hass, result, typed(renault.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "left_out"
    assert result["description_placeholders"] == {"cars": "SANDERO III …0002"}
    assert list(result["result"].runtime_data.vehicles) == [EXAMPLE_VIN]


async def test_choice_without_cars_without_a_plug(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """Do not offer an account whose cars cannot be plugged in, and name the cars that are left out of a choice."""
    third = "VF1AGVYF0ZE000003"
    _car(renault, SECOND_VIN, "Petrol")
    renault.backend.settings.dacia.append(SECOND_VIN)
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.config_entries.async_remove(result["result"].entry_id)
    _car(renault, third, "Spring")
    renault.backend.settings.dacia.append(third)
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "garage")
    left_out = "These cars were left out because they cannot be plugged in or are not supported: SANDERO III …0002."
    assert result["description_placeholders"] == {"left_out": left_out}
    (field,) = result["data_schema"].schema.values()
    labels = {each["label"] for each in field.config["options"]}
    assert labels == {f"MYRENAULT: {EXAMPLE_VIN}", f"MYDACIA: {third}"}


@pytest.mark.skipif(WITH_SECOND_FACTOR, reason="renault-api before 0.6 cannot")
async def test_unsupported_second_factor(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """The form says what to do, and can be submitted again afterwards."""
    renault.backend.settings.second_factor = True
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert result["errors"] == {"base": "second_factor_impossible"}
    renault.backend.settings.second_factor = False
    result = await submit(hass, result, typed(renault.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@needs_second_factor
async def test_second_factor(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """A code is sent by email, a wrong one is an error, and neither setup nor a restart asks for another."""
    renault.backend.settings.second_factor = True
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "code", {})
    assert result["description_placeholders"]["address"] == "y**@example.com"
    for code in ("wrong", "000000x"):
        result = await submit(hass, result, {CONF_CODE: code})
        assert (result["step_id"], result["errors"]) == ("code", {"base": "wrong_code"})
    result = await submit(hass, result, {CONF_CODE: f" {renault.backend.gigya.mails[-1].code} "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert len(renault.backend.gigya.mails) == 1
    asked = log_ins(renault)
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert log_ins(renault) == asked


@needs_second_factor
async def test_another_code(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """An empty code sends another one, and only that one is accepted."""
    renault.backend.settings.second_factor = True
    result = await submit(hass, await begin(hass), typed(renault.url))
    result = await submit(hass, result, {})
    assert (result["step_id"], result["errors"]) == ("code", {})
    old, new = (mail.code for mail in renault.backend.gigya.mails)
    result = await submit(hass, result, {CONF_CODE: old})
    assert result["errors"] == {"base": "wrong_code"}
    result = await submit(hass, result, {CONF_CODE: new})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@needs_second_factor
async def test_several_addresses(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """The owner chooses where the code is sent; errors are shown in the same form."""
    renault.backend.settings.second_factor = True
    emails = [{"id": "email-1", "obfuscated": "y**@example.com"}, {"id": "email-2", "obfuscated": "w**@example.com"}]
    told = {"errorCode": 0, "statusCode": 200, "emails": emails}
    renault.faults.replace([{"path": "*getEmails", "kind": "body", "json": told}])
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["step_id"], result["errors"]) == ("code_address", {})
    (field,) = result["data_schema"].schema.values()
    assert [each["label"] for each in field.config["options"]] == ["y**@example.com", "w**@example.com"]
    _fault("*sendVerificationCode", kind="drop")(renault)
    result = await submit(hass, result, {CONF_CODE_ADDRESS: "email-2"})
    assert (result["step_id"], result["errors"]) == ("code_address", {"base": "cannot_connect"})
    _mend(renault)
    result = await submit(hass, result, {CONF_CODE_ADDRESS: "email-2"})
    assert (result["step_id"], result["description_placeholders"]["address"]) == ("code", "w**@example.com")
    result = await submit(hass, result, {CONF_CODE: renault.backend.gigya.mails[-1].code})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@needs_second_factor
async def test_no_address_for_the_code(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """An account without an address for the code gets advice."""
    renault.backend.settings.second_factor = True
    told = {"errorCode": 0, "statusCode": 200, "emails": []}
    renault.faults.replace([{"path": "*getEmails", "kind": "body", "json": told}])
    result = await submit(hass, await begin(hass), typed(renault.url))
    assert (result["step_id"], result["errors"]) == ("my_renault", {"base": "second_factor_impossible"})


async def test_library_is_loaded_for_my_renault_only(hass: HomeAssistant, init_integration: Any) -> None:
    """Its import takes a quarter of a second."""
    assert init_integration.state is ConfigEntryState.LOADED
    assert f"{DOMAIN}.cloud.myrenault" not in hass.data.get("import_cache", {})
    assert "custom_components.renault_ze.config_flow" in sys.modules
