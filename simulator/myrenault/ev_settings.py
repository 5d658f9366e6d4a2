"""The settings that newer cars have instead of charge programs: `ev/settings`, `ev/soc-levels`, `hvac-settings`."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
import re
from typing import Any
from zoneinfo import ZoneInfo

from ..world.departures import Departure
from ..world.week import Window
from .errors import invalid
from .programs import DAY_MINUTES, WEEKDAYS, MyRenaultSchedule, Program, ProgramWeek

PROGRAM_COUNT = 5
PROGRAM_TYPES = ("CHARGE", "PRECONDITIONING", "CHARGE_AND_PRECONDITIONING")
MODES = ("SCHEDULED", "ALWAYS")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?")
_READY_AT = re.compile(r"T([01]\d|2[0-3]):([0-5]\d)Z")
_DAY_FLAGS = tuple(f"programActivation{day.capitalize()}" for day in WEEKDAYS)
_FIELDS: dict[str, tuple[type, ...]] = {
    "delegatedActivated": (bool,),
    "chargeModeRq": (str,),
    "chargeTimeStart": (str,),
    "chargeDuration": (int,),
    "preconditioningTemperature": (int, float),
    "preconditioningHeatedStrgWheel": (bool,),
    "preconditioningHeatedRightSeat": (bool,),
    "preconditioningHeatedLeftSeat": (bool,),
    "programs": (list,),
}


def default_settings() -> dict[str, Any]:
    """Return the settings of a new car: a nightly charge and no active program."""
    return {
        "lastSettingsUpdateTimestamp": "2025-01-01T00:00:00Z",
        "delegatedActivated": False,
        "chargeModeRq": "SCHEDULED",
        "chargeTimeStart": "23:30",
        "chargeDuration": 420,
        "preconditioningTemperature": 21.0,
        "preconditioningHeatedStrgWheel": False,
        "preconditioningHeatedRightSeat": False,
        "preconditioningHeatedLeftSeat": False,
        "programs": [_default_program(departure) for departure in ("07:30:00", "07:45:00", "07:10:00")],
    }


def default_limits() -> dict[str, Any]:
    """Return the charge limits of a new car."""
    return {"lastEnergyUpdateTimestamp": "2025-01-01T00:00:00Z", "socMin": 20, "socTarget": 80}


def check_settings(given: Any) -> dict[str, Any]:
    """Return the settings of a command; raise KamereonError unless it contains all of them."""
    if not isinstance(given, dict):
        raise invalid("must be an object")
    for name, kinds in _FIELDS.items():
        if type(given.get(name)) not in kinds:
            raise invalid("must not be null" if given.get(name) is None else "has a wrong type", name)
    if given["chargeModeRq"] not in MODES or not _CLOCK.fullmatch(given["chargeTimeStart"]):
        raise invalid("must be a mode and a time such as 21:00", "chargeTimeStart")
    for program in given["programs"]:
        _check_program(program)
    return given


def check_limits(given: Any) -> dict[str, Any]:
    """Return the charge limits of a command; raise KamereonError unless it contains both."""
    if not isinstance(given, dict) or any(type(given.get(name)) is not int for name in ("socMin", "socTarget")):
        raise invalid("must contain socMin and socTarget")
    return {name: given[name] for name in ("socMin", "socTarget")}


def is_older(settings: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Return whether settings have an older timestamp than the stored ones; one that is missing is not older."""
    given = settings.get("lastSettingsUpdateTimestamp")
    return given is not None and _instant(given) < _instant(stored["lastSettingsUpdateTimestamp"])


def schedule_of(settings: Mapping[str, Any], *, daily: bool = False) -> MyRenaultSchedule:
    """Return when a car with these settings charges: in its window on the days of active programs, or always.

    With `daily`, the window opens every day while a program is active.
    """
    active = [each for each in settings["programs"] if each["programActivationStatus"] and _charges(each)]
    follows = settings["chargeModeRq"] == "SCHEDULED" and bool(active)
    length = timedelta(minutes=min(settings["chargeDuration"], DAY_MINUTES))
    window = Window(_time(settings["chargeTimeStart"]), length)
    days = tuple(window if daily or any(each[flag] for each in active) else None for flag in _DAY_FLAGS)
    week = ProgramWeek(programs=(Program(1, activated=True, days=days),))
    return MyRenaultSchedule(enabled=follows, week=week, delegated=settings["delegatedActivated"])


