"""The card of the week, as a user reads, draws, drags, and saves, with a mouse, a finger, or the keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import re
from typing import Literal

from playwright.sync_api import CDPSession, FloatRect, Locator, Page, expect

from tests.e2e.dashboard_page import DashboardCard
from tests.e2e.house import SEEN_SECONDS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
STEPS = 8
# A browser on a busy machine draws late, and takes two clicks within half a second for a double click.
PAUSE_MILLISECONDS = 500
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
type Layer = Literal["window", "departure"]
type Point = tuple[float, float]


@dataclass(frozen=True)
class WeekCard(DashboardCard):
    """The week card of a page."""

    element = "renault-ze-schedule-card"

    @property
    def dialog(self) -> Locator:
        """Return the dialog of a window or a departure."""
        return self.card.locator("dialog[open]")

    def track(self, day: str) -> Locator:
        """Return the track of a day."""
        return self.card.locator(f".track[data-day='{DAYS.index(day)}']")

    def block(self, day: str, name: str) -> Locator:
        """Return a window or a departure on a day, by the start of its name."""
        shown = name.replace("-", "\N{EN DASH}")
        return self.track(day).get_by_role("button", name=re.compile(rf"^{re.escape(shown)}"))

    def has(self, day: str, *names: str) -> None:
        """Wait until a day has these windows and departures."""
        for name in names:
            expect(self.block(day, name).first, f"{day} has {name}").to_be_visible(timeout=SEEN_SECONDS * 1000)

    def lacks(self, day: str, name: str) -> None:
        """Wait until a day does not have a window or departure."""
        expect(self.block(day, name), f"{day} lacks {name}").to_have_count(0, timeout=SEEN_SECONDS * 1000)

    def tab(self, day: str) -> Locator:
        """Return what shows a day, where there is room for one."""
        return self.card.locator(f"#tab-{DAYS.index(day)}")

    def press_button(self, name: str) -> None:
        """Press a button of the card."""
        self.card.get_by_role("button", name=name, exact=True).click()

    def press_option(self, name: str) -> None:
        """Select an option."""
        self.card.locator("label").filter(has_text=name).click()

    def hover(self, name: str) -> None:
        """Move the mouse over a button."""
        self.card.get_by_role("button", name=name, exact=True).hover()

    def save(self) -> None:
        """Save the draft, and wait until it is saved."""
        self.press_button("Save")
        self.hides("Unsaved changes")

    def point(self, day: str, time: str, layer: Layer = "window") -> Point:
        """Return where a time of a day is in the window, after scrolling to it."""
        _, y = self.at(day, time, layer)
        self.page.evaluate("(y) => scrollBy(0, y - innerHeight / 2)", y)
        return self.at(day, time, layer)

    def at(self, day: str, time: str, layer: Layer = "window") -> Point:
        """Return where a time of a day is in the window."""
        track = self.track(day)
        box = _box(track)
        hours, _, minutes = time.partition(":")
        along = (int(hours) * 60 + int(minutes)) / DAY_MINUTES
        if self.card.locator(".timeline.narrow").count():
            across = 0.25 if layer == "window" else 0.75
            return box["x"] + across * box["width"], box["y"] + along * box["height"] + 1
        is_rtl = track.evaluate("(each) => getComputedStyle(each).direction") == "rtl"
        x = box["x"] + (1 - along if is_rtl else along) * box["width"] + (-1 if is_rtl else 1)
        return x, box["y"] + (18 if layer == "window" else box["height"] - 4)

    def handle(self, edge: str) -> Point:
        """Return where the handle of the selected window is in the window."""
        return _center(_box(self.card.locator(f".handle.{edge}")))

    def click(self, day: str, time: str, layer: Layer = "window") -> None:
        """Click on an empty time of a day."""
        pause(self.page)
        self.page.mouse.click(*self.point(day, time, layer))

    def draw(self, day: str, start: str, end: str) -> None:
        """Draw a window with the mouse."""
        pause(self.page)
        self._drag(self.point(day, start), self.at(day, end))

    def drag(self, day: str, name: str, to: Point) -> None:
        """Drag a window or a departure by its middle with the mouse."""
        pause(self.page)
        self._drag(_center(_box(self.block(day, name).first)), to)

    def _drag(self, start: Point, end: Point) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=STEPS)
        self.page.evaluate(TWO_FRAMES)
        mouse.up()
        pause(self.page)

    def enter(self, **fields: str) -> None:
        """Fill in fields of the dialog by their labels, times as `13:00`, and submit it."""
        for label, value in fields.items():
            if label == "Name":
                self.dialog.get_by_role("textbox", name=label).fill(value)
            else:
                field = self.dialog.get_by_role("combobox", name=label, exact=True)
                field.select_option(_option(field, value))
        self.dialog.get_by_role("button", name=re.compile("^(Add|Done)$")).click()
        expect(self.dialog, "the dialog is closed").to_have_count(0)


def pause(page: Page) -> None:
    """Wait until the browser has handled and drawn the gestures so far."""
    page.wait_for_timeout(PAUSE_MILLISECONDS)
    page.evaluate(TWO_FRAMES)


@dataclass(frozen=True)
class Finger:
    """A finger on the page."""

    page: Page
    session: CDPSession

    def tap(self, point: Point) -> None:
        """Touch and release a point."""
        pause(self.page)
        self._touch("touchStart", point)
        self._touch("touchEnd")
        pause(self.page)

    def tap_on(self, target: Locator) -> None:
        """Tap the middle of an element."""
        target.scroll_into_view_if_needed()
        self.tap(_center(_box(target)))

    def drag(self, start: Point, end: Point) -> None:
        """Touch a point, move to another one, and release it."""
        self._touch("touchStart", start)
        for step in range(1, STEPS + 1):
            part = step / STEPS
            self._touch("touchMove", tuple(one + part * (other - one) for one, other in zip(start, end, strict=True)))
        self.page.evaluate(TWO_FRAMES)
        self._touch("touchEnd")
        pause(self.page)

    def _touch(self, kind: str, point: tuple[float, ...] | None = None) -> None:
        points = [] if point is None else [{"x": point[0], "y": point[1]}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@contextmanager
def finger(page: Page) -> Iterator[Finger]:
    """Use a page by touch."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield Finger(page, session)
    finally:
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()


def _option(field: Locator, text: str) -> str:
    """Return the value of the option of a field whose text contains a time."""
    return str(field.locator("option").filter(has_text=text).first.get_attribute("value"))


def _box(target: Locator) -> FloatRect:
    """Return where an element is."""
    box = target.bounding_box()
    assert box is not None
    return box


def _center(box: FloatRect) -> Point:
    """Return the middle of a box."""
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
