"""The routes of a command: the requests that may have its effect, in order of evidence, and their contents.

The order is inferred from reports of owners, see docs/evidence.md; it is not proven on a car. The server accepts some
requests without any effect, so only the car shows which route works.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ..models import CommandKind
from .programs import DAYS, Programs

# The charge modes.
ENABLED, DISABLED = "schedule_mode", "always_charging"
_PROGRAMS = 5
_KCA, _KCA_V2 = "/kca/car-adapter/v1/cars/{vin}/actions/", "/kca/car-adapter/v2/cars/{vin}/actions/"
_KCM = "/kcm/v1/vehicles/{vin}/"


class Route(StrEnum):
    """A request that may have the effect of a command."""

    KCA_HVAC_SCHEDULE = "kca_hvac_schedule"
    KCA_MODE = "kca_mode"
    KCA_MODE_WITH_PROGRAMS = "kca_mode_with_programs"
    KCA_SCHEDULE = "kca_schedule"
    KCA_START = "kca_start"
    KCA_STOP = "kca_stop"
    KCM_DELAYED_START = "kcm_delayed_start"
    KCM_PAUSE = "kcm_pause"
    KCM_RESUME = "kcm_resume"
    KCM_SCHEDULE = "kcm_schedule"
    KCM_SETTINGS = "kcm_settings"
    KCM_START = "kcm_start"


type Routes = Mapping[CommandKind, tuple[Route, ...]]

_PATHS: Mapping[Route, str] = {
    Route.KCA_HVAC_SCHEDULE: f"{_KCA_V2}hvac-schedule",
    Route.KCA_MODE: f"{_KCA}charge-mode",
    Route.KCA_MODE_WITH_PROGRAMS: f"{_KCA}charge-mode",
    Route.KCA_SCHEDULE: f"{_KCA_V2}charge-schedule",
    Route.KCA_START: f"{_KCA}charging-start",
    Route.KCA_STOP: f"{_KCA}charging-start",
    Route.KCM_DELAYED_START: f"{_KCM}charge/start",
    Route.KCM_PAUSE: f"{_KCM}charge/pause-resume",
    Route.KCM_RESUME: f"{_KCM}charge/pause-resume",
    Route.KCM_SCHEDULE: f"{_KCM}charge/schedule",
    Route.KCM_SETTINGS: f"{_KCM}ev/settings",
    Route.KCM_START: f"{_KCM}charge/start",
}
_TYPES: Mapping[Route, str] = {
    Route.KCA_HVAC_SCHEDULE: "HvacSchedule",
    Route.KCA_MODE: "ChargeMode",
    Route.KCA_MODE_WITH_PROGRAMS: "ChargeMode",
    Route.KCA_SCHEDULE: "ChargeSchedule",
    Route.KCM_PAUSE: "ChargePauseResume",
    Route.KCM_RESUME: "ChargePauseResume",
    Route.KCM_SCHEDULE: "ChargeSchedule",
}
_ACTIONS: Mapping[Route, str] = {
    Route.KCA_START: "start",
    Route.KCA_STOP: "stop",
    Route.KCM_DELAYED_START: "start",
    Route.KCM_PAUSE: "pause",
    Route.KCM_RESUME: "resume",
    Route.KCM_START: "start",
}
# By the last part of the path that the library uses to start a charge, for models without reports of other routes.
_BY_START: Mapping[str, Routes] = {
    "charging-start": {
        CommandKind.START_CHARGE: (Route.KCA_START,),
        CommandKind.STOP_CHARGE: (Route.KCA_STOP,),
    },
    "start": {
        CommandKind.START_CHARGE: (Route.KCM_START, Route.KCA_START),
        CommandKind.STOP_CHARGE: (Route.KCM_SCHEDULE, Route.KCM_DELAYED_START, Route.KCM_PAUSE),
    },
    # Reported in 2022 for the Spring of that time (#1708); no other route is known.
    "pause-resume": {
        CommandKind.START_CHARGE: (Route.KCM_RESUME,),
        CommandKind.STOP_CHARGE: (Route.KCM_PAUSE,),
    },
    # These cars start without active programs (#1348, #1915, #2239); they have no route to stop.
    "settings": dict.fromkeys(
        (CommandKind.START_CHARGE, CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE),
        (Route.KCM_SETTINGS,),
    ),
}
# Of a model that no table lists; the first that the server accepts and the car follows is remembered.
UNLISTED_ROUTES: Routes = {
    CommandKind.START_CHARGE: (Route.KCA_START, Route.KCM_START, Route.KCM_SETTINGS),
    CommandKind.SET_CHARGE_SCHEDULE: (Route.KCM_SCHEDULE, Route.KCA_SCHEDULE),
    CommandKind.DISABLE_CHARGE_SCHEDULE: (Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_MODE),
}
# The defaults of the library, of which the schedule and the mode only restore what a start has replaced. A stop by the
# older request is refused on other cars (#1867, #2076).
_DEFAULTS: Routes = {
    CommandKind.START_CHARGE: (Route.KCA_START,),
    CommandKind.SET_CHARGE_SCHEDULE: (Route.KCA_SCHEDULE, Route.KCA_MODE_WITH_PROGRAMS),
    CommandKind.DISABLE_CHARGE_SCHEDULE: (Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_MODE),
}
_BY_MODEL: Mapping[str, Routes] = {
    "X071VE": _DEFAULTS,
    "XFB2BI": _DEFAULTS,
    "XFB2BK": {**_DEFAULTS, **_BY_START["charging-start"]},
    # Only the older requests are reported for the first generation, which has another gateway.
    "X101VE": {
        **_BY_START["charging-start"],
        CommandKind.SET_CHARGE_SCHEDULE: (Route.KCA_SCHEDULE,),
        CommandKind.DISABLE_CHARGE_SCHEDULE: (Route.KCA_MODE,),
    },
    "X102VE": {
        # The app sends the first one, which started a car in 2026 (#2202). The second had no effect in May 2026
        # (#2133), but resumes a car that was stopped by a schedule.
        CommandKind.START_CHARGE: (Route.KCM_START, Route.KCA_START, Route.KCA_MODE),
        # The first two stopped cars in 2026 (#2202), and the author gave the second up for the first. The others are
        # accepted without effect (#2133) or refused (#1867).
        CommandKind.STOP_CHARGE: (Route.KCM_SCHEDULE, Route.KCM_DELAYED_START, Route.KCM_PAUSE, Route.KCA_STOP),
        # The app sends the first, which also makes the car follow its programs; the second has reportedly not worked
        # since 2025 (#1708).
        CommandKind.SET_CHARGE_SCHEDULE: (Route.KCM_SCHEDULE, Route.KCA_SCHEDULE),
        # With its programs the mode is only proven for another model (#1946); inactive programs have the same effect.
        CommandKind.DISABLE_CHARGE_SCHEDULE: (Route.KCA_MODE, Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_SCHEDULE),
    },
    "XCB1VE": {
        # Start and schedule by the app's requests (#2016), the mode with the programs (#1946); to stop, what the ZOE
        # takes: the older request is refused. A mode with programs writes them as well.
        CommandKind.START_CHARGE: (Route.KCM_START, Route.KCA_MODE_WITH_PROGRAMS),
        CommandKind.STOP_CHARGE: (Route.KCM_SCHEDULE, Route.KCM_DELAYED_START, Route.KCM_PAUSE),
        CommandKind.SET_CHARGE_SCHEDULE: (Route.KCM_SCHEDULE, Route.KCA_MODE_WITH_PROGRAMS),
        CommandKind.DISABLE_CHARGE_SCHEDULE: (Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_MODE),
    },
}


def routes_of(model: str | None, start_path: str) -> Routes:
    """Return the routes of a model by command; `start_path` is where the library starts a charge, if anywhere."""
    return _BY_MODEL.get(model or "") or _BY_START.get(start_path.rpartition("/")[2], {})


def path(route: Route) -> str:
    """Return the path of a route below the account."""
    return _PATHS[route]


def body(route: Route, **attributes: Any) -> dict[str, Any]:
    """Return the content of a request, with attributes besides its action."""
    action = {"action": _ACTIONS[route]} if route in _ACTIONS else {}
    return {"data": {"type": _TYPES.get(route, "ChargingStart"), "attributes": {**action, **attributes}}}


def schedule(route: Route, programs: Programs) -> dict[str, Any]:
    """Return the content of a request that replaces the programs of a car."""
    if route is Route.KCA_MODE_WITH_PROGRAMS:
        return mode(route, ENABLED, programs)
    return body(route, schedules=_as_app(programs) if route is Route.KCM_SCHEDULE else programs)


def mode(route: Route, action: str, programs: Programs) -> dict[str, Any]:
    """Return the content of a request that sets the charge mode; an empty list of programs is refused."""
    kept = {"schedules": programs} if route is Route.KCA_MODE_WITH_PROGRAMS and programs else {}
    return body(route, action=action, **kept)


def timestamp(at: datetime) -> str:
    """Return a time as the app sends it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:00.000Z}"


def _as_app(programs: Programs) -> Programs:
    """Return programs as the app sends them: always five, with ids that are strings, and all days."""
    unused = {"activated": False, **dict.fromkeys(DAYS.values())}
    rows = {str(program.get("id")): program for program in programs}
    numbers = dict.fromkeys((str(number) for number in range(1, _PROGRAMS + 1)), unused)
    return [{"id": number} | unused | row | {"id": number} for number, row in {**rows, **numbers, **rows}.items()]
