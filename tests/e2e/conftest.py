"""A Home Assistant and a browser that the tests of a module share, because they start slowly."""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError, Page
import pytest
import pytest_socket

from home.chromium import Chromium, chromium_path, log_in
from home.config_folder import LANGUAGE, zone_at
from home.home_assistant import DEFAULT_CLOUD, HomeAssistant
from home.processes import HomeError, free_port
from home.simulator import Simulator
from tests.e2e.browser import DESKTOP, page_text
from tests.e2e.car_card import CarCard
from tests.e2e.console import REPORT, Console, watched
from tests.e2e.house import House
from tests.e2e.week_card import WeekCard

MODEL = {"zeservices": (), "myrenault": ("--model", "ZOE50")}
# Set where a skipped test would go unnoticed.
REQUIRED = "BROWSER_TESTS_REQUIRED"


@pytest.fixture
def configure_event_loop() -> None:
    """Replace the fixture of the plugin: nothing here uses an event loop but Playwright, over several tests."""


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Need no event loop."""


@pytest.fixture
def verify_cleanup() -> None:
    """Need no event loop."""


@pytest.fixture(autouse=True)
def real_sockets() -> None:
    """Allow connections to the processes on this machine."""
    # The plugin forbids sockets anew before each test.
    pytest_socket.enable_socket()


@pytest.fixture(scope="module")
def time_zone() -> str:
    """Return a time zone where it is between 9 and 10, so that nothing depends on when the tests run."""
    return zone_at(9)


@pytest.fixture(scope="module")
def language() -> str:
    """Return the language of the house."""
    return LANGUAGE


@pytest.fixture(scope="module")
def cloud() -> str:
    """Return the service of the account, by the simulator's name."""
    return DEFAULT_CLOUD


@pytest.fixture(scope="module")
def cars() -> tuple[str, ...]:
    """Return the simulator's options for the cars of the account."""
    return ()


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, time_zone: str, language: str, cloud: str, cars: tuple[str, ...]
) -> Iterator[House]:
    """Start an onboarded Home Assistant without a car, and the simulator."""
    pytest_socket.enable_socket()
    folder: Path = tmp_path_factory.mktemp("home")
    options = ("--timezone", time_zone, "--cloud", cloud, *(cars or MODEL[cloud]))
    simulator = Simulator(folder, free_port(), *options)
    house = House(HomeAssistant(folder, free_port(), cloud), simulator)
    try:
        house.hass.prepare(time_zone, language)
        house.simulator.start()
        house.hass.start()
        yield house
    finally:
        pytest_socket.enable_socket()
        house.stop()


@pytest.fixture(scope="session")
def chromium_file() -> str:
    """Return the path of Chromium; skip the test if there is none, or fail it if it is required."""
    pytest_socket.enable_socket()
    try:
        return chromium_path()
    except HomeError as error:
        if os.environ.get(REQUIRED):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def window(
    chromium_file: str, house: House, time_zone: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Start a browser, connect to it once, because that starts another process, and log in to the house."""
    chromium = Chromium(chromium_file, tmp_path_factory.mktemp("browser"), time_zone)
    pytest_socket.enable_socket()
    try:
        chromium.start()
        with chromium.window() as page:
            page.add_init_script(REPORT)
            log_in(page, house.hass.url)
            yield page
    finally:
        pytest_socket.enable_socket()
        chromium.stop()


@pytest.fixture
def page(window: Page, tmp_path: Path) -> Page:
    """Return the page in the browser, of the size of a desktop."""
    window.set_viewport_size(DESKTOP)
    window.emulate_media(reduced_motion="reduce", color_scheme="light")
    return window


@pytest.fixture
def console(page: Page) -> Iterator[Console]:
    """Fail a test in which the browser reports an error."""
    with watched(page) as console:
        yield console


@pytest.fixture
def car(page: Page, house: House) -> CarCard:
    """Return the card of the car."""
    return CarCard(page, house.hass.url)


@pytest.fixture
def week(page: Page, house: House) -> WeekCard:
    """Return the card of the week."""
    return WeekCard(page, house.hass.url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Add the page to the report of a failed test."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and isinstance(page, Page):
        image: Path = item.funcargs["tmp_path"] / "page.png"
        # The browser can be the reason of the failure.
        with suppress(PlaywrightError):
            report.sections.append((f"page {page.url}, screenshot {image}", page_text(page)))
            image.write_bytes(page.screenshot())
    return report
