"""Charges made of the events of a history, and of what polls have seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.models import Capability, ChargeEvent, ChargeEventKind, Part, Vehicle
from custom_components.renault_ze.vehicle import charge_log
from custom_components.renault_ze.vehicle.capacity import CapacitySample, capacity, sample_of, with_sample
from custom_components.renault_ze.vehicle.charge_log import ChargeLog, ChargeRecorder, EnergyOptions
from custom_components.renault_ze.vehicle.sessions import (
    ChargeSession,
    EnergySource,
    all_sessions,
    hourly,
    sessions,
    with_energy,
)
from custom_components.renault_ze.vehicle.state import VehicleState


def at(hour: float) -> datetime:
    """Return an hour of a day."""
    return datetime(2026, 11, 17, tzinfo=UTC) + timedelta(hours=hour)


def started(hour: float, level: int | None = None) -> ChargeEvent:
    """Return the start of a charge."""
    return ChargeEvent(at=at(hour), kind=ChargeEventKind.STARTED, level=level, charging_point=ChargingPoint.SLOW)


def ended(hour: float, level: int | None = None, energy: float | None = None) -> ChargeEvent:
    """Return the end of a charge."""
    return ChargeEvent(at=at(hour), kind=ChargeEventKind.ENDED, level=level, energy_kwh=energy)


def seen(begin: float, end: float, *levels: int) -> ChargeSession:
    """Return a charge that polls have seen."""
    return ChargeSession(begin=at(begin), end=at(end), level_at_start=levels[0], level_at_end=levels[1], seen=True)


def levels(found: tuple[ChargeSession, ...]) -> list[tuple[datetime, datetime, int | None, int | None]]:
    """Return the times and levels of charges."""
    return [(each.begin, each.end, each.level_at_start, each.level_at_end) for each in found]


def test_interrupted_charge_is_one() -> None:
    """Join parts whose level continues within 15 minutes, and add what the car has measured."""
    events = [started(1, 20), ended(2, 40, 4.5), started(2.1, 40), ended(3, 60, 4.4), started(3.5, 60), ended(4, 70, 2)]
    found = sessions(events)
    assert levels(found) == [(at(3.5), at(4), 60, 70), (at(1), at(3), 20, 60)]
    assert found[1].measured_kwh == pytest.approx(8.9)


def test_part_without_measured_energy() -> None:
    """Do not take the energy of one part for that of both."""
    (found,) = sessions([started(1, 20), ended(2, 40, 4.5), started(2.1, 40), ended(3, 60)])
    assert found.measured_kwh is None


def test_two_charges_between_which_the_car_was_driven() -> None:
    """Keep them apart, however short the time."""
    assert len(sessions([started(1, 20), ended(2, 40), started(2.1, 35), ended(3, 60)])) == 2


def test_missing_end_as_polls_have_seen_it() -> None:
    """Take the end and its level from the polls."""
    assert levels(sessions([started(1, 20)], [seen(1.2, 3, 21, 55)])) == [(at(1), at(3), 20, 55)]


def test_missing_start_as_polls_have_seen_it() -> None:
    """Take the start and its level from the polls."""
    assert levels(sessions([ended(3, 56)], [seen(1.2, 2.9, 21, 55)])) == [(at(1.2), at(3), 21, 56)]


def test_missing_end_from_the_next_start() -> None:
    """Calculate the end from the next level and the usual speed."""
    events = [started(1, 20), ended(2, 40), started(5, 30), started(9, 50), ended(10, 70)]
    assert levels(sessions(events))[1] == (at(5), at(6), 30, 50)


def test_missing_end_of_the_last_charge() -> None:
    """Show no charge of which nothing tells the end."""
    assert sessions([started(1, 20)]) == ()


def test_missing_level_as_polls_have_seen_it() -> None:
    """Take a level that the history leaves out from the polls."""
    assert levels(sessions([started(1), ended(3, 56)], [seen(1.2, 2.9, 21, 55)])) == [(at(1), at(3), 21, 56)]


def test_charge_that_only_polls_have_seen() -> None:
    """Show it beside the others, once."""
    found = sessions([started(1, 20), ended(2, 40)], [seen(1.1, 1.9, 22, 38), seen(5, 6, 30, 50)])
    assert levels(found) == [(at(5), at(6), 30, 50), (at(1), at(2), 20, 40)]


def test_charges_that_follow_each_other() -> None:
    """Keep a charge apart from one that begins when it ends, and the energy of both counted once."""
    state = VehicleState(
        charge_history=(started(1, 20), ended(2, 40), started(2, 60), ended(3, 70)),
        read_at={Part.CHARGE_HISTORY: at(3)},
    )
    vehicle = Vehicle(vin="", time_zone=UTC, capabilities=frozenset())
    recorder = ChargeRecorder(Mock(charges=Mock(return_value=ChargeLog())), vehicle, EnergyOptions(loss=0))
    recorder.record(state, at(3))
    assert len(recorder.log.sessions) == 2
    assert recorder.total_kwh == pytest.approx(6.6)
    for _ in range(2):
        recorder.change(replace(each, at_home=True) for each in recorder.log.sessions)
        assert (recorder.total_kwh, recorder.log.total_kwh) == pytest.approx((6.6, 6.6))
    recorder.change([replace(recorder.log.sessions[0], energy_kwh=3.2)])
    assert recorder.total_kwh == pytest.approx(7.6)


def test_history_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment that polls have seen stays out of the charges, and is not looked for again at each poll."""
    compared = Mock(side_effect=sessions)
    monkeypatch.setattr(charge_log, "sessions", compared)
    moment = (started(1, 50), ended(1.001, 50))
    stored = ChargeLog(seen=(seen(1, 1.02, 50, 50),), read_at=at(1))
    vehicle = Vehicle(vin="", time_zone=UTC, capabilities=frozenset({Capability.CHARGE_HISTORY}))
    recorder = ChargeRecorder(Mock(charges=Mock(return_value=stored)), vehicle, EnergyOptions(loss=0))
    for hour in range(2, 20):
        recorder.record(VehicleState(charge_history=moment, read_at={Part.CHARGE_HISTORY: at(1)}), at(hour))
    assert recorder.log.sessions == ()
    assert compared.call_count <= 2


