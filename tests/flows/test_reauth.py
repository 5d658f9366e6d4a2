"""Reauthentication and reconfiguration at Z.E. Services."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ADDRESS
from simulator import EXAMPLE_VIN, Account, Simulator
from tests.common import suggested
from tests.flows.ze_services_flow import TEXTS, choose, fault, mend, submit, typed
from tests.plan.planned import Car


async def test_reauth(car: Car) -> None:
    """A changed password starts the flow, is checked, and used from then on."""
    car.simulator.account.password = "changed"
    await car.later(600)
    (flow,) = car.hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await submit(car.hass, flow["flow_id"], {CONF_PASSWORD: "wrong again"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_auth"})
    assert suggested(result) == {}
    assert result["description_placeholders"]["username"] == "you@example.com"
    result = await submit(car.hass, flow["flow_id"], {CONF_PASSWORD: "changed"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert car.entry.data[CONF_PASSWORD] == "changed"
    assert car.entry.data[CONF_ADDRESS] == f"{car.simulator.url}/api"
    assert car.entry.state is ConfigEntryState.LOADED
    car.simulator.vehicle().car.fill(77)
    car.simulator.vehicle().report_now()
    await car.later(600)
    assert float(car.value("sensor.renault_z_e_battery")) >= 77
    assert not car.hass.config_entries.flow.async_progress()


async def test_reauth_while_the_server_is_down(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """The form shows the error and can be submitted again."""
    result = await init_integration.start_reauth_flow(hass)
    fault(kind="drop")(simulator)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["errors"] == {"base": "cannot_connect"}
    mend(simulator)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["reason"] == "reauth_successful"


async def test_reauth_into_another_account(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """The password of another account is refused, even with the same email address."""
    hass.config_entries.async_update_entry(init_integration, unique_id="somebody else")
    result = await init_integration.start_reauth_flow(hass)
    result = await submit(hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert result["reason"] in TEXTS["config"]["abort"]


async def test_reconfigure(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """Address and password can change; the form shows the current values without the password."""
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
    """Another account is refused."""
    simulator.backend.add_account(Account("other@example.com", "P4ssw0rd", [EXAMPLE_VIN]))
    result = await choose(hass, await init_integration.start_reconfigure_flow(hass))
    result = await submit(hass, result["flow_id"], typed(simulator, username="other@example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert init_integration.data[CONF_USERNAME] == "you@example.com"
