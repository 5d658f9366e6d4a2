"""Actions that send commands to a vehicle or read it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, time, tzinfo
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.models import Capability, ChargeEvent, PreconditioningRun
from ..cloud.notifications import CHANNELS, DoNotDisturb, NotificationSettings
from ..cloud.schedule import ScheduleError, check_date, next_at
from ..const import DOMAIN, LOGGER
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import preconditioning
from ..vehicle import commands
from ..vehicle.command import Command
from ..vehicle.results import CommandResult, CommandStatus
from ..vehicle.sessions import ChargeSession
from ..views import responses
from ..views.responses import Json

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
    """Return the requested temperature (°C), or the one of the car; raise an error if its cloud does not take one."""
    temperature: float | None = call.data.get("temperature")
    if temperature is not None and Capability.PRECONDITIONING_TEMPERATURE not in coordinator.vehicle.capabilities:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_temperature")
    return coordinator.planner.settings.temperature if temperature is None else temperature


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
    return _notifications(
        await coordinator.request_translated(coordinator.cloud.notifications(coordinator.vehicle.vin))
    )


async def charge_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Return the charge history of a span."""
    events = await _history(coordinator, call.data, coordinator.cloud.charge_history)
    return _charge_history(events, coordinator.charges.known(events), coordinator.vehicle.time_zone)


async def preconditioning_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Return the preconditioning history of a span."""
    runs = await _history(coordinator, call.data, coordinator.cloud.preconditioning_history)
    return _preconditioning_history(runs, coordinator.vehicle.time_zone)


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


def _notifications(settings: NotificationSettings) -> Json:
    """Return the notification settings."""
    value: Any = settings.do_not_disturb
    if isinstance(value, DoNotDisturb):
        value = {"start": responses.clock(value.start), "end": responses.clock(value.end)}
    return {**{channel: getattr(settings, channel) for channel in CHANNELS}, "do_not_disturb": value}


def _charge_history(events: Iterable[ChargeEvent], sessions: Iterable[ChargeSession], zone: tzinfo) -> Json:
    """Return the events of the charge history and the sessions they form."""
    return {
        "time_zone": str(zone),
        "events": [_charge_event(each, zone) for each in events],
        "sessions": [_session(each, zone) for each in sessions],
    }


def _preconditioning_history(runs: Iterable[PreconditioningRun], zone: tzinfo) -> Json:
    """Return the preconditioning history."""
    return {
        "time_zone": str(zone),
        "runs": [{"at": responses.local(run.at, zone), "source": run.source, "result": run.result} for run in runs],
    }


def _charge_event(event: ChargeEvent, zone: tzinfo) -> Json:
    """Return an event of the charge history."""
    return {
        "at": responses.local(event.at, zone),
        "kind": event.kind,
        "charging_point": event.charging_point,
        "level_percent": event.level,
        "range_km": event.range_km,
        "charging_time_remaining_minutes": responses.minutes(event.charging_time_remaining),
        "result": event.result,
    }


def _session(session: ChargeSession, zone: tzinfo) -> Json:
    """Return a charge session."""
    return {
        "started_at": responses.local(session.begin, zone),
        "ended_at": responses.local(session.end, zone),
        "duration_minutes": responses.minutes(session.duration),
        "charging_point": session.charging_point,
        "level_at_start_percent": session.level_at_start,
        "level_at_end_percent": session.level_at_end,
        "level_gained_percent": session.level_gained,
        "energy_kwh": session.energy_kwh,
        "energy_source": session.source,
        "mean_power_kw": session.mean_power_kw and round(session.mean_power_kw, 2),
        "cost": session.cost,
        "currency": session.currency,
        "place": session.place,
    }
