"""The calendar page: events as a user reads, adds, changes, and deletes them."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Error, Locator, expect

from home.processes import wait_until
from tests.e2e.browser import User
from tests.e2e.house import SEEN_SECONDS

SETTLED_MILLISECONDS = 100
NAMED_MILLISECONDS = 10_000

CHARGE_SCHEDULE = "Charge schedule"
DEPARTURES = "Departures"


@dataclass(frozen=True)
class CalendarPage(User):
    """The calendar page, opened on one day."""

    def go_to(self, days_ahead: int) -> None:
        """Show a day, counted from today."""
        wait_until(self._is_open, "the calendar page has the names of its buttons", SEEN_SECONDS)
        self.press("Day")
        for _ in range(days_ahead):
            self.press("Next")

    def _is_open(self) -> bool:
        """Open the page, and return whether its buttons have names: it keeps those from before its texts are loaded."""
        self.open("calendar")
        with suppress(Error):
            self.page.get_by_role("button", name=self.word("Day"), exact=True).wait_for(timeout=NAMED_MILLISECONDS)
            return True
        return False

    @property
    def events(self) -> Locator:
        """Return the events of the day: items of a list, but not in older versions of the page."""
        items = self.page.locator("ha-full-calendar").get_by_role("listitem")
        return items.or_(self.page.locator(".fc-event"))

    def event(self, text: str) -> Locator:
        """Return the event with a time and a summary, such as `07:30 - 08:00 Work`."""
        time, _, summary = text.partition(" | ")
        return self.events.filter(has_text=time).filter(has_text=summary)

    def shows(self, *events: str) -> None:
        """Wait until the day has these events and no others."""
        for event, times in Counter(events).items():
            expect(self.event(event), f"the day has {event}").to_have_count(times)
        expect(self.events, f"the day has only {events}").to_have_count(len(events))

    @property
    def form(self) -> Locator:
        """Return the form of an event."""
        return self.page.locator("dialog-calendar-event-editor")

    def fill_in(self, summary: str, calendar: str, start: str, end: str, repeat: str) -> None:
        """Open the form of a new event, and fill it in."""
        self.press("Add event")
        self.form.get_by_role("textbox", name=self.word("Summary")).fill(summary)
        self.form.locator("ha-entity-picker").click()
        self.page.locator("ha-combo-box-item").filter(has_text=calendar).last.click()
        set_times(self.form, start, end)
        self.form.locator("ha-select").filter(has_text=self.word("Repeat")).click()
        self.page.get_by_role("menuitem", name=self.word(repeat), exact=True).click()

    def submit(self) -> None:
        """Add the event of the form."""
        self.press("Add event")
        expect(self.form.get_by_role("textbox", name=self.word("Summary")), "the event was added").to_be_hidden()

    def change_once(self, event: str, start: str, end: str) -> None:
        """Change the times of one occurrence."""
        self.event(event).click()
        self.press("Edit event")
        set_times(self.form, start, end)
        self.press("Save event")
        self.page.get_by_role("radio", name=self.word("Only this event")).check()
        self.press("Update")

    def delete(self, event: str, *, following: bool) -> None:
        """Delete one occurrence of an event, perhaps with all that follow."""
        self.event(event).click()
        self.press("Delete event")
        times = "This and all future events" if following else "Only this event"
        self.page.get_by_role("radio", name=self.word(times)).check()
        self.press("Delete")


def set_times(form: Locator, start: str, end: str) -> None:
    """Enter when an event starts and ends."""
    for place, time in enumerate((start, end)):
        for name, number in zip(("hh", "mm"), time.split(":"), strict=True):
            field = form.get_by_role("spinbutton", name=name).nth(place)
            wait_until(partial(_takes, field, str(int(number))), f"the form takes {time}", SEEN_SECONDS)


def _takes(field: Locator, digits: str) -> bool:
    """Enter a number, and return whether the field keeps it, as not while the form is still moving."""
    field.fill(digits)
    field.page.wait_for_timeout(SETTLED_MILLISECONDS)
    return int(field.input_value() or -1) == int(digits)
