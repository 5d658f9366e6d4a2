"""The programs in the settings of newer cars: departures, and the charge window on their days.

Such a car has one window, at the same time every day, and charges in it on the days of its active programs that charge.
That the window begins on these days, by the local clock, is inferred; that a car takes over programs that are sent is
not proven.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from ..charging import ChargeMode
from ..models import ChargeWindow, Weekday
from ..response import flag, word
from ..schedule import MINUTE, CarDeparture
from .decode_schedule import clock, duration
from .programs import DAYS, Programs, Windows

PROGRAMS: Final = "programs"
_START, _DURATION, _MODE, _DELEGATED = "chargeTimeStart", "chargeDuration", "chargeModeRq", "delegatedActivated"
# What a charge schedule consists of besides its programs.
WINDOW: Final = (_START, _DURATION, _MODE)
_ACTIVE, _TYPE, _READY_AT = "programActivationStatus", "programType", "programDepartureTime"
_CHARGE, _PRECONDITION, _BOTH = "CHARGE", "PRECONDITIONING", "CHARGE_AND_PRECONDITIONING"
_FLAGS = {day: f"programActivation{name.title()}" for day, name in DAYS.items()}
_MODES = {"SCHEDULED": ChargeMode.SCHEDULED, "ALWAYS": ChargeMode.ALWAYS}
_SECONDS = ":00"
# All captured settings have these; a request without one of them could delete it.
_FIELDS = (
    *(*WINDOW, _DELEGATED),
    *(f"preconditioning{name}" for name in ("HeatedLeftSeat", "HeatedRightSeat", "HeatedStrgWheel", "Temperature")),
)
type Settings = dict[str, Any]
type Content = Callable[[Mapping[str, Any]], object]


class SettingsForm:
    """Departures as programs of settings, which have no number: a time, and whether they are active on each weekday."""

    def content(self, program: Mapping[str, Any]) -> object:
        """Return what a program does, when, and on which weekdays."""
        return program.get(_TYPE), clock(program.get(_READY_AT)), tuple(sorted(_days(program)))

    def departures(self, program: Mapping[str, Any]) -> Iterator[CarDeparture]:
        """Yield the departures of an active program that preconditions."""
        at = clock(program.get(_READY_AT))
        if at is not None and program.get(_ACTIVE) is True and program.get(_TYPE) in {_PRECONDITION, _BOTH}:
            yield from (CarDeparture(day, at) for day in _days(program))

    def programs(self, wanted: Iterable[CarDeparture], others: Programs) -> Programs:
        """Return programs that do not charge: the charge schedule has its own days."""
        return [_program(_PRECONDITION, at, days, others) for at, days in by_time(wanted).items()]

    def joined(self, others: Programs, ours: Programs) -> Programs:
        """Return ours after the others, whose position matters."""
        return [*others, *ours]

    def is_used(self, program: Mapping[str, Any]) -> bool:
        """Return True: an inactive program is the owner's as well."""
        return True


def by_time(wanted: Iterable[CarDeparture]) -> dict[time, Collection[Weekday]]:
    """Return the weekdays of each time, in the order in which the times are wanted."""
    found: dict[time, set[Weekday]] = {}
    for each in wanted:
        found.setdefault(each.at, set()).add(each.weekday)
    return {at: frozenset(days) for at, days in found.items()}


def is_complete(settings: Settings) -> bool:
    """Return whether settings can be sent back: no part of them is missing."""
    return is_readable(settings) and all(settings.get(name) is not None for name in _FIELDS)


def is_readable(settings: Settings) -> bool:
    """Return whether settings show their programs."""
    found = settings.get(PROGRAMS)
    return isinstance(found, list) and bool(found) and all(map(_is_program, found))


def mode(settings: Settings) -> ChargeMode | None:
    """Return how a car charges: at once without a program that charges, None if its response does not say."""
    if flag(settings.get(_DELEGATED)):
        return ChargeMode.DELEGATED
    found = word(settings.get(_MODE), _MODES, _MODE)
    return found if found is None or any(map(_charges, settings[PROGRAMS])) else ChargeMode.ALWAYS


def windows(settings: Settings) -> Windows:
    """Return the charge windows, on the days of the active programs that charge."""
    start, span = clock(settings.get(_START)), duration(settings.get(_DURATION))
    if start is None or span is None:
        return ()
    return tuple(ChargeWindow(day, start, span) for day in sorted(charged_days(settings[PROGRAMS])))


def charged_days(programs: Programs) -> set[Weekday]:
    """Return the days on which active programs charge."""
    return {day for each in programs if _charges(each) for day in _days(each)}


def activated(programs: Programs, kept: Programs) -> Programs:
    """Return the programs with those active that are active in a copy."""
    active = {index for index, other in _same(programs, kept).items() if is_active(kept[other])}
    return [{**each, _ACTIVE: True} if index in active else each for index, each in enumerate(programs)]


