"""Helpers to log in to MY Renault in the configuration flow."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_COUNTRY, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from renault_api.renault_session import RenaultSession

from custom_components.renault_ze.const import CONF_ADDRESS, CONF_SERVER, DOMAIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived

LOG_IN = "POST /gigya/accounts.login"
BATTERY = "sensor.renault_z_e_battery"
# What MY Renault has nothing for with the car of the example account, and Z.E. Services has.
LACKING = {
    *("button.renault_z_e_cancel_preconditioning_timer", "button.renault_z_e_request_update"),
    *("event.renault_z_e_preconditioning", "select.renault_z_e_battery_status_notification"),
    *("select.renault_z_e_charge_end_notification", "select.renault_z_e_charge_problem_notification"),
    *("select.renault_z_e_charge_start_notification", "select.renault_z_e_low_battery_notification"),
    *("select.renault_z_e_low_battery_reminder_notification", "sensor.renault_z_e_charging_point"),
    *("sensor.renault_z_e_last_preconditioning", "sensor.renault_z_e_last_preconditioning_result"),
    *("sensor.renault_z_e_last_preconditioning_source", "switch.renault_z_e_do_not_disturb"),
    *("time.renault_z_e_do_not_disturb_end", "time.renault_z_e_do_not_disturb_start"),
}
WITH_SECOND_FACTOR = hasattr(RenaultSession, "complete_two_factor_auth")
needs_second_factor = pytest.mark.skipif(not WITH_SECOND_FACTOR, reason="renault-api 0.6 and newer know it")


def typed(url: str, **changes: str) -> dict[str, Any]:
    """Return the input of the form."""
    known = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd", CONF_ADDRESS: url, **changes}
    server = {CONF_ADDRESS: known.pop(CONF_ADDRESS)}
    return {CONF_COUNTRY: "GB", **known, CONF_SERVER: server}


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Start to add an account, choose MY Renault, and return its form."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await submit(hass, menu, {"next_step_id": "my_renault"})
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "my_renault", {})
    return result


async def submit(hass: HomeAssistant, result: ConfigFlowResult, values: dict[str, Any]) -> ConfigFlowResult:
    """Submit a form."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], values)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def log_ins(simulator: MyRenaultSimulator) -> int:
    """Return the number of logins with a password."""
    return arrived(simulator).count(LOG_IN)
