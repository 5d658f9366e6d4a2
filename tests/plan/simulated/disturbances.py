"""What MY Renault does to a plan beyond the problems of any cloud: refusals, partial responses, delegated nights."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st

from tests.plan.simulated.environment import MINUTE
from tests.plan.simulated.renault import RenaultEnvironment
from tests.plan.simulated.scenario import MINUTES, WEEKS, Scenario
from tests.plan.simulated.simulation import Action

# A part that was refused for hours may be read again this much later.
RECOVERY, RECOVERY_AFTER_HOURS = 20 * MINUTE, 75 * MINUTE
READS = ("battery-status", "cockpit", "hvac-status", "charg*", "location")
COMMANDS = ("actions/hvac-start", "actions/charge-*", "charge/*")
REFUSALS = ("access_denied", "forbidden", "not_found", "gone", "not_supported", "bad_request")
DROPPED = ("batteryLevel", "batteryAutonomy", "plugStatus", "chargingStatus", "timestamp", "mode", "hvacStatus")


@dataclass(frozen=True)
class Refusal:
    """Requests to a path are refused for some minutes, or only one of them."""

    begin: int
    minutes: int
    path: str
    error: str
    once: bool


@dataclass(frozen=True)
class Partial:
    """Fields are missing in all responses for some minutes."""

    begin: int
    minutes: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Delegated:
    """Another service controls the charge for some minutes."""

    begin: int
    minutes: int


@dataclass(frozen=True)
class RenaultScenario:
    """A scenario of any cloud with what MY Renault adds."""

    scenario: Scenario
    refusals: tuple[Refusal, ...]
    partials: tuple[Partial, ...]
    delegated: tuple[Delegated, ...]


def renault_scenarios(scenarios: st.SearchStrategy[Scenario]) -> st.SearchStrategy[RenaultScenario]:
    """Draw what MY Renault adds to scenarios; departures without the car's timer, which this cloud does not show."""
    minutes = st.integers(60, WEEKS * 7 * 1440 - 1)
    hours, paths = st.integers(60, 300), st.sampled_from([*READS, *READS, *COMMANDS])
    error = st.sampled_from(REFUSALS)
    once = st.builds(Refusal, minutes, st.just(24 * 60), paths, error, st.just(True))
    long = st.builds(Refusal, minutes, hours, paths, error, st.just(False))
    fields = st.lists(st.sampled_from(DROPPED), min_size=1, max_size=4, unique=True).map(tuple)
    # From an evening on, until a morning.
    nights = st.integers(0, WEEKS * 7 - 2).map(lambda day: day * 1440)
    return st.builds(
        RenaultScenario,
        scenarios.map(_without_timer),
        st.lists(st.one_of(once, long), min_size=3, max_size=8).map(tuple),
        st.lists(st.builds(Partial, minutes, st.integers(30, 600), fields), min_size=1, max_size=4).map(tuple),
        st.lists(st.builds(Delegated, nights, st.integers(300, 540)), max_size=3).map(tuple),
    )


def actions_of(given: RenaultScenario, environment: RenaultEnvironment) -> tuple[Action, ...]:
    """Return what happens in an environment, by minute, and mark the spans in which it cannot be judged."""
    refusals = [(each.begin, 6, partial(_refuse, each, environment)) for each in given.refusals]
    partials = [(each.begin, 7, partial(_leave_out, each, environment)) for each in given.partials]
    actions: list[Action] = [*refusals, *partials]
    for begin, end in _spans(given.delegated) if environment.owner.vehicle.model_code == "X102VE" else ():
        actions.extend(((begin, 8, environment.delegate), (end, 9, environment.take_back)))
        start = given.scenario.start
        span = (start + begin * MINUTE, start + end * MINUTE + RECOVERY_AFTER_HOURS)
        environment.foreign_spans.append(span)
        environment.disturbances.append(span)
    return tuple(actions)


def _refuse(refusal: Refusal, environment: RenaultEnvironment) -> None:
    """Begin a refusal."""
    rule = {"kind": "refusal", "error": refusal.error, "path": f"*/{refusal.path}"}
    span = refusal.minutes * MINUTE
    environment.refuse({**rule, "times": 1} if refusal.once else rule, span)
    recovery = RECOVERY if refusal.once else RECOVERY_AFTER_HOURS
    environment.disturbances.append((environment.now, environment.now + span + recovery))


def _leave_out(missing: Partial, environment: RenaultEnvironment) -> None:
    """Begin to leave fields out."""
    span = missing.minutes * MINUTE
    environment.refuse({"kind": "partial", "drop": list(missing.fields), "path": "/kamereon/*/cars/*"}, span)
    environment.disturbances.append((environment.now, environment.now + span + RECOVERY))


def _spans(delegated: tuple[Delegated, ...]) -> Iterator[tuple[int, int]]:
    """Yield the spans of delegated nights, one after another."""
    free_from = 0
    for each in sorted(delegated, key=lambda each: each.begin):
        end = each.begin + each.minutes
        if each.begin >= free_from and end < MINUTES:
            yield each.begin, end
            free_from = end + timedelta(days=1) // MINUTE


def _without_timer(scenario: Scenario) -> Scenario:
    """Return a scenario whose departures do not use the car's timer."""
    departures = tuple(replace(each, uses_timer=False) for each in scenario.departures)
    return replace(scenario, departures=departures)
