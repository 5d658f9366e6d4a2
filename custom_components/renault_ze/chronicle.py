"""The journal of one vehicle, kept over restarts."""

from datetime import datetime

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from . import journeys
from .cloud.models import Part, Vehicle
from .cloud.state import VehicleState
from .store import Memory


class Chronicle:
    """Writes a journey down each time the odometer was read."""

    def __init__(self, memory: Memory, vehicle: Vehicle) -> None:
        """Take up the journal an earlier run left."""
        self._memory = memory
        self._vehicle = vehicle
        self._read_at: datetime | None = None
        self.journal = memory.journal(vehicle.vin)

    @callback
    def note(self, state: VehicleState) -> None:
        """Note what an odometer that was read since tells."""
        read_at = state.read_at.get(Part.MILEAGE)
        if read_at is None or read_at == self._read_at:
            return
        self._read_at = read_at
        now = journeys.reading(state.battery, state.mileage_km, self._vehicle.battery_kwh, dt_util.utcnow())
        if now is not None:
            self.journal = journeys.noted(self.journal, now, self._vehicle.time_zone)
            self._memory.remember_journal(self._vehicle.vin, self.journal)
