"""Merge responses into the state of a vehicle, and let its values age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from ..cloud.exceptions import AuthenticationError, CloudError, RefusedError, SparedError, ThrottledError
from ..cloud.models import Battery, Capability, ChargeEvent, ChargeEventKind, Part, PreconditioningRun, Vehicle
from ..cloud.schedule import A_FEW_MINUTES, is_ahead, next_at
from .reading import INTERVALS, dated, says_nothing, undated
from .state import CLOCK_TOLERANCE, Charge, CommandResult, VehicleState

type Answers = Mapping[Part, Any]
# The car's timer fires within a day, which has 25 hours on the night the clocks change.
_A_DAY = timedelta(hours=25)
# So often the end of a charge is looked for in a history that cannot be read or does not tell of it yet.
HISTORY_LOOKUPS: Final = 3
# A timer that has fired is still shown until word of it comes from the car.
TIMER_CLEARED_AFTER: Final = timedelta(minutes=3)
# A charging car reports every half hour: three missed reports are no accident. A parked one may be silent all day.
STALE_WHILE_CHARGING: Final = timedelta(minutes=90)
STALE_AFTER: Final = timedelta(hours=24)
# A cloud that has not answered for this long (or six polls) leaves us with yesterday's truth.
MISSED_AFTER: Final = timedelta(hours=1)
# Longer than a weekend without a sign: the subscription, the signal or the 12 V battery is worth a look.
SILENT_AFTER: Final = timedelta(days=4)
# After a day without an answer a value says nothing about the car any more.
EXPIRED_AFTER: Final = timedelta(hours=24)
_SESSION_KINDS = {ChargeEventKind.STARTED, ChargeEventKind.ENDED}


def merged(state: VehicleState, answers: Answers, vehicle: Vehicle, now: datetime) -> VehicleState:
    """Return the state with what was read; a part that failed keeps its last good value."""
    told = {
        part: answer
        for part, answer in answers.items()
        if not isinstance(answer, CloudError) and not says_nothing(part, answer)
    }
    good = {part: dated(answer, now) for part, answer in told.items()}
    changes: dict[str, Any] = {part.value: answer for part, answer in good.items()}
    news = {**state.undated, **{part: undated(answer, now) for part, answer in told.items()}}
    changes["undated"] = {part: each for part, each in news.items() if each}
    changes["charge"] = _charge(state.charge, {**answers, **good}, good, vehicle, now)
    if Part.PRECONDITIONING_TIMER in good:
        changes |= _timer_start(state, good[Part.PRECONDITIONING_TIMER], vehicle, now)
    if Part.LAST_PRECONDITIONING in answers:
        changes["runs_told_until"] = _told_until(state, good.get(Part.LAST_PRECONDITIONING), now)
    # Our own clock may be behind: a history is read again to see whether what it dates in the future has come.
    whole = [part for part in good if part is not Part.CHARGE_HISTORY or good[part] == told[part]]
    return replace(state, **changes, read_at={**state.read_at, **dict.fromkeys(whole, now)})


def _charge(charge: Charge, answers: Answers, good: Answers, vehicle: Vehicle, now: datetime) -> Charge:
    """Return the charge with what the battery and the history say of it."""
    if Part.BATTERY in good:
        has_history = Capability.CHARGE_HISTORY in vehicle.capabilities
        charge = charge_seen(charge, good[Part.BATTERY], now, has_history=has_history)
    if Part.CHARGE_HISTORY in answers:
        charge = history_looked_up(charge, answers[Part.CHARGE_HISTORY])
    return charge


def _timer_start(state: VehicleState, timer: time | None, vehicle: Vehicle, now: datetime) -> Mapping[str, Any]:
    """Return the instant a timer means, unless it is the one that has just fired."""
    if timer_lingers(state, timer, now):
        return {}
    return {"preconditioning_starts_at": None if timer is None else next_at(timer, vehicle.time_zone, now)}


def _told_until(state: VehicleState, run: PreconditioningRun | None, now: datetime) -> datetime:
    """Return up to when no run is news: to the newest that was seen to end, else to when one was first looked for."""
    if run is None or run.result is None:
        return state.runs_told_until or now - CLOCK_TOLERANCE
    return max(state.runs_told_until or run.at, run.at)


def aged(state: VehicleState, pace: timedelta, now: datetime) -> VehicleState:
    """Return the state as time alone has left it; `pace` is how often the car is meant to be polled."""
    state = put_right(state, now)
    kept = outdated_parts(state.read_at, INTERVALS, pace, now)
    return replace(
        state,
        known=known_parts(state.read_at, now),
        kept=kept,
        stale=bool(kept) or is_outdated(state.battery, state.read_at.get(Part.BATTERY), pace, now),
        silent=is_silent(state.battery, now),
    )


def awaited(state: VehicleState, now: datetime) -> set[Part]:
    """Return the parts that have news by what is known: a timer has fired, a charge has ended."""
    fired = {Part.PRECONDITIONING_TIMER} if timer_fired(state, now) else set()
    return fired | ({Part.CHARGE_HISTORY} if state.charge.lookups else set())


def put_right(state: VehicleState, now: datetime) -> VehicleState:
    """Return a state that was learnt while the clock was ahead: what has happened did so by now at the latest."""
    earlier, seen_at, starts_at = state.earlier_command, state.charge.seen_at, state.preconditioning_starts_at
    told_until = state.runs_told_until
    return replace(
        state,
        read_at={part: by_now(at, now) for part, at in state.read_at.items()},
        commands={kind: _given(each, now) for kind, each in state.commands.items()},
        earlier_command=None if earlier is None else _given(earlier, now),
        runs_told_until=None if told_until is None else by_now(told_until, now),
        charge=replace(state.charge, seen_at=None) if seen_at and by_now(seen_at, now) != seen_at else state.charge,
        preconditioning_starts_at=None if starts_at and is_ahead(starts_at, now, _A_DAY) else starts_at,
    )


def by_now(at: datetime, now: datetime) -> datetime:
    """Return when something happened, now if that was noted while the clock was ahead."""
    return now if is_ahead(at, now, A_FEW_MINUTES) else at


def _given(command: CommandResult, now: datetime) -> CommandResult:
    """Return an order as one that was given, and settled, by now."""
    settled_at = None if command.settled_at is None else by_now(command.settled_at, now)
    return replace(command, sent_at=by_now(command.sent_at, now), settled_at=settled_at)


def known_parts(read_at: Mapping[Part, datetime], now: datetime) -> frozenset[Part]:
    """Return the parts that were read recently enough to say anything about the car."""
    return frozenset(part for part, at in read_at.items() if now - at < EXPIRED_AFTER)


def is_outdated(battery: Battery | None, read_at: datetime | None, base: timedelta, now: datetime) -> bool:
    """Tell whether the battery's report is older than it should be, or was asked for in vain for long.

    `base` is how often it is meant to be asked for.
    """
    if battery is None or battery.reported_at is None or read_at is None:
        return True
    allowed = STALE_WHILE_CHARGING if battery.charging else STALE_AFTER
    return now - battery.reported_at > allowed or now - read_at > max(MISSED_AFTER, base * 6)


def outdated_parts(
    read_at: Mapping[Part, datetime], every: Mapping[Part, timedelta], pace: timedelta, now: datetime
) -> Mapping[Part, datetime]:
    """Return when each part was last read that still counts, although it was asked for in vain for long."""
    patience = max(MISSED_AFTER, pace * 6)
    due = {part: often + patience for part, often in every.items() if part in read_at}
    return {part: read_at[part] for part, allowed in due.items() if allowed < now - read_at[part] < EXPIRED_AFTER}


def is_silent(battery: Battery | None, now: datetime) -> bool:
    """Tell whether the car has not been heard of for days."""
    reported_at = None if battery is None else battery.reported_at
    return reported_at is not None and now - reported_at > SILENT_AFTER


def poll_interval(state: VehicleState, base: timedelta) -> timedelta:
    """Return how long to wait: short while the car charges, long while it just stands."""
    battery = state.battery
    if battery is not None and battery.charging:
        return base / 2
    if battery is not None and battery.plugged_in is False:
        return base * 2
    return base


def timer_fired(state: VehicleState, now: datetime) -> bool:
    """Tell whether the timer that was read last has fired, so that it is time to read what the car has now."""
    starts_at = state.preconditioning_starts_at
    return starts_at is not None and now >= starts_at + TIMER_CLEARED_AFTER


def timer_lingers(state: VehicleState, timer: time | None, now: datetime) -> bool:
    """Tell whether a timer that was read now is still the one of before, which has just fired."""
    starts_at = state.preconditioning_starts_at
    fired = starts_at is not None and starts_at <= now < starts_at + TIMER_CLEARED_AFTER
    return fired and timer == state.preconditioning_timer


def charge_seen(charge: Charge, battery: Battery, now: datetime, *, has_history: bool) -> Charge:
    """Return the charge as a report of the battery shows it; one that leaves the question open changes nothing."""
    if battery.charging is None:
        return charge
    if battery.charging:
        return Charge(running=True, seen_at=battery.reported_at or now)
    if not charge.running:
        return replace(charge, running=False)
    return replace(charge, running=False, lookups=HISTORY_LOOKUPS if has_history else 0)


def history_looked_up(charge: Charge, answer: Any) -> Charge:
    """Return the charge once its end was looked for in the history: found, refused for good, or tried in vain."""
    if isinstance(answer, ThrottledError | AuthenticationError):
        # A quota comes back within minutes; another pause, or a new password, may be hours away.
        return replace(charge, interrupted=not isinstance(answer, SparedError))
    told = isinstance(answer, tuple) and finished_session(charge, answer) is not None
    settled = told or isinstance(answer, RefusedError)
    return replace(charge, lookups=0 if settled else max(charge.lookups - 1, 0))


def finished_session(charge: Charge, history: Iterable[ChargeEvent]) -> ChargeSession | None:
    """Return the session a charge was, None where the history tells of no end since it was last seen."""
    session = next(iter(sessions(history)), None)
    if session is None or (charge.seen_at is not None and session.ended.at < charge.seen_at - CLOCK_TOLERANCE):
        return None
    return session


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeSession:
    """A charge from its start to its end, paired from two lines of the history."""

    started: ChargeEvent
    ended: ChargeEvent

    @property
    def duration(self) -> timedelta:
        """Return how long it took."""
        return self.ended.at - self.started.at

    @property
    def level_gained(self) -> int | None:
        """Return the percent of battery it brought."""
        if self.started.level is None or self.ended.level is None:
            return None
        return self.ended.level - self.started.level


def sessions(events: Iterable[ChargeEvent]) -> tuple[ChargeSession, ...]:
    """Pair starts with ends, newest first; lines without a partner are left out, since the history has gaps."""
    told = sorted((event for event in events if event.kind in _SESSION_KINDS), key=lambda event: event.at)
    pairs = [
        ChargeSession(started=earlier, ended=later)
        for earlier, later in pairwise(told)
        if earlier.kind is ChargeEventKind.STARTED and later.kind is ChargeEventKind.ENDED
    ]
    return tuple(reversed(pairs))