def active_as(programs: Programs, others: Programs) -> Programs:
    """Return the programs without those active that are inactive among others, which are the same by position."""
    pairs = zip(programs, others, strict=True)
    return [{**each, _ACTIVE: is_active(each) and is_active(other)} for each, other in pairs]


def inactive(programs: Programs) -> Programs:
    """Return the programs, all inactive: the car then charges at once."""
    return [{**each, _ACTIVE: False} for each in programs]


def is_active(program: Mapping[str, Any]) -> bool:
    """Return whether a program is active."""
    return program.get(_ACTIVE) is True


def charges_only(program: Mapping[str, Any]) -> bool:
    """Return whether a program does nothing but charge."""
    return program.get(_TYPE) == _CHARGE


def charging_on(programs: Programs, days: Collection[Weekday]) -> Programs:
    """Return programs of which none charges on another day; departures stay, and inactive programs are used first."""
    found = [_within(each, days) for each in programs]
    for index, each in enumerate(found):
        left = set(days) - charged_days(found)
        if charges_only(each) and not is_active(each) and left and set() < _days(each) <= left:
            found[index] = {**each, _ACTIVE: True}
    return found


def with_schedule(programs: Programs, windows: Windows) -> Programs:
    """Return the programs of others for a charge schedule, and a program of ours for the days that they leave out.

    Without any window, ours has no days: the car follows its programs, and never charges.
    """
    days = {each.weekday for each in windows}
    found = charging_on(programs, days)
    if (left := days - charged_days(found)) or not any(map(_charges, found)):
        found.append(_program(_CHARGE, _end(windows), left, programs))
    return found


def window_fields(windows: Windows) -> dict[str, Any]:
    """Return the fields of a charge schedule besides its programs; without any window, the time stays."""
    time_of_all = {_START: f"{windows[0].start:%H:%M}", _DURATION: windows[0].duration // MINUTE} if windows else {}
    return {_MODE: "SCHEDULED", **time_of_all}


def split(programs: Programs, ours: Programs, content: Content) -> tuple[Programs, Programs]:
    """Return the programs of others and our own, which are the last of those with the same content."""
    left = [content(each) for each in ours]
    mine: set[int] = set()
    for index in reversed(range(len(programs))):
        if (found := content(programs[index])) in left:
            left.remove(found)
            mine.add(index)
    numbered = list(enumerate(programs))
    return [each for index, each in numbered if index not in mine], [each for index, each in numbered if index in mine]


def distinct(programs: Programs, content: Content) -> Programs:
    """Return programs without those that only differ in whether they are active."""
    return list({content(each): each for each in reversed(programs)}.values())[::-1]


def _within(program: dict[str, Any], days: Collection[Weekday]) -> dict[str, Any]:
    """Return a program that does not charge on other days: inactive, or only a departure."""
    if not _charges(program) or _days(program) <= set(days):
        return program
    return {**program, _ACTIVE: False} if charges_only(program) else {**program, _TYPE: _PRECONDITION}


def _program(kind: str, at: time, days: Collection[Weekday], others: Programs) -> dict[str, Any]:
    """Return an active program, with the time in the format of the others."""
    known = [str(each.get(_READY_AT)) for each in others]
    end = _SECONDS if known and all(each.count(":") > 1 for each in known) else ""
    flags = {flag: day in days for day, flag in _FLAGS.items()}
    return {_ACTIVE: True, _TYPE: kind, _READY_AT: f"{at:%H:%M}{end}", **flags}


def _end(windows: Windows) -> time:
    """Return the time at which the windows end, midnight without any."""
    return next(((datetime.combine(date.min, each.start) + each.duration).time() for each in windows), time())


def _charges(program: Mapping[str, Any]) -> bool:
    """Return whether an active program charges."""
    return is_active(program) and program.get(_TYPE) in {_CHARGE, _BOTH}


def _days(program: Mapping[str, Any]) -> set[Weekday]:
    """Return the weekdays of a program."""
    return {day for day, name in _FLAGS.items() if program.get(name) is True}


def _is_program(value: Any) -> bool:
    """Return whether a value is a program that is active or not."""
    return isinstance(value, dict) and isinstance(value.get(_ACTIVE), bool)


def _same(programs: Programs, kept: Programs) -> dict[int, int]:
    """Return the index of each program in a copy: by its content, best at the same position.

    If none was added or deleted, those with other contents are the same by position.
    """
    contents, others = ([SettingsForm().content(each) for each in found] for found in (programs, kept))
    both = range(min(len(contents), len(others)))
    found = {index: index for index in both if contents[index] == others[index]}
    left = [other for other in range(len(others)) if other not in found]
    for index in (each for each in range(len(contents)) if each not in found):
        if (other := next((each for each in left if others[each] == contents[index]), None)) is not None:
            left.remove(other)
            found[index] = other
    is_edited = len(contents) == len(others)
    return found | ({index: index for index in left if index not in found} if is_edited else {})
