"""Invented prices in the shape of a power exchange: low at night and in the sun, high in the morning and evening.

A day is one of Central European Time; when it is published, and its shape, are by the clock of the home.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import exp
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Brussels")
QUARTER = timedelta(minutes=15)
# When the prices of the next day are published.
PUBLISHED = time(12, 45)
# The hour, the height (money per MWh), and the width (hours) of each peak and valley.
SHAPE = ((3.5, -45.0, 2.5), (8.0, 55.0, 1.4), (13.5, -35.0, 2.2), (18.5, 95.0, 1.8))
BASE = 85.0


def published_prices(day: date, now: datetime, home: tzinfo) -> Iterator[tuple[datetime, datetime, float]]:
    """Yield begin, end (UTC), and price (per MWh) of each quarter hour of a day, nothing before it is published."""
    if now < datetime.combine(day - timedelta(days=1), PUBLISHED, home):
        return
    begin = datetime.combine(day, time(), ZONE).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)
    # The same prices each time a day is read.
    random = Random(day.toordinal())  # noqa: S311
    wind, spread = random.uniform(-25, 25), random.uniform(0.7, 1.3)
    while begin < end:
        local = begin.astimezone(home)
        hour = local.hour + local.minute / 60
        price = BASE + wind + spread * sum(_bump(hour - at, width) * height for at, height, width in SHAPE)
        yield begin, begin + QUARTER, round(price + random.uniform(-4, 4), 2)
        begin += QUARTER


def _bump(hours: float, width: float) -> float:
    """Return the share of a peak at a distance from it."""
    return exp(-((hours / width) ** 2) / 2)
