"""The places a car has for charge windows: so many for each day of its own clock, and so many kinds in a week."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta, tzinfo

from .cloud.models import ChargeWindow, Weekday
from .plan import Plan, PlannedWindow, Settings, by_weekday
from .schedule import DAY

type Days = Mapping[Weekday, tuple[PlannedWindow, ...]]
type Slots = dict[Weekday, list[ChargeWindow]]


def slot_of(each: ChargeWindow, now: datetime, settings: Settings) -> Weekday:
    """Return the day, of those the car counts, among whose windows one is; it goes by the clocks as they are now."""
    if settings.schedule_zone is None:
        return each.weekday
    ahead = _offset(settings.zone, now) - _offset(settings.schedule_zone, now)
    start = timedelta(hours=each.start.hour, minutes=each.start.minute) - ahead
    return Weekday((each.weekday + start // DAY) % 7)


def by_slot(windows: Iterable[PlannedWindow], now: datetime, settings: Settings) -> Days:
    """Return the windows that share a day of the car's clock, first the base."""
    return by_weekday(windows, lambda each: slot_of(each, now, settings))


def slots(plan: Plan, now: datetime, settings: Settings) -> Days:
    """Return the windows of a plan as `by_slot` does."""
    return plan.by_weekday if settings.schedule_zone is None else by_slot(plan.windows, now, settings)


def at_rest(windows: Days, room: int | None) -> Slots:
    """Return what each day holds while nothing else is due, the base first: all if there is room, else the base."""
    weekly = {day: [each.window for each in found if each.on is None] for day, found in windows.items()}
    return {day: rest if room is None or len(rest) <= room else rest[:1] for day, rest in weekly.items()}


def together(week: Slots, due: Collection[ChargeWindow], settings: Settings) -> tuple[ChargeWindow, ...]:
    """Return as much of a week as the car can hold at once, first of all what is due, then the bases of most days."""
    whole = sorted(window for found in week.values() for window in found)
    kinds = Counter(map(_kind, whole))
    if settings.windows_alike is None or len(kinds) <= settings.windows_alike:
        return tuple(whole)
    first, bases = set(map(_kind, due)), Counter(_kind(found[0]) for found in week.values() if found)
    ranked = sorted(kinds, key=lambda kind: (kind not in first, -bases[kind], -kinds[kind], kind))
    kept = set(ranked[: settings.windows_alike])
    return tuple(each for each in whole if _kind(each) in kept)


def _kind(each: ChargeWindow) -> tuple[time, timedelta]:
    """Return what alike windows share."""
    return each.start, each.duration


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    """Return how far a clock is ahead of UTC."""
    return at.astimezone(zone).utcoffset() or timedelta()
