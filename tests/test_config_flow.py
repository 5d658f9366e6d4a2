"""From what a person types to an entry, and every way back to a working one."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.zeservices import DEFAULT_ADDRESS
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_POLL_INTERVAL, CONF_SERVER, CONF_THRESHOLD, DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN, Account, Restriction, Simulator

from .common import call, logins, value
from .conftest import Later

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text())
ERRORS: dict[str, str] = TEXTS["config"]["error"]

type Change = Callable[[Simulator], None]


def typed(simulator: Simulator, **changes: str) -> dict[str, Any]:
    """Return what a person types."""
    known = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd", CONF_ADDRESS: simulator.url, **changes}
    return {
        CONF_USERNAME: known[CONF_USERNAME],
        CONF_PASSWORD: known[CONF_PASSWORD],
        CONF_SERVER: {CONF_ADDRESS: known[CONF_ADDRESS]},
    }


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form shows already filled in, its sections flattened."""
    fields = dict(result["data_schema"].schema)
    if server := fields.pop(CONF_SERVER, None):
        fields |= server.schema.schema
    return {
        str(field): field.description["suggested_value"]
        for field in fields
        if field.description and "suggested_value" in field.description
    }


async def begin(hass: HomeAssistant) -> str:
    """Begin to add an account at Z.E. Services, and return the flow."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "user")
    return (await choose(hass, result))["flow_id"]


async def choose(hass: HomeAssistant, menu: ConfigFlowResult) -> ConfigFlowResult:
    """Choose Z.E. Services from a menu, and return its form."""
    assert menu["menu_options"] == ["my_renault", "ze_services"]
    result = await submit(hass, menu["flow_id"], {"next_step_id": "ze_services"})
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "ze_services", {})
    return result


async def submit(hass: HomeAssistant, flow_id: str, values: dict[str, Any]) -> ConfigFlowResult:
    """Press the form's button."""
    result = await hass.config_entries.flow.async_configure(flow_id, values)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def _fault(**fault: Any) -> Change:
    """Let something go wrong with each login."""
    return lambda simulator: simulator.faults.replace([{"path": "*/user/login", **fault}])


def _no_vehicle(simulator: Simulator) -> None:
    """Take the car out of the account."""
    simulator.account.vins.clear()


def _moved(simulator: Simulator) -> None:
    """Move the country of the account."""
    simulator.account.restriction = Restriction.LOGIN


def _mend(simulator: Simulator) -> None:
    """Put everything right again."""
    simulator.faults.replace([])
    simulator.account.vins[:] = [EXAMPLE_VIN]
    simulator.account.restriction = Restriction.NONE


WRONG = {
    "a password nobody set": (lambda _: None, {CONF_PASSWORD: "wrong"}, "invalid_auth"),
    "a user nobody knows": (lambda _: None, {CONF_USERNAME: "nobody@example.com"}, "invalid_auth"),
    "no scheme": (lambda _: None, {CONF_ADDRESS: "192.168.1.20:8642"}, "invalid_address"),
    "no host": (lambda _: None, {CONF_ADDRESS: "http://"}, "invalid_address"),
    "a port out of range": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:99999"}, "invalid_address"),
    "a password in the address": (lambda _: None, {CONF_ADDRESS: "http://you:P4ss@127.0.0.1"}, "invalid_address"),
    "a closed port": (lambda _: None, {CONF_ADDRESS: "http://127.0.0.1:1"}, "cannot_connect"),
    "a wrong path": (lambda _: None, {CONF_ADDRESS: "{url}/elsewhere"}, "unexpected_answer"),
    "a moved country": (_moved, {}, "country_moved"),
    "no vehicle": (_no_vehicle, {}, "no_vehicle"),
    "a page of HTML": (_fault(kind="html", status=200, title="Router"), {}, "unexpected_answer"),
    "a proxy's page": (_fault(kind="html", status=502), {}, "cannot_connect"),
    "a failing server": (_fault(kind="status", status=500), {}, "cannot_connect"),
    "a dropped connection": (_fault(kind="drop"), {}, "cannot_connect"),
    "half an answer": (_fault(kind="drop", when="during"), {}, "cannot_connect"),
    "a truncated answer": (_fault(kind="truncate"), {}, "unexpected_answer"),
    "an empty answer": (_fault(kind="empty"), {}, "unexpected_answer"),
    "null": (_fault(kind="body", json=None), {}, "unexpected_answer"),
    "a list": (_fault(kind="list"), {}, "unexpected_answer"),
    "another kind of JSON": (_fault(kind="body", json={"hello": "world"}), {}, "unexpected_answer"),
    "too many requests": (_fault(kind="rate_limit", status=429, retry_after="60"), {}, "throttled"),
    "a refusal": (_fault(kind="status", status=409), {}, "rejected"),
}


