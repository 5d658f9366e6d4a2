"""The simulated car: its days and weather, its battery, what it records, and how it reacts to commands.

It is determined by time and commands alone, so that neither a restart nor the update interval changes its history:
energy is in whole watt-seconds, power in watts, and time passes in steps that end when something changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import cos, tau
from typing import Final

from ..models import (
    ChargeEvent,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from ..schedule import CLOCK_ERROR, GRID

CAPACITY_KWH: Final = 52
CHARGING_W: Final = 3_700
MINIMUM_LEVEL: Final = 20
_CAPACITY_WS = CAPACITY_KWH * 3_600_000
_PRECONDITIONING_W = 2_000
_WS_A_METER = 580
_RUN = timedelta(minutes=10)
_REACTION = timedelta(seconds=8)
_SECOND = timedelta(seconds=1)
_HISTORY = timedelta(weeks=6)
_KEPT = timedelta(days=90)
# Before it was added, its owner charged up to this level, and preconditioned at this time on weekdays.
_FORMER_LIMIT = 80
_FORMER_RUN = time(7, 30)
_NIGHTS = ChargeSchedule(enabled=True, windows=tuple(ChargeWindow(day, time(1), timedelta(hours=5)) for day in Weekday))
# On weekdays; the car is preconditioned for it.
DEPARTURE_TIME = time(7, 45)
_WEEKEND = 5
_DAYS_A_YEAR, _HOURS_A_DAY = 365.25, 24
_COLDEST_DAY, _WARMEST_HOUR = 20, 15
_MINUTES_TO_PLUG_IN = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaction:
    """What the car will do, and when: write a `schedule`, or set a timer to `starts_at` (None deletes it)."""

    at: datetime
    kind: CommandKind
    schedule: ChargeSchedule | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoCar:
    """The car at a time, which obeys commands since it was `added_at`.

    `charge_command` is whether the car was told to charge (True) or to stop (False), None while it follows its
    schedule. Events and runs are from old to new.
    """

    at: datetime
    added_at: datetime
    energy_ws: int = _CAPACITY_WS * _FORMER_LIMIT // 100
    meters: int = 23_456_000
    schedule: ChargeSchedule = _NIGHTS
    charging: bool = False
    charge_command: bool | None = None
    preconditioning_until: datetime | None = None
    timer_at: datetime | None = None
    reactions: tuple[Reaction, ...] = ()
    events: tuple[ChargeEvent, ...] = ()
    runs: tuple[PreconditioningRun, ...] = ()

    @property
    def level(self) -> int:
        """Return the battery level in whole percent."""
        return 100 * self.energy_ws // _CAPACITY_WS

    @property
    def range_km(self) -> int:
        """Return the range in whole kilometers."""
        return self.energy_ws // _WS_A_METER // 1000

    @property
    def is_preconditioning(self) -> bool:
        """Return whether preconditioning is on."""
        return self.preconditioning_until is not None

    @property
    def charging_seconds_left(self) -> int:
        """Return the seconds until the battery has the energy with which charging ends."""
        return max(0, -(-(self._goal_ws - self.energy_ws) // self.net_charging_w))

    @property
    def net_charging_w(self) -> int:
        """Return the power into the battery while the car charges."""
        return CHARGING_W - (_PRECONDITIONING_W if self.is_preconditioning else 0)

    @property
    def can_charge(self) -> bool:
        """Return whether there is room in the battery: a charge begins only if it is worth it."""
        return self.energy_ws < self._goal_ws - (0 if self.charging else _CAPACITY_WS // 100)

    @property
    def _goal_ws(self) -> int:
        """Return the energy with which charging ends."""
        return _CAPACITY_WS * (_FORMER_LIMIT if self.at < self.added_at else 100) // 100


def new_car(now: datetime, zone: tzinfo) -> DemoCar:
    """Return a car that is added now, with the history of some weeks."""
    begin = (now - _HISTORY).replace(hour=0, minute=0, second=0, microsecond=0)
    return advanced(DemoCar(at=begin, added_at=now), now, zone)


def advanced(car: DemoCar, now: datetime, zone: tzinfo) -> DemoCar:
    """Return the car at a later time; after months, or when the clock was wrong, it starts again with its schedule."""
    now = now.astimezone(UTC).replace(microsecond=0)
    if not -CLOCK_ERROR <= now - car.at <= _KEPT:
        return replace(new_car(now, zone), schedule=car.schedule)
    while car.at < now:
        pace = _pace(car, zone)
        at = min(_changes(car, pace))
        car = _moved(car, min(at, now), pace)
        if at <= now:
            car = _changed(car, zone)
    return car


def obeying(
    car: DemoCar, kind: CommandKind, *, schedule: ChargeSchedule | None = None, starts_at: datetime | None = None
) -> DemoCar:
    """Return the car after it has received a command, to which it reacts some seconds later."""
    reaction = Reaction(at=car.at + _REACTION, kind=kind, schedule=schedule, starts_at=starts_at)
    return replace(car, reactions=(*car.reactions, reaction))


def in_window(schedule: ChargeSchedule, local: datetime) -> bool:
    """Return whether a time of the wall clock is in a window."""
    now = timedelta(days=local.weekday(), hours=local.hour, minutes=local.minute) // GRID * GRID
    week = timedelta(weeks=1)
    return any((now - _since_monday(each)) % week < each.duration for each in schedule.windows)


def _since_monday(window: ChargeWindow) -> timedelta:
    """Return when a window starts, since the start of the week."""
    return timedelta(days=window.weekday, hours=window.start.hour, minutes=window.start.minute)


def _pace(car: DemoCar, zone: tzinfo) -> int:
    """Return the speed (m/s); with an empty battery, the car stands still until it is brought home."""
    pace = speed(car.at.astimezone(zone))
    return pace if car.energy_ws >= pace * _WS_A_METER else 0


def _power(car: DemoCar, pace: int) -> int:
    """Return the power (W) into the battery at a speed (m/s)."""
    return car.net_charging_w - (0 if car.charging else CHARGING_W) - pace * _WS_A_METER


def _moved(car: DemoCar, at: datetime, pace: int) -> DemoCar:
    """Return the car at a later time, before which nothing changes but energy and mileage."""
    seconds = (at - car.at) // _SECOND
    energy = min(max(car.energy_ws + _power(car, pace) * seconds, 0), _CAPACITY_WS)
    return replace(car, at=at, energy_ws=energy, meters=car.meters + pace * seconds)


def _changes(car: DemoCar, pace: int) -> Iterator[datetime]:
    """Yield when something can change: trips and windows begin at quarters of an hour, the rest at any second."""
    quarter, power = GRID // _SECOND, _power(car, pace)
    yield car.at + (quarter - int(car.at.timestamp()) % quarter) * _SECOND
    yield from (each.at for each in car.reactions)
    yield from (each for each in (car.timer_at, car.preconditioning_until) if each is not None)
    if car.charging:
        yield car.at + max(1, car.charging_seconds_left) * _SECOND
    elif power < 0:
        yield car.at + max(1, car.energy_ws // -power) * _SECOND


def _changed(car: DemoCar, zone: tzinfo) -> DemoCar:
    """Return the car after everything that happens at its time."""
    local = car.at.astimezone(zone)
    if car.preconditioning_until is not None and car.preconditioning_until <= car.at:
        car = replace(car, preconditioning_until=None)
    while car.reactions and car.reactions[0].at <= car.at:
        car = _reacted(car, zone)
    is_former = car.at < car.added_at and local.time() == _FORMER_RUN and local.weekday() < Weekday.SATURDAY
    if is_former or (car.timer_at is not None and car.timer_at <= car.at):
        car = _preconditioning(replace(car, timer_at=None))
    return _switched(car, local)


def _reacted(car: DemoCar, zone: tzinfo) -> DemoCar:
    """Return the car after its reaction to the oldest command."""
    reaction, *rest = car.reactions
    car = replace(car, reactions=tuple(rest))
    match reaction.kind:
        case CommandKind.PRECONDITION:
            return _preconditioning(car)
        case CommandKind.PRECONDITION_AT | CommandKind.CANCEL_PRECONDITION:
            return replace(car, timer_at=reaction.starts_at)
        case CommandKind.START_CHARGE | CommandKind.STOP_CHARGE:
            return replace(car, charge_command=reaction.kind is CommandKind.START_CHARGE)
        case CommandKind.SET_CHARGE_SCHEDULE if reaction.schedule is not None:
            return replace(car, schedule=reaction.schedule)
        case CommandKind.DISABLE_CHARGE_SCHEDULE:
            return replace(car, schedule=replace(car.schedule, enabled=False))
    return car


def _preconditioning(car: DemoCar) -> DemoCar:
    """Return the car after it has started to precondition, or refused to because of a low battery."""
    starts = car.level >= MINIMUM_LEVEL
    result = Result.SUCCESS if starts else Result.ERROR
    run = PreconditioningRun(at=car.at, source=PreconditioningSource.USER_REQUEST, result=result)
    runs = tuple(each for each in car.runs if car.at - each.at < _KEPT)
    until = car.at + _RUN if starts else car.preconditioning_until
    return replace(car, runs=(*runs, run), preconditioning_until=until)


def _switched(car: DemoCar, local: datetime) -> DemoCar:
    """Return the car after it has started or ended a charge if it has to."""
    is_plugged, is_time = is_plugged_in(local), not car.schedule.enabled or in_window(car.schedule, local)
    command = car.charge_command
    if not is_plugged or (command and not car.can_charge) or (command is False and not is_time):
        command = None
    charging = is_plugged and car.can_charge and (is_time if command is None else command)
    car = replace(car, charge_command=command)
    if charging is car.charging:
        return car
    kind = ChargeEventKind.STARTED if charging else ChargeEventKind.ENDED
    event = ChargeEvent(at=car.at, kind=kind, level=car.level, range_km=car.range_km, result=Result.SUCCESS)
    events = tuple(each for each in car.events if car.at - each.at < _KEPT)
    return replace(car, charging=charging, events=(*events, event))


def speed(local: datetime) -> int:
    """Return the speed (m/s) at a time of the car's wall clock, 0 while it is parked."""
    is_driven = any(begin <= _minute(local) < end for begin, end in _trips(local.date()))
    return 8 + local.toordinal() * 5 % 7 if is_driven else 0


