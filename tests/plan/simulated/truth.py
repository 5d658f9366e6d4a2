"""What must be true of a life, judged minute by minute from the car alone and from what was planned.

Written without a line of the plan's own arithmetic: windows are looked up by what the wall clock shows each minute.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from custom_components.renault_ze.plan.model import PlannedWindow
from tests.plan.simulated.fate import MINUTES, Trouble
from tests.plan.simulated.house import MINUTE
from tests.plan.simulated.life import Lived

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
QUARTER = 15
# A week can be on board a quarter of an hour after Home Assistant can act; after trouble with the car itself the plan
# asks again once an hour.
AFTER_CAR = 75


@dataclass
class Tally:
    """How much was checked."""

    plans: int = 0
    car_weeks: int = 0
    minutes: int = 0
    minutes_charging: int = 0
    minutes_that_had_to_charge: int = 0
    weeks_sent: int = 0
    windows_in_time: int = 0
    departures: int = 0
    departures_that_had_to_be_warm: int = 0
    departures_warm: int = 0
    cars_left_alone: int = 0
    cars_left_for_good: int = 0
    decisions: int = 0


class Truth:
    """The minutes of a life."""

    def __init__(self, plan_events: Lived) -> None:
        """Lay out what the wall clock showed and what the car did."""
        self.plan_events, self.house = plan_events, plan_events.house
        self.clock = self._clock()
        self.twice = self._shown_twice()
        self.charging = self._sampled("charging")
        self.hungry = self._sampled("hungry")
        self.car_fails = self._car_fails()
        self.house_fails = self._house_fails()

    def minute(self, at: datetime) -> int:
        """Return the first whole minute not before an instant."""
        return -((self.plan_events.life.start - at) // MINUTE)

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

    def _clock(self) -> list[int]:
        """Return what the wall clock shows each minute, in minutes since the first day of the calendar."""
        life = self.plan_events.life
        shown: list[int] = []
        for quarter in range(MINUTES // QUARTER):
            local = (life.start + quarter * QUARTER * MINUTE).astimezone(life.zone)
            first = local.toordinal() * DAY_MINUTES + local.hour * 60 + local.minute
            shown += range(first, first + QUARTER)
        return shown

    def _shown_twice(self) -> set[int]:
        """Return the minutes whose time of day the wall clock shows twice."""
        seen: dict[int, int] = {}
        twice = set[int]()
        for minute, shown in enumerate(self.clock):
            if shown in seen:
                twice |= {minute, seen[shown]}
            seen[shown] = minute
        return twice

    def _sampled(self, name: str) -> bytearray:
        """Return for each minute whether the car was as named at its beginning; it can only change at one."""
        sampled = bytearray(MINUTES + 1)
        trace = self.house.trace
        for each, following in [*pairwise(trace), (trace[-1], None)]:
            end = MINUTES + 1 if following is None else self.minute(following.at)
            if getattr(each, name):
                begin = self.minute(each.at)
                sampled[begin:end] = b"\x01" * (end - begin)
        return sampled

    def _car_fails(self) -> bytearray:
        """Return for each minute whether commands did not reach the car."""
        fails = bytearray(MINUTES + 1)
        for spell in self.plan_events.life.spells:
            if spell.trouble in {Trouble.OUT_OF_REACH, Trouble.DEAF}:
                end = min(spell.begin + spell.minutes, MINUTES)
                fails[spell.begin : end + 1] = b"\x01" * (end + 1 - spell.begin)
        return fails

    def _house_fails(self) -> bytearray:
        """Return for each minute whether Home Assistant was off or had no cloud."""
        fails = bytearray(MINUTES + 1)
        for begin, end in self.house.dark:
            first, last = (begin - self.plan_events.life.start) // MINUTE, MINUTES if end is None else self.minute(end)
            fails[first : last + 1] = b"\x01" * (last + 1 - first)
        for earlier, later in pairwise(sorted(self.house.never_sent)):
            # What was lost twice in a row is sent again after twenty minutes instead of ten.
            if later - earlier <= QUARTER * MINUTE:
                minute = self.minute(later)
                fails[minute : minute + 11] = b"\x01" * len(fails[minute : minute + 11])
        return fails

    def steady(self, first: int, last: int) -> bool:
        """Return whether the wall clock was not put forward or back from a minute to another."""
        return first >= 0 and last < MINUTES and self.clock[last] - self.clock[first] == last - first

    def quiet(self, first: int, last: int) -> bool:
        """Return whether nothing was wrong from a minute to another."""
        span = slice(max(0, first), min(last, MINUTES) + 1)
        return not any(self.house_fails[span]) and not any(self.car_fails[span])
