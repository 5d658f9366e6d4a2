"""Actions that send commands to a vehicle or read it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.models import (
    Capability,
    ChargeEvent,
    DoNotDisturb,
    NotificationSettings,
    PreconditioningRun,
)
from ..cloud.schedule import ScheduleError, check_date, next_at
from ..const import CHANNELS, DOMAIN, LOGGER
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import preconditioning
from ..vehicle import commands
from ..vehicle.command import Command
from ..vehicle.results import CommandResult, CommandStatus
from . import responses
from .responses import Json

type Data = Mapping[str, Any]
type Run = Callable[[VehicleCoordinator, ServiceCall], Awaitable[Json]]


async def _send(coordinator: VehicleCoordinator, call: ServiceCall, command: Command) -> Json:
    """Send a command, wait for its result if requested, and return how far it came."""
    result = await coordinator.send_command(command, wait=call.data["wait"])
    return result_of(call, result, coordinator)


def result_of(call: ServiceCall, result: CommandResult, coordinator: VehicleCoordinator) -> Json:
    """Return the result of a command so far; raise an error if the caller waited, without a response, and it failed."""
    # Without a response, only an error stops the automation that waits.
    if call.data["wait"] and not call.return_response and not result.is_done:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_confirmed")
    return responses.command(result, coordinator.vehicle.time_zone)


def sending(command: Callable[[VehicleCoordinator], Command]) -> Run:
    """Return the function of an action that only sends a command."""
    return lambda coordinator, call: _send(coordinator, call, command(coordinator))


async def precondition(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Precondition now."""
    command = preconditioning.command(coordinator.planner.settings, temperature=_temperature(coordinator, call))
    return await _send(coordinator, call, command)


async def precondition_at(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Set the car's timer, and warn if the battery is known to be too low."""
    temperature = _temperature(coordinator, call)
    warning = _low_battery(coordinator)
    if warning and call.data["refuse_below_threshold"]:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="below_threshold", translation_placeholders=warning
        )
    if warning:
        text = "%(car)s may refuse to precondition: the battery level is %(level)s%%, below %(threshold)s%%"
        LOGGER.warning(text, {"car": coordinator.name, **warning})
    start, zone = _minute(call.data["start"]), coordinator.vehicle.time_zone
    starts_at = next_at(start, zone, dt_util.utcnow())
    response = await _send(coordinator, call, commands.PreconditionAt(start, temperature=temperature))
    is_accepted = response["status"] in {CommandStatus.ACCEPTED, CommandStatus.CONFIRMED}
    return {
        **response,
        "starts_at": responses.local(starts_at, zone) if is_accepted else None,
        "warning": "below_threshold" if warning else None,
    }


def _minute(at: time) -> time:
    """Return a wall-clock time to the minute; the clouds store no seconds."""
    return at.replace(second=0, microsecond=0)


def _temperature(coordinator: VehicleCoordinator, call: ServiceCall) -> float | None:
    """Return the requested temperature (°C), if any; raise an error if the car's cloud does not support one."""
    temperature: float | None = call.data.get("temperature")
    if temperature is not None and Capability.PRECONDITIONING_TEMPERATURE not in coordinator.vehicle.capabilities:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_temperature")
    return temperature


def _low_battery(coordinator: VehicleCoordinator) -> dict[str, str] | None:
    """Return the level and the threshold if the battery is known to be below it."""
    battery = coordinator.data.battery
    if battery is None or battery.level is None or battery.level >= coordinator.planner.settings.threshold:
        return None
    return {"level": str(battery.level), "threshold": str(coordinator.planner.settings.threshold)}


async def set_notifications(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Change the notification settings; those not given stay."""
    changes: dict[str, Any] = {key: call.data[key] for key in CHANNELS if key in call.data}
    if "do_not_disturb" in call.data:
        hours = call.data["do_not_disturb"]
        changes["do_not_disturb"] = hours and DoNotDisturb(start=_minute(hours["start"]), end=_minute(hours["end"]))
    if not changes:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_set")

    def change(settings: NotificationSettings) -> NotificationSettings:
        return replace(settings, **changes)

    return await _send(coordinator, call, commands.SetNotifications(change, key=frozenset(changes.items())))


async def notifications(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Return the notification settings."""
    return responses.notifications(
        await coordinator.request_translated(coordinator.cloud.notifications(coordinator.vehicle.vin))
    )


async def charge_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Return the charge history of a span."""
    events = await _history(coordinator, call.data, coordinator.cloud.charge_history)
    return responses.charge_history(events, coordinator.vehicle.time_zone)


async def preconditioning_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Return the preconditioning history of a span."""
    runs = await _history(coordinator, call.data, coordinator.cloud.preconditioning_history)
    return responses.preconditioning_history(runs, coordinator.vehicle.time_zone)


async def _history[T: (ChargeEvent, PreconditioningRun)](
    coordinator: VehicleCoordinator, data: Data, read: Callable[[str, date, date], Awaitable[tuple[T, ...]]]
) -> list[T]:
    """Return the events within a span of days in the vehicle's time zone; the clouds return whole months."""
    today = dt_util.now(coordinator.vehicle.time_zone).date()
    end = data["to"][1] if "to" in data else today
    begin = data["from"][0] if "from" in data else min(today, end).replace(day=1)
    if begin > end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="span_reversed")
    try:
        check_date(end, dt_util.utcnow())
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err
    events = await coordinator.request_translated(read(coordinator.vehicle.vin, begin, end))
    return [each for each in events if begin <= each.at.astimezone(coordinator.vehicle.time_zone).date() <= end]
