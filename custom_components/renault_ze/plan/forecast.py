"""Forecast the battery level: by the charge windows until then, up to the charge limit."""

from datetime import datetime, timedelta

from ..cloud.models import Part
from ..cloud.schedule import DAY
from .charge_model import FULL
from .situation import INSTANT, Situation
from .steps import Forecast, Shortage

_MINUTE = timedelta(minutes=1)
# Levels are whole percents, and one that is just reached counts.
_ROUNDING = 1e-6


def forecast(situation: Situation, at: datetime) -> Forecast:
    """Return the battery level expected at an instant, unknown if the level now is."""
    if (found := situation.forecasts.get(at)) is None:
        found = situation.forecasts[at] = _forecast(situation, at)
    return found


def lasting_limit(situation: Situation) -> int:
    """Return the charge limit that applies unless a departure has its own level: the user's, or the car's if lower."""
    held, own = situation.state.charge_limits, situation.plan.charge_limit
    return min(FULL if held is None else held.target, FULL if own is None else own)


def charge_limit(situation: Situation, at: datetime) -> int:
    """Return the level at which charging ends at an instant: that of a departure within a day, else the limit.

    No charge passes a limit that the car keeps itself.
    """
    following = next((each for each in situation.coming_departures if each.ready_at > at), None)
    if following is None or following.departure.target_level is None or following.ready_at > at + DAY:
        return lasting_limit(situation)
    held = situation.state.charge_limits
    return following.departure.target_level if held is None else min(held.target, following.departure.target_level)


def charging_time(situation: Situation, at: datetime) -> timedelta:
    """Return how long a car that stays plugged in will charge until an instant."""
    spans, now = _charging_spans(situation, at), situation.now
    if situation.state.charging and not any(begin <= now for begin, _ in spans):
        # A charge outside the windows was started by hand, and goes on until the battery is full.
        return at - now
    return sum((min(end, at) - max(begin, now) for begin, end in spans), timedelta())


def _forecast(situation: Situation, at: datetime) -> Forecast:
    """Return the battery level expected at an instant."""
    battery, threshold = situation.state.battery, situation.settings.threshold
    if battery is None or battery.level is None or Part.BATTERY not in situation.state.known:
        return Forecast(at=at, level=None)
    model = situation.charge_model
    plugged_in = situation.state.charging or battery.plugged_in
    span = charging_time(situation, at) if plugged_in else timedelta()
    level = min(_highest(situation, battery.level, at), int(model.level_after(battery.level, span) + _ROUNDING))
    if level >= threshold:
        return Forecast(at=at, level=level)
    needed = -(-model.duration(battery.level, threshold) // _MINUTE) * _MINUTE
    shortage = _shortage(span, at - situation.now, plugged_in=plugged_in)
    return Forecast(at=at, level=level, shortage=shortage, charge_needed=needed)


def _highest(situation: Situation, level: int, at: datetime) -> int:
    """Return the highest level that can be charged until an instant: that of the limit, if it is enforced."""
    is_enforced = situation.settings.can_stop or situation.plan.controls_charging
    if not is_enforced or situation.plan.limit.is_overridden:
        return FULL
    return max(level, charge_limit(situation, at - INSTANT))


def _charging_spans(situation: Situation, at: datetime) -> list[tuple[datetime, datetime]]:
    """Return when a car may charge until an instant: by the plan if the car follows it."""
    if situation.follows_plan:
        return [(each.begin, each.end) for each in situation.planned_windows(situation.now, at)]
    if situation.held is None:
        return []
    if not situation.held.enabled:
        return [(situation.now, at)]
    return [(each.begin, each.end) for each in situation.car_windows(situation.now, at)]


def _shortage(span: timedelta, whole: timedelta, *, plugged_in: bool | None) -> Shortage:
    """Return why the level will be too low."""
    if plugged_in is None:
        return Shortage.PLUG_UNKNOWN
    if not plugged_in:
        return Shortage.NOT_PLUGGED_IN
    if not span:
        return Shortage.NO_WINDOW_BEFORE
    return Shortage.WINDOW_TOO_SHORT if span < whole else Shortage.BATTERY_LOW