def departures_of(settings: Mapping[str, Any]) -> tuple[Departure, ...]:
    """Return the departures for which a car with these settings is preconditioned."""
    return tuple(
        Departure(_time(each["programDepartureTime"]), frozenset(n for n, flag in enumerate(_DAY_FLAGS) if each[flag]))
        for each in settings["programs"]
        if each["programActivationStatus"] and each["programType"] != "CHARGE" and each.get("programDepartureTime")
    )


def hvac_departures(programs: list[dict[str, Any]], zone: ZoneInfo | None) -> tuple[Departure, ...]:
    """Return the departures of preconditioning programs, whose times are in a zone or the car's own."""
    ready = [
        (day["readyAtTime"], number)
        for each in programs
        if each["activated"]
        for number, name in enumerate(WEEKDAYS)
        if (day := each.get(name))
    ]
    clocks = dict.fromkeys(clock for clock, _ in ready)
    return tuple(
        Departure(_time(clock.strip("TZ")), frozenset(day for each, day in ready if each == clock), zone)
        for clock in clocks
    )


def check_hvac_programs(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the preconditioning programs of a command; raise KamereonError for an invalid one."""
    given = attributes.get("schedules")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise invalid("must be a list of schedules", "/data/attributes/schedules")
    for each in given:
        if each.get("id") not in range(1, PROGRAM_COUNT + 1) or not isinstance(each.get("activated"), bool):
            raise invalid(f"must have an id from 1 to {PROGRAM_COUNT} and activated", "/data/attributes/schedules")
        if any(day in each and not _is_ready_time(each[day]) for day in WEEKDAYS):
            raise invalid("must be a readyAtTime such as T06:45Z", "/data/attributes/schedules")
    return given


def hvac_settings(programs: list[dict[str, Any]], *, followed: bool = True) -> dict[str, Any]:
    """Return the preconditioning programs as in `hvac-settings`: all five once one is stored."""
    stored = {each["id"]: {name: value for name, value in each.items() if value is not None} for each in programs}
    numbers = range(1, PROGRAM_COUNT + 1) if programs else ()
    mode = "scheduled" if followed else "always"
    return {"mode": mode, "schedules": [stored.get(each, {"id": each, "activated": False}) for each in numbers]}


def _instant(given: Any) -> datetime:
    """Return a timestamp, which can have no offset; raise KamereonError for an invalid one."""
    try:
        instant = datetime.fromisoformat(str(given))
    except ValueError:
        raise invalid("must be a timestamp", "lastSettingsUpdateTimestamp") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _time(text: str) -> time:
    """Return a time such as 07:30 or 07:30:00."""
    return time.fromisoformat(text).replace(second=0)


def _default_program(departure: str) -> dict[str, Any]:
    """Return an inactive program for every day."""
    return {
        "programActivationStatus": False,
        "programType": "CHARGE",
        "programDepartureTime": departure,
        **dict.fromkeys(_DAY_FLAGS, True),
    }


def _check_program(given: Any) -> None:
    """Raise KamereonError for an invalid program; only its departure time can be missing."""
    if not isinstance(given, dict) or given.get("programType") not in PROGRAM_TYPES:
        raise invalid("must be one of " + ", ".join(PROGRAM_TYPES), "programType")
    if any(not isinstance(given.get(name), bool) for name in ("programActivationStatus", *_DAY_FLAGS)):
        raise invalid("must not be null", "programActivationStatus")
    departure = given.get("programDepartureTime")
    if departure is not None and not _CLOCK.fullmatch(str(departure)):
        raise invalid("must be a time such as 07:30:00", "programDepartureTime")


def _charges(program: Mapping[str, Any]) -> bool:
    """Return whether a program charges the car."""
    return bool(program["programType"] != "PRECONDITIONING")


def _is_ready_time(given: Any) -> bool:
    """Return whether the value of a day is null or a valid time."""
    return given is None or (isinstance(given, dict) and bool(_READY_AT.fullmatch(str(given.get("readyAtTime")))))
