"""The shortest update interval within the request limit."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from custom_components.renault_ze.cloud.models import Account, Capability, Part, Vehicle
from custom_components.renault_ze.vehicle.reading import shortest_interval


def account(cars: int, reads_an_hour: float | None, *capabilities: Capability) -> Account:
    """Return an account with equal cars."""
    vehicles = [Vehicle(vin=str(number), time_zone=UTC, capabilities=frozenset(capabilities)) for number in range(cars)]
    return Account(id="account", vehicles=tuple(vehicles), reads_an_hour=reads_an_hour)


@pytest.mark.parametrize(
    ("cars", "reads_an_hour", "minutes"),
    [(1, None, 0), (1, 12, 60 * 2 / 10), (2, 12, 60 * 4 / 8), (3, 12, 60), (6, 12, 60 * 24 / 12), (1, 6, 60 * 2 / 4)],
)
def test_all_cars_share_the_request_limit(cars: int, reads_an_hour: float | None, minutes: float) -> None:
    """Each car takes two requests a poll and two an hour; the polls share what the hourly ones leave."""
    capabilities = (Capability.BATTERY, Capability.PRECONDITIONING_HISTORY, Capability.CABIN, Capability.MILEAGE)
    assert shortest_interval(account(cars, reads_an_hour, *capabilities)) == timedelta(minutes=minutes)


def test_parts_that_take_two_requests_or_none() -> None:
    """Count the requests, not the parts."""
    parts = (Capability.BATTERY, Capability.CHARGE_SCHEDULE, Capability.CABIN, Capability.PRECONDITIONING_TIMER_STATE)
    plain = account(1, 12, *parts)
    requests = {Part.CHARGE_SCHEDULE: 2, Part.PRECONDITIONING_TIMER: 0}
    assert shortest_interval(plain) == timedelta(hours=1 / 9)
    assert shortest_interval(replace(plain, vehicles=(replace(plain.vehicles[0], requests=requests),))) == timedelta(
        hours=1 / 9
    )
    without_timer = replace(plain.vehicles[0], requests={Part.PRECONDITIONING_TIMER: 0})
    assert shortest_interval(replace(plain, vehicles=(without_timer,) * 3)) == timedelta(hours=3 / 6)
