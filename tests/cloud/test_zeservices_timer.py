"""The timer when the clocks change: the client predicts when the car starts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.renault_ze.cloud.schedule import next_at
from simulator import Account, Clock, Simulator
from tests.cloud.endpoints import PASSWORD, USERNAME, client

# An hour is skipped at the first time (UTC) and repeated at the second; in some zones half an hour, or at midnight.
NIGHTS = {
    "Europe/London": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Europe/Paris": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Atlantic/Azores": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "America/Santiago": ("2026-09-06T04:00", "2026-04-05T03:00"),
    "Australia/Lord_Howe": ("2026-10-03T15:30", "2026-04-04T15:00"),
}
CHANGES = [(zone, change) for zone, changes in NIGHTS.items() for change in changes]
MINUTE = timedelta(minutes=1)
QUARTERS = range(-120, 121, 15)


@pytest.mark.parametrize(("zone_name", "change"), CHANGES)
@pytest.mark.parametrize("set_minutes_before", [300, 40, -10], ids="set {} min before".format)
async def test_predicted_start(
    http: aiohttp.ClientSession, socket_enabled: None, zone_name: str, change: str, set_minutes_before: int
) -> None:
    """For each quarter of an hour around the change, set before, during, and after the night."""
    zone, changes_at = ZoneInfo(zone_name), datetime.fromisoformat(change).replace(tzinfo=UTC)
    assert (changes_at - MINUTE).astimezone(zone).utcoffset() != changes_at.astimezone(zone).utcoffset()
    now = changes_at - set_minutes_before * MINUTE - timedelta(seconds=90)
    shown = _before(changes_at, zone) + MINUTE
    clocks = {f"VF1AGVYF0ZE{minutes + 500:06}": (shown + minutes * MINUTE).time() for minutes in QUARTERS}
    simulator = Simulator(Clock(now, speed=0), accounts=[Account(USERNAME, PASSWORD, [*clocks], timezone=zone_name)])
    try:
        cloud = client(http, await simulator.start())
        for vin, clock in clocks.items():
            await cloud.set_preconditioning_timer(vin, clock)
        simulator.advance(60 * 3600)
        runs = {vin: await cloud.last_preconditioning(vin) for vin in clocks}
        assert {vin: run and run.at for vin, run in runs.items()} == {
            vin: next_at(clock, zone, now) for vin, clock in clocks.items()
        }
    finally:
        await simulator.stop()


@pytest.mark.parametrize(("zone_name", "change"), CHANGES[::2])
def test_skipped_time_is_on_the_next_day(zone_name: str, change: str) -> None:
    """A wall clock does not show it that night, so the car does not start."""
    zone, changes_at = ZoneInfo(zone_name), datetime.fromisoformat(change).replace(tzinfo=UTC)
    skipped = _before(changes_at, zone) + 11 * MINUTE
    starts_at = next_at(skipped.time(), zone, changes_at - timedelta(hours=5))
    assert starts_at.astimezone(zone).replace(tzinfo=None) == skipped + timedelta(days=1)


def _before(changes_at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the wall clock shows in the last minute before it changes."""
    return (changes_at - MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
