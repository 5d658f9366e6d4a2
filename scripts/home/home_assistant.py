"""Home Assistant as a process, and the setup of the integration in it."""

import os
from pathlib import Path
import sys
import time
from typing import Any, override

import httpx

from . import config_folder
from .client import Client, InvalidCredentialsError
from .processes import HOST, HomeError, Process

DOMAIN = "renault_ze"
# The step of the config flow and its additional fields, by the simulator's name of the cloud.
CLOUDS: dict[str, tuple[str, dict[str, str]]] = {
    "zeservices": ("ze_services", {}),
    "myrenault": ("my_renault", {"country": "GB"}),
}
DEFAULT_CLOUD = "zeservices"
# The one of this process, unless scripts/test_newest has made another.
ENVIRONMENT = Path(os.environ.get("HASS_ENVIRONMENT", sys.prefix))
# The prefix of the entity ids.
ENTITY_PREFIX = "renault_z_e"
USERNAME = PASSWORD = "demo"  # noqa: S105
DASHBOARD = {"url_path": "renault-ze", "title": "Renault Z.E.", "icon": "mdi:car-electric"}
START_SECONDS = 180.0
EXIT_SECONDS = 1.0
LOADED_SECONDS = 60.0
# Home Assistant's exit code after a restart request.
RESTART_EXIT_CODE = 100


class HomeAssistant(Process):
    """A Home Assistant process with the integration of this repository."""

    def __init__(self, folder: Path, port: int, cloud: str = DEFAULT_CLOUD) -> None:
        """Create a Home Assistant in a folder for one of the clouds; it is not started yet."""
        hass = ENVIRONMENT / "bin/hass"
        # All requirements are already installed.
        command = (hass, "--config", str(folder), "--skip-pip", "--log-no-color")
        super().__init__("Home Assistant", *command, output=folder / "hass.out")
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "home-assistant.log"
        self.client = Client(self.url)
        self._folder = folder
        self._port = port
        self._step, self._extra = CLOUDS[cloud]

    def prepare(self, time_zone: str = config_folder.TIME_ZONE, language: str = config_folder.LANGUAGE) -> None:
        """Prepare the folder for a home in a time zone; raise HomeError if it is another configuration."""
        config_folder.prepare(self._folder, self._port, time_zone, language)

    @override
    def start(self) -> None:
        """Start, log in (after onboarding if needed), and wait until it is running."""
        super().start()
        # The token and connections are invalid after a restart.
        self.client.close()
        self.client = Client(self.url)
        try:
            self._wait_until_started()
        except httpx.TransportError as error:
            # A killed process can still be exiting.
            time.sleep(EXIT_SECONDS)
            self.require_running()
            raise HomeError(f"Home Assistant stopped responding: {error}") from error

    def _wait_until_started(self) -> None:
        """Log in as soon as possible and wait until everything has started."""
        self.wait(self.client.is_reachable, "Home Assistant responds", START_SECONDS)
        try:
            self._log_in()
        except InvalidCredentialsError:
            raise HomeError(f"The password of {USERNAME} has changed. Choose another folder with --config.") from None
        self.wait(self.client.is_running, "Home Assistant has started", START_SECONDS)

    def _log_in(self) -> None:
        """Log in, or create the user at the first start."""
        if self.client.is_onboarded():
            self.client.log_in(USERNAME, PASSWORD)
        else:
            self.client.onboard(USERNAME, PASSWORD)

    @override
    def stop(self) -> int | None:
        """Close the client and stop the process."""
        self.client.close()
        return super().stop()

    def show_dashboard(self) -> None:
        """Add the dashboard of the integration, and make it the default."""
        self.client.command("lovelace/dashboards/create", **DASHBOARD)
        config = {"strategy": {"type": "custom:renault-ze"}}
        self.client.command("lovelace/config/save", url_path=DASHBOARD["url_path"], config=config)
        panel = {"default_panel": DASHBOARD["url_path"]}
        self.client.command("frontend/set_system_data", key="core", value=panel)

    def device_id(self, vin: str) -> str | None:
        """Return the id of a car's device, None if there is none."""
        devices = self.client.command("config/device_registry/list")
        return next((each["id"] for each in devices if [DOMAIN, vin] in each["identifiers"]), None)

    def add_account(self, address: str, username: str, password: str) -> dict[str, Any]:
        """Set up the integration and return the last step of the flow."""
        form = self.account_form()
        return self.fill_in_account(form["flow_id"], address, username, password)

    def move_account(self, address: str, username: str, password: str) -> dict[str, Any]:
        """Change the server's address in the integration and return the last step of the flow."""
        form = self.account_form(entry_id=self.client.entries(DOMAIN)[0]["entry_id"])
        return self.fill_in_account(form["flow_id"], address, username, password)

    def account_form(self, **context: str) -> dict[str, Any]:
        """Start to add or change an account, select its cloud if needed, and return the form."""
        first = self.client.start_flow(DOMAIN, **context)
        if first["type"] != "menu":
            return first
        return self.client.fill_in(first["flow_id"], next_step_id=self._step)

    def fill_in_account(self, flow_id: str, address: str, username: str, password: str) -> dict[str, Any]:
        """Submit the form of an account and return the next step."""
        server = {"address": address}
        return self.client.fill_in(flow_id, username=username, password=password, server=server, **self._extra)

    def entry_state(self) -> str | None:
        """Return the state of the integration's entry, None if there is no entry."""
        entries = self.client.entries(DOMAIN)
        return entries[0]["state"] if entries else None

    def settled_state(self) -> str | None:
        """Return the state of the entry once no setup is in progress, None without an entry."""
        states: list[str | None] = []

        def is_settled() -> bool:
            states.append(self.entry_state())
            return states[-1] not in {"not_loaded", "setup_in_progress"}

        self.wait(is_settled, "no setup is in progress", LOADED_SECONDS)
        return states[-1]

    def wait_loaded(self) -> None:
        """Wait until the entry is loaded; raise HomeError if its setup has failed."""
        self.wait(self._is_loaded, "the integration is loaded", LOADED_SECONDS)

    def _is_loaded(self) -> bool:
        """Return whether the entry is loaded."""
        if (state := self.entry_state()) in {"setup_error", "migration_error"}:
            raise HomeError(f"The integration could not be set up. See {self.log}.")
        return state == "loaded"
