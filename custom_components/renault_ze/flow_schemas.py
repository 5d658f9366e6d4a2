"""The schemas of all forms, and what is filled in."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import (
    CONF_CODE,
    CONF_COUNTRY,
    CONF_PASSWORD,
    CONF_TIME_ZONE,
    CONF_USERNAME,
    UnitOfEnergy,
    UnitOfRatio,
    UnitOfTime,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
import voluptuous as vol

from .cloud.zeservices import DEFAULT_ADDRESS
from .connect import country_of
from .const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CAR,
    CONF_CLOCK,
    CONF_CLOUD,
    CONF_CODE_ADDRESS,
    CONF_ENERGY,
    CONF_HOME_METER,
    CONF_LOCALE,
    CONF_NOTIFY,
    CONF_PLAN,
    CONF_POLL_INTERVAL,
    CONF_SERVER,
    DEFAULT_POLL_MINUTES,
    ZE_SERVICES,
)
from .plan.settings import (
    CONF_EVENING,
    CONF_LEAST_SAVING,
    CONF_MINIMUM_LEVEL,
    CONF_READY_BY,
    CONF_RUN_LENGTH,
    CONF_SEND_AHEAD,
    CONF_START_EARLIER,
    CONF_THRESHOLD,
    CONF_TIMER_AHEAD,
    DEFAULT_EVENING,
    DEFAULT_LEAST_SAVING,
    DEFAULT_MINIMUM_LEVEL,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_READY_BY,
    DEFAULT_THRESHOLD,
    LEAST_RUN_MINUTES,
)
from .vehicle.charge_log import CONF_BATTERY_CAPACITY, CONF_CHARGING_LOSS, DEFAULT_LOSS_PERCENT

# Errors that a wrong address may have caused.
_ADDRESS_ERRORS = frozenset({"invalid_address", "cannot_connect", "unexpected_response", "not_offered"})
_BOX = selector.NumberSelectorMode.BOX
# A field that is left empty is missing in the input.
_CLEARABLE = {CONF_BATTERY_CAPACITY, CONF_HOME_METER}
# The smallest and largest useful minutes; preconditioning of no duration would never start before its departure.
_MINUTES = {
    CONF_RUN_LENGTH: (LEAST_RUN_MINUTES, 30),
    CONF_START_EARLIER: (0, 60),
    CONF_TIMER_AHEAD: (0, 720),
    CONF_SEND_AHEAD: (0, 180),
}
_PLAN_SCHEMA = vol.Schema(
    {
        **{
            vol.Required(key, default=DEFAULT_PLAN_MINUTES[key]): selector.NumberSelector(
                selector.NumberSelectorConfig(min=least, max=most, step=1, unit_of_measurement=UnitOfTime.MINUTES)
            )
            for key, (least, most) in _MINUTES.items()
        },
        vol.Required(CONF_EVENING, default=DEFAULT_EVENING): selector.TimeSelector(),
        vol.Required(CONF_NOTIFY, default=True): selector.BooleanSelector(),
    }
)
_ENERGY_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_CHARGING_LOSS, default=DEFAULT_LOSS_PERCENT): selector.NumberSelector(
            selector.NumberSelectorConfig(min=0, max=50, step=1, unit_of_measurement=UnitOfRatio.PERCENTAGE)
        ),
        vol.Optional(CONF_BATTERY_CAPACITY): selector.NumberSelector(
            selector.NumberSelectorConfig(
                min=5, max=150, step=0.1, unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR, mode=_BOX
            )
        ),
        vol.Optional(CONF_HOME_METER): selector.EntitySelector(
            selector.EntitySelectorConfig(domain=SENSOR_DOMAIN, device_class=SensorDeviceClass.ENERGY)
        ),
    }
)
_SECTIONS = {CONF_PLAN: _PLAN_SCHEMA, CONF_ENERGY: _ENERGY_SCHEMA}
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_MINUTES): selector.NumberSelector(
            selector.NumberSelectorConfig(min=5, max=120, step=1, unit_of_measurement=UnitOfTime.MINUTES)
        ),
        vol.Required(CONF_THRESHOLD, default=DEFAULT_THRESHOLD): selector.NumberSelector(
            selector.NumberSelectorConfig(min=0, max=100, step=1, unit_of_measurement=UnitOfRatio.PERCENTAGE)
        ),
        # No default: the frontend would show it instead of the defaults of the fields.
        **{vol.Optional(name): section(schema, {"collapsed": True}) for name, schema in _SECTIONS.items()},
    }
)
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


def car_schema(cars: Mapping[str, str]) -> vol.Schema:
    """Return a form to choose a car; `cars` are names by VIN."""
    return vol.Schema({vol.Required(CONF_CAR): choice(cars)})


def clock_schema(schedules: Mapping[str, str]) -> vol.Schema:
    """Return a form to choose the correct schedule; `schedules` are texts by clock."""
    return vol.Schema({vol.Required(CONF_CLOCK): choice(schedules)})


def zone_schema(zones: Collection[str]) -> vol.Schema:
    """Return a form to choose a time zone."""
    config = selector.SelectSelectorConfig(options=sorted(zones), mode=selector.SelectSelectorMode.DROPDOWN)
    return vol.Schema({vol.Required(CONF_TIME_ZONE): selector.SelectSelector(config)})


def cheapest_hours_schema(currency: str) -> vol.Schema:
    """Return a form for what decides which hours are chosen; `currency` is that of the least saving."""
    percent = selector.NumberSelectorConfig(min=0, max=100, unit_of_measurement=UnitOfRatio.PERCENTAGE)
    saving = selector.NumberSelectorConfig(min=0, step="any", unit_of_measurement=currency, mode=_BOX)
    return vol.Schema(
        {
            vol.Required(CONF_READY_BY, default=DEFAULT_READY_BY): selector.TimeSelector(),
            vol.Required(CONF_MINIMUM_LEVEL, default=DEFAULT_MINIMUM_LEVEL): selector.NumberSelector(percent),
            vol.Required(CONF_LEAST_SAVING, default=DEFAULT_LEAST_SAVING): selector.NumberSelector(saving),
        }
    )


def known_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the current settings for their form, with its sections."""
    chosen = {
        name: {key: options[key] for key in map(str, schema.schema) if key in options}
        for name, schema in _SECTIONS.items()
    }
    return {**options, **chosen}


