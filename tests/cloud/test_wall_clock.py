"""Times that were recorded while the clock was wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.renault_ze.cloud.schedule import Wait, is_ahead

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
    """A time is valid up to its longest distance in the future."""
    assert is_ahead(at, NOW, HOUR) is ahead


@pytest.mark.parametrize(
    ("passed", "left"),
    [
        (timedelta(), HOUR),
        (HOUR / 2, HOUR / 2),
        (HOUR, timedelta()),
        (30 * HOUR, timedelta()),
        # The clock was corrected by half a minute, which is normal, and by hours or years.
        (timedelta(seconds=-30), HOUR + timedelta(seconds=30)),
        (-2 * HOUR, timedelta()),
        (timedelta(days=-363), timedelta()),
    ],
    ids=str,
)
def test_wait(passed: timedelta, left: timedelta) -> None:
    """It gets shorter, and ends if it started while the clock was ahead."""
    wait = Wait(NOW, HOUR)
    assert wait.until == NOW + HOUR
    assert wait.left(NOW + passed) == left
