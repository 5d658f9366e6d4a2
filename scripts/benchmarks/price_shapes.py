# ruff: noqa: PLR2004, S311 - the numbers describe prices, and the same ones must come each time
"""The electricity prices of a month: each night has one of the shapes that markets show, and its own publication."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from math import cos, pi
from random import Random
from typing import Any

from custom_components.renault_ze.cloud.schedule import DAY, GRID
from custom_components.renault_ze.vehicle.prices import Price, Prices, prices_of

HOUR = timedelta(hours=1)


class Shape(StrEnum):
    """The shape of the prices from noon to noon."""

    HOURLY = "prices by the hour"
    QUARTERLY = "prices by the quarter of an hour"
    NEGATIVE = "negative prices"
    SPIKY = "spiky prices"
    FLAT = "flat prices"


class Publication(StrEnum):
    """When the prices of the next day are known."""

    USUAL = "published at 13:10"
    LATE = "published at 20:30 or 22:00"
    MISSING = "not published before midnight"


# Of the nights with one shape, one after the other.
PUBLISHED: tuple[tuple[Publication, time | None], ...] = (
    (Publication.USUAL, time(13, 10)),
    (Publication.LATE, time(20, 30)),
    (Publication.USUAL, time(13, 10)),
    (Publication.MISSING, None),
    (Publication.USUAL, time(13, 10)),
    (Publication.LATE, time(22)),
    (Publication.USUAL, time(13, 10)),
)


@dataclass(frozen=True)
class Market:
    """The prices of some nights in a time zone, and when they are published."""

    first: datetime
    prices: Prices

    def kinds(self, night: int) -> tuple[Shape, Publication]:
        """Return the shape of a night, and when its prices after midnight are published."""
        return list(Shape)[night % len(Shape)], PUBLISHED[night // len(Shape) % len(PUBLISHED)][0]

    def published(self, night: int) -> time | None:
        """Return when the prices after the midnight of a night are published, None if only then."""
        return PUBLISHED[night // len(Shape) % len(PUBLISHED)][1]

    def of_day(self, day: datetime) -> list[dict[str, Any]]:
        """Return the prices of a day, which is given by its midnight, as an entity shows them."""
        return [
            {"start": begin.isoformat(), "end": end.isoformat(), "value": round(per_kwh, 5)}
            for begin, end, per_kwh in self.prices.between(day, day + DAY)
        ]


def market(first: datetime, nights: int, seed: int) -> Market:
    """Return cheap nights, dear evenings, and noise that stays for some hours, from a midnight on."""
    random, found, noise, price, shapes = Random(seed), list[Price](), 0.0, 0.0, list(Shape)
    begin, zone = first.astimezone(UTC), first.tzinfo
    for index in range((nights + 2) * 96):
        at = begin + index * GRID
        local = at.astimezone(zone)
        shape = shapes[((local - 12 * HOUR).date() - first.date()).days % len(shapes)]
        if shape is Shape.QUARTERLY or not index % 4:
            noise = 0.8 * noise + random.gauss(0, 0.012)
            price = _price(shape, local.hour + local.minute / 60, random) + (0.0 if shape is Shape.FLAT else noise)
        found.append(Price(at, at + GRID, price))
    return Market(first, prices_of(found, "EUR"))


def _price(shape: Shape, hour: float, random: Random) -> float:
    """Return the price at an hour of the day, without noise."""
    price = 0.2 + 0.05 * cos(2 * pi * (hour - 15) / 24) + 0.05 * (17 <= hour < 21)
    match shape:
        case Shape.FLAT:
            return 0.25
        case Shape.NEGATIVE:
            return price - 0.22 * (1 <= hour < 6 and random.random() < 0.7)
        case Shape.SPIKY:
            return price * (4 if random.random() < 0.08 else 1)
    return price
