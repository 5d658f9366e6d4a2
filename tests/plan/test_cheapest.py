"""The cheapest windows until a deadline: in every zone, for every kind of car, and compared with all possibilities."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from math import sin
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.schedule import DAY, GRID, Span, first_quarter, on_date
from custom_components.renault_ze.plan.charge_model import ChargeModel
from custom_components.renault_ze.plan.cheapest import Goal, Night, PlannedCharge, cheapest
from custom_components.renault_ze.plan.model import ChosenWindows
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.vehicle.prices import Price, Prices, prices_of

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
ROOMY = Settings(zone=PARIS, windows_a_day=None)
NOW = datetime(2026, 1, 12, 18, tzinfo=UTC)
MODEL = ChargeModel(percent_per_hour=20)
# Where the clocks change at midnight, by half an hour, or in another hemisphere, too.
ZONES = [
    "Europe/Paris",
    "Europe/Lisbon",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
]
CARS = {
    "one window a day": {"windows_a_day": 1},
    "one window a day in UTC": {"windows_a_day": 1, "schedule_zone": UTC},
    "five programs": {"windows_a_day": 5, "max_window_times": 5},
    "any number": {"windows_a_day": None},
}
SHAPES = ["hourly", "quarterly", "flat", "spiky", "negative"]


def prices(begin: datetime, values: Sequence[float], length: timedelta = HOUR) -> Prices:
    """Return prices one after the other."""
    return prices_of(
        (Price(begin + i * length, begin + (i + 1) * length, each) for i, each in enumerate(values)), "EUR"
    )


def shaped(begin: datetime, shape: str, seed: int) -> Prices:
    """Return the prices of two days."""
    waves = [0.2 + 0.08 * sin((seed + hour) / 3.5) + 0.03 * sin(seed * hour) for hour in range(48)]
    if shape == "quarterly":
        return prices(begin, [waves[i // 4] + 0.02 * sin(seed + i * 2.1) for i in range(192)], GRID)
    changes = {
        "hourly": waves,
        "flat": [0.2] * 48,
        "spiky": [each * (5 if (seed + i) % 6 == 0 else 1) for i, each in enumerate(waves)],
        "negative": [each - 0.25 for each in waves],
    }
    return prices(begin, changes[shape])


@st.composite
def nights(draw: st.DrawFn, zone: str) -> Night:
    """Return a night about a change of the clocks or anywhere in a year."""
    day = draw(st.sampled_from([*CHANGES[zone], *range(0, 365, 50)]))
    now = datetime(2026, 1, 1, tzinfo=UTC) + day * DAY + draw(st.integers(0, 60 * 24)) * timedelta(minutes=1)
    settings = Settings(zone=ZoneInfo(zone), **CARS[draw(st.sampled_from(sorted(CARS)))])
    goal = Goal(
        target=draw(st.sampled_from([50, 80, 100])),
        deadline=now + draw(st.integers(4, 56)) * GRID,
        minimum=draw(st.sampled_from([0, 0, 20])),
    )
    hour = now.replace(minute=0)
    return Night(
        goal=goal,
        now=now,
        level=draw(st.integers(5, 100)),
        model=ChargeModel(percent_per_hour=draw(st.sampled_from([8.4, 20, 33]))),
        prices=shaped(hour, draw(st.sampled_from(SHAPES)), draw(st.integers(0, 1000))),
        settings=settings,
    )


def changes_of(zone: str) -> list[int]:
    """Return the days of 2026 with another offset than the day before."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    offsets = [(first + day * DAY).astimezone(ZoneInfo(zone)).utcoffset() for day in range(366)]
    return [day for day in range(1, 365) if offsets[day] != offsets[day + 1]]


CHANGES = {zone: changes_of(zone) for zone in ZONES}


def as_held(span: Span, settings: Settings) -> Span:
    """Return the instants of a span as a window by the wall clock, the only form that a car can hold."""
    begin, end = (each.astimezone(settings.zone) for each in span)
    duration = end.replace(tzinfo=None) - begin.replace(tzinfo=None)
    held = on_date(
        begin.date(), ChargeWindow(Weekday(begin.weekday()), begin.time().replace(fold=0), duration), settings.zone
    )
    return held.begin, held.end


def begins_a_day(spans: Sequence[Span], settings: Settings) -> Counter[int]:
    """Return how many windows begin on each day of the car's clock."""
    zone = settings.schedule_zone or settings.zone
    return Counter(begin.astimezone(zone).toordinal() for begin, _ in spans)


def cost(night: Night, windows: Sequence[Span], begin: datetime) -> tuple[float, float]:
    """Return the level after some windows, and what is paid, charging five minutes at a time."""
    level, paid, step = night.level, 0.0, GRID / 3
    at = begin
    while at < night.goal.deadline and level < night.goal.target:
        if any(first <= at < last for first, last in windows):
            after = min(night.model.level_after(level, step), night.goal.target)
            paid += night.model.energy_kwh(level, after) * (night.prices.at(at) or 0)
            level = after
        at += step
    return level, paid


