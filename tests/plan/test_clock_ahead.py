"""A plan after the clock was ahead or behind: each departure and window has its turn, and nothing is sent twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import value
from tests.conftest import HomeClock, Later
from tests.plan.planned import DEPLOY, NIGHT, NO_TIMER, NOON, TIMER, WARM, WORK, Car, nights, reload, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RIGHT = timedelta()
AHEAD = pytest.mark.parametrize("ahead", [2 * HOUR, DAY, 30 * DAY], ids=str)

type WhileWrong = Callable[[timedelta, int], Awaitable[None]]


@pytest.fixture(params=[False, True], ids=["", "after a restart"])
def while_wrong(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    home_clock: HomeClock,
    later: Later,
) -> WhileWrong:
    """Return what lets minutes pass while the clock is wrong and sets it right, with or without a restart then."""

    async def pass_by(ahead: timedelta, minutes: int) -> None:
        home_clock.ahead = ahead
        await later(60, times=minutes)
        home_clock.ahead = RIGHT
        if request.param:
            await reload(hass, init_integration)
        await later(61)

    return pass_by


@AHEAD
async def test_a_departure_after_a_wrong_clock(car: Car, while_wrong: WhileWrong, ahead: timedelta) -> None:
    """The clock was ahead in the evening before."""
    await car.ask("set_departure", **WORK)
    await while_wrong(ahead, 25)
    # By that clock it was already over.
    assert car.plan_events == (["missed"] if ahead > 2 * HOUR else [])
    car.plan_events.clear()
    assert value(car.hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    await car.until("07:19")
    assert car.commands == []
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])


@pytest.mark.parametrize("ahead", [2 * HOUR, 2 * HOUR + DAY], ids=str)
async def test_a_departure_that_seemed_due_is_started_at_its_time(
    car: Car, while_wrong: WhileWrong, ahead: timedelta
) -> None:
    """The car was preconditioned two hours early, and is again in time."""
    await car.ask("set_departure", **WORK)
    await car.until("05:19")
    await while_wrong(ahead, 3)
    assert car.commands == [WARM]
    await car.until("07:19")
    assert car.commands == [WARM]
    await car.until("08:00")
    assert car.commands == [WARM, WARM]
    assert car.plan_events[-1] == "ready"


@pytest.mark.parametrize("ahead", [DAY, 30 * DAY], ids=str)
async def test_a_command_at_the_right_time_of_another_day_is_not_repeated(
    car: Car, while_wrong: WhileWrong, ahead: timedelta
) -> None:
    """It was meant for tomorrow, and used today."""
    await car.ask("set_departure", **WORK)
    await car.until("07:19")
    await while_wrong(ahead, 2)
    await car.until("08:00")
    assert car.commands == [WARM]
    assert set(car.plan_events) == {"ready"}
    car.plan_events.clear()
    await car.until("2026-11-20T08:00")
    assert (car.commands, car.plan_events) == ([WARM, WARM], ["ready"])


async def test_a_departure_that_seemed_missed(car: Car, while_wrong: WhileWrong) -> None:
    """The clock showed the next morning."""
    await car.ask("set_departure", **WORK)
    await car.until("2026-11-18T19:00")
    await while_wrong(14 * HOUR, 2)
    assert car.plan_events == ["missed"]
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["missed", "ready"])


async def test_a_warning_that_came_too_early_is_repeated(car: Car, while_wrong: WhileWrong) -> None:
    """In the evening before, and an hour before."""
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.ask("set_departure", **WORK)
    await car.until("2026-11-18T18:40")
    await while_wrong(2 * HOUR, 2)
    assert car.plan_events == ["foreseen"]
    await car.until("2026-11-18T20:05")
    assert car.plan_events == ["foreseen"] * 2
    await car.until("07:00")
    assert car.plan_events == ["foreseen"] * 3


@pytest.mark.parametrize("ahead", [DAY, 30 * DAY], ids=str)
async def test_a_timer_set_for_another_day_is_used_today(car: Car, while_wrong: WhileWrong, ahead: timedelta) -> None:
    """The car only knows the time of day."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("05:10")
    await while_wrong(ahead, 23)
    assert car.commands == [TIMER]
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([TIMER], ["ready"])


async def test_a_timer_set_for_another_day_is_deleted_without_a_departure(car: Car, while_wrong: WhileWrong) -> None:
    """The car would start a day early; the timer is set again for its day."""
    await car.ask("set_departure", **{**WORK, "days": ["fri"]}, robust=True)
    await car.until("05:10")
    await while_wrong(DAY, 23)
    await car.until("07:15")
    assert car.commands == [TIMER, NO_TIMER]
    await car.until("2026-11-20T08:00")
    assert (car.commands, car.plan_events) == ([TIMER, NO_TIMER, TIMER], ["ready"])


async def test_a_departure_that_seemed_too_near_for_the_timer_uses_it(car: Car, while_wrong: WhileWrong) -> None:
    """It was not too late for the timer."""
    await car.ask("set_departure", **WORK, robust=True)
    await car.until("03:17")
    await while_wrong(4 * HOUR, 1)
    assert car.plan_events == ["timer_failed"]
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([TIMER], ["timer_failed", "ready"])


@AHEAD
async def test_windows_after_a_wrong_clock(car: Car, while_wrong: WhileWrong, ahead: timedelta) -> None:
    """The charge schedule that seemed due is replaced, and sent again in time; no window is reported as absent."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("10:00")
    car.simulator.log.entries.clear()
    await while_wrong(ahead, 3)
    car.plan_events.clear()
    await car.until("11:10")
    sent = car.commands.count(DEPLOY)
    assert sent == (2 if ahead == 2 * HOUR else 0)
    car.simulator.log.entries.clear()
    await car.until("11:30")
    assert week(car.simulator) == nights(thu={"start": "1200", "duration": "0100"})
    await car.until("13:30")
    assert week(car.simulator) == nights()
    assert car.plan_events == []


@AHEAD
async def test_a_schedule_is_sent_once(
    car: Car, while_wrong: WhileWrong, home_clock: HomeClock, ahead: timedelta
) -> None:
    """A charge schedule that may still arrive is not sent again at once."""
    car.simulator.vehicle().link.command_seconds = 400
    home_clock.ahead = ahead
    await car.ask("set_charge_schedule", windows=[{**NIGHT, "start": "02:00"}])
    await while_wrong(ahead, 1)
    await car.until("2026-11-18T18:50")
    assert car.commands.count(DEPLOY) == 1


async def test_a_window_that_is_absent_later_is_reported(car: Car, while_wrong: WhileWrong) -> None:
    """Checks made while the clock was a month ahead do not count for that month."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("2026-11-18T19:00")
    await while_wrong(30 * DAY, 25)
    car.simulator.vehicle().link.obeys_schedule = False
    await car.until("13:30")
    assert "window_late" in car.plan_events or "window_missed" in car.plan_events


@pytest.mark.parametrize("behind", [2 * HOUR, DAY, 3000 * DAY], ids=str)
async def test_a_clock_that_was_behind(car: Car, while_wrong: WhileWrong, behind: timedelta) -> None:
    """Nothing is sent twice, and the next departure is not affected."""
    await car.ask("set_departure", **WORK)
    await car.until("06:30")
    await while_wrong(-behind, 25)
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([WARM], ["ready"])
