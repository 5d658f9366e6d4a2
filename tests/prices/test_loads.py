"""How often the car's schedule is sent in the cheapest hours, and that a charge at once is not ended by it."""

from datetime import timedelta

import pytest

from tests.prices.homes import CHARGING, PLANNED, REASON, START, WEDNESDAY, Home, show_prices

pytestmark = pytest.mark.freeze_time("2026-11-18 17:00:00+00:00")

GAP = timedelta(minutes=10)
CAR_PERCENT_PER_HOUR = 11


async def test_a_night(home: Home) -> None:
    """Send the windows, at most one correction, and the main windows, with gaps; the car waits, and is full in time."""
    levels = await home.until("2026-11-19T09:00")
    assert levels["19 02:00"] < 61
    assert levels["19 07:00"] > 99
    assert home.loads <= 3
    assert all(later - earlier >= GAP for earlier, later in zip(home.sent_at, home.sent_at[1:], strict=False))


async def test_a_full_car(home: Home) -> None:
    """Send nothing to a car that is full before its windows were sent."""
    home.plug(100)
    await home.until("2026-11-19T09:00")
    assert home.loads == 0
    assert home.value(REASON) == "full"


async def test_a_small_gain(home: Home) -> None:
    """Do not move windows in the car for less than the least saving, but for more."""
    await home.until("2026-11-18T22:40")
    assert home.loads == 1
    night = [0.3] * 26 + [0.09, 0.09, 0.09, 0.088, 0.088, 0.088, 0.3, 0.3]
    show_prices(home.hass, WEDNESDAY, night + [0.3] * 14)
    await home.until("2026-11-19T00:30")
    assert home.loads == 1
    show_prices(home.hass, WEDNESDAY, [0.3] * 27 + [0.2, 0.2, 0.01, 0.01, 0.01, 0.01] + [0.3] * 15)
    await home.until("2026-11-19T01:30")
    assert home.loads == 2


async def test_charge_at_once(home: Home) -> None:
    """A charge that the owner starts goes on when chosen windows would be sent, and ends with a full battery."""
    await home.until("2026-11-18T20:00")
    await home.call("button.press", START)
    levels = await home.until("2026-11-18T22:45")
    assert home.loads == 0
    assert levels["18 22:45"] > min(60 + CAR_PERCENT_PER_HOUR * 2.5, 99)
    await home.until("2026-11-19T09:00")
    assert home.level > 99
    assert home.starts == 1
    # A car that lost its schedule with the command gets it back.
    assert home.loads <= 1


async def test_chosen_windows_return(home: Home) -> None:
    """A charge that the owner starts and ends early is continued at the lowest price."""
    await home.until("2026-11-18T18:00")
    await home.call("button.press", START)
    await home.until("2026-11-18T18:40")
    assert home.value(CHARGING) == "on"
    home.unplug()
    await home.until("2026-11-18T19:00")
    home.plug(70)
    await home.until("2026-11-18T20:00")
    assert home.value(PLANNED) == "2026-11-19T02:00:00+00:00"
    levels = await home.until("2026-11-19T07:00")
    assert levels["19 02:00"] < 72
    assert levels["19 07:00"] > 99


async def test_windows_chosen_once(home: Home) -> None:
    """Without a charge in the history, what the car expects does not move its windows at each poll."""
    await home.until("2026-11-19T02:10")
    assert home.value(REASON) == "charging"
    before, chosen = home.loads, []
    for minute in range(15, 60, 5):
        await home.until(f"2026-11-19T02:{minute}")
        planner = next(iter(home.entry.runtime_data.vehicles.values())).planner
        chosen.append(planner.plan.chosen)
    assert home.loads == before
    assert len(set(chosen)) == 1
