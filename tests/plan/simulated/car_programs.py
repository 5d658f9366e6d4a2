"""Cars that keep departures themselves: the owner's programs in them, and what such a car has to do."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from custom_components.renault_ze.cloud.models import CommandKind, Weekday
from simulator.myrenault import MyRenaultVehicle
from simulator.myrenault.models import ScheduleKind
from tests.plan.simulated.environment import MINUTE
from tests.plan.simulated.preconditioning import RUN, Due, all_departures, battery_suffices, cancellations, is_for
from tests.plan.simulated.renault import RenaultEnvironment
from tests.plan.simulated.scenario import MINUTES, WEEKS, Problem, ProblemSpan, Scenario
from tests.plan.simulated.simulation import Action
from tests.plan.simulated.timeline import CAR_RECOVERY_MINUTES, DAY_MINUTES, Timeline

MOST_PROGRAMS = 5
TWO_DAYS = 2 * DAY_MINUTES
# While a car does not show what was sent, it is sent again after this long at most.
LONGEST_GAP = timedelta(hours=6)
# Programs can be in the car so long after Home Assistant can send them; two sends are ten minutes apart.
SENT_MINUTES = 30
CHECKED_EVERY = 6 * 60


@dataclass(frozen=True)
class Own:
    """A program of the owner, for preconditioning unless it only charges."""

    at: time
    days: frozenset[Weekday]
    active: bool
    charges: bool

    def as_program(self, number: int, *, settings: bool) -> dict[str, Any]:
        """Return it as a server stores it, of `ev/settings` or `hvac-settings`."""
        if settings:
            return {
                "programActivationStatus": self.active,
                "programType": "CHARGE" if self.charges else "PRECONDITIONING",
                "programDepartureTime": f"{self.at:%H:%M:%S}",
                **{f"programActivation{day.name.title()}": day in self.days for day in Weekday},
            }
        days = {day.name.lower(): {"readyAtTime": f"T{self.at:%H:%M}Z"} for day in self.days}
        return {"id": number, "activated": self.active, **days}

    def is_ready_at(self, local: datetime) -> bool:
        """Return whether it preconditions the car for a local time."""
        is_then = (local.hour, local.minute) == (self.at.hour, self.at.minute) and local.weekday() in self.days
        return self.active and is_then


@dataclass(frozen=True)
class ProgramScenario:
    """A scenario with programs of the owner, who switches some on or off in the app, and two days without power."""

    scenario: Scenario
    programs: tuple[Own, ...]
    switches: tuple[tuple[int, int], ...]


@dataclass
class OwnersPrograms:
    """The programs of the owner over time, and the judgment of a car that has them."""

    given: ProgramScenario
    uses_settings: bool
    history: list[tuple[datetime, tuple[Own, ...]]] = field(default_factory=list)

    @property
    def now(self) -> tuple[Own, ...]:
        """Return the programs as the owner has set them last."""
        return self.history[-1][1]

    def prepare(self, vehicle: MyRenaultVehicle) -> None:
        """Store the first programs in the car."""
        vehicle.car.run = RUN
        self.history.append((vehicle.car.at, self.given.programs))
        self._store(vehicle, self._as_programs(self.now))

    def switch(self, environment: RenaultEnvironment, number: int) -> None:
        """Switch a program on or off in the app, unless settings are on their way to the car."""
        vehicle = environment.owner.vehicle
        if number >= len(self.now) or any(each.settings for each in vehicle.in_flight):
            return
        changed = [*self.now]
        changed[number] = replace(changed[number], active=not changed[number].active)
        before, after = self._as_programs(self.now), self._as_programs(tuple(changed))
        shown = deepcopy(self._shown(vehicle))
        index = [self._plain(each) for each in shown].index(self._plain(before[number]))
        shown[index] |= {name: value for name, value in after[number].items() if before[number].get(name) != value}
        self.history.append((environment.now, tuple(changed)))
        self._store(vehicle, shown)

    def check(self, environment: RenaultEnvironment) -> None:
        """Assert that the car holds all programs of the owner, in order, and no more than it can."""
        shown = self._shown(environment.owner.vehicle)
        own, found = ([self._plain(each) for each in programs] for programs in (self._as_programs(self.now), shown))
        assert [each for each in found if each in own] == own, f"a program of the owner is lost at {environment.now}"
        assert len(shown) <= MOST_PROGRAMS

    def actions(self, environment: RenaultEnvironment) -> Iterator[Action]:
        """Yield what the owner does in the app, and the checks."""
        for minute, number in self.given.switches:
            yield minute, 6, partial(self.switch, environment, number)
        for minute in range(CHECKED_EVERY, MINUTES, CHECKED_EVERY):
            yield minute, 7, partial(self.check, environment)

    def could_be_set(self, timeline: Timeline, due: Due, every: list[Due]) -> bool:
        """Return whether the program could be in the car: some time without problems since the plan was changed."""
        if not self._has_room(every) or not _is_clear(due, timeline):
            return False
        # The departure is the next one of its weekday, or the program of the week before is still in the car.
        first = max(0, timeline.minute(due.start_at) - 7 * DAY_MINUTES, *self._changes(timeline, due))
        last = timeline.minute(due.start_at) - CAR_RECOVERY_MINUTES
        span = int(LONGEST_GAP / MINUTE) + CAR_RECOVERY_MINUTES
        return any(timeline.has_no_problems(at, at + span) for at in range(first + 1, last - span, 15))

    def is_wanted(self, timeline: Timeline, due: Due, run: datetime) -> bool:
        """Return whether a run is right: not canceled, or too late or after a problem."""
        canceled = cancellations(timeline, due, run)
        if not canceled or min(canceled) > due.start_at - SENT_MINUTES * MINUTE:
            return True
        begin = timeline.minute(min(canceled) - LONGEST_GAP)
        return due.departure.uses_timer and not timeline.has_no_problems(begin, timeline.minute(due.start_at))

    def is_by_owner(self, run: datetime) -> bool:
        """Return whether a program of the owner was active for a run."""
        zone = self.given.scenario.zone
        active = [programs for at, programs in self.history if at <= run][-1]
        return any(each.is_ready_at((run + RUN).astimezone(zone)) for each in active)

    def check_not_both(self, timeline: Timeline) -> int:
        """Assert that no command was sent for a departure that the car held; return how many were checked."""
        checked = 0
        for due in all_departures(timeline):
            if not (due.departure.uses_timer and self._is_calm(timeline, due) and battery_suffices(timeline, due)):
                continue
            for each in timeline.environment.sent:
                if each.kind is CommandKind.PRECONDITION and is_for(each, due):
                    held = ((found.clock, day) for found in each.before.departures for day in found.days)
                    slot = due.departure.at, due.day.weekday()
                    assert slot not in held, f"a command for a departure that the car holds at {each.at}"
            checked += 1
        return checked

    def _is_calm(self, timeline: Timeline, due: Due) -> bool:
        """Return whether nothing kept the car from holding a departure, or from losing it.

        A time that the clock skips or shows twice is left to a command, and deleted before, but not from a program of
        the owner.
        """
        start, ahead = timeline.minute(due.start_at), 3 * CAR_RECOVERY_MINUTES
        if not _is_clear(due, timeline):
            ahead += LONGEST_GAP // MINUTE
            shown = datetime.combine(due.day, due.departure.at)
            if any(own.is_ready_at(shown) for _, programs in self.history for own in programs):
                return False
        return timeline.has_no_problems(start - ahead, start + 10)

    def _has_room(self, every: list[Due]) -> bool:
        """Return whether the times of all departures fit beside the owner's programs."""
        times = {due.departure.at for due in every if due.departure.uses_timer}
        # The charge schedule needs a program as well.
        return len(times) <= MOST_PROGRAMS - len(self.given.programs) - self.uses_settings

    def _changes(self, timeline: Timeline, due: Due) -> Iterator[int]:
        """Yield when something changed that the program depends on."""
        result = timeline.result
        changes = [*result.skipped.values(), *(at for at, *_ in result.paused_spans), *(at for at, _ in self.history)]
        changes += [at for span in result.switched_off for at in span]
        # A date that was skipped is over.
        changes += [due.ready_at - timedelta(days=7)]
        yield from (timeline.minute(at) for at in changes if at <= due.ready_at)

    def _plain(self, program: dict[str, Any]) -> dict[str, Any]:
        """Return a program without whether it is active if it charges, which the charge schedule decides."""
        return program | {"programActivationStatus": None} if program.get("programType") == "CHARGE" else program

    def _as_programs(self, programs: tuple[Own, ...]) -> list[dict[str, Any]]:
        """Return programs as the server stores them."""
        return [each.as_program(number, settings=self.uses_settings) for number, each in enumerate(programs, 1)]

    def _shown(self, vehicle: MyRenaultVehicle) -> list[dict[str, Any]]:
        """Return the programs in the car, without those that are not used."""
        if self.uses_settings:
            found: list[dict[str, Any]] = vehicle.ev_settings["programs"]
            return found
        rows = [{name: value for name, value in each.items() if value is not None} for each in vehicle.hvac_programs]
        return [each for each in rows if each["activated"] or len(each) > 2]

    def _store(self, vehicle: MyRenaultVehicle, programs: list[dict[str, Any]]) -> None:
        """Store programs in the car."""
        if vehicle.model.schedule is ScheduleKind.SETTINGS:
            vehicle.apply_settings({"ev_settings": {**vehicle.ev_settings, "programs": programs}})
        else:
            vehicle.apply_settings({"hvac_programs": programs})


