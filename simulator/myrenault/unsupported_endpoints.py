"""The endpoints that a model does not have, and the error of each."""

from collections.abc import Callable, Mapping

from . import errors
from .errors import KamereonError

type EndpointErrors = Mapping[str, Callable[[], KamereonError]]


def _each(error: Callable[[], KamereonError], names: str) -> EndpointErrors:
    """Return the same error for several endpoints."""
    return dict.fromkeys(names.split(), error)


_KCM_CHARGE = " kcm/charge/settings kcm/charge/start kcm/charge/schedule kcm/charge/pause-resume"
_KCM_EV = " kcm/ev/settings kcm/ev/soc-levels"
_KCA_COMMANDS = " v1/actions/charging-start v1/actions/charge-mode v2/actions/charge-schedule"
_HORN = " v1/actions/horn-lights"
_HVAC_SCHEDULE = " v2/actions/hvac-schedule"
_REFRESH = " v1/actions/refresh-location"
_READ = " v1/charge-mode v1/charge-schedule v1/charging-settings"
_NO_DATA = "v1/lock-status v1/pressure v1/res-state"


_ALL: EndpointErrors = _each(errors.gone, "v1/charge-history v1/hvac-history alerts")


_NEWER: EndpointErrors = {
    **_ALL,
    **_each(errors.not_found, _NO_DATA),
    "v1/notification-settings": errors.no_gdc_gateway,
}


_SETTINGS: EndpointErrors = {
    **_NEWER,
    **_each(errors.forbidden, _READ + " v1/actions/charge-mode v2/actions/charge-schedule" + _KCM_CHARGE),
}


_PROGRAMS: EndpointErrors = {
    **_NEWER,
    **_each(errors.forbidden, "kcm/ev/settings kcm/charge/pause-resume"),
    "v1/charge-mode": errors.charge_mode_error,
    "v1/charge-schedule": errors.charge_schedule_error,
}


_HYBRID: EndpointErrors = {**_PROGRAMS, **_each(errors.forbidden, _KCM_EV)}


def _without(name: str, given: EndpointErrors) -> EndpointErrors:
    """Return the errors without those of an endpoint that a model has."""
    return {each: error for each, error in given.items() if each != name}


ENDPOINT_ERRORS: Mapping[str, EndpointErrors] = {
    "X101VE": {
        **_ALL,
        **_each(errors.not_supported, _NO_DATA + " v1/location kcm/ev/soc-levels"),
        **_each(errors.gone, "v1/hvac-settings kcm/ev/settings" + _HVAC_SCHEDULE + _REFRESH + _KCM_CHARGE),
        **_each(errors.forbidden, _HORN),
    },
    "X102VE": {
        **_ALL,
        **_each(errors.not_found, "v1/lock-status v1/res-state v1/charge-schedule"),
        **_each(errors.gone, _REFRESH),
        **_each(errors.forbidden, _HORN + _KCM_EV),
        "v1/charge-mode": lambda: errors.invalid("The charge mode cannot be read"),
    },
    "R5E1VE": {**_without("alerts", _SETTINGS), **_each(errors.forbidden, "v1/res-state" + _HVAC_SCHEDULE)},
    "A5E1AE": {
        **_SETTINGS,
        **_each(errors.forbidden, _HVAC_SCHEDULE),
        "v1/hvac-settings": lambda: KamereonError(500, "502000", "technical"),
    },
    "A4E1VE": {
        **_SETTINGS,
        **_each(errors.forbidden, "v1/hvac-settings" + _HVAC_SCHEDULE),
        **_each(errors.bad_body, "v1/actions/charge-mode"),
    },
    "XCB1SE": _SETTINGS,
    "XDD1VE": {
        **_without("v1/actions/charge-mode", _SETTINGS),
        **_each(errors.forbidden, "v1/actions/charging-start" + _HVAC_SCHEDULE),
    },
    "XBG2VE": {**_SETTINGS, **_each(errors.forbidden, _HORN)},
    "XBG1VE": {
        **_NEWER,
        **_each(errors.forbidden, _READ + _KCA_COMMANDS + _KCM_EV + _HORN + _HVAC_SCHEDULE),
        **_each(errors.forbidden, "kcm/charge/settings kcm/charge/start kcm/charge/schedule"),
        "v1/hvac-settings": errors.hvac_settings_error,
    },
    "XCB1VE": _PROGRAMS,
    "X071VE": {**_PROGRAMS, **_each(errors.forbidden, _KCM_CHARGE + _KCM_EV + _HORN)},
    "XJB1SU": {
        **_without("alerts", _HYBRID),
        **_each(errors.gone, "v1/actions/charging-start" + _HORN + _KCM_CHARGE),
    },
    "XFB2BI": {
        **_HYBRID,
        **_each(errors.not_found, "v1/location" + _REFRESH),
        **_each(errors.forbidden, _HORN + _KCM_CHARGE),
    },
    "XFB2BK": {
        **_HYBRID,
        **_each(errors.gone, "v1/hvac-settings" + _HVAC_SCHEDULE),
        **_each(errors.forbidden, _HORN + _KCM_CHARGE),
    },
    "XHN1CP": {**_SETTINGS, **_each(errors.forbidden, "v1/actions/charging-start kcm/ev/soc-levels")},
    "XJF2BI": {
        **_NEWER,
        **_each(errors.not_found, "v2/battery-status v1/hvac-status"),
        **_each(errors.forbidden, _READ + _KCA_COMMANDS + _KCM_CHARGE + _KCM_EV),
        **_each(errors.forbidden, "v1/hvac-settings v1/actions/hvac-start" + _HVAC_SCHEDULE),
        "v1/charges": errors.missing_parameter,
    },
}
