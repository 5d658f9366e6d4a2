"""The commands that only some vehicles take: departures, charge limits, location, horn, and lights."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import override

from ..cloud.exceptions import RejectedError
from ..cloud.models import CommandKind, Part
from ..cloud.protocol import Cloud
from ..cloud.reports import ChargeLimits
from ..cloud.schedule import CarDeparture
from .command import Command
from .state import VehicleState

_LOCATION_FIELDS = {Part.LOCATION: "at"}


@dataclass(frozen=True, kw_only=True)
class SetChargeLimits(Command):
    """Change one or both of the levels (percent) between which the vehicle charges; it only takes both together."""

    kind = CommandKind.SET_CHARGE_LIMITS
    parts = (Part.CHARGE_LIMITS,)
    needs_fresh_state = True
    replaces = frozenset({CommandKind.SET_CHARGE_LIMITS})
    target: int | None = None
    minimum: int | None = None

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        if (wanted := self._wanted(state)) is None:
            raise RejectedError("The charge limits of the car are unknown", key="charge_limits_unknown")
        await cloud.set_charge_limits(vin, wanted)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.charge_limits is not None and now.charge_limits == self._wanted(before)

    def _wanted(self, state: VehicleState) -> ChargeLimits | None:
        """Return the limits with the change, None if the other one is unknown."""
        if self.target is not None and self.minimum is not None:
            return ChargeLimits(target=self.target, minimum=self.minimum)
        if state.charge_limits is None:
            return None
        changes = {"target": self.target, "minimum": self.minimum}
        return replace(state.charge_limits, **{name: each for name, each in changes.items() if each is not None})


@dataclass(frozen=True)
class SetCarDepartures(Command):
    """Replace the departures in the vehicle that were sent from here."""

    kind = CommandKind.SET_CAR_DEPARTURES
    parts = (Part.CAR_DEPARTURES,)
    replaces = frozenset({CommandKind.SET_CAR_DEPARTURES})
    departures: tuple[CarDeparture, ...]

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.set_departures(vin, self.departures)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return now.car_departures is not None and now.car_departures.ours == self.departures


@dataclass(frozen=True)
class RefreshLocation(Command):
    """Ask the vehicle where it is."""

    kind = CommandKind.REFRESH_LOCATION
    parts = (Part.LOCATION,)
    fields = _LOCATION_FIELDS

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.refresh_location(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        if now.location is None or now.location.at is None:
            return False
        return before.location is None or before.location.at is None or now.location.at > before.location.at


@dataclass(frozen=True)
class SoundHorn(Command):
    """Sound the horn."""

    kind = CommandKind.SOUND_HORN
    parts = ()

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.sound_horn(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return False


@dataclass(frozen=True)
class FlashLights(Command):
    """Flash the lights."""

    kind = CommandKind.FLASH_LIGHTS
    parts = ()

    @override
    async def send(self, cloud: Cloud, vin: str, state: VehicleState, route: str | None = None) -> None:
        await cloud.flash_lights(vin)

    @override
    def confirmed_by(self, before: VehicleState, now: VehicleState, since: datetime) -> bool:
        return False
