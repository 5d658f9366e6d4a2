"""Tests of the charge limits and the departures of a car, without a server."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from simulator import Battery, Car, ChargingPoint, Schedule, Week, Window
from simulator.world.battery import CHARGERS
from simulator.world.departures import Departure, next_departure
from simulator.world.reports import Reason

START = datetime(2026, 1, 12, 18, tzinfo=UTC)
LONDON, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris")
EVERY_DAY = frozenset(range(7))
MORNING = Departure(time(7, 30), EVERY_DAY)
NIGHT = Schedule(enabled=True, week=Week((Window(time(2), timedelta(hours=3)),) * 7))


@pytest.fixture
def car() -> Car:
    """Return a car at half its battery on a Monday evening in London."""
    return Car(at=START, zone=LONDON, battery=Battery(energy_kwh=11.0), run=timedelta(minutes=15))


def at(hour: int, minute: int = 0, days: int = 1) -> datetime:
    """Return a time some days after the start, by default on Tuesday."""
    return datetime(2026, 1, 12 + days, hour, minute, tzinfo=UTC)


def reasons(car: Car) -> list[Reason]:
    """Return the reasons of the reports since the last call."""
    return [report.reason for report in car.drain_reports()]


def test_target_stops_the_charge(car: Car) -> None:
    """Charging stops at the target, which is also the end that the car estimates; a command does not exceed it."""
    car.set_limits(20, 80)
    car.plug()
    remaining = car.reading.remaining
    assert remaining
    car.advance(START + remaining)
    assert (car.reading.level, car.charging, car.reading.point) == (80, False, ChargingPoint.INVALID)
    assert not car.start_charge()
    car.advance(START + timedelta(days=2))
    assert car.battery.level == pytest.approx(80, abs=0.01)


def test_change_of_the_target(car: Car) -> None:
    """A lower target stops a charge, and a higher one starts it again."""
    car.plug()
    car.set_limits(15, 50)
    assert not car.charging
    car.set_limits(15, 60)
    assert car.charging
    car.advance(START + timedelta(hours=3))
    assert car.reading.level == 60
    car.set_limits(15, 100)
    assert car.charging


def test_preconditioned_car_is_topped_up_to_its_target(car: Car) -> None:
    """A car at its target charges again when it has lost a percent."""
    car.set_limits(15, 50)
    car.plug()
    assert car.start_preconditioning()
    car.advance(START + timedelta(minutes=3))
    car.set_limits(15, 50)
    assert not car.charging
    car.advance(START + timedelta(minutes=5))
    assert (car.charging, reasons(car)) == (True, [Reason.PLUGGED, Reason.CHARGE_STARTED])


def test_charges_at_once_to_the_minimum(car: Car) -> None:
    """Below the minimum, the car does not wait for its schedule; from there on, it does."""
    car.load(NIGHT)
    car.set_limits(40, 80)
    car.fill(30)
    car.plug()
    assert car.charging
    car.advance(START + timedelta(hours=2))
    assert (car.reading.level, car.charging) == (40, False)
    car.advance(at(2, 30))
    assert car.charging


@given(level=st.floats(0, 99), target=st.floats(1, 100), point=st.sampled_from(list(CHARGERS)))
def test_time_to_a_level(level: float, target: float, point: ChargingPoint) -> None:
    """The battery is at a level at the predicted time."""
    battery = Battery(energy_kwh=level * 0.22)
    battery.charge(battery.seconds_to(target, CHARGERS[point]), CHARGERS[point], 0)
    assert battery.level == pytest.approx(max(level, target), abs=0.01)


def test_charging_power_falls_near_the_end() -> None:
    """The power is constant up to the knee, then falls to its last share."""
    charger = CHARGERS[ChargingPoint.ACCELERATED]
    powers = [Battery(energy_kwh=22 * level / 100).power_kw(charger) for level in (10, 80, 90, 100)]
    assert powers == pytest.approx([6.0, 6.0, 3.9, 1.8])


def test_ready_at_each_departure(car: Car) -> None:
    """The car is preconditioned up to each departure, every day."""
    car.fill(90)
    car.set_departures((MORNING,))
    for days in (1, 2, 3):
        car.advance(at(7, 14, days))
        assert car.preconditioning_until is None
        car.advance(at(7, 15, days))
        assert car.preconditioning_until == at(7, 30, days)
        car.advance(at(7, 30, days))
        assert car.preconditioning_until is None
    assert reasons(car) == [Reason.DEPARTURE_PREPARED] * 3


def test_departures_soon_after_another(car: Car) -> None:
    """Departures whose preconditioning overlaps are all prepared."""
    car.set_departures((MORNING, Departure(time(7, 40), EVERY_DAY)))
    car.advance(at(7, 35))
    assert car.preconditioning_until == at(7, 40)
    assert reasons(car) == [Reason.DEPARTURE_PREPARED] * 2


def test_departure_set_shortly_before(car: Car) -> None:
    """A departure that is set within its lead time is prepared at once, for the rest, and only once."""
    car.advance(at(7, 20))
    for _ in range(2):
        car.set_departures((MORNING,))
        assert car.preconditioning_until == at(7, 30)
    assert reasons(car) == [Reason.DEPARTURE_PREPARED]


def test_departure_is_refused_with_a_low_battery_or_on_a_trip(car: Car) -> None:
    """Below the threshold, and while driving, the car is not preconditioned; the next departure counts again."""
    car.set_departures((MORNING,))
    car.fill(30)
    car.advance(at(8))
    car.fill(80)
    car.advance(at(7, 0, 2))
    car.drive(5, timedelta(hours=1))
    car.advance(at(8, 0, 2))
    car.advance(at(8, 0, 3))
    assert [reason for reason in reasons(car) if reason is not Reason.PARKED] == [
        *[Reason.DEPARTURE_REFUSED] * 2,
        Reason.DEPARTURE_PREPARED,
    ]


def test_removed_departure(car: Car) -> None:
    """A removed departure is not prepared."""
    car.set_departures((MORNING,))
    car.set_departures(())
    car.advance(at(8))
    assert reasons(car) == []


def test_steps_do_not_matter(car: Car) -> None:
    """Two weeks with departures and a limit have the same result in one step and in many."""
    other = Car(at=START, zone=LONDON, battery=Battery(energy_kwh=11.0), run=car.run)
    for each in (car, other):
        each.load(NIGHT)
        each.set_limits(20, 80)
        each.set_departures((MORNING, Departure(time(12), frozenset({2, 5}))))
        each.plug()
    for minutes in range(0, 14 * 24 * 60, 37):
        other.advance(START + timedelta(minutes=minutes))
    for each in (car, other):
        each.advance(START + timedelta(days=14))
    assert other.battery.energy_kwh == pytest.approx(car.battery.energy_kwh)
    assert other.drain_reports() == car.drain_reports()


@pytest.mark.parametrize(
    ("departure", "after", "expected"),
    [
        (MORNING, at(7, 30), at(7, 30, 2)),
        (Departure(time(7, 30), frozenset({0})), START, at(7, 30, 7)),
        (Departure(time(7, 30), EVERY_DAY, PARIS), START, at(6, 30)),
        (Departure(time(7, 30), frozenset()), START, None),
        # On 29 March, the clocks skip 01:00 to 02:00.
        (MORNING, datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 6, 30, tzinfo=UTC)),
        (
            Departure(time(1, 30), frozenset({6})),
            datetime(2026, 3, 28, tzinfo=UTC),
            datetime(2026, 4, 5, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_next_departure(departure: Departure, after: datetime, expected: datetime | None) -> None:
    """The next departure is in the car's time zone or its own, also when the clocks change."""
    assert next_departure((departure,), after, LONDON) == expected


def test_next_of_several_departures() -> None:
    """The earliest departure counts; without any, there is none."""
    noon = Departure(time(12), EVERY_DAY)
    assert next_departure((noon, MORNING), START, LONDON) == at(7, 30)
    assert next_departure((noon, MORNING), at(8), LONDON) == at(12)
    assert next_departure((), START, LONDON) is None