def program_scenarios(scenarios: st.SearchStrategy[Scenario]) -> st.SearchStrategy[ProgramScenario]:
    """Draw scenarios of cars that keep departures, most of which use the car's timer, with two days of outages."""
    days = st.frozensets(st.sampled_from(Weekday), min_size=1)
    times = st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
    own = st.lists(st.builds(Own, times, days, st.booleans(), st.booleans()), min_size=1, max_size=3)
    minutes = st.integers(DAY_MINUTES, MINUTES - 1)
    return st.builds(
        _with_outages,
        scenarios,
        own.map(tuple),
        st.lists(st.tuples(minutes, st.integers(0, 2)), max_size=2).map(tuple),
        st.lists(st.integers(1, WEEKS * 7 - 3), min_size=1, max_size=2, unique=True),
        st.integers(0, 3),
    )


def _with_outages(
    scenario: Scenario,
    programs: tuple[Own, ...],
    switches: tuple[tuple[int, int], ...],
    away: list[int],
    by_command: int,
) -> ProgramScenario:
    """Return a scenario in which Home Assistant is off for two days, and few problems otherwise."""
    spans = [ProblemSpan(day * DAY_MINUTES + 7 * day, TWO_DAYS, Problem.OFF) for day in away]
    departures = tuple(
        replace(each, uses_timer=number != by_command) for number, each in enumerate(scenario.departures)
    )
    return ProgramScenario(
        replace(
            scenario,
            departures=departures,
            problem_spans=(*scenario.problem_spans[:3], *spans),
            edits=scenario.edits[:3],
            # Shorter intervals only take time here: the request limit is the same.
            poll_minutes=30,
        ),
        programs,
        switches,
    )


def _is_clear(due: Due, timeline: Timeline) -> bool:
    """Return whether the clock shows the time of a departure once."""
    local = due.ready_at.astimezone(timeline.result.scenario.zone)
    return local.time() == due.departure.at and timeline.minute(due.ready_at) not in timeline.repeated_minutes
