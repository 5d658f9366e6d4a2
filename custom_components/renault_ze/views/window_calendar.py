"""The user's charge schedule as calendar events, which are tentative while the car does not charge by it.

The past shows the known charges. A window has no name: windows at the same time of different weekdays are one weekly
event. Weekly windows that overlap become one.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import override

from ..cloud.models import Weekday
from ..cloud.schedule import ScheduleError, clipped, on_date, window
from ..plan import window_edits as edits
from ..plan.model import Plan, PlannedWindow
from ..plan.timetable import Occurrence, occurrences
from ..vehicle.prices import Amount
from ..vehicle.sessions import ChargeSession
from .calendar import CalendarEntry, EventInput, PlanCalendar, Selection, check_first, rule
from .sentences import Placeholder, Sentence

WINDOW_KEYWORDS = ("main",)


@dataclass(frozen=True, slots=True)
class WindowCalendar(PlanCalendar):
    """The charge windows of a plan, all shown with the same `name`; the summary of a new one contains a `stem`."""

    name: str
    stems: tuple[str, ...] = ("charg",)

    @override
    def entries(self, begin: datetime, end: datetime) -> list[CalendarEntry]:
        """Return, in order, the past charges and the windows that are not over."""
        charges = [each for each in self.context.charges if each.end > begin and each.begin < end]
        ahead = self._ahead(self.context.situation.followed_windows, *clipped(begin, end, self.now))
        return [*map(self._charge, reversed(charges)), *ahead]

    @override
    def next_time(self) -> Occurrence | None:
        """Return the current or next window that the car follows."""
        situation = self.context.situation
        return next(iter(situation.next_windows if situation.follows_plan else ()), None)

    @override
    def next_entry(self) -> CalendarEntry | None:
        """Return the entry of the current or next window."""
        if (found := self.next_time()) is None:
            return None
        key = _key(found.planned)
        return self._entry(found, {each.window.weekday for each in self.plan.windows if _key(each) == key})

    @override
    def create(self, entered: EventInput) -> Plan:
        """Return the plan with another window; the first weekly one enables the schedule if the car can hold it."""
        if not any(stem in entered.name.casefold() for stem in self.stems):
            raise ScheduleError("event_not_charging", (), entered.name)
        plan, is_main = self.plan, WINDOW_KEYWORDS[0] in (entered.options or ())
        changed = self._with(self._to_come(), entered, is_main=is_main)
        if plan.charge_enabled or not entered.weekdays or any(each.on is None for each in plan.windows):
            return changed
        try:
            return edits.select_mode(changed, self.now, self.context.vehicle, by_schedule=True)
        except ScheduleError:
            return changed

    @override
    def update(self, selection: Selection, entered: EventInput) -> Plan:
        """Return the plan with an event changed, or one time of it skipped and replaced by a window for its date."""
        selected, others = self._divided(selection)
        if self._is_once(selection):
            skipped = self._skipped(selected, selection.day)
            return self._with((*others, *skipped), replace(entered, weekdays=frozenset()), is_main=False)
        is_main = selected[0].is_main if entered.options is None else WINDOW_KEYWORDS[0] in entered.options
        return self._with(others, entered, is_main=is_main, before=selected)

    @override
    def delete(self, selection: Selection) -> Plan:
        """Return the plan without an event or one time of it, but with a weekly one if the schedule is enabled."""
        selected, others = self._divided(selection)
        if self._is_once(selection):
            return self._changed((*others, *self._skipped(selected, selection.day)))
        if self.plan.charge_enabled and all(each.on is not None for each in others):
            raise ScheduleError("charge_window_last", {each.window.weekday for each in selected})
        return self._changed(others)

    def _to_come(self) -> tuple[PlannedWindow, ...]:
        """Return the windows of the plan without past dates."""
        return edits.without_past(self.plan.windows, self.now, self.context.situation.zone)

    def _divided(self, selection: Selection) -> tuple[tuple[PlannedWindow, ...], tuple[PlannedWindow, ...]]:
        """Return the selected windows of the plan, and the others."""
        windows = self._to_come()
        selected = tuple(each for each in windows if _uid(each) == selection.uid)
        if not selected:
            is_chosen = any(_uid(each) == selection.uid for each in self.context.situation.followed_windows)
            raise ScheduleError("charge_window_chosen" if is_chosen else "charge_window_unknown", ())
        if selection.day is not None and selection.follow:
            begin = datetime.combine(selection.day, selected[0].window.start, self.context.situation.zone)
            coming = self._ahead(selected, self.now, begin) if begin > self.now else ()
            check_first(next(iter(coming), None), selection.day)
        return selected, tuple(each for each in windows if _uid(each) != selection.uid)

    def _is_once(self, selection: Selection) -> bool:
        """Return whether one time of a weekly event is selected."""
        return selection.day is not None and not selection.follow

    def _skipped(self, windows: tuple[PlannedWindow, ...], day: date | None) -> Iterator[PlannedWindow]:
        """Yield the windows of an event, the one of a date with this skipped; refuse a time that is over."""
        for each in windows:
            if day is None or each.on is not None or each.window.weekday != day.weekday():
                yield each
                continue
            if on_date(day, each.window, self.context.situation.zone).end <= self.now:
                raise ScheduleError("event_past", (), day)
            yield replace(each, skipped=each.skipped | {day})

    def _with(
        self,
        others: tuple[PlannedWindow, ...],
        entered: EventInput,
        *,
        is_main: bool,
        before: tuple[PlannedWindow, ...] = (),
    ) -> Plan:
        """Return the plan with the entered windows beside others; `before` are those that they replace."""
        begin, end = (each.replace(tzinfo=None, fold=0) for each in (entered.begin, entered.end))
        if not entered.weekdays:
            once = window(Weekday(begin.weekday()), begin.time(), duration=end - begin)
            return self._with_once(others, PlannedWindow(once, begin.date(), is_main), entered)
        skipped = {each.window.weekday: each.skipped for each in before}
        new = tuple(
            PlannedWindow(window(day, begin.time(), duration=end - begin), None, is_main, skipped.get(day, frozenset()))
            for day in sorted(entered.weekdays)
        )
        if all(edits.is_covered(each, others) for each in new):
            cover = next(each for each in others if edits.is_covered(new[0], [each]))
            raise ScheduleError("window_within_another", [each.window.weekday for each in new], cover.window.start)
        return self._changed((*others, *(self._from(each, entered.begin, others) for each in new)))

    def _with_once(self, others: tuple[PlannedWindow, ...], once: PlannedWindow, entered: EventInput) -> Plan:
        """Return the plan with a window for a date; one at the time of a skipped window restores that."""
        if entered.end <= self.now:
            raise ScheduleError("event_past", (), entered.begin)
        skipped = next((each for each in others if each.window == once.window and once.on in each.skipped), None)
        if skipped is not None:
            restored = replace(skipped, skipped=skipped.skipped - {once.on})
            return self._changed((*(each for each in others if each is not skipped), restored))
        edits.check_dates((*others, once), others)
        return self._changed((*others, once))

    def _from(self, each: PlannedWindow, begin: datetime, others: tuple[PlannedWindow, ...]) -> PlannedWindow:
        """Return a weekly window with the dates before it begins skipped, unless the car needs a window on them."""
        zone, vehicle = self.context.situation.zone, self.context.vehicle
        if vehicle.every_day and not any(at.on is None and at.window.weekday is each.window.weekday for at in others):
            return each
        days = {
            at.begin.astimezone(zone).date() for at in occurrences([each], zone, self.now, begin) if at.begin < begin
        }
        return replace(each, skipped=each.skipped | days)

    def _changed(self, windows: tuple[PlannedWindow, ...]) -> Plan:
        """Return the plan with other windows, if the car can hold them."""
        if not self.plan.is_adopted:
            raise ScheduleError("charge_schedule_unknown", ())
        plan = edits.with_windows(self.plan, windows, self.now)
        edits.check_fit(plan, self.context.vehicle)
        return plan

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
            tentative=not self.context.situation.follows_plan,
        )

    def _charge(self, each: ChargeSession) -> CalendarEntry:
        """Return a past charge."""
        uid, text = each.begin.isoformat(), charge_text(each)
        return CalendarEntry(uid=uid, begin=each.begin, end=each.end, summary=self.name, description=text)


def charge_text(each: ChargeSession) -> Sentence | None:
    """Return the levels at the ends of a charge, its energy and cost, as far as known; None if nothing is."""
    levels = {"from": str(each.level_at_start), "to": str(each.level_at_end)}
    known = [] if each.level_gained is None else [Sentence("word_charge_levels", levels)]
    if each.energy_kwh is not None:
        key = "word_charge_energy_estimate" if each.is_estimate else "word_charge_energy"
        known.append(Sentence(key, {"energy": Amount(each.energy_kwh)}))
    if not known:
        return None
    more: list[Placeholder] = [*known[1:]] if each.energy_kwh is not None else [each.duration]
    if each.cost is not None:
        more.append(Amount(each.cost, each.currency))
    return reduce(lambda first, then: Sentence("word_list", {"first": first, "then": then}), more, known[0])


def _key(each: PlannedWindow) -> tuple[time, timedelta, date | None, bool]:
    """Return what windows of the same event share."""
    return each.window.start, each.window.duration, each.on, each.is_main


def _uid(each: PlannedWindow) -> str:
    """Return the id of an event, the same for windows at the same time of different weekdays."""
    times = f"{each.window.start:%H%M}/{each.window.duration}"
    return "/".join([times, *([each.on.isoformat()] if each.on else []), *(WINDOW_KEYWORDS if each.is_main else ())])
