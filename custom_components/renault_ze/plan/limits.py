"""The level at which charging ends: the charge limit, or the level of the next departure, and how it is enforced.

Some cars keep a limit of their own. A car that can be stopped is stopped once it reports the level. Otherwise its
windows are shortened to the time that is needed. A charge that the user starts goes on until the car is unplugged or
stops.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from ..cloud.models import CommandKind, Part
from ..cloud.schedule import DAY, GRID
from ..vehicle.results import CommandStatus
from .charge_model import FULL, observed_speed
from .chosen import followed
from .forecast import charge_limit, forecast
from .model import ChosenWindows, Plan
from .records import LimitRecord
from .situation import Situation
from .steps import DepartureMessage, DepartureTime, Forecast, StepReason, StopCharge
from .timetable import Occurrence, occurrences
from .window_edits import with_chosen

# A car that does not stop gets another command after this time, which doubles with each command, up to an hour.
_FIRST_RETRY = timedelta(minutes=10)
_MOST_DOUBLINGS = 3
# After this many commands, shorter windows end this charge and those of the next days.
_MOST_TRIES = 3
_TRIED_AGAIN = 7 * DAY
# A charge that was started by the user has begun by then.
_STARTED_AFTER = timedelta(minutes=30)


class LimitMethod(StrEnum):
    """How the charge limit is enforced."""

    CAR = "car"
    STOP = "stop"
    WINDOWS = "windows"
    NONE = "none"


def method(situation: Situation) -> LimitMethod:
    """Return how the charge limit is enforced: the car keeps its own limit, unless the next departure needs less.

    A car that does not follow commands to stop gets shorter windows.
    """
    held = situation.state.charge_limits
    if held is not None and charge_limit(situation, situation.now) >= held.target:
        return LimitMethod.CAR
    has_windows = situation.plan.controls_charging and situation.follows_plan
    if situation.settings.can_stop and not (has_windows and _cannot_be_stopped(situation)):
        return LimitMethod.STOP
    return LimitMethod.WINDOWS if has_windows else LimitMethod.NONE


def _cannot_be_stopped(situation: Situation) -> bool:
    """Return whether the car did not follow several commands in the last days."""
    ignored_at = situation.plan.limit.ignored_at
    return ignored_at is not None and _FIRST_RETRY <= situation.now - ignored_at < _TRIED_AGAIN


def is_reached(situation: Situation) -> bool:
    """Return whether charging has ended, or has to end, because of its level."""
    level, limit = _level(situation), charge_limit(situation, situation.now)
    return level is not None and limit < FULL and level >= limit and method(situation) is not LimitMethod.NONE


def with_charge_limit(plan: Plan, limit: int, situation: Situation) -> Plan:
    """Return the plan with another charge limit (percent); windows are only shortened in a schedule of the user."""
    changed = replace(plan, charge_limit=limit if limit < FULL else None)
    if situation.settings.can_stop or not plan.charge_enabled or plan.is_owned:
        return changed
    return replace(changed, edited_at=situation.now, judged_until=situation.now)


def stopping(situation: Situation) -> Iterator[StopCharge]:
    """Yield the command that stops a charge at its limit."""
    state, record = situation.state, situation.plan.limit
    if record.is_overridden or not state.charging or not is_reached(situation):
        return
    if method(situation) is not LimitMethod.STOP:
        return
    at = situation.now
    if record.stopped_at is not None and record.stopped_at <= at:
        at = max(at, record.stopped_at + _FIRST_RETRY * 2 ** min(record.tries - 1, _MOST_DOUBLINGS))
    yield StopCharge(at=at, reason=StepReason.LIMIT_REACHED)


def is_unread(situation: Situation) -> bool:
    """Return whether the car was not read since it was last stopped."""
    stopped_at = situation.plan.limit.stopped_at
    return stopped_at is not None and not situation.state.was_read_since(stopped_at, Part.BATTERY, "charging")


def with_stopped(plan: Plan, now: datetime) -> Plan:
    """Return the plan once a charge was stopped."""
    tries = plan.limit.tries + 1
    ignored_at = now if tries >= _MOST_TRIES else plan.limit.ignored_at
    return replace(plan, limit=replace(plan.limit, stopped_at=now, tries=tries, ignored_at=ignored_at))


def with_observed_charge(situation: Situation) -> Plan:
    """Return the plan with what the car shows of a charge: its speed, that the user started it, or that it is over."""
    plan, state, now = situation.plan, situation.state, situation.now
    if (speed := observed_speed(state, plan.charging_speed)) != plan.charging_speed:
        plan = replace(plan, charging_speed=speed)
    record, battery = plan.limit, state.battery
    started = state.commands.get(CommandKind.START_CHARGE)
    is_sent = started is not None and started.status is not CommandStatus.FAILED and started.sent_at <= now
    if is_sent and started is not None and (record.started_at is None or started.sent_at > record.started_at):
        record = LimitRecord(started_at=started.sent_at, is_overridden=True, ignored_at=record.ignored_at)
    is_unplugged = battery is not None and battery.plugged_in is False
    since = record.started_at
    has_ended = state.charging is False and (since is None or now - since > _STARTED_AFTER)
    if Part.BATTERY in state.known and (is_unplugged or has_ended):
        has_followed = record.ignored_at is not None and now - record.ignored_at < _FIRST_RETRY
        ignored_at = None if has_followed else record.ignored_at
        record = replace(record, is_overridden=False, tries=0, stopped_at=None, ignored_at=ignored_at)
    return plan if record == plan.limit else replace(plan, limit=record)


def with_shortened_windows(situation: Situation) -> Plan:
    """Return the plan with the next windows shortened to what the car needs to reach the limit, as a choice."""
    plan, now = situation.plan, situation.now
    own = tuple(each for each in plan.chosen if not each.for_price)
    others = tuple(each for each in plan.chosen if each.for_price)
    if not own and plan.charge_limit is None and all(each.target_level is None for each in plan.departures):
        return plan
    applies = method(situation) is LimitMethod.WINDOWS and not plan.limit.is_overridden and not others
    battery = situation.state.battery
    if applies and (battery is None or not battery.plugged_in or _level(situation) is None):
        return plan
    found = _shortened(situation, own) if applies else None
    # What is over stays: windows that began in it must not return.
    kept = tuple(each for each in own if each.end + DAY < now or (found and each.end <= found.begin))
    chosen = (*others, *kept, *([] if found is None else [found]))
    return plan if chosen == plan.chosen else with_chosen(plan, chosen, now, situation.settings)


def level_warning(situation: Situation) -> Iterator[DepartureMessage]:
    """Yield the message for each departure whose level cannot be reached, from the evening before it."""
    for coming in situation.coming_departures:
        if situation.now < coming.checks(situation.settings)[0]:
            return
        target, is_told = coming.departure.target_level, situation.attempt(coming).level_warned_at is not None
        if target is None or is_told:
            continue
        expected = _expected(situation, coming, target)
        if expected.level is not None and expected.level < target:
            yield DepartureMessage(
                at=situation.now, reason=StepReason.LEVEL_UNREACHABLE, departure=coming, forecast=expected
            )


def _expected(situation: Situation, coming: DepartureTime, target: int) -> Forecast:
    """Return the forecast for a departure, as planned if windows are chosen for it and the car is plugged in."""
    planned, battery = situation.planned, situation.state.battery
    is_away = battery is None or battery.plugged_in is False
    if planned is None or planned.goal.deadline != coming.ready_at or is_away:
        return forecast(situation, coming.ready_at)
    level = target if planned.reaches_target else int(planned.outcome.level)
    return Forecast(at=coming.ready_at, level=level)


def _level(situation: Situation) -> int | None:
    """Return the battery level, None if it is unknown."""
    battery = situation.state.battery
    return None if battery is None or Part.BATTERY not in situation.state.known else battery.level


def _shortened(situation: Situation, own: tuple[ChosenWindows, ...]) -> ChosenWindows | None:
    """Return the windows of the next day up to the limit; the earlier choice if it is still right."""
    now, settings, level = situation.now, situation.settings, float(_level(situation) or 0)
    current = next((each for each in own if each.begin - settings.send_ahead <= now < each.end + DAY), None)
    windows = followed(replace(situation.plan, chosen=()), settings).windows
    coming = occurrences(windows, situation.zone, now, now + 2 * DAY)
    if not coming or coming[0].begin > now + settings.send_ahead + GRID:
        return current if current is not None and now < current.end else None
    night = [each for each in coming if each.begin < coming[0].begin + DAY]
    spans, is_cut = _spans_to_limit(situation, night, level)
    if not is_cut:
        return None
    found = ChosenWindows(begin=night[0].begin, end=night[-1].begin + GRID, windows=spans, for_price=False)
    return current if current is not None and _is_alike(current, found, situation) else found


def _spans_to_limit(
    situation: Situation, night: list[Occurrence], level: float
) -> tuple[tuple[tuple[datetime, datetime], ...], bool]:
    """Return the spans in which a car charges up to the limit, and whether that shortens a window."""
    model = situation.charge_model
    spans: list[tuple[datetime, datetime]] = []
    is_cut = False
    for begin, end, _ in night:
        start, limit = max(begin, situation.now), charge_limit(situation, begin)
        needed = model.duration(level, limit)
        quarters = -((begin - start - needed) // GRID) if needed else (start - begin) // GRID
        until = end if limit >= FULL else min(end, begin + quarters * GRID)
        is_cut |= until < end
        level = max(level, min(limit, model.level_after(level, max(until - start, timedelta()))))
        if until > begin:
            spans.append((begin, until))
    return tuple(spans), is_cut


def _is_alike(current: ChosenWindows, found: ChosenWindows, situation: Situation) -> bool:
    """Return whether another choice would change the charge by a quarter of an hour at most, or only what is over."""
    if current.begin != found.begin:
        return False
    if is_reached(situation) and all(end <= situation.now for _, end in current.windows):
        return True
    begins = [[begin for begin, _ in each.windows] for each in (current, found)]
    ends = zip((end for _, end in current.windows), (end for _, end in found.windows), strict=False)
    is_open = any(begin <= situation.now < end for begin, end in current.windows)
    if is_reached(situation) and is_open:
        return False
    return begins[0] == begins[1] and all(abs(one - other) <= GRID for one, other in ends)
