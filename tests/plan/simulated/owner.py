"""The owner of a simulated car edits the charge schedule, and someone else changes it in the car.

What the owner wants is recorded here as times on the wall clock, without the plan's own arithmetic.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import partial

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import window_edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.plan.situation import Situation
from custom_components.renault_ze.views.calendar import (
    CalendarContext,
    CalendarEntry,
    EventInput,
    Selection,
    rule_weekdays,
)
from custom_components.renault_ze.views.window_calendar import WindowCalendar
from simulator.world.week import Schedule
from tests.plan.simulated.car import held, week
from tests.plan.simulated.environment import MINUTE, Environment
from tests.plan.simulated.instance import CAR
from tests.plan.simulated.scenario import MINUTES
from tests.plan.simulated.simulation import Action
from tests.plan.simulated.wanted import Span, Wanted, joined, shifted, span_of

DAY = timedelta(days=1)


class OwnersChange(StrEnum):
    """What the owner, or someone else, changes."""

    SKIP = "skip"
    MOVE = "move"
    ADD_WEEKLY = "add_weekly"
    ADD_ONCE = "add_once"
    DELETE = "delete"
    REPLACE = "replace"
    OFF_AND_ON = "off_and_on"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class OwnersEdit:
    """A change at a minute; `number` decides about which event, `quarters` and `length` about its new time."""

    minute: int
    change: OwnersChange
    number: int
    quarters: int
    length: int


@dataclass
class Owner:
    """The owner of a car, with everything that was wanted over time, and how many changes were accepted."""

    environment: Environment
    other_windows: tuple[PlannedWindow, ...]
    history: list[Wanted] = field(default_factory=list)
    accepted: Counter[OwnersChange] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start with the plan."""
        self.history.append(self._wanted(self.environment.plan.windows))

    @property
    def now(self) -> datetime:
        """Return the simulated time."""
        return self.environment.now

    def actions(self, edits: tuple[OwnersEdit, ...]) -> Iterator[Action]:
        """Yield the changes, with when they happen; what is off, or was changed elsewhere, is settled later."""
        for each in edits:
            yield each.minute, 6, partial(self._change, each)
            if each.change is OwnersChange.OFF_AND_ON:
                yield min(each.minute + 15 * each.quarters, MINUTES - 1), 7, self._switch_on
            if each.change is OwnersChange.ELSEWHERE:
                yield min(each.minute + 180, MINUTES - 1), 8, partial(self._decide, each)

    def _change(self, edit: OwnersEdit) -> None:
        """Change something if Home Assistant is running; what was changed elsewhere is decided first."""
        if self.history[-1].is_elsewhere:
            self._decide(edit)
            return
        if not self.environment.up:
            return
        work: dict[OwnersChange, Callable[[OwnersEdit], Wanted | None]] = {
            OwnersChange.SKIP: self._skip,
            OwnersChange.MOVE: self._move,
            OwnersChange.ADD_WEEKLY: self._add_weekly,
            OwnersChange.ADD_ONCE: self._add_once,
            OwnersChange.DELETE: self._delete,
            OwnersChange.REPLACE: self._replace,
            OwnersChange.OFF_AND_ON: self._switch_off,
            OwnersChange.ELSEWHERE: self._change_elsewhere,
        }
        try:
            wanted = work[edit.change](edit)
        except ScheduleError:
            return
        if wanted is not None:
            self.accepted[edit.change] += 1
            self.history.append(replace(wanted, since=self.now))

    def _skip(self, edit: OwnersEdit) -> Wanted | None:
        """Delete one time of an event."""
        if (entry := self._entry(edit)) is None:
            return None
        self._apply(self._calendar().delete(Selection(entry.uid, entry.day)))
        return self._without(entry)

    def _move(self, edit: OwnersEdit) -> Wanted | None:
        """Move one time of an event by some quarters of an hour."""
        if (entry := self._entry(edit)) is None:
            return None
        shift = (edit.quarters - 24) * 15 * MINUTE
        begin, end = (each.astimezone(self._zone) for each in (entry.begin, entry.end))
        begin, end = (shifted(each, shift) for each in (begin, end))
        moved = EventInput(name="Charging", begin=begin, end=end, weekdays=frozenset(), options=None)
        self._apply(self._calendar().update(Selection(entry.uid, entry.day), moved))
        wanted = self._without(entry)
        return replace(wanted, once=wanted.once | {(begin.date(), span_of(begin, end))})

    def _add_weekly(self, edit: OwnersEdit) -> Wanted:
        """Add an event on some weekdays from today on, which may overlap others."""
        begin, end = self._new_time(edit)
        days = frozenset(Weekday((begin.weekday() + each) % 7) for each in range(1 + edit.number % 7))
        entered = EventInput(name="Charging", begin=begin, end=end, weekdays=days, options=None)
        self._apply(self._calendar().create(entered))
        new = {(int(day), begin.time(), end.replace(tzinfo=None) - begin.replace(tzinfo=None)) for day in days}
        wanted = self.history[-1]
        weekly = joined(wanted.weekly | new)
        # Windows that become one are only skipped on the dates on which both are.
        skipped = frozenset((day, each) for day, each in wanted.skipped if each in weekly - new)
        # The first weekly window also lets the car charge by the schedule.
        by_schedule = wanted.by_schedule or not wanted.weekly
        return replace(wanted, weekly=weekly, skipped=skipped, by_schedule=by_schedule)

    def _add_once(self, edit: OwnersEdit) -> Wanted:
        """Add an event for tomorrow or a day after."""
        begin, end = self._new_time(edit)
        begin, end = (shifted(each, (1 + edit.number % 6) * DAY) for each in (begin, end))
        entered = EventInput(name="Charging", begin=begin, end=end, weekdays=frozenset(), options=None)
        self._apply(self._calendar().create(entered))
        wanted, added = self.history[-1], (begin.date(), span_of(begin, end))
        if added in wanted.skipped:
            return replace(wanted, skipped=wanted.skipped - {added})
        return replace(wanted, once=wanted.once | {added})

    def _delete(self, edit: OwnersEdit) -> Wanted | None:
        """Delete a weekly event."""
        if (entry := self._entry(edit)) is None or entry.rule is None:
            return None
        self._apply(self._calendar().delete(Selection(entry.uid)))
        _, start, length = self._span(entry)
        days = rule_weekdays(entry.rule, Weekday.MONDAY)
        gone = {(int(day), start, length) for day in days}
        wanted = self.history[-1]
        left = frozenset((day, each) for day, each in wanted.skipped if each not in gone)
        return replace(wanted, weekly=wanted.weekly - gone, skipped=left)

    def _replace(self, _: OwnersEdit) -> Wanted:
        """Replace all windows by an action."""
        self._apply(window_edits.with_windows(self.environment.plan, self.other_windows, self.now))
        return self._wanted(self.other_windows)

    def _switch_off(self, _: OwnersEdit) -> Wanted:
        """Let the car charge at any time."""
        self._apply(window_edits.select_mode(self.environment.plan, self.now, CAR, by_schedule=False))
        return replace(self.history[-1], by_schedule=False)

    def _switch_on(self) -> None:
        """Let the car charge by the schedule again."""
        last = self.history[-1]
        if self.environment.up and not last.is_elsewhere and not last.by_schedule:
            try:
                self._apply(window_edits.select_mode(self.environment.plan, self.now, CAR, by_schedule=True))
            except ScheduleError:
                return
            self.history.append(replace(last, since=self.now, by_schedule=True))

    def _change_elsewhere(self, edit: OwnersEdit) -> Wanted:
        """Load another schedule into the car, as with an app."""
        windows = tuple(
            ChargeWindow(day, time(edit.quarters // 4 % 24, edit.quarters % 4 * 15), edit.length * 15 * MINUTE)
            for day in Weekday
        )
        self.environment.vehicle.car.load(Schedule(enabled=bool(edit.number % 4), week=week(windows)))
        return replace(self.history[-1], is_elsewhere=True)

    def _decide(self, edit: OwnersEdit) -> None:
        """Choose one of the two schedules, once the repair shows them."""
        last = self.history[-1]
        if not last.is_elsewhere or not self.environment.up or not self._situation().is_changed_elsewhere:
            return
        if edit.number % 2:
            self._apply(window_edits.claim(self.environment.plan, self.now))
            self.history.append(replace(last, since=self.now, is_elsewhere=False))
            return
        found = held(self.environment.vehicle.car.schedule)
        self._apply(window_edits.adopt(self.environment.plan, found, self.now))
        self.history.append(replace(self._wanted(self.environment.plan.windows), by_schedule=bool(found.enabled)))

    @property
    def _zone(self) -> object:
        """Return the zone of the car."""
        return self.environment.settings.zone

    def _apply(self, plan: Plan) -> None:
        """Apply an accepted edit."""
        self.environment.edit(lambda _: plan)

    def _situation(self) -> Situation:
        """Return what Home Assistant knows now."""
        instance = self.environment.instance
        assert instance is not None
        return instance.planner.situation(instance.data, self.now)

    def _calendar(self) -> WindowCalendar:
        """Return the calendar as the page shows it."""
        return WindowCalendar(
            CalendarContext(situation=self._situation(), vehicle=CAR, home=self.environment.settings.zone), "Charging"
        )

    def _entry(self, edit: OwnersEdit) -> CalendarEntry | None:
        """Return one of the coming entries of the calendar."""
        coming = [each for each in self._calendar().entries(self.now, self.now + 8 * DAY) if each.begin > self.now]
        return coming[edit.number % len(coming)] if coming else None

    def _span(self, entry: CalendarEntry) -> Span:
        """Return the window of an entry."""
        return span_of(*(each.astimezone(self.environment.settings.zone) for each in (entry.begin, entry.end)))

    def _without(self, entry: CalendarEntry) -> Wanted:
        """Return what is wanted without one time of an event."""
        wanted, gone = (
            self.history[-1],
            (entry.begin.astimezone(self.environment.settings.zone).date(), self._span(entry)),
        )
        if entry.day is None:
            return replace(wanted, once=wanted.once - {gone})
        return replace(wanted, skipped=wanted.skipped | {gone})

    def _new_time(self, edit: OwnersEdit) -> tuple[datetime, datetime]:
        """Return a time of today on the wall clock."""
        today = self.now.astimezone(self.environment.settings.zone).date()
        start = datetime.combine(
            today, time(edit.quarters // 4 % 24, edit.quarters % 4 * 15), self.environment.settings.zone
        )
        return start, shifted(start, edit.length * 15 * MINUTE)

    def _wanted(self, windows: tuple[PlannedWindow, ...]) -> Wanted:
        """Return what is wanted if the windows of a plan are."""
        spans = [((int(each.window.weekday), each.window.start, each.window.duration), each) for each in windows]
        return Wanted(
            self.now,
            by_schedule=not self.history or self.history[-1].by_schedule,
            weekly=joined(frozenset(span for span, each in spans if each.on is None)),
            once=frozenset((each.on, span) for span, each in spans if each.on is not None),
        )
