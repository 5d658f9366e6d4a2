"""The simulator as a process, and its control API."""

from pathlib import Path
import sys
from typing import Any, override

import httpx

from .processes import HOST, Process

USERNAME = "you@example.com"
PASSWORD = "P4ssw0rd"  # noqa: S105
VIN = "VF1AGVYF0ZE000001"
START_SECONDS = 60.0
# The models of MY Renault.
MODELS = (
    *("ZOE40", "ZOE50", "R5", "A290", "R4", "Scenic", "Megane", "Master"),
    *("Spring", "Spring25", "Twingo", "Captur", "MeganePHEV", "MeganeEstate", "Rafale", "Petrol"),
)


class Simulator(Process):
    """The simulator process."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        """Create a simulator whose state is stored in a folder; it is not started yet."""
        self.url = f"http://{HOST}:{port}"
        command = (sys.executable, "-m", "simulator", "--port", str(port), "--state", str(folder / "simulator.json"))
        super().__init__("The simulator", *command, *options, output=folder / "simulator.log")

    @override
    def start(self) -> None:
        """Start the process and wait until it responds."""
        super().start()
        self.wait(lambda: self.url in self.output.read_text(), "the simulator responds", START_SECONDS)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API and return its response."""
        response = httpx.request(method, f"{self.url}/simulator/{path}", json=body, timeout=30)
        response.raise_for_status()
        return response.json()

    def requests(self, method: str, path_end: str) -> list[dict[str, Any]]:
        """Return the received requests with a method and the end of a path, newest last."""
        received = self.control("GET", "requests")
        return [one for one in received if one["method"] == method and one["path"].endswith(path_end)]
