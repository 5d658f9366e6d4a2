"""Tests of live cars."""

from datetime import UTC, datetime, timedelta
import json
from time import process_time

from simulator import Account, Clock, Simulator
from simulator.world.records import ChargeEvent

START = datetime(2026, 1, 5, tzinfo=UTC)
VINS = ["VF1AGVYF0ZE000001", "VF1AGVYF0ZE000002"]


def live_simulator(start: datetime = START) -> Simulator:
    """Return a simulator with two live cars."""
    return Simulator(Clock(start, speed=0), accounts=[Account("you@example.com", "P4ssw0rd", VINS)], live=True)


def test_routine_of_four_weeks() -> None:
    """The cars are driven, preconditioned on weekday mornings, and charged at night."""
    simulator = live_simulator()
    started = process_time()
    simulator.advance(28 * 86_400)
    assert process_time() - started < 2
    for vin in VINS:
        records = simulator.vehicle(vin).records
        starts = [entry for entry in records.charges if entry.event is ChargeEvent.START]
        assert 20 <= len(starts) <= 40
        assert {entry.at.astimezone(simulator.vehicle(vin).zone).hour for entry in starts} == {23}
        assert min(entry.level for entry in starts) < 80
        mornings = {entry.at.date() for entry in records.preconditionings}
        assert len(mornings) == 20
        assert all(morning.weekday() < 5 for morning in mornings)
        assert {entry.at.hour for entry in records.preconditionings} == {7}
        assert all(entry.success for entry in records.preconditionings)


def test_routine_depends_on_the_vin() -> None:
    """Each VIN has its own, reproducible routine."""
    lives = []
    for _ in range(2):
        simulator = live_simulator()
        simulator.advance(5 * 86_400)
        lives.append([simulator.vehicle(vin).records.charges for vin in VINS])
    assert lives[0] == lives[1]
    assert lives[0][0] != lives[0][1]


def test_routine_does_not_depend_on_the_step_size() -> None:
    """Advancing in small steps gives the same records."""
    at_once, in_steps = live_simulator(), live_simulator()
    at_once.advance(4 * 86_400)
    for _ in range(4 * 24 * 6):
        in_steps.advance(600)
    for vin in VINS:
        assert at_once.vehicle(vin).records == in_steps.vehicle(vin).records


def test_routine_continues_after_manual_changes() -> None:
    """A car left unplugged and nearly empty is driven within its range, and the routine continues."""
    simulator = live_simulator()
    simulator.advance(2 * 86_400 + 6 * 3600)
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.fill(8)
    simulator.advance(10 * 86_400)
    assert simulator.vehicle().car.battery.level > 50


def test_restored_state_catches_up() -> None:
    """A restored state catches up on the time since, including its routine."""
    simulator = live_simulator()
    simulator.advance(3 * 86_400 + 7.4 * 3600)
    simulator.vehicle().set_timer(None)
    state = json.loads(json.dumps(simulator.backend.state()))
    later = live_simulator(START + timedelta(days=5))
    later.backend.restore(state)
    simulator.advance(1.6 * 86_400 + 3600)
    simulator.clock.set(later.clock.now())
    for vin in VINS:
        ours, theirs = simulator.vehicle(vin), later.vehicle(vin)
        assert len(ours.records.charges) == len(theirs.records.charges)
        assert ours.records.preconditionings == theirs.records.preconditionings
        assert abs(ours.car.battery.level - theirs.car.battery.level) < 0.01


def test_restored_state_keeps_a_later_clock() -> None:
    """A state ahead of the current time continues from its own time."""
    simulator = live_simulator()
    simulator.advance(86_400)
    again = live_simulator()
    again.backend.restore(simulator.backend.state())
    assert again.clock.now() == START + timedelta(days=1)