def allowed(night: Night, spans: Sequence[Span]) -> bool:
    """Return whether a car can hold some windows."""
    room, most = night.settings.windows_a_day, night.settings.max_window_times
    fits = room is None or max(begins_a_day(spans, night.settings).values(), default=0) <= room
    is_held = all(
        (
            last.astimezone(night.settings.zone).replace(tzinfo=None)
            > first.astimezone(night.settings.zone).replace(tzinfo=None)
        )
        and as_held((first, last), night.settings) == (first, last)
        for first, last in spans
    )
    return fits and is_held and (most is None or len(spans) <= most)


def one_or_two_windows(night: Night, begin: datetime, step: int) -> Iterator[list[Span]]:
    """Yield schedules of one or two windows."""
    count = (night.goal.deadline - begin) // GRID
    edges = [begin + index * GRID for index in range(0, count + 1, step)]
    for first, last in combinations(edges, 2):
        yield [(first, last)]
    for one, two, three, four in combinations(edges[:: max(len(edges) // 9, 1)], 4):
        yield [(one, two), (three, four)]


@pytest.mark.parametrize("zone", ZONES)
@given(data=st.data())
def test_nights(zone: str, data: st.DataObject) -> None:
    """Reach the target if the car can, within what the car holds, and not for more than with one or two windows."""
    night = data.draw(nights(zone))
    planned = cheapest(night)
    windows = [] if planned.chosen is None else list(planned.chosen.windows)
    soon = night.level < night.goal.minimum
    begin = first_quarter(night.now if soon else night.now + night.settings.send_ahead)
    assert allowed(night, windows)
    assert all(begin <= first < last <= night.goal.deadline for first, last in windows)
    level, paid = cost(night, windows, begin)
    whole = begin, begin + max((night.goal.deadline - begin) // GRID, 0) * GRID
    most, _ = cost(night, [whole], begin)
    # No window ends in an hour that the clock shows again.
    if allowed(night, [whole]) and not whole[1].astimezone(night.settings.zone).fold:
        # Nothing is changed for what is left of a percent.
        assert level == pytest.approx(most, abs=1.6)
    if soon:
        return
    # The search pays for whole quarters of an hour, and for each window what starting costs.
    switching = 0.05 * 0.25 * 3 * max(len(windows), 2) + 0.25 / 4 * night.model.power_kw * 0.3
    for other in one_or_two_windows(night, begin, step=4):
        if allowed(night, other):
            reached, price = cost(night, other, begin)
            assert reached < level - 0.2 or paid <= price + switching


def night_of(
    values: Sequence[float], *, level: float = 60, target: float = 80, hours: int = 13, **changes: Any
) -> Night:
    """Return a night in Paris from 19:00 on, with hourly prices."""
    goal = Goal(target=target, deadline=NOW + hours * HOUR)
    night = Night(goal=goal, now=NOW, level=level, model=MODEL, prices=prices(NOW, values), settings=ROOMY)
    return replace(night, **changes)


def hours_of(planned: PlannedCharge) -> list[tuple[float, float]]:
    """Return the chosen windows as hours after the begin."""
    assert planned.chosen is not None
    return [((begin - NOW) / HOUR, (end - NOW) / HOUR) for begin, end in planned.chosen.windows]


def test_cheapest_hour() -> None:
    """Charge in the cheapest hour, which is replaced by no dearer one."""
    planned = cheapest(night_of([0.3, 0.3, 0.2, 0.1, 0.2, *[0.3] * 8]))
    assert hours_of(planned) == [(3, 4)]
    assert planned.reaches_target
    assert planned.outcome.energy_kwh == pytest.approx(MODEL.energy_kwh(60, 80))
    assert planned.outcome.cost == pytest.approx(planned.outcome.energy_kwh * 0.1)
    assert planned.at_once.cost == pytest.approx(planned.outcome.energy_kwh * 0.3)


def test_main_window_where_prices_are_missing() -> None:
    """Charge in the user's window after the last price, and before it only what is missing for the target."""
    own = [(NOW + 8 * HOUR, NOW + 10 * HOUR)]
    values = [0.3, 0.25, 0.3, 0.2, 0.3]
    planned = cheapest(night_of(values, target=100, level=40, own=own, followed=own))
    assert hours_of(planned)[-1] == (8, 10)
    assert not planned.is_complete
    assert planned.reaches_target
    assert cheapest(night_of([], own=own, followed=own)).chosen is None
    assert cheapest(night_of([0.3] * 5, own=own, followed=own)).chosen is None


def test_unreachable_target() -> None:
    """Charge all the time, and tell which level is reached."""
    planned = cheapest(night_of([0.3, 0.1, 0.3], level=10, target=90, hours=3))
    assert hours_of(planned) == [(0.75, 3)]
    assert not planned.reaches_target
    assert planned.outcome.level == pytest.approx(10 + 2.25 * 20)


def test_minimum_level() -> None:
    """Charge at once up to the minimum level, the rest when it is cheap."""
    night = night_of([0.5, 0.4, 0.4, 0.1, 0.1, 0.1, *[0.4] * 7], level=10, target=60)
    planned = cheapest(replace(night, goal=replace(night.goal, minimum=20)))
    assert hours_of(planned) == [(0, 0.5), (3, 5)]


def test_windows_in_the_car_stay_for_a_small_gain() -> None:
    """Choose others only if that saves enough, or is needed for the target."""
    night = night_of([0.3, 0.3, 0.2, 0.19, *[0.3] * 9])
    kept = ChosenWindows(
        begin=NOW, end=night.goal.deadline, windows=((NOW + 2 * HOUR, NOW + 3 * HOUR),), for_price=True
    )
    night = replace(night, chosen=kept, followed=kept.windows, goal=replace(night.goal, least_saving=0.1))
    assert cheapest(night).chosen is kept
    assert hours_of(cheapest(replace(night, goal=replace(night.goal, least_saving=0.01)))) == [(3, 4)]
    assert hours_of(cheapest(replace(night, level=40))) == [(2, 4)]
    assert hours_of(cheapest(replace(night, level=80))) == []


def test_windows_that_are_not_sent_yet_change_for_any_gain() -> None:
    """Prices that become known cost no command before that."""
    own = (NOW + 4 * HOUR, NOW + 5 * HOUR)
    night = night_of([0.3] * 4 + [0.2, 0.19] + [0.3] * 7)
    later = ChosenWindows(begin=own[0], end=night.goal.deadline, windows=(own,), for_price=True)
    night = replace(night, chosen=later, followed=later.windows, goal=replace(night.goal, least_saving=0.1))
    assert hours_of(cheapest(night)) == [(5, 6)]


def test_running_window_is_cut() -> None:
    """Keep the begin of a window that has begun, and end it when a change can be in the car."""
    own = [(NOW - HOUR, NOW + 6 * HOUR)]
    planned = cheapest(night_of([0.4, 0.4, 0.1, *[0.4] * 10], own=own, followed=own, level=40, target=60))
    assert hours_of(planned) == [(-1, 0.75), (2, 2.25)]
    assert planned.chosen is not None
    assert planned.chosen.begin == NOW - HOUR


def test_next_night_leaves_the_last_one_as_it_is() -> None:
    """Add nothing to what was chosen for a deadline that is nearly reached, so that no windows of the past pile up."""
    earlier = ChosenWindows(
        begin=NOW - 8 * HOUR, end=NOW + HOUR / 2, windows=((NOW - 2 * HOUR, NOW - HOUR),), for_price=True
    )
    own = [(NOW - HOUR, NOW + 3 * HOUR)]
    planned = cheapest(night_of([0.3, 0.3, 0.2, 0.1, 0.2, *[0.3] * 8], own=own, chosen=earlier))
    assert hours_of(planned) == [(3, 4)]
    assert planned.chosen is not None
    assert planned.chosen.begin >= earlier.end


def test_own_window_without_prices_ends_at_the_target() -> None:
    """Charge in the user's window no longer than is needed for a target below 100 %, as it is not shortened then."""
    own = [(NOW + 6 * HOUR, NOW + 13 * HOUR)]
    night = night_of([0.3, 0.3, 0.1], level=30, target=80, own=own, followed=own)
    assert hours_of(cheapest(night)) == [(0.75, 3), (6, 6.25)]


def test_expected_prices_in_own_window() -> None:
    """Charge in the user's window when it was cheap a day earlier, until the prices are known."""
    own = [(NOW + 6 * HOUR, NOW + 13 * HOUR)]
    values = [*[0.2] * 8, 0.1, 0.1, *[0.2] * 13, 0.2, *[0.3] * 6]
    known = prices(NOW - DAY, values)
    night = replace(night_of([], own=own, followed=own), prices=known)
    assert hours_of(cheapest(night)) == [(8, 9)]
    assert cheapest(replace(night, goal=replace(night.goal, least_saving=1))).chosen is None


def test_slots_and_long_windows() -> None:
    """Tell the times with their prices, and split what is longer than a day."""
    night = night_of([0.1] * 40, level=0, target=100, hours=36, model=ChargeModel(percent_per_hour=3))
    planned = cheapest(night)
    assert planned.chosen is not None
    assert [end - begin for begin, end in planned.chosen.windows] == [DAY, 9.5 * HOUR]
    planned = cheapest(night_of([0.1, 0.1, 0.2, 0.3, *[0.4] * 9], level=40, target=80))
    found = [((begin - NOW) / HOUR, (end - NOW) / HOUR, price) for begin, end, price in planned.outcome.slots]
    assert found == [(0.75, 2, 0.1), (2, 2.75, 0.2)]
    assert planned.begin == NOW + 0.75 * HOUR


def test_almost_full() -> None:
    """Choose no window for a level that is as good as reached."""
    assert not cheapest(night_of([0.3, 0.1, 0.3], level=79)).outcome.slots
