"""The demo in a fresh clone."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import signal
import socket
import subprocess

import pytest

from home import ROOT
from home.client import Client
from home.home_assistant import DOMAIN, ENTITY_PREFIX, PASSWORD, USERNAME
from home.processes import free_port, require_free_port, wait_until

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]

READY_SECONDS = 200
BLUEPRINTS = ROOT / "blueprints/automation"
END_SECONDS = 60


@contextmanager
def demo(output: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the demo, and end it."""
    with output.open("wb") as file:
        process = subprocess.Popen([ROOT / "scripts/demo", *options], stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def ready_entry(output: Path, port: int) -> tuple[str, str]:
    """Wait until the demo is ready, and return the ID and the state of its entry."""
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: f"Home Assistant is at {url}" in output.read_text(), "the demo says where it is", READY_SECONDS)
    with Client(url) as client:
        client.log_in(USERNAME, PASSWORD)
        [entry] = client.entries(DOMAIN)
        assert client.command("frontend/get_system_data", key="core")["value"]["default_panel"] == "renault-ze"
        assert client.command("repairs/list_issues") == {"issues": []}
        dashboard = client.command("lovelace/config", url_path="renault-ze")
        assert dashboard == {"strategy": {"type": "custom:renault-ze"}}
        [module] = client.command("lovelace/resources")
        assert module["url"].startswith("/renault_ze/renault-ze.js?v=")
        blueprints = client.command("blueprint/list", domain="automation")
        assert {str(path.relative_to(BLUEPRINTS)) for path in BLUEPRINTS.glob("renault_ze/*.yaml")} <= blueprints.keys()
        assert client.get(f"/api/states/sensor.{ENTITY_PREFIX}_battery")["state"].isdigit()
    return entry["entry_id"], entry["state"]


def troubles(home: Path) -> list[str]:
    """Return the warnings of Home Assistant about the integration."""
    lines = (home / "home-assistant.log").read_text().splitlines()
    return [each for each in lines if "Traceback" in each or (DOMAIN in each and "custom integration" not in each)]


def restart(port: int) -> None:
    """Restart Home Assistant, and wait until it is ready."""
    with Client(f"http://127.0.0.1:{port}") as client:
        client.log_in(USERNAME, PASSWORD)
        client.perform_action("homeassistant.restart")
        wait_until(lambda: not client.is_reachable(), "Home Assistant goes down", END_SECONDS)
        wait_until(client.is_reachable, "Home Assistant comes back", READY_SECONDS)


def test_demo_restarts_with_its_data(tmp_path: Path) -> None:
    """Start both processes, end them, and keep what they stored."""
    home, port, cars, output = tmp_path / "new/home", free_port(), free_port(), tmp_path / "demo.txt"
    options = ("--config", str(home), "--port", str(port), "--simulator-port")
    with demo(output, *options, str(cars)) as process:
        entry, state = ready_entry(output, port)
        assert state == "loaded"
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_SECONDS) == 0
    assert troubles(home) == []
    require_free_port(port, "")
    require_free_port(cars, "")
    moved = free_port()
    with demo(output, *options, str(moved)) as process:
        assert ready_entry(output, port) == (entry, "loaded")
        restart(port)
        os.kill(json.loads((home / ".ha_run.lock").read_text())["pid"], signal.SIGKILL)
        assert process.wait(END_SECONDS) == 1
    assert "Home Assistant ended with exit code -9" in output.read_text()
    require_free_port(moved, "")


def test_demo_on_my_renault(tmp_path: Path) -> None:
    """Show a car with a plan, and refuse a folder of the other cloud."""
    home, port, output = tmp_path / "home", free_port(), tmp_path / "demo.txt"
    options = ("--config", str(home), "--port", str(port), "--simulator-port", str(free_port()))
    with demo(output, "--cloud", "myrenault", *options):
        _, state = ready_entry(output, port)
        assert state == "loaded"
        with Client(f"http://127.0.0.1:{port}") as client:
            client.log_in(USERNAME, PASSWORD)
            states = client.states()
    assert float(states[f"sensor.{ENTITY_PREFIX}_mileage"]["state"]) > 0
    assert states[f"sensor.{ENTITY_PREFIX}_next_departure"]["attributes"]["departure"] == "Commute"
    assert f"select.{ENTITY_PREFIX}_charge_end_notification" not in states
    assert "contains a demo of myrenault" in refused(*options)


def test_port_in_use(tmp_path: Path) -> None:
    """Start nothing, and report the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = refused("--config", str(tmp_path), "--port", str(port), "--simulator-port", str(free_port()))
    assert f"Port {port} cannot be used" in run
    assert "--port" in run


def test_folder_of_another_home_assistant(tmp_path: Path) -> None:
    """Refuse to write to it."""
    (tmp_path / "configuration.yaml").write_text("default_config:\n")
    ports = ("--port", str(free_port()), "--simulator-port", str(free_port()))
    assert "another Home Assistant configuration" in refused("--config", str(tmp_path), *ports)
    assert (tmp_path / "configuration.yaml").read_text() == "default_config:\n"


def refused(*options: str) -> str:
    """Run a demo that must not start, and return its output."""
    command = [ROOT / "scripts/demo", *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=READY_SECONDS)
    assert run.returncode == 1
    return run.stderr
