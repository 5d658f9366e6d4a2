"""What is not read again while the car charges, because it does not move."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.models import (
    Battery,
    Part,
)
from custom_components.renault_ze.cloud.reports import Location
from custom_components.renault_ze.vehicle.state import Charge, VehicleState
from custom_components.renault_ze.vehicle.update import with_unmoved

REPORTED = datetime(2026, 11, 23, 20, tzinfo=UTC)
HOME = Location(latitude=48.0, longitude=2.0)
BEFORE = Battery(level=50, charging=True, plugged_in=True, reported_at=REPORTED)


def state(read_after: float, **changes: Any) -> VehicleState:
    """Return a charging car whose mileage and location were read so many minutes after its report."""
    read_at = REPORTED + timedelta(minutes=read_after)
    values: dict[str, Any] = {
        "battery": BEFORE,
        "charge": Charge(running=True, seen_at=REPORTED),
        "mileage_km": 1000.0,
        "location": HOME,
        "read_at": {Part.MILEAGE: read_at, Part.LOCATION: read_at},
    }
    return VehicleState(**{**values, **changes})


@pytest.mark.parametrize("level", [50, 51])
def test_charge_goes_on(level: int) -> None:
    """The values read during the charge still apply."""
    found = with_unmoved({Part.BATTERY: Battery(level=level, charging=True)}, state(5))
    assert found.keys() == {Part.BATTERY, Part.MILEAGE, Part.LOCATION}
    assert (found[Part.MILEAGE], found[Part.LOCATION]) == (1000, HOME)


@pytest.mark.parametrize(
    "battery",
    [
        Battery(level=51, charging=False),
        Battery(level=51),
        Battery(charging=True),
        Battery(level=49, charging=True),
        TimeoutError(),
        None,
    ],
)
def test_charge_may_have_ended(battery: object) -> None:
    """A car that has used energy may have been driven since the last report."""
    responses = {Part.BATTERY: battery}
    assert with_unmoved(responses, state(5)) == responses


def test_values_before_the_charge_do_not_count() -> None:
    """The car has been driven after they were read; so it may have before an earlier report that showed no charge."""
    responses = {Part.BATTERY: Battery(level=51, charging=True)}
    assert with_unmoved(responses, state(-5)) == responses
    assert with_unmoved(responses, state(5, battery=Battery(level=50, charging=False))) == responses
    assert with_unmoved(responses, state(5, charge=Charge())) == responses


def test_what_was_read_counts_more() -> None:
    """A part of the same poll keeps its value or error; one with an earlier value of a missing field is read again."""
    responses = {Part.BATTERY: Battery(level=51, charging=True), Part.MILEAGE: 1001.0}
    assert with_unmoved(responses, state(5))[Part.MILEAGE] == 1001
    kept = state(5, kept_fields={Part.LOCATION: {"latitude": REPORTED}})
    assert Part.LOCATION not in with_unmoved(responses, kept)
