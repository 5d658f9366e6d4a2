"""Charges from start to end, with their energy, made of the events in the history and of what polls have seen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise, zip_longest
from statistics import median
from typing import Final

from ..cloud.charging import ChargingPoint
from ..cloud.models import ChargeEvent, ChargeEventKind

# The usable energy of the first ZOE's battery in kWh; cars with a larger one report it.
DEFAULT_BATTERY_KWH: Final = 22.0
# The share of the energy from the grid that does not reach the battery; owners report 10 to 15 %.
DEFAULT_LOSS: Final = 0.13
# A car that is plugged in may charge for a moment before it follows its schedule.
_SHORTEST = timedelta(minutes=1)
# A cloud may split a charge at a short interruption.
_INTERRUPTION = timedelta(minutes=15)
# Levels are whole percents, and a parked car loses a little.
_SAME_LEVEL = 1
# Charges that were seen are dated by reports, which come half an hour apart.
_REPORT_INTERVAL = timedelta(minutes=30)
_SESSION_KINDS = {ChargeEventKind.STARTED, ChargeEventKind.ENDED}
_HOUR = timedelta(hours=1)


class EnergySource(StrEnum):
    """Where the energy of a charge is from."""

    METER = "meter"
    CAR = "car"
    ESTIMATE = "estimate"


class Place(StrEnum):
    """Where a charge was."""

    HOME = "home"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeSession:
    """A charge from start to end; levels in percent, None if unknown.

    `measured_kwh` is the energy that the car reports, `energy_kwh` the energy that counts, from its `source`. A `seen`
    charge is dated by the reports of the car, not by the history. `at_home` is None if the place is unknown, `cost` in
    `currency` if the prices are.
    """

    begin: datetime
    end: datetime
    level_at_start: int | None = None
    level_at_end: int | None = None
    charging_point: ChargingPoint | None = None
    measured_kwh: float | None = None
    energy_kwh: float | None = None
    source: EnergySource | None = None
    seen: bool = False
    at_home: bool | None = None
    cost: float | None = None
    currency: str | None = None

    @property
    def duration(self) -> timedelta:
        """Return the time from start to end."""
        return self.end - self.begin

    @property
    def level_gained(self) -> int | None:
        """Return the increase of the battery level in percent."""
        if self.level_at_start is None or self.level_at_end is None:
            return None
        return self.level_at_end - self.level_at_start

    @property
    def is_estimate(self) -> bool:
        """Return whether no meter and no car has measured the energy."""
        return self.source is EnergySource.ESTIMATE

    @property
    def mean_power_kw(self) -> float | None:
        """Return the mean power in kW, None if the energy is unknown."""
        return None if self.energy_kwh is None or not self.duration else self.energy_kwh / (self.duration / _HOUR)

    @property
    def place(self) -> Place:
        """Return where the charge was."""
        return {True: Place.HOME, False: Place.AWAY, None: Place.UNKNOWN}[self.at_home]

    @property
    def counts_as_home(self) -> bool:
        """Return whether the charge was at home, or at an unknown place with a charging point that homes have."""
        return self.charging_point is not ChargingPoint.FAST if self.at_home is None else self.at_home

    def touches(self, at: datetime) -> bool:
        """Return whether an event can belong to a charge that polls have seen."""
        return self.begin - _REPORT_INTERVAL <= at <= self.end + _REPORT_INTERVAL

    def overlaps(self, other: ChargeSession, tolerance: timedelta = timedelta()) -> bool:
        """Return whether two charges share some time; one may begin when the other one ends."""
        is_same = self.begin == other.begin
        return is_same or (self.begin < other.end + tolerance and other.begin < self.end + tolerance)


def sessions(events: Iterable[ChargeEvent], seen: Sequence[ChargeSession] = ()) -> tuple[ChargeSession, ...]:
    """Return the charges of a history, newest first; `seen` are charges that polls have seen, from old to new.

    Moments in which a car that was plugged in waited for its schedule are left out.
    """
    return tuple(each for each in all_sessions(events, seen) if each.duration >= _SHORTEST or each.level_gained)


def all_sessions(events: Iterable[ChargeEvent], seen: Sequence[ChargeSession] = ()) -> tuple[ChargeSession, ...]:
    """Return the charges of a history with those of a moment.

    A missing start or end is taken from what was seen, a missing end otherwise computed from the next level and the
    usual speed; without these, the event is left out. Parts of an interrupted charge are merged.
    """
    ordered = sorted((each for each in events if each.kind in _SESSION_KINDS), key=lambda each: each.at)
    paired = [_paired(start, end) for start, end in pairwise(ordered) if _is_pair(start, end)]
    single = [*_completed(ordered, paired, seen)]
    found = sorted([*(_with_levels(each, seen) for each in paired), *single], key=lambda each: each.begin)
    unlisted = [each for each in seen if not any(each.overlaps(other, _REPORT_INTERVAL) for other in found)]
    return tuple(reversed(_merged(sorted([*found, *unlisted], key=lambda each: each.begin))))


def with_energy(session: ChargeSession, battery_kwh: float, loss: float) -> ChargeSession:
    """Return a charge with its energy: as measured, otherwise estimated with the usual loss (0 to 1) of charging."""
    if session.source is EnergySource.METER:
        return session
    if session.measured_kwh is not None:
        return replace(session, energy_kwh=session.measured_kwh, source=EnergySource.CAR)
    gained = session.level_gained
    if gained is None:
        return replace(session, energy_kwh=None, source=None)
    energy = round(max(gained, 0) / 100 * battery_kwh / (1 - loss), 3)
    return replace(session, energy_kwh=energy, source=EnergySource.ESTIMATE)


def hourly(charges: Iterable[ChargeSession], amount: Callable[[ChargeSession], float | None]) -> dict[datetime, float]:
    """Return an amount of charges by the UTC hour, each spread evenly over its time; unknown amounts are left out."""
    hours: dict[datetime, float] = {}
    for each in charges:
        whole = amount(each)
        if not whole:
            continue
        hour = each.begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour < each.end or hour <= each.begin:
            part = min(each.end, hour + _HOUR) - max(each.begin, hour)
            share = part / each.duration if each.duration else 1.0
            hours[hour] = hours.get(hour, 0.0) + whole * share
            hour += _HOUR
    return hours


def _is_pair(start: ChargeEvent, end: ChargeEvent) -> bool:
    """Return whether two events in a row are the start and the end of a charge."""
    return start.kind is ChargeEventKind.STARTED and end.kind is ChargeEventKind.ENDED


def _paired(start: ChargeEvent, end: ChargeEvent) -> ChargeSession:
    """Return the charge between two events; a full car no longer names the charging point at the end."""
    point = start.charging_point if start.charging_point is not None else end.charging_point
    return ChargeSession(
        begin=start.at,
        end=end.at,
        level_at_start=start.level,
        level_at_end=end.level,
        charging_point=point,
        measured_kwh=end.energy_kwh,
    )


def _completed(
    ordered: list[ChargeEvent], paired: list[ChargeSession], seen: Iterable[ChargeSession]
) -> Iterator[ChargeSession]:
    """Yield the charges of which the history has only one end."""
    used = {each.begin for each in paired} | {each.end for each in paired}
    pace = _pace(paired)
    for each, following in zip_longest(ordered, ordered[1:]):
        if each.at in used:
            continue
        whole = next((one for one in seen if one.touches(each.at)), None)
        if whole is not None:
            yield _seen_with(each, whole)
        elif each.kind is ChargeEventKind.STARTED and following is not None and pace is not None:
            yield from _estimated(each, following, pace)


def _seen_with(event: ChargeEvent, whole: ChargeSession) -> ChargeSession:
    """Return a charge that polls have seen with the one end that the history has."""
    point = event.charging_point or whole.charging_point
    if event.kind is ChargeEventKind.STARTED:
        level = whole.level_at_start if event.level is None else event.level
        end = max(whole.end, event.at)
        return replace(whole, begin=event.at, end=end, level_at_start=level, charging_point=point)
    level = whole.level_at_end if event.level is None else event.level
    begin = min(whole.begin, event.at)
    measured = event.energy_kwh
    return replace(whole, begin=begin, end=event.at, level_at_end=level, charging_point=point, measured_kwh=measured)


def _estimated(start: ChargeEvent, following: ChargeEvent, pace: timedelta) -> Iterator[ChargeSession]:
    """Yield a charge without an end: it reached at least the level of the next start."""
    if start.level is None or following.level is None or following.level <= start.level:
        return
    end = min(start.at + (following.level - start.level) * pace, following.at)
    whole = ChargeSession(begin=start.at, end=end, level_at_start=start.level, level_at_end=following.level)
    yield replace(whole, charging_point=start.charging_point)


def _pace(paired: Iterable[ChargeSession]) -> timedelta | None:
    """Return the usual time for one percent, None if no charge shows it."""
    gains = [(each.duration.total_seconds(), each.level_gained or 0) for each in paired]
    paces = [seconds / gained for seconds, gained in gains if gained > 0]
    return timedelta(seconds=median(paces)) if paces else None


def _with_levels(session: ChargeSession, seen: Iterable[ChargeSession]) -> ChargeSession:
    """Return a charge with the levels that the history leaves out, as polls have seen them."""
    if session.level_gained is not None:
        return session
    whole = next((each for each in seen if each.overlaps(session)), None)
    if whole is None:
        return session
    first = whole.level_at_start if session.level_at_start is None else session.level_at_start
    last = whole.level_at_end if session.level_at_end is None else session.level_at_end
    return replace(session, level_at_start=first, level_at_end=last)


def _merged(ordered: Iterable[ChargeSession]) -> list[ChargeSession]:
    """Return charges, from old to new, with the parts of interrupted ones joined; a car has no two at a time."""
    merged: list[ChargeSession] = []
    for each in ordered:
        if merged and each.begin < merged[-1].end:
            merged[-1] = min(merged[-1], each, key=lambda one: (one.seen, -one.duration))
        elif merged and _continues(merged[-1], each):
            merged[-1] = _joined(merged[-1], each)
        else:
            merged.append(each)
    return merged


def _continues(before: ChargeSession, after: ChargeSession) -> bool:
    """Return whether a charge goes on after a short interruption, as its level shows."""
    if after.begin - before.end > _INTERRUPTION or None in (before.level_at_end, after.level_at_start):
        return False
    return abs((after.level_at_start or 0) - (before.level_at_end or 0)) <= _SAME_LEVEL


def _joined(before: ChargeSession, after: ChargeSession) -> ChargeSession:
    """Return two parts as one charge; its energy is measured only if that of both is."""
    measured = (before.measured_kwh, after.measured_kwh)
    total = None if None in measured else sum(each for each in measured if each is not None)
    return replace(
        before,
        end=max(before.end, after.end),
        level_at_end=after.level_at_end,
        measured_kwh=total,
        charging_point=before.charging_point or after.charging_point,
        seen=before.seen and after.seen,
    )
