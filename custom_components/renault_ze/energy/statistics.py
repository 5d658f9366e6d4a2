"""Hourly statistics of a vehicle's charges, from the first one that the cloud knows.

They are not those of a sensor, which begin when it is added: the past is written into the recorder, and corrected when
the cloud corrects it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final

from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    async_list_statistic_ids,
    get_last_statistics,
    statistics_during_period,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, UnitOfEnergy
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter
from sqlalchemy.exc import SQLAlchemyError

from ..const import DOMAIN, LOGGER
from ..coordinator import VehicleCoordinator
from ..devices import vins_of
from ..messages import sentence_text
from ..vehicle.sessions import ChargeSession, hourly
from ..views.sentences import Sentence

# Sums are of decimal fractions.
_SAME = 1e-6
UNITS: Final[dict[str, str]] = {EnergyConverter.UNIT_CLASS: UnitOfEnergy.KILO_WATT_HOUR}


async def write(hass: HomeAssistant, coordinator: VehicleCoordinator) -> str | None:
    """Write what differs of the energy, and of the cost in each currency; a failure is logged.

    Return the id of the statistic of the energy, None if it has no hours.
    """
    sessions = coordinator.charges.log.sessions
    is_estimate = any(each.is_estimate for each in sessions)
    energy = _energy(hass, coordinator, is_estimate=is_estimate)
    try:
        has_energy = await _update(hass, energy, sessions, lambda each: each.energy_kwh)
        for currency in sorted({each.currency for each in sessions if each.currency is not None}):
            priced = [each for each in sessions if each.currency == currency]
            await _update(
                hass, _cost(hass, coordinator, currency, is_estimate=is_estimate), priced, lambda each: each.cost
            )
    except SQLAlchemyError as err:
        LOGGER.warning("%s: The statistics of charges cannot be written: %s", coordinator.name, type(err).__name__)
        return None
    return energy["statistic_id"] if has_energy else None


async def remove(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete all statistics of the cars of an entry and of their entities."""
    prefixes = tuple(f"{_prefix(vin)}_" for vin in vins_of(hass, entry))
    entities = {each.entity_id for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    recorder = get_instance(hass)
    # What was written last may still be in the recorder's queue.
    await recorder.async_block_till_done()
    known = [each["statistic_id"] for each in await async_list_statistic_ids(hass)]
    recorder.async_clear_statistics([each for each in known if each in entities or each.startswith(prefixes)])


async def queried[T](hass: HomeAssistant, query: Callable[[], T]) -> T:
    """Return the result of a query of the recorder."""
    result = get_instance(hass).async_add_executor_job(query)

    async def wait(_: Event) -> None:
        await asyncio.wait([result])

    # A shutdown cancels the background task of this without waiting for it, and then closes the database.
    remove = hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, wait)
    try:
        return await asyncio.shield(result)
    finally:
        if not hass.is_stopping:
            remove()


async def _update(
    hass: HomeAssistant,
    metadata: StatisticMetaData,
    sessions: Iterable[ChargeSession],
    amount: Callable[[ChargeSession], float | None],
) -> bool:
    """Write the hours of one statistic that differ; return whether it has any."""
    hours = hourly(sessions, amount)
    if not hours:
        return False
    known, base = await _known(hass, metadata["statistic_id"], min(hours))
    changed = _changed(hours, known, base)
    if changed:
        async_add_external_statistics(hass, metadata, changed)
    return True


def _changed(
    hours: Mapping[datetime, float], known: Mapping[datetime, tuple[float, float]], base: float
) -> list[StatisticData]:
    """Return the rows that differ from known ones (amount and sum); an hour that no longer has an amount gets zero."""
    changed, total = [], base
    for hour in sorted({*hours, *known}):
        amount = hours.get(hour, 0.0)
        total += amount
        before = known.get(hour)
        if before is None or abs(before[0] - amount) > _SAME or abs(before[1] - total) > _SAME:
            changed.append(StatisticData(start=hour, state=amount, sum=total))
    return changed


async def _known(
    hass: HomeAssistant, statistic: str, begin: datetime
) -> tuple[dict[datetime, tuple[float, float]], float]:
    """Return the amount and sum of each hour since an instant, and the sum before."""
    recorder = get_instance(hass)
    # What was written last may still be in the recorder's queue.
    await recorder.async_block_till_done()
    read = partial(statistics_during_period, hass, begin, None, {statistic}, "hour", UNITS, {"state", "sum"})
    rows = (await queried(hass, read)).get(statistic, [])
    known = {dt_util.utc_from_timestamp(row["start"]): (row.get("state") or 0.0, row.get("sum") or 0.0) for row in rows}
    if known:
        amount, total = known[min(known)]
        return known, total - amount
    read_last = partial(get_last_statistics, hass, 1, statistic, convert_units=False, types={"sum"})
    last = await queried(hass, read_last)
    return known, next((row.get("sum") or 0.0 for row in last.get(statistic, ())), 0.0)


def _energy(hass: HomeAssistant, coordinator: VehicleCoordinator, *, is_estimate: bool) -> StatisticMetaData:
    """Return the metadata of the energy."""
    return StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=_name(hass, coordinator, "word_statistic_energy", is_estimate=is_estimate),
        source=DOMAIN,
        statistic_id=f"{_prefix(coordinator.vehicle.vin)}_energy",
        unit_class=EnergyConverter.UNIT_CLASS,
        unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    )


def _cost(
    hass: HomeAssistant, coordinator: VehicleCoordinator, currency: str, *, is_estimate: bool
) -> StatisticMetaData:
    """Return the metadata of the cost in a currency."""
    return StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=_name(hass, coordinator, "word_statistic_cost", is_estimate=is_estimate),
        source=DOMAIN,
        statistic_id=f"{_prefix(coordinator.vehicle.vin)}_cost_{currency.lower()}",
        unit_class=None,
        unit_of_measurement=currency,
    )


def _prefix(vin: str) -> str:
    """Return the first part of the ids of a vehicle's statistics, which stays if the vehicle is added again."""
    # The recorder logs ids, which must not contain the VIN.
    return f"{DOMAIN}:car_{sha256(vin.encode()).hexdigest()[:12]}"


def _name(hass: HomeAssistant, coordinator: VehicleCoordinator, key: str, *, is_estimate: bool) -> str | None:
    """Return the name of a statistic in Home Assistant's language."""
    return sentence_text(hass, Sentence(f"{key}_estimate" if is_estimate else key, {"car": coordinator.name}))
