"""Home Assistant as a process, and the way a person brings a car's account into it."""

from pathlib import Path
import sys
import time
from typing import Any, override

import httpx

from . import folder as folders
from .client import Client, Refused
from .processes import HOST, HomeError, Process

DOMAIN = "renault_ze"
# The clouds by the simulator's names for them: the step of the config flow, and what it asks for beside an account.
CLOUDS: dict[str, tuple[str, dict[str, str]]] = {
    "zeservices": ("ze_services", {}),
    "myrenault": ("my_renault", {"country": "GB"}),
}
DEFAULT_CLOUD = "zeservices"
# What the ids of the only car's entities begin with.
ENTITY_PREFIX = "renault_z_e"
USERNAME = PASSWORD = "demo"  # noqa: S105
START_SECONDS = 180.0
GONE_SECONDS = 1.0
LOADED_SECONDS = 60.0
# Home Assistant ends with this when somebody asks it to restart.
RESTART_EXIT_CODE = 100


class HomeAssistant(Process):
    """A real Home Assistant with the integration of this repository."""

    def __init__(self, folder: Path, port: int, cloud: str = DEFAULT_CLOUD) -> None:
        """Describe a Home Assistant that lives in a folder, and the cloud of its cars."""
        hass = Path(sys.executable).parent / "hass"
        # All it needs is installed; nothing is to be fetched while it runs.
        command = (hass, "--config", str(folder), "--skip-pip", "--log-no-color")
        super().__init__("Home Assistant", *command, output=folder / "hass.out")
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "home-assistant.log"
        self.client = Client(self.url)
        self._folder = folder
        self._port = port
        self._step, self._extra = CLOUDS[cloud]

    def prepare(self) -> None:
        """Make the folder ready; HomeError if it is somebody else's."""
        folders.prepare(self._folder, self._port)

    @override
    def start(self) -> None:
        """Start, log in, being onboarded first if need be, and wait until it is running."""
        super().start()
        # A browser that was open during a restart has to log in again.
        self.client.close()
        self.client = Client(self.url)
        try:
            self._arrive()
        except httpx.TransportError as error:
            # A program that was killed takes a moment to be gone.
            time.sleep(GONE_SECONDS)
            self.require_running()
            raise HomeError(f"Home Assistant does not answer any more: {error}") from error

    def _arrive(self) -> None:
        """Log in as soon as there is somebody to answer, and wait until everything has started."""
        self.wait(self.client.answers, "Home Assistant answers", START_SECONDS)
        try:
            self._enter()
        except Refused:
            raise HomeError(f"The password of {USERNAME} was changed; `--config` chooses another folder.") from None
        self.wait(self.client.running, "Home Assistant has started", START_SECONDS)

    def _enter(self) -> None:
        """Log in, the very first time by making the user."""
        if self.client.onboarded():
            self.client.log_in(USERNAME, PASSWORD)
        else:
            self.client.onboard(USERNAME, PASSWORD)

    @override
    def stop(self) -> int | None:
        """End, and close the browser first."""
        self.client.close()
        return super().stop()

    def show_dashboard(self) -> None:
        """Make the dashboard of this repository the first thing that is seen."""
        self.client.command("frontend/set_system_data", key="core", value={"default_panel": "renault-ze"})

    def device_id(self, vin: str) -> str | None:
        """Return the id of a car's device, None if there is none."""
        devices = self.client.command("config/device_registry/list")
        return next((each["id"] for each in devices if [DOMAIN, vin] in each["identifiers"]), None)

    def add_account(self, address: str, username: str, password: str) -> dict[str, Any]:
        """Set up the integration as a person does, and return the last answer of the flow."""
        form = self.account_form()
        return self.fill_in_account(form["flow_id"], address, username, password)

    def move_account(self, address: str, username: str, password: str) -> dict[str, Any]:
        """Tell the integration that the server has moved, and return the last answer of the flow."""
        form = self.account_form(entry_id=self.client.entries(DOMAIN)[0]["entry_id"])
        return self.fill_in_account(form["flow_id"], address, username, password)

    def account_form(self, **context: str) -> dict[str, Any]:
        """Begin to add an account or to change one, choose its cloud if that is asked, and return the form."""
        first = self.client.start_flow(DOMAIN, **context)
        if first["type"] != "menu":
            return first
        return self.client.fill_in(first["flow_id"], next_step_id=self._step)

    def fill_in_account(self, flow_id: str, address: str, username: str, password: str) -> dict[str, Any]:
        """Submit the form of an account and return the answer."""
        server = {"address": address}
        return self.client.fill_in(flow_id, username=username, password=password, server=server, **self._extra)

    def entry_state(self) -> str | None:
        """Return the state of the integration's entry, None if there is no entry."""
        entries = self.client.entries(DOMAIN)
        return entries[0]["state"] if entries else None

    def wait_loaded(self) -> None:
        """Wait until the entry is loaded; HomeError at once if it never will be."""
        self.wait(self._loaded, "the integration is loaded", LOADED_SECONDS)

    def _loaded(self) -> bool:
        """Say whether the entry is loaded."""
        if (state := self.entry_state()) in {"setup_error", "migration_error"}:
            raise HomeError(f"The integration cannot be set up; {self.log} says why.")
        return state == "loaded"
