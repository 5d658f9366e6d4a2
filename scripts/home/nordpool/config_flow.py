"""The form of Nord Pool."""

from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.helpers import selector
import voluptuous as vol

from . import DOMAIN

AREAS = ["BE", "FR", "GER", "NL", "UK"]


class NordPoolConfigFlow(ConfigFlow, domain=DOMAIN):
    """Asks for price areas and currency, with the keys of the original."""

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create the entry."""
        if user_input is not None:
            return self.async_create_entry(title="Nord Pool", data=user_input)
        areas = selector.SelectSelectorConfig(options=AREAS, multiple=True)
        currencies = selector.SelectSelectorConfig(options=sorted({"EUR", self.hass.config.currency}))
        fields = {
            vol.Required("areas", default=["FR"]): selector.SelectSelector(areas),
            vol.Required("currency", default=self.hass.config.currency): selector.SelectSelector(currencies),
        }
        return self.async_show_form(step_id="user", data_schema=vol.Schema(fields))
