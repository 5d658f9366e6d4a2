"""How each part of a vehicle's state is read, and how often."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ..cloud.models import (
    Account,
    Battery,
    Cabin,
    Capability,
    ChargeEvent,
    ChargeSchedule,
    Location,
    NotificationSettings,
    Part,
    PreconditioningRun,
    Vehicle,
)
from ..cloud.protocol import Cloud
from ..cloud.redaction import note
from ..cloud.schedule import A_FEW_MINUTES, is_ahead

_NEVER = datetime.min.replace(tzinfo=UTC)
type Read = Callable[[Cloud, str], Awaitable[Any]]
# What is known by its date alone, and when each was.
type News = PreconditioningRun | datetime
# Schedule, timer and settings only change when somebody changes them.
SLOW_INTERVAL: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a part is read; one without an interval is only read when something asks for it."""

    capability: Capability
    read: Read
    every: timedelta | None = None


def _recent(history: Callable[[Cloud, str, date, date], Awaitable[Any]]) -> Read:
    """Read a history around now, with yesterday's month on the first of one, in whichever zone the vehicle is."""

    def read(cloud: Cloud, vin: str) -> Awaitable[Any]:
        today = datetime.now(UTC).date()
        return history(cloud, vin, today - timedelta(days=1), today + timedelta(days=1))

    return read


READINGS: Mapping[Part, Reading] = {
    Part.BATTERY: Reading(
        capability=Capability.BATTERY,
        read=lambda cloud, vin: cloud.battery(vin),
        every=timedelta(),
    ),
    Part.LAST_PRECONDITIONING: Reading(
        capability=Capability.PRECONDITIONING_HISTORY,
        read=lambda cloud, vin: cloud.last_preconditioning(vin),
        every=timedelta(),
    ),
    Part.PRECONDITIONING_TIMER: Reading(
        capability=Capability.PRECONDITIONING_TIMER_STATE,
        read=lambda cloud, vin: cloud.preconditioning_timer(vin),
        every=SLOW_INTERVAL,
    ),
    Part.CHARGE_SCHEDULE: Reading(
        capability=Capability.CHARGE_SCHEDULE,
        read=lambda cloud, vin: cloud.charge_schedule(vin),
        every=SLOW_INTERVAL,
    ),
    Part.NOTIFICATIONS: Reading(
        capability=Capability.NOTIFICATIONS,
        read=lambda cloud, vin: cloud.notifications(vin),
        every=SLOW_INTERVAL,
    ),
    Part.MILEAGE: Reading(
        capability=Capability.MILEAGE,
        read=lambda cloud, vin: cloud.mileage(vin),
        every=SLOW_INTERVAL,
    ),
    Part.LOCATION: Reading(
        capability=Capability.LOCATION,
        read=lambda cloud, vin: cloud.location(vin),
        every=SLOW_INTERVAL,
    ),
    Part.CABIN: Reading(
        capability=Capability.CABIN,
        read=lambda cloud, vin: cloud.cabin(vin),
        every=SLOW_INTERVAL,
    ),
    Part.CHARGE_HISTORY: Reading(
        capability=Capability.CHARGE_HISTORY,
        read=_recent(lambda cloud, vin, begin, end: cloud.charge_history(vin, begin, end)),
    ),
    Part.PRECONDITIONING_HISTORY: Reading(
        capability=Capability.PRECONDITIONING_HISTORY,
        read=_recent(lambda cloud, vin, begin, end: cloud.preconditioning_history(vin, begin, end)),
    ),
}


# How often each part is read that is read without being asked for.
INTERVALS: Mapping[Part, timedelta] = {
    part: reading.every for part, reading in READINGS.items() if reading.every is not None
}


# These are never gone: a cloud that has nothing believable to say of them leaves what the car said before.
_NOTHING: Mapping[Part, tuple[Any, ...]] = {
    Part.BATTERY: (None,),
    Part.CHARGE_SCHEDULE: (ChargeSchedule(),),
    Part.NOTIFICATIONS: (NotificationSettings(), NotificationSettings(do_not_disturb="unknown")),
}


def says_nothing(part: Part, answer: Any) -> bool:
    """Tell whether an answer holds none of what its part is made of."""
    return answer in _NOTHING.get(part, ())


def good_for(part: Part, answer: Any) -> timedelta:
    """Return how long an answer counts: what will not be so for long is looked for at each poll."""
    on_its_way = isinstance(answer, ChargeSchedule) and answer.unsettled
    running = isinstance(answer, Cabin) and answer.preconditioning
    if on_its_way or running:
        return timedelta()
    every = READINGS[part].every
    return SLOW_INTERVAL if every is None else every


def least_interval(account: Account) -> timedelta:
    """Return how long to wait between two polls of each vehicle at least, so that an idle account keeps its quota."""
    if account.reads_an_hour is None:
        return timedelta()
    reads = [(part, vehicle.requests.get(part, 1)) for vehicle in account.vehicles for part in regular(vehicle)]
    all_parts = sum(requests for _, requests in reads)
    each_poll = sum(requests for part, requests in reads if not READINGS[part].every)
    if all_parts > account.reads_an_hour:
        # Polls are then more than an hour apart, and each reads all there is.
        return all_parts / account.reads_an_hour * SLOW_INTERVAL
    return each_poll / (account.reads_an_hour - (all_parts - each_poll)) * SLOW_INTERVAL


def in_turn(parts: Iterable[Part], vehicle: Vehicle, read_at: Mapping[Part, datetime]) -> list[Part]:
    """Return those of some parts that a vehicle has: the regular ones first, the oldest before the others."""
    able = (part for part in parts if READINGS[part].capability in vehicle.capabilities)
    return sorted(able, key=lambda part: (part not in INTERVALS, read_at.get(part, _NEVER)))


def regular(vehicle: Vehicle) -> Iterator[Part]:
    """Yield the parts of a vehicle that are read without being asked for."""
    for part, reading in READINGS.items():
        if reading.every is not None and reading.capability in vehicle.capabilities:
            yield part


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
