"""The routes of commands: KCA and KCM endpoints, and which of them have an effect on a car."""

from enum import StrEnum


class Route(StrEnum):
    """A command over one of the endpoints that accept it."""

    KCA_START = "kca_start"
    KCA_STOP = "kca_stop"
    KCA_MODE = "kca_mode"
    KCA_MODE_WITH_PROGRAMS = "kca_mode_with_programs"
    KCA_SCHEDULE = "kca_schedule"
    KCM_START = "kcm_start"
    KCM_DELAYED_START = "kcm_delayed_start"
    KCM_SCHEDULE = "kcm_schedule"
    KCM_PAUSE = "kcm_pause"
    KCM_RESUME = "kcm_resume"
    EV_SETTINGS = "ev_settings"
    SOC_LEVELS = "soc_levels"
    HVAC_START = "hvac_start"
    HVAC_TIMER = "hvac_timer"
    HVAC_STOP = "hvac_stop"
    HVAC_SCHEDULE = "hvac_schedule"
    HORN_LIGHTS = "horn_lights"
    REFRESH_LOCATION = "refresh_location"


class RouteSet(StrEnum):
    """The routes that have an effect."""

    ALL = "all"
    KCA = "kca"
    KCM = "kcm"
    NONE = "none"


class Outcome(StrEnum):
    """What a command over a route leads to: an effect, none, or an error."""

    WORKS = "works"
    WAITS = "waits"
    IGNORED = "ignored"
    INVALID_BODY = "invalid_body"
    BAD_REQUEST = "bad_request"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"


_ONLY_AT_KCA = {
    Route.HVAC_START,
    Route.HVAC_TIMER,
    Route.HVAC_STOP,
    Route.HVAC_SCHEDULE,
    Route.HORN_LIGHTS,
    Route.REFRESH_LOCATION,
}
_KCA = {Route.KCA_START, Route.KCA_STOP, Route.KCA_MODE, Route.KCA_MODE_WITH_PROGRAMS, Route.KCA_SCHEDULE}


# `kca` and `kcm` concern the commands that exist at both; preconditioning, horn, and location do not.
WORKING: dict[RouteSet, set[Route]] = {
    RouteSet.ALL: set(Route),
    RouteSet.KCA: _KCA | _ONLY_AT_KCA,
    RouteSet.KCM: set(Route) - _KCA,
    RouteSet.NONE: set(),
}
