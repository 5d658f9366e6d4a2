"""The plan against a car at MY Renault: the real client over sockets, with refusals, partial responses, and the limit.

Judged as in `test_simulation`. The request limit is judged as well: what the account has saved, and 12 an hour.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, seed
import pytest

from simulator.myrenault import MyRenaultVehicle, ProgramClock
from tests.common import cases, runs, same_cases
from tests.plan.simulated.charging import check_charging, check_schedules_sent, check_without_home_assistant
from tests.plan.simulated.disturbances import RenaultScenario, actions_of, renault_scenarios
from tests.plan.simulated.preconditioning import check_departures
from tests.plan.simulated.renault import RenaultEnvironment, renault_environment
from tests.plan.simulated.scenario import MINUTES, WEEKS
from tests.plan.simulated.sending import check_sending
from tests.plan.simulated.simulation import simulate
from tests.plan.simulated.strategies import scenarios
from tests.plan.simulated.timeline import Tally, Timeline

RUNS = [
    ("ZOE50", "Europe/Paris", date(2026, 3, 29), ProgramClock.LOCAL),
    ("ZOE40", "Europe/London", date(2026, 10, 25), ProgramClock.LOCAL),
    # A zone whose clocks never change, half an hour off: each night the day in UTC is another.
    ("ZOE50", "Asia/Kolkata", date(2026, 6, 17), ProgramClock.UTC),
    ("ZOE50", "Atlantic/Azores", date(2026, 10, 25), ProgramClock.LOCAL),
    # One time for all days, in the settings of newer cars.
    ("R5", "Europe/London", date(2026, 3, 29), ProgramClock.LOCAL),
]
SCENARIOS_PER_RUN = 12
LEAST_WEEKS = 160
SAVED, PER_HOUR, OVERDRAFT = 48, 12, 6
HOUR = timedelta(hours=1)
# Only for a car that holds one window a day, and not simulated.
NOT_CHECKED = {
    "ZOE40": {"cars_after_removal"},
    "R5": {"windows_in_time", "cars_during_outage", "cars_after_removal"},
    "ZOE50": {"windows_in_time", "cars_during_outage", "cars_after_removal"},
}


def check_budget(environment: RenaultEnvironment) -> None:
    """Assert that no more requests arrived than were saved and are added each hour, but for a few commands."""
    left, before = float(SAVED), environment.requests[0]
    for at in environment.requests:
        left = min(SAVED, left + (at - before) / HOUR * PER_HOUR) - 1
        before = at
        assert left >= -OVERDRAFT, f"too many requests at {at}"


def without_limits(vehicle: MyRenaultVehicle) -> None:
    """Let a car that has limits of its own charge only by its schedule, and to the end."""
    vehicle.apply_settings({"soc_levels": {"socMin": 0, "socTarget": 100}})


def run(model: str, clock: ProgramClock, scenario: RenaultScenario) -> Tally:
    """Simulate a scenario, check it, and return how much was checked."""
    with renault_environment(model, scenario.scenario, clock, without_limits) as environment:
        more = actions_of(scenario, environment)
        result = simulate(scenario.scenario, environment=environment, more_actions=more)
        timeline = Timeline(result)
        tally = Tally(plans=1, car_weeks=WEEKS, minutes=MINUTES, decisions=environment.poll_count)
        check_charging(timeline, tally)
        check_schedules_sent(timeline, tally)
        check_departures(timeline, tally)
        if model == "ZOE40":
            # It needs its windows in turn. The others hold those of most days, but no window of some if a plan has more
            # different times than the car.
            check_sending(timeline, tally)
            check_without_home_assistant(timeline, tally)
        check_budget(environment)
    return tally


@pytest.mark.timeout(900)
# A car of each kind.
@pytest.mark.parametrize("number", runs(len(RUNS), 0, 1, 4), ids=lambda number: "{} {} {}".format(*RUNS[number]))
def test_car_follows_the_plan(
    socket_enabled: None, number: int, record_property: Callable[[str, object], None]
) -> None:
    """Charge and precondition as planned, as far as the problems allow, within the request limit."""
    model, zone, night, clock = RUNS[number]
    profile = same_cases(cases(SCENARIOS_PER_RUN))
    tallies: list[Tally] = []
    drawn = renault_scenarios(scenarios(ZoneInfo(zone), night))
    seed(100 + number)(profile(given(drawn)(lambda scenario: tallies.append(run(model, clock, scenario)))))()
    total = {name: sum(asdict(each)[name] for each in tallies) for name in asdict(Tally())}
    record_property("plan_simulation", total)
    assert total["car_weeks"] * len(RUNS) >= cases(LEAST_WEEKS)
    assert all(count for name, count in total.items() if name not in NOT_CHECKED[model]), (
        f"something was never checked: {total}"
    )
