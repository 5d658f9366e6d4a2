"""A single fault of a request for a command, or of the one that restores the schedule, never loses the schedule."""

from contextlib import suppress
from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError
from custom_components.renault_ze.vehicle.results import CommandError
from tests.contract.routes import HOUR
from tests.contract.suspended import POST, START, STOP, drive_away, schedule_of, waiting

FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"kind": "refusal", "error": "forbidden"},
    "busy": {"kind": "refusal", "error": "mode_in_progress"},
    "502": {"kind": "status", "status": 502},
    "dropped before": {"kind": "drop", "when": "before"},
    "dropped after": {"kind": "drop", "when": "after"},
    "throttled": {"kind": "rate_limit"},
}
CASES = [
    *(("ZOE50", START), ("ZOE50", STOP), ("R5", START), ("Megane", START), ("Megane", STOP)),
    *(("Twingo", START), ("MeganePHEV", START), ("unlisted ZOE50", START)),
]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("after", [0, 1], ids=["command", "restore"])
@pytest.mark.parametrize(("model", "command"), CASES)
async def test_schedule_is_never_lost(socket_enabled: None, model: str, command: Any, after: int, fault: str) -> None:
    """The car has its own schedule again after a trip."""
    async with waiting(model, charges=command is STOP) as owner:
        before = schedule_of(owner)
        owner.simulator.faults.replace([{**FAULTS[fault], **POST, "times": 1, "after": after}])
        with suppress(CloudError, CommandError):
            await owner.running.send(command())
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize("error", ["forbidden", "access_denied", "mode_in_progress", "contact_src"])
@pytest.mark.parametrize(("model", "command"), [("ZOE50", STOP), ("R5", START)])
async def test_refused_for_an_hour(socket_enabled: None, model: str, command: Any, error: str) -> None:
    """The schedule is sent again with increasing delays; a car without remote commands is asked over one route."""
    async with waiting(model, charges=command is STOP) as owner:
        before = schedule_of(owner)
        await owner.running.send(command())
        await owner.pass_by(HOUR / 6)
        refusal = {"kind": "refusal", "error": error, **POST}
        owner.simulator.faults.replace([{**refusal, "for_seconds": 3600}])
        await drive_away(owner)
        assert schedule_of(owner) == before
