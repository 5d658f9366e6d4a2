"""The car without a server."""

from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from simulator import Battery, Car, ChargingPoint, Schedule, Week, Window
from simulator.world.car import Reason

START = datetime(2026, 1, 12, 18, tzinfo=UTC)
NIGHT = Schedule(enabled=True, week=Week((Window(time(2), timedelta(hours=3)),) * 7))


@pytest.fixture
def car() -> Car:
    """Return a car at half its battery on a winter evening in London."""
    return Car(at=START, zone=ZoneInfo("Europe/London"), battery=Battery(energy_kwh=11.0))


def at(hours: float) -> datetime:
    """Return an instant so many hours after the start."""
    return START + timedelta(hours=hours)


def reasons(car: Car) -> list[Reason]:
    """Return why the car reported."""
    return [report.reason for report in car.drain_reports()]


def test_charges_when_plugged(car: Car) -> None:
    """Without a schedule the car charges until full, reporting now and then."""
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


def test_reading_unplugged(car: Car) -> None:
    """Unplugged there is no charging point and no remaining time."""
    assert (car.reading.point, car.reading.remaining, car.reading.range_km) == (None, None, 62)


def test_waits_for_its_window(car: Car) -> None:
    """With a schedule the car charges within it, and tells which point it used."""
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
    """An order to charge lasts until the battery is full, and no longer."""
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
def test_refuses_to_charge(car: Car, state: str) -> None:
    """There is nothing to start unplugged, while charging or when full."""
    if state != "unplugged":
        car.plug()
    if state == "full":
        car.advance(at(6))
    assert not car.start_charge()


def test_preconditioning_costs_energy_and_ends(car: Car) -> None:
    """Five minutes at 3 kW are a quarter of a kilowatt-hour."""
    assert car.start_preconditioning()
    car.advance(at(1))
    assert car.preconditioning_until is None
    assert car.battery.energy_kwh == pytest.approx(10.75)


def test_preconditioning_is_refused_below_the_threshold(car: Car) -> None:
    """At the threshold it runs, a percent below it does not."""
    car.fill(45)
    assert car.start_preconditioning()
    car.advance(at(1))
    car.fill(44.9)
    assert not car.start_preconditioning()


def test_preconditioning_a_full_plugged_car_starts_a_charge(car: Car) -> None:
    """As captured on 15 October 2016: about four minutes after the success a charge started at 99 %."""
    car.fill(100)
    car.plug()
    car.drain_reports()
    car.start_preconditioning()
    car.advance(at(1))
    started = next(report for report in car.drain_reports() if report.reason is Reason.CHARGE_STARTED)
    assert started.reading.level in (98, 99)
    assert 180 <= (started.at - START).total_seconds() <= 300
    assert car.reading.level == 100


def test_timer(car: Car) -> None:
    """The timer runs once, at its instant."""
    car.set_timer(at(2))
    car.advance(at(2) - timedelta(seconds=1))
    assert car.preconditioning_until is None
    car.advance(at(2))
    assert car.preconditioning_until == at(2) + car.run
    car.advance(at(50))
    assert reasons(car) == [Reason.TIMER_RAN]


def test_timer_below_the_threshold(car: Car) -> None:
    """A timer that the battery does not allow is refused."""
    car.fill(30)
    car.set_timer(at(1))
    car.advance(at(2))
    assert reasons(car) == [Reason.TIMER_REFUSED]


def test_driving(car: Car) -> None:
    """A trip unplugs, takes its time and its energy, cuts preconditioning and lets nothing else happen."""
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


def test_a_trip_too_far(car: Car) -> None:
    """A car does not get further than its battery, and stays as it was."""
    car.plug()
    with pytest.raises(ValueError, match="further than the battery reaches"):
        car.drive(80)
    assert car.plugged


def test_invalid_is_nothing_to_plug_into(car: Car) -> None:
    """INVALID is what a car says, not what a wall has."""
    with pytest.raises(ValueError, match="not a charging point"):
        car.plug(ChargingPoint.INVALID)


def four_weeks(car: Car, step: timedelta) -> list[tuple[datetime, Reason]]:
    """Live four weeks with a drive a day, in steps, and return what was reported."""
    car.load(NIGHT)
    told: list[tuple[datetime, Reason]] = []
    for day in range(28):
        morning, evening = at(24 * day + 13), at(24 * day + 23)
        live_until(car, morning, step)
        car.unplug()
        car.drive(20, timedelta(minutes=45))
        live_until(car, evening, step)
        car.plug()
        told += [(report.at, report.reason) for report in car.drain_reports()]
    return told


def live_until(car: Car, to: datetime, step: timedelta) -> None:
    """Advance in steps."""
    while car.at < to:
        car.advance(min(to, car.at + step))


def test_four_weeks_by_the_minute_and_in_leaps_are_the_same() -> None:
    """The size of a step changes neither what happens nor when, and a minute costs little."""
    cars = [Car(at=START, zone=ZoneInfo("Europe/London"), battery=Battery(energy_kwh=11.0)) for _ in range(2)]
    started = perf_counter()
    by_the_minute = four_weeks(cars[0], timedelta(minutes=1))
    elapsed = perf_counter() - started
    assert by_the_minute == four_weeks(cars[1], timedelta(days=1))
    assert cars[0].battery.energy_kwh == pytest.approx(cars[1].battery.energy_kwh, abs=1e-6)
    assert elapsed < 5
