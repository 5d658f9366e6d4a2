"""What the answers of a cloud add to what is known of a vehicle; takes the time, owns no clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from . import charges, freshness
from .cloud.exceptions import CloudError
from .cloud.models import Capability, Part, PreconditioningRun, Vehicle
from .cloud.state import Charge, VehicleState
from .cloud.wall_clock import next_at
from .const import CLOCKS_APART
from .parts import INTERVALS, says_nothing
from .timestamps import dated, undated

type Answers = Mapping[Part, Any]


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
        charge = charges.seen(charge, good[Part.BATTERY], now, has_history=has_history)
    if Part.CHARGE_HISTORY in answers:
        charge = charges.looked_up(charge, answers[Part.CHARGE_HISTORY])
    return charge


def _timer_start(state: VehicleState, timer: time | None, vehicle: Vehicle, now: datetime) -> Mapping[str, Any]:
    """Return the instant a timer means, unless it is the one that has just fired."""
    if freshness.timer_lingers(state, timer, now):
        return {}
    return {"preconditioning_starts_at": None if timer is None else next_at(timer, vehicle.time_zone, now)}


def _told_until(state: VehicleState, run: PreconditioningRun | None, now: datetime) -> datetime:
    """Return up to when no run is news: to the newest that was seen to end, else to when one was first looked for."""
    if run is None or run.result is None:
        return state.runs_told_until or now - CLOCKS_APART
    return max(state.runs_told_until or run.at, run.at)


def aged(state: VehicleState, pace: timedelta, now: datetime) -> VehicleState:
    """Return the state as time alone has left it; `pace` is how often the car is meant to be polled."""
    state = freshness.put_right(state, now)
    kept = freshness.kept(state.read_at, INTERVALS, pace, now)
    return replace(
        state,
        known=freshness.known(state.read_at, now),
        kept=kept,
        stale=bool(kept) or freshness.stale(state.battery, state.read_at.get(Part.BATTERY), pace, now),
        silent=freshness.silent(state.battery, now),
    )


def awaited(state: VehicleState, now: datetime) -> set[Part]:
    """Return the parts that have news by what is known: a timer has fired, a charge has ended."""
    fired = {Part.PRECONDITIONING_TIMER} if freshness.timer_fired(state, now) else set()
    return fired | ({Part.CHARGE_HISTORY} if state.charge.lookups else set())
