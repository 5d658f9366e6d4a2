"""The demo car in a Home Assistant process: added from the menu, sent a command, and removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from home.config_folder import zone_at
from home.home_assistant import DOMAIN, HomeAssistant
from home.processes import free_port, wait_until

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]

VIN = "VF1DEMO0000000001"
# A command is polled each 30 seconds.
CONFIRMED_SECONDS = 120


@pytest.fixture
def hass(tmp_path: Path) -> Iterator[HomeAssistant]:
    """Start an onboarded Home Assistant without a car, where it is early afternoon and the demo car is at home."""
    pytest_socket.enable_socket()
    found = HomeAssistant(tmp_path, free_port())
    found.prepare(zone_at(14))
    try:
        found.start()
        yield found
    finally:
        pytest_socket.enable_socket()
        found.stop()


def add_demo_car(hass: HomeAssistant) -> str:
    """Choose the demo car from the first menu, and return the entry."""
    menu = hass.client.start_flow(DOMAIN)
    added = hass.client.fill_in(menu["flow_id"], next_step_id="demo")
    assert (added["type"], added["title"]) == ("create_entry", "Demo car")
    hass.wait_loaded()
    return str(added["result"]["entry_id"])


def test_demo_car(hass: HomeAssistant) -> None:
    """Show the car at once, confirm a command within two minutes, warn of nothing, and leave nothing behind."""
    client, entry_id = hass.client, add_demo_car(hass)
    states = {name: each["state"] for name, each in client.states().items() if "demo_car" in name}
    assert len(states) >= 40
    assert "unavailable" not in states.values()
    assert 20 < float(states["sensor.demo_car_battery"]) <= 100
    assert [each["title"] for each in client.entries(DOMAIN)] == ["Demo car"]
    client.perform_action("button.press", entity_id="button.demo_car_start_charge")
    wait_until(
        lambda: client.get("/api/states/sensor.demo_car_last_command")["state"] == "confirmed",
        "the command is confirmed",
        CONFIRMED_SECONDS,
    )
    assert client.get("/api/states/binary_sensor.demo_car_charging")["state"] == "on"
    client.delete(f"/api/config/config_entries/entry/{entry_id}")
    assert hass.device_id(VIN) is None
    assert not [name for name in client.states() if "demo_car" in name]
    assert client.command("lovelace/resources") == []
    assert client.command("repairs/list_issues") == {"issues": []}
    lines = hass.log.read_text().splitlines()
    assert [each for each in lines if DOMAIN in each and "custom integration" not in each] == []
