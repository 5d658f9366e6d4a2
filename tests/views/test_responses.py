"""What cards receive to show a sentence in the language of their user."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.vehicle.prices import UnitPrice
from custom_components.renault_ze.views import responses
from custom_components.renault_ze.views.sentences import Placeholder, Sentence

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Work", "Work"),
        (datetime(2026, 12, 5, 17, tzinfo=UTC), {"at": "2026-12-05T18:00:00+01:00"}),
        (datetime(2026, 12, 5, 18, 30), {"date": "2026-12-05", "clock": "18:30"}),  # noqa: DTZ001 - the clock of a car
        (date(2026, 12, 5), {"date": "2026-12-05"}),
        (time(7, 30), {"clock": "07:30"}),
        (timedelta(hours=1, minutes=50), {"minutes": 110}),
        (UnitPrice(0.25, "EUR"), {"price": 0.25, "currency": "EUR"}),
    ],
)
def test_values_of_sentences(value: Placeholder, expected: object) -> None:
    """Each is sent as what it is, also within another sentence."""
    advice = Sentence("advice", {"value": value})
    assert responses.placeholder(Sentence("not_sent.message", {"advice": advice}, "exceptions"), PARIS) == {
        "key": "exceptions.not_sent.message",
        "placeholders": {"advice": {"key": "common.advice", "placeholders": {"value": expected}}},
    }
