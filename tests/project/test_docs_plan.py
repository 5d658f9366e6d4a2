"""The document about the plan lists all reasons, events and options."""

from pathlib import Path
import re

import pytest

from custom_components.renault_ze import notifications
from custom_components.renault_ze.plan.steps import MESSAGE_REASONS, Shortage
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
        ("type | meaning | notification", MESSAGE_REASONS),
    ],
)
def test_values_are_documented(head: str, words: list[str]) -> None:
    """List the reasons, shortages and events, in the order of the code."""
    assert list(rows(head)) == list(words)


def test_notifications_are_documented() -> None:
    """Mark the events that are also notifications."""
    told = rows("type | meaning | notification")
    assert {word for word, (_, notification) in told.items() if notification == "yes"} == notifications._PROBLEMS


def test_options_of_descriptions_are_documented() -> None:
    """List the words that the description of a calendar event can have."""
    departures, windows = rows("| *Departures* | *Charge schedule*")["description"]
    assert set(re.findall(r"`([^`]+)`", departures)) == set(departure_calendar.DEPARTURE_KEYWORDS)
    assert set(re.findall(r"`(\w+)`", windows)) == set(window_calendar.WINDOW_KEYWORDS)
