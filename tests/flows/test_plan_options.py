"""Limits and defaults of the options of the plan."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.helpers.config_validation import custom_serializer
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.renault_ze.const import CONF_PLAN
from custom_components.renault_ze.flow_schemas import OPTIONS_SCHEMA, ZE_SERVICES_SCHEMA, my_renault_schema
from custom_components.renault_ze.plan.settings import CONF_RUN_LENGTH, CONF_START_EARLIER
from simulator import Simulator
from tests.common import ask, only_device, open_options, received_commands, set_up
from tests.plan.planned import WARM, WORK, Until

# Wednesday evening.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("schema", [OPTIONS_SCHEMA, ZE_SERVICES_SCHEMA, my_renault_schema(["GB"], "GB")])
def test_sections_have_no_defaults(schema: vol.Schema) -> None:
    """The frontend would show them instead of the defaults of the fields."""
    sections = [
        each
        for each in probatio.to_field_list(schema, custom_serializer=custom_serializer)
        if each.get("type") == "expandable"
    ]
    assert sections
    assert not any("default" in each for each in sections)


async def test_preconditioning_has_a_duration(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """With none, no departure would ever start."""
    shown = await open_options(hass, init_integration)
    with pytest.raises(InvalidData) as refused:
        await hass.config_entries.options.async_configure(shown["flow_id"], {CONF_PLAN: {CONF_RUN_LENGTH: 0}})
    assert refused.value.schema_errors


async def test_stored_duration_of_zero(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, until: Until
) -> None:
    """Options stored by an earlier version still start the preconditioning."""
    simulator.vehicle().car.fill(80)
    simulator.vehicle().report_now()
    mock_config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(mock_config_entry, options={CONF_RUN_LENGTH: 0, CONF_START_EARLIER: 0})
    await set_up(hass, mock_config_entry)
    device = only_device(hass, mock_config_entry)
    await ask(hass, "set_departure", device, **WORK)
    await until("07:29")
    assert received_commands(simulator) == [WARM]
