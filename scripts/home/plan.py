"""What the owner means to do with the car: when to leave, and when power is cheap."""

from typing import Any

from .client import Client
from .hass import DOMAIN

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
COMMUTE = {"name": "Commute", "time": "07:30:00", "days": WEEKDAYS}
WINDOWS: list[dict[str, Any]] = [
    {"days": [*WEEKDAYS, "sat", "sun"], "start": "00:30:00", "end": "05:30:00", "base": True},
    {"days": WEEKDAYS, "start": "13:00:00", "end": "14:30:00"},
]


def make_plan(client: Client, device_id: str | None) -> None:
    """Plan a departure on weekdays, every night's charge, and another at midday."""
    client.act(f"{DOMAIN}.set_departure", device_id=device_id, **COMMUTE)
    client.act(f"{DOMAIN}.set_charge_windows", device_id=device_id, windows=WINDOWS)
