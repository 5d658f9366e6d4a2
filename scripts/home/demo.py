"""The demo: a simulated car in a Home Assistant that is set up with it."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
import time
from typing import Any, Self

import httpx

from .config_folder import TIME_ZONE
from .history import import_history
from .home_assistant import DEFAULT_CLOUD, RESTART_EXIT_CODE, HomeAssistant
from .plan import create_charge_schedule, create_departure
from .prices import add_prices, show_past_energy
from .processes import HomeError, require_free_port
from .simulator import PASSWORD, USERNAME, VIN, Simulator

CHECK_SECONDS = 0.5


class Demo:
    """A context manager that starts and stops the simulator and Home Assistant."""

    def __init__(
        self,
        folder: Path,
        port: int,
        simulator_port: int,
        *options: str,
        cloud: str = DEFAULT_CLOUD,
        model: str | None = None,
        time_zone: str = TIME_ZONE,
    ) -> None:
        """Create a demo in a folder, with a model of MY Renault if given; the options are passed to the simulator."""
        self.folder = folder
        self.time_zone = time_zone
        self.cloud = cloud
        self.model = model
        self.port = port
        self.simulator_port = simulator_port
        arguments = ("--cloud", cloud, "--vin", VIN, *(("--model", model) if model else ()), "--timezone", time_zone)
        self.simulator = Simulator(folder, simulator_port, *arguments, "--live", *options)
        self.hass = HomeAssistant(folder, port, cloud)

    def __enter__(self) -> Self:
        """Start both processes; if that fails, stop both."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both processes."""
        self.stop()

    def _start(self) -> None:
        """Start both processes and set up the integration."""
        require_free_port(self.port, "--port")
        require_free_port(self.simulator_port, "--simulator-port")
        self._require_same_cloud()
        self.hass.prepare(self.time_zone)
        self.simulator.start()
        self.hass.start()
        state = self.hass.settled_state()
        if state is None:
            self._set_up()
        elif state == "setup_retry":
            # The port of the simulator has changed.
            require_accepted(self.hass.move_account(self.simulator.url, USERNAME, PASSWORD))
        self.hass.wait_loaded()

    def _require_same_cloud(self) -> None:
        """Raise HomeError if the folder contains a demo of another cloud."""
        marker = self.folder / "cloud.txt"
        if marker.exists() and marker.read_text() != self.cloud:
            found = f"{self.folder} contains a demo of {marker.read_text()}."
            raise HomeError(f"{found} Choose another folder with --config.")

    def stop(self) -> None:
        """Stop both processes."""
        try:
            self.hass.stop()
        finally:
            self.simulator.stop()

    def watch(self) -> None:
        """Restart Home Assistant when it requests that; raise HomeError when one of the processes ends."""
        while True:
            if self.hass.exit_code == RESTART_EXIT_CODE:
                self.hass.start()
            self.hass.require_running()
            self.simulator.require_running()
            time.sleep(CHECK_SECONDS)

    def _set_up(self) -> None:
        """Set up the integration with dashboards, electricity prices, a history, and a plan."""
        require_accepted(self.hass.add_account(self.simulator.url, USERNAME, PASSWORD))
        (self.folder / "cloud.txt").write_text(self.cloud)
        self.hass.wait_loaded()
        self.hass.show_dashboard()
        add_prices(self.hass.client)
        self.hass.wait_loaded()
        device_id = self.hass.device_id(VIN)
        self._perform("charge history", lambda: self._show_history(device_id))
        self._perform("departure", lambda: create_departure(self.hass.client, device_id))
        self._perform("charge schedule", lambda: create_charge_schedule(self.hass.client, device_id))

    def _show_history(self, device_id: str | None) -> None:
        """Show battery, range, and energy before the demo."""
        import_history(self.hass.client, device_id)
        show_past_energy(self.hass.client)

    def _perform(self, name: str, step: Callable[[], None]) -> None:
        """Perform a step of the setup, which a selected model may not support."""
        try:
            step()
        except httpx.HTTPStatusError as error:
            if self.model is None or error.response.status_code != HTTPStatus.BAD_REQUEST:
                raise
            print(f"The integration does not support a {name} for this model.", flush=True)


def require_accepted(response: dict[str, Any]) -> None:
    """Raise HomeError if a config flow ended with errors."""
    if response.get("errors"):
        raise HomeError(f"The integration rejected the simulator's account: {response['errors']}")