def is_plugged_in(local: datetime) -> bool:
    """Return whether the car is at home and plugged in at a time of its wall clock."""
    return not any(begin <= _minute(local) < end + _MINUTES_TO_PLUG_IN for begin, end in _trips(local.date()))


def outside_temperature(local: datetime) -> float:
    """Return the temperature (°C) at a time of the car's wall clock."""
    year = (local.timetuple().tm_yday - _COLDEST_DAY) / _DAYS_A_YEAR
    day = (_minute(local) / 60 - _WARMEST_HOUR) / _HOURS_A_DAY
    return round(11 - 9 * cos(tau * year) + 4 * cos(tau * day), 1)


def _trips(day: date) -> tuple[tuple[int, int], ...]:
    """Return begin and end of each trip of a day, in minutes since midnight."""
    if day.weekday() >= _WEEKEND:
        return ((10 * 60 + 30, 11 * 60 + 45),)
    return (_span(DEPARTURE_TIME, 45), _span(time(17), 45))


def _span(begin: time, minutes: int) -> tuple[int, int]:
    """Return begin and end of a trip, in minutes since midnight."""
    start = begin.hour * 60 + begin.minute
    return start, start + minutes


def _minute(local: datetime) -> int:
    """Return the minutes since midnight."""
    return local.hour * 60 + local.minute