def with_settings(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the values of the form of settings, and without the fields that were cleared."""
    cleared = _CLEARABLE if CONF_ENERGY in user_input else set()
    changed = {key: value for key, value in options.items() if key not in cleared}
    for key, value in user_input.items():
        changed |= value if key in _SECTIONS else {key: value}
    return changed


def my_renault_schema(countries: Iterable[str], likely: str) -> vol.Schema:
    """Return a form for an account at MY Renault."""
    country = selector.CountrySelector(selector.CountrySelectorConfig(countries=list(countries)))
    return vol.Schema(
        {
            **_CREDENTIALS,
            vol.Required(CONF_COUNTRY, default=likely): country,
            vol.Required(CONF_SERVER): section(vol.Schema({vol.Optional(CONF_ADDRESS): _ADDRESS}), {"collapsed": True}),
        }
    )


def with_sections(schema: vol.Schema, errors: Mapping[str, str], shown: Mapping[str, Any]) -> vol.Schema:
    """Return a form with its sections expanded if the address that is shown in one may have caused an error."""
    if _ADDRESS_ERRORS.isdisjoint(errors.values()) or not shown.get(CONF_SERVER, {}).get(CONF_ADDRESS):
        return schema
    return vol.Schema(
        {
            key: section(field.schema, {"collapsed": False}) if isinstance(field, section) else field
            for key, field in schema.schema.items()
        }
    )


def code_address_schema(addresses: Mapping[str, str]) -> vol.Schema:
    """Return a form to choose where a code is sent; `addresses` are labels by id."""
    return vol.Schema({vol.Required(CONF_CODE_ADDRESS): choice(addresses)})


def account_schema(accounts: Mapping[str, str]) -> vol.Schema:
    """Return a form to choose an account; `accounts` are labels by id."""
    return vol.Schema({vol.Required(CONF_ACCOUNT_ID): choice(accounts)})


def choice(labels: Mapping[str, str]) -> selector.SelectSelector:
    """Return a selector of one value by its label."""
    options = [selector.SelectOptionDict(value=value, label=label) for value, label in labels.items()]
    return selector.SelectSelector(
        selector.SelectSelectorConfig(options=options, mode=selector.SelectSelectorMode.LIST)
    )


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an account form without its sections."""
    plain = {key: value for key, value in user_input.items() if key != CONF_SERVER}
    return {**plain, **user_input[CONF_SERVER]}


def known_fields(data: Mapping[str, Any], cloud: str) -> dict[str, Any]:
    """Return the current values of an account for the form of a cloud; for another cloud, only the email address."""
    known: dict[str, Any] = {CONF_USERNAME: data[CONF_USERNAME]}
    if data.get(CONF_CLOUD, ZE_SERVICES) == cloud:
        known[CONF_SERVER] = {CONF_ADDRESS: data[CONF_ADDRESS]} if CONF_ADDRESS in data else {}
        if CONF_LOCALE in data:
            known[CONF_COUNTRY] = country_of(data[CONF_LOCALE])
    return known
