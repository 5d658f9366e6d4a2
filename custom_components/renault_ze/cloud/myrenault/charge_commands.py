"""Start and stop charging, over one of the routes for it, and set the levels between which a car charges."""

from ..exceptions import RejectedError
from ..reports import CHARGE_TARGETS, MINIMUM_LEVELS, ChargeLimits
from ..schedule import DAY
from . import ev_settings, routes
from .endpoints import SOC_LEVELS
from .routes import Route
from .schedules import Schedules
from .suspension import STOP_WINDOW
from .vehicle import VehicleClient

_MODES = (Route.KCA_MODE, Route.KCA_MODE_WITH_PROGRAMS)
# A car is stopped by a start or a window as far away as the reported ones.
_AHEAD = DAY


async def start(schedules: Schedules, car: VehicleClient, route: Route) -> None:
    """Start charging now; the schedule is suspended first."""
    if route is Route.KCM_SETTINGS:
        await ev_settings.start(schedules.suspensions, car)
        return
    await schedules.suspend(car)
    if route in _MODES:
        await schedules.writer.disable(car, route, await schedules.programs(car, route))
    else:
        await car.post(route, routes.body(route))


async def stop(schedules: Schedules, car: VehicleClient, route: Route) -> None:
    """Stop charging; the schedule is suspended first."""
    await schedules.suspend(car, stops=True)
    at = schedules.storage.clock.now() + _AHEAD
    match route:
        case Route.KCM_SCHEDULE:
            content = routes.schedule(route, car.converter().once(at, STOP_WINDOW))
        case Route.KCM_DELAYED_START:
            content = routes.body(route, startDateTime=routes.timestamp(at))
        case _:
            content = routes.body(route)
    await car.post(route, content)


async def set_limits(car: VehicleClient, limits: ChargeLimits) -> None:
    """Write the charge limits, which are sent together; raise RejectedError for others than those that cars accept."""
    if limits.target not in CHARGE_TARGETS or limits.minimum not in MINIMUM_LEVELS:
        text = f"The car takes no limits of {limits.minimum} % and {limits.target} %"
        raise RejectedError(text, key="charge_limit_out_of_range")
    path, body = car.endpoints.paths[SOC_LEVELS], {"socMin": limits.minimum, "socTarget": limits.target}
    await car.command(SOC_LEVELS, lambda: car.link.http_post(path, body))
