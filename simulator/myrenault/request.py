"""A request about a car."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ..world.clock import Clock
from . import errors
from .vehicle import MyRenaultVehicle


@dataclass(frozen=True)
class VehicleRequest:
    """An authenticated request about a car."""

    vehicle: MyRenaultVehicle
    clock: Clock
    query: Mapping[str, str]
    body: Any

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes of a command; raise KamereonError if there are none."""
        data = self.body.get("data") if isinstance(self.body, dict) else None
        attributes = data.get("attributes") if isinstance(data, dict) else None
        if not isinstance(attributes, dict):
            raise errors.bad_body()
        return attributes

    @property
    def kind(self) -> str:
        """Return the type in the body of a command, `Car` without a body."""
        data = self.body.get("data") if isinstance(self.body, dict) else None
        return str(data.get("type", "Car")) if isinstance(data, dict) else "Car"

    def day(self, name: str) -> date:
        """Return a date of the query, YYYYMMDD."""
        try:
            return datetime.strptime(self.query.get(name, ""), "%Y%m%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise errors.invalid("must be a date such as 20260112", name) from None
