"""Cars that live by themselves."""

from datetime import UTC, datetime, timedelta
import json
from time import perf_counter

from simulator import Account, Clock, Simulator
from simulator.world.ledger import ChargeEvent

START = datetime(2026, 1, 5, tzinfo=UTC)
VINS = ["VF1AGVYF0ZE000001", "VF1AGVYF0ZE000002"]


def living(start: datetime = START) -> Simulator:
    """Return two cars that live by themselves."""
    return Simulator(Clock(start, speed=0), accounts=[Account("you@example.com", "P4ssw0rd", VINS)], live=True)


def test_four_weeks() -> None:
    """The cars drive, are preconditioned on weekday mornings, and charge at night within their schedule."""
    simulator = living()
    started = perf_counter()
    simulator.advance(28 * 86_400)
    assert perf_counter() - started < 2
    for vin in VINS:
        ledger = simulator.vehicle(vin).ledger
        starts = [entry for entry in ledger.charges if entry.event is ChargeEvent.START]
        assert 20 <= len(starts) <= 40
        assert {entry.at.astimezone(simulator.vehicle(vin).zone).hour for entry in starts} == {23}
        assert min(entry.level for entry in starts) < 80
        mornings = {entry.at.date() for entry in ledger.preconditionings}
        assert len(mornings) == 20
        assert all(morning.weekday() < 5 for morning in mornings)
        assert {entry.at.hour for entry in ledger.preconditionings} == {7}
        assert all(entry.success for entry in ledger.preconditionings)


def test_the_two_lives_differ_and_repeat() -> None:
    """Each VIN has its own life, the same each time."""
    lives = []
    for _ in range(2):
        simulator = living()
        simulator.advance(5 * 86_400)
        lives.append([simulator.vehicle(vin).ledger.charges for vin in VINS])
    assert lives[0] == lives[1]
    assert lives[0][0] != lives[0][1]


def test_a_life_in_steps_is_the_same_life() -> None:
    """Looking often changes nothing."""
    at_once, in_steps = living(), living()
    at_once.advance(4 * 86_400)
    for _ in range(4 * 24 * 6):
        in_steps.advance(600)
    for vin in VINS:
        assert at_once.vehicle(vin).ledger == in_steps.vehicle(vin).ledger


def test_the_owner_may_interfere() -> None:
    """A car left unplugged and empty is driven no further than it gets, and lives on."""
    simulator = living()
    simulator.advance(2 * 86_400 + 6 * 3600)
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.fill(8)
    simulator.advance(10 * 86_400)
    assert simulator.vehicle().car.battery.level > 50


def test_a_state_is_taken_up() -> None:
    """The state is JSON; a world that takes it up lives through the time since, by its routine too."""
    simulator = living()
    simulator.advance(3 * 86_400 + 7.4 * 3600)
    simulator.vehicle().set_timer(None)
    state = json.loads(json.dumps(simulator.backend.state()))
    later = living(START + timedelta(days=5))
    later.backend.restore(state)
    simulator.advance(1.6 * 86_400 + 3600)
    simulator.clock.set(later.clock.now())
    for vin in VINS:
        ours, theirs = simulator.vehicle(vin), later.vehicle(vin)
        assert len(ours.ledger.charges) == len(theirs.ledger.charges)
        assert ours.ledger.preconditionings == theirs.ledger.preconditionings
        assert abs(ours.car.battery.level - theirs.car.battery.level) < 0.01


def test_a_state_from_the_future() -> None:
    """A hurried world that is taken up goes on from where it was left, not from the present."""
    simulator = living()
    simulator.advance(86_400)
    again = living()
    again.backend.restore(simulator.backend.state())
    assert again.clock.now() == START + timedelta(days=1)
