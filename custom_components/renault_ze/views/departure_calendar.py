"""The departures as a calendar: each time of one begins when the car leaves, and is a quarter of an hour long.

What is past is shown as far as it was asked for: a departure that was changed shows nothing from before. What is
switched off or paused is tentative. To take one time out of a weekly departure is to skip it, to move one is to skip
it and to leave once at another time.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from ..cloud.schedule import DAY, ScheduleError, clipped
from ..plan import departures, edits
from ..plan.departures import Leaving, live
from ..plan.model import Departure, Plan
from .calendar import Entry, Page, Picked, Wish, check_first, rule

LENGTH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DepartureAgenda:
    """The departures of a plan; `new_id` is for one that is added."""

    page: Page
    new_id: str

    def entries(self, begin: datetime, end: datetime) -> list[Entry]:
        """Return, in order, the departures to come and those that were asked for before they came."""
        begin, end = clipped(begin, end, self.page.now)
        counting = {_key(each) for each in live(self.page.plan, self.page.settings, begin - LENGTH, end)}
        return [
            self._entry(each, tentative=_key(each) not in counting)
            for each in live(_all_on(self.page.plan), self.page.settings, begin - LENGTH, end)
            if begin < each.ready_at + LENGTH and each.ready_at < end
            if each.ready_at > self.page.now or (_key(each) in counting and _was_asked_for(each))
        ]

    def coming(self) -> Entry | None:
        """Return the next departure that counts, for a while after it, too."""
        found = departures.coming(self.page.plan, self.page.settings, self.page.now - LENGTH)
        return None if found is None else self._entry(found)

    def added(self, wish: Wish) -> Plan:
        """Return the plan with another departure."""
        blank = Departure(id=self.new_id, name="", at=time())
        return edits.with_departure(self.page.plan, self._filled(blank, wish), self.page.now)

    def changed(self, picked: Picked, wish: Wish) -> Plan:
        """Return the plan with a departure changed, or with one time of it skipped and left once instead."""
        old = self._departure(picked)
        if self._is_whole(old, picked):
            return edits.with_departure(self.page.plan, self._filled(old, wish), self.page.now)
        blank = replace(old, id=self.new_id, skipped=frozenset())
        once = self._filled(blank, replace(wish, weekdays=frozenset()))
        return edits.with_departure(self.dropped(picked), once, self.page.now)

    def dropped(self, picked: Picked) -> Plan:
        """Return the plan without a departure, or with one time of it skipped."""
        old = self._departure(picked)
        if picked.day is None or self._is_whole(old, picked):
            return edits.without_departure(self.page.plan, old.id)
        if picked.day in old.skipped:
            return self.page.plan
        leaving = next(iter(self._leavings(old, picked.day, picked.day)), None)
        if leaving is None or leaving.last_call <= self.page.now:
            raise ScheduleError("departure_begun", (), picked.day)
        return edits.skip(self.page.plan, old.id, picked.day)

    def _departure(self, picked: Picked) -> Departure:
        """Return the departure that was picked."""
        if (found := self.page.plan.departure(picked.uid)) is None:
            raise ScheduleError("departure_unknown", (), picked.uid)
        return found

    def _is_whole(self, old: Departure, picked: Picked) -> bool:
        """Tell whether all of a departure was picked; refuse all from some later time of it on."""
        if picked.day is None or old.on is not None:
            return True
        if picked.follow:
            today = self.page.now.astimezone(self.page.settings.zone).date()
            coming = (each for each in self._leavings(old, today, picked.day) if each.ready_at > self.page.now)
            check_first(next(map(self._entry, coming), None), picked.day)
        return picked.follow

    def _leavings(self, departure: Departure, first: date, last: date) -> list[Leaving]:
        """Return the times of a departure from one date to another, both included, whether they count or not."""
        begin, end = (datetime.combine(day, time(12), self.page.settings.zone) for day in (first, last))
        alone = _all_on(replace(self.page.plan, departures=(departure,)))
        found = live(alone, self.page.settings, begin - DAY, end + DAY)
        return [each for each in found if first <= each.day <= last]

    def _filled(self, blank: Departure, wish: Wish) -> Departure:
        """Return a departure as it was entered; what is weekly has no beginning, so what comes before is skipped."""
        if not wish.name:
            raise ScheduleError("event_unnamed", ())
        filled = replace(
            _with_options(blank, wish.options),
            name=wish.name,
            at=wish.begin.time(),
            weekdays=wish.weekdays,
            on=None if wish.weekdays else wish.begin.date(),
            skipped=blank.skipped if wish.weekdays else frozenset(),
        )
        edits.check_robust(filled, self.page.vehicle)
        if not wish.weekdays and wish.begin <= self.page.now:
            raise ScheduleError("event_past", (), wish.begin)
        today = self.page.now.astimezone(self.page.settings.zone).date()
        before = self._leavings(filled, today, wish.begin.date() - DAY) if wish.weekdays else ()
        return replace(filled, skipped=filled.skipped | {each.day for each in before if each.ready_at > self.page.now})

    def _entry(self, each: Leaving, *, tentative: bool = False) -> Entry:
        """Return one time of a departure."""
        departure = self.page.plan.departure(each.departure.id) or each.departure
        days = departure.weekdays
        return Entry(
            uid=departure.id,
            begin=each.ready_at,
            end=each.ready_at + LENGTH,
            summary=departure.name,
            description=", ".join(word for word, chosen in _chosen(departure).items() if chosen) or None,
            day=each.day if days else None,
            rule=rule(days, each.ready_at, each.day, self.page.home) if days else None,
            tentative=tentative,
        )


def _chosen(departure: Departure) -> dict[str, bool]:
    """Return the words a description of a departure may have, and whether they are true of it."""
    return {
        "robust": departure.robust,
        "override": departure.override,
        "cold": not departure.precondition,
        "off": not departure.enabled,
    }


WORDS = tuple(_chosen(Departure(id="", name="", at=time())))


def _with_options(departure: Departure, options: frozenset[str] | None) -> Departure:
    """Return a departure as the words of a description want it; where there was none it stays as it is."""
    if options is None:
        return departure
    return replace(
        departure,
        robust="robust" in options,
        override="override" in options,
        precondition="cold" not in options,
        enabled="off" not in options,
    )


def _all_on(plan: Plan) -> Plan:
    """Return a plan of which each departure counts."""
    departures = tuple(replace(each, enabled=True) for each in plan.departures)
    return replace(plan, departures=departures, departures_enabled=True, paused=None)


def _key(each: Leaving) -> tuple[str, datetime]:
    """Return what tells one time of a departure from all others."""
    return each.departure.id, each.ready_at


def _was_asked_for(each: Leaving) -> bool:
    """Tell whether a departure was already in the plan, as it is now, when its time came."""
    return each.departure.since is None or each.departure.since < each.ready_at