@pytest.mark.parametrize("address", ["{url}", "{url}/", "{url}/api", " {url}/api/ "])
async def test_add_account(
    hass: HomeAssistant, enable_custom_integrations: None, simulator: Simulator, address: str
) -> None:
    """Credentials and an address, in whatever spelling, make an entry with its car."""
    flow_id = await begin(hass)
    result = await submit(
        hass,
        flow_id,
        typed(simulator, username=" you@example.com ", address=address.format(url=simulator.url)),
    )
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Renault Z.E.")
    assert result["data"] == {
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "P4ssw0rd",
        CONF_ADDRESS: f"{simulator.url}/api",
    }
    entry = result["result"]
    assert entry.unique_id == simulator.account.identifier("user")
    assert entry.state is ConfigEntryState.LOADED
    assert value(hass, "sensor.renault_z_e_battery") == "50"


async def test_form(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """The server hides in a section, and Renault's own address is what it holds."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await choose(hass, menu)
    server = result["data_schema"].schema[CONF_SERVER]
    assert server.options == {"collapsed": True}
    assert server.schema({}) == {CONF_ADDRESS: DEFAULT_ADDRESS}


@pytest.mark.parametrize(("spoil", "changes", "error"), WRONG.values(), ids=WRONG)
async def test_error_and_recovery(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    simulator: Simulator,
    spoil: Change,
    changes: dict[str, str],
    error: str,
) -> None:
    """What is wrong is said in words, what was typed stays but the password, and the same form goes on."""
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
    about_address = error in {"invalid_address", "cannot_connect", "unexpected_answer", "not_offered"}
    assert result["data_schema"].schema[CONF_SERVER].options == {"collapsed": not about_address}
    _mend(simulator)
    result = await submit(hass, flow_id, typed(simulator))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


async def test_already_configured(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """An account is added once, however its e-mail is spelled."""
    flow_id = await begin(hass)
    result = await submit(hass, flow_id, typed(simulator, username="YOU@Example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert result["reason"] in TEXTS["config"]["abort"]


async def test_reauth(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A changed password is noticed, asked for, tried, and used from then on."""
    simulator.account.password = "changed"
    await later(600)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await submit(hass, flow["flow_id"], {CONF_PASSWORD: "wrong again"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_auth"})
    assert suggested(result) == {}
    assert result["description_placeholders"]["username"] == "you@example.com"
    result = await submit(hass, flow["flow_id"], {CONF_PASSWORD: "changed"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert init_integration.data[CONF_PASSWORD] == "changed"
    assert init_integration.data[CONF_ADDRESS] == f"{simulator.url}/api"
    assert init_integration.state is ConfigEntryState.LOADED
    simulator.vehicle().car.fill(77)
    simulator.vehicle().report_now()
    await later(600)
    assert float(value(hass, "sensor.renault_z_e_battery")) >= 77
    assert not hass.config_entries.flow.async_progress()


async def test_reauth_while_the_server_is_down(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """A form that could not be checked says so and can be sent again."""
    result = await init_integration.start_reauth_flow(hass)
    _fault(kind="drop")(simulator)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["errors"] == {"base": "cannot_connect"}
    _mend(simulator)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["reason"] == "reauth_successful"


async def test_reauth_into_another_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """A password that opens another account, as where the e-mail was given to another one, is not taken."""
    hass.config_entries.async_update_entry(init_integration, unique_id="somebody else")
    result = await init_integration.start_reauth_flow(hass)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert result["reason"] in TEXTS["config"]["abort"]


async def test_reconfigure(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """Address and password can change; what is known is filled in, the password is not."""
    result = await choose(hass, await init_integration.start_reconfigure_flow(hass))
    assert suggested(result) == {CONF_USERNAME: "you@example.com", CONF_ADDRESS: f"{simulator.url}/api"}
    simulator.account.password = "changed"
    await simulator.stop()
    elsewhere = await simulator.start()
    result = await submit(hass, result["flow_id"], typed(simulator))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(hass, result["flow_id"], typed(simulator, password="changed"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert init_integration.data == {
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "changed",
        CONF_ADDRESS: f"{elsewhere}/api",
    }
    assert init_integration.state is ConfigEntryState.LOADED


async def test_reconfigure_to_another_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """Another account is not put in the place of the one that was added."""
    simulator.world.add_account(Account("other@example.com", "P4ssw0rd", [EXAMPLE_VIN]))
    result = await choose(hass, await init_integration.start_reconfigure_flow(hass))
    result = await submit(hass, result["flow_id"], typed(simulator, username="other@example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert init_integration.data[CONF_USERNAME] == "you@example.com"


async def test_options(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The defaults are shown, what is chosen is used after the reload that follows, and shown the next time."""
    result = await hass.config_entries.options.async_init(init_integration.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "settings")
    assert result["data_schema"]({}).items() >= {CONF_POLL_INTERVAL: 10, CONF_THRESHOLD: 45}.items()
    chosen = {CONF_POLL_INTERVAL: 30, CONF_THRESHOLD: 60}
    result = await hass.config_entries.options.async_configure(result["flow_id"], chosen)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert init_integration.state is ConfigEntryState.LOADED
    assert logins(simulator) == 1
    coordinator: VehicleCoordinator = init_integration.runtime_data.vehicles[EXAMPLE_VIN]
    simulator.log.entries.clear()
    await later(14 * 60)
    assert not simulator.log.entries
    await later(2 * 60)
    assert simulator.log.entries
    assert coordinator.threshold == 60
    result = await hass.config_entries.options.async_init(init_integration.entry_id)
    assert suggested(result).items() >= chosen.items()


@pytest.mark.parametrize(
    ("field", "out_of_range"),
    [(CONF_POLL_INTERVAL, 4), (CONF_POLL_INTERVAL, 121), (CONF_THRESHOLD, -1), (CONF_THRESHOLD, 101)],
)
async def test_options_out_of_range(
    hass: HomeAssistant, init_integration: MockConfigEntry, field: str, out_of_range: int
) -> None:
    """Nobody is hammered, and a threshold is a percentage."""
    result = await hass.config_entries.options.async_init(init_integration.entry_id)
    values = {CONF_POLL_INTERVAL: 10, CONF_THRESHOLD: 45, field: out_of_range}
    with pytest.raises(InvalidData) as refused:
        await hass.config_entries.options.async_configure(result["flow_id"], values)
    assert field in refused.value.schema_errors


async def test_threshold_explains_a_refusal(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The threshold of the options is the one a refused preconditioning is explained by."""
    hass.config_entries.async_update_entry(init_integration, options={CONF_THRESHOLD: 60})
    await hass.config_entries.async_reload(init_integration.entry_id)
    simulator.vehicle().car.threshold = 60
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(61)
    assert value(hass, "sensor.renault_z_e_last_command") == "failed"
    attributes = hass.states.get("sensor.renault_z_e_last_command").attributes
    assert attributes["reason"] == "below_threshold"
