"""The charge schedule that the car should hold at an instant: the usual one, with the windows that are due.

A day that a choice leaves empty is filled where the car needs a window every day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from operator import itemgetter

from ..cloud.models import ChargeWindow, Weekday
from ..cloud.schedule import DAY, GRID, on_date
from .situation import INSTANT, Situation
from .timetable import Occurrence, clock_shift, dates, fitting, slot_of

# A window that has begun is still sent if a quarter of an hour is left once the car may have it.
WORTH_SENDING = timedelta(minutes=20)
# A window of a day, in the night that has an hour more.
_LONGEST_WINDOW = DAY + timedelta(hours=1)


def desired_schedule(
    situation: Situation, at: datetime, coming: list[Occurrence] | None = None
) -> tuple[ChargeWindow, ...]:
    """Return the charge schedule that the car should hold at an instant, given what it holds now.

    `coming` are the windows until then, if they are known.
    """
    if at not in situation.desired:
        situation.desired[at] = _desired_schedule(situation, at, coming)
    return situation.desired[at]


def _desired_schedule(situation: Situation, at: datetime, coming: list[Occurrence] | None) -> tuple[ChargeWindow, ...]:
    """Return the charge schedule that the car should hold at an instant."""
    settings, room = situation.settings, situation.settings.windows_a_day
    if coming is None:
        coming = situation.planned_windows(at, at + settings.send_ahead + INSTANT)
    due = _due(situation, at, coming)
    week, usual = situation.usual_schedule(at)
    added = {day: window for day, window in due.items() if window not in week.get(day, ())}
    if not added and settings.max_window_times is None:
        return _without_empty_days(situation, at, usual)
    others = {day: week.get(day, []) if room is None else week.get(day, [])[: room - 1] for day in added}
    found = fitting({**week, **{day: [*others[day], added[day]] for day in added}}, due.values(), settings)
    return _without_empty_days(situation, at, _apart(situation, found or usual, due.values()))


def _apart(
    situation: Situation, windows: tuple[ChargeWindow, ...], due: Collection[ChargeWindow]
) -> tuple[ChargeWindow, ...]:
    """Return the windows without those that overlap in the week although they do not on their dates.

    What is due stays, then what repeats every week. A car with one window a day takes any.
    """
    if situation.settings.windows_a_day == 1 or not any_overlap(windows):
        return windows
    weekly = {each.window for each in situation.plan.windows if each.on is None}
    kept: list[ChargeWindow] = []
    for each in sorted(windows, key=lambda each: (each not in due, each not in weekly, each)):
        if not any_overlap((each, *kept)):
            kept.append(each)
    return tuple(sorted(kept))


def any_overlap(windows: Iterable[ChargeWindow]) -> bool:
    """Return whether some windows overlap in the week."""
    begins = sorted((_since_monday(each), each) for each in windows)
    following = [(begin + 7 * DAY, each) for begin, each in begins[:1]]
    return any(begin + each.duration > after for (begin, each), (after, _) in pairwise([*begins, *following]))


def _since_monday(each: ChargeWindow) -> timedelta:
    """Return how far into the week a window begins."""
    return timedelta(each.weekday, hours=each.start.hour, minutes=each.start.minute)


def _due(situation: Situation, at: datetime, coming: list[Occurrence]) -> dict[Weekday, ChargeWindow]:
    """Return for each day the first window that is not over, and has begun or is about to begin, or was chosen.

    A car with one time for all days has only the first.
    """
    held = () if situation.held is None else situation.held.windows
    first = bisect_left(coming, at - _LONGEST_WINDOW, key=itemgetter(0))
    last = bisect_right(coming, at + situation.settings.send_ahead, key=itemgetter(0))
    shift, due = clock_shift(at, situation.settings), dict[Weekday, ChargeWindow]()
    for begin, end, planned in coming[first:last]:
        window = planned.window
        if at < end and (begin > at or window in held or end - at >= WORTH_SENDING):
            due.setdefault(slot_of(window, shift), window)
    for window in situation.timetable.followed.early(at):
        due.setdefault(slot_of(window, shift), window)
    return dict(islice(due.items(), 1)) if situation.settings.max_window_times == 1 else due


def _without_empty_days(
    situation: Situation, at: datetime, windows: tuple[ChargeWindow, ...]
) -> tuple[ChargeWindow, ...]:
    """Return a charge schedule for an instant with a window on each day that a choice leaves empty.

    It must not occur before the car can have the day's own window again. What the car holds is kept if possible, else
    times of other days are used, so that the car charges long enough should Home Assistant stay down.
    """
    settings = situation.settings
    if not situation.plan.chosen or not settings.every_day:
        return windows
    shift = clock_shift(at, settings)
    until: dict[Weekday, datetime] = {}
    for each in situation.timetable.followed.left_out(at):
        day = slot_of(each.window, shift)
        until[day] = max(each.span.end + settings.send_ahead, until.get(day, at))
    filled = list(windows)
    for day in until.keys() - {slot_of(each, shift) for each in windows}:
        found = _candidates(situation, filled, day, shift)
        filled.append(min(found, key=lambda each: _charging_time(situation, each, at, until[day])))
    return tuple(sorted(filled))


def _candidates(
    situation: Situation, windows: list[ChargeWindow], day: Weekday, shift: timedelta
) -> Iterator[ChargeWindow]:
    """Yield windows for a day by the car's clock, the best one first."""
    yield from (each for each in situation.held_windows if slot_of(each, shift) is day)
    times = {(each.start, each.duration) for each in windows}
    for start, duration in sorted(times):
        moved = (ChargeWindow(each, start, duration) for each in Weekday)
        yield from (each for each in moved if slot_of(each, shift) is day)
    most = situation.settings.max_window_times
    if most is None or len(times) < most:
        for begin in (DAY - GRID, timedelta()):
            days, clock = divmod(day * DAY + begin + shift, DAY)
            yield ChargeWindow(Weekday(days % 7), (datetime.combine(date.min, time.min) + clock).time(), GRID)


def _charging_time(situation: Situation, each: ChargeWindow, begin: datetime, end: datetime) -> timedelta:
    """Return how long a car would charge in a weekly window within a span."""
    first, last = (instant.astimezone(situation.zone).date() for instant in (begin, end))
    spans = (on_date(day, each, situation.zone) for day in dates(first - DAY, last) if day.weekday() == each.weekday)
    return sum((max(min(span.end, end) - max(span.begin, begin), timedelta()) for span in spans), timedelta())
