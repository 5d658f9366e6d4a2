"""Plans in cars with another clock or a limit of different windows."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, Weekday
from custom_components.renault_ze.plan import timetable
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.steps import SendSchedule
from simulator import EXAMPLE_VIN, ChargingPoint
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, only_device, set_up, value
from tests.plan.planned import EVERY_DAY, PLAN, Later
from tests.plan.simulated.states import at, charging_plan, desired, step, vehicle, weekly

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
IN_UTC = Settings(zone=PARIS, schedule_zone=UTC)
NIGHT = {"days": EVERY_DAY, "start": "00:30", "end": "05:00"}
NOON = {"days": EVERY_DAY, "start": "12:00", "end": "13:00"}


def days_in_utc(week: tuple[ChargeWindow, ...], now: datetime) -> Counter[Weekday]:
    """Return how many windows of a charge schedule begin on each day of UTC."""
    offset = now.astimezone(PARIS).utcoffset()
    assert offset is not None
    begins = (
        # The 5th of January 2026 is a Monday.
        datetime(2026, 1, 5) + timedelta(days=each.weekday, hours=each.start.hour, minutes=each.start.minute) - offset  # noqa: DTZ001
        for each in week
    )
    return Counter(Weekday(begin.weekday()) for begin in begins)


@pytest.mark.parametrize("season", [datetime(2026, 1, 12, tzinfo=UTC), datetime(2026, 7, 13, tzinfo=UTC)])
@pytest.mark.parametrize("night", ["00:30-05:00", "01:30-05:00", "02:30-05:00"])
def test_a_car_on_utc_never_gets_two_windows_on_one_of_its_days(night: str, season: datetime) -> None:
    """At any time of a week it has one for each of its days, and the current window, in summer and winter."""
    plan = charging_plan(night, "12:00-13:00", "23:15-23:45")
    held: tuple[ChargeWindow, ...] = ()
    for hours in range(7 * 24 * 4):
        now = season + hours * HOUR / 4
        held = desired(plan, held, now, IN_UTC)
        assert set(days_in_utc(held, now).values()) == {1}
        assert len(held) == 7
        for begin, _, planned in timetable.occurrences(plan.windows, PARIS, now, now + timedelta(minutes=1)):
            assert planned.window in held, f"not on board at {now}, begun at {begin}"


def test_windows_at_too_many_different_times() -> None:
    """Those that are due are always among them, then the main windows of most days."""
    spans = [f"0{hour}:00-0{hour}:{15 * (1 + hour % 3)}" for hour in range(1, 8)]
    plan = charging_plan("22:00-23:30", *spans)
    settings = Settings(zone=UTC, windows_a_day=5, max_window_times=5)
    week: tuple[ChargeWindow, ...] = ()
    for quarter in range(96):
        now = datetime(2026, 11, 23, tzinfo=UTC) + quarter * HOUR / 4
        week = desired(plan, week, now, settings)
        assert len({(each.start, each.duration) for each in week}) <= 5
        assert max(Counter(each.weekday for each in week).values()) <= 5
        assert {each.weekday for each in week} == set(Weekday)
        for *_, planned in timetable.occurrences(plan.windows, UTC, now, now + timedelta(minutes=1)):
            assert planned.window in week


def test_window_that_did_not_fit_is_sent_in_time() -> None:
    """With six times and room for five, the sixth takes its turn although no day is full."""
    days = [frozenset([day]) for day in Weekday]
    spans = ["01:00-02:00", "02:00-03:00", "03:00-04:00", "04:00-05:00", "05:00-06:00", "06:00-07:00"]
    windows = sorted(each for day, span in zip(days, spans, strict=False) for each in weekly(span, days=day))
    plan, settings = replace(charging_plan(), windows=tuple(windows)), Settings(zone=UTC, max_window_times=5)
    car = vehicle(ChargeSchedule(enabled=True, windows=desired(plan, (), at("12:00"), settings)))
    absent = next(each for each in windows if each.window not in car.charge_schedule.windows)
    found = step(plan, car, at("12:00"), settings)
    assert isinstance(found, SendSchedule)
    assert absent.window in found.schedule.windows
    begin = at(f"{absent.window.start:%H:%M}", absent.window.weekday)
    assert found.at == begin - settings.send_ahead


def test_windows_that_fit_do_not_take_turns() -> None:
    """Four windows a day at four times fit into five."""
    plan = replace(charging_plan(), windows=weekly("01:00-02:00", "03:00-04:00", "05:00-06:00", "12:00-13:00"))
    settings = Settings(zone=UTC, windows_a_day=5, max_window_times=5)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert len(desired(plan, (), now, settings)) == 28
    assert len(timetable.main_schedule(plan.windows, now, settings, 5)) == 28


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_windows_take_turns_in_a_car_on_utc(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """A night that begins on the previous day of UTC takes turns with that day's noon."""
    await hass.config.async_set_time_zone("Europe/Paris")
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    vehicle = renault.vehicle()
    vehicle.zone = PARIS
    vehicle.car.plug(ChargingPoint.SLOW)
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT, NOON])
    charged = Counter[str]()
    for _ in range(40 * 12):
        await later(300)
        vehicle.car.fill(50)
        local = vehicle.car.at.astimezone(PARIS)
        if vehicle.car.charging:
            charged["night" if 0 <= local.hour < 5 else "noon" if local.hour == 12 else "elsewhere"] += 1
    assert charged["noon"] >= 11
    assert charged["night"] >= 52
    assert charged["elsewhere"] <= 4
    assert value(hass, PLAN) == "unknown"
