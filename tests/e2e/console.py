"""What the browser reports on its console."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Error, Page

# The background of maps comes from the internet.
NOT_OURS = ("/api/map_tiles/",)
# The browser only reports the type of an exception that is not an error.
REPORT = "addEventListener('unhandledrejection', ({ reason }) => console.error(JSON.stringify(reason)))"


@dataclass
class Console:
    """The errors of a page."""

    errors: list[str] = field(default_factory=list)

    def read(self, message: ConsoleMessage) -> None:
        """Note a message if it is an error of the page."""
        url = message.location.get("url", "")
        if message.type == "error" and not any(each in url for each in NOT_OURS):
            self.errors.append(f"{message.text} ({url})")

    def fail(self, error: Error) -> None:
        """Note an exception that nothing has caught."""
        if str(error) != "Object":
            self.errors.append(str(error))


@contextmanager
def watched(page: Page) -> Iterator[Console]:
    """Watch a page that runs `REPORT`, and fail if errors remain at the end."""
    console = Console()
    page.on("console", console.read)
    page.on("pageerror", console.fail)
    try:
        yield console
    finally:
        page.remove_listener("console", console.read)
        page.remove_listener("pageerror", console.fail)
    if console.errors:
        raise AssertionError("\n".join(console.errors))
