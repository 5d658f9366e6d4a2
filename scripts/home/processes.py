"""Processes that are ours: started, waited for, watched and ended."""

from collections.abc import Callable
from pathlib import Path
import socket
import subprocess
import time

from . import ROOT

HOST = "127.0.0.1"
STOP_SECONDS = 60.0
LOOK_SECONDS = 0.1
TAIL_LINES = 15


class HomeError(Exception):
    """Something of the home does not work; the text says what, to a person."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def require_free(port: int, option: str) -> None:
    """Raise HomeError if a port cannot be listened on, naming the option that chooses another."""
    with socket.socket() as listener:
        # A port whose last listener has just ended is free, although its connections linger.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise HomeError(f"Port {port} cannot be used ({error}). Choose another with {option}.") from error


class Process:
    """A program in the background, whose output goes to a file."""

    def __init__(self, name: str, *command: str | Path, output: Path) -> None:
        """Describe the program; nothing is started yet."""
        self.name = name
        self.output = output
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program, in a session of its own so that Ctrl-C reaches it only through us."""
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
        """Ask the program to end, wait until it has, and return its exit code; None if it was not running."""
        if self._running is None:
            return None
        self._running.terminate()
        try:
            return self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
            raise HomeError(f"{self.name} did not end within {STOP_SECONDS:.0f} s and was killed.") from None
        finally:
            self._running = None

    @property
    def exit_code(self) -> int | None:
        """Return the exit code if the program has ended, else None."""
        return None if self._running is None else self._running.poll()

    def require_running(self) -> None:
        """Raise HomeError with the last lines of the output if the program has ended."""
        if (code := self.exit_code) is not None:
            raise HomeError(f"{self.name} ended (exit code {code}). Its last words:\n{self.last_words()}")

    def last_words(self) -> str:
        """Return the end of the output."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-TAIL_LINES:])

    def wait(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until something is so; HomeError if the program ends or the time is over first."""

        def look() -> bool:
            """Look whether it is so, and whether it still can be."""
            self.require_running()
            return ready()

        try:
            wait_until(look, what, seconds)
        except TimeoutError as error:
            raise HomeError(f"{error} {self.name} said last:\n{self.last_words()}") from error


def wait_until(ready: Callable[[], object], what: str, seconds: float) -> None:
    """Wait until a function returns something true; TimeoutError if the time is over first."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s in vain: {what}.")
        time.sleep(LOOK_SECONDS)
