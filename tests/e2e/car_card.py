"""The card of a car, as a user reads and presses it."""

from dataclasses import dataclass
import re

from playwright.sync_api import Locator, expect

from tests.e2e.dashboard_page import DashboardCard
from tests.e2e.house import SEEN_SECONDS

PHASES = "Sending…|Waiting for the car…|Done|Failed"


@dataclass(frozen=True)
class CarCard(DashboardCard):
    """The first car card of a page."""

    element = "renault-ze-card"

    def button(self, name: str) -> Locator:
        """Return a button by its visible name, which the progress of its command can follow."""
        return self.card.get_by_role("button", name=re.compile(rf"^{re.escape(name)}(?: ({PHASES}))?$"))

    def press_button(self, name: str) -> None:
        """Press a button."""
        self.button(name).click()

    def progress(self, name: str, phase: str) -> None:
        """Wait until a button shows how far its command has come."""
        expect(self.button(name), f"{name} is {phase}").to_contain_text(phase, timeout=SEEN_SECONDS * 1000)

    @property
    def notices(self) -> Locator:
        """Return the notices of errors."""
        return self.card.get_by_role("alert")

    def choose(self, name: str) -> None:
        """Select a car, on a card of all cars."""
        self.card.get_by_role("combobox", name="Car").select_option(name)
