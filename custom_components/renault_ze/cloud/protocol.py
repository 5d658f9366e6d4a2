"""What a cloud offers to everything above it, and the clock it is given."""

from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Final, Protocol

from .models import (
    Account,
    Battery,
    Cabin,
    ChargeEvent,
    ChargeSchedule,
    ChargeWindow,
    Location,
    NotificationSettings,
    PreconditioningRun,
)


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
    """A cloud that knows cars: reads are nouns, orders verbs; every call raises `CloudError` only."""

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago."""

    async def battery(self, vin: str) -> Battery | None:
        """Return the last report of the battery, None where there is no believable one."""

    async def last_preconditioning(self, vin: str) -> PreconditioningRun | None:
        """Return the last run, None where the cloud has forgotten it."""

    async def preconditioning_timer(self, vin: str) -> time | None:
        """Return the wall-clock time the car will next start at by itself."""

    async def charge_schedule(self, vin: str) -> ChargeSchedule:
        """Return the week the car holds."""

    async def notifications(self, vin: str) -> NotificationSettings:
        """Return where messages go."""

    async def charge_history(self, vin: str, begin: date, end: date) -> tuple[ChargeEvent, ...]:
        """Return the charge events of whole months, the months of both dates included, newest first."""

    async def preconditioning_history(self, vin: str, begin: date, end: date) -> tuple[PreconditioningRun, ...]:
        """Return the preconditioning runs of whole months, newest first."""

    async def mileage(self, vin: str) -> float | None:
        """Return the odometer in kilometres."""

    async def location(self, vin: str) -> Location | None:
        """Return where the car is."""

    async def cabin(self, vin: str) -> Cabin:
        """Return what the car says of its air."""

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Let the reads of the next moments pass for part of an order, for which a quota keeps something.

        Those without which it can be given as well are not `essential`, and leave what the orders themselves need.
        """

    async def start_preconditioning(self, vin: str, *, temperature: float | None = None) -> None:
        """Order preconditioning now, to a temperature (°C) where the cloud takes one."""

    async def set_preconditioning_timer(self, vin: str, start: time, *, temperature: float | None = None) -> None:
        """Order preconditioning at the next `start` of the vehicle's wall clock."""

    async def cancel_preconditioning_timer(self, vin: str) -> None:
        """Delete the timer; a run that has begun cannot be stopped."""

    async def start_charge(self, vin: str) -> None:
        """Order the car to charge now, whatever its schedule says."""

    async def request_update(self, vin: str) -> None:
        """Ask the car itself for a fresh report."""

    async def set_charge_schedule(self, vin: str, windows: tuple[ChargeWindow, ...]) -> None:
        """Write the week and send it to the car, enabled."""

    async def disable_charge_schedule(self, vin: str) -> None:
        """Let the car charge whenever it is plugged in."""

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Write where messages go."""
