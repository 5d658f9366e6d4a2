"""Helpers to log in to Z.E. Services in the configuration flow, and faults."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.renault_ze.const import CONF_ADDRESS, CONF_SERVER, DOMAIN
from simulator import EXAMPLE_VIN, Restriction, Simulator

TEXTS = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text())

type Change = Callable[[Simulator], None]


def typed(simulator: Simulator, **changes: str) -> dict[str, Any]:
    """Return the input of the form."""
    known = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd", CONF_ADDRESS: simulator.url, **changes}
    return {
        CONF_USERNAME: known[CONF_USERNAME],
        CONF_PASSWORD: known[CONF_PASSWORD],
        CONF_SERVER: {CONF_ADDRESS: known[CONF_ADDRESS]},
    }


async def begin(hass: HomeAssistant) -> str:
    """Start to add an account at Z.E. Services, and return the flow."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "user")
    return (await choose(hass, result))["flow_id"]


async def choose(hass: HomeAssistant, menu: ConfigFlowResult) -> ConfigFlowResult:
    """Choose Z.E. Services from a menu, and return its form."""
    assert menu["menu_options"][:2] == ["my_renault", "ze_services"]
    result = await submit(hass, menu["flow_id"], {"next_step_id": "ze_services"})
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "ze_services", {})
    return result


async def submit(hass: HomeAssistant, flow_id: str, values: dict[str, Any]) -> ConfigFlowResult:
    """Submit a form."""
    result = await hass.config_entries.flow.async_configure(flow_id, values)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def fault(**fault: Any) -> Change:
    """Let logins fail."""
    return lambda simulator: simulator.faults.replace([{"path": "*/user/login", **fault}])


def mend(simulator: Simulator) -> None:
    """Remove all faults."""
    simulator.faults.replace([])
    simulator.account.vins[:] = [EXAMPLE_VIN]
    simulator.account.restriction = Restriction.NONE
