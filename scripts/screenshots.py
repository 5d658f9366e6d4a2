"""Take the screenshots in docs/images from demos, with headless Chromium."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time

from PIL import Image
from playwright.sync_api import Locator, Page

from home import ROOT
from home.chromium import Chromium, chromium_path, log_in
from home.config_folder import zone_at
from home.demo import Demo
from home.home_assistant import ENTITY_PREFIX
from home.processes import HomeError, free_port, wait_until
from home.simulator import VIN

IMAGES = ROOT / "docs/images"
# The simulated time starts in the past, so that all commands have ended when the screenshots are taken.
PREPARATION = timedelta(minutes=90)
# In the evening, the simulated car is plugged in and outside its charge window; at other hours, it may drive away.
EVENING = 21
STATE_SECONDS = 60
STEADY_SECONDS = 30
PAUSE_SECONDS = 2.0
# The commands should not have the same time.
COMMAND_GAP_SECONDS = 20.0
HEADER_PIXELS = 64
# The models that have screenshots of their own.
MODELS = ("R5", "Megane", "Spring")
DASHBOARD = "dashboard"
MODEL_LEVEL = 62
SCHEDULE_SECONDS = 60.0
PALETTE_COLORS = 256


def main() -> int:
    """Take the screenshots of the dashboard, of the models, or all."""
    parser = ArgumentParser(prog="scripts/screenshots", description=__doc__)
    choices = (DASHBOARD, *MODELS)
    parser.add_argument("subject", nargs="*", help=f"what to take screenshots of: {', '.join(choices)} (all)")
    subjects = parser.parse_args().subject or choices
    if unknown := set(subjects) - set(choices):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    try:
        for subject in subjects:
            with TemporaryDirectory() as folder:
                take_screenshots_of(subject, Path(folder))
    except (HomeError, TimeoutError) as error:
        print(f"scripts/screenshots: {error}", file=sys.stderr)
        return 1
    return 0


def take_screenshots_of(subject: str, folder: Path) -> None:
    """Run a demo in a folder and take its screenshots."""
    if subject == DASHBOARD:
        with create_demo(folder) as demo:
            prepare_car(demo)
            with logged_in(demo) as page:
                take_screenshots(demo, page)
        return
    zone = zone_at(EVENING)
    with Demo(folder, free_port(), free_port(), cloud="myrenault", model=subject, time_zone=zone) as demo:
        # Until then, the charge schedule is on its way to the car.
        time.sleep(SCHEDULE_SECONDS)
        demo.simulator.control("POST", f"cars/{VIN}", {"level": MODEL_LEVEL, "plugged": True, "report": True})
        # A poll may have to wait for the request limit, unlike the first one of a setup.
        battery = f"sensor.{ENTITY_PREFIX}_battery"
        demo.hass.client.perform_action("homeassistant.reload_config_entry", entity_id=battery)
        wait_for_state(demo, "battery", str(MODEL_LEVEL))
        with logged_in(demo) as page:
            take_screenshots_of_model(demo, page, subject.lower())


@contextmanager
def logged_in(demo: Demo) -> Iterator[Page]:
    """Log in to the demo in a window."""
    chromium = Chromium(chromium_path(), demo.folder, demo.time_zone)
    chromium.start()
    try:
        with chromium.window() as page:
            page.emulate_media(reduced_motion="reduce")
            log_in(page, demo.hass.url)
            yield page
    finally:
        chromium.stop()


def create_demo(folder: Path) -> Demo:
    """Return a demo on free ports whose simulated time starts in the past."""
    start = (datetime.now(UTC) - PREPARATION).isoformat()
    return Demo(folder, free_port(), free_port(), "--start", start, time_zone=zone_at(EVENING))


def prepare_car(demo: Demo) -> None:
    """Charge and precondition the car and set a timer, until its simulated time has caught up."""
    car = f"cars/{VIN}"
    while demo.simulator.control("GET", "state")["cars"][VIN]["driving"]:
        advance_minutes(demo, 5)
    # With a faster charging point, the battery would be full before the simulated time has caught up.
    demo.simulator.control("POST", car, {"level": 52, "plugged": True, "charging_point": "SLOW", "report": True})
    for button in ("start_preconditioning", "start_charge"):
        demo.hass.client.perform_action("button.press", entity_id=f"button.{ENTITY_PREFIX}_{button}")
        advance_minutes(demo, 12)
        wait_for_state(demo, "last_command", "confirmed")
        time.sleep(COMMAND_GAP_SECONDS)
    demo.hass.client.perform_action("renault_ze.precondition_at", device_id=demo.hass.device_id(VIN), start="07:15:00")
    demo.simulator.control("POST", "clock", {"set": datetime.now(UTC).isoformat()})
    demo.simulator.control("POST", car, {"report": True})
    wait_for_state(demo, "last_command", "confirmed")
    wait_for_state(demo, "charge_ends_at", lambda state: state != "unknown")


def advance_minutes(demo: Demo, minutes: int) -> None:
    """Advance the simulated time."""
    demo.simulator.control("POST", "clock", {"advance": minutes * 60})


def wait_for_state(demo: Demo, key: str, expected: str | Callable[[str], bool]) -> None:
    """Update the car's entities until a sensor has the expected state."""
    entity_id = f"sensor.{ENTITY_PREFIX}_{key}"
    matches = expected if callable(expected) else expected.__eq__
    demo.hass.client.perform_action("homeassistant.update_entity", entity_id=entity_id)

    def is_expected() -> bool:
        """Return whether the sensor has the expected state."""
        return matches(demo.hass.client.get(f"/api/states/{entity_id}")["state"])

    wait_until(is_expected, f"{key} has the expected state", STATE_SECONDS)


