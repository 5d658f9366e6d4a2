# ruff: noqa: PLR2004, S311 - the numbers describe prices, and the same ones must come each time
"""What the cheapest windows of a month save, compared with charging immediately and with the optimum.

The planner alone, without a car, for a month with a change of the clocks. The optimum has no limit of windows, and to
start a charge costs nothing there.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random
from zoneinfo import ZoneInfo

from custom_components.renault_ze.cloud.schedule import DAY, GRID
from custom_components.renault_ze.plan.charge_model import ChargeModel
from custom_components.renault_ze.plan.cheapest import Goal, Night, cheapest, first_quarter
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.slot_search import Quarter, Task, search
from custom_components.renault_ze.vehicle.prices import Price, Prices, prices_of

PARIS = ZoneInfo("Europe/Paris")
FIRST = datetime(2026, 3, 1, tzinfo=PARIS)
NIGHTS = 31
MODEL = ChargeModel(percent_per_hour=14, battery_kwh=41)
SHAPES = ("hourly", "quarterly", "negative", "spiky", "flat")
CARS = {
    "one window a day": Settings(zone=PARIS, windows_a_day=1),
    "five programs": Settings(zone=PARIS, windows_a_day=5, max_window_times=5),
    "any number": Settings(zone=PARIS, windows_a_day=None),
}


def prices(shape: str, seed: int) -> Prices:
    """Return the prices of a month: cheap nights, dear evenings, and noise that stays for some hours."""
    random, found, noise, price = Random(seed), list[Price](), 0.0, 0.0
    begin = FIRST.astimezone(UTC)
    for index in range((NIGHTS + 2) * 96):
        at = begin + index * GRID
        if shape == "quarterly" or not index % 4:
            hour = (at.astimezone(PARIS).hour + at.minute / 60) % 24
            noise = 0.8 * noise + random.gauss(0, 0.012)
            price = 0.2 - 0.05 * -cos(2 * pi * (hour - 15) / 24) + 0.05 * (17 <= hour < 21) + noise
            price -= 0.22 * (shape == "negative" and 1 <= hour < 6 and random.random() < 0.7)
            price *= 4 if shape == "spiky" and random.random() < 0.08 else 1
        found.append(Price(at, at + GRID, 0.25 if shape == "flat" else price))
    return prices_of(found, "EUR")


def nights(settings: Settings, known: Prices, seed: int) -> Iterator[Night]:
    """Yield the nights of a month: plugged in in the evening, ready by 07:00."""
    random = Random(seed)
    for day in range(NIGHTS):
        plugged = (FIRST + day * DAY).replace(hour=random.randint(16, 20), minute=random.choice((0, 20, 40)))
        ready = (FIRST + (day + 1) * DAY).replace(hour=7)
        goal = Goal(target=80, deadline=ready.astimezone(UTC), least_saving=0.1)
        level, now = random.randint(25, 60), plugged.astimezone(UTC)
        # The main window, as a user would set it for a night rate.
        begin = (FIRST + day * DAY).replace(hour=23).astimezone(UTC)
        own = [(begin, begin + 7 * timedelta(hours=1))]
        yield Night(
            goal=goal, now=now, level=level, model=MODEL, prices=known, settings=settings, own=own, followed=own
        )


def optimum(night: Night) -> float:
    """Return the lowest possible cost of a night."""
    begin = first_quarter(night.now + night.settings.send_ahead)
    quarters, energies, level = list[Quarter](), list[float](), night.level
    for index in range((night.goal.deadline - begin) // GRID):
        at = begin + index * GRID
        quarters.append(Quarter(night.prices.cost(at, at + GRID, 1.0) or 0.0, 0))
    while level < night.goal.target:
        after = min(MODEL.level_after(level, GRID), night.goal.target)
        energies.append(MODEL.energy_kwh(level, after))
        level = after
    chosen = [
        quarter.price
        for quarter, is_on in zip(quarters, search(Task(quarters=quarters, energies=energies)), strict=True)
        if is_on
    ]
    return sum(price * energy for price, energy in zip(chosen, energies, strict=False))


def main() -> None:
    """Print the share of the possible saving for each car and shape of prices."""
    print("| car | prices | energy (kWh) | immediately (€) | chosen (€) | optimum (€) | share of the saving |")
    print("|---|---|---|---|---|---|---|")
    for name, settings in CARS.items():
        for shape in SHAPES:
            known = prices(shape, 7)
            planned = [(night, cheapest(replace(night))) for night in nights(settings, known, 11)]
            energy = sum(each.outcome.energy_kwh for _, each in planned)
            now, paid = (
                sum(costs) for costs in zip(*((p.at_once.cost, p.outcome.cost) for _, p in planned), strict=True)
            )
            best = sum(optimum(night) for night, _ in planned)
            share = f"{(now - paid) / (now - best):.1%}" if now - best > 0.01 else "-"
            print(f"| {name} | {shape} | {energy:.0f} | {now:.2f} | {paid:.2f} | {best:.2f} | {share} |", flush=True)


if __name__ == "__main__":
    main()
