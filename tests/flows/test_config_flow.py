"""Adding an account at Z.E. Services."""

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.zeservices import DEFAULT_ADDRESS
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_SERVER, DOMAIN
from simulator import Restriction, Simulator
from tests.common import suggested, value
from tests.flows.ze_services_flow import TEXTS, Change, begin, choose, fault, mend, submit, typed

ERRORS: dict[str, str] = TEXTS["config"]["error"]


def _no_vehicle(simulator: Simulator) -> None:
    """Remove the car from the account."""
    simulator.account.vins.clear()


def _moved(simulator: Simulator) -> None:
    """Move the country of the account."""
    simulator.account.restriction = Restriction.LOGIN


WRONG = {
    "a password nobody set": (lambda _: None, {CONF_PASSWORD: "wrong"}, "invalid_auth"),
    "a user nobody knows": (lambda _: None, {CONF_USERNAME: "nobody@example.com"}, "invalid_auth"),
    "no scheme": (lambda _: None, {CONF_ADDRESS: "192.168.1.20:8642"}, "invalid_address"),
    "no host": (lambda _: None, {CONF_ADDRESS: "http://"}, "invalid_address"),
    "a port out of range": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:99999"}, "invalid_address"),
    "a password in the address": (lambda _: None, {CONF_ADDRESS: "http://you:P4ss@127.0.0.1"}, "invalid_address"),
    "a closed port": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:1"}, "cannot_connect"),
    "a wrong path": (lambda _: None, {CONF_ADDRESS: "{url}/elsewhere"}, "unexpected_response"),
    "a moved country": (_moved, {}, "country_moved"),
    "no vehicle": (_no_vehicle, {}, "no_vehicle"),
    "a page of HTML": (fault(kind="html", status=200, title="Router"), {}, "unexpected_response"),
    "a proxy's page": (fault(kind="html", status=502), {}, "cannot_connect"),
    "a failing server": (fault(kind="status", status=500), {}, "cannot_connect"),
    "a dropped connection": (fault(kind="drop"), {}, "cannot_connect"),
    "half an answer": (fault(kind="drop", when="during"), {}, "cannot_connect"),
    "a truncated answer": (fault(kind="truncate"), {}, "unexpected_response"),
    "an empty answer": (fault(kind="empty"), {}, "unexpected_response"),
    "null": (fault(kind="body", json=None), {}, "unexpected_response"),
    "a list": (fault(kind="list"), {}, "unexpected_response"),
    "another kind of JSON": (fault(kind="body", json={"hello": "world"}), {}, "unexpected_response"),
    "too many requests": (fault(kind="rate_limit", status=429, retry_after="60"), {}, "throttled"),
    "a refusal": (fault(kind="status", status=409), {}, "rejected"),
}


@pytest.mark.parametrize("address", ["{url}", "{url}/", "{url}/api", " {url}/api/ "])
async def test_add_account(hass: HomeAssistant, simulator: Simulator, address: str) -> None:
    """Credentials and an address in any spelling create an entry with its car."""
    flow_id = await begin(hass)
    result = await submit(
        hass, flow_id, typed(simulator, username=" you@example.com ", address=address.format(url=simulator.url))
    )
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Z.E. Services (y…@example.com)")
    assert result["data"] == {
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "P4ssw0rd",
        CONF_ADDRESS: f"{simulator.url}/api",
    }
    entry = result["result"]
    assert entry.unique_id == simulator.account.identifier("user")
    assert entry.state is ConfigEntryState.LOADED
    assert value(hass, "sensor.renault_z_e_battery") == "50"


async def test_form(hass: HomeAssistant) -> None:
    """The server address is in a section, with Renault's own as the default."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await choose(hass, menu)
    server = result["data_schema"].schema[CONF_SERVER]
    assert server.options == {"collapsed": True}
    assert server.schema({}) == {CONF_ADDRESS: DEFAULT_ADDRESS}


@pytest.mark.parametrize(("spoil", "changes", "error"), WRONG.values(), ids=WRONG)
async def test_error_and_recovery(
    hass: HomeAssistant, simulator: Simulator, spoil: Change, changes: dict[str, str], error: str
) -> None:
    """The form shows the error and the previous input without the password, and can be submitted again."""
    flow_id = await begin(hass)
    spoil(simulator)
    changes = {key: text.format(url=simulator.url) for key, text in changes.items()}
    result = await submit(hass, flow_id, typed(simulator, **changes))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "ze_services")
    assert result["errors"] == {"base": error}
    assert ERRORS[error].endswith(".")
    kept = {CONF_USERNAME: "you@example.com", CONF_ADDRESS: simulator.url, **changes}
    kept.pop(CONF_PASSWORD, None)
    assert suggested(result) == kept
    about_address = error in {"invalid_address", "cannot_connect", "unexpected_response", "not_offered"}
    assert result["data_schema"].schema[CONF_SERVER].options == {"collapsed": not about_address}
    mend(simulator)
    result = await submit(hass, flow_id, typed(simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


async def test_already_configured(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """An account is added once, however its email address is spelled."""
    flow_id = await begin(hass)
    result = await submit(hass, flow_id, typed(simulator, username="YOU@Example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert result["reason"] in TEXTS["config"]["abort"]
