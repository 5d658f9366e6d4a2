"""What a cloud does by default: no request limit, one route for each command, and no optional features."""

from datetime import datetime
from typing import Any

from .exceptions import UnsupportedError
from .models import ChargeSchedule, CommandKind, Part
from .notifications import NotificationSettings
from .reports import Cabin, ChargeLimits, Location
from .schedule import CarDeparture, CarDepartures


class PlainCloud:
    """The part of `Cloud` that a cloud with the basic features has no need to implement."""

    def expect_command(self, vin: str, *, essential: bool = True) -> None:
        """Do nothing: there is no request limit for reads."""

    def routes(self, vin: str, kind: CommandKind) -> tuple[str, ...]:
        """Return none: each command has a single route."""
        return ()

    def confirm_route(self, vin: str, kind: CommandKind, route: str) -> None:
        """Store nothing."""

    def allows_another_route(self, vin: str) -> bool:
        """Return that there is none."""
        return False

    def commands_refused_at(self, vin: str) -> datetime | None:
        """Return None: all cars accept commands."""
        return None

    async def stop_charge(self, vin: str, *, route: str | None = None) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud cannot stop a charge")

    async def restore_charge_schedule(self, vin: str) -> bool:
        """Return that nothing is left to do: the cars keep their schedule when a charge is started."""
        return True

    def charge_schedule_retry_in(self, vin: str) -> None:
        """Return None: commands do not change the schedule."""

    def clear_schedule_read(self, vin: str) -> bool:
        """Return False: the schedule is only read when it is asked for."""
        return False

    def overdue_charge_schedule(self, vin: str) -> ChargeSchedule | None:
        """Return None: the cars keep their schedule when a charge is started."""
        return None

    async def notifications(self, vin: str) -> NotificationSettings:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError("This car's cloud does not report the notification settings")

    async def set_notifications(self, vin: str, settings: NotificationSettings) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud has no notification settings")

    async def mileage(self, vin: str) -> float | None:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError("This car's cloud does not report the mileage")

    async def location(self, vin: str) -> Location | None:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError("This car's cloud does not report the location")

    async def cabin(self, vin: str) -> Cabin:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError("This car's cloud does not report temperatures")

    async def equipment(self, vin: str, part: Part) -> Any:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError(f"This car's cloud does not report this: {part.replace('_', ' ')}")

    async def picture(self, vin: str) -> bytes:
        """Raise UnsupportedError: there is none."""
        raise UnsupportedError("This car's cloud has no picture")

    async def departures(self, vin: str) -> CarDepartures | None:
        """Raise UnsupportedError: there is no such data."""
        raise UnsupportedError("This car's cloud has no departures")

    async def set_departures(self, vin: str, departures: tuple[CarDeparture, ...]) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud has no departures")

    async def set_charge_limits(self, vin: str, limits: ChargeLimits) -> None:
        """Raise UnsupportedError: these cars have no charge limit."""
        raise UnsupportedError("This car's cloud has no charge limit")

    async def refresh_location(self, vin: str) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud does not report the location")

    async def sound_horn(self, vin: str) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud cannot sound the horn")

    async def flash_lights(self, vin: str) -> None:
        """Raise UnsupportedError: there is no such command."""
        raise UnsupportedError("This car's cloud cannot flash the lights")
