"""A plan after the clock was ahead or behind: each departure and window has its turn, and nothing is sent twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import ask, orders, value
from tests.conftest import HomeClock, Later
from tests.plan.planned import DEPLOY, NIGHT, NO_TIMER, NOON, TIMER, WARM, WORK, Until, nights, reload, week

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
        for _ in range(minutes):
            await later(60)
        home_clock.ahead = RIGHT
        if request.param:
            await reload(hass, init_integration)
        await later(61)

    return pass_by


@AHEAD
async def test_a_departure_after_a_wrong_clock(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    ahead: timedelta,
) -> None:
    """The clock was ahead in the evening before."""
    await ask(hass, "set_departure", device_id, **WORK)
    await while_wrong(ahead, 25)
    # By that clock it was already over.
    assert told == (["missed"] if ahead > 2 * HOUR else [])
    told.clear()
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    await until("07:19")
    assert orders(simulator) == []
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["ready"]


@pytest.mark.parametrize("ahead", [2 * HOUR, 2 * HOUR + DAY], ids=str)
async def test_a_departure_that_seemed_due_is_started_at_its_time(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    ahead: timedelta,
) -> None:
    """The car was warm two hours early, which is of no use to who leaves later."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("05:19")
    await while_wrong(ahead, 3)
    assert orders(simulator) == [WARM]
    await until("07:19")
    assert orders(simulator) == [WARM]
    await until("08:00")
    assert orders(simulator) == [WARM, WARM]
    assert told[-1] == "ready"


@pytest.mark.parametrize("ahead", [DAY, 30 * DAY], ids=str)
async def test_a_command_at_the_right_time_of_another_day_is_not_repeated(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    ahead: timedelta,
) -> None:
    """It was meant for tomorrow, and did for today."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:19")
    await while_wrong(ahead, 2)
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert set(told) == {"ready"}
    told.clear()
    await until("2026-11-20T08:00")
    assert orders(simulator) == [WARM, WARM]
    assert told == ["ready"]


async def test_a_departure_that_seemed_missed(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], while_wrong: WhileWrong
) -> None:
    """The clock showed the next morning."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("2026-11-18T19:00")
    await while_wrong(14 * HOUR, 2)
    assert told == ["missed"]
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["missed", "ready"]


async def test_a_warning_that_came_too_early_is_repeated(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], while_wrong: WhileWrong
) -> None:
    """In the evening before, and an hour before."""
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    await ask(hass, "set_departure", device_id, **WORK)
    await until("2026-11-18T18:40")
    await while_wrong(2 * HOUR, 2)
    assert told == ["foreseen"]
    await until("2026-11-18T20:05")
    assert told == ["foreseen"] * 2
    await until("07:00")
    assert told == ["foreseen"] * 3


@pytest.mark.parametrize("ahead", [DAY, 30 * DAY], ids=str)
async def test_a_timer_set_for_another_day_is_used_today(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    ahead: timedelta,
) -> None:
    """The car knows the time of day only: a timer that was meant for tomorrow is the one for today."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("05:10")
    await while_wrong(ahead, 23)
    assert orders(simulator) == [TIMER]
    await until("08:00")
    assert orders(simulator) == [TIMER]
    assert told == ["ready"]


async def test_a_timer_set_for_another_day_is_deleted_without_a_departure(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], while_wrong: WhileWrong
) -> None:
    """The car would start a day early; the timer is set again for its day."""
    await ask(hass, "set_departure", device_id, **{**WORK, "days": ["fri"]}, robust=True)
    await until("05:10")
    await while_wrong(DAY, 23)
    await until("07:15")
    assert orders(simulator) == [TIMER, NO_TIMER]
    await until("2026-11-20T08:00")
    assert orders(simulator) == [TIMER, NO_TIMER, TIMER]
    assert told == ["ready"]


async def test_a_departure_that_seemed_too_near_for_the_timer_uses_it(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], while_wrong: WhileWrong
) -> None:
    """It was not too late for the timer."""
    await ask(hass, "set_departure", device_id, **WORK, robust=True)
    await until("03:17")
    await while_wrong(4 * HOUR, 1)
    assert told == ["timer_failed"]
    await until("08:00")
    assert orders(simulator) == [TIMER]
    assert told == ["timer_failed", "ready"]


@AHEAD
async def test_windows_after_a_wrong_clock(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    ahead: timedelta,
) -> None:
    """The week that seemed to be due is taken back, and sent again in time; none is said to be missing."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("10:00")
    simulator.log.entries.clear()
    await while_wrong(ahead, 3)
    told.clear()
    await until("11:10")
    sent = orders(simulator).count(DEPLOY)
    assert sent == (2 if ahead == 2 * HOUR else 0)
    simulator.log.entries.clear()
    await until("11:30")
    assert week(simulator) == nights(thu={"start": "1200", "duration": "0100"})
    await until("13:30")
    assert week(simulator) == nights()
    assert told == []


@AHEAD
async def test_a_schedule_is_sent_once(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    while_wrong: WhileWrong,
    home_clock: HomeClock,
    ahead: timedelta,
) -> None:
    """What the car may be about to take over is not sent again at once."""
    simulator.vehicle().link.order_seconds = 400
    home_clock.ahead = ahead
    await ask(hass, "set_charge_windows", device_id, windows=[{**NIGHT, "start": "02:00"}])
    await while_wrong(ahead, 1)
    await until("2026-11-18T18:50")
    assert orders(simulator).count(DEPLOY) == 1


async def test_a_window_that_is_absent_later_is_reported(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], while_wrong: WhileWrong
) -> None:
    """Checks made while the clock was a month ahead do not count for that month."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("2026-11-18T19:00")
    await while_wrong(30 * DAY, 25)
    simulator.vehicle().link.obeys_schedule = False
    await until("13:30")
    assert "window_late" in told or "window_missed" in told


@pytest.mark.parametrize("behind", [2 * HOUR, DAY, 3000 * DAY], ids=str)
async def test_a_clock_that_was_behind(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    until: Until,
    told: list[str],
    while_wrong: WhileWrong,
    behind: timedelta,
) -> None:
    """Nothing is done twice, and what is still to come is done in time."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("06:30")
    await while_wrong(-behind, 25)
    await until("08:00")
    assert orders(simulator) == [WARM]
    assert told == ["ready"]
