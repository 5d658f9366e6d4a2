"""Another app with the same account."""

import httpx

from home.simulator import USERNAME, VIN

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def daily_schedule(start: str, duration: str) -> dict[str, object]:
    """Return a charge schedule with one window every day, as the server expects it."""
    return {"optimized_charge": False, **{day: {"start": start, "duration": duration} for day in DAYS}}


def set_charge_schedule(url: str, password: str, schedule: dict[str, object]) -> None:
    """Log in, and send a charge schedule to the car."""
    scheduler = f"/api/vehicle/{VIN}/charge/scheduler/offboard"
    with httpx.Client(base_url=url, timeout=30) as client:
        login = client.post("/api/user/login", json={"username": USERNAME, "password": password}).raise_for_status()
        client.headers["Authorization"] = f"Bearer {login.json()['token']}"
        client.put(scheduler, json=schedule).raise_for_status()
        client.post(f"{scheduler}/deploy").raise_for_status()
