"""Journeys, guessed from the odometer and the battery."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.codec import dump, load
from custom_components.renault_ze.cloud.models import Battery
from custom_components.renault_ze.vehicle.trips import Drive, OdometerReading, TripLog, add_reading, odometer_reading

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)


def told(*readings: tuple[float, float, float | None]) -> TripLog:
    """Return the log after readings: hours since the morning, kilometres, kWh."""
    log = TripLog()
    for hours, mileage, energy in readings:
        at = MORNING + timedelta(hours=hours)
        log = add_reading(log, OdometerReading(at=at, mileage_km=mileage, energy_kwh=energy), PARIS)
    return log


def test_the_first_reading_is_no_journey() -> None:
    """Where the car was before is not known."""
    log = told((0, 1000, 20))
    assert log.journey is None
    assert log.on(MORNING.date()) == Drive()


def test_a_journey_is_kilometres_and_what_left_the_battery() -> None:
    """Twenty kilometres for three kilowatt hours are 15 kWh/100 km."""
    log = told((0, 1000, 20), (1, 1020, 17))
    assert log.journey == Drive(distance_km=20, energy_kwh=3)
    assert log.journey.consumption == pytest.approx(15)
    assert log.ended_at == MORNING + timedelta(hours=1)


def test_a_short_stop_does_not_end_a_journey_and_a_long_one_does() -> None:
    """The way home after work is a journey of its own; both count for the day."""
    log = told((0, 1000, 20), (0.5, 1010, 18.5), (1, 1020, 17))
    assert log.journey == Drive(distance_km=20, energy_kwh=3)
    log = told((0, 1000, 20), (1, 1020, 17), (9, 1020, 16.5), (10, 1040, 13))
    assert log.journey == Drive(distance_km=20, energy_kwh=3.5)
    assert log.on(MORNING.date()) == Drive(distance_km=40, energy_kwh=6.5)


def test_what_was_charged_between_journeys_is_not_counted() -> None:
    """The reading after the charge is where the next journey begins."""
    log = told((0, 1000, 5), (8, 1000, 20), (9, 1010, 18))
    assert log.journey == Drive(distance_km=10, energy_kwh=2)


def test_a_charge_on_the_way_makes_the_energy_unknown_and_not_the_distance() -> None:
    """More in the battery than before says nothing about what was used."""
    log = told((0, 1000, 5), (3, 1200, 15), (3.5, 1210, 13))
    assert log.journey == Drive(distance_km=210, energy_kwh=None)
    assert log.journey.consumption is None


@pytest.mark.parametrize(("distance", "consumption"), [(4, None), (5, 20)])
def test_a_drive_too_short_has_no_consumption(distance: float, consumption: float | None) -> None:
    """Whole percents of a battery are more than a trip to the baker takes."""
    assert Drive(distance_km=distance, energy_kwh=1).consumption == consumption


def test_a_drive_that_took_nothing_has_no_consumption() -> None:
    """Downhill, or by rounding: whoever asks for miles per kWh would divide by it."""
    assert Drive(distance_km=20, energy_kwh=0.0).consumption is None


def test_a_day_is_the_vehicles() -> None:
    """Half past eleven in London is tomorrow in Paris."""
    log = told((0, 1000, 20), (16.5, 1020, 17))
    assert log.day == MORNING.date() + timedelta(days=1)
    assert log.on(MORNING.date()) == Drive()


def test_an_odometer_that_goes_back_begins_anew() -> None:
    """A replaced instrument is no journey."""
    assert told((0, 1000, 20), (1, 10, 19)).journey is None


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
def test_the_energy_is_the_cars_word_or_follows_from_the_level(
    battery: Battery | None, capacity: float | None, energy: float | None
) -> None:
    """A car that says it is believed, and one that does not is reckoned from the size of its battery."""
    now = odometer_reading(battery, 1000, capacity, MORNING)
    assert now == OdometerReading(at=MORNING, mileage_km=1000, energy_kwh=energy)
    assert odometer_reading(battery, None, capacity, MORNING) is None


def test_a_journal_survives_a_restart() -> None:
    """It goes into JSON and back."""
    log = told((0, 1000, 20), (1, 1020, 17))
    assert load(TripLog, dump(log)) == log
