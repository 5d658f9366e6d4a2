"""What the version of 29 November 2026 stored is read, and written unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.renault_ze.cloud import codec
from custom_components.renault_ze.cloud.models import ChargeSchedule
from custom_components.renault_ze.cloud.notifications import DoNotDisturb
from custom_components.renault_ze.plan.model import as_json, from_json, with_readable_parts
from custom_components.renault_ze.plan.settings import Disabled
from custom_components.renault_ze.vehicle.results import CommandResult
from custom_components.renault_ze.vehicle.trips import TripLog

# Each section as it is stored for a car, written by the code of that version.
STORED: dict[str, Any] = json.loads((Path(__file__).parent / "stored_2026_11_29.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("section", "kind"),
    [
        ("schedules", ChargeSchedule),
        ("quiet_hours", DoNotDisturb),
        ("commands", CommandResult),
        ("journals", TripLog),
        ("disabled", tuple[Disabled, ...]),
    ],
)
def test_section(section: str, kind: Any) -> None:
    """All its values are read; routes of commands, other charge modes, and earlier days were not known yet."""
    known = {CommandResult: {"route": None}, ChargeSchedule: {"override": None}, TripLog: {"earlier": []}}
    added = known.get(kind)
    assert codec.dump(codec.load(kind, STORED[section])) == (STORED[section] | added if added else STORED[section])


def test_plan() -> None:
    """All its values are read, also those whose names in the code have changed; others are added."""
    plan = from_json(STORED["plans"])
    added = {
        "undecided": False,
        "disabled_at": None,
        **dict.fromkeys(("car_departures", "charge_limit", "savings", "charging_speed")),
        **{key: [] for key in ("chosen", "temporary")},
        "cheapest_hours": False,
        "limit": {"stopped_at": None, "tries": 0, "started_at": None, "is_overridden": False, "ignored_at": None},
        "attempts": [{**each, "level_warned_at": None} for each in STORED["plans"]["attempts"]],
        "load": {**STORED["plans"]["load"], "enabled": True},
    }
    for name in ("windows", "former"):
        added[name] = [{**each, "skipped": []} for each in STORED["plans"][name]]
    added["departures"] = [{**each, "moved_from": None, "target_level": None} for each in STORED["plans"]["departures"]]
    assert as_json(plan) == {**STORED["plans"], **added}
    assert with_readable_parts(STORED["plans"]) == (plan, ())
    (work, cinema) = plan.departures
    assert (work.uses_timer, cinema.uses_timer) == (True, False)
    assert [each.is_main for each in plan.windows] == [True, False]
    assert plan.last_sent is not None
    assert plan.last_sent.tries == 3
