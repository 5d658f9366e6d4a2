"""The past the demo brings along does not get into the way of what Home Assistant writes down itself."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from home.history import import_history

EVENTS = [
    {"at": "2026-11-18T23:30:00+00:00", "level_percent": 40, "range_km": 50},
    {"at": "2026-11-19T04:30:00+00:00", "level_percent": 90, "range_km": None},
]
STATES = {
    "sensor.renault_z_e_battery": {"state": "80", "attributes": {"unit_of_measurement": "%"}},
    "sensor.renault_z_e_range": {"state": "100", "attributes": {"unit_of_measurement": "km"}},
}


class Home:
    """A Home Assistant that keeps what is imported into it."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.imported: dict[str, list[dict[str, Any]]] = {}

    def perform_action_with_response(self, action: str, **_: object) -> dict[str, Any]:
        """Answer with the charge history."""
        assert action == "renault_ze.get_charge_history"
        return {"events": EVENTS}

    def get(self, path: str) -> dict[str, Any]:
        """Answer with a state."""
        return STATES[path.removeprefix("/api/states/")]

    def command(self, kind: str, *, metadata: dict[str, Any], stats: list[dict[str, Any]]) -> None:
        """Keep statistics."""
        assert kind == "recorder/import_statistics"
        self.imported[metadata["statistic_id"]] = stats


@pytest.mark.parametrize(
    ("now", "last"),
    [("12:27:00", "11:00"), ("12:59:59", "11:00"), ("13:04:00", "11:00"), ("13:10:00", "12:00")],
)
def test_only_hours_that_were_over_are_imported(freezer: Any, now: str, last: str) -> None:
    """The hour in which Home Assistant began is written down by Home Assistant."""
    freezer.move_to(f"2026-11-19T{now}+00:00")
    home: Any = Home()
    import_history(home, "device")
    assert set(home.imported) == set(STATES)
    for stats in home.imported.values():
        starts = [datetime.fromisoformat(each["start"]) for each in stats]
        assert starts[0] == datetime(2026, 11, 19, tzinfo=UTC)
        assert f"{starts[-1]:%H:%M}" == last
        assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(hours=1)}
