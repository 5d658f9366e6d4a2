"""How often an account may be asked."""

from datetime import UTC, timedelta

import pytest

from custom_components.renault_ze.cloud.models import Account, Capability, Vehicle
from custom_components.renault_ze.parts import least_interval


def account(cars: int, reads_an_hour: float | None, *capabilities: Capability) -> Account:
    """Return an account of some equal cars."""
    vehicles = [Vehicle(vin=str(number), time_zone=UTC, capabilities=frozenset(capabilities)) for number in range(cars)]
    return Account(id="account", vehicles=tuple(vehicles), reads_an_hour=reads_an_hour)


@pytest.mark.parametrize(
    ("cars", "reads_an_hour", "minutes"),
    [(1, None, 0), (1, 12, 60 * 2 / 10), (2, 12, 60 * 4 / 8), (6, 12, 60 * 12), (1, 6, 60 * 2 / 4)],
)
def test_all_cars_together_keep_the_quota(cars: int, reads_an_hour: float | None, minutes: float) -> None:
    """Two reads a poll and two an hour for each car; what the hourly ones leave is shared by the polls."""
    capabilities = (Capability.BATTERY, Capability.PRECONDITIONING_HISTORY, Capability.CABIN, Capability.MILEAGE)
    assert least_interval(account(cars, reads_an_hour, *capabilities)) == timedelta(minutes=minutes)
