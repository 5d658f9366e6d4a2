"""Tests of the battery: the measured charge, and independence of the step size."""

from math import inf

from hypothesis import given, strategies as st
import pytest

from simulator.world.battery import CHARGERS, Battery, ChargingPoint

ACCELERATED = CHARGERS[ChargingPoint.ACCELERATED]


def test_measured_charge_duration() -> None:
    """Charging from 34% to full takes 10,598 s, as in the only complete capture."""
    battery = Battery(energy_kwh=0)
    battery.level = 34
    assert battery.seconds_to(100, ACCELERATED) == pytest.approx(10_598, rel=0.01)


def test_range_matches_the_captures() -> None:
    """Level and range match the captures."""
    for level, range_km in ((34, 42), (99, 119), (100, 124)):
        battery = Battery(energy_kwh=0)
        battery.level = level
        assert battery.range_km == pytest.approx(range_km, abs=4)


def test_faster_points_charge_faster() -> None:
    """SLOW takes longer than ACCELERATED, which takes longer than FAST."""
    durations = [Battery(energy_kwh=2).seconds_to(100, CHARGERS[point]) for point in CHARGERS]
    assert durations == sorted(durations, reverse=True)


def test_power_falls_above_the_knee() -> None:
    """The charging power at 95% is less than half of that at 60%."""
    battery = Battery(energy_kwh=0)
    gains = []
    for level in (60, 95):
        battery.level = level
        battery.charge(600, ACCELERATED, 0)
        gains.append(battery.level - level)
    assert gains[1] < gains[0] / 2 < gains[0]


def test_draw_above_charger_power_discharges() -> None:
    """A draw above the charger's power discharges the battery, above and below the knee."""
    slow = CHARGERS[ChargingPoint.SLOW]
    battery = Battery(energy_kwh=21.5)
    assert battery.seconds_to(100, slow, draw_kw=3) == inf
    battery.charge(2 * 3600, slow, 3)
    assert battery.energy_kwh < 0.95 * battery.capacity_kwh
    battery.charge(48 * 3600, slow, 3)
    assert battery.energy_kwh == 0


@given(
    level=st.floats(0, 100),
    point=st.sampled_from(list(CHARGERS)),
    draw_kw=st.floats(0, 8),
    cuts=st.lists(st.floats(0, 7200), max_size=6),
)
def test_step_size_does_not_matter(level: float, point: ChargingPoint, draw_kw: float, cuts: list[float]) -> None:
    """Charging in several steps gives the same result as in one."""
    once, pieces = Battery(energy_kwh=level * 0.22), Battery(energy_kwh=level * 0.22)
    once.charge(sum(cuts), CHARGERS[point], draw_kw)
    for seconds in cuts:
        pieces.charge(seconds, CHARGERS[point], draw_kw)
    assert once.energy_kwh == pytest.approx(pieces.energy_kwh, abs=1e-6)
    assert 0 <= once.energy_kwh <= once.capacity_kwh


@given(level=st.floats(0, 99.9), point=st.sampled_from(list(CHARGERS)), draw_kw=st.floats(0, 1))
def test_full_at_the_predicted_time(level: float, point: ChargingPoint, draw_kw: float) -> None:
    """The battery is full at the predicted time, but not well before."""
    battery = Battery(energy_kwh=level * 0.22)
    seconds = battery.seconds_to(100, CHARGERS[point], draw_kw)
    if seconds == inf:
        return
    battery.charge(seconds * 0.9, CHARGERS[point], draw_kw)
    assert not battery.is_full
    battery.charge(seconds * 0.1 + 1, CHARGERS[point], draw_kw)
    assert battery.is_full


def test_shown_level_is_rounded_down() -> None:
    """99.9% is shown as 99."""
    battery = Battery(energy_kwh=0)
    battery.level = 99.9
    assert battery.shown_level == 99
    battery.level = 100
    assert battery.shown_level == 100
