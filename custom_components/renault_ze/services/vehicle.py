"""What each action does to a vehicle, and what it answers."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..cloud.models import (
    Capability,
    ChargeEvent,
    ChargeWindow,
    DoNotDisturb,
    NotificationSettings,
    Part,
    PreconditioningRun,
)
from ..cloud.schedule import ScheduleError, check_date, next_at, whole_week, window
from ..const import CHANNELS, DAYS, DOMAIN, LOGGER
from ..coordinator import VehicleCoordinator
from ..messages import schedule_error
from ..plan import preconditioning
from ..vehicle import commands
from ..vehicle.state import CommandStatus
from . import responses
from .responses import Json

type Data = Mapping[str, Any]
type Run = Callable[[VehicleCoordinator, ServiceCall], Awaitable[Json]]


async def _order(coordinator: VehicleCoordinator, call: ServiceCall, order: commands.Order) -> Json:
    """Give an order, wait for its fate if asked to, and answer with how far it has come."""
    command = await coordinator.act(order, wait=call.data["wait"])
    # Nobody reads the answer: an automation that waited must not go on as if the car had obeyed.
    if call.data["wait"] and not call.return_response and not command.believed:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_confirmed")
    return responses.command(command, coordinator.vehicle.time_zone)


def giving(order: Callable[[VehicleCoordinator], commands.Order]) -> Run:
    """Run an action that is no more than an order."""
    return lambda coordinator, call: _order(coordinator, call, order(coordinator))


async def precondition(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Precondition now."""
    order = preconditioning.command(coordinator.planner.settings, temperature=_temperature(coordinator, call))
    return await _order(coordinator, call, order)


async def precondition_at(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Set the car's timer, and warn where the battery is too low as far as is known."""
    temperature = _temperature(coordinator, call)
    warning = _low_battery(coordinator)
    if warning and call.data["refuse_below_threshold"]:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="below_threshold", translation_placeholders=warning
        )
    if warning:
        LOGGER.warning(
            "Preconditioning may be refused: the battery is at %(level)s %%, below %(threshold)s %%", warning
        )
    start, zone = _minute(call.data["start"]), coordinator.vehicle.time_zone
    starts_at = next_at(start, zone, dt_util.utcnow())
    answer = await _order(coordinator, call, commands.precondition_at(start, temperature=temperature))
    ordered = answer["status"] in {CommandStatus.ACCEPTED, CommandStatus.CONFIRMED}
    return {
        **answer,
        "starts_at": responses.local(starts_at, zone) if ordered else None,
        "warning": "below_threshold" if warning else None,
    }


def _minute(at: time) -> time:
    """Return a wall-clock time to the minute, which is all that the clouds know."""
    return at.replace(second=0, microsecond=0)


def _temperature(coordinator: VehicleCoordinator, call: ServiceCall) -> float | None:
    """Return the temperature (°C) that is asked for, if any; refuse one that the car's cloud cannot pass on."""
    temperature: float | None = call.data.get("temperature")
    if temperature is not None and Capability.PRECONDITIONING_TEMPERATURE not in coordinator.vehicle.capabilities:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_temperature")
    return temperature


def _low_battery(coordinator: VehicleCoordinator) -> dict[str, str] | None:
    """Return the level and the threshold where the battery is known to be below it."""
    battery = coordinator.data.battery
    if battery is None or battery.level is None or battery.level >= coordinator.threshold:
        return None
    return {"level": str(battery.level), "threshold": str(coordinator.threshold)}


async def set_charge_schedule(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Write the week into the car."""
    kept: tuple[ChargeWindow, ...] = ()
    if call.data["keep_other_days"]:
        kept = (await coordinator.ask(coordinator.cloud.charge_schedule(coordinator.vehicle.vin))).windows
    try:
        windows = whole_week(_windows(call.data["windows"]), kept, coordinator.vehicle)
    except ScheduleError as err:
        raise await schedule_error(call.hass, err) from err
    return await _order(coordinator, call, commands.set_charge_schedule(windows))


def _windows(rows: Iterable[Data]) -> list[ChargeWindow]:
    """Return one window for each day of each row."""
    return [
        window(DAYS[day], row["start"], end=row.get("end"), duration=row.get("duration"))
        for row in rows
        for day in row["days"]
    ]


async def charge_schedule(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Answer with the week the car holds."""
    held = await coordinator.ask(coordinator.cloud.charge_schedule(coordinator.vehicle.vin))
    state = coordinator.data
    state = replace(state, charge_schedule=held, known=state.known | {Part.CHARGE_SCHEDULE})
    differs = coordinator.planner.situation(state, dt_util.utcnow()).schedule_differs
    return responses.charge_schedule(held, differs=differs)


async def set_notifications(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Change where messages go; what is not named stays."""
    changes: dict[str, Any] = {key: call.data[key] for key in CHANNELS if key in call.data}
    if "do_not_disturb" in call.data:
        quiet = call.data["do_not_disturb"]
        changes["do_not_disturb"] = quiet and DoNotDisturb(start=_minute(quiet["start"]), end=_minute(quiet["end"]))
    if not changes:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_set")

    def change(settings: NotificationSettings) -> NotificationSettings:
        return replace(settings, **changes)

    return await _order(coordinator, call, commands.set_notifications(change, key=frozenset(changes.items())))


async def notifications(coordinator: VehicleCoordinator, _: ServiceCall) -> Json:
    """Answer with where messages go."""
    return responses.notifications(await coordinator.ask(coordinator.cloud.notifications(coordinator.vehicle.vin)))


async def charge_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Answer with the charges of a span."""
    events = await _lines(coordinator, call.data, coordinator.cloud.charge_history)
    return responses.charge_history(events, coordinator.vehicle.time_zone)


async def preconditioning_history(coordinator: VehicleCoordinator, call: ServiceCall) -> Json:
    """Answer with the preconditioning runs of a span."""
    runs = await _lines(coordinator, call.data, coordinator.cloud.preconditioning_history)
    return responses.preconditioning_history(runs, coordinator.vehicle.time_zone)


async def _lines[T: (ChargeEvent, PreconditioningRun)](
    coordinator: VehicleCoordinator, data: Data, history: Callable[[str, date, date], Awaitable[tuple[T, ...]]]
) -> list[T]:
    """Read the months a span touches, and keep the days it names, in the vehicle's zone."""
    today = dt_util.now(coordinator.vehicle.time_zone).date()
    end = data["to"][1] if "to" in data else today
    begin = data["from"][0] if "from" in data else min(today, end).replace(day=1)
    if begin > end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="span_reversed")
    try:
        check_date(end, dt_util.utcnow())
    except ScheduleError as err:
        raise await schedule_error(coordinator.hass, err) from err
    lines = await coordinator.ask(history(coordinator.vehicle.vin, begin, end))
    return [line for line in lines if begin <= line.at.astimezone(coordinator.vehicle.time_zone).date() <= end]
