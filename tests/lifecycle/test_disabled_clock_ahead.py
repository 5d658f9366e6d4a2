"""Spans of disabled accounts stored by a clock that was ahead."""

from datetime import timedelta

from homeassistant.util import dt as dt_util
import pytest

from custom_components.renault_ze.plan.settings import (
    Disabled,
    was_disabled,
    with_begun,
    with_ended,
    without_future_spans,
)
from simulator import EXAMPLE_VIN
from tests.conftest import HomeClock
from tests.plan.planned import WORK, Car
from tests.plan.simulated.states import at

AHEAD = Disabled(since=at("06:00", day=30), until=at("08:00", day=30))


def test_future_times_count_as_now() -> None:
    """They are replaced when spans are read or extended; other spans stay."""
    now = at("07:00")
    assert without_future_spans((AHEAD,), now) == (Disabled(since=now, until=now),)
    assert without_future_spans((Disabled(since=at("08:00")),), now) == (Disabled(since=now),)
    (right,) = without_future_spans((Disabled(since=at("06:00"), until=at("08:00")),), now)
    assert right == Disabled(since=at("06:00"), until=now)
    assert not was_disabled((right,), at("07:30"))
    past = (Disabled(since=at("05:00"), until=at("06:00")), Disabled(since=at("06:30")))
    assert without_future_spans(past, now) == past


def test_extended_spans() -> None:
    """A span in the future neither hides a new one nor is kept longer."""
    now = at("07:00")
    assert with_begun((Disabled(since=at("06:00", day=30)),), now) == (Disabled(since=now),)
    assert with_begun((AHEAD,), now)[-1] == Disabled(since=now)
    assert with_ended((AHEAD,), now) == (Disabled(since=now, until=now),)


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_account(car: Car, home_clock: HomeClock) -> None:
    """The account was enabled by such a clock, which was corrected before it was loaded again."""
    await car.ask("set_departure", **WORK)
    await car.disable()
    home_clock.ahead = timedelta(days=30)
    await car.enable()
    home_clock.ahead = timedelta()
    await car.reload()
    spans = car.entry.runtime_data.vehicles[EXAMPLE_VIN].planner.settings.disabled
    assert spans
    assert not was_disabled(spans, dt_util.utcnow() + timedelta(days=1))
