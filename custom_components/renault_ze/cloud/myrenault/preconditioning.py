"""Preconditioning of a car: its commands, its last run, and its timer."""

from datetime import UTC, datetime, time, timedelta

from ..exceptions import RejectedError
from ..models import PreconditioningRun
from ..redaction import log_once
from ..reports import Cabin
from ..schedule import CLOCK_ERROR, is_ahead, next_at
from . import decode
from .endpoints import HVAC_START, HVAC_STOP, SESSIONS
from .vehicle import VehicleClient

# How far back to read the last run.
_RECENT = timedelta(days=3)
# The car's programs repeat every week: a later start is a mistake.
_A_WEEK = timedelta(days=7)
_TYPE = "HvacStart"


async def start(car: VehicleClient, temperature: float | None, at: time | None) -> None:
    """Start preconditioning now or at a time of day; raise RejectedError for a temperature out of range.

    A temperature is required; Home Assistant's own integration sends 21 °C, which is the default here as well.
    """
    allowed = car.endpoints.temperatures
    wanted = allowed.default if temperature is None else temperature
    if not allowed.lowest <= wanted <= allowed.highest:
        coldest, hottest = f"{allowed.lowest:.0f}", f"{allowed.highest:.0f}"
        text = f"The car takes {coldest} to {hottest} °C, not {wanted:g}"
        raise RejectedError(text, key="temperature_out_of_range", coldest=coldest, hottest=hottest)
    starts_at = None if at is None else next_at(at, car.time_zone, car.storage.clock.now())
    later = {} if starts_at is None else {"startDateTime": f"{starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    await car.act(HVAC_START, _TYPE, action="start", targetTemperature=wanted, **later)


async def stop(car: VehicleClient) -> None:
    """Stop preconditioning and delete the timer; cars take different words for it."""
    await car.act(HVAC_STOP, _TYPE, action="stop" if car.endpoints.stops_by_stop else "cancel")


async def last_run(car: VehicleClient) -> PreconditioningRun | None:
    """Return the last run of the last days, None if there is none."""
    now = car.storage.clock.now()
    runs = decode.preconditioning_runs(await car.history(SESSIONS, now.date() - _RECENT, now.date()))
    # A run dated in the future by mistake must not hide the others.
    return min(runs, key=lambda run: is_ahead(run.at, now, CLOCK_ERROR), default=None)


def timer(car: VehicleClient, cabin: Cabin) -> time | None:
    """Return the time of the next start on the vehicle's wall clock, None if there is none."""
    starts_at, now = cabin.preconditioning_starts_at, car.storage.clock.now()
    if starts_at is None or starts_at <= now:
        return None
    if is_ahead(starts_at, now, _A_WEEK):
        log_once("The server reports a start of preconditioning more than a week ahead; the date is ignored")
        return None
    return _wall_clock(starts_at.astimezone(car.time_zone))


def _wall_clock(at: datetime) -> time:
    """Return a time to the minute."""
    return at.time().replace(second=0, microsecond=0, fold=0)
