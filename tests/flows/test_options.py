"""The options of an account at Z.E. Services."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from custom_components.renault_ze.const import CONF_POLL_INTERVAL
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import EXAMPLE_VIN
from tests.common import logins, open_options, suggested
from tests.plan.planned import Car


async def test_options(car: Car) -> None:
    """The defaults are shown; new values are used after the reload, and shown the next time."""
    result = await open_options(car.hass, car.entry)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "settings")
    assert result["data_schema"]({}).items() >= {CONF_POLL_INTERVAL: 10, CONF_THRESHOLD: 45}.items()
    chosen = {CONF_POLL_INTERVAL: 30, CONF_THRESHOLD: 60}
    result = await car.hass.config_entries.options.async_configure(result["flow_id"], chosen)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert car.entry.state is ConfigEntryState.LOADED
    assert logins(car.simulator) == 1
    coordinator: VehicleCoordinator = car.entry.runtime_data.vehicles[EXAMPLE_VIN]
    car.simulator.log.entries.clear()
    await car.later(14 * 60)
    assert not car.simulator.log.entries
    await car.later(2 * 60)
    assert car.simulator.log.entries
    assert coordinator.planner.settings.threshold == 60
    result = await open_options(car.hass, car.entry)
    assert suggested(result).items() >= chosen.items()


@pytest.mark.parametrize(
    ("field", "out_of_range"),
    [(CONF_POLL_INTERVAL, 4), (CONF_POLL_INTERVAL, 121), (CONF_THRESHOLD, -1), (CONF_THRESHOLD, 101)],
)
async def test_options_out_of_range(car: Car, field: str, out_of_range: int) -> None:
    """Interval and threshold have limits."""
    result = await open_options(car.hass, car.entry)
    values = {CONF_POLL_INTERVAL: 10, CONF_THRESHOLD: 45, field: out_of_range}
    with pytest.raises(InvalidData) as refused:
        await car.hass.config_entries.options.async_configure(result["flow_id"], values)
    assert field in refused.value.schema_errors


async def test_threshold_of_a_refusal(car: Car) -> None:
    """A refused preconditioning is explained by the threshold in the options."""
    car.hass.config_entries.async_update_entry(car.entry, options={CONF_THRESHOLD: 60})
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    car.simulator.vehicle().car.threshold = 60
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(61)
    assert car.value("sensor.renault_z_e_last_command") == "failed"
    attributes = car.hass.states.get("sensor.renault_z_e_last_command").attributes
    assert attributes["reason"] == "below_threshold"
