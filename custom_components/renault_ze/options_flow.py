"""Options flow, and the schemas of all forms."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import (
    CONF_CODE,
    CONF_COUNTRY,
    CONF_PASSWORD,
    CONF_TIME_ZONE,
    CONF_USERNAME,
    UnitOfRatio,
    UnitOfTime,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector
import voluptuous as vol

from .cloud.exceptions import CloudError
from .cloud.models import Capability
from .cloud.zeservices import DEFAULT_ADDRESS
from .connect import country_of, is_my_renault, schedules_by_clock
from .const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CAR,
    CONF_CLOCK,
    CONF_CLOUD,
    CONF_CODE_ADDRESS,
    CONF_LOCALE,
    CONF_NOTIFY,
    CONF_PLAN,
    CONF_POLL_INTERVAL,
    CONF_SCHEDULE_CLOCKS,
    CONF_SERVER,
    DEFAULT_POLL_MINUTES,
    LOGGER,
    ZE_SERVICES,
)
from .devices import name_of
from .plan.settings import (
    CONF_EVENING,
    CONF_RUN_LENGTH,
    CONF_SEND_AHEAD,
    CONF_START_EARLIER,
    CONF_THRESHOLD,
    CONF_TIMER_AHEAD,
    DEFAULT_EVENING,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_THRESHOLD,
    LEAST_RUN_MINUTES,
)
from .repairs.issues import schedule_in_words

_MENU_OPTIONS = ["settings", "schedule_clock", "time_zone"]
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
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_MINUTES): selector.NumberSelector(
            selector.NumberSelectorConfig(min=5, max=120, step=1, unit_of_measurement=UnitOfTime.MINUTES)
        ),
        vol.Required(CONF_THRESHOLD, default=DEFAULT_THRESHOLD): selector.NumberSelector(
            selector.NumberSelectorConfig(min=0, max=100, step=1, unit_of_measurement=UnitOfRatio.PERCENTAGE)
        ),
        # No default: the frontend would show it instead of the defaults of the fields.
        vol.Optional(CONF_PLAN): section(_PLAN_SCHEMA, {"collapsed": True}),
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


class OptionsFlow(OptionsFlowWithReload):
    """Options of an account: update interval, preconditioning, plan, and for MY Renault clock and time zone."""

    _vin: str

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show a menu for MY Renault, else the settings."""
        if is_my_renault(self.config_entry.data):
            return self.async_show_menu(step_id="init", menu_options=_MENU_OPTIONS)
        return await self.async_step_settings()

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the settings."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data={**options, **_flat(user_input)})
        known = {**options, CONF_PLAN: {key: options[key] for key in map(str, _PLAN_SCHEMA.schema) if key in options}}
        return self._form("settings", OPTIONS_SCHEMA, known)

    async def async_step_schedule_clock(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the car whose schedule clock is set, if there are several."""
        cars = self._cars()
        if not cars:
            return self.async_abort(reason="no_car")
        if user_input is None and len(cars) > 1:
            return self._form("schedule_clock", car_schema(cars), {})
        self._vin = next(iter(cars)) if user_input is None else user_input[CONF_CAR]
        return await self.async_step_reading()

    async def async_step_reading(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which clock shows the car's schedule as the owner sees it in the car."""
        options = self.config_entry.options
        clocks: dict[str, str] = options.get(CONF_SCHEDULE_CLOCKS, {})
        if user_input is not None:
            changed = {**clocks, self._vin: user_input[CONF_CLOCK]}
            return self.async_create_entry(data={**options, CONF_SCHEDULE_CLOCKS: changed})
        try:
            schedules = await schedules_by_clock(self.config_entry.runtime_data.cloud, self._vin)
        except CloudError as err:
            LOGGER.debug("Cannot read the charge schedule: %s", err)
            return self.async_abort(reason="week_unreadable")
        if len(set(schedules.values())) == 1:
            return self.async_abort(reason="no_difference")
        labels = {clock: await schedule_in_words(self.hass, each) for clock, each in schedules.items()}
        known = {CONF_CLOCK: clocks[self._vin]} if self._vin in clocks else {}
        return self._form("reading", clock_schema(labels), known)

    async def async_step_time_zone(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the time zone of the cars, which the cloud does not know."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data={**options, **user_input})
        # The names are read from disk; those without a region are abbreviations or fixed offsets.
        zones = await self.hass.async_add_executor_job(available_timezones)
        regional = {zone for zone in zones if "/" in zone and not zone.startswith("Etc/")}
        known = {CONF_TIME_ZONE: options.get(CONF_TIME_ZONE, self.hass.config.time_zone)}
        return self._form("time_zone", zone_schema(regional), known)

    def _cars(self) -> dict[str, str]:
        """Return the names of the cars with a charge schedule by VIN, none while the account is not loaded."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return {}
        found = self.config_entry.runtime_data.vehicles
        return {
            vin: name_of(each.hass, each.config_entry, vin)
            for vin, each in found.items()
            if Capability.CHARGE_SCHEDULE in each.vehicle.capabilities
        }

    def _form(self, step: str, schema: vol.Schema, known: Mapping[str, Any]) -> ConfigFlowResult:
        """Show a form with the current values."""
        return self.async_show_form(step_id=step, data_schema=self.add_suggested_values_to_schema(schema, known))


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form without its sections."""
    flat: dict[str, Any] = {}
    for key, value in user_input.items():
        flat |= value if key == CONF_PLAN else {key: value}
    return flat


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


def expanded(schema: vol.Schema) -> vol.Schema:
    """Return a form with its sections expanded."""
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
