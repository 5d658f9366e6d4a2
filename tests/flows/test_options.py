"""The options of an account at Z.E. Services."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_POLL_INTERVAL
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import EXAMPLE_VIN, Simulator
from tests.common import call, logins, suggested, value
from tests.conftest import Later


async def test_options(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The defaults are shown; new values are used after the reload, and shown the next time."""
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
    assert coordinator.planner.settings.threshold == 60
    result = await hass.config_entries.options.async_init(init_integration.entry_id)
    assert suggested(result).items() >= chosen.items()


@pytest.mark.parametrize(
    ("field", "out_of_range"),
    [(CONF_POLL_INTERVAL, 4), (CONF_POLL_INTERVAL, 121), (CONF_THRESHOLD, -1), (CONF_THRESHOLD, 101)],
)
async def test_options_out_of_range(
    hass: HomeAssistant, init_integration: MockConfigEntry, field: str, out_of_range: int
) -> None:
    """Interval and threshold have limits."""
    result = await hass.config_entries.options.async_init(init_integration.entry_id)
    values = {CONF_POLL_INTERVAL: 10, CONF_THRESHOLD: 45, field: out_of_range}
    with pytest.raises(InvalidData) as refused:
        await hass.config_entries.options.async_configure(result["flow_id"], values)
    assert field in refused.value.schema_errors


async def test_threshold_of_a_refusal(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """A refused preconditioning is explained by the threshold in the options."""
    hass.config_entries.async_update_entry(init_integration, options={CONF_THRESHOLD: 60})
    await hass.config_entries.async_reload(init_integration.entry_id)
    simulator.vehicle().car.threshold = 60
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await later(61)
    assert value(hass, "sensor.renault_z_e_last_command") == "failed"
    attributes = hass.states.get("sensor.renault_z_e_last_command").attributes
    assert attributes["reason"] == "below_threshold"
