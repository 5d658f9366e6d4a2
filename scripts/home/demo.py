"""The demo: a car that lives in the simulator, shown in a Home Assistant that is ready to be used."""

from pathlib import Path
import time
from typing import Any, Self

from . import cars
from .cars import Simulator
from .hass import DEFAULT_CLOUD, RESTART_EXIT_CODE, HomeAssistant
from .past import bring_past_in
from .plan import make_plan
from .processes import HomeError, require_free

WATCH_SECONDS = 0.5


class Demo:
    """A home whose two processes start and end together: a context."""

    def __init__(self, folder: Path, port: int, simulator_port: int, *options: str, cloud: str = DEFAULT_CLOUD) -> None:
        """Describe a demo that lives in a folder; the options are the simulator's."""
        self.folder = folder
        self.cloud = cloud
        self.port = port
        self.simulator_port = simulator_port
        given = ("--cloud", cloud, "--vin", cars.VIN, "--live", *options)
        self.simulator = Simulator(folder, simulator_port, *given)
        self.hass = HomeAssistant(folder, port, cloud)

    def __enter__(self) -> Self:
        """Start everything, or nothing."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End everything."""
        self.stop()

    def _start(self) -> None:
        """Start both processes and bring the account in."""
        require_free(self.port, "--port")
        require_free(self.simulator_port, "--simulator-port")
        self._require_same_cloud()
        self.hass.prepare()
        self.simulator.start()
        self.hass.start()
        if self.hass.entry_state() is None:
            self._settle_in()
        elif self.hass.entry_state() == "setup_retry":
            # The simulator has moved to another port.
            require_accepted(self.hass.move_account(self.simulator.url, cars.USERNAME, cars.PASSWORD))
        self.hass.wait_loaded()

    def _require_same_cloud(self) -> None:
        """Raise HomeError if the folder holds a demo of another cloud."""
        kept = self.folder / "cloud.txt"
        if kept.exists() and kept.read_text() != self.cloud:
            raise HomeError(f"{self.folder} holds a demo of {kept.read_text()}. Choose another folder with --config.")

    def stop(self) -> None:
        """End both processes."""
        try:
            self.hass.stop()
        finally:
            self.simulator.stop()

    def watch(self) -> None:
        """Return never; HomeError when one of the processes ends, unless Home Assistant was asked to restart."""
        while True:
            if self.hass.exit_code == RESTART_EXIT_CODE:
                self.hass.start()
            self.hass.require_running()
            self.simulator.require_running()
            time.sleep(WATCH_SECONDS)

    def _settle_in(self) -> None:
        """Set the integration up, and show it as if it had always been there."""
        require_accepted(self.hass.add_account(self.simulator.url, cars.USERNAME, cars.PASSWORD))
        (self.folder / "cloud.txt").write_text(self.cloud)
        self.hass.wait_loaded()
        self.hass.show_dashboard()
        device_id = self.hass.device_id(cars.VIN)
        bring_past_in(self.hass.client, device_id)
        make_plan(self.hass.client, device_id)


def require_accepted(answer: dict[str, Any]) -> None:
    """Raise HomeError if a config flow did not end well."""
    if answer.get("errors"):
        raise HomeError(f"The integration does not take the simulator's account: {answer['errors']}")
