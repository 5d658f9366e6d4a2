"""What an owner can choose."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfRatio, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
import voluptuous as vol

from .const import (
    CONF_EVENING,
    CONF_LEAD,
    CONF_LOAD_LEAD,
    CONF_NOTIFY,
    CONF_PLAN,
    CONF_POLL_INTERVAL,
    CONF_ROBUST_LEAD,
    CONF_RUN_LENGTH,
    CONF_THRESHOLD,
    DEFAULT_EVENING,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_POLL_MINUTES,
    DEFAULT_THRESHOLD,
)

# The most minutes that make sense.
_MOST_MINUTES = {CONF_RUN_LENGTH: 30, CONF_LEAD: 60, CONF_ROBUST_LEAD: 720, CONF_LOAD_LEAD: 180}
_PLAN_SCHEMA = vol.Schema(
    {
        **{
            vol.Required(key, default=DEFAULT_PLAN_MINUTES[key]): selector.NumberSelector(
                selector.NumberSelectorConfig(min=0, max=most, step=1, unit_of_measurement=UnitOfTime.MINUTES)
            )
            for key, most in _MOST_MINUTES.items()
        },
        vol.Required(CONF_EVENING, default=DEFAULT_EVENING): selector.TimeSelector(),
        vol.Required(CONF_NOTIFY, default=True): selector.BooleanSelector(),
    }
)
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_MINUTES): selector.NumberSelector(
            selector.NumberSelectorConfig(min=5, max=120, step=1, unit_of_measurement=UnitOfTime.MINUTES)
        ),
        vol.Required(CONF_THRESHOLD, default=DEFAULT_THRESHOLD): selector.NumberSelector(
            selector.NumberSelectorConfig(min=0, max=100, step=1, unit_of_measurement=UnitOfRatio.PERCENTAGE)
        ),
        vol.Required(CONF_PLAN, default=dict): section(_PLAN_SCHEMA, {"collapsed": True}),
    }
)


class OptionsFlow(OptionsFlowWithReload):
    """Ask how often to look, below which level the car refuses to precondition, and how the plan is kept."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(data=_flat(user_input))
        options = self.config_entry.options
        known = {**options, CONF_PLAN: {key: options[key] for key in map(str, _PLAN_SCHEMA.schema) if key in options}}
        schema = self.add_suggested_values_to_schema(OPTIONS_SCHEMA, known)
        return self.async_show_form(step_id="init", data_schema=schema)


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was chosen without its sections."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        flat |= value if key == CONF_PLAN else {key: value}
    return flat
