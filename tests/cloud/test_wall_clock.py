"""Instants that were taken while the clock was wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.renault_ze.cloud.wall_clock import is_ahead

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "ahead"),
    [
        (NOW - HOUR, False),
        (NOW + HOUR, False),
        (NOW + HOUR + timedelta.resolution, True),
        (datetime.max.replace(tzinfo=UTC), True),
    ],
)
def test_is_ahead(at: datetime, ahead: bool) -> None:
    """An instant counts up to the longest wait it can stand for."""
    assert is_ahead(at, NOW, HOUR) is ahead
