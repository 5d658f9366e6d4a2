"""The minutes of a simulation: what the car did, and what was planned.

Independent of the plan's own arithmetic: windows are looked up by what the wall clock shows each minute.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from custom_components.renault_ze.plan.model import PlannedWindow
from tests.plan.simulated.environment import MINUTE
from tests.plan.simulated.scenario import MINUTES, Problem
from tests.plan.simulated.simulation import SimulationResult

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
QUARTER = 15
# A schedule can be in the car a quarter of an hour after Home Assistant can send it; after a problem of the car, the
# plan retries once an hour.
CAR_RECOVERY_MINUTES = 75


@dataclass
class Tally:
    """How much was checked."""

    plans: int = 0
    car_weeks: int = 0
    minutes: int = 0
    minutes_charging: int = 0
    minutes_charge_required: int = 0
    schedules_sent: int = 0
    windows_in_time: int = 0
    departures: int = 0
    departures_required: int = 0
    departures_preconditioned: int = 0
    cars_during_outage: int = 0
    cars_after_removal: int = 0
    decisions: int = 0


class Timeline:
    """The minutes of a simulation."""

    def __init__(self, result: SimulationResult) -> None:
        """Compute the wall clock and the state of the car for each minute."""
        self.result, self.environment = result, result.environment
        self.clock = self._clock()
        self.repeated_minutes = self._shown_twice()
        self.charging = self._sampled("charging")
        self.needs_charge = self._sampled("needs_charge")
        self.car_fails = self._car_fails()
        self.environment_fails = self._house_fails()
        self.is_foreign = bytearray(MINUTES + 1)
        for begin, end in self.environment.foreign_spans:
            self._mark(self.is_foreign, begin, end)

    def minute(self, at: datetime) -> int:
        """Return the first whole minute not before an instant."""
        return -((self.result.scenario.start - at) // MINUTE)

    def planned(self, windows: tuple[PlannedWindow, ...]) -> list[int]:
        """Return for each minute the number of the window it lies in, 0 for none."""
        week, dated = dict[int, int](), dict[int, int]()
        for number, each in enumerate(windows, 1):
            begin = each.window.weekday * DAY_MINUTES + each.window.start.hour * 60 + each.window.start.minute
            span = range(begin, begin + each.window.duration // MINUTE)
            if each.on is None:
                week |= {minute % WEEK_MINUTES: number for minute in span}
            else:
                monday = (each.on.toordinal() - each.window.weekday) * DAY_MINUTES
                dated |= {monday + minute: number for minute in span}
        # The first day of the calendar was a Monday, and is its day 1.
        return [dated.get(at) or week.get((at - DAY_MINUTES) % WEEK_MINUTES, 0) for at in self.clock]

    def slots(self, windows: tuple[PlannedWindow, ...]) -> list[object]:
        """Return what each window shares with those that cannot be in the car with it, by its number."""
        one_time = self.environment.holds_one_time
        return [None, *("any day" if one_time else each.window.weekday for each in windows)]

    def _clock(self) -> list[int]:
        """Return what the wall clock shows each minute, in minutes since the first day of the calendar."""
        scenario = self.result.scenario
        shown: list[int] = []
        for quarter in range(MINUTES // QUARTER):
            local = (scenario.start + quarter * QUARTER * MINUTE).astimezone(scenario.zone)
            first = local.toordinal() * DAY_MINUTES + local.hour * 60 + local.minute
            shown += range(first, first + QUARTER)
        return shown

    def _shown_twice(self) -> set[int]:
        """Return the minutes whose time of day the wall clock shows twice."""
        seen: dict[int, int] = {}
        repeated_minutes = set[int]()
        for minute, shown in enumerate(self.clock):
            if shown in seen:
                repeated_minutes |= {minute, seen[shown]}
            seen[shown] = minute
        return repeated_minutes

    def _sampled(self, name: str) -> bytearray:
        """Return for each minute whether the car was as named at its beginning; it can only change at one."""
        sampled = bytearray(MINUTES + 1)
        trace = self.environment.trace
        for each, following in [*pairwise(trace), (trace[-1], None)]:
            end = MINUTES + 1 if following is None else self.minute(following.at)
            if getattr(each, name):
                begin = self.minute(each.at)
                sampled[begin:end] = b"\x01" * (end - begin)
        return sampled

    def _car_fails(self) -> bytearray:
        """Return for each minute whether commands did not reach the car."""
        fails = bytearray(MINUTES + 1)
        for span in self.result.scenario.problem_spans:
            if span.problem in {Problem.UNREACHABLE, Problem.IGNORES_COMMANDS}:
                end = min(span.begin + span.minutes, MINUTES)
                fails[span.begin : end + 1] = b"\x01" * (end + 1 - span.begin)
        return fails

    def _house_fails(self) -> bytearray:
        """Return for each minute whether Home Assistant was off or had no cloud."""
        fails = bytearray(MINUTES + 1)
        for begin, end in [*self.environment.outages, *self.environment.disturbances]:
            self._mark(fails, begin, end)
        for earlier, later in pairwise(sorted(self.environment.crashed_before_sending)):
            # A command lost twice in a row is sent again after twenty minutes instead of ten.
            if later - earlier <= QUARTER * MINUTE:
                minute = self.minute(later)
                fails[minute : minute + 11] = b"\x01" * len(fails[minute : minute + 11])
        return fails

    def _mark(self, minutes: bytearray, begin: datetime, end: datetime | None) -> None:
        """Mark the minutes of a span, one without an end until the last."""
        first = (begin - self.result.scenario.start) // MINUTE
        last = MINUTES if end is None else min(self.minute(end), MINUTES)
        minutes[first : last + 1] = b"\x01" * (last + 1 - first)

    def is_clock_continuous(self, first: int, last: int) -> bool:
        """Return whether the wall clock was not put forward or back from a minute to another."""
        return first >= 0 and last < MINUTES and self.clock[last] - self.clock[first] == last - first

    def has_no_problems(self, first: int, last: int) -> bool:
        """Return whether there was no problem from a minute to another."""
        span = slice(max(0, first), min(last, MINUTES) + 1)
        return not any(self.environment_fails[span]) and not any(self.car_fails[span])
