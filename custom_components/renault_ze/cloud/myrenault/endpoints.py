"""The names of the endpoints, and those offered although the library's table does not list them for a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FIRST, SECOND, MEGANE = "X101VE", "X102VE", "XCB1VE"
ALERTS = "alerts"
BATTERY = "battery-status"
CABIN = "hvac-status"
CALENDAR = "charge-schedule"
CHARGES = "charges"
LOCATION = "location"
LOCK_STATUS = "lock-status"
MILEAGE = "cockpit"
MODE = "charge-mode"
PRESSURE = "pressure"
SESSIONS = "hvac-sessions"
SOC_LEVELS = "soc-levels"
CHARGING_SETTINGS = "charging-settings"
CHARGE_START = "actions/charge-start"
HORN = "actions/horn-start"
HVAC_SCHEDULE = "actions/hvac-set-schedule"
HVAC_SETTINGS = "hvac-settings"
HVAC_START = "actions/hvac-start"
HVAC_STOP = "actions/hvac-stop"
LIGHTS = "actions/lights-start"
REFRESH_LOCATION = "actions/refresh-location"
SET_MODE = "actions/charge-set-mode"
SET_SCHEDULE = "actions/charge-set-schedule"
# Where newer cars start a charge and hold their schedule, in place of the library's defaults.
_SETTINGS: Mapping[str, str] = dict.fromkeys((CHARGE_START, CALENDAR), "/kcm/v1/vehicles/{vin}/ev/settings")


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """Endpoints of a model that the table lacks; `paths` are those that differ from the library's defaults.

    `grade` is one of docs/evidence.md, `reason` says what is known. An addition to a model that is `whole` is only
    used while the table does not list the model at all.
    """

    model: str
    endpoints: tuple[str, ...]
    grade: str
    reason: str
    paths: Mapping[str, str] | None = None
    whole: bool = False


ADDITIONS: Final = (
    Addition(
        model=FIRST,
        endpoints=(SET_MODE, CHARGES),
        grade="observed",
        reason="The library uses its defaults for these, and owners report that they work (hRZ#105, #1398).",
    ),
    Addition(
        model=FIRST,
        endpoints=(SESSIONS,),
        grade="not proven",
        reason="Reported as removed (#1712); only offered once the server has responded.",
    ),
    Addition(
        model=SECOND,
        endpoints=(SET_MODE, SET_SCHEDULE, CHARGES),
        grade="observed",
        reason="The library uses its defaults for these; reports about commands differ (#1708, #1398).",
    ),
    Addition(
        model=SECOND,
        endpoints=(SESSIONS,),
        grade="not proven",
        reason="Reported as removed (#1712); only offered once the server has responded.",
    ),
    Addition(
        model=SECOND,
        endpoints=(HVAC_SCHEDULE,),
        grade="not proven",
        reason="The library uses its default for this; the only report that it works is of 2020 (#86).",
    ),
    Addition(
        model=MEGANE,
        endpoints=(CHARGES,),
        grade="observed",
        reason="A response with charges was captured; the library requests it without its table.",
    ),
    Addition(
        model="X071VE",
        endpoints=(CHARGE_START, HVAC_START),
        grade="inferred",
        reason="The table names no action of the Twingo, so the library and core use the defaults.",
    ),
    Addition(
        model="XFB2BI",
        endpoints=(CHARGE_START, HVAC_START),
        grade="inferred",
        reason="Listed for the estate of the same plug-in hybrid (XFB2BK).",
    ),
    Addition(
        model="XBG2VE",
        endpoints=(BATTERY, MILEAGE, CABIN, LOCATION, SOC_LEVELS, CALENDAR, CHARGE_START, HVAC_START, HVAC_STOP),
        grade="observed",
        reason="The table lists the Spring of 2025 since version 0.6.2 only.",
        paths=_SETTINGS,
        whole=True,
    ),
)
# Cars that stop preconditioning by "stop", beside those in the table; others take "cancel".
STOPPED_BY_STOP: Final = frozenset({"XBG2VE"})
# Of a model that neither lists; the server shows by its responses what the car has.
UNLISTED: Final = (BATTERY, MILEAGE, LOCATION, CABIN, CHARGING_SETTINGS, CHARGE_START, HVAC_START)
# Without details of a car, only what all models support.
UNKNOWN: Final = (BATTERY, MILEAGE)
