"""The programs of newer cars after a charge was started: what is sent, and what stays as it is."""

from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import RefusedError
from tests.contract.routes import HOUR
from tests.contract.suspended import START, drive_away, posted, waiting

INCOMPLETE: dict[str, dict[str, Any]] = {
    "no programs": {"kind": "partial", "drop": ["programs"]},
    "null": {"kind": "set", "fields": {"programs": None}},
    "empty": {"kind": "body", "json": {}},
    "no temperature": {"kind": "partial", "drop": ["preconditioningTemperature"]},
}


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


async def test_refused_read_of_settings(socket_enabled: None) -> None:
    """A command is not sent without them, and its error does not say that it is unsupported."""
    async with waiting("R5") as owner:
        owner.simulator.faults.replace(
            [{"kind": "refusal", "error": "forbidden", "method": "GET", "path": "*/ev/settings"}]
        )
        with pytest.raises(RefusedError) as caught:
            await owner.running.send(START())
        assert caught.value.key == "schedule_unread"
        assert posted(owner) == []


@pytest.mark.parametrize("fault", INCOMPLETE)
async def test_incomplete_settings(socket_enabled: None, fault: str) -> None:
    """They are never sent: what is missing could be deleted."""
    async with waiting("R5") as owner:
        owner.simulator.faults.replace([{**INCOMPLETE[fault], "method": "GET", "path": "*/ev/settings"}])
        with pytest.raises(RefusedError) as caught:
            await owner.running.send(START())
        assert caught.value.key == "schedule_unread"
        assert posted(owner) == []


async def test_incomplete_settings_at_the_restore(socket_enabled: None) -> None:
    """The programs are restored once the settings are complete again."""
    async with waiting("R5") as owner:
        before = owner.vehicle.ev_settings["programs"]
        await owner.running.send(START())
        fault = {**INCOMPLETE["empty"], "method": "GET", "path": "*/ev/settings", "for_seconds": 7200}
        owner.simulator.faults.replace([fault])
        await drive_away(owner)
        assert posted(owner) == ["settings", "settings"]
        assert owner.vehicle.ev_settings["programs"] == before


async def test_settings_edited_meanwhile(socket_enabled: None) -> None:
    """Only what the start has deactivated is changed."""
    async with waiting("R5") as owner:
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        first, second, third = owner.vehicle.ev_settings["programs"]
        edited = [
            {**first, "programDepartureTime": "09:00:00"},
            {**second, "programType": "PRECONDITIONING", "programActivationStatus": True},
            third,
        ]
        settings = {**owner.vehicle.ev_settings, "programs": edited, "preconditioningTemperature": 18.0}
        owner.vehicle.apply_settings({"ev_settings": settings})
        await drive_away(owner)
        now = owner.vehicle.ev_settings
        assert now["preconditioningTemperature"] == 18.0
        assert now["programs"] == [{**edited[0], "programActivationStatus": True}, *edited[1:]]


async def test_program_deleted_meanwhile(socket_enabled: None) -> None:
    """Programs are found by their content."""
    async with waiting("R5") as owner:
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        settings = owner.vehicle.ev_settings
        owner.vehicle.apply_settings({"ev_settings": {**settings, "programs": settings["programs"][:2]}})
        await drive_away(owner)
        assert [each["programActivationStatus"] for each in owner.vehicle.ev_settings["programs"]] == [True, False]


async def test_programs_reordered_meanwhile(socket_enabled: None) -> None:
    """Programs are found by their content, also in another order and with times in another format."""
    async with waiting("R5") as owner:
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        settings = owner.vehicle.ev_settings
        programs = [
            {**each, "programDepartureTime": each["programDepartureTime"][:5]} for each in settings["programs"][::-1]
        ]
        owner.vehicle.apply_settings({"ev_settings": {**settings, "programs": programs}})
        await drive_away(owner)
        *others, first = programs
        assert owner.vehicle.ev_settings["programs"] == [*others, {**first, "programActivationStatus": True}]
