"""The client of MY Renault."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import aiohttp

from ..exceptions import UnsupportedError
from ..models import (
    Account,
    Battery,
    Capability,
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    Part,
    PreconditioningRun,
)
from ..notifications import NotificationSettings
from ..protocol import SYSTEM_CLOCK, Clock
from ..reports import Cabin, ChargeLimits, Location
from ..schedule import CarDeparture, CarDepartures, month_span
from . import charge_commands, decode, decode_reports, endpoints, preconditioning
from .accounts import Accounts
from .departures import Departures
from .picture import picture, picture_address
from .programs import ScheduleClock
from .quota import stored_quota
from .routes import Route
from .schedules import Schedules
from .servers import AccountChoice, Servers
from .session import MyRenaultSession
from .storage import AccountStorage
from .vehicle import VehicleClient

# A command over another route, and a read that shows its effect.
_ROUTE_REQUESTS = 2


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
        self._http, self._own_server = session, None if servers is None else servers.kamereon
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
        self._departures = Departures(suspensions=self._schedules.suspensions)

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
        report = decode.battery(await car.content(endpoints.BATTERY), first=car.is_first_generation)
        await self._schedules.restore_if_over(car, report)
        return report

    async def mileage(self, vin: str) -> float | None:
        """Return the mileage in kilometers."""
        car = await self._accounts.car(vin)
        kilometers = decode.mileage(await car.content(endpoints.MILEAGE))
        self._schedules.note_mileage(car, kilometers)
        return kilometers

    async def location(self, vin: str) -> Location | None:
        """Return the last location; raise RejectedError while the driver has enabled privacy."""
        car = await self._accounts.car(vin)
        return decode.location(await car.content(endpoints.LOCATION))

    async def cabin(self, vin: str) -> Cabin:
        """Return the state of the cabin."""
        car = await self._accounts.car(vin)
        return decode.cabin(await car.content(endpoints.CABIN), first=car.is_first_generation)

    async def equipment(self, vin: str, part: Part) -> Any:
        """Return a part that only some cars have, None if its response contains no value."""
        endpoint, decoded = decode_reports.EQUIPMENT[part]
        return decoded(await (await self._accounts.car(vin)).content(endpoint))

    async def picture(self, vin: str) -> bytes:
        """Return the picture of the car, which another server of Renault draws."""
        car = await self._car_with(vin, Capability.PICTURE)
        return await picture(self._http, picture_address(car.details) or "", self._own_server)

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run of the last days, None if there is none."""
        return await preconditioning.last_run(await self._accounts.car(vin))

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the time of the next start on the vehicle's wall clock, None if there is none."""
        return preconditioning.timer(await self._accounts.car(vin), await self.cabin(vin))

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
        return decode.charges(await car.history(endpoints.CHARGES, *month_span(begin, end)))

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the preconditioning runs of whole months, newest first."""
        car = await self._accounts.car(vin)
        return decode.preconditioning_runs(await car.history(endpoints.SESSIONS, *month_span(begin, end)))

    async def departures(self, vin: str) -> CarDepartures | None:
        """Return the departures that the car keeps itself, None if its response does not contain them."""
        return await self._departures.departures(await self._car_with(vin, Capability.CAR_DEPARTURES))

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Let the next reads use the requests that are reserved for commands."""
        self._accounts.expect_command(vin, essential=essential)

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Start preconditioning now, to 21 °C by default."""
        await preconditioning.start(await self._car_with(vin, Capability.PRECONDITIONING), temperature, None)

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Start preconditioning at the next `start` of the vehicle's wall clock.

        The library's documentation contradicts itself whether the car starts or is ready at this time.
        """
        await preconditioning.start(await self._car_with(vin, Capability.PRECONDITIONING), temperature, start)

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Stop preconditioning and delete the timer."""
        await preconditioning.stop(await self._car_with(vin, Capability.CANCEL_PRECONDITIONING))

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

    def clear_schedule_read(self, vin: str) -> bool:
        """Forget that the schedule was read for a command, or to restore it, and return whether it was."""
        return self._schedules.suspensions.clear_read(vin)

    async def set_departures(self, vin: str, departures: tuple[CarDeparture, ...]) -> None:
        """Replace the departures in the car that were sent from here; all others stay."""
        await self._departures.replace(await self._car_with(vin, Capability.CAR_DEPARTURES), departures)

    async def set_charge_limits(self, vin: str, limits: ChargeLimits) -> None:
        """Write the levels between which the car charges; raise RejectedError for what no car accepts."""
        await charge_commands.set_limits(await self._car_with(vin, Capability.CHARGE_LIMIT), limits)

    async def refresh_location(self, vin: str) -> None:
        """Ask the car for its location."""
        car = await self._car_with(vin, Capability.REFRESH_LOCATION)
        await car.act(endpoints.REFRESH_LOCATION, "RefreshLocation")

    async def sound_horn(self, vin: str) -> None:
        """Sound the horn."""
        car = await self._car_with(vin, Capability.SOUND_HORN)
        await car.act(endpoints.HORN, "HornLights", action="start", target="horn")

    async def flash_lights(self, vin: str) -> None:
        """Flash the lights."""
        car = await self._car_with(vin, Capability.FLASH_LIGHTS)
        await car.act(endpoints.LIGHTS, "HornLights", action="start", target="lights")

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Raise UnsupportedError: only Renault's app supports this."""
        raise UnsupportedError("This car's cloud cannot change the notification settings")

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
