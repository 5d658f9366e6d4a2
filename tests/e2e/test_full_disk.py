"""A full disk and a killed Home Assistant: each command of the plan is sent once."""

from datetime import datetime, timedelta
import json
import os
from pathlib import Path
import resource
import signal
import time
from zoneinfo import ZoneInfo

import pytest

from home.processes import wait_until
from home.simulator import PASSWORD, USERNAME
from tests.e2e.house import House

pytestmark = [pytest.mark.xdist_group("full disk"), pytest.mark.timeout(600)]

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# A preconditioning starts ten minutes before the departure by default; here that is in a minute.
AHEAD = timedelta(minutes=11)
DUE_SECONDS = 240
SETTLED_SECONDS = 20


def folder(house: House) -> Path:
    """Return the configuration folder."""
    return house.hass.log.parent


def process(house: House) -> int:
    """Return the process ID of Home Assistant."""
    number: int = json.loads((folder(house) / ".ha_run.lock").read_text())["pid"]
    return number


def is_stored(house: House) -> bool:
    """Return whether the account and its departure are on the disk."""
    storage = folder(house) / ".storage"
    entries, plans = (
        "".join(file.read_text() for file in storage.glob(name)) for name in ("core.config_entries", "renault_ze.*")
    )
    return "renault_ze" in entries and "Work" in plans


def kill(house: House) -> None:
    """Kill Home Assistant, and start it again."""
    os.kill(process(house), signal.SIGKILL)
    wait_until(lambda: house.hass.exit_code == -signal.SIGKILL, "Home Assistant is gone", DUE_SECONDS)
    house.hass.start()
    house.hass.wait_loaded()


def commands(house: House) -> int:
    """Return how many preconditioning commands were sent."""
    return len(house.simulator.requests("POST", "/air-conditioning"))


def repairs(house: House) -> set[str]:
    """Return the open repairs."""
    issues = house.hass.client.command("repairs/list_issues")["issues"]
    return {each["translation_key"] for each in issues}


def test_departure_on_a_full_disk(house: House, time_zone: str) -> None:
    """Send the command once it can be stored, and not again after a kill."""
    house.hass.add_account(house.simulator.url, USERNAME, PASSWORD)
    house.hass.wait_loaded()
    at = datetime.now(ZoneInfo(time_zone)) + AHEAD
    house.ask("set_departure", name="Work", time=f"{at:%H:%M:%S}", days=DAYS)
    wait_until(lambda: is_stored(house), "the departure is stored", DUE_SECONDS)
    _, most = resource.prlimit(process(house), resource.RLIMIT_FSIZE)
    resource.prlimit(process(house), resource.RLIMIT_FSIZE, (0, most))
    wait_until(lambda: "storage_full" in repairs(house), "a repair says that nothing can be stored", DUE_SECONDS)
    time.sleep(SETTLED_SECONDS)
    assert commands(house) == 0
    kill(house)
    wait_until(lambda: commands(house), "the command is sent", DUE_SECONDS)
    assert "storage_full" not in repairs(house)
    kill(house)
    time.sleep(SETTLED_SECONDS)
    assert commands(house) == 1
