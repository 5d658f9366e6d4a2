"""The plan against the simulated car: four weeks at a time, over the nights on which the clocks change.

Nothing is stepped over: the house and the car are called at every instant at which anything can change, and what the
car did is then laid out and judged for every single minute. That stopping every minute would change nothing is shown by
a test of its own.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, seed, settings
import pytest

from tests.common import cases
from tests.plan.simulated.charging import check_charging, check_left_behind, check_left_for_good, check_loads
from tests.plan.simulated.draws import lives
from tests.plan.simulated.fate import MINUTES, WEEKS, Life
from tests.plan.simulated.life import Lived, lived
from tests.plan.simulated.sending import check_sending
from tests.plan.simulated.truth import Tally, Truth
from tests.plan.simulated.warmth import check_departures

NIGHTS = [
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Atlantic/Azores", date(2026, 3, 29)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
]
LIVES = 12
LEAST_WEEKS = 300


def check(plan_events: Lived) -> Tally:
    """Assert everything that must be true of a life, and say how much there was to look at."""
    truth = Truth(plan_events)
    tally = Tally(plans=1, car_weeks=WEEKS, minutes=MINUTES, decisions=plan_events.house.asked)
    for look in (check_charging, check_loads, check_sending, check_departures, check_left_behind, check_left_for_good):
        look(truth, tally)
    return tally


def live(number: int, count: int, judge: Callable[[Life], None]) -> None:
    """Draw lives around one of the nights, the same ones each time, and judge each."""
    zone, night = NIGHTS[number]
    profile = settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(profile(given(lives(ZoneInfo(zone), night))(judge)))()


@pytest.mark.parametrize("number", range(len(NIGHTS)), ids=lambda number: "{} {}".format(*NIGHTS[number]))
def test_the_car_charges_and_is_warm_as_planned(number: int, record_property: Callable[[str, object], None]) -> None:
    """Live random lives, and hold each to what was planned, to what went wrong and to what was possible."""
    tallies: list[Tally] = []
    live(number, cases(LIVES), lambda life: tallies.append(check(lived(life))))
    total = {name: sum(asdict(each)[name] for each in tallies) for name in asdict(Tally())}
    record_property("plan_simulation", total)
    assert total["car_weeks"] * len(NIGHTS) >= cases(LEAST_WEEKS)
    assert all(total.values()), f"something was never checked: {total}"


def test_stopping_every_minute_changes_nothing() -> None:
    """The same life, once lived from change to change and once from minute to minute, is the same life."""

    def judge(life: Life) -> None:
        """Live it both ways."""
        leaping, walking = lived(life), lived(life, every_minute=True)
        for leapt, walked in zip(leaping.house.trace, walking.house.trace, strict=True):
            assert leapt[1:] == walked[1:]
            # Energy that is added up in other steps fills a battery a second earlier or later.
            assert abs(leapt.at - walked.at) <= timedelta(seconds=1)
        assert [each[:-1] for each in leaping.house.sent] == [each[:-1] for each in walking.house.sent]
        assert leaping.house.plan == walking.house.plan

    live(3, 3, judge)
