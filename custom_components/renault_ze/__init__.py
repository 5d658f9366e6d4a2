"""Renault Z.E.: the vehicles of an account, each with its own coordinator."""

import asyncio
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import replace
from functools import partial

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from . import lifecycle
from .cloud.exceptions import AuthenticationError, CloudError, CountryMovedError
from .cloud.models import Account, Vehicle
from .cloud.protocol import Cloud
from .connect import is_demo, mark_as_moved, open_cloud, open_http, updated_title, zone_named
from .const import (
    ACCOUNT_MAX_AGE,
    CONF_MOVED,
    CONF_REPLACED,
    DOMAIN,
    MAX_PARALLEL_POLLS,
    MINOR_VERSION,
    TICK,
)
from .coordinator import RenaultZeConfigEntry, RuntimeData, VehicleCoordinator
from .devices import (
    device_of,
    enable_entities,
    is_device_disabled,
    name_elsewhere,
    register,
    remove_former_entities,
    remove_if_empty,
    vins_in,
    vins_of,
)
from .energy import remove_statistics, track_energy
from .entity import add_vehicle, one_at_a_time, platforms_of
from .formats import async_setup_locale
from .frontend import async_setup_frontend, load_module, unload_module
from .lifecycle.assignment import assignment
from .lifecycle.cleanup import clean_up
from .lifecycle.demo import start_demo
from .messages import no_vehicle, translated
from .notifications import track_notifications
from .prices import remove_prices, start_prices
from .repairs.issues import (
    delete_issues,
    report_country_moved,
    track_price_repairs,
    track_repairs,
    update_cars_elsewhere_issue,
    update_entity_limit_issue,
    update_error_issues,
    update_replaced_entities_issue,
    update_storage_issue,
)
from .services import async_setup_services
from .storage import Storage
from .vehicle.reading import SLOW_INTERVAL, shortest_interval
from .vehicle.tracker import command_allowance

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which exist even while no account is loaded, and serve the dashboard cards."""
    await async_setup_locale(hass)
    async_setup_services(hass)
    await async_setup_frontend(hass)
    lifecycle.track_entries(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> bool:
    """Connect to the account, read every vehicle once, and add its entities."""
    await load_module(hass)
    storage = Storage(hass, entry.entry_id, partial(update_storage_issue, hass, entry.entry_id))
    await storage.load(entry.unique_id)
    lifecycle.on_end(hass, entry, storage.close)
    lifecycle.entry_starts(hass, entry, storage)
    if is_demo(entry.data):
        start_demo(hass, storage)
    options = entry.options
    cloud, account, own = await _connect(hass, entry, storage)
    if entry.options != options:
        # A car taken over from another entry has set the time zone.
        cloud, account, own = await _connect(hass, entry, storage)
    running = tuple(each for each in own if not is_device_disabled(hass, entry, each.vin))
    vehicles = {each.vin: VehicleCoordinator(hass, entry, cloud, storage, each) for each in running}
    entry.runtime_data = RuntimeData(
        cloud=cloud,
        storage=storage,
        vehicles=vehicles,
        left_out=account.left_out,
        shortest_interval=shortest_interval(replace(account, vehicles=running)),
        allowance=command_allowance(replace(account, vehicles=running)),
        poll_slots=asyncio.Semaphore(MAX_PARALLEL_POLLS),
        entity_factories=[],
        platforms=platforms_of(running),
        prices=await start_prices(hass, entry),
    )
    for number, coordinator in enumerate(vehicles.values(), start=1):
        coordinator.poll_timer.stagger(number, len(vehicles))
        await _update_time_zone(storage, coordinator)
    await _first_refresh(hass, vehicles.values())
    for vin in vehicles:
        enable_entities(hass, entry, vin)
    await hass.config_entries.async_forward_entry_setups(entry, entry.runtime_data.platforms)
    await _add_vehicles(hass, entry, vehicles)
    _finish_setup(hass, entry)
    lifecycle.track_account(hass, entry, account)
    lifecycle.track_reload_causes(hass, entry)
    return True


async def _report_replaced(entry: RenaultZeConfigEntry, hass: HomeAssistant) -> None:
    """List what still uses replaced entities, once automations and dashboards are loaded."""
    await update_replaced_entities_issue(hass, entry)


async def async_migrate_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> bool:
    """Name the cloud and the account in the title, and remove replaced entities."""
    if entry.version == 1 and entry.minor_version < MINOR_VERSION:
        data = {**entry.data, CONF_REPLACED: [*entry.data.get(CONF_REPLACED, ()), *remove_former_entities(hass, entry)]}
        title = updated_title(entry, entry.data)
        hass.config_entries.async_update_entry(entry, data=data, title=title, minor_version=MINOR_VERSION)
    return entry.version == 1


async def async_unload_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> bool:
    """Remove the entities and stop the plans."""
    for coordinator in entry.runtime_data.vehicles.values():
        coordinator.runner.stop()
    unloaded = await hass.config_entries.async_unload_platforms(entry, entry.runtime_data.platforms)
    await entry.runtime_data.storage.flush()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Delete what is stored and the repairs of an account, and clean up its cars."""
    storage = Storage(hass, entry.entry_id)
    await storage.load(None)
    await assignment(hass).pass_on_data(entry, storage)
    delete_issues(hass, entry.entry_id)
    await storage.remove()
    await remove_prices(hass, entry)
    if is_demo(entry.data):
        await remove_statistics(hass, entry)
    clean_up(hass, entry, storage)
    if not hass.config_entries.async_entries(DOMAIN):
        await unload_module(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Return whether a device can be removed: the car has left the account."""
    return not any(assignment(hass).has(entry, vin) for vin in vins_in(device))


async def _connect(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, storage: Storage
) -> tuple[Cloud, Account, tuple[Vehicle, ...]]:
    """Return the cloud of an entry, its account, and the vehicles assigned to the entry."""
    http = open_http(hass)
    lifecycle.on_end(hass, entry, http.detach)
    cloud = await open_cloud(hass, http, entry.data, storage, entry.options)
    account = await _account(hass, entry, cloud)
    return cloud, account, await _own_vehicles(hass, entry, storage, account)


async def _account(hass: HomeAssistant, entry: RenaultZeConfigEntry, cloud: Cloud) -> Account:
    """Return the account and its vehicles; raise a translated error if it cannot be read."""
    try:
        account = await cloud.account(max_age=ACCOUNT_MAX_AGE)
        if not account.vehicles:
            # The user may have registered one after the error message, and does not wait for a day.
            account = await cloud.account(max_age=SLOW_INTERVAL)
    except AuthenticationError as err:
        raise ConfigEntryAuthFailed(**translated(hass, err)) from err
    except CountryMovedError as err:
        report_country_moved(hass, entry, err)
        raise ConfigEntryError(**translated(hass, err)) from err
    except CloudError as err:
        raise ConfigEntryNotReady(**translated(hass, err)) from err
    return account


async def _own_vehicles(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, storage: Storage, account: Account
) -> tuple[Vehicle, ...]:
    """Return the vehicles assigned to the entry; raise a translated error if there is none."""
    vins = [each.vin for each in account.vehicles]
    mine = await assignment(hass).assign(entry, vins)
    update_cars_elsewhere_issue(hass, entry, [name_elsewhere(hass, entry, vin) for vin in vins if vin not in mine])
    if not vins:
        if account.left_out:
            _remove_gone(hass, entry, mine)
        raise ConfigEntryNotReady(**no_vehicle(account.left_out))
    if taken_over := await assignment(hass).take_over(entry, storage, mine):
        await mark_as_moved(hass, entry, taken_over)
    _remove_gone(hass, entry, mine)
    if not mine:
        raise ConfigEntryError(translation_domain=DOMAIN, translation_key="cars_elsewhere")
    own = tuple(each for each in account.vehicles if each.vin in mine)
    for vehicle in own:
        register(hass, entry, vehicle, alone=len(own) == 1)
    return own


async def _update_time_zone(storage: Storage, coordinator: VehicleCoordinator) -> None:
    """Keep the plan of a vehicle at its times of day if the time zone has changed."""
    vin, zone = coordinator.vehicle.vin, str(coordinator.vehicle.time_zone)
    before = storage.zone(vin)
    if before not in {None, zone} and (old := await zone_named(before)) is not None:
        coordinator.planner.rezone(old, dt_util.utcnow())
    storage.remember_zone(vin, zone)


async def _first_refresh(hass: HomeAssistant, coordinators: Iterable[VehicleCoordinator]) -> None:
    """Read all vehicles in parallel; raise only if all failed or an error is final."""
    results = await asyncio.gather(
        *(each.async_config_entry_first_refresh() for each in coordinators), return_exceptions=True
    )
    for coordinator in coordinators:
        update_error_issues(hass, coordinator)
    failures = [each for each in results if isinstance(each, BaseException)]
    fatal = [each for each in failures if not isinstance(each, ConfigEntryNotReady)]
    if fatal or (failures and len(failures) == len(results)):
        raise [*fatal, *failures][0]


async def _add_vehicles(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, vehicles: dict[str, VehicleCoordinator]
) -> None:
    """Add one vehicle after another; create a repair if Home Assistant's entity limit leaves some out."""
    total, incomplete = len(vehicles), 0
    for vin, coordinator in tuple(vehicles.items()):
        fits = await add_vehicle(coordinator)
        incomplete += not fits
        if not fits and remove_if_empty(hass, entry, vin):
            await vehicles.pop(vin).async_shutdown()
            continue
        async with one_at_a_time(hass):
            _start(hass, entry, coordinator)
    update_entity_limit_issue(hass, entry, incomplete, total)


def _start(hass: HomeAssistant, entry: RenaultZeConfigEntry, coordinator: VehicleCoordinator) -> None:
    """Start the plan, repairs and notifications of a vehicle, after its device and entities exist."""
    entry.async_on_unload(track_notifications(hass, coordinator))
    entry.async_on_unload(async_track_time_interval(hass, coordinator.update_time, TICK, cancel_on_shutdown=True))
    entry.async_on_unload(track_repairs(hass, coordinator))
    entry.async_on_unload(track_energy(hass, coordinator))
    if (prices := entry.runtime_data.prices) is not None:
        coordinator.planner.cheapest_hours.prices_for = prices.charging_prices
        entry.async_on_unload(prices.add_listener(coordinator.async_update_listeners))
    coordinator.runner.start()
    coordinator.async_update_listeners()


def _finish_setup(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Update the repairs of the account and its cars, and unmark moved cars whose entities were added."""
    data = entry.runtime_data
    data.storage.damage_reported()
    track_price_repairs(hass, entry)
    if CONF_REPLACED in entry.data:
        entry.async_on_unload(async_at_started(hass, partial(_report_replaced, entry)))
    for vin in vins_of(hass, entry) - data.vehicles.keys():
        if (device := device_of(hass, entry, vin)) is not None:
            delete_issues(hass, device.id)
    lifecycle.entry_started(hass, entry, data.storage, data.vehicles)
    if (moved := entry.data.get(CONF_MOVED)) is not None:
        left = {CONF_MOVED: [vin for vin in moved if vin not in data.vehicles]}
        data_without = {key: value for key, value in entry.data.items() if key != CONF_MOVED}
        hass.config_entries.async_update_entry(entry, data={**data_without, **(left if left[CONF_MOVED] else {})})


def _remove_gone(hass: HomeAssistant, entry: RenaultZeConfigEntry, mine: AbstractSet[str]) -> None:
    """Remove the devices and repairs of vehicles that the entry no longer has."""
    registry = dr.async_get(hass)
    for vin in vins_of(hass, entry) - mine:
        device = device_of(hass, entry, vin)
        if device is not None and not assignment(hass).is_to_move(vin, entry):
            registry.async_remove_device(device.id)
            delete_issues(hass, device.id)
