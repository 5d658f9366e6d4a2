"""Options flow."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_TIME_ZONE
import voluptuous as vol

from .cloud.exceptions import CloudError
from .cloud.models import Capability
from .connect import is_my_renault, schedules_by_clock
from .const import CONF_CAR, CONF_CLOCK, CONF_SCHEDULE_CLOCKS, LOGGER
from .devices import name_of
from .flow_schemas import (
    OPTIONS_SCHEMA,
    car_schema,
    cheapest_hours_schema,
    clock_schema,
    known_settings,
    with_settings,
    zone_schema,
)
from .prices.flow import PriceOptionsFlow
from .repairs.issues import schedule_in_words

_MENU_OPTIONS = ["settings", "electricity_price", "solar", "cheapest_hours"]
_MY_RENAULT_OPTIONS = [*_MENU_OPTIONS, "schedule_clock", "time_zone"]


class OptionsFlow(PriceOptionsFlow):
    """Options of an account: settings, electricity price, solar forecast, and for MY Renault clock and time zone."""

    _vin: str

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show a menu."""
        options = _MY_RENAULT_OPTIONS if is_my_renault(self.config_entry.data) else _MENU_OPTIONS
        return self.async_show_menu(step_id="init", menu_options=options)

    async def async_step_settings(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the settings."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data=with_settings(options, user_input))
        return self._form("settings", OPTIONS_SCHEMA, known_settings(options))

    async def async_step_cheapest_hours(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for what decides which hours are chosen."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data={**options, **user_input})
        return self._form("cheapest_hours", cheapest_hours_schema(self.hass.config.currency), options)

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
        """Ask which clock shows the car's schedule as the user sees it in the car."""
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
