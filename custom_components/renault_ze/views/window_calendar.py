"""The charge windows as a calendar: those of the plan, or while it keeps no schedule those the car holds.

What is past is what the car did: the charges that are known. A window has no name, and none is left out once: those
that come at the same time of other weekdays are one weekly event, which is changed as a whole. The first window that is
entered starts the plan, from the week the car charges by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ..cloud.models import ChargeEvent, ChargeSchedule, Weekday
from ..cloud.schedule import DAY, ScheduleError, clipped, window
from ..plan import edits
from ..plan.model import Plan, PlannedWindow
from ..plan.windows import Occurrence, occurrences
from ..vehicle.update import ChargeSession, sessions
from .calendar import Entry, Page, Picked, Wish, check_first, rule

WORDS = ("base",)
# Every weekday comes within a week; a day more holds the window that runs now.
_AHEAD = 8 * DAY


class Seen(NamedTuple):
    """What is known of the car: the week it holds, None while that is unknown, and its charges."""

    held: ChargeSchedule | None
    history: tuple[ChargeEvent, ...]


@dataclass(frozen=True, slots=True)
class WindowAgenda:
    """The charge windows of a plan or a car; each is shown by a `name`, for it has none of its own."""

    page: Page
    seen: Seen
    name: str

    @property
    def is_planned(self) -> bool:
        """Tell whether the windows are the plan's."""
        return self.page.plan.charge_enabled and bool(self.page.plan.windows)

    def entries(self, begin: datetime, end: datetime) -> list[Entry]:
        """Return, in order, the charges that are over and the windows that are not."""
        charges = [each for each in sessions(self.seen.history) if each.ended.at > begin and each.started.at < end]
        ahead = self._ahead(self._shown(), *clipped(begin, end, self.page.now))
        return [*map(self._charge, reversed(charges)), *ahead]

    def coming(self) -> Entry | None:
        """Return the window that runs or comes next."""
        return next(self._ahead(self._shown(), self.page.now, self.page.now + _AHEAD), None)

    def added(self, wish: Wish) -> Plan:
        """Return the plan with another window; a plan that kept no schedule does so from now on."""
        return self._with(self._to_start_from(), wish, base="base" in (wish.options or ()))

    def changed(self, picked: Picked, wish: Wish) -> Plan:
        """Return the plan with other windows in the place of what was picked."""
        taken, left = self._parted(picked)
        base = taken[0].base if wish.options is None else "base" in wish.options
        return self._with(left, wish, base=base)

    def dropped(self, picked: Picked) -> Plan:
        """Return the plan without what was picked, which must leave something to charge by."""
        taken, left = self._parted(picked)
        if all(each.on is not None for each in left):
            raise ScheduleError("charge_window_last", {each.window.weekday for each in taken})
        return self._kept(left)

    def _planned(self) -> tuple[PlannedWindow, ...]:
        """Return the windows of the plan; one that came once is nothing a person sees any more, or can be told of."""
        return edits.to_come(self.page.plan.windows, self.page.now, self.page.settings.zone)

    def _shown(self) -> tuple[PlannedWindow, ...]:
        """Return the windows that are in force."""
        if self.is_planned:
            return self.page.plan.windows
        held = self.seen.held
        return () if held is None or not held.enabled else tuple(map(PlannedWindow, held.windows))

    def _to_start_from(self) -> tuple[PlannedWindow, ...]:
        """Return the windows to which one is added: what the car charges by, unless that is part of the plan."""
        if self.is_planned:
            return self._planned()
        if self.seen.held is None:
            raise ScheduleError("charge_schedule_unknown", ())
        charged_by = self._shown()
        own = {each.window for each in self.page.plan.windows}
        return self._planned() if own.issuperset(each.window for each in charged_by) else charged_by

    def _parted(self, picked: Picked) -> tuple[tuple[PlannedWindow, ...], tuple[PlannedWindow, ...]]:
        """Return the windows of the plan that were picked, and the others."""
        windows = self._planned() if self.is_planned else ()
        taken = tuple(each for each in windows if _uid(each) == picked.uid)
        if not taken:
            raise ScheduleError("charge_window_unknown", ())
        if picked.day is not None and not picked.follow:
            raise ScheduleError("charge_window_once", {each.window.weekday for each in taken})
        if picked.day is not None:
            begin = datetime.combine(picked.day, taken[0].window.start, self.page.settings.zone)
            self._check_first(taken, begin)
        return taken, tuple(each for each in windows if _uid(each) != picked.uid)

    def _with(self, left: tuple[PlannedWindow, ...], wish: Wish, *, base: bool) -> Plan:
        """Return the plan with windows as they were entered beside others."""
        begin, end = (each.replace(tzinfo=None, fold=0) for each in (wish.begin, wish.end))
        day = Weekday(begin.weekday())
        on = None if wish.weekdays else begin.date()
        if on is not None and wish.end <= self.page.now:
            raise ScheduleError("event_past", (), wish.begin)
        new = tuple(
            PlannedWindow(window(each, begin.time(), duration=end - begin), on, base) for each in wish.weekdays or {day}
        )
        self._check_first(new, wish.begin)
        return edits.switch_charging(self._kept((*left, *new)), self.page.now, on=True)

    def _kept(self, windows: tuple[PlannedWindow, ...]) -> Plan:
        """Return the plan with other windows, which must make a week that the car takes."""
        plan = edits.with_windows(self.page.plan, windows, self.page.now)
        edits.check_fit(plan, self.page.vehicle)
        return plan

    def _check_first(self, windows: tuple[PlannedWindow, ...], begin: datetime) -> None:
        """Refuse a weekly change from an instant on before which one of the windows comes."""
        before = self._ahead(windows, self.page.now, begin) if begin > self.page.now else iter(())
        check_first(next(before, None), begin.date())

    def _ahead(self, windows: tuple[PlannedWindow, ...], begin: datetime, end: datetime) -> Iterator[Entry]:
        """Yield, in order, the windows of a span that are not over."""
        found = occurrences(replace(self.page.plan, windows=windows), self.page.settings.zone, begin, end)
        days: dict[str, set[Weekday]] = {}
        for each in windows:
            days.setdefault(_uid(each), set()).add(each.window.weekday)
        return (self._entry(each, days) for each in found if each.end > self.page.now)

    def _entry(self, each: Occurrence, days: Mapping[str, set[Weekday]]) -> Entry:
        """Return one time of a window; the same time of other weekdays shares its id, and so its rule."""
        uid, weekly = _uid(each.planned), each.planned.on is None
        day = each.begin.astimezone(self.page.settings.zone).date()
        return Entry(
            uid=uid,
            begin=each.begin,
            end=each.end,
            summary=self.name,
            description=WORDS[0] if each.planned.base else None,
            day=day if weekly else None,
            rule=rule(days[uid], each.begin, day, self.page.home) if weekly else None,
        )

    def _charge(self, each: ChargeSession) -> Entry:
        """Return a charge that is over, with what it brought."""
        levels = (each.started.level, each.ended.level)
        gained = None if None in levels else f"{levels[0]} % → {levels[1]} %"
        begin, end = each.started.at, each.ended.at
        return Entry(uid=begin.isoformat(), begin=begin, end=end, summary=self.name, description=gained)


def _uid(each: PlannedWindow) -> str:
    """Return what tells a window from those at other times; the same time of other weekdays is one event."""
    times = f"{each.window.start:%H%M}/{each.window.duration}"
    return "/".join([times, *([each.on.isoformat()] if each.on else []), *(WORDS if each.base else ())])
