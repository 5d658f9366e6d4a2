"""A headless Chromium: the installed one, the system's package, or Playwright's download."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import subprocess
import sys
from typing import override

from playwright.sync_api import Page, sync_playwright

from .home_assistant import PASSWORD, USERNAME
from .processes import HOST, HomeError, Process, free_port

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-roboto")
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES)
DOWNLOAD = (sys.executable, "-m", "playwright", "install", "--no-shell", "chromium")
VERSION_SECONDS = 30
PACKAGE_SECONDS = 300
DOWNLOAD_SECONDS = 60
START_SECONDS = 60
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"),
    *("--force-prefers-reduced-motion", "--hide-scrollbars", "--accept-lang=en-GB", "about:blank"),
)


def chromium_path() -> str:
    """Return the path of Chromium, obtaining it if needed; raise HomeError if that is not possible."""
    for obtain in (_installed, _packaged, _downloaded):
        if path := obtain():
            return path
    raise HomeError(f"Chromium is missing. On Debian, run: sudo {' '.join(INSTALL)}")


def _installed() -> str | None:
    """Return the path of an installed Chromium that runs, None if there is none."""
    found = filter(None, map(shutil.which, COMMANDS))
    # Ubuntu's command only asks to install another package.
    return next((path for path in found if _succeeds(VERSION_SECONDS, path, "--version")), None)


def _packaged() -> str | None:
    """Install the system's package as root, and return its path, None if that is not possible."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    # The list of packages can be missing, as in most containers.
    if not _succeeds(PACKAGE_SECONDS, *INSTALL):
        _succeeds(PACKAGE_SECONDS, "apt-get", "update")
        _succeeds(PACKAGE_SECONDS, *INSTALL)
    return _installed()


def _downloaded() -> str | None:
    """Download Playwright's own Chromium, and return its path, None if that is not possible."""
    if not _succeeds(DOWNLOAD_SECONDS, *DOWNLOAD):
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def _succeeds(seconds: float, *command: str) -> bool:
    """Return whether a command succeeds in time."""
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds)
    except OSError, subprocess.SubprocessError:
        return False
    return True


class Chromium(Process):
    """A headless Chromium with a fresh profile and one window, which stays open between connections."""

    def __init__(self, path: str, folder: Path, time_zone: str) -> None:
        """Create a Chromium in a time zone that stores its profile in a folder; it is not started yet."""
        self._port = free_port()
        options = (*OPTIONS, f"--remote-debugging-port={self._port}", f"--user-data-dir={folder / 'chromium'}")
        super().__init__("Chromium", "env", f"TZ={time_zone}", path, *options, output=folder / "chromium.log")

    @override
    def start(self) -> None:
        """Start the process and wait until it can be controlled."""
        super().start()
        self.wait(lambda: "DevTools listening" in self.output.read_text(), "Chromium responds", START_SECONDS)

    @contextmanager
    def window(self) -> Iterator[Page]:
        """Control the window."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(f"http://{HOST}:{self._port}")
            [page] = browser.contexts[0].pages
            yield page


def log_in(page: Page, url: str) -> None:
    """Log in with the form of a Home Assistant."""
    page.goto(url)
    page.locator("input[name=username]").press_sequentially(USERNAME)
    page.locator("input[name=password]").press_sequentially(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("home-assistant-main").wait_for()
