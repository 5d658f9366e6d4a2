"""The charge windows as calendar events: those of the plan, or those in the car if the plan keeps no schedule.

The past shows the known charges. Windows that the car does not follow are tentative. A window has no name and cannot be
skipped: windows at the same time of different weekdays are one weekly event, which is changed as a whole. The first
window that is entered starts the plan, with the charge schedule in the car.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import override

from ..cloud.models import Weekday
from ..cloud.schedule import ScheduleError, clipped, window
from ..plan import edits
from ..plan.model import Plan, PlannedWindow
from ..plan.timetable import Occurrence, occurrences
from ..vehicle.update import ChargeSession, sessions
from .calendar import CalendarEntry, EventInput, PlanCalendar, Selection, check_first, rule
from .plan_entities import Sentence

WINDOW_KEYWORDS = ("base",)


@dataclass(frozen=True, slots=True)
class WindowCalendar(PlanCalendar):
    """The charge windows of a plan or a car, all shown with the same `name`."""

    name: str

    @override
    def entries(self, begin: datetime, end: datetime) -> list[CalendarEntry]:
        """Return, in order, the past charges and the windows that are not over."""
        history = sessions(self.context.situation.state.charge_history)
        charges = [each for each in history if each.ended.at > begin and each.started.at < end]
        ahead = self._ahead(self._shown(), *clipped(begin, end, self.now))
        return [*map(self._charge, reversed(charges)), *ahead]

    @override
    def next_time(self) -> Occurrence | None:
        """Return the current or next window that the car follows."""
        situation = self.context.situation
        coming = situation.next_windows if self.plan.keeps_schedule else situation.next_car_windows
        return next((each for each in coming if self._is_followed(each.planned)), None)

    @override
    def next_entry(self) -> CalendarEntry | None:
        """Return the entry of the current or next window."""
        if (found := self.next_time()) is None:
            return None
        key = _key(found.planned)
        return self._entry(found, {each.window.weekday for each in self._shown() if _key(each) == key})

    @override
    def create(self, entered: EventInput) -> Plan:
        """Return the plan with another window, and its charge schedule switched on."""
        return self._with(self._to_start_from(), entered, is_main="base" in (entered.options or ()))

    @override
    def update(self, selection: Selection, entered: EventInput) -> Plan:
        """Return the plan with an event changed."""
        selected, others = self._divided(selection)
        is_main = selected[0].is_main if entered.options is None else "base" in entered.options
        return self._with(others, entered, is_main=is_main)

    @override
    def delete(self, selection: Selection) -> Plan:
        """Return the plan without an event, unless it is the last weekly one."""
        selected, others = self._divided(selection)
        if all(each.on is not None for each in others):
            raise ScheduleError("charge_window_last", {each.window.weekday for each in selected})
        return self._changed(others)

    def _planned(self) -> tuple[PlannedWindow, ...]:
        """Return the windows of the plan that are not for past dates."""
        return edits.to_come(self.plan.windows, self.now, self.context.situation.zone)

    def _shown(self) -> tuple[PlannedWindow, ...]:
        """Return the windows of the plan, or those in the car if it keeps none."""
        if self.plan.keeps_schedule:
            return self.plan.windows
        return tuple(map(PlannedWindow, self.context.situation.held_windows))

    def _is_followed(self, each: PlannedWindow) -> bool:
        """Return whether the car charges in a window, by the plan or by what it holds."""
        situation = self.context.situation
        return situation.follows_plan or each.window in situation.held_windows

    def _to_start_from(self) -> tuple[PlannedWindow, ...]:
        """Return the windows to which one is added: those in the car, unless they are part of the plan."""
        if self.plan.keeps_schedule:
            return self._planned()
        if self.context.situation.held is None:
            raise ScheduleError("charge_schedule_unknown", ())
        own, in_car = {each.window for each in self.plan.windows}, self.context.situation.held_windows
        return self._planned() if own.issuperset(in_car) else self._shown()

    def _divided(self, selection: Selection) -> tuple[tuple[PlannedWindow, ...], tuple[PlannedWindow, ...]]:
        """Return the selected windows of the plan, and the others."""
        windows = self._planned() if self.plan.keeps_schedule else ()
        selected = tuple(each for each in windows if _uid(each) == selection.uid)
        if not selected:
            raise ScheduleError("charge_window_unknown", ())
        if selection.day is not None and not selection.follow:
            raise ScheduleError("charge_window_once", {each.window.weekday for each in selected})
        if selection.day is not None:
            begin = datetime.combine(selection.day, selected[0].window.start, self.context.situation.zone)
            self._check_first(selected, begin)
        return selected, tuple(each for each in windows if _uid(each) != selection.uid)

    def _with(self, others: tuple[PlannedWindow, ...], entered: EventInput, *, is_main: bool) -> Plan:
        """Return the plan with the entered windows beside others."""
        begin, end = (each.replace(tzinfo=None, fold=0) for each in (entered.begin, entered.end))
        day = Weekday(begin.weekday())
        on = None if entered.weekdays else begin.date()
        if on is not None and entered.end <= self.now:
            raise ScheduleError("event_past", (), entered.begin)
        new = tuple(
            PlannedWindow(window(each, begin.time(), duration=end - begin), on, is_main)
            for each in entered.weekdays or {day}
        )
        self._check_first(new, entered.begin)
        return edits.switch_charging(self._changed((*others, *new)), self.now, on=True)

    def _changed(self, windows: tuple[PlannedWindow, ...]) -> Plan:
        """Return the plan with other windows, if the car can hold them."""
        plan = edits.with_windows(self.plan, windows, self.now)
        edits.check_fit(plan, self.context.vehicle)
        return plan

    def _check_first(self, windows: tuple[PlannedWindow, ...], begin: datetime) -> None:
        """Refuse a weekly change from an instant on if one of the windows occurs before."""
        before = self._ahead(windows, self.now, begin) if begin > self.now else iter(())
        check_first(next(before, None), begin.date())

    def _ahead(self, windows: tuple[PlannedWindow, ...], begin: datetime, end: datetime) -> Iterator[CalendarEntry]:
        """Yield, in order, the windows of a span that are not over."""
        found = occurrences(windows, self.context.situation.zone, begin, end)
        days: dict[Hashable, set[Weekday]] = {}
        for each in windows:
            days.setdefault(_key(each), set()).add(each.window.weekday)
        return (self._entry(each, days[_key(each.planned)]) for each in found if each.end > self.now)

    def _entry(self, each: Occurrence, days: set[Weekday]) -> CalendarEntry:
        """Return one time of a window; windows at the same time of other weekdays share its id and rule."""
        weekly, day = each.planned.on is None, each.begin.astimezone(self.context.situation.zone).date()
        return CalendarEntry(
            uid=_uid(each.planned),
            begin=each.begin,
            end=each.end,
            summary=self.name,
            description=WINDOW_KEYWORDS[0] if each.planned.is_main else None,
            day=day if weekly else None,
            rule=rule(days, each.begin, day, self.context.home) if weekly else None,
            tentative=not self._is_followed(each.planned),
        )

    def _charge(self, each: ChargeSession) -> CalendarEntry:
        """Return a past charge."""
        begin, end = each.started.at, each.ended.at
        text = charge_text(each)
        return CalendarEntry(uid=begin.isoformat(), begin=begin, end=end, summary=self.name, description=text)


def charge_text(each: ChargeSession) -> Sentence | None:
    """Return the levels at the ends of a charge and its duration, None without the levels."""
    levels = (each.started.level, each.ended.level)
    if None in levels:
        return None
    return Sentence("word_charge_levels", {"from": str(levels[0]), "to": str(levels[1]), "duration": each.duration})


def _key(each: PlannedWindow) -> tuple[time, timedelta, date | None, bool]:
    """Return what windows of the same event share."""
    return each.window.start, each.window.duration, each.on, each.is_main


def _uid(each: PlannedWindow) -> str:
    """Return the id of an event, the same for windows at the same time of different weekdays."""
    times = f"{each.window.start:%H%M}/{each.window.duration}"
    return "/".join([times, *([each.on.isoformat()] if each.on else []), *(WINDOW_KEYWORDS if each.is_main else ())])
