"""An account at MY Renault, in the words of the vocabulary."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, time, timedelta, tzinfo
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
    Location,
    NotificationSettings,
    PreconditioningRun,
)
from ..protocol import SYSTEM_CLOCK, Clock
from ..redaction import note
from ..schedule import A_FEW_MINUTES, is_ahead, next_at
from . import capabilities, decode
from .accounts import Garages
from .programs import ScheduleClock
from .quota import Budget
from .schedules import Weeks
from .servers import Garage, Servers
from .session import Gateway
from .storage import Memory
from .vehicle import Car, month_span

# How far back the last run is looked for.
_RECENT = timedelta(days=3)
# The car's own programs come every week: a start later than this is a mistake.
_A_WEEK = timedelta(days=7)
# The wire wants a temperature; this is the one Home Assistant's own integration asks for.
_COMFORT = 21.0
_COLDEST, _HOTTEST = 15.0, 25.0


class MyRenault:
    """An account at MY Renault: the `Cloud` where the cars are today."""

    def __init__(  # noqa: PLR0913 - a server, an account, and what is kept of it
        self,
        session: aiohttp.ClientSession,
        *,
        username: str,
        password: str,
        locale: str,
        default_time_zone: tzinfo,
        servers: Servers | None = None,
        garage: str | None = None,
        schedule_clocks: Mapping[str, ScheduleClock] | None = None,
        quota_share: Callable[[], float] = lambda: 1.0,
        stored: Mapping[str, Any] | None = None,
        on_session: Callable[[dict[str, Any]], None] | None = None,
        on_request: Callable[[dict[str, Any]], None] | None = None,
        flush: Callable[[], Awaitable[Any]] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Prepare without asking anybody.

        `garage` is the account the owner picked where there are several. `schedule_clocks` is by VIN what a car takes
        the times of its programs for. `quota_share` tells which part is ours, below 1 while others ask for the account.
        `on_session` is handed what a restart needs at each change; given back as `stored` it saves a log-in. It holds
        tokens: keep it where nobody else reads. `on_request`, if there is one, is handed it instead where only the
        number of requests that are left has changed by a few. `flush` has it written at once.
        """
        name = username.strip()
        owner = " ".join((name.lower(), locale, servers.gigya if servers else "Renault"))
        self._memory = Memory(owner=owner, on_change=on_session, on_request=on_request, flush=flush, clock=clock)
        self._memory.load(stored)
        self._gateway = Gateway(
            session,
            locale=locale,
            servers=servers,
            credentials=(name, password),
            memory=self._memory,
            budget=_budget(self._memory, quota_share),
        )
        clocks = dict(schedule_clocks or {})
        self._garages = Garages(self._gateway, self._memory, picked=garage, time_zone=default_time_zone, clocks=clocks)
        self._weeks = Weeks(memory=self._memory)

    @property
    def stored(self) -> dict[str, Any]:
        """Return what `on_session` was handed last, or would be now."""
        return self._memory.stored()

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago; the first time, what is in doubt of each car is tried."""
        return await self._garages.account(max_age=max_age)

    async def garages(self) -> tuple[Garage, ...]:
        """Return every account of the owner that holds cars of ours."""
        return await self._garages.all()

    async def code_addresses(self) -> dict[str, str]:
        """Return where the code of a second factor can be sent: blotted addresses by their id."""
        return await self._gateway.addresses()

    async def send_code(self, address_id: str) -> None:
        """Have the code of a second factor sent."""
        await self._gateway.send_code(address_id)

    async def enter_code(self, code: str) -> None:
        """Log in with the code of a second factor; raise WrongCodeError for another than was sent."""
        await self._gateway.enter_code(code)

    async def battery(self, vin: str) -> Battery | None:
        """Return the last report of the battery the server holds; the car itself is not asked."""
        car = await self._garages.car(vin)
        return decode.battery(await car.content(capabilities.BATTERY), first=car.first)

    async def mileage(self, vin: str) -> float | None:
        """Return the odometer in kilometres."""
        car = await self._garages.car(vin)
        return decode.mileage(await car.content(capabilities.MILEAGE))

    async def location(self, vin: str) -> Location | None:
        """Return where the car was parked; raise RejectedError while its driver wants to be left alone."""
        car = await self._garages.car(vin)
        return decode.location(await car.content(capabilities.LOCATION))

    async def cabin(self, vin: str) -> Cabin:
        """Return what the car says of its air."""
        car = await self._garages.car(vin)
        return decode.cabin(await car.content(capabilities.CABIN), first=car.first)

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run of the last days, None where there is none."""
        car = await self._garages.car(vin)
        today = self._memory.clock.now().date()
        runs = decode.preconditioning_runs(await car.history(capabilities.SESSIONS, today - _RECENT, today))
        # One that is dated in the future by mistake must not hide the others.
        now = self._memory.clock.now()
        return min(runs, key=lambda run: is_ahead(run.at, now, A_FEW_MINUTES), default=None)

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the wall-clock time the car will next start at by itself, None where none is told."""
        car = await self._garages.car(vin)
        starts_at = decode.cabin(await car.content(capabilities.CABIN), first=car.first).preconditioning_starts_at
        now = self._memory.clock.now()
        if starts_at is None or starts_at <= now:
            return None
        if is_ahead(starts_at, now, _A_WEEK):
            note("The server says that the car will start by itself more than a week ahead; the date is ignored")
            return None
        return starts_at.astimezone(car.time_zone).time().replace(second=0, microsecond=0, fold=0)

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the week the car holds, or our copy while it shows none because it charges whenever plugged in.

        A week of ours that a change of the clocks has moved is sent again.
        """
        return await self._weeks.schedule(await self._garages.car(vin))

    async def charge_schedule_by(self, vin: str, clock: ScheduleClock) -> ChargeSchedule:
        """Return the week the car holds if it took times for those of a clock: the owner knows which one it does."""
        return await self._weeks.schedule_by(await self._garages.car(vin), clock)

    async def notifications(self, vin: str) -> NotificationSettings:
        """Raise UnsupportedError: only Renault's own app can."""
        raise UnsupportedError("This car's cloud does not say where messages go")

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, newest first; the server keeps the last ten charges or so."""
        car = await self._garages.car(vin)
        return decode.charges(await car.history(capabilities.CHARGES, *month_span(begin, end)))

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the preconditioning runs of whole months, newest first."""
        car = await self._garages.car(vin)
        return decode.preconditioning_runs(await car.history(capabilities.SESSIONS, *month_span(begin, end)))

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Let the reads of the next moments use what idle reading leaves for orders."""
        self._garages.expect_command(vin, essential=essential)

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Order preconditioning now, to 21 °C unless told otherwise."""
        await self._precondition(vin, temperature, None)

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Order preconditioning at the next `start` of the vehicle's wall clock.

        Whether the car starts then or is ready by then, the library's own texts contradict each other.
        """
        await self._precondition(vin, temperature, start)

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Cancel what runs and what is to come."""
        car = await self._able(vin, Capability.CANCEL_PRECONDITIONING)
        await car.order(capabilities.HVAC_STOP, car.link.set_ac_stop)

    async def start_charge(self, vin: str) -> None:
        """Order the car to charge now; one that forgets its week over it gets it back once it charges no more."""
        car = await self._able(vin, Capability.START_CHARGE)
        await self._weeks.set_aside(car)
        await car.order(capabilities.CHARGE_START, car.link.set_charge_start)

    async def request_update(self, vin: str) -> None:
        """Raise UnsupportedError: the car reports when it likes."""
        raise UnsupportedError("This car's cloud cannot ask the car")

    async def set_charge_schedule(self, vin: str, windows: tuple[ChargeWindow, ...]) -> None:
        """Write the week and send it to the car, enabled; raise UnsupportedError, which names the limit it breaks."""
        await self._weeks.send(await self._garages.car(vin), windows)

    async def disable_charge_schedule(self, vin: str) -> None:
        """Let the car charge whenever it is plugged in."""
        await self._weeks.disable(await self._garages.car(vin))

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Raise UnsupportedError: only Renault's own app can."""
        raise UnsupportedError("This car's cloud cannot say where messages go")

    async def _precondition(self, vin: str, temperature: float | None, start: time | None) -> None:
        """Order preconditioning; RejectedError for a temperature no app would send."""
        wanted = _COMFORT if temperature is None else temperature
        if not _COLDEST <= wanted <= _HOTTEST:
            coldest, hottest = f"{_COLDEST:.0f}", f"{_HOTTEST:.0f}"
            text = f"The car takes {coldest} to {hottest} °C, not {wanted:g}"
            raise RejectedError(text, key="temperature_out_of_range", coldest=coldest, hottest=hottest)
        car = await self._able(vin, Capability.PRECONDITIONING)
        # An aware instant: the library takes a naive one for the time zone of this process.
        at = None if start is None else next_at(start, car.time_zone, self._memory.clock.now())
        await car.order(capabilities.HVAC_START, lambda: car.link.set_ac_start(wanted, at))

    async def _able(self, vin: str, capability: Capability) -> Car:
        """Return a car that can do something; UnsupportedError for one that cannot."""
        car = await self._garages.car(vin)
        if capability not in car.vehicle.capabilities:
            raise UnsupportedError(f"This car's cloud cannot do this: {capability.replace('_', ' ')}")
        return car


def _budget(memory: Memory, share: Callable[[], float]) -> Budget:
    """Return the request budget as an earlier run left it, by default a full one."""
    left = memory.requests
    clock = memory.clock
    age = timedelta() if left is None else left.age(clock.now())
    budget = Budget(share=share, left=None if left is None else left.left, age=age, clock=clock)
    budget.cool_down(memory.pause)
    return budget
