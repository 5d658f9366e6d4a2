"""Trips, estimated from odometer and battery."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.codec import dump, load
from custom_components.renault_ze.cloud.models import Battery, Part, Vehicle
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.vehicle.trips import (
    Drive,
    OdometerReading,
    TripLog,
    TripRecorder,
    add_reading,
    odometer_reading,
)

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)


def log_of(*readings: tuple[float, float, float | None]) -> TripLog:
    """Return the log after readings: hours since the morning, kilometers, kWh."""
    log = TripLog()
    for hours, mileage, energy in readings:
        at = MORNING + timedelta(hours=hours)
        log = add_reading(log, OdometerReading(at=at, mileage_km=mileage, energy_kwh=energy), PARIS)
    return log


def test_first_reading_is_no_trip() -> None:
    """The previous mileage is unknown."""
    log = log_of((0, 1000, 20))
    assert log.journey is None
    assert log.on(MORNING.date()) == Drive()


def test_trip_is_distance_and_energy_used() -> None:
    """Twenty kilometers with 3 kWh are 15 kWh/100 km."""
    log = log_of((0, 1000, 20), (1, 1020, 17))
    assert log.journey == Drive(distance_km=20, energy_kwh=3)
    assert log.journey.consumption == pytest.approx(15)
    assert log.ended_at == MORNING + timedelta(hours=1)


def test_only_a_long_stop_ends_a_trip() -> None:
    """The way home from work is another trip; both count for the day."""
    log = log_of((0, 1000, 20), (0.5, 1010, 18.5), (1, 1020, 17))
    assert log.journey == Drive(distance_km=20, energy_kwh=3)
    log = log_of((0, 1000, 20), (1, 1020, 17), (9, 1020, 16.5), (10, 1040, 13))
    assert log.journey == Drive(distance_km=20, energy_kwh=3.5)
    assert log.on(MORNING.date()) == Drive(distance_km=40, energy_kwh=6.5)


def test_charge_between_trips_is_not_counted() -> None:
    """The next trip starts with the reading after the charge."""
    log = log_of((0, 1000, 5), (8, 1000, 20), (9, 1010, 18))
    assert log.journey == Drive(distance_km=10, energy_kwh=2)


def test_charge_during_a_trip_makes_the_energy_unknown() -> None:
    """The distance is still known."""
    log = log_of((0, 1000, 5), (3, 1200, 15), (3.5, 1210, 13))
    assert log.journey == Drive(distance_km=210, energy_kwh=None)
    assert log.journey.consumption is None


@pytest.mark.parametrize(("distance", "consumption"), [(4, None), (5, 20)])
def test_short_drive_has_no_consumption(distance: float, consumption: float | None) -> None:
    """Battery levels in whole percent are not precise enough."""
    assert Drive(distance_km=distance, energy_kwh=1).consumption == consumption


def test_drive_without_energy_has_no_consumption() -> None:
    """Downhill or by rounding; the conversion to miles per kWh would divide by zero."""
    assert Drive(distance_km=20, energy_kwh=0.0).consumption is None


def test_day_is_in_the_vehicles_time_zone() -> None:
    """Half past eleven in London is the next day in Paris."""
    log = log_of((0, 1000, 20), (16.5, 1020, 17))
    assert log.day == MORNING.date() + timedelta(days=1)
    assert log.on(MORNING.date()) == Drive()


def test_lower_odometer_is_no_trip() -> None:
    """The instrument may have been replaced."""
    assert log_of((0, 1000, 20), (1, 10, 19)).journey is None


@pytest.mark.parametrize(
    ("battery", "capacity", "energy"),
    [
        (None, 22, None),
        (Battery(level=50), 22, 11),
        (Battery(level=50), None, None),
        (Battery(), 22, None),
        (Battery(level=50, energy_kwh=10.5), 22, 10.5),
    ],
)
def test_energy_is_reported_or_computed(battery: Battery | None, capacity: float | None, energy: float | None) -> None:
    """Use the energy that the car reports, otherwise compute it from the level and the size of the battery."""
    now = odometer_reading(battery, 1000, capacity, MORNING)
    assert now == OdometerReading(at=MORNING, mileage_km=1000, energy_kwh=energy)
    assert odometer_reading(battery, None, capacity, MORNING) is None


def test_log_survives_a_restart() -> None:
    """It is equal after JSON and back."""
    log = log_of((0, 1000, 20), (1, 1020, 17))
    assert load(TripLog, dump(log)) == log


class Journals:
    """A storage that keeps each log it was given."""

    def __init__(self) -> None:
        """Start without a log."""
        self.logs: list[TripLog] = []

    def journal(self, vin: str) -> TripLog:
        """Return an empty log."""
        return TripLog()

    def remember_journal(self, vin: str, journal: TripLog) -> None:
        """Keep a log."""
        self.logs.append(journal)


def test_energy_of_a_charging_car_is_not_stored() -> None:
    """It changes with each reading, and each write wears out the disk; after the charge it is."""
    journals = Journals()
    recorder = TripRecorder(journals, Vehicle(vin="any", time_zone=PARIS, capabilities=frozenset()))
    for minutes, energy, charging in ((0, 10.0, False), (10, 11.0, True), (20, 12.0, True), (30, 12.0, False)):
        at = MORNING + timedelta(minutes=minutes)
        battery = Battery(energy_kwh=energy, charging=charging)
        state = VehicleState(battery=battery, mileage_km=1000, read_at={Part.MILEAGE: at})
        recorder.record(state, at)
        assert recorder.log.reading == OdometerReading(at=MORNING, mileage_km=1000, energy_kwh=energy)
    readings = [log.reading for log in journals.logs]
    assert [reading and reading.energy_kwh for reading in readings] == [10, None, 12]
