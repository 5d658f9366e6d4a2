"""The demo: a car that lives in the simulator, shown in a Home Assistant that is ready to be used."""

from pathlib import Path
import time
from typing import Self

from . import cars
from .cars import Simulator
from .hass import RESTART_EXIT_CODE, HomeAssistant
from .processes import HomeError, require_free

WATCH_SECONDS = 0.5


class Demo:
    """A home whose two processes start and end together: a context."""

    def __init__(self, folder: Path, port: int, simulator_port: int, speed: float) -> None:
        """Describe a demo that lives in a folder; the world of its car is `speed` times as fast as ours."""
        self.port = port
        self.simulator_port = simulator_port
        self.simulator = Simulator(folder, simulator_port, "--live", "--speed", str(speed))
        self.hass = HomeAssistant(folder, port)

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
        self.hass.prepare()
        self.simulator.start()
        self.hass.start()
        self._bring_account_in()
        self.hass.wait_loaded()

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

    def _bring_account_in(self) -> None:
        """Set the integration up the first time, and follow a simulator that has moved to another port."""
        state = self.hass.entry_state()
        if state is None:
            answer = self.hass.add_account(self.simulator.url, cars.USERNAME, cars.PASSWORD)
            self.hass.show_dashboard()
        elif state != "loaded":
            answer = self.hass.move_account(self.simulator.url, cars.USERNAME, cars.PASSWORD)
        else:
            return
        if answer.get("errors"):
            raise HomeError(f"The integration refuses the simulator's account: {answer['errors']}")
