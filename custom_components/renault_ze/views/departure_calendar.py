"""The departures as calendar events that begin at the departure and last a quarter of an hour.

Past times are shown if the departure was not edited since. Departures that are switched off, skipped, or paused are
tentative. To delete one time of a weekly departure is to skip it, to move one is to skip it and add another departure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, override

from ..cloud.models import DAY_NAMES
from ..cloud.schedule import DAY, CarDeparture, ScheduleError, clipped, instant
from ..plan import edits
from ..plan.model import Departure, Plan
from ..plan.situation import Situation
from ..plan.steps import DepartureTime
from ..plan.timetable import departure_times
from .calendar import LEVEL_EXAMPLE, CalendarEntry, EventInput, PlanCalendar, Selection, check_first, level_of, rule
from .plan_entities import NOTHING, Shown

LENGTH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DepartureCalendar(PlanCalendar):
    """The departures of a plan; `new_id` is for one that is added."""

    new_id: str

    @override
    def entries(self, begin: datetime, end: datetime) -> list[CalendarEntry]:
        """Return, in order, the coming departures and those that were in the plan when their time came."""
        situation = self.context.situation
        begin, end = clipped(begin, end, self.now)
        active = {_key(each) for each in situation.departures(begin - LENGTH, end)}
        return [
            self._entry(each, tentative=_key(each) not in active)
            for each in departure_times(_all_on(self.plan), situation.settings, begin - LENGTH, end)
            if begin < each.ready_at + LENGTH and each.ready_at < end
            if each.ready_at > self.now or (_key(each) in active and _was_planned(each))
        ]

    @override
    def next_time(self) -> DepartureTime | None:
        """Return the current or next departure."""
        return self.context.situation.next_departure(self.now - LENGTH)

    @override
    def next_entry(self) -> CalendarEntry | None:
        """Return the entry of the current or next departure."""
        found = self.next_time()
        return None if found is None else self._entry(found)

    @override
    def create(self, entered: EventInput) -> Plan:
        """Return the plan with another departure."""
        blank = Departure(id=self.new_id, name="", at=time())
        return edits.with_departure(self.plan, self._filled(blank, entered), self.now)

    @override
    def update(self, selection: Selection, entered: EventInput) -> Plan:
        """Return the plan with a departure changed, or one time of it skipped and replaced by another departure."""
        old = self._departure(selection)
        if selection.day is None or self._is_whole(old, selection):
            return edits.with_departure(self.plan, self._filled(old, entered), self.now)
        blank = replace(old, id=self.new_id, skipped=frozenset(), moved_from=old.time_id(selection.day))
        once = self._filled(blank, replace(entered, weekdays=frozenset()))
        return edits.with_departure(self.delete(selection), once, self.now)

    @override
    def delete(self, selection: Selection) -> Plan:
        """Return the plan without a departure, or with one time of it skipped."""
        old = self._departure(selection)
        if selection.day is None or self._is_whole(old, selection):
            return edits.without_departure(self.plan, old.id)
        if selection.day in old.skipped:
            return self.plan
        found = next(iter(self._times(old, selection.day, selection.day)), None)
        if found is None or found.can_skip_until <= self.now:
            raise ScheduleError("departure_begun", (), selection.day)
        return edits.skip(self.plan, old.id, selection.day)

    def _departure(self, selection: Selection) -> Departure:
        """Return the selected departure."""
        if (found := self.plan.departure(selection.uid)) is None:
            raise ScheduleError("departure_unknown", (), selection.uid)
        return found

    def _is_whole(self, old: Departure, selection: Selection) -> bool:
        """Return whether all of a departure was selected; refuse all times from a later one on."""
        if selection.day is None or old.on is not None:
            return True
        if selection.follow:
            times = self._times(old, self.context.situation.today, selection.day)
            coming = (each for each in times if each.ready_at > self.now)
            check_first(next(map(self._entry, coming), None), selection.day)
        return selection.follow

    def _times(self, departure: Departure, first: date, last: date) -> list[DepartureTime]:
        """Return the times of a departure from one date to another, both included, also if switched off."""
        settings = self.context.situation.settings
        begin, end = (datetime.combine(day, time(12), settings.zone) for day in (first, last))
        alone = _all_on(replace(self.plan, departures=(departure,)))
        found = departure_times(alone, settings, begin - DAY, end + DAY)
        return [each for each in found if first <= each.day <= last]

    def _filled(self, blank: Departure, entered: EventInput) -> Departure:
        """Return a departure as it was entered; times before the first date of a weekly one are skipped."""
        if not entered.name:
            raise ScheduleError("event_unnamed", ())
        filled = replace(
            _with_options(blank, entered.options),
            name=entered.name,
            at=entered.begin.time(),
            weekdays=entered.weekdays,
            on=None if entered.weekdays else entered.begin.date(),
            skipped=blank.skipped if entered.weekdays else frozenset(),
            moved_from=None if entered.weekdays else blank.moved_from,
        )
        edits.check_timer(filled, self.context.vehicle)
        if not entered.weekdays and entered.begin <= self.now:
            raise ScheduleError("event_past", (), entered.begin)
        if not entered.weekdays:
            return filled
        before = self._times(filled, self.context.situation.today, entered.begin.date() - DAY)
        return replace(filled, skipped=filled.skipped | {each.day for each in before if each.ready_at > self.now})

    def _entry(self, each: DepartureTime, *, tentative: bool = False) -> CalendarEntry:
        """Return one time of a departure."""
        departure = self.plan.departure(each.departure.id) or each.departure
        days, home = departure.weekdays, self.context.home
        return CalendarEntry(
            uid=departure.id,
            begin=each.ready_at,
            end=each.ready_at + LENGTH,
            summary=departure.name,
            description=", ".join(_words(departure)) or None,
            day=each.day if days else None,
            rule=rule(days, each.ready_at, each.day, home) if days else None,
            tentative=tentative,
        )


def _options(departure: Departure) -> dict[str, bool]:
    """Return the words that a departure's description may have, and which of them apply."""
    return {
        "robust": departure.uses_timer,
        "override": departure.override,
        "cold": not departure.precondition,
        "off": not departure.enabled,
    }


