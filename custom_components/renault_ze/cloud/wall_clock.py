"""What a clock on the wall of some zone shows, and when."""

from datetime import UTC, datetime, time, timedelta, tzinfo

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


def shown(at: datetime, zone: tzinfo) -> datetime:
    """Return what the clock shows, which does not tell the two hours of the same name apart."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
