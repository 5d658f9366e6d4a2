"""Some nights in the cheapest hours: the planner and the simulated car, with prices of every shape.

A sample of the month that `scripts/bench` lives with the whole integration.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from benchmarks.price_costs import Charged, Night
from benchmarks.price_shapes import Market, market
from custom_components.renault_ze.cloud.schedule import DAY
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.vehicle.prices import Prices
from simulator.world.records import ChargeEvent
from simulator.world.week import Schedule
from tests.plan.simulated.car import car_at, week
from tests.plan.simulated.environment import MINUTE, Environment, fail_on_errors
from tests.plan.simulated.states import charging_plan

ZONE = ZoneInfo("Europe/London")
# The clocks are put forward in the third night.
FIRST = datetime(2026, 3, 26, tzinfo=ZONE)
# When the prices of the next day are published; the second ones only at midnight.
PUBLISHED = (time(13, 10), None, time(22), time(13, 10), time(13, 10))
TARGET = 80
CAPACITY_KWH, POWER_KW = 22.0, 6.0
PLUGGED, READY, LEAVES = time(18, 20), time(7), time(7, 30)
MAIN = "23:00-06:30"
SETTINGS = Settings(zone=ZONE, every_day=True, minimum_level=20, least_saving=0.1, battery_kwh=CAPACITY_KWH)


def at(night: int, clock: time) -> datetime:
    """Return a time of the day before a night."""
    return datetime.combine(FIRST + night * DAY, clock, ZONE).astimezone(UTC)


def known(prices: Market, now: datetime) -> Prices:
    """Return the prices that are published by an instant."""
    today = (now.astimezone(ZONE).date() - FIRST.date()).days
    published = PUBLISHED[today % len(PUBLISHED)]
    is_known = published is not None and now >= at(today, published)
    return Prices(tuple(prices.prices.between(at(0, time()), at(today + 1 + is_known, time()))), "EUR")


def environment(prices: Market) -> Environment:
    """Return a car at home whose plan follows the prices."""
    plan: Plan = charging_plan(MAIN, cheapest_hours=True, charge_limit=TARGET)
    plan = replace(plan, edited_at=at(0, time()) - DAY, judged_until=at(0, time()))
    schedule = Schedule(enabled=True, week=week(tuple(each.window for each in plan.windows)))
    car = car_at(at(0, time()), ZONE, capacity=CAPACITY_KWH, level=TARGET, schedule=schedule)
    car.car.unplug()
    found = Environment(car, plan, SETTINGS, 10 * MINUTE)
    assert found.instance is not None
    found.instance.planner.cheapest_hours.prices_for = lambda _: known(prices, found.now)
    return found


def live(found: Environment) -> Iterator[Night]:
    """Yield the nights: the car is driven by day, and plugged in in the evening."""
    vehicle = found.vehicle
    for number in range(len(PUBLISHED)):
        found.run_until(at(number, LEAVES))
        vehicle.car.unplug()
        vehicle.car.fill(30 + number * 37 % 30)
        found.run_until(at(number, PLUGGED))
        vehicle.car.plug()
        level, count = vehicle.car.battery.level, len(vehicle.records.charges)
        found.run_until(at(number + 1, READY))
        events = vehicle.records.charges[count:]
        begun = [each for each in events if each.event is ChargeEvent.START]
        ended = [each for each in events if each.event is ChargeEvent.END]
        pairs = zip(begun, ended, strict=True)
        yield Night(
            number=number,
            plugged_at=at(number, PLUGGED),
            midnight=at(number + 1, time()),
            ready_at=at(number + 1, READY),
            level=level,
            ready_level=vehicle.car.battery.level,
            power_kw=POWER_KW,
            charges=tuple(Charged(begin=one.at, end=two.at, kwh=two.energy_kwh - one.energy_kwh) for one, two in pairs),
        )


def windows(found: Environment, night: Night) -> list[tuple[datetime, datetime]]:
    """Return the windows that the plan followed in a night."""
    assert found.instance is not None
    situation = found.instance.planner.situation(found.instance.data, found.now)
    return [(each.begin, each.end) for each in situation.planned_windows(night.plugged_at, night.ready_at)]


def test_nights() -> None:
    """Reach the target in each night, charge in chosen windows only, and save nearly as much as is possible."""
    prices = market(FIRST, len(PUBLISHED), 7)
    found, nights = environment(prices), list[Night]()
    with fail_on_errors():
        for night in live(found):
            nights.append(night)
            chosen = windows(found, night)
            assert TARGET - 1 <= night.ready_level < TARGET + 8
            for each in night.charges:
                assert any(begin - MINUTE <= each.begin and each.end <= end + MINUTE for begin, end in chosen)
    immediately = sum(each.immediately(prices.prices) for each in nights)
    paid = sum(each.paid(prices.prices) for each in nights)
    best = sum(each.optimum(prices.prices) for each in nights)
    assert immediately - paid > 0.92 * (immediately - best)