def take_screenshots(demo: Demo, page: Page) -> None:
    """Take a screenshot of each page."""
    url = demo.hass.url
    take_screenshots_of_cards(page, f"{url}/renault-ze")
    open_page(page, f"{url}/calendar", 1440, 900)
    # The calendar shows few past events, so take the next month.
    page.get_by_role("button", name="Next").click()
    take_screenshot(page, "calendar")
    open_page(page, f"{url}/energy", 1440, 900)
    # Most of a night is before the day of the screenshot.
    page.get_by_role("button", name="Previous").click()
    take_screenshot(page, "energy")


def take_screenshots_of_model(demo: Demo, page: Page, name: str) -> None:
    """Take screenshots of the card of a car and of the page of its device."""
    open_page(page, f"{demo.hass.url}/renault-ze", 390, 844)
    take_screenshot(page.locator("renault-ze-card"), f"{name}-card")
    open_page(page, f"{demo.hass.url}/config/devices/device/{demo.hass.device_id(VIN)}", 1200, 900)
    take_screenshot(page, f"{name}-device")


def take_screenshots_of_cards(page: Page, dashboard: str) -> None:
    """Take screenshots of the dashboard, light and dark, and of its cards on a phone."""
    open_page(page, dashboard, 1440, 900)
    take_screenshot(page, "dashboard")
    page.emulate_media(color_scheme="dark")
    take_screenshot(page, "dashboard-dark")
    page.emulate_media(color_scheme="light")
    open_page(page, dashboard, 390, 844)
    take_screenshot(page, "phone-car")
    page.locator("renault-ze-schedule-card").evaluate("(card) => card.scrollIntoView()")
    # The header of the page covers what is scrolled to.
    page.mouse.wheel(0, -HEADER_PIXELS)
    take_screenshot(page, "phone-week")


def open_page(page: Page, url: str, width: int, height: int) -> None:
    """Open a page in a window of some size."""
    page.set_viewport_size({"width": width, "height": height})
    # Relative times in seconds would change between two screenshots.
    page.clock.set_fixed_time(datetime.now(UTC))
    page.goto(url)
    page.locator("home-assistant-main").wait_for()


def take_screenshot(shown: Page | Locator, name: str) -> None:
    """Take a screenshot when a page or a part of it no longer changes."""
    picture, before = shown.screenshot(), b""
    deadline = time.monotonic() + STEADY_SECONDS
    while picture != before:
        if time.monotonic() > deadline:
            raise HomeError(f"The page of the screenshot {name} keeps changing.")
        time.sleep(PAUSE_SECONDS)
        before, picture = picture, shown.screenshot()
    picture = with_palette(picture)
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"saved: docs/images/{name}.png ({len(picture) // 1000} kB)")


def with_palette(picture: bytes) -> bytes:
    """Return a picture with few colors, which is much smaller."""
    content = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(PALETTE_COLORS, dither=Image.Dither.NONE).save(
        content, "PNG", optimize=True
    )
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main())
