"""The plan of the demo: departures and a charge schedule."""

from typing import Any

from .client import Client
from .home_assistant import DOMAIN

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
COMMUTE = {"name": "Commute", "time": "07:30:00", "days": WEEKDAYS}
WINDOWS: list[dict[str, Any]] = [
    {"days": [*WEEKDAYS, "sat", "sun"], "start": "00:30:00", "end": "05:30:00", "main": True},
    {"days": WEEKDAYS, "start": "13:00:00", "end": "14:30:00"},
]


def create_departure(client: Client, device_id: str | None) -> None:
    """Create a departure on weekdays."""
    client.perform_action(f"{DOMAIN}.set_departure", device_id=device_id, **COMMUTE)


def create_charge_schedule(client: Client, device_id: str | None) -> None:
    """Create a nightly charge window, and another at midday."""
    client.perform_action(f"{DOMAIN}.set_charge_schedule", device_id=device_id, windows=WINDOWS)
