"""Diagnostics without personal data."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import time, timedelta
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .cloud.models import CommandKind
from .cloud.redaction import without_words
from .const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_ELECTRICITY_PRICE,
    CONF_SCHEDULE_CLOCKS,
    DOMAIN,
    ZE_SERVICES,
)
from .coordinator import RenaultZeConfigEntry, RuntimeData, VehicleCoordinator
from .devices import vins_in
from .plan.model import as_json
from .plan.planner import Planner
from .prices import CONF_CHOICE

# The car is often parked at the user's home.
_LOCATION = {"latitude", "longitude"}
# Prices are chosen by area or country, such as "DK1", or by the name of a home, which may be its address.
_LONGEST_AREA = 5


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> dict[str, Any]:
    """Return diagnostics of an account and all its vehicles."""
    data = {
        "entry": _entry_state(entry),
        "cloud": entry.data.get(CONF_CLOUD, ZE_SERVICES),
        "address": entry.data.get(CONF_ADDRESS),
        "options": dict(entry.options),
        "left_out": _left_out(entry),
        "prices": _prices(entry),
        "vehicles": [_vehicle(each) for each in _vehicles(entry).values()],
    }
    return {key: _redacted(value, _secrets(hass, entry)) for key, value in data.items()}


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, device: dr.DeviceEntry
) -> dict[str, Any]:
    """Return diagnostics of one vehicle."""
    found = [each for vin, each in _vehicles(entry).items() if (DOMAIN, vin) in device.identifiers]
    data = {"entry": _entry_state(entry), **(_vehicle(found[0]) if found else {})}
    return {key: _redacted(value, _secrets(hass, entry)) for key, value in data.items()}


def _vehicles(entry: RenaultZeConfigEntry) -> Mapping[str, VehicleCoordinator]:
    """Return the vehicles of an account by VIN, none while it is not loaded."""
    runtime_data: RuntimeData | None = getattr(entry, "runtime_data", None)
    return {} if runtime_data is None else runtime_data.vehicles


def _left_out(entry: RenaultZeConfigEntry) -> dict[str, str]:
    """Return why cars of an account are not supported, by their model and the end of the VIN."""
    runtime_data: RuntimeData | None = getattr(entry, "runtime_data", None)
    return {} if runtime_data is None else dict(runtime_data.left_out)


def _prices(entry: RenaultZeConfigEntry) -> dict[str, Any] | None:
    """Return the known electricity prices and what is wrong with them, None without a source."""
    runtime_data: RuntimeData | None = getattr(entry, "runtime_data", None)
    feed = None if runtime_data is None else runtime_data.prices
    if feed is None:
        return None
    slots = [[each.begin.isoformat(), each.end.isoformat(), each.per_kwh] for each in feed.known.slots]
    surplus = [[each.begin.isoformat(), each.power_kw] for each in feed.surplus]
    problem = {"problem": feed.problem, "error": feed.error}
    return {"currency": feed.known.currency, "slots": slots, "surplus": surplus, **problem}


def _entry_state(entry: RenaultZeConfigEntry) -> dict[str, Any]:
    """Return the state of an entry, and why it is not loaded."""
    return {"state": entry.state.value, "reason": entry.reason}


def _vehicle(coordinator: VehicleCoordinator) -> dict[str, Any]:
    """Return the state and plan of a vehicle."""
    error = coordinator.last_exception
    return {
        "time_zone": str(coordinator.vehicle.time_zone),
        "capabilities": sorted(coordinator.vehicle.capabilities),
        "routes": _routes(coordinator),
        "commands_refused_at": coordinator.cloud.commands_refused_at(coordinator.vehicle.vin),
        "update_interval": str(coordinator.update_interval),
        "last_update_success": coordinator.last_update_success,
        "last_error": None if error is None else repr(error.__cause__ or error),
        "state": asdict(coordinator.data),
        "plan": _plan(coordinator.planner),
    }


def _routes(coordinator: VehicleCoordinator) -> dict[str, list[str]]:
    """Return the routes of each command that has several, the one that has worked first."""
    found = {kind: coordinator.cloud.routes(coordinator.vehicle.vin, kind) for kind in CommandKind}
    return {kind: list(routes) for kind, routes in found.items() if routes}


def _plan(planner: Planner) -> dict[str, Any]:
    """Return the plan without names, and its next step."""
    step = planner.next_step
    unnamed = (replace(each, name=REDACTED) for each in planner.plan.departures)
    return {
        **as_json(replace(planner.plan, departures=tuple(unnamed))),
        "next_step": None if step is None else {"kind": step.kind, "reason": step.reason, "at": step.at},
    }


def _secrets(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> set[str]:
    """Return the strings that identify the user or a car."""
    named = {entry.data[key] for key in (CONF_USERNAME, CONF_PASSWORD, CONF_ACCOUNT_ID) if key in entry.data}
    named |= {*_vehicles(entry), *entry.options.get(CONF_SCHEDULE_CLOCKS, ())}
    home = (entry.options.get(CONF_ELECTRICITY_PRICE) or {}).get(CONF_CHOICE, "")
    if len(home) > _LONGEST_AREA:
        named.add(home)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return named | {vin for device in devices for vin in vins_in(device)}


def _redacted(value: Any, secrets: set[str]) -> Any:
    """Return a value without the secrets, also within longer strings."""
    if isinstance(value, dict):
        return {
            _redacted(key, secrets): REDACTED if key in _LOCATION and each is not None else _redacted(each, secrets)
            for key, each in value.items()
        }
    if isinstance(value, set | frozenset):
        return sorted(_redacted(each, secrets) for each in value)
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        return [_redacted(each, secrets) for each in value]
    return without_words(value, secrets, REDACTED) if type(value) is str else value
