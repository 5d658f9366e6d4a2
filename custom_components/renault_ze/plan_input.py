"""Edits of a whole plan by an action or a card: the schema of their fields, their validation, and their effect."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from homeassistant.helpers import config_validation as cv
from homeassistant.util.uuid import random_uuid_hex
import voluptuous as vol

from .cloud.models import DAYS, EVERY_DAY, Capability, Vehicle, Weekday
from .cloud.schedule import ScheduleError, check_date, errors_of, raise_first, window
from .plan import edits, window_edits
from .plan.model import LEAST_LIMIT, Departure, Plan, PlannedWindow
from .plan.settings import Settings

type Data = Mapping[str, Any]


def _weekdays(value: list[str]) -> list[str]:
    """Return the names of the weekdays, all for every day."""
    return list(DAYS) if EVERY_DAY in value else value


WEEKDAYS = vol.All(cv.ensure_list, [vol.In([EVERY_DAY, *DAYS])], _weekdays)
WINDOW = vol.Schema(
    {
        vol.Optional("days"): WEEKDAYS,
        vol.Optional("date"): cv.date,
        vol.Required("start"): cv.time,
        vol.Optional("end"): cv.time,
        vol.Optional("duration"): cv.positive_time_period,
        vol.Optional("main", default=False): cv.boolean,
        # The former name of a main window.
        vol.Optional("base", default=False): cv.boolean,
    }
)
LEVEL = vol.Any(None, vol.All(vol.Coerce(int), vol.Range(min=LEAST_LIMIT, max=100)))
_SKIPPED = {vol.Optional("skipped"): vol.All(cv.ensure_list, [cv.date])}
_DEPARTURE = vol.Schema(
    {
        vol.Optional("id"): cv.string,
        # An empty name is reported as a problem, like other mistakes in a draft.
        vol.Required("name"): vol.All(cv.string, vol.Strip, vol.Length(max=100)),
        vol.Required("time"): cv.time,
        vol.Optional("days", default=[]): WEEKDAYS,
        vol.Optional("date", default=None): vol.Any(None, cv.date),
        **{vol.Optional(key, default=True): cv.boolean for key in ("precondition", "enabled")},
        **{vol.Optional(key, default=False): cv.boolean for key in ("robust", "override")},
        vol.Optional("target_level"): LEVEL,
        **_SKIPPED,
    }
)
FIELDS: Mapping[vol.Marker, Any] = {
    vol.Optional("revision"): cv.string,
    vol.Optional("windows"): vol.All(cv.ensure_list, [WINDOW.extend(_SKIPPED)]),
    vol.Optional("departures"): vol.All(cv.ensure_list, [_DEPARTURE]),
    **{vol.Optional(key): cv.boolean for key in ("enable", "cheapest_hours")},
}


class Layer(StrEnum):
    """The part of an edit that has a problem; `PLAN` is the edit as a whole, or windows that the car cannot hold."""

    WINDOWS = "windows"
    DEPARTURES = "departures"
    PLAN = "plan"


class Problem(NamedTuple):
    """A problem of an edit; `departure` is the id of a departure, or the name of a new one."""

    layer: Layer
    error: ScheduleError
    departure: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlanEdit:
    """An edit of the windows, departures, and charge mode; `data` contains the validated `FIELDS` that change."""

    plan: Plan
    data: Data
    now: datetime
    vehicle: Vehicle
    settings: Settings

    def apply(self) -> Plan:
        """Return the plan after the edit; raise `ScheduleError` if the edit has a problem."""
        raise_first(each.error for each in self.problems())
        plan, enable = self.plan, self.data.get("enable")
        if enable is False and plan.charge_enabled is not False:
            plan = window_edits.select_mode(plan, self.now, self.vehicle, by_schedule=False)
        if self._windows is not None:
            plan = window_edits.with_windows(plan, self._windows, self.now)
        if self.data.get("cheapest_hours"):
            plan = window_edits.select_cheapest_hours(plan, self.now, self.vehicle)
        elif self._selects_schedule:
            plan = window_edits.select_mode(plan, self.now, self.vehicle, by_schedule=True)
        return edits.with_departures(plan, self._departures) if "departures" in self.data else plan

    @property
    def _selects_schedule(self) -> bool:
        """Return whether the edit selects that the car charges by its windows, in the cheapest hours or not."""
        data, enable = self.data, self.data.get("enable")
        is_left = data.get("cheapest_hours") is False and self.plan.cheapest_hours and enable is None
        return bool(enable or data.get("cheapest_hours") or is_left)

    def problems(self, *, as_enabled: bool = False) -> Iterator[Problem]:
        """Yield all problems; with `as_enabled`, also those that only matter in the charge mode by schedule."""
        yield from (Problem(Layer.PLAN, err) for err in self._errors_of_whole())
        in_windows = _merged(self._errors_of_windows())
        yield from (Problem(Layer.WINDOWS, err) for err in in_windows)
        yield from self._problems_of_departures()
        if not in_windows:
            yield from (Problem(Layer.PLAN, err) for err in self._errors_of_fit(as_enabled=as_enabled))

    def _errors_of_whole(self) -> Iterator[ScheduleError]:
        """Yield an error if the plan was changed in the meantime, or the car does not support the edit."""
        data, plan, capabilities = self.data, self.plan, self.vehicle.capabilities
        if data.get("revision", plan.revision) != plan.revision:
            yield ScheduleError("plan_changed", ())
        modes = data.keys() & {"enable", "cheapest_hours"}
        has_schedule = Capability.CHARGE_SCHEDULE in capabilities or not ("windows" in data or modes)
        if not has_schedule or ("departures" in data and Capability.PRECONDITIONING not in capabilities):
            yield ScheduleError("unsupported", ())
        elif "windows" in data and not modes and not plan.is_adopted:
            yield ScheduleError("charge_schedule_unknown", ())

    @cached_property
    def _windows(self) -> tuple[PlannedWindow, ...] | None:
        """Return the windows that replace those of the plan, None if they stay the same."""
        if "windows" not in self.data:
            return None
        known = window_edits.without_past(self.plan.windows, self.now, self.settings.zone)
        given = windows_of(self.data["windows"], known, self.now, self.settings.zone)
        return None if set(given) == set(known) else window_edits.joined(given)

    def _errors_of_windows(self) -> Iterator[ScheduleError]:
        """Yield the errors of the entered windows; if single rows have errors, only those."""
        rows = self.data.get("windows", ())
        found = [*chain.from_iterable(map(_errors_of_row, rows))] or [*errors_of(lambda: self._windows)]
        if not found and self._windows is not None:
            yield from window_edits.window_errors(self._windows, self.plan.windows, self.now)
        yield from found

    def _errors_of_fit(self, *, as_enabled: bool) -> Iterator[ScheduleError]:
        """Yield why the car cannot hold the windows, if the edit changes them or selects the mode by schedule."""
        windows, enable = self._windows, self.data.get("enable")
        if windows is None and not self._selects_schedule and not (as_enabled and "windows" in self.data):
            return
        enabled = as_enabled or self._selects_schedule or (self.plan.charge_enabled if enable is None else enable)
        plan = replace(self.plan, windows=self.plan.windows if windows is None else windows, charge_enabled=enabled)
        without_week = [*window_edits.weekly_errors(plan.windows)] if enabled else []
        yield from without_week or window_edits.fit_errors(plan, self.vehicle)

    @cached_property
    def _departures(self) -> list[Departure]:
        """Return the entered departures, and past ones on single dates, which the calendar still shows."""
        given = [self._departure(row) for row in self.data["departures"]]
        ids, zone = {each.id for each in given}, self.settings.zone
        past = (each for each in self.plan.departures if edits.is_past(each, zone, self.now))
        return [*given, *(each for each in past if each.id not in ids)]

    @cached_property
    def _unnamed(self) -> Mapping[tuple[Any, ...], Departure]:
        """Return the departures whose id is not entered, by their content: what is entered again stays the same."""
        ids = {row.get("id") for row in self.data["departures"]}
        return {_content(each): each for each in self.plan.departures if each.id not in ids}

    def _problems_of_departures(self) -> Iterator[Problem]:
        """Yield the problems of each departure."""
        rows = self.data.get("departures", ())
        ids, contents = Counter(row.get("id") for row in rows), Counter(map(_content, map(_entered, rows)))
        for row in rows:
            is_twice = ids[row["id"]] > 1 if "id" in row else contents[_content(_entered(row))] > 1
            twice = [ScheduleError("departure_twice", (), row["name"])] if is_twice else []
            for err in twice or errors_of(self._departure, row):
                yield Problem(Layer.DEPARTURES, err, row.get("id", row["name"]))

    def _departure(self, row: Data) -> Departure:
        """Return an entered departure; one that did not change is not checked, because it may be in the past."""
        old = self.plan.departure(row["id"]) if "id" in row else self._unnamed.get(_content(_entered(row)))
        if old is None and "id" in row:
            raise ScheduleError("departure_unknown", (), row["name"])
        if not row["name"]:
            raise ScheduleError("departure_incomplete", ())
        new = self._filled(old or Departure(id=random_uuid_hex(), name="", at=row["time"]), row)
        if new == old:
            return new
        edits.check_not_past(new, self.settings.zone, self.now)
        edits.check_timer(new, self.vehicle)
        for day in new.skipped:
            check_date(day, self.now)
        if old is not None:
            edits.check_not_begun(old, new.skipped - old.skipped, self.settings, self.now)
        is_only_skipped = old is not None and replace(new, skipped=old.skipped) == old
        return new if is_only_skipped else edits.valid_departure(new, self.now)

    def _filled(self, blank: Departure, row: Data) -> Departure:
        """Return a departure with the entered values; skipped dates before today are kept."""
        entered, today = _entered(row), self.now.astimezone(self.settings.zone).date()
        skipped = blank.skipped if blank.on == row["date"] else frozenset()
        if "skipped" in row:
            wanted = (day for day in row["skipped"] if day >= today and entered.is_on(day))
            skipped = frozenset(day for day in skipped if day < today).union(wanted)
        return replace(
            entered,
            id=blank.id,
            since=blank.since,
            precondition=row["precondition"],
            enabled=row["enabled"],
            uses_timer=row["robust"],
            override=row["override"],
            target_level=row.get("target_level", blank.target_level),
            skipped=skipped,
            moved_from=None if row["date"] is None else blank.moved_from,
        )


def windows_of(
    rows: Iterable[Data], known: Collection[PlannedWindow], now: datetime, zone: tzinfo
) -> tuple[PlannedWindow, ...]:
    """Return the windows entered as rows, without past ones on single dates.

    A row without `skipped` keeps the skipped dates of the same window in `known`, except dates whose own window is no
    longer entered: the weekly window occurs on them again. Raise `ScheduleError` if all windows are past.
    """
    entered = {each: row.get("skipped") for row in rows for each in _row(row)}
    given = window_edits.to_come(entered, now, zone)
    if entered and not given:
        raise ScheduleError("event_past", (), [*entered][-1].on or "")
    today = now.astimezone(zone).date()
    lost = {each.on for each in known} - {each.on for each in given}
    before = {each.window: each.skipped for each in known if each.on is None}

    def skipped(each: PlannedWindow) -> frozenset[date]:
        dates, kept = entered[each], before.get(each.window, frozenset())
        if each.on is not None or dates is None:
            return frozenset() if each.on is not None else kept - lost
        wanted = (day for day in dates if day >= today and day.weekday() == each.window.weekday)
        return frozenset(day for day in kept if day < today).union(wanted)

    found = [replace(each, skipped=skipped(each)) for each in given]
    skips = {day for each in found if entered[replace(each, skipped=frozenset())] is not None for day in each.skipped}
    # A past window on a single date is not entered, but still replaces a window that is skipped later on that date.
    hidden = set(known).difference(window_edits.to_come(known, now, zone))
    return (*found, *(each for each in hidden if each.on in skips))


def _row(row: Data) -> list[PlannedWindow]:
    """Return the windows of a row, one for each day; raise `ScheduleError` if the row has an error."""
    raise_first(_errors_of_row(row))
    spans = (window(day, row["start"], end=row.get("end"), duration=row.get("duration")) for day in _days(row))
    return [PlannedWindow(each, row.get("date"), row["main"] or row["base"]) for each in spans]


def _errors_of_row(row: Data) -> Iterator[ScheduleError]:
    """Yield the errors of a row, regardless of other rows."""
    if bool(row.get("days")) == ("date" in row):
        yield ScheduleError("window_days_or_date", (), row["start"])
        return
    for day in _days(row):
        yield from errors_of(window, day, row["start"], end=row.get("end"), duration=row.get("duration"))


def _days(row: Data) -> list[Weekday]:
    """Return the weekdays of a row, or the weekday of its date."""
    return [Weekday(row["date"].weekday())] if "date" in row else [DAYS[day] for day in row["days"]]


def _entered(row: Data) -> Departure:
    """Return when a departure takes place as it was entered, without an id and its other fields."""
    at, weekdays = row["time"].replace(second=0, microsecond=0), frozenset(DAYS[day] for day in row["days"])
    return Departure(id="", name=row["name"], at=at, weekdays=weekdays, on=row["date"])


def _content(departure: Departure) -> tuple[Any, ...]:
    """Return the values that two entered departures may not have in common."""
    return departure.name.casefold(), departure.at, departure.weekdays, departure.on


def _merged(errors: Iterable[ScheduleError]) -> list[ScheduleError]:
    """Return errors, with those that differ only in their weekdays merged."""
    found: dict[tuple[str, Any], list[ScheduleError]] = {}
    for err in errors:
        found.setdefault((err.key, err.value), []).append(err)
    return [
        ScheduleError(key, chain.from_iterable(each.weekdays for each in equal), value)
        for (key, value), equal in found.items()
    ]
