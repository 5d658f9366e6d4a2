"""What the battery will hold at an instant, and what is lacking then."""

from datetime import datetime, timedelta
from statistics import median

from .cloud.models import Battery, Part
from .cloud.state import VehicleState
from .plan import Plan, Projection, Settings, Shortage
from .schedule import occurrences, sessions
from .windows import differs, held_schedule, occurrences as planned

# A household socket into the smallest battery, 1.85 kW into 22 kWh: a careful guess, used until a speed was measured.
DEFAULT_SPEED = 8.0
FULL = 100
_HOUR = timedelta(hours=1)
# Whole percents make a short charge look faster or slower than it was.
_LEAST_GAIN = 5
_LEAST_DURATION = timedelta(minutes=15)


def charging_speed(state: VehicleState) -> float:
    """Return how many percent an hour of charging brings: the median of the sessions in the history, else a default."""
    told = [
        each.level_gained / (each.duration / _HOUR)
        for each in sessions(state.charge_history)
        if each.level_gained is not None and each.level_gained >= _LEAST_GAIN and each.duration >= _LEAST_DURATION
    ]
    return median(told) if told else DEFAULT_SPEED


def project(plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime) -> Projection:
    """Return the level foreseen for an instant; unknown where the battery is."""
    battery = state.battery
    if battery is None or battery.level is None or Part.BATTERY not in state.known:
        return Projection(at=at, level=None)
    speed = charging_speed(state)
    can_charge = battery.plugged_in or battery.charging
    span = charging_time(plan, state, settings, now, at) if can_charge else timedelta()
    level = min(FULL, battery.level + int(speed * (span / _HOUR)))
    if level >= settings.threshold:
        return Projection(at=at, level=level)
    needed = timedelta(minutes=-(-60 * (settings.threshold - battery.level) // speed))
    return Projection(at=at, level=level, shortage=_shortage(battery, span, at - now), charge_needed=needed)


def charging_time(plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime) -> timedelta:
    """Return how long a car that stays plugged in will charge until an instant."""
    spans = _windows(plan, state, settings, now, at)
    if state.battery is not None and state.battery.charging and not any(begin <= now for begin, _ in spans):
        # Somebody has started a charge, which goes on until the battery is full.
        return at - now
    return sum((min(end, at) - max(begin, now) for begin, end in spans), timedelta())


def _windows(
    plan: Plan, state: VehicleState, settings: Settings, now: datetime, at: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when a car may charge until an instant: by the plan, unless the car keeps to another week."""
    held = held_schedule(state)
    if plan.charge_enabled and plan.windows and not differs(plan, state, now):
        return [(each.begin, each.end) for each in planned(plan, settings.zone, now, at)]
    if held is None:
        return []
    return [*occurrences(held.windows, settings.zone, now, at)] if held.enabled else [(now, at)]


def _shortage(battery: Battery, span: timedelta, whole: timedelta) -> Shortage:
    """Return why the level will be too low."""
    if battery.plugged_in is None and not battery.charging:
        return Shortage.PLUG_UNKNOWN
    if not battery.plugged_in and not battery.charging:
        return Shortage.NOT_PLUGGED_IN
    if not span:
        return Shortage.NO_WINDOW_BEFORE
    return Shortage.WINDOW_TOO_SHORT if span < whole else Shortage.BATTERY_LOW
