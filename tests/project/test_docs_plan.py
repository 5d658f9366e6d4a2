"""What the document about the plan says of its words, of notifications, and of the cars."""

from pathlib import Path
import re

import pytest

from custom_components.renault_ze import notifications
from custom_components.renault_ze.plan.steps import TOLD, Shortage
from custom_components.renault_ze.views import departure_calendar, window_calendar
from custom_components.renault_ze.views.reasons import ChargingReason, PreconditioningReason

DOCUMENT = (Path(__file__).parents[2] / "docs/plan.md").read_text(encoding="utf-8")


def rows(head: str) -> dict[str, list[str]]:
    """Return the rows of a table by the word in their first cell."""
    (found,) = re.findall(rf"^\| ?{re.escape(head)} \|\n\|[-|]+\|\n((?:\|.*\n)+)", DOCUMENT, re.MULTILINE)
    lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines())
    return {first.strip("`"): others for first, *others in lines}


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("charging reason | meaning", ChargingReason),
        ("preconditioning reason | meaning", PreconditioningReason),
        ("`shortage` | `advice`", Shortage),
        ("type | meaning | notification", TOLD),
    ],
)
def test_words_are_documented(head: str, words: list[str]) -> None:
    """List every reason, shortage and report, in the order of the code."""
    assert list(rows(head)) == list(words)


def test_notifications_are_documented() -> None:
    """Say which reports are also notifications."""
    told = rows("type | meaning | notification")
    assert {word for word, (_, notification) in told.items() if notification == "yes"} == notifications._LOUD


def test_words_of_a_description_are_documented() -> None:
    """Name exactly the words that the description of an event can have."""
    departures, windows = rows("| *Departures* | *Charge windows*")["description"]
    assert set(re.findall(r"`(\w+)`", departures)) == set(departure_calendar.WORDS)
    assert set(re.findall(r"`(\w+)`", windows)) == set(window_calendar.WORDS)
