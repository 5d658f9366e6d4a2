"""Reauthentication and reconfiguration at Z.E. Services."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import FlowResultType

from custom_components.renault_ze.const import CONF_ADDRESS
from simulator import EXAMPLE_VIN, Account
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
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_password"})
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


async def test_reauth_while_the_server_is_down(car: Car) -> None:
    """The form shows the error and can be submitted again."""
    result = await car.entry.start_reauth_flow(car.hass)
    fault(kind="drop")(car.simulator)
    result = await submit(car.hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["errors"] == {"base": "cannot_connect"}
    mend(car.simulator)
    result = await submit(car.hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert result["reason"] == "reauth_successful"


async def test_reauth_into_another_account(car: Car) -> None:
    """The password of another account is refused, even with the same email address."""
    car.hass.config_entries.async_update_entry(car.entry, unique_id="somebody else")
    result = await car.entry.start_reauth_flow(car.hass)
    result = await submit(car.hass, result["flow_id"], {CONF_PASSWORD: "P4ssw0rd"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert result["reason"] in TEXTS["config"]["abort"]


async def test_reconfigure(car: Car) -> None:
    """Address and password can change; the form shows the current values without the password."""
    result = await choose(car.hass, await car.entry.start_reconfigure_flow(car.hass))
    assert suggested(result) == {CONF_USERNAME: "you@example.com", CONF_ADDRESS: f"{car.simulator.url}/api"}
    car.simulator.account.password = "changed"
    await car.simulator.stop()
    elsewhere = await car.simulator.start()
    result = await submit(car.hass, result["flow_id"], typed(car.simulator))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(car.hass, result["flow_id"], typed(car.simulator, password="changed"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert car.entry.data == {
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "changed",
        CONF_ADDRESS: f"{elsewhere}/api",
    }
    assert car.entry.state is ConfigEntryState.LOADED


async def test_reconfigure_to_another_account(car: Car) -> None:
    """Another account is refused."""
    car.simulator.backend.add_account(Account("other@example.com", "P4ssw0rd", [EXAMPLE_VIN]))
    result = await choose(car.hass, await car.entry.start_reconfigure_flow(car.hass))
    result = await submit(car.hass, result["flow_id"], typed(car.simulator, username="other@example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert car.entry.data[CONF_USERNAME] == "you@example.com"
