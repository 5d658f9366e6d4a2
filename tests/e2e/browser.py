"""A user in front of Home Assistant's pages, in a real browser."""

from dataclasses import dataclass
import os
from pathlib import Path
import re

from playwright.sync_api import Error, Locator, Page, ViewportSize, expect

from home.processes import wait_until
from tests.e2e.house import SEEN_SECONDS
from tests.e2e.words import translations

# Pages can take this long on a busy computer.
WAIT_MILLISECONDS = 20_000
expect.set_options(timeout=WAIT_MILLISECONDS)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
# The name of a folder for screenshots of each step.
IMAGES = "BROWSER_TEST_IMAGES"


@dataclass(frozen=True)
class User:
    """A user who reads and clicks."""

    page: Page
    url: str
    language: str = "en"

    def word(self, english: str) -> str:
        """Return what the page says for some English words."""
        return english if self.language == "en" else translations(self.language)[english]

    def open(self, path: str) -> None:
        """Open a page of Home Assistant."""
        try:
            self.page.goto(f"{self.url}/{path}")
        except Error as error:
            # A page that navigates by itself at the same moment aborts this.
            if "ERR_ABORTED" not in str(error):
                raise
            self.page.goto(f"{self.url}/{path}")
        self.page.locator("home-assistant-main").wait_for()

    def press(self, name: str) -> None:
        """Press a button by its English name."""
        self.page.get_by_role("button", name=self.word(name), exact=True).last.click()

    def reads(self, text: str) -> None:
        """Wait until the page shows a text."""
        wait_until(lambda: text in page_text(self.page), f"the page shows {text!r}", SEEN_SECONDS)

    def picture(self, name: str) -> None:
        """Take a screenshot if somebody wants to look at it."""
        if folder := os.environ.get(IMAGES):
            # Animations and late cards would be cut off.
            self.page.wait_for_timeout(1000)
            (Path(folder) / f"{name}.png").write_bytes(self.page.screenshot())

    def pictures(self, name: str) -> None:
        """Take screenshots at the size of a desktop, of a whole page, and of a phone."""
        self.picture(name)
        if os.environ.get(IMAGES):
            for size, width, height in (("tall", 1280, 2600), ("phone", 390, 844)):
                self.page.set_viewport_size({"width": width, "height": height})
                self.picture(f"{name}-{size}")
            self.page.set_viewport_size(DESKTOP)


def page_text(page: Page) -> str:
    """Return the texts and elements of a page as a screen reader sees them."""
    return page.locator("body").aria_snapshot()


@dataclass(frozen=True)
class DevicePage(User):
    """The page of the car."""

    def row(self, name: str) -> Locator:
        """Return the row of an entity."""
        rows = self.page.locator("hui-generic-entity-row")
        return rows.filter(has=self.page.get_by_text(name, exact=True))

    def shows(self, name: str, value: str) -> None:
        """Wait until an entity shows a value, which is a regular expression."""
        row, ending = self.row(name), re.compile(rf"(?::|button) \"?{re.escape(name)} (?:{value})\"?$")
        try:
            wait_until(lambda: ending.search(row.aria_snapshot()), f"{name} shows {value}", SEEN_SECONDS)
        except TimeoutError as error:
            error.add_note(row.aria_snapshot())
            raise

    def press_row(self, name: str) -> None:
        """Press the button of an entity."""
        self.row(name).get_by_role("button", name=self.word("Press")).click()

    def switch(self, name: str, *, on: bool) -> None:
        """Turn the switch of an entity on or off, and wait until it shows that."""
        switch = self.row(name).get_by_role("switch")
        expect(switch, f"{name} is off before it is turned on").to_be_checked(checked=not on)
        self.row(name).locator("ha-switch").click()
        # The switch shows the click first, and the state a second or two later.
        self.page.wait_for_timeout(2500)
        expect(switch, f"{name} is turned {'on' if on else 'off'}").to_be_checked(checked=on)

    def select(self, name: str, option: str) -> None:
        """Select an option of an entity."""
        self.row(name).locator("ha-select").click()
        self.page.get_by_role("menuitem", name=option).click()
        self.shows(name, option)

    def open_details(self, name: str) -> None:
        """Open the details of an entity."""
        self.row(name).click()
        self.page.locator("ha-more-info-dialog").get_by_role("button", name=self.word("Menu")).click()
        self.page.get_by_role("menuitem", name=self.word("Details")).click()
