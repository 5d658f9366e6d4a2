"""Tests of the car without a server."""

from datetime import UTC, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from simulator import Battery, Car, ChargingPoint, Schedule, Week, Window
from simulator.world.reports import Reason

START = datetime(2026, 1, 12, 18, tzinfo=UTC)
NIGHT = Schedule(enabled=True, week=Week((Window(time(2), timedelta(hours=3)),) * 7))


@pytest.fixture
def car() -> Car:
    """Return a car at half its battery on a winter evening in London."""
    return Car(at=START, zone=ZoneInfo("Europe/London"), battery=Battery(energy_kwh=11.0))


def at(hours: float) -> datetime:
    """Return a time in hours after the start."""
    return START + timedelta(hours=hours)


def reasons(car: Car) -> list[Reason]:
    """Return the reasons of the reports since the last call."""
    return [report.reason for report in car.drain_reports()]


def test_charges_until_full_when_plugged_in(car: Car) -> None:
    """Without a schedule, the car charges until full and reports regularly."""
    car.plug()
    assert car.reading.charging
    assert car.reading.point is ChargingPoint.ACCELERATED
    assert car.reading.remaining
    assert car.reading.remaining % timedelta(minutes=5) == timedelta()
    car.advance(at(5))
    assert (car.reading.level, car.reading.charging, car.reading.point) == (100, False, ChargingPoint.INVALID)
    assert car.reading.remaining is None
    happened = reasons(car)
    assert happened[:2] == [Reason.PLUGGED, Reason.CHARGE_STARTED]
    assert happened[-1] is Reason.CHARGE_ENDED
    assert set(happened[2:-1]) == {Reason.CHARGING}


def test_unplugged_reading_has_no_charging_point(car: Car) -> None:
    """An unplugged car has no charging point and no remaining time."""
    assert (car.reading.point, car.reading.remaining, car.reading.range_km) == (None, None, 62)


def test_schedule_delays_charging(car: Car) -> None:
    """With a schedule, the car charges only in its window and reports the charging point."""
    car.load(NIGHT)
    car.plug(ChargingPoint.SLOW)
    car.advance(at(7.99))
    assert not car.charging
    car.advance(at(8))
    assert car.charging
    car.advance(at(11))
    assert not car.charging
    assert car.drain_reports()[-1].point is ChargingPoint.SLOW
    assert car.battery.level == pytest.approx(50 + 1.85 * 3 / 22 * 100)


def test_charge_now_overrides_the_schedule(car: Car) -> None:
    """A charge command overrides the schedule only until the battery is full."""
    car.load(NIGHT)
    car.plug()
    assert car.start_charge()
    assert car.charging
    car.advance(at(5))
    assert car.reading.level == 100
    car.unplug()
    car.drive(50)
    car.plug()
    assert not car.charging


@pytest.mark.parametrize("state", ["unplugged", "charging", "full"])
def test_charge_cannot_start(car: Car, state: str) -> None:
    """A charge cannot start when unplugged, already charging, or full."""
    if state != "unplugged":
        car.plug()
    if state == "full":
        car.advance(at(6))
    assert not car.start_charge()


def test_preconditioning_uses_energy_and_ends(car: Car) -> None:
    """Five minutes at 3 kW use a quarter of a kilowatt-hour."""
    assert car.start_preconditioning()
    car.advance(at(1))
    assert car.preconditioning_until is None
    assert car.battery.energy_kwh == pytest.approx(10.75)


def test_preconditioning_is_rejected_below_the_threshold(car: Car) -> None:
    """Preconditioning starts at the threshold, but not below."""
    car.fill(45)
    assert car.start_preconditioning()
    car.advance(at(1))
    car.fill(44.9)
    assert not car.start_preconditioning()


def test_preconditioning_a_full_car_starts_a_charge(car: Car) -> None:
    """As captured on 15 October 2016, a charge starts at 99% about four minutes later."""
    car.fill(100)
    car.plug()
    car.drain_reports()
    car.start_preconditioning()
    car.advance(at(1))
    started = next(report for report in car.drain_reports() if report.reason is Reason.CHARGE_STARTED)
    assert started.reading.level in (98, 99)
    assert 180 <= (started.at - START).total_seconds() <= 300
    assert car.reading.level == 100


def test_timer_runs_once(car: Car) -> None:
    """The timer runs once, at its time."""
    car.set_timer(at(2))
    car.advance(at(2) - timedelta(seconds=1))
    assert car.preconditioning_until is None
    car.advance(at(2))
    assert car.preconditioning_until == at(2) + car.run
    car.advance(at(50))
    assert reasons(car) == [Reason.TIMER_RAN]


def test_timer_is_rejected_below_the_threshold(car: Car) -> None:
    """A timer below the threshold reports a rejection."""
    car.fill(30)
    car.set_timer(at(1))
    car.advance(at(2))
    assert reasons(car) == [Reason.TIMER_REFUSED]


def test_trip_unplugs_and_blocks_other_actions(car: Car) -> None:
    """A trip unplugs, uses energy, stops preconditioning, and blocks all other actions."""
    car.plug()
    car.start_preconditioning()
    car.drain_reports()
    car.drive(20, timedelta(minutes=30))
    assert not car.plugged
    with pytest.raises(ValueError, match="being driven"):
        car.plug()
    with pytest.raises(ValueError, match="being driven"):
        car.drive(1)
    assert not car.start_preconditioning()
    car.advance(at(0.25))
    assert car.battery.range_km == 52
    car.advance(at(1))
    assert car.battery.range_km == 42
    assert reasons(car) == [
        Reason.CHARGE_ENDED,
        Reason.UNPLUGGED,
        Reason.PRECONDITIONING_CUT,
        Reason.PARKED,
    ]


def test_trip_beyond_the_range_is_rejected(car: Car) -> None:
    """A trip beyond the range is rejected and changes nothing."""
    car.plug()
    with pytest.raises(ValueError, match="further than the battery reaches"):
        car.drive(80)
    assert car.plugged


def test_invalid_is_not_a_charging_point(car: Car) -> None:
    """INVALID can be reported, but not plugged into."""
    with pytest.raises(ValueError, match="not a charging point"):
        car.plug(ChargingPoint.INVALID)


def simulate_four_weeks(car: Car, step: timedelta) -> list[tuple[datetime, Reason]]:
    """Simulate four weeks with a daily trip, in steps, and return the reports."""
    car.load(NIGHT)
    reports: list[tuple[datetime, Reason]] = []
    for day in range(28):
        morning, evening = at(24 * day + 13), at(24 * day + 23)
        advance_in_steps(car, morning, step)
        car.unplug()
        car.drive(20, timedelta(minutes=45))
        advance_in_steps(car, evening, step)
        car.plug()
        reports += [(report.at, report.reason) for report in car.drain_reports()]
    return reports


def advance_in_steps(car: Car, to: datetime, step: timedelta) -> None:
    """Advance in steps."""
    while car.at < to:
        car.advance(min(to, car.at + step))


def test_step_size_changes_no_reports() -> None:
    """The step size changes neither the reports nor their times, and small steps are fast."""
    cars = [Car(at=START, zone=ZoneInfo("Europe/London"), battery=Battery(energy_kwh=11.0)) for _ in range(2)]
    started = process_time()
    by_the_minute = simulate_four_weeks(cars[0], timedelta(minutes=1))
    elapsed = process_time() - started
    assert by_the_minute == simulate_four_weeks(cars[1], timedelta(days=1))
    assert cars[0].battery.energy_kwh == pytest.approx(cars[1].battery.energy_kwh, abs=1e-6)
    assert elapsed < 5
