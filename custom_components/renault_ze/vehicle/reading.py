"""How and how often each part of a vehicle's state is read."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ..cloud.models import Account, Battery, Capability, ChargeEvent, ChargeSchedule, Part, PreconditioningRun, Vehicle
from ..cloud.notifications import NotificationSettings
from ..cloud.protocol import Cloud
from ..cloud.redaction import log_once
from ..cloud.reports import Cabin, Location
from ..cloud.schedule import CLOCK_ERROR, is_ahead

_NEVER = datetime.min.replace(tzinfo=UTC)
# A history is read from the first to the last of two days.
type Days = tuple[date, date]
type Read = Callable[[Cloud, str, Days], Awaitable[Any]]
# Schedule, timer, and settings change rarely.
SLOW_INTERVAL: Final = timedelta(hours=1)
# What changes within days.
_RARELY = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class PartReader:
    """How to read a part from the cloud; a part without an interval is only read when it is needed.

    One that is `optional` is only polled while an enabled entity shows it, or the plan needs it.
    """

    capability: Capability
    read: Read
    interval: timedelta | None = None
    optional: bool = False


def days(begin: datetime, end: datetime) -> Days:
    """Return the days of a history, with one more at each end, which covers the span in any time zone."""
    day = timedelta(days=1)
    return begin.astimezone(UTC).date() - day, end.astimezone(UTC).date() + day


def _equipment(part: Part, capability: Capability, interval: timedelta) -> PartReader:
    """Return how to read a part that only some cars have."""
    return PartReader(
        capability=capability, read=lambda cloud, vin, _: cloud.equipment(vin, part), interval=interval, optional=True
    )


READERS: Mapping[Part, PartReader] = {
    Part.BATTERY: PartReader(
        capability=Capability.BATTERY,
        read=lambda cloud, vin, _: cloud.battery(vin),
        interval=timedelta(),
    ),
    Part.LAST_PRECONDITIONING: PartReader(
        capability=Capability.PRECONDITIONING_HISTORY,
        read=lambda cloud, vin, _: cloud.last_preconditioning(vin),
        interval=timedelta(),
    ),
    Part.PRECONDITIONING_TIMER: PartReader(
        capability=Capability.PRECONDITIONING_TIMER_STATE,
        read=lambda cloud, vin, _: cloud.preconditioning_timer(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.CHARGE_SCHEDULE: PartReader(
        capability=Capability.CHARGE_SCHEDULE,
        read=lambda cloud, vin, _: cloud.charge_schedule(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.NOTIFICATIONS: PartReader(
        capability=Capability.NOTIFICATIONS,
        read=lambda cloud, vin, _: cloud.notifications(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.MILEAGE: PartReader(
        capability=Capability.MILEAGE,
        read=lambda cloud, vin, _: cloud.mileage(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.LOCATION: PartReader(
        capability=Capability.LOCATION,
        read=lambda cloud, vin, _: cloud.location(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.CABIN: PartReader(
        capability=Capability.CABIN,
        read=lambda cloud, vin, _: cloud.cabin(vin),
        interval=SLOW_INTERVAL,
    ),
    Part.CHARGE_HISTORY: PartReader(
        capability=Capability.CHARGE_HISTORY,
        read=lambda cloud, vin, span: cloud.charge_history(vin, *span),
    ),
    Part.PRECONDITIONING_HISTORY: PartReader(
        capability=Capability.PRECONDITIONING_HISTORY,
        read=lambda cloud, vin, span: cloud.preconditioning_history(vin, *span),
    ),
    # It is in the response that contains the mileage.
    Part.FUEL: _equipment(Part.FUEL, Capability.FUEL, SLOW_INTERVAL),
    Part.CHARGE_LIMITS: _equipment(Part.CHARGE_LIMITS, Capability.CHARGE_LIMIT, SLOW_INTERVAL),
    Part.LOCKS: _equipment(Part.LOCKS, Capability.LOCKS, SLOW_INTERVAL),
    Part.TIRE_PRESSURES: _equipment(Part.TIRE_PRESSURES, Capability.TIRE_PRESSURES, _RARELY),
    Part.ALERTS: _equipment(Part.ALERTS, Capability.ALERTS, _RARELY),
    Part.CAR_DEPARTURES: PartReader(
        capability=Capability.CAR_DEPARTURES,
        read=lambda cloud, vin, _: cloud.departures(vin),
        interval=SLOW_INTERVAL,
        optional=True,
    ),
}


# The interval of each part that is always polled.
INTERVALS: Mapping[Part, timedelta] = {
    part: reader.interval for part, reader in READERS.items() if reader.interval is not None and not reader.optional
}


# A car always has these parts: after a response without values, the last values stay.
_EMPTY: Mapping[Part, tuple[Any, ...]] = {
    Part.BATTERY: (None,),
    Part.MILEAGE: (None,),
    Part.LOCATION: (None,),
    Part.FUEL: (None,),
    Part.CHARGE_LIMITS: (None,),
    Part.LOCKS: (None,),
    Part.TIRE_PRESSURES: (None,),
    Part.CAR_DEPARTURES: (None,),
    Part.CHARGE_SCHEDULE: (ChargeSchedule(),),
    Part.NOTIFICATIONS: (NotificationSettings(), NotificationSettings(do_not_disturb="unknown")),
}


def is_empty(part: Part, response: Any) -> bool:
    """Return whether a response contains no value of a part that every car has."""
    return response in _EMPTY.get(part, ())


def valid_for(part: Part, response: Any) -> timedelta:
    """Return how long a response is valid; zero for what will change soon and is read at each poll."""
    is_unsettled = isinstance(response, ChargeSchedule) and response.unsettled
    is_running = isinstance(response, Cabin) and response.preconditioning
    if is_unsettled or is_running:
        return timedelta()
    interval = READERS[part].interval
    return SLOW_INTERVAL if interval is None else interval


def shortest_interval(account: Account) -> timedelta:
    """Return the shortest update interval with which the polls of all vehicles stay within the request limit."""
    if account.reads_an_hour is None:
        return timedelta()
    reads = [(part, vehicle.requests.get(part, 1)) for vehicle in account.vehicles for part in polled_parts(vehicle)]
    all_parts = sum(requests for _, requests in reads)
    each_poll = sum(requests for part, requests in reads if not READERS[part].interval)
    if all_parts > account.reads_an_hour:
        # Polls are then more than an hour apart, and each reads all parts.
        return all_parts / account.reads_an_hour * SLOW_INTERVAL
    return each_poll / (account.reads_an_hour - (all_parts - each_poll)) * SLOW_INTERVAL


def in_order(
    parts: Iterable[Part], vehicle: Vehicle, read_at: Mapping[Part, datetime], *, first: Part, failing: Collection[Part]
) -> list[Part]:
    """Return the parts that a vehicle has: the `first`, then those that are always polled, of these the oldest first.

    What is `failing` comes after what can be read, as the request limit may leave requests for only a few parts.
    """

    def order(part: Part) -> tuple[bool, bool, bool, datetime]:
        return part is not first, part not in INTERVALS, part in failing, read_at.get(part, _NEVER)

    return sorted((part for part in parts if READERS[part].capability in vehicle.capabilities), key=order)


def polled_parts(vehicle: Vehicle) -> Iterator[Part]:
    """Return the parts of a vehicle that are always polled."""
    return (part for part in INTERVALS if READERS[part].capability in vehicle.capabilities)


def optional_parts(vehicle: Vehicle) -> Iterator[Part]:
    """Return the parts of a vehicle that are polled while entities show them."""
    return (part for part, each in READERS.items() if each.optional and each.capability in vehicle.capabilities)


def without_future(response: Any, now: datetime) -> Any:
    """Return a response without dates in the future; runs and charge events with such a date are left out."""
    match response:
        case Battery(reported_at=datetime() as at) if _is_future(at, now, "a battery report"):
            return replace(response, reported_at=None)
        case Location(at=datetime() as at) if _is_future(at, now, "a location"):
            return replace(response, at=None)
        case PreconditioningRun(at=at) if _is_future(at, now, "a preconditioning"):
            return None
        case ChargeEvent(at=at) if _is_future(at, now, "a charge"):
            return None
        case tuple():
            return tuple(each for each in response if without_future(each, now) is not None)
    return response


def only_future(response: Any, now: datetime) -> tuple[PreconditioningRun | datetime, ...]:
    """Return the runs and report times dated in the future: one that was missing before still confirms a command."""
    entries = response if isinstance(response, tuple) else (response,)
    found = (
        each.reported_at if isinstance(each, Battery) else each for each in entries if each != without_future(each, now)
    )
    return tuple(each for each in found if isinstance(each, PreconditioningRun | datetime))


def _is_future(at: datetime, now: datetime, name: str) -> bool:
    """Return whether a date is further in the future than clocks may differ, and log it once."""
    if not is_ahead(at, now, CLOCK_ERROR):
        return False
    log_once(f"The server dates {name} in the future; the date is ignored")
    return True
