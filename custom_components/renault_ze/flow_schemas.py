"""The forms of the configuration flow."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.const import CONF_CODE, CONF_COUNTRY, CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
import voluptuous as vol

from .cloud.zeservices import DEFAULT_ADDRESS
from .const import CONF_ADDRESS, CONF_CODE_ADDRESS, CONF_GARAGE, CONF_SERVER

_PASSWORD = selector.TextSelector(
    selector.TextSelectorConfig(type=selector.TextSelectorType.PASSWORD, autocomplete="current-password")
)
_CREDENTIALS = {
    vol.Required(CONF_USERNAME): selector.TextSelector(
        selector.TextSelectorConfig(type=selector.TextSelectorType.EMAIL, autocomplete="username")
    ),
    vol.Required(CONF_PASSWORD): _PASSWORD,
}
_ADDRESS = selector.TextSelector(selector.TextSelectorConfig(type=selector.TextSelectorType.URL))
_CODE = selector.TextSelector(selector.TextSelectorConfig(autocomplete="one-time-code"))

ZE_SERVICES_SCHEMA = vol.Schema(
    {
        **_CREDENTIALS,
        vol.Required(CONF_SERVER): section(
            vol.Schema({vol.Required(CONF_ADDRESS, default=DEFAULT_ADDRESS): _ADDRESS}), {"collapsed": True}
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
CODE_SCHEMA = vol.Schema({vol.Optional(CONF_CODE): _CODE})


def my_renault_schema(countries: Iterable[str], likely: str) -> vol.Schema:
    """Ask for an account at MY Renault in one of its countries."""
    country = selector.CountrySelector(selector.CountrySelectorConfig(countries=list(countries)))
    return vol.Schema(
        {
            **_CREDENTIALS,
            vol.Required(CONF_COUNTRY, default=likely): country,
            vol.Required(CONF_SERVER): section(vol.Schema({vol.Optional(CONF_ADDRESS): _ADDRESS}), {"collapsed": True}),
        }
    )


def opened(schema: vol.Schema) -> vol.Schema:
    """Return a form whose sections are not folded."""
    return vol.Schema(
        {
            key: section(field.schema, {"collapsed": False}) if isinstance(field, section) else field
            for key, field in schema.schema.items()
        }
    )


def code_address_schema(addresses: Mapping[str, str]) -> vol.Schema:
    """Ask where a code is to be sent; `addresses` are shown as their values."""
    return vol.Schema({vol.Required(CONF_CODE_ADDRESS): choice(addresses)})


def garage_schema(garages: Mapping[str, str]) -> vol.Schema:
    """Ask which account is meant; `garages` are shown as their values."""
    return vol.Schema({vol.Required(CONF_GARAGE): choice(garages)})


def choice(labels: Mapping[str, str]) -> selector.SelectSelector:
    """Return a list to pick one from."""
    options = [selector.SelectOptionDict(value=value, label=label) for value, label in labels.items()]
    return selector.SelectSelector(
        selector.SelectSelectorConfig(options=options, mode=selector.SelectSelectorMode.LIST)
    )


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed without its sections."""
    plain = {key: value for key, value in user_input.items() if key != CONF_SERVER}
    return {**plain, **user_input[CONF_SERVER]}
