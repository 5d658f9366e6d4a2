"""From credentials to an entry, and back to working ones."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME, UnitOfRatio, UnitOfTime
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
import voluptuous as vol

from .cloud.exceptions import CloudError
from .cloud.models import Account
from .cloud.zeservices import DEFAULT_ADDRESS, normalised_address
from .connect import open_cloud
from .const import (
    CONF_ADDRESS,
    CONF_EVENING,
    CONF_LEAD,
    CONF_LOAD_LEAD,
    CONF_NOTIFY,
    CONF_PLAN,
    CONF_POLL_INTERVAL,
    CONF_ROBUST_LEAD,
    CONF_RUN_LENGTH,
    CONF_SERVER,
    CONF_THRESHOLD,
    DEFAULT_EVENING,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_POLL_MINUTES,
    DEFAULT_THRESHOLD,
    DOMAIN,
)
from .errors import error_key

_PASSWORD = selector.TextSelector(
    selector.TextSelectorConfig(type=selector.TextSelectorType.PASSWORD, autocomplete="current-password")
)
_ADDRESS = selector.TextSelector(selector.TextSelectorConfig(type=selector.TextSelectorType.URL))

ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_USERNAME): selector.TextSelector(
            selector.TextSelectorConfig(type=selector.TextSelectorType.EMAIL, autocomplete="username")
        ),
        vol.Required(CONF_PASSWORD): _PASSWORD,
        vol.Required(CONF_SERVER): section(
            vol.Schema({vol.Required(CONF_ADDRESS, default=DEFAULT_ADDRESS): _ADDRESS}), {"collapsed": True}
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
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


class RenaultZeConfigFlow(ConfigFlow, domain=DOMAIN):
    """Ask for an account, and check it by logging in."""

    VERSION = 1

    _account: Account

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options."""
        return OptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add an account."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._errors(data := _flat(user_input))):
            await self.async_set_unique_id(self._account.id)
            self._abort_if_unique_id_configured()
            return self.async_create_entry(title="Renault Z.E.", data=data)
        return self._form("user", ACCOUNT_SCHEMA, errors, user_input)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for a password that works."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a password that works."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._errors({**entry.data, **user_input})):
            return await self._update(entry, user_input)
        return self._form("reauth_confirm", PASSWORD_SCHEMA, errors, None, {"username": entry.data[CONF_USERNAME]})

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the credentials or the server of an account."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._errors(data := _flat(user_input))):
            return await self._update(entry, data)
        known = {CONF_USERNAME: entry.data[CONF_USERNAME], CONF_SERVER: {CONF_ADDRESS: entry.data[CONF_ADDRESS]}}
        return self._form("reconfigure", ACCOUNT_SCHEMA, errors, user_input or known)

    def _form(
        self,
        step: str,
        schema: vol.Schema,
        errors: dict[str, str],
        values: Mapping[str, Any] | None,
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show a form with what was already typed, the password left out."""
        kept = {key: value for key, value in (values or {}).items() if key != CONF_PASSWORD}
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, kept),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _update(self, entry: ConfigEntry, data: Mapping[str, Any]) -> ConfigFlowResult:
        """Put working credentials into an entry, unless they are those of another account."""
        await self.async_set_unique_id(self._account.id)
        self._abort_if_unique_id_mismatch(reason="wrong_account")
        return self.async_update_reload_and_abort(entry, data_updates=dict(data))

    async def _errors(self, data: dict[str, Any]) -> dict[str, str]:
        """Tidy what was typed, log in, and return what is wrong with the account, if anything."""
        data[CONF_USERNAME] = data[CONF_USERNAME].strip()
        try:
            data[CONF_ADDRESS] = normalised_address(data[CONF_ADDRESS])
        except ValueError:
            return {"base": "invalid_address"}
        try:
            self._account = await open_cloud(self.hass, data).account(max_age=timedelta())
        except CloudError as err:
            return {"base": error_key(err)}
        return {} if self._account.vehicles else {"base": "no_vehicle"}


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
    """Return what was typed without its sections."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        flat |= value if key in {CONF_SERVER, CONF_PLAN} else {key: value}
    return flat
