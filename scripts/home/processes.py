"""Background processes: start, wait, watch, and stop."""

from collections.abc import Callable
from pathlib import Path
import socket
import subprocess
import time

from . import ROOT

HOST = "127.0.0.1"
STOP_SECONDS = 60.0
# Each check can cost a process much time, so they become rarer while nothing changes.
POLL_SECONDS = (0.1, 0.5)
POLL_GROWTH = 1.25
TAIL_LINES = 15


class HomeError(Exception):
    """A process or its folder does not work; the message is for the user."""


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def require_free_port(port: int, option: str) -> None:
    """Raise HomeError if a port is in use, with the option that selects another one."""
    with socket.socket() as listener:
        # Connections in TIME_WAIT do not block a port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise HomeError(f"Port {port} cannot be used ({error}). Choose another with {option}.") from error


class Process:
    """A background process whose output is written to a file."""

    def __init__(self, name: str, *command: str | Path, output: Path) -> None:
        """Create the process; it is not started yet."""
        self.name = name
        self.output = output
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process in its own session, so that Ctrl-C does not reach it directly."""
        with self.output.open("wb") as output:
            self._running = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> int | None:
        """Terminate the process and return its exit code, None if it was not running."""
        if self._running is None:
            return None
        self._running.terminate()
        try:
            return self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
            raise HomeError(f"{self.name} did not stop within {STOP_SECONDS:.0f} s and was killed.") from None
        finally:
            self._running = None

    @property
    def exit_code(self) -> int | None:
        """Return the exit code if the process has ended, otherwise None."""
        return None if self._running is None else self._running.poll()

    def require_running(self) -> None:
        """Raise HomeError with the end of the output if the process has ended."""
        if (code := self.exit_code) is not None:
            raise HomeError(f"{self.name} ended with exit code {code}. Its last output:\n{self.output_tail()}")

    def output_tail(self) -> str:
        """Return the end of the output."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-TAIL_LINES:])

    def wait(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for a condition; raise HomeError if the process ends or it takes too long."""

        def check() -> bool:
            """Return whether the condition is met; raise HomeError if the process has ended."""
            self.require_running()
            return ready()

        try:
            wait_until(check, what, seconds)
        except TimeoutError as error:
            raise HomeError(f"{error} The last output of {self.name}:\n{self.output_tail()}") from error


def wait_until(ready: Callable[[], object], what: str, seconds: float) -> None:
    """Wait until a function returns a true value; raise TimeoutError if it takes too long."""
    deadline = time.monotonic() + seconds
    pause, longest = POLL_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Timed out after {seconds:.0f} s, waiting until {what}.")
        time.sleep(pause)
        pause = min(pause * POLL_GROWTH, longest)
