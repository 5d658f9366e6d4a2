"""Calculate with spans of time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from ..cloud.models import ChargeWindow
from ..cloud.schedule import DAY, GRID

type Span = tuple[datetime, datetime]


def first_quarter(at: datetime) -> datetime:
    """Return the first quarter of an hour that does not begin before an instant."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % GRID


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those joined that touch."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def split(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of a day at most, as no window of a car is longer."""
    for begin, end in spans:
        full_days = (end - begin - GRID) // DAY
        yield from ((begin + day * DAY, begin + (day + 1) * DAY) for day in range(full_days))
        yield begin + full_days * DAY, end


def overlap(one: Span, other: Span) -> timedelta:
    """Return how long two spans overlap."""
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())


def any_overlap(windows: Iterable[ChargeWindow]) -> bool:
    """Return whether some windows overlap in the week."""
    begins = sorted((_since_monday(each), each) for each in windows)
    following = [(begin + 7 * DAY, each) for begin, each in begins[:1]]
    return any(begin + each.duration > after for (begin, each), (after, _) in pairwise([*begins, *following]))


def _since_monday(each: ChargeWindow) -> timedelta:
    """Return how far into the week a window begins."""
    return timedelta(each.weekday, hours=each.start.hour, minutes=each.start.minute)
