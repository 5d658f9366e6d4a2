"""Dates a cloud gives that lie in the future; nothing is dated by them, or it would never be outdated."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from .cloud.models import Battery, ChargeEvent, Location, PreconditioningRun
from .cloud.remarks import note
from .cloud.wall_clock import A_FEW_MINUTES, is_ahead

# What is known by its date alone, and when each was.
type News = PreconditioningRun | datetime


def dated(answer: Any, now: datetime) -> Any:
    """Return an answer without the dates that lie in the future, and without the runs and charges they are of."""
    match answer:
        case Battery(reported_at=datetime() as at) if _is_future(at, now, "a battery report"):
            return replace(answer, reported_at=None)
        case Location(at=datetime() as at) if _is_future(at, now, "a location"):
            return replace(answer, at=None)
        case PreconditioningRun(at=at) if _is_future(at, now, "a preconditioning"):
            return None
        case ChargeEvent(at=at) if _is_future(at, now, "a charge"):
            return None
        case tuple():
            return tuple(each for each in answer if dated(each, now) is not None)
    return answer


def undated(answer: Any, now: datetime) -> tuple[News, ...]:
    """Return the runs and reports that are dated in the future: one that was not there before is news all the same."""
    lines = answer if isinstance(answer, tuple) else (answer,)
    found = (each.reported_at if isinstance(each, Battery) else each for each in lines if each != dated(each, now))
    return tuple(each for each in found if isinstance(each, PreconditioningRun | datetime))


def _is_future(at: datetime, now: datetime, name: str) -> bool:
    """Return whether a date lies further in the future than clocks differ, which is noted once."""
    if not is_ahead(at, now, A_FEW_MINUTES):
        return False
    note(f"The server dates {name} in the future; the date is ignored")
    return True
