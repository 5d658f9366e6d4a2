"""The client of MY Renault."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import aiohttp

from ..exceptions import RejectedError, UnsupportedError
from ..models import (
    Account,
    Battery,
    Cabin,
    Capability,
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    Location,
    NotificationSettings,
    PreconditioningRun,
)
from ..protocol import SYSTEM_CLOCK, Clock
from ..redaction import log_once
from ..schedule import CLOCK_ERROR, is_ahead, month_span, next_at
from . import capabilities, charge_commands, decode
from .accounts import Accounts
from .programs import ScheduleClock
from .quota import stored_quota
from .routes import Route
from .schedules import Schedules
from .servers import AccountChoice, Servers
from .session import MyRenaultSession
from .storage import AccountStorage
from .vehicle import VehicleClient

# How far back to read the last run.
_RECENT = timedelta(days=3)
# The car's programs repeat every week: a later start is a mistake.
_A_WEEK = timedelta(days=7)
# A command over another route, and a read that shows its effect.
_ROUTE_REQUESTS = 2
# A temperature is required; Home Assistant's own integration sends this one.
_DEFAULT_TEMPERATURE = 21.0
_COLDEST, _HOTTEST = 15.0, 25.0


class MyRenault:
    """An account at MY Renault.

    `account_id` is the account the user has chosen, `schedule_clocks` are the clocks of charge schedules by VIN.
    `quota_share` returns our part of the request quota, below 1 while others use the account as well. `on_session`
    is called with the session as JSON after each change; passed as `stored`, it avoids another login. It contains
    tokens, so store it privately. `on_request`, if given, is called instead when only the number of requests left
    has changed a little. `flush` writes at once what these were called with.
    """

    def __init__(  # noqa: PLR0913 - a server, an account, and its stored data
        self,
        session: aiohttp.ClientSession,
        *,
        username: str,
        password: str,
        locale: str,
        default_time_zone: tzinfo,
        servers: Servers | None = None,
        account_id: str | None = None,
        schedule_clocks: Mapping[str, ScheduleClock] | None = None,
        quota_share: Callable[[], float] = lambda: 1.0,
        stored: Mapping[str, Any] | None = None,
        on_session: Callable[[dict[str, Any]], None] | None = None,
        on_request: Callable[[dict[str, Any]], None] | None = None,
        flush: Callable[[], Awaitable[Any]] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Prepare without sending requests."""
        name = username.strip()
        owner = " ".join((name.lower(), locale, servers.gigya if servers else "Renault"))
        self._storage = AccountStorage(
            owner=owner, on_change=on_session, on_request=on_request, flush=flush, clock=clock
        )
        self._storage.load(stored)
        self._session = MyRenaultSession(
            session,
            locale=locale,
            servers=servers,
            credentials=(name, password),
            storage=self._storage,
            quota=stored_quota(self._storage, quota_share),
        )
        clocks = dict(schedule_clocks or {})
        self._accounts = Accounts(
            self._session, self._storage, chosen=account_id, time_zone=default_time_zone, clocks=clocks
        )
        self._schedules = Schedules(storage=self._storage)

    @property
    def stored(self) -> dict[str, Any]:
        """Return the session as it is passed to `on_session`."""
        return self._storage.stored()

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago; the first call tries what each car supports."""
        return await self._accounts.account(max_age=max_age)

    async def account_choices(self) -> tuple[AccountChoice, ...]:
        """Return all accounts of the user with cars, including those with only unsupported cars."""
        return await self._accounts.all()

    async def code_addresses(self) -> dict[str, str]:
        """Return the obfuscated addresses to which the code of a second factor can be sent, by their id."""
        return await self._session.addresses()

    async def send_code(self, address_id: str) -> None:
        """Let the server send the code of a second factor."""
        await self._session.send_code(address_id)

    async def enter_code(self, code: str) -> None:
        """Log in with the code of a second factor; raise WrongCodeError for a wrong one."""
        await self._session.enter_code(code)

    async def battery(self, vin: str) -> Battery | None:
        """Return the last battery report on the server; once it shows no charge, a suspended schedule is restored."""
        car = await self._accounts.car(vin)
        report = decode.battery(await car.content(capabilities.BATTERY), first=car.is_first_generation)
        await self._schedules.restore_if_over(car, report)
        return report

    async def mileage(self, vin: str) -> float | None:
        """Return the mileage in kilometers."""
        car = await self._accounts.car(vin)
        kilometers = decode.mileage(await car.content(capabilities.MILEAGE))
        self._schedules.note_mileage(car, kilometers)
        return kilometers

    async def location(self, vin: str) -> Location | None:
        """Return the last location; raise RejectedError while the driver has enabled privacy."""
        car = await self._accounts.car(vin)
        return decode.location(await car.content(capabilities.LOCATION))

    async def cabin(self, vin: str) -> Cabin:
        """Return the state of the cabin."""
        car = await self._accounts.car(vin)
        return decode.cabin(await car.content(capabilities.CABIN), first=car.is_first_generation)

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run of the last days, None if there is none."""
        car = await self._accounts.car(vin)
        now = self._storage.clock.now()
        runs = decode.preconditioning_runs(await car.history(capabilities.SESSIONS, now.date() - _RECENT, now.date()))
        # A run dated in the future by mistake must not hide the others.
        return min(runs, key=lambda run: is_ahead(run.at, now, CLOCK_ERROR), default=None)

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the time of the next start on the vehicle's wall clock, None if there is none."""
        car = await self._accounts.car(vin)
        starts_at = (await self.cabin(vin)).preconditioning_starts_at
        now = self._storage.clock.now()
        if starts_at is None or starts_at <= now:
            return None
        if is_ahead(starts_at, now, _A_WEEK):
            log_once("The server reports a start of preconditioning more than a week ahead; the date is ignored")
            return None
        return starts_at.astimezone(car.time_zone).time().replace(second=0, microsecond=0, fold=0)

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the charge schedule in the car, or our copy while the car shows none because it is disabled.

        A schedule of ours is sent again after a daylight saving time change.
        """
        return await self._schedules.schedule(await self._accounts.car(vin))

    async def charge_schedule_by(self, vin: str, clock: ScheduleClock) -> ChargeSchedule:
        """Return the charge schedule in the car, converted by a clock, for the user to compare."""
        return await self._schedules.schedule_by(await self._accounts.car(vin), clock)

    async def notifications(self, vin: str) -> NotificationSettings:
        """Raise UnsupportedError: only Renault's app supports this."""
        raise UnsupportedError("This car's cloud does not report the notification settings")

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, newest first; the server keeps about the last ten charges."""
        car = await self._accounts.car(vin)
        return decode.charges(await car.history(capabilities.CHARGES, *month_span(begin, end)))

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the preconditioning runs of whole months, newest first."""
        car = await self._accounts.car(vin)
        return decode.preconditioning_runs(await car.history(capabilities.SESSIONS, *month_span(begin, end)))

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Let the next reads use the requests that are reserved for commands."""
        self._accounts.expect_command(vin, essential=essential)

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Start preconditioning now, to 21 °C by default."""
        await self._precondition(vin, temperature, None)

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Start preconditioning at the next `start` of the vehicle's wall clock.

        The library's documentation contradicts itself whether the car starts or is ready at this time.
        """
        await self._precondition(vin, temperature, start)

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Stop preconditioning and delete the timer."""
        car = await self._car_with(vin, Capability.CANCEL_PRECONDITIONING)
        await car.command(capabilities.HVAC_STOP, car.link.set_ac_stop)

    def routes(self, vin: str, kind: CommandKind) -> tuple[str, ...]:
        """Return the routes of a command, the one that has worked first."""
        car = self._accounts.known(vin)
        return () if car is None else car.routes(kind)

    def confirm_route(self, vin: str, kind: CommandKind, route: str) -> None:
        """Try a route first from now on."""
        self._storage.set_route(vin, kind, route)

    def allows_another_route(self, vin: str) -> bool:
        """Return whether a request for a command and one for a read are left."""
        return self._session.requests_left >= _ROUTE_REQUESTS

    def commands_refused_at(self, vin: str) -> datetime | None:
        """Return when the car last refused a command because it accepts no remote commands, None if it accepts them."""
        return self._storage.commands_refused.get(vin)

    async def start_charge(self, vin: str, *, route: str | None = None) -> None:
        """Start charging now; a car that loses its charge schedule with this gets it back after the charge."""
        car = await self._car_with(vin, Capability.START_CHARGE)
        await charge_commands.start(self._schedules, car, _route(car, CommandKind.START_CHARGE, route))

    async def stop_charge(self, vin: str, *, route: str | None = None) -> None:
        """Stop charging; a car that loses its charge schedule with this gets it back later."""
        car = await self._car_with(vin, Capability.STOP_CHARGE)
        await charge_commands.stop(self._schedules, car, _route(car, CommandKind.STOP_CHARGE, route))

    async def request_update(self, vin: str) -> None:
        """Raise UnsupportedError: the car reports by itself only."""
        raise UnsupportedError("This car's cloud cannot request an update")

    async def set_charge_schedule(
        self, vin: str, windows: tuple[ChargeWindow, ...], *, route: str | None = None
    ) -> None:
        """Write the schedule and send it to the car, enabled; raise UnsupportedError if the car cannot hold it."""
        car = await self._car_with(vin, Capability.CHARGE_SCHEDULE)
        await self._schedules.send(car, windows, _route(car, CommandKind.SET_CHARGE_SCHEDULE, route))

    async def disable_charge_schedule(self, vin: str, *, route: str | None = None) -> None:
        """Let the car charge whenever it is plugged in."""
        car = await self._car_with(vin, Capability.CHARGE_SCHEDULE)
        await self._schedules.disable(car, _route(car, CommandKind.DISABLE_CHARGE_SCHEDULE, route))

    async def restore_charge_schedule(self, vin: str) -> bool:
        """Send a suspended schedule back now, even to a car that charges; return whether nothing is left to do."""
        return await self._schedules.restore(await self._accounts.car(vin))

    def overdue_charge_schedule(self, vin: str) -> ChargeSchedule | None:
        """Return the suspended schedule that could not be restored for a day, None if there is none."""
        return self._schedules.overdue(vin)

    def charge_schedule_retry_in(self, vin: str) -> timedelta | None:
        """Return the wait until a suspended schedule is sent back again, None if none waits for that."""
        return self._schedules.suspensions.retry_in(vin)

    def was_schedule_read(self, vin: str) -> bool:
        """Return whether the schedule was read for a command, or to restore it, since the last call."""
        return self._schedules.suspensions.was_read(vin)

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Raise UnsupportedError: only Renault's app supports this."""
        raise UnsupportedError("This car's cloud cannot change the notification settings")

    async def _precondition(self, vin: str, temperature: float | None, start: time | None) -> None:
        """Start preconditioning; raise RejectedError for a temperature out of range."""
        wanted = _DEFAULT_TEMPERATURE if temperature is None else temperature
        if not _COLDEST <= wanted <= _HOTTEST:
            coldest, hottest = f"{_COLDEST:.0f}", f"{_HOTTEST:.0f}"
            text = f"The car takes {coldest} to {hottest} °C, not {wanted:g}"
            raise RejectedError(text, key="temperature_out_of_range", coldest=coldest, hottest=hottest)
        car = await self._car_with(vin, Capability.PRECONDITIONING)
        # The library takes a naive time in the time zone of this process.
        at = None if start is None else next_at(start, car.time_zone, self._storage.clock.now())
        await car.command(capabilities.HVAC_START, lambda: car.link.set_ac_start(wanted, at))

    async def _car_with(self, vin: str, capability: Capability) -> VehicleClient:
        """Return a car; raise UnsupportedError if it does not have a capability."""
        car = await self._accounts.car(vin)
        if capability not in car.vehicle.capabilities:
            raise UnsupportedError(f"This car's cloud does not support this: {capability.replace('_', ' ')}")
        return car


def _route(car: VehicleClient, kind: CommandKind, route: str | None) -> Route:
    """Return the route of a command, by default the one most likely to work."""
    found = (route,) if route is not None else car.routes(kind)
    if not found:
        raise UnsupportedError(f"This car's cloud does not support this: {kind.replace('_', ' ')}")
    return Route(found[0])
