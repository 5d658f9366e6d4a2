"""Renault Z.E.: the cars of one account, each with its own coordinator."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.typing import ConfigType

from . import farewell
from .adding import add_vehicle, turn
from .cloud.exceptions import AuthenticationError, CloudError, CountryMovedError
from .cloud.models import Account
from .cloud.protocol import Cloud
from .connect import open_cloud
from .const import ACCOUNT_MAX_AGE, AT_ONCE, DOMAIN, LOGGER, PLATFORMS, SLOW_INTERVAL, TICK
from .coordinator import RenaultZeConfigEntry, RuntimeData, VehicleCoordinator
from .errors import translated
from .naming import device_of
from .notices import watch as watch_plan
from .parts import least_interval
from .repairs import forget, report_country_moved, review_country, review_room, watch
from .services import async_setup_services
from .store import Memory

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which exist whether or not an account is loaded."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> bool:
    """Log in where no session is left, read every vehicle once, and add its entities."""
    memory = Memory(hass, entry.entry_id)
    await memory.load(entry.unique_id)
    entry.async_on_unload(memory.flush)
    cloud = await open_cloud(hass, entry.data, memory, entry.options)
    account = await _account(hass, entry, cloud)
    vehicles = {each.vin: VehicleCoordinator(hass, entry, cloud, memory, each) for each in account.vehicles}
    entry.runtime_data = RuntimeData(
        cloud=cloud,
        memory=memory,
        vehicles=vehicles,
        least_interval=least_interval(account),
        turns=asyncio.Semaphore(AT_ONCE),
        additions=[],
    )
    for number, coordinator in enumerate(vehicles.values(), start=1):
        coordinator.take_turn(number, len(vehicles))
    await _first_refresh(hass, vehicles.values())
    _remove_gone(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await _add_vehicles(hass, entry, vehicles)
    _follow_account(hass, entry, account)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> bool:
    """Remove the entities; the coordinators end with them, and unless the entry is loaded again, so does the plan."""
    for coordinator in entry.runtime_data.vehicles.values():
        coordinator.planner.stop()
    farewell.expect(hass, entry)
    if entry.disabled_by is not None:
        forget(hass, entry.entry_id)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Forget the session, the schedules and the repairs of an account; its cars are left with a week to live by."""
    memory = Memory(hass, entry.entry_id)
    await memory.load(None)
    await memory.remove()
    farewell.begin(hass, entry, memory)
    forget(hass, entry.entry_id)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let the owner remove a car that has left the account."""
    return not _present(entry, device)


async def _account(hass: HomeAssistant, entry: RenaultZeConfigEntry, cloud: Cloud) -> Account:
    """Return the account and its vehicles, or say why there is none."""
    try:
        account = await cloud.account(max_age=ACCOUNT_MAX_AGE)
        if not account.vehicles:
            # Its owner was just told to register one, and will not wait for a day.
            account = await cloud.account(max_age=SLOW_INTERVAL)
    except AuthenticationError as err:
        raise ConfigEntryAuthFailed(**translated(err)) from err
    except CountryMovedError as err:
        report_country_moved(hass, entry, err)
        raise ConfigEntryError(**translated(err)) from err
    except CloudError as err:
        raise ConfigEntryNotReady(**translated(err)) from err
    if not account.vehicles:
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="no_vehicle")
    return account


async def _first_refresh(hass: HomeAssistant, coordinators: Iterable[VehicleCoordinator]) -> None:
    """Read all vehicles side by side; one that fails does not keep the others away."""
    results = await asyncio.gather(
        *(each.async_config_entry_first_refresh() for each in coordinators), return_exceptions=True
    )
    for coordinator in coordinators:
        review_country(hass, coordinator)
    failures = [each for each in results if isinstance(each, BaseException)]
    fatal = [each for each in failures if not isinstance(each, ConfigEntryNotReady)]
    if fatal or len(failures) == len(results):
        raise [*fatal, *failures][0]


async def _add_vehicles(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, vehicles: dict[str, VehicleCoordinator]
) -> None:
    """Add one vehicle after another; those that get no entity at all are left out, and the owner is told."""
    total, crowded = len(vehicles), 0
    for vin, coordinator in tuple(vehicles.items()):
        fits = await add_vehicle(coordinator)
        crowded += not fits
        if not fits and device_of(coordinator) is None:
            await vehicles.pop(vin).async_shutdown()
            continue
        async with turn(hass):
            _start(hass, entry, coordinator)
    review_room(hass, entry, crowded, total)


def _start(hass: HomeAssistant, entry: RenaultZeConfigEntry, coordinator: VehicleCoordinator) -> None:
    """Begin what goes on with a vehicle: repairs name it by its device, and its entities hear what the plan says."""
    entry.async_on_unload(watch_plan(hass, coordinator))
    entry.async_on_unload(async_track_time_interval(hass, coordinator.keep_time, TICK, cancel_on_shutdown=True))
    entry.async_on_unload(watch(hass, coordinator))
    planner = coordinator.planner
    entry.async_on_unload(coordinator.async_add_listener(planner.advance))
    entry.async_on_unload(planner.stop)
    planner.advance()


def _follow_account(hass: HomeAssistant, entry: RenaultZeConfigEntry, account: Account) -> None:
    """Reload the entry when a vehicle joins or leaves the account."""

    async def compare(_: datetime) -> None:
        # Credentials that were refused are not tried again and again: servers lock such accounts.
        if any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
            return
        try:
            now = await entry.runtime_data.cloud.account(max_age=ACCOUNT_MAX_AGE)
        except AuthenticationError:
            entry.async_start_reauth(hass)
            return
        except CloudError as err:
            LOGGER.debug("Cannot read the account: %s", err)
            return
        if now != account:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(async_track_time_interval(hass, compare, SLOW_INTERVAL, cancel_on_shutdown=True))


def _remove_gone(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Remove the devices of vehicles that have left the account, and what is said of them."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if not _present(entry, device):
            registry.async_remove_device(device.id)
            forget(hass, device.id)


def _present(entry: RenaultZeConfigEntry, device: dr.DeviceEntry) -> bool:
    """Tell whether a device is a vehicle of the account."""
    return any((DOMAIN, vin) in device.identifiers for vin in entry.runtime_data.vehicles)
