"""Take the pictures of docs/images from a demo of its own, in a headless Chromium."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
import time

from playwright.sync_api import Browser, Page, sync_playwright

from home import ROOT
from home.cars import VIN
from home.demo import Demo
from home.hass import DOMAIN, ENTITY_PREFIX, PASSWORD, USERNAME
from home.processes import HomeError, free_port, wait_until

IMAGES = ROOT / "docs/images"
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-roboto"]
# The car's world begins late, so that what is done to it here is over when the pictures are taken.
LATE = timedelta(minutes=90)
SEEN_SECONDS = 60
STEADY_SECONDS = 30
PAUSE_SECONDS = 2.0
# So that not everything seems to happen at once.
APART_SECONDS = 20.0


def main() -> int:
    """Take every picture."""
    try:
        chromium = browser_path()
        with TemporaryDirectory() as folder, late_demo(Path(folder)) as demo:
            let_live(demo)
            take_pictures(demo, chromium)
    except (HomeError, TimeoutError) as error:
        print(f"scripts/screenshots: {error}", file=sys.stderr)
        return 1
    return 0


def browser_path() -> str:
    """Return the path of Chromium, which is installed first where that is possible."""
    if not (found := shutil.which("chromium")) and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(INSTALL, check=True)
        found = shutil.which("chromium")
    if not found:
        raise HomeError(f"chromium is missing. On Debian: sudo {' '.join(INSTALL)}")
    return found


def late_demo(folder: Path) -> Demo:
    """Describe a demo on free ports whose car lives a while ago."""
    return Demo(folder, free_port(), free_port(), "--start", (datetime.now(UTC) - LATE).isoformat())


def let_live(demo: Demo) -> None:
    """Let the car charge, be preconditioned and have a timer, until its world has caught up with ours."""
    car = f"cars/{VIN}"
    while demo.simulator.control("GET", "state")["cars"][VIN]["driving"]:
        pass_minutes(demo, 5)
    demo.simulator.control("POST", car, {"level": 52, "plugged": True, "report": True})
    for button in ("start_preconditioning", "start_charge"):
        demo.hass.client.act("button.press", entity_id=f"button.{ENTITY_PREFIX}_{button}")
        pass_minutes(demo, 12)
        see(demo, "last_command", "confirmed")
        time.sleep(APART_SECONDS)
    demo.hass.client.act("renault_ze.precondition_at", device_id=demo.hass.device_id(VIN), start="07:15:00")
    demo.simulator.control("POST", "clock", {"set": datetime.now(UTC).isoformat()})
    demo.simulator.control("POST", car, {"report": True})
    see(demo, "last_command", "confirmed")
    see(demo, "charge_ends_at", lambda state: state != "unknown")


def pass_minutes(demo: Demo, minutes: int) -> None:
    """Let time pass for the car."""
    demo.simulator.control("POST", "clock", {"advance": minutes * 60})


def see(demo: Demo, key: str, wanted: str | Callable[[str], bool]) -> None:
    """Have Home Assistant look at the car until a sensor shows what is wanted."""
    entity_id = f"sensor.{ENTITY_PREFIX}_{key}"
    fits = wanted if callable(wanted) else wanted.__eq__
    demo.hass.client.act("homeassistant.update_entity", entity_id=entity_id)
    wait_until(lambda: fits(demo.hass.client.get(f"/api/states/{entity_id}")["state"]), f"{key} is right", SEEN_SECONDS)


def take_pictures(demo: Demo, chromium: str) -> None:
    """Log in as a person, and take a picture of each page."""
    device = f"config/devices/device/{demo.hass.device_id(VIN)}"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=arguments)
        page = logged_in(browser, demo.hass.url)
        for name, path, height in (
            ("dashboard", "renault-ze/car", 900),
            ("settings", "renault-ze/settings", 810),
            ("device", device, 1420),
        ):
            show(page, path, height)
            take(page, name)
        show(page, "calendar", 900)
        # Of this month a part is over, which the calendar knows little of.
        page.get_by_role("button", name="Next").click()
        take(page, "calendar")
        show(page, f"config/integrations/dashboard/add?domain={DOMAIN}", 800)
        page.get_by_role("button", name="OK").click()
        page.get_by_text("MY Renault").first.wait_for()
        take(page, "setup")
        browser.close()


def logged_in(browser: Browser, url: str) -> Page:
    """Open a window, and log in by typing."""
    context = browser.new_context(
        base_url=url, color_scheme="light", locale="en-GB", timezone_id="Europe/London", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=username]").press_sequentially(USERNAME)
    page.locator("input[name=password]").press_sequentially(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("home-assistant-main").wait_for()
    return page


def show(page: Page, path: str, height: int) -> None:
    """Go to a page."""
    page.set_viewport_size({"width": 1440, "height": height})
    # A time that is told in seconds would never come to rest.
    page.clock.set_fixed_time(datetime.now(UTC))
    page.goto(f"/{path}")
    page.locator("home-assistant-main").wait_for()


def take(page: Page, name: str) -> None:
    """Take a picture as soon as nothing moves any more."""
    picture, before = page.screenshot(), b""
    deadline = time.monotonic() + STEADY_SECONDS
    while picture != before:
        if time.monotonic() > deadline:
            raise HomeError(f"The page for {name} does not come to rest.")
        time.sleep(PAUSE_SECONDS)
        before, picture = picture, page.screenshot()
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"taken: docs/images/{name}.png ({len(picture) // 1000} kB)")


if __name__ == "__main__":
    sys.exit(main())
