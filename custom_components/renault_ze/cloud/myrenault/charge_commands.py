"""Start and stop charging, over one of the routes for it."""

from ..schedule import DAY
from . import ev_settings, routes
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
