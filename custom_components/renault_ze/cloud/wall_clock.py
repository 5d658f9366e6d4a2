"""What a clock on the wall of some zone shows, and when."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

# The clocks of car, cloud and home are never quite the same; one that is further off than this is wrong.
A_FEW_MINUTES = timedelta(minutes=10)
# A clock that is set right by less was not wrong.
_A_LITTLE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def next_at(wall_clock: time, zone: tzinfo, after: datetime) -> datetime:
    """Return the next instant the clock shows a time of day; one that a night skips comes the day after."""
    today = after.astimezone(zone).date()
    days = (today + ahead * _DAY for ahead in range(4))
    told = (datetime.combine(day, wall_clock.replace(fold=fold), zone) for day in days for fold in (0, 1))
    instants = (each.astimezone(UTC) for each in told)
    return next(each for each in instants if each > after and shown(each, zone).time() == wall_clock)


def is_ahead(at: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether an instant lies more than `span`, the longest wait it can stand for, in the future.

    It was then taken while the clock was wrong, and says nothing.
    """
    return at - now > span


class Wait(NamedTuple):
    """How long something has to wait, and since when."""

    since: datetime
    span: timedelta

    @property
    def until(self) -> datetime:
        """Return when the wait is over."""
        return self.since + self.span

    def left(self, now: datetime) -> timedelta:
        """Return how much is left, nothing of a wait that began under a clock that was ahead."""
        ahead = is_ahead(self.until, now, self.span + _A_LITTLE)
        return timedelta() if ahead else max(self.until - now, timedelta())


def shown(at: datetime, zone: tzinfo) -> datetime:
    """Return what the clock shows, which does not tell the two hours of the same name apart."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
