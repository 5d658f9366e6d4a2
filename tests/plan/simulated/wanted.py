"""What the owner of a simulated car wants, as times on the wall clock, without the plan's own arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations

from tests.plan.simulated.environment import MINUTE

# Weekday, start, and length.
type Span = tuple[int, time, timedelta]


@dataclass(frozen=True)
class Wanted:
    """What the owner wants from an instant on; `is_elsewhere` while someone else has decided."""

    since: datetime
    by_schedule: bool
    weekly: frozenset[Span] = frozenset()
    skipped: frozenset[tuple[date, Span]] = frozenset()
    once: frozenset[tuple[date, Span]] = frozenset()
    is_elsewhere: bool = False

    def spans_on(self, day: date) -> Iterator[Span]:
        """Yield the windows that begin on a date."""
        for each in self.weekly:
            if each[0] == day.weekday() and (day, each) not in self.skipped:
                yield each
        yield from (each for on, each in self.once if on == day)


def shifted(at: datetime, span: timedelta) -> datetime:
    """Return a time on the wall clock some time later on it."""
    return (at.replace(tzinfo=None) + span).replace(tzinfo=at.tzinfo)


def span_of(begin: datetime, end: datetime) -> Span:
    """Return the window between two times on the wall clock."""
    return begin.weekday(), begin.time(), end.replace(tzinfo=None) - begin.replace(tzinfo=None)


def joined(spans: frozenset[Span]) -> frozenset[Span]:
    """Return weekly windows with those that overlap, or are adjacent on a day, as one."""
    for one, other in permutations(sorted(spans), 2):
        begins = [each[0] * 1440 + each[1].hour * 60 + each[1].minute for each in (one, other)]
        ahead = (begins[1] - begins[0]) % 10080 * MINUTE
        if ahead < one[2] or (ahead == one[2] and one[0] == other[0]):
            return joined((spans - {one, other}) | {(one[0], one[1], max(one[2], ahead + other[2]))})
    return spans


def minute_of(at: datetime, start: datetime) -> int:
    """Return the first whole minute not before an instant."""
    return -((start - at.astimezone(UTC)) // MINUTE)
