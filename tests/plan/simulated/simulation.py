"""A simulation of four weeks of a car and its plan, with problems and edits."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from custom_components.renault_ze.cloud import schedule
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan import edits, window_edits
from custom_components.renault_ze.plan.model import Departure, Plan
from custom_components.renault_ze.plan.settings import Settings
from simulator.world.reports import Reason
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.car import car_at, copy_of, week
from tests.plan.simulated.environment import MINUTE, Environment, fail_on_errors
from tests.plan.simulated.instance import CAR
from tests.plan.simulated.scenario import ENVIRONMENT_PROBLEMS, MINUTES, Change, Edit, Problem, Scenario, minute_ahead


@dataclass
class SimulationResult:
    """The environment with its trace, and the times of the user's edits."""

    scenario: Scenario
    environment: Environment
    windows_changed_at: datetime | None = None
    skipped: dict[tuple[str, date], datetime] = field(default_factory=dict)
    paused_spans: list[tuple[datetime, date, date]] = field(default_factory=list)
    switched_off: list[tuple[datetime, datetime]] = field(default_factory=list)
    copies_at_outage: list[tuple[datetime, Vehicle]] = field(default_factory=list)
    removed_accounts: list[tuple[datetime, Environment]] = field(default_factory=list)
    car_problems: Counter[Problem] = field(default_factory=Counter)

    def at(self, minute: int) -> datetime:
        """Return the instant of a minute."""
        return self.scenario.start + minute * MINUTE


type Action = tuple[int, int, Callable[[], None]]


def simulate(
    scenario: Scenario,
    *,
    every_minute: bool = False,
    environment: Environment | None = None,
    more_actions: tuple[Action, ...] = (),
) -> SimulationResult:
    """Run a scenario to its end, from event to event or minute by minute."""
    environment = environment or environment_of(scenario)
    result = SimulationResult(scenario, environment)
    environment.after_command[scenario.rewrite.command_number].append(
        (scenario.rewrite.minutes * MINUTE, partial(_replace_windows, result))
    )
    for reload in scenario.reloads:
        environment.after_command[reload.command_number].append((reload.minutes * MINUTE, partial(_reload, result)))
    actions: list[Action] = [*more_actions]
    for span in scenario.problem_spans:
        actions.append((span.begin, 0, partial(_begin_problem, result, span.problem)))
        actions.append((span.begin + span.minutes, 1, partial(_end_problem, result, span.problem)))
    for trip in scenario.trips:
        actions.append((trip.begin, 2, partial(_drive_away, environment)))
        actions.append((trip.begin + trip.minutes, 3, partial(_return_home, environment, trip.level)))
    for edit in scenario.edits:
        minute = minute_ahead(scenario, edit.after, edit.ahead)
        actions.append((minute, 4, partial(_edit, result, edit)))
        if edit.change is Change.OFF:
            actions.append((minute + edit.days * 1440, 5, partial(_switch_on, result)))
    with fail_on_errors():
        for minute, _, action in sorted(actions, key=lambda each: each[:2]):
            if minute < MINUTES:
                _run_until(result, minute, every_minute=every_minute)
                action()
                environment.record_state()
        _run_until(result, MINUTES, every_minute=every_minute)
    return result


def _run_until(result: SimulationResult, minute: int, *, every_minute: bool) -> None:
    """Run until a minute."""
    first = (result.environment.now - result.scenario.start) // MINUTE
    for stop in range(first + 1, minute) if every_minute else ():
        result.environment.run_until(result.at(stop))
    result.environment.run_until(result.at(minute))


def environment_of(scenario: Scenario) -> Environment:
    """Return an environment with a new plan."""
    settings = Settings(zone=scenario.zone, send_ahead=scenario.send_ahead)
    nightly = Schedule(
        enabled=False, week=week(tuple(ChargeWindow(day, time(4), timedelta(hours=1)) for day in Weekday))
    )
    vehicle = car_at(scenario.start, scenario.zone, capacity=scenario.capacity, level=70, schedule=nightly)
    vehicle.link.deploy_seconds = scenario.deploy_seconds
    vehicle.link.late_error = scenario.late_error
    return with_problems(Environment(vehicle, plan_of(scenario), settings, scenario.poll_minutes * MINUTE), scenario)


def plan_of(scenario: Scenario) -> Plan:
    """Return the plan at the start of a scenario."""
    windows = window_edits.with_windows(Plan(), scenario.windows, scenario.start)
    plan = window_edits.select_mode(windows, scenario.start, CAR, by_schedule=True)
    for each in scenario.departures:
        plan = edits.with_departure(plan, each, scenario.start)
    return plan