def _words(departure: Departure) -> list[str]:
    """Return the description of a departure in words."""
    level = [] if departure.target_level is None else [f"{departure.target_level} %"]
    return [*level, *(word for word, chosen in _options(departure).items() if chosen)]


DEPARTURE_KEYWORDS = (*_options(Departure(id="", name="", at=time())), LEVEL_EXAMPLE)


def _with_options(departure: Departure, options: frozenset[str] | None) -> Departure:
    """Return a departure with the options of a description, unchanged without one."""
    if options is None:
        return departure
    return replace(
        departure,
        uses_timer="robust" in options,
        override="override" in options,
        precondition="cold" not in options,
        enabled="off" not in options,
        target_level=next(filter(None, map(level_of, options)), None),
    )


def _all_on(plan: Plan) -> Plan:
    """Return the plan with all departures switched on and no pause."""
    departures = tuple(replace(each, enabled=True) for each in plan.departures)
    return replace(plan, departures=departures, departures_enabled=True, paused=None)


def _key(each: DepartureTime) -> tuple[str, datetime]:
    """Return what identifies one time of a departure."""
    return each.departure.id, each.ready_at


def _was_planned(each: DepartureTime) -> bool:
    """Return whether a departure was not edited after its time."""
    return each.departure.since is None or each.departure.since < each.ready_at


def car_departures(situation: Situation) -> Shown:
    """Show when the car will next be ready by itself, with all its departures and who has set them."""
    found = situation.car_departures
    if found is None:
        return NOTHING
    coming = (_next_time(each, situation) for each in (*found.ours, *found.others))
    rows = [*_rows(found.ours, "home_assistant"), *_rows(found.others, "car")]
    return Shown(min(coming, default=None), {"departures": rows}, {})


def _next_time(each: CarDeparture, situation: Situation) -> datetime:
    """Return the next time of a departure."""
    ahead = (each.weekday - situation.today.weekday()) % 7
    days = (situation.today + timedelta(days=ahead), situation.today + (ahead + 7) * DAY)
    return next(at for day in days if (at := instant(day, each.at, situation.zone)) > situation.now)


def _rows(departures: Iterable[CarDeparture], set_by: str) -> Iterator[dict[str, Any]]:
    """Yield the weekdays of each time."""
    found = tuple(departures)
    for at in sorted({each.at for each in found}):
        days = [DAY_NAMES[each.weekday] for each in found if each.at == at]
        yield {"time": at.isoformat("minutes"), "days": days, "set_by": set_by}
