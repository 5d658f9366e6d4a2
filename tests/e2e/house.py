"""Home Assistant and the simulator in processes, and what a user does with them."""

from collections.abc import Callable
from dataclasses import dataclass
import re
from typing import Any

from home.home_assistant import ENTITY_PREFIX, HomeAssistant
from home.processes import wait_until
from home.simulator import VIN, Simulator

# Home Assistant may delay a poll by 10 seconds, and a command is polled each 30 seconds.
SEEN_SECONDS = 60
# The settings of a user who reads English, with a 24-hour clock.
ENGLISH = {"language": "en", "time_format": "24", "first_weekday": "monday"}


@dataclass(frozen=True)
class House:
    """A running Home Assistant and a running simulator."""

    hass: HomeAssistant
    simulator: Simulator

    def stop(self) -> None:
        """End both processes."""
        try:
            self.hass.stop()
        finally:
            self.simulator.stop()

    def state(self, platform: str, key: str) -> str:
        """Return the state of one of the first car's entities."""
        state: str = self.hass.client.get(f"/api/states/{entity(platform, key)}")["state"]
        return state

    def poll(self) -> None:
        """Poll the car."""
        self.hass.client.perform_action("homeassistant.update_entity", entity_id=entity("sensor", "battery"))

    def see(self, platform: str, key: str, wanted: Callable[[str], bool] | str) -> None:
        """Wait until an entity has a state."""
        fits = wanted if callable(wanted) else wanted.__eq__
        try:
            wait_until(lambda: fits(self.state(platform, key)), f"{key} shows {wanted}", seconds=SEEN_SECONDS)
        except TimeoutError as error:
            car = self.simulator.control("GET", "state")["cars"][VIN]
            error.add_note(f"It shows {self.state(platform, key)}; the car: {car}")
            raise

    def poll_until(self, key: str, value: str) -> None:
        """Poll the car until a sensor has a value: MY Renault's responses are kept for half a minute."""

        def is_shown() -> bool:
            self.poll()
            return self.state("sensor", key) == value

        try:
            wait_until(is_shown, f"{key} shows {value}", SEEN_SECONDS)
        except TimeoutError as error:
            error.add_note(f"It shows {self.state('sensor', key)}")
            raise

    def press(self, key: str) -> None:
        """Press one of the car's buttons."""
        self.hass.client.perform_action("button.press", entity_id=entity("button", key))

    def select(self, key: str, option: str) -> None:
        """Select an option of one of the car's selects."""
        self.hass.client.perform_action("select.select_option", entity_id=entity("select", key), option=option)

    def ask(self, action: str, **fields: object) -> dict[str, Any]:
        """Call an action on the car, and return its response."""
        response: dict[str, Any] = self.hass.client.perform_action_with_response(
            f"renault_ze.{action}", device_id=self.hass.device_id(VIN), **fields
        )
        return response

    def change_car(self, **fields: object) -> dict[str, Any]:
        """Change the simulated car, without a report unless requested."""
        car: dict[str, Any] = self.simulator.control("POST", f"cars/{VIN}", fields)
        return car

    def pass_time(self, minutes: float) -> None:
        """Let time pass in the simulator."""
        self.simulator.control("POST", "clock", {"advance": minutes * 60})

    def sent(self, path: str, method: str = "POST") -> list[dict[str, Any]]:
        """Return the requests for the first car that the server received since it started."""
        return self.simulator.requests(method, f"/{VIN}{path}")

    def unexpected_errors(self, *provoked: str) -> list[str]:
        """Return the errors in Home Assistant's log except those that a test provoked, and all tracebacks."""
        lines = self.hass.log.read_text().splitlines()
        errors = [line for line in lines if re.search(r" (?:ERROR|CRITICAL) |^Traceback", line)]
        return [line for line in errors if not any(cause in line for cause in provoked)]

    def logins(self) -> int:
        """Return how often somebody signed in since the simulator started."""
        return len(self.simulator.requests("POST", "/api/user/login"))


def entity(platform: str, key: str) -> str:
    """Return the ID of one of the first car's entities."""
    return f"{platform}.{ENTITY_PREFIX}_{key}"