def with_problems[T: Environment](environment: T, scenario: Scenario) -> T:
    """Return an environment with the crashes and lost responses of a scenario."""
    environment.crashes = {
        each.command_number: (each.before_sending, each.minutes * MINUTE) for each in scenario.crashes
    }
    environment.lost_responses = {each.command_number: each.arrives for each in scenario.lost_responses}
    return environment


def _begin_problem(result: SimulationResult, problem: Problem) -> None:
    """Begin a problem; keep a copy of the car at an outage."""
    if problem is Problem.OFF:
        result.copies_at_outage.append((result.environment.now, copy_of(result.environment.vehicle)))
    if problem in ENVIRONMENT_PROBLEMS:
        result.environment.begin_problem(ENVIRONMENT_PROBLEMS[problem])
    else:
        result.car_problems[problem] += 1
        _change_link(result)


def _reload(result: SimulationResult) -> None:
    """Reload the integration, and simulate its removal on a copy."""
    if result.environment.up:
        if result.environment.is_copyable:
            _check_removal(result)
        result.environment.reload()


def _check_removal(result: SimulationResult) -> None:
    """Simulate a reachable car for an hour and a half after its account is removed."""
    environment = result.environment
    at_end = window_edits.at_end(replace(environment.plan, departures=()))
    plan = window_edits.without_additional(at_end, environment.settings, environment.now)
    vehicle = copy_of(environment.vehicle)
    vehicle.link.in_reach = vehicle.link.obeys_schedule = True
    left = Environment(vehicle, plan, environment.settings, environment.poll, sent=[*environment.sent])
    left.run_until(environment.now + 90 * MINUTE)
    result.removed_accounts.append((environment.now, left))


def _end_problem(result: SimulationResult, problem: Problem) -> None:
    """End a problem."""
    if problem in ENVIRONMENT_PROBLEMS:
        result.environment.end_problem(ENVIRONMENT_PROBLEMS[problem])
    else:
        result.car_problems[problem] -= 1
        _change_link(result)


def _change_link(result: SimulationResult) -> None:
    """Set whether commands reach the car and whether it acts on them."""
    link = result.environment.vehicle.link
    link.in_reach = not result.car_problems[Problem.UNREACHABLE]
    link.obeys_preconditioning = link.obeys_schedule = not result.car_problems[Problem.IGNORES_COMMANDS]


def _drive_away(environment: Environment) -> None:
    """Drive away."""
    environment.vehicle.car.unplug()


def _return_home(environment: Environment, level: int) -> None:
    """Return home with a level, and plug in."""
    environment.vehicle.car.fill(level)
    environment.vehicle.car.plug()
    environment.vehicle.car.report(Reason.PARKED)


def _edit(result: SimulationResult, edit: Edit) -> None:
    """Change the plan if Home Assistant is running."""
    environment = result.environment
    if not environment.up:
        return
    now, zone = environment.now, result.scenario.zone
    today = now.astimezone(zone).date()
    match edit.change:
        case Change.WINDOWS:
            _replace_windows(result)
        case Change.SKIP if result.scenario.departures:
            _skip(result, result.scenario.departures[edit.after % len(result.scenario.departures)])
        case Change.PAUSE if environment.plan.paused is None:
            first, last = today, today + timedelta(days=edit.days)
            result.paused_spans.append((now, first, last))
            environment.edit(lambda plan: edits.pause(plan, first, last, environment.now))
        case Change.OFF if environment.plan.departures_enabled:
            result.switched_off.append((now, datetime.max.replace(tzinfo=UTC)))
            environment.edit(lambda plan: edits.switch_departures(plan, now, on=False))


def _replace_windows(result: SimulationResult) -> None:
    """Replace the first windows by the others, once."""
    environment = result.environment
    if environment.up and result.windows_changed_at is None:
        result.windows_changed_at = environment.now
        environment.edit(lambda plan: window_edits.with_windows(plan, result.scenario.other_windows, environment.now))


def _skip(result: SimulationResult, departure: Departure) -> None:
    """Skip the next time of a departure, if there is one."""
    environment = result.environment
    try:
        after = edits.skip_next(environment.plan, environment.now, environment.settings, departure.id)
    except schedule.ScheduleError:
        return
    before, changed = environment.plan.departure(departure.id), after.departure(departure.id)
    assert before is not None
    assert changed is not None
    for day in changed.skipped - before.skipped:
        result.skipped[departure.id, day] = environment.now
    environment.edit(lambda _: after)


def _switch_on(result: SimulationResult) -> None:
    """Switch departures on again."""
    environment = result.environment
    if result.switched_off and not environment.plan.departures_enabled and environment.up:
        result.switched_off[-1] = (result.switched_off[-1][0], environment.now)
        environment.edit(lambda plan: edits.switch_departures(plan, environment.now, on=True))
