"""Sensors of the energy and cost of charges, which are estimates unless the car or a meter has measured them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfRatio
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..cloud.models import Capability
from ..coordinator import VehicleCoordinator
from ..entity import RenaultZeDescription, RenaultZeEntity
from ..vehicle.capacity import capacity
from ..vehicle.charge_log import ChargeRecorder
from ..vehicle.sessions import ChargeSession, EnergySource

type Attributes = dict[str, Any]

# Of the capacity (kWh), which is shown with one decimal.
_LEAST_UNCERTAINTY = 0.1


@dataclass(frozen=True, kw_only=True)
class RenaultZeEnergySensorDescription(RenaultZeDescription, SensorEntityDescription):
    """A sensor of the charges since a time, with the functions that return its value and attributes.

    One of `money` is in a currency; one of a `month` begins again each month, one that `accumulates` never.
    """

    capability: Capability = Capability.BATTERY
    value_fn: Callable[[ChargeRecorder, datetime, str], float | None]
    attributes_fn: Callable[[ChargeRecorder, datetime], Attributes] = lambda _, __: {}
    money: bool = False
    month: bool = False
    accumulates: bool = False


def _last(value: Callable[[ChargeSession], float | None]) -> Callable[[ChargeRecorder, datetime, str], float | None]:
    """Return a function for a value of the last charge, None if there is none."""
    return lambda charges, _, __: next(map(value, charges.log.sessions), None)


def _last_cost(charges: ChargeRecorder, _: datetime, currency: str) -> float | None:
    """Return the cost of the last charge, None if it is unknown or in another currency."""
    last = next(iter(charges.log.sessions), None)
    return None if last is None or last.currency != currency else last.cost


def _about_last(charges: ChargeRecorder, _: datetime) -> Attributes:
    """Return the attributes of the last charge."""
    last = next(iter(charges.log.sessions), None)
    if last is None:
        return {}
    power = last.mean_power_kw
    return {
        "begin": last.begin,
        "end": last.end,
        "level_at_start": last.level_at_start,
        "level_at_end": last.level_at_end,
        "charging_point": last.charging_point,
        "mean_power": None if power is None else round(power, 2),
        "energy_source": last.source,
        "place": last.place,
    }


def _about_total(charges: ChargeRecorder, begin: datetime) -> Attributes:
    """Return where the energy of the last charge is from, and the statistic that also contains the past."""
    return {**_source(charges, begin), "statistic_id": charges.statistic_id}


def _source(charges: ChargeRecorder, _: datetime) -> Attributes:
    """Return where the energy of the last charge is from."""
    return {"energy_source": next((each.source for each in charges.log.sessions), None)}


def _at_home(charges: ChargeRecorder, begin: datetime) -> list[ChargeSession]:
    """Return the charges since a time that count as at home."""
    return [each for each in charges.log.sessions if each.counts_as_home and each.begin >= begin]


def _home_energy(charges: ChargeRecorder, begin: datetime, _: str) -> float | None:
    """Return the energy charged at home, None before the history was read."""
    if charges.total_kwh is None:
        return None
    return round(sum(each.energy_kwh or 0.0 for each in _at_home(charges, begin)), 3)


def _home_cost(charges: ChargeRecorder, begin: datetime, currency: str) -> float | None:
    """Return the cost of the energy charged at home, None if no price is known."""
    costs = [each.cost for each in _at_home(charges, begin) if each.cost is not None and each.currency == currency]
    return round(sum(costs), 4) if costs else None


def _about_home(charges: ChargeRecorder, begin: datetime) -> Attributes:
    """Return how many charges count, at an unknown place, without a price, and with what energy."""
    found = _at_home(charges, begin)
    return {
        "charges": len(found),
        "charges_at_unknown_place": sum(each.at_home is None for each in found),
        "charges_without_cost": sum(each.cost is None for each in found),
        "energy_source": _least_certain(found),
    }


def _least_certain(found: Iterable[ChargeSession]) -> EnergySource | None:
    """Return the least certain source of the energy of charges, None without charges."""
    sources = {each.source for each in found}
    order = (EnergySource.ESTIMATE, EnergySource.CAR, EnergySource.METER)
    return next((each for each in order if each in sources), None)


def _capacity(charges: ChargeRecorder, _: datetime, __: str) -> float | None:
    """Return the usable capacity as the reports of the last month show it."""
    found = capacity(charges.log.samples)
    return None if found is None else round(found.kwh, 1)


def _about_capacity(charges: ChargeRecorder, _: datetime) -> Attributes:
    """Return the uncertainty of the capacity, and how many days it is from."""
    found = capacity(charges.log.samples)
    if found is None:
        return {}
    return {"uncertainty": max(round(found.uncertainty_kwh, 1), _LEAST_UNCERTAINTY), "days": found.days}


ENERGY_DESCRIPTIONS: tuple[RenaultZeEnergySensorDescription, ...] = (
    RenaultZeEnergySensorDescription(
        key="energy_charged",
        translation_key="energy_charged",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=1,
        accumulates=True,
        value_fn=lambda charges, _, __: charges.total_kwh,
        attributes_fn=_about_total,
    ),
    RenaultZeEnergySensorDescription(
        key="last_charge_energy",
        translation_key="last_charge_energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        value_fn=_last(lambda charge: charge.energy_kwh),
        attributes_fn=_about_last,
    ),
    RenaultZeEnergySensorDescription(
        key="last_charge_level",
        translation_key="last_charge_level",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        value_fn=_last(lambda charge: charge.level_gained),
    ),
    RenaultZeEnergySensorDescription(
        key="home_energy_this_month",
        translation_key="home_energy_this_month",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=1,
        month=True,
        value_fn=_home_energy,
        attributes_fn=_about_home,
    ),
    RenaultZeEnergySensorDescription(
        key="usable_capacity",
        translation_key="usable_capacity",
        object_id="usable_capacity_estimate",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=1,
        capability=Capability.USABLE_CAPACITY,
        value_fn=_capacity,
        attributes_fn=_about_capacity,
    ),
)
# Without a source of prices they would stay unknown.
COST_DESCRIPTIONS: tuple[RenaultZeEnergySensorDescription, ...] = (
    RenaultZeEnergySensorDescription(
        key="last_charge_cost",
        translation_key="last_charge_cost",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        money=True,
        value_fn=_last_cost,
        attributes_fn=_source,
    ),
    RenaultZeEnergySensorDescription(
        key="home_cost_this_month",
        translation_key="home_cost_this_month",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        money=True,
        month=True,
        value_fn=_home_cost,
        attributes_fn=_about_home,
    ),
)


class RenaultZeEnergySensor(RenaultZeEntity, RestoreSensor):
    """A sensor of a vehicle's charges."""

    # The statistics and the calendar contain what these tell.
    _unrecorded_attributes = RenaultZeEntity._unrecorded_attributes | {  # noqa: SLF001
        *("begin", "end", "level_at_start", "level_at_end", "charging_point", "mean_power", "place"),
        *("charges", "charges_at_unknown_place", "charges_without_cost", "days", "statistic_id"),
    }
    entity_description: RenaultZeEnergySensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Continue the total that was shown before."""
        if self.entity_description.accumulates:
            last = await self.async_get_last_sensor_data()
            if last is not None and isinstance(last.native_value, int | float):
                self.coordinator.charges.restore_total(float(last.native_value))
        await super().async_added_to_hass()

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the value, its unit, and its attributes."""
        description, charges = self.entity_description, self.coordinator.charges
        begin, currency = self._month_begin(), currency_of(self.coordinator)
        if description.money:
            self._attr_native_unit_of_measurement = currency
        if description.month:
            self._attr_last_reset = begin
        self._attr_native_value = description.value_fn(charges, begin, currency)
        self._attr_extra_state_attributes = description.attributes_fn(charges, begin)
        return self._attr_native_value, self._attr_extra_state_attributes, begin, currency

    def _month_begin(self) -> datetime:
        """Return the start of the month in Home Assistant's time zone."""
        return dt_util.start_of_local_day(dt_util.now().date().replace(day=1))


def currency_of(coordinator: VehicleCoordinator) -> str:
    """Return the currency of the prices, otherwise of Home Assistant."""
    prices = coordinator.config_entry.runtime_data.prices
    return (prices and prices.known.currency) or coordinator.hass.config.currency
