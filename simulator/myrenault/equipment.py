"""The parts of a car that are only shown: tires, doors, tank, and alerts."""

from dataclasses import dataclass, field
from typing import Any

WHEELS = ("fl", "fr", "rl", "rr")
DOORS = ("doorStatusDriver", "doorStatusPassenger", "doorStatusRearLeft", "doorStatusRearRight", "hatchStatus")
# The ratio of the captured fuel range and fuel of an Austral is 19 km a liter, that of a Captur 12 km.
KM_PER_LITER = 17.5


@dataclass
class Equipment:
    """Tire pressures in mbar (front left and right, rear left and right), doors, fuel, and alerts by their code."""

    tires: list[int] = field(default_factory=lambda: [2460, 2430, 2390, 2390])
    locked: bool = True
    open_doors: list[str] = field(default_factory=list)
    fuel_liters: float = 24.0
    alerts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for a wrong number of tires, an unknown door, or a negative tank."""
        if len(self.tires) != len(WHEELS):
            raise ValueError(f"tires: {len(WHEELS)} pressures expected")
        if unknown := set(self.open_doors) - set(DOORS):
            raise ValueError(f"open_doors: one of {', '.join(DOORS)} expected, not {', '.join(sorted(unknown))}")
        if self.fuel_liters < 0:
            raise ValueError("fuel_liters: 0 or more expected")

    @property
    def pressure(self) -> dict[str, int]:
        """Return the attributes of `pressure`."""
        pressures = {f"{wheel}Pressure": pressure for wheel, pressure in zip(WHEELS, self.tires, strict=True)}
        return {**pressures, **{f"{wheel}Status": 0 for wheel in WHEELS}}

    @property
    def lock_status(self) -> dict[str, str]:
        """Return the attributes of `lock-status`, without a time."""
        doors = {door: "open" if door in self.open_doors else "closed" for door in DOORS}
        return {"lockStatus": "locked" if self.locked else "unlocked", **doors}

    @property
    def fuel(self) -> dict[str, float]:
        """Return the attributes of `cockpit` for a car with a tank."""
        return {"fuelAutonomy": round(self.fuel_liters * KM_PER_LITER, 1), "fuelQuantity": self.fuel_liters}

    def alert_list(self, vin: str, mileage: float, at: str) -> list[dict[str, Any]]:
        """Return the content of `alerts`, created at a time."""
        return [
            {
                "id": f"alert-{number}",
                "alertType": "proactive",
                "alertCode": code,
                "criticity": 3,
                "criticityName": "Major alert",
                "vin": vin,
                "mileage": int(mileage),
                "mileageUnit": "km",
                "status": 0,
                "creationDateTime": at,
                "lastUpdateDateTime": at,
                "shortDescription": f"WARNING: {title}",
                "alertCodeTitle": title,
                "alertCodeSubTitle": "Details of the event",
                "alertCodeDescription": title,
            }
            for number, (code, title) in enumerate(self.alerts.items())
        ]
