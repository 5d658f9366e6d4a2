"""Steps of the options flow for the electricity price and the solar forecast."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfPower, UnitOfRatio
from homeassistant.helpers import selector
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..const import CONF_ELECTRICITY_PRICE, CONF_SOLAR, DOMAIN
from . import (
    CONF_CHOICE,
    CONF_ENTITIES,
    CONF_FEES,
    CONF_INTEGRATION,
    CONF_KIND,
    CONF_TAXES,
    ENTITY,
    FIXED,
    INTEGRATION,
    KINDS,
    TWO_PRICES,
    price_source,
)
from .actions import integration_choices
from .feed import horizon
from .fixed import CONF_LOW_PRICE, CONF_PRICE, LOW_SPANS
from .solar import CONF_FORECAST, CONF_HOME_POWER, CONF_POWER_LIMIT, forecast_entries
from .source import PricesUnavailableError

_BOX = selector.NumberSelectorMode.BOX
_POWER = selector.NumberSelector(
    selector.NumberSelectorConfig(min=0, max=50, step=0.1, unit_of_measurement=UnitOfPower.KILO_WATT, mode=_BOX)
)
_TAXES = selector.NumberSelector(
    selector.NumberSelectorConfig(min=0, max=100, step=0.1, unit_of_measurement=UnitOfRatio.PERCENTAGE, mode=_BOX)
)
_ENTITIES = selector.EntitySelector(selector.EntitySelectorConfig(domain=["sensor", "event"], multiple=True))


class PriceOptionsFlow(OptionsFlowWithReload):
    """The options of the electricity price: one step for each kind of source."""

    async def async_step_electricity_price(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the prices come from, and name the current choice."""
        kind = self.config_entry.options.get(CONF_ELECTRICITY_PRICE, {}).get(CONF_KIND, "no_price")
        texts = await async_get_translations(self.hass, self.hass.config.language, "options", {DOMAIN})
        current = texts.get(f"component.{DOMAIN}.options.step.electricity_price.menu_options.{kind}", kind)
        return self.async_show_menu(
            step_id="electricity_price",
            menu_options=[*KINDS, "no_price"],
            description_placeholders={"current": current},
        )

    async def async_step_no_price(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Use no prices."""
        return self._saved(CONF_ELECTRICITY_PRICE, None)

    async def async_step_fixed_price(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for one price for all hours."""
        if user_input is not None:
            return self._saved(CONF_ELECTRICITY_PRICE, {CONF_KIND: FIXED, **user_input})
        return self._price_form(FIXED, {vol.Required(CONF_PRICE): self._money(least=0)})

    async def async_step_two_prices(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for two prices, and for the hours of the low one."""
        errors = {} if user_input is None else _wrong_times(user_input)
        if user_input is not None and not errors:
            return self._saved(CONF_ELECTRICITY_PRICE, {CONF_KIND: TWO_PRICES, **user_input})
        (begin, end), (second_begin, second_end) = LOW_SPANS
        fields = {
            vol.Required(CONF_PRICE): self._money(least=0),
            vol.Required(CONF_LOW_PRICE): self._money(least=0),
            **{vol.Required(each): selector.TimeSelector() for each in (begin, end)},
            **{vol.Optional(each): selector.TimeSelector() for each in (second_begin, second_end)},
        }
        return self._price_form(TWO_PRICES, fields, user_input, errors)

    async def async_step_price_integration(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an integration with prices, and for its area or home."""
        labels = await integration_choices(self.hass)
        if not labels:
            return self.async_abort(reason="no_price_integration")
        errors, placeholders = {}, {}
        if user_input is not None:
            entry_id, _, choice = user_input[CONF_INTEGRATION].partition("/")
            chosen = {**user_input, CONF_KIND: INTEGRATION, CONF_INTEGRATION: entry_id, CONF_CHOICE: choice}
            if (reason := await self._why_no_prices(chosen)) is None:
                return self._saved(CONF_ELECTRICITY_PRICE, chosen)
            errors, placeholders = {CONF_INTEGRATION: "no_prices_of_integration"}, {"reason": reason}
        known = self.config_entry.options.get(CONF_ELECTRICITY_PRICE, {})
        if user_input is None and known.get(CONF_KIND) == INTEGRATION:
            user_input = {**known, CONF_INTEGRATION: f"{known[CONF_INTEGRATION]}/{known[CONF_CHOICE]}"}
        options = [selector.SelectOptionDict(value=value, label=label) for value, label in labels.items()]
        select = selector.SelectSelector(selector.SelectSelectorConfig(options=options))
        fields = {vol.Required(CONF_INTEGRATION): select, **self._additions()}
        return self._price_form(INTEGRATION, fields, user_input, errors, placeholders)

    async def async_step_price_entity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for entities with prices."""
        errors, placeholders = {}, {}
        if user_input is not None:
            chosen = {CONF_KIND: ENTITY, **user_input}
            if await self._why_no_prices(chosen) is None:
                return self._saved(CONF_ELECTRICITY_PRICE, chosen)
            errors = {CONF_ENTITIES: "no_prices_of_entities"}
            placeholders = {"entities": ", ".join(user_input[CONF_ENTITIES]), "unit": f"{self._currency}/kWh"}
        fields = {vol.Required(CONF_ENTITIES): _ENTITIES, **self._additions()}
        return self._price_form(ENTITY, fields, user_input, errors, placeholders)

    async def async_step_solar(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a solar forecast, and for the power that the car may use of it."""
        known = self.config_entry.options.get(CONF_SOLAR)
        if user_input is not None:
            return self._saved(CONF_SOLAR, user_input if user_input.get(CONF_FORECAST) else None)
        titles = await forecast_entries(self.hass)
        if not titles and known is None:
            return self.async_abort(reason="no_solar_forecast")
        options = [selector.SelectOptionDict(value=value, label=label) for value, label in titles.items()]
        fields: dict[vol.Marker, Any] = {
            vol.Optional(CONF_FORECAST): selector.SelectSelector(selector.SelectSelectorConfig(options=options)),
            vol.Required(CONF_POWER_LIMIT, default=3): _POWER,
            vol.Required(CONF_HOME_POWER, default=0.3): _POWER,
        }
        suggested = {key: value for key, value in (known or {}).items() if key != CONF_FORECAST or value in titles}
        schema = self.add_suggested_values_to_schema(vol.Schema(fields), suggested)
        return self.async_show_form(step_id="solar", data_schema=schema)

    @property
    def _currency(self) -> str:
        """Return the currency of Home Assistant."""
        return self.hass.config.currency

    def _money(self, least: float | None = None) -> selector.NumberSelector:
        """Return a selector of an amount per kWh."""
        config = selector.NumberSelectorConfig(step="any", unit_of_measurement=f"{self._currency}/kWh", mode=_BOX)
        if least is not None:
            config["min"] = least
        return selector.NumberSelector(config)

    def _additions(self) -> dict[vol.Marker, Any]:
        """Return the fields for what is added to the price of a market."""
        return {
            vol.Required(CONF_FEES, default=0): self._money(),
            vol.Required(CONF_TAXES, default=0): _TAXES,
        }

    def _price_form(
        self,
        kind: str,
        fields: Mapping[vol.Marker, Any],
        entered: Mapping[str, Any] | None = None,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form of a kind of source with what was entered, otherwise with the current values."""
        known = self.config_entry.options.get(CONF_ELECTRICITY_PRICE) or {}
        suggested = entered or (known if known.get(CONF_KIND) == kind else {})
        schema = self.add_suggested_values_to_schema(vol.Schema(dict(fields)), suggested)
        return self.async_show_form(
            step_id=kind, data_schema=schema, errors=errors, description_placeholders=placeholders
        )

    def _saved(self, key: str, value: Mapping[str, Any] | None) -> ConfigFlowResult:
        """Store an option, or remove it."""
        options = {name: each for name, each in self.config_entry.options.items() if name != key}
        return self.async_create_entry(data=options if value is None else {**options, key: value})

    async def _why_no_prices(self, chosen: Mapping[str, Any]) -> str | None:
        """Return why a source has no prices at present, None if it has some."""
        try:
            await price_source(self.hass, chosen).async_prices(*horizon())
        except PricesUnavailableError as err:
            return str(err).rstrip(".")
        return None


def _wrong_times(entered: Mapping[str, Any]) -> dict[str, str]:
    """Return which times of the low price are incomplete or enclose no time."""
    for begin, end in LOW_SPANS:
        if (begin in entered) != (end in entered):
            return {end if begin in entered else begin: "incomplete_span"}
        if begin in entered and entered[begin] == entered[end]:
            return {end: "empty_span"}
    return {}
