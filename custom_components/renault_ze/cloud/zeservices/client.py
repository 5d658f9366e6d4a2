"""The endpoints of Z.E. Services."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta, timezone, tzinfo
from http import HTTPMethod
from typing import Any, override
from urllib.parse import urlsplit

import aiohttp

from ..exceptions import UnsupportedError
from ..models import Account, Battery, ChargeEvent, ChargeSchedule, ChargeWindow, PreconditioningRun
from ..notifications import NotificationSettings
from ..plain import PlainCloud
from ..protocol import SYSTEM_CLOCK, Clock
from . import decode, encode
from .fields import AdjacentCharges
from .session import ZeServicesSession
from .transport import Transport

_BATTERY = "/vehicle/{vin}/battery"
_PRECONDITIONING = "/vehicle/{vin}/air-conditioning"
_TIMER = "/vehicle/{vin}/air-conditioning/scheduler"
_CHARGE = "/vehicle/{vin}/charge"
_DRAFT = "/vehicle/{vin}/charge/scheduler/offboard"
_SCHEDULE = "/vehicle/{vin}/charge/scheduler/onboard"
_NOTIFICATIONS = "/vehicle/{vin}/settings/notification"
# Renault's own server has been offline since 2020; the simulator and compatible servers have other addresses.
DEFAULT_ADDRESS = "https://www.services.renault-ze.com/api"


class ZeServices(PlainCloud):
    """An account at a Z.E. Services server."""

    def __init__(  # noqa: PLR0913 - a server, an account, and where its session is kept
        self,
        session: aiohttp.ClientSession,
        *,
        address: str = DEFAULT_ADDRESS,
        username: str,
        password: str,
        default_time_zone: tzinfo,
        stored: Mapping[str, Any] | None = None,
        on_session: Callable[[dict[str, Any]], None] | None = None,
        on_renewal: Callable[[dict[str, Any]], None] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        """Prepare without sending requests; raise ValueError for an invalid address.

        `on_session` is called with the login as JSON after each change; passed as `stored`, it avoids another login. It
        contains tokens, so store it privately. `on_renewal`, if given, is called instead when only tokens were renewed.
        """
        self._username = username.strip()
        self._default_time_zone = default_time_zone
        transport = Transport(session, normalized_address(address), private=(self._username, password), clock=clock)
        self._session = ZeServicesSession(
            transport,
            username=self._username,
            password=password,
            stored=stored,
            on_change=on_session,
            on_renewal=on_renewal or on_session,
        )

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago; only a login returns it."""
        login = await self._session.login(max_age=max_age)
        return await asyncio.to_thread(
            decode.account, login.user, username=self._username, default_time_zone=self._default_time_zone
        )

    async def choose_vehicle(self, vin: str) -> None:
        """Make a vehicle the active one of its account; requests for a VIN work without."""
        await self._session.command(HTTPMethod.PUT, "/vehicle", vin, body={"active_vehicle": vin})

    async def battery(self, vin: str) -> Battery | None:
        """Return the last battery report on the server, without asking the car."""
        return decode.battery(await self._session.read(_BATTERY, vin))

    async def battery_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the update requests and their results of whole months, newest first."""
        query = encode.months(begin, end)
        return decode.charge_history(await self._session.read(f"{_BATTERY}/history", vin, query=query))

    async def request_update(self, vin: str) -> None:
        """Ask the car for a new report; the server allows this every 20 minutes."""
        await self._session.command(HTTPMethod.POST, _BATTERY, vin)

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Start preconditioning now; `last_preconditioning` returns the result minutes later."""
        _refuse_temperature(temperature)
        await self._session.command(HTTPMethod.POST, _PRECONDITIONING, vin)

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run, None if the server no longer has it."""
        return decode.preconditioning_run(await self._session.read(f"{_PRECONDITIONING}/last", vin))

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the runs of whole months, newest first."""
        query = encode.months(begin, end)
        return decode.preconditioning_history(await self._session.read(_PRECONDITIONING, vin, query=query))

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the time of the preconditioning timer on the vehicle's wall clock, None if none is set."""
        return decode.preconditioning_timer(await self._session.read(_TIMER, vin))

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Start preconditioning at the next `start` of the vehicle's wall clock, to the minute."""
        _refuse_temperature(temperature)
        await self._session.command(HTTPMethod.POST, _TIMER, vin, body={"start": encode.clock(start)})

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Delete the timer."""
        await self._session.command(HTTPMethod.DELETE, _TIMER, vin)

    async def start_charge(self, vin: str, *, route: str | None = None) -> None:
        """Start charging now, regardless of the schedule."""
        await self._session.command(HTTPMethod.POST, _CHARGE, vin)

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, newest first."""
        query = encode.months(begin, end)
        return decode.charge_history(await self._session.read(f"{_CHARGE}/history", vin, query=query))

    async def adjacent_charges(self, vin: str) -> AdjacentCharges:
        """Return the previous charge and the time of the next."""
        return decode.adjacent_charges(await self._session.read(f"{_CHARGE}/siblings", vin))

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the charge schedule in the car."""
        return decode.held_schedule(await self._session.read(_SCHEDULE, vin))

    async def charge_schedule_draft(self, vin: str) -> ChargeSchedule:
        """Return the draft of the charge schedule on the server; `enabled` is only known from the car."""
        return decode.charge_schedule(await self._session.read(_DRAFT, vin))

    async def set_charge_schedule(
        self, vin: str, windows: tuple[ChargeWindow, ...], *, route: str | None = None
    ) -> None:
        """Write the schedule and send it to the car, enabled; raise UnsupportedError if the car cannot hold it."""
        await self._session.command(HTTPMethod.PUT, _DRAFT, vin, body=encode.schedule(windows))
        await self.deploy_charge_schedule(vin)

    async def deploy_charge_schedule(self, vin: str) -> None:
        """Send the draft to the car, enabled."""
        await self._session.command(HTTPMethod.POST, f"{_DRAFT}/deploy", vin)

    async def disable_charge_schedule(self, vin: str, *, route: str | None = None) -> None:
        """Let the car charge whenever it is plugged in."""
        await self._session.command(HTTPMethod.PUT, _SCHEDULE, vin, body={"enabled": False})

    @override
    async def notifications(self, vin: str) -> NotificationSettings:
        """Return the notification settings."""
        return decode.notifications(await self._session.read(_NOTIFICATIONS, vin))

    @override
    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Write all notification settings; raise RejectedError if a channel is None."""
        await self._session.command(HTTPMethod.PUT, _NOTIFICATIONS, vin, body=encode.notifications(settings))


def known_zones(stored: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the time zones of the cars in a stored login, by VIN; reads time zones from disk."""
    unknown = timezone(timedelta())
    user = stored.get("user")
    if not isinstance(user, dict):
        return {}
    vehicles = decode.account(user, username="", default_time_zone=unknown).vehicles
    return {each.vin: str(each.time_zone) for each in vehicles if each.time_zone is not unknown}


def _refuse_temperature(temperature: float | None) -> None:
    """Raise UnsupportedError for a temperature: the car uses the one that was set in the car."""
    if temperature is not None:
        text = "This car's cloud takes no temperature: the car uses the one that was set in the car"
        raise UnsupportedError(text, key="no_temperature")


def normalized_address(address: str) -> str:
    """Return a server's address in its normal form, ending in `/api`; raise ValueError for an invalid one."""
    address = address.strip()
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("an address must not contain credentials, a query, or a fragment")
    if "\\" in address or not address.isprintable() or any(map(str.isspace, address)):
        raise ValueError("an address must not contain spaces, backslashes, or control characters")
    path = parts.path.rstrip("/").removesuffix("/api").rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}/api"