def test_car_has_no_two_charges_at_a_time() -> None:
    """Keep the longer one of two that overlap."""
    assert levels(sessions([], [seen(1, 3, 20, 60), seen(2, 6, 20, 90)])) == [(at(2), at(6), 20, 90)]


def test_moment_before_the_schedule_is_no_charge() -> None:
    """Leave out seconds without a gain, but not the end of a running charge."""
    moment = [started(1, 50), ended(1.01, 50)]
    assert sessions(moment) == ()
    assert levels(all_sessions(moment)) == [(at(1), at(1.01), 50, 50)]
    assert len(sessions([started(1, 50), ended(1.01, 51)])) == 1


def test_energy_with_its_source() -> None:
    """Measured by the car, estimated with the loss, or unknown without a level."""
    charge = seen(1, 2, 20, 70)
    estimate = with_energy(charge, 22, 0.12)
    assert (estimate.energy_kwh, estimate.source) == (12.5, EnergySource.ESTIMATE)
    (measured,) = sessions([started(1, 20), ended(2, 70, 11.3)])
    assert with_energy(measured, 22, 0.12).energy_kwh == 11.3
    assert with_energy(measured, 22, 0.12).source is EnergySource.CAR
    (unknown,) = sessions([started(1), ended(2, 70)])
    assert (with_energy(unknown, 22, 0.12).energy_kwh, with_energy(unknown, 22, 0.12).source) == (None, None)


@pytest.mark.parametrize(("begin", "end"), [(0.25, 3.5), (1, 2), (1.1, 1.2), (2, 2)])
def test_hours_of_a_charge(begin: float, end: float) -> None:
    """Spread the energy evenly over the hours of a charge, without loss."""
    hours = hourly([with_energy(seen(begin, end, 20, 70), 22, 0)], lambda each: each.energy_kwh)
    assert sum(hours.values()) == pytest.approx(11)
    assert all(not hour.minute for hour in hours)
    assert min(hours) <= at(begin)
    assert max(hours) <= at(end)


def test_capacity_with_its_uncertainty() -> None:
    """Estimate the capacity from levels in whole percents, the more certain the more days there are."""
    samples: tuple[CapacitySample, ...] = ()
    for day in range(40):
        energy = int(52 * (60 + day) / 100)
        charge = ChargeSession(
            begin=at(24 * day), end=at(24 * day + 1), level_at_start=0, level_at_end=60 + day, measured_kwh=energy
        )
        samples = with_sample(samples, sample_of(charge, at(0)))
    assert len(samples) == 30
    found, first = capacity(samples), capacity(samples[:1])
    assert found is not None
    assert first is not None
    assert found.kwh == pytest.approx(52, abs=1)
    assert found.uncertainty_kwh < first.uncertainty_kwh < 1
    assert capacity(()) is None
