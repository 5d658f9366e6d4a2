"""The interface of a cloud, and its clock."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any, Final, Protocol

from .models import Account, Battery, ChargeEvent, ChargeSchedule, ChargeWindow, CommandKind, Part, PreconditioningRun
from .notifications import NotificationSettings
from .reports import Cabin, ChargeLimits, Location
from .schedule import CarDeparture, CarDepartures


class Clock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that a correction of the clock does not change."""
        return monotonic()


SYSTEM_CLOCK: Final = Clock()


class Cloud(Protocol):
    """The API of a cloud: reads are nouns, commands verbs; every call only raises `CloudError`."""

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago."""

    async def battery(self, vin: str) -> Battery | None:
        """Return the last battery report, None if there is no plausible one."""

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run, None if the cloud no longer has it."""

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the time of the preconditioning timer on the vehicle's wall clock, None if none is set."""

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the charge schedule in the car."""

    async def notifications(self, vin: str) -> NotificationSettings:
        """Return the notification settings."""

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, the months of both dates included, newest first."""

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the preconditioning runs of whole months, newest first."""

    async def mileage(self, vin: str) -> float | None:
        """Return the mileage in kilometers."""

    async def location(self, vin: str) -> Location | None:
        """Return the last location of the car."""

    async def cabin(self, vin: str) -> Cabin:
        """Return the state of the cabin."""

    async def equipment(self, vin: str, part: Part) -> Any:
        """Return a part that only some cars have, None if its response contains no value."""

    async def picture(self, vin: str) -> bytes:
        """Return the picture of the car, of at most 2 MB."""

    async def departures(self, vin: str) -> CarDepartures | None:
        """Return the departures that the car keeps itself, None if its response does not contain them."""

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Announce a command, so that the reads before it may use the requests reserved for commands.

        Reads that the command does not need are not `essential`, and leave what the commands of all cars may need.
        """

    def routes(self, vin: str, kind: CommandKind) -> tuple[str, ...]:
        """Return the routes of a command, the one most likely to work first; none if the cloud has a single one.

        The first one is used by a command without a `route`.
        """

    def confirm_route(self, vin: str, kind: CommandKind, route: str) -> None:
        """Store that a command had its effect over a route, which is tried first from now on."""

    def allows_another_route(self, vin: str) -> bool:
        """Return whether the request limit allows a command over another route, and a read that shows its effect."""

    def commands_refused_at(self, vin: str) -> datetime | None:
        """Return when the car last refused a command because it accepts no remote commands, None if it accepts them."""

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Start preconditioning now, to a temperature (°C) if the cloud supports it."""

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Start preconditioning at the next `start` of the vehicle's wall clock."""

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Delete the preconditioning timer."""

    async def start_charge(self, vin: str, *, route: str | None = None) -> None:
        """Start charging now, regardless of the schedule."""

    async def stop_charge(self, vin: str, *, route: str | None = None) -> None:
        """Stop charging; a schedule that the car loses with this is restored later."""

    async def request_update(self, vin: str) -> None:
        """Ask the car for a new report."""

    async def set_charge_schedule(
        self, vin: str, windows: tuple[ChargeWindow, ...], *, route: str | None = None
    ) -> None:
        """Write the charge schedule and send it to the car, enabled."""

    async def disable_charge_schedule(self, vin: str, *, route: str | None = None) -> None:
        """Let the car charge whenever it is plugged in."""

    async def restore_charge_schedule(self, vin: str) -> bool:
        """Send a schedule back now that the car has lost with a command; return whether nothing is left to do."""

    def overdue_charge_schedule(self, vin: str) -> ChargeSchedule | None:
        """Return the schedule lost with a command that could not be restored for a day, None if there is none."""

    def charge_schedule_retry_in(self, vin: str) -> timedelta | None:
        """Return the wait until a battery read sends a lost schedule back again, None if none waits for that."""

    def clear_schedule_read(self, vin: str) -> bool:
        """Forget that the charge schedule was read for another purpose, and return whether it was."""

    async def set_departures(self, vin: str, departures: tuple[CarDeparture, ...]) -> None:
        """Replace the departures in the car that were sent from here; all others stay."""

    async def set_charge_limits(self, vin: str, limits: ChargeLimits) -> None:
        """Write the levels between which the car charges."""

    async def refresh_location(self, vin: str) -> None:
        """Ask the car for its location."""

    async def sound_horn(self, vin: str) -> None:
        """Sound the horn."""

    async def flash_lights(self, vin: str) -> None:
        """Flash the lights."""

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Write the notification settings."""


def suspended_cars(session: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the VINs of the cars in a stored session that have lost their schedule with a command."""
    found = (session or {}).get("suspended")
    return frozenset(found) if isinstance(found, dict) else frozenset()
