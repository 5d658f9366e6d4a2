"""The daily hours in which a vehicle sends no messages."""

from dataclasses import replace
from datetime import time
from typing import Final, Protocol

from ..cloud.models import Vehicle
from ..cloud.notifications import DoNotDisturb, NotificationSettings
from . import commands
from .command import Command
from .results import CommandError
from .state import VehicleState

# The default until the user sets other hours.
DEFAULT_HOURS: Final = DoNotDisturb(start=time(22), end=time(7))


class HoursStorage(Protocol):
    """Storage of the hours across restarts."""

    def quiet_hours(self, vin: str) -> DoNotDisturb | None:
        """Return the stored hours of a vehicle, None if there are none."""

    def remember_quiet_hours(self, vin: str, hours: DoNotDisturb) -> None:
        """Store the hours of a vehicle."""


class DoNotDisturbHours:
    """The current setting, the hours remembered while it is off, and the commands that change it."""

    def __init__(self, storage: HoursStorage, vehicle: Vehicle) -> None:
        """Start with the stored hours."""
        self._storage = storage
        self._vin = vehicle.vin
        self._remembered = storage.quiet_hours(vehicle.vin) or DEFAULT_HOURS

    def update(self, state: VehicleState) -> None:
        """Remember the hours in force."""
        if state.notifications is not None and state.notifications.silence is not None:
            self._remember(state.notifications.silence)

    @staticmethod
    def is_on(state: VehicleState) -> bool | None:
        """Return whether it is on, None if unknown."""
        settings = state.notifications
        return None if settings is None or settings.do_not_disturb == "unknown" else settings.do_not_disturb is not None

    def hours(self, state: VehicleState) -> DoNotDisturb | None:
        """Return the remembered hours, None where the car has others that cannot be read."""
        settings = state.notifications
        return None if settings is not None and settings.do_not_disturb == "unknown" else self._remembered

    def turn_on(self) -> Command:
        """Return the command that turns it on with the remembered hours; hours just set elsewhere stay."""
        hours = self._remembered
        return commands.SetNotifications(lambda now: replace(now, do_not_disturb=now.silence or hours), key=hours)

    @staticmethod
    def turn_off() -> Command:
        """Return the command that turns it off."""
        return commands.SetNotifications(lambda now: replace(now, do_not_disturb=None), key="silence_off")

    def set_edge(self, state: VehicleState, edge: str, at: time) -> Command | None:
        """Return the command that changes the start or end; None while it is off, when the time is only remembered.

        Raise `CommandError` if start and end are equal.
        """
        # The cloud stores minutes only.
        change = {edge: at.replace(second=0, microsecond=0)}
        if state.notifications is None or state.notifications.silence is None:
            hours = replace(self._remembered, **change)
            if hours.empty:
                raise CommandError("do_not_disturb_empty")
            self._remember(hours)
            return None

        def changed(now: NotificationSettings) -> NotificationSettings:
            # It may have been turned off elsewhere in the meantime.
            return now if now.silence is None else replace(now, do_not_disturb=replace(now.silence, **change))

        return commands.SetNotifications(changed, key=frozenset(change.items()))

    def _remember(self, hours: DoNotDisturb) -> None:
        """Remember hours across restarts."""
        if hours != self._remembered:
            self._remembered = hours
            self._storage.remember_quiet_hours(self._vin, hours)
