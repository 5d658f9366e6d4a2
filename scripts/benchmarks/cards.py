"""The dashboard cards in a browser: the size of their code, and how fast the week is drawn and dragged."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
import gzip
import json
from math import sin
from operator import itemgetter
from pathlib import Path
from statistics import median
import sys
import time
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from home.chromium import chromium_path
from home.processes import HomeError

from . import ROOT
from .table import Row, compared, shown

MODULE = ROOT / "custom_components/renault_ze/frontend/renault-ze.js"
WEEK = Path(__file__).with_name("week.html")
URL = "http://cards.invalid/"
# The modules that these projects publish, compressed likewise; their packages are on no registry.
OTHERS_KB = {"mushroom 5.2.2": 178.0, "scheduler-card": 98.0}
MOST_KB, MOST_MS, LEAST_FRAMES = 40, 50, 60
WINDOWS = 21
PAINT = f"CPU time of scripts until the first paint of the week, {WINDOWS} windows"
FRAMES = f"frames a second while a window is dragged, {WINDOWS} windows"
DRAG_SECONDS = 2.0
SCRIPTS = {"v8.compileModule", "v8.evaluateModule", "EvaluateScript", "FunctionCall", "RunMicrotasks"}
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
COUNT = """() => {
  let [count, begin] = [0, performance.now()];
  const next = () => { count += 1; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  window.frames_a_second = () => (count * 1000) / (performance.now() - begin);
}"""


def size_rows() -> list[Row]:
    """Compare the compressed size of the module with those of other cards."""
    ours = len(gzip.compress(MODULE.read_bytes(), 9)) / 1000
    figure = "size of the cards' code, compressed, beside"
    return [
        Row(f"{figure} {name}", f"{size:.0f} kB", f"{ours:.1f} kB", f"{ours / size:.2f}", f"{MOST_KB} kB")
        for name, size in OTHERS_KB.items()
    ]


def display_rows(runs: int) -> list[Row]:
    """Measure the week card with windows on all days in a browser."""
    first, again, idle, dragging = [], [], [], []
    for _ in range(runs):
        with _browser() as page:
            first.append(_first_paint(page))
            again.append(_first_paint(page))
            idle.append(_frames(page, is_dragging=False))
            dragging.append(_frames(page, is_dragging=True))
    painted = f"{shown(median(first), 'ms')} ({shown(median(again), 'ms')})"
    return [
        Row(PAINT, "-", painted, "-", f"{MOST_MS} ms"),
        compared(FRAMES, [round(median(idle)), round(median(dragging))], aim=f"at least {LEAST_FRAMES}"),
    ]


def rows(runs: int) -> list[Row]:
    """Measure the size, and the display if there is a browser."""
    try:
        return size_rows() + display_rows(runs)
    except HomeError as error:
        print(f"The display of the cards was not measured. {error}", file=sys.stderr)
        return size_rows()


@contextmanager
def _browser() -> Iterator[Page]:
    """Open a page of a desktop that gets its files from here."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.route(f"{URL}**", _respond)
        yield page
        browser.close()


def _respond(route: Route) -> None:
    """Send the page or the module."""
    route.fulfill(path=MODULE if route.request.url.endswith(".js") else WEEK)


def _first_paint(page: Page) -> float:
    """Load the page, and return the processor time of its scripts until the week was painted (ms)."""
    browser = page.context.browser
    if browser is None:
        raise RuntimeError("The page has no browser")
    page.goto("about:blank")
    browser.start_tracing(page=page, categories=["devtools.timeline", "v8", "v8.execute"])
    page.goto(URL)
    page.locator(f".window >> nth={WINDOWS - 1}").wait_for()
    page.evaluate(PAINTED)
    return scripting(json.loads(browser.stop_tracing())["traceEvents"]) / 1000


def scripting(events: Iterable[Mapping[str, Any]]) -> float:
    """Return the processor time of all scripts in a trace (us), each only once if one contains another."""
    found, ends = 0.0, dict[tuple[int, int], float]()
    for each in sorted((each for each in events if each["name"] in SCRIPTS and "tdur" in each), key=itemgetter("ts")):
        thread = each["pid"], each["tid"]
        if each["ts"] >= ends.get(thread, 0):
            found += each["tdur"]
            ends[thread] = each["ts"] + each["dur"]
    return found


def _frames(page: Page, *, is_dragging: bool) -> float:
    """Return how many frames a second are drawn while the mouse moves, perhaps with a window."""
    page.goto(URL)
    window = page.locator(".window").nth(WINDOWS // 2)
    window.wait_for()
    box = window.bounding_box()
    if box is None:
        raise RuntimeError("The card shows no window")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if is_dragging:
        page.mouse.down()
        page.mouse.move(x + 10, y)
    page.evaluate(COUNT)
    begin, step = time.monotonic(), 0
    while time.monotonic() < begin + DRAG_SECONDS:
        step += 1
        page.mouse.move(x + 150 * sin(step / 20), y)
    found = float(page.evaluate("frames_a_second()"))
    if is_dragging:
        page.locator(".window.dragged").first.wait_for()
    page.mouse.up()
    return found
