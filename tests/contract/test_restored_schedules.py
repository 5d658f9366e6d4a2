"""What is restored in a car after a charge was started or stopped."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import RefusedError
from custom_components.renault_ze.cloud.models import Part
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN
from simulator.myrenault import ChargeMode, Outcome, Route
from tests.contract.routes import HOUR, MINUTE, WEEK, windows_of
from tests.contract.suspended import POST, START, STOP, drive_away, posted, schedule_of, waiting

SETTINGS = "*/charging-settings"
STARTS = dict.fromkeys((Route.KCM_START, Route.KCA_START, Route.KCA_MODE), Outcome.IGNORED)
UNREADABLE: dict[str, dict[str, Any]] = {
    "refused": {"kind": "refusal", "error": "forbidden"},
    "no mode": {"kind": "partial", "drop": ["mode"]},
    "no programs": {"kind": "partial", "drop": ["schedules"]},
    "null": {"kind": "set", "fields": {"data.attributes.mode": None}},
    "502": {"kind": "status", "status": 502},
}


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


async def test_start_without_effect_after_a_stop(socket_enabled: None) -> None:
    """The window that has stopped the charge is not taken for the owner's schedule."""
    async with waiting("ZOE50", charges=True, table="all") as owner:
        before = schedule_of(owner)
        await owner.running.send(STOP())
        await owner.pass_by(5 * MINUTE)
        owner.vehicle.quirks.route_overrides = STARTS
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        owner.vehicle.quirks.route_overrides = {}
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize(("is_refused", "enabled"), [(True, True), (False, False)], ids=["refused", "accepted"])
async def test_disabled_after_a_stop(socket_enabled: None, *, is_refused: bool, enabled: bool) -> None:
    """A suspended schedule is restored, unless the car shows that it was disabled since."""
    async with waiting("ZOE50", charges=True, table="all") as owner:
        await owner.running.send(STOP())
        await owner.pass_by(5 * MINUTE)
        if is_refused:
            owner.simulator.faults.replace([{"kind": "refusal", "error": "forbidden", **POST}])
            with pytest.raises(RefusedError):
                await owner.running.send(commands.DisableChargeSchedule())
        else:
            await owner.running.send(commands.DisableChargeSchedule())
        owner.simulator.faults.replace([])
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert owner.vehicle.car.schedule.enabled is enabled
        shown = owner.running.data.charge_schedule
        assert shown is not None
        assert {each.duration for each in shown.windows} == {7 * HOUR}


@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("command", [START, STOP])
async def test_unreadable_at_the_command(socket_enabled: None, command: Any, fault: str) -> None:
    """The last schedule that was read is restored."""
    async with waiting("ZOE50", charges=command is STOP, table="all") as owner:
        before = schedule_of(owner)
        owner.simulator.faults.replace([{**UNREADABLE[fault], "path": SETTINGS, "for_seconds": 60}])
        await owner.running.send(command())
        assert posted(owner) == ["start" if command is START else "schedule"]
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize("fault", [name for name in UNREADABLE if name != "502"])
@pytest.mark.parametrize("command", [START, STOP])
async def test_unreadable_at_the_restore(socket_enabled: None, command: Any, fault: str) -> None:
    """What is stored is sent back, once over each route."""
    async with waiting("ZOE50", charges=command is STOP, table="all") as owner:
        before = schedule_of(owner)
        await owner.running.send(command())
        await owner.pass_by(HOUR / 2)
        owner.simulator.faults.replace([{**UNREADABLE[fault], "path": SETTINGS}])
        await drive_away(owner)
        assert schedule_of(owner) == before
        assert posted(owner)[1:] == ["schedule", "schedule", "charge-schedule", "charge-mode"][-3:]


async def test_edited_before_an_unreadable_restore(socket_enabled: None) -> None:
    """What was sent last stays in the car."""
    async with waiting("ZOE50", charges=True, table="all") as owner:
        await owner.running.send(STOP())
        await owner.pass_by(5 * MINUTE)
        owner.simulator.faults.replace([{**UNREADABLE["refused"], "path": SETTINGS}])
        await owner.running.send(commands.SetChargeSchedule(WEEK))
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert windows_of(owner.vehicle)[1] == {(each.weekday, each.start, each.duration) for each in WEEK}


async def test_schedule_is_shown_after_a_restore(socket_enabled: None) -> None:
    """A part that was refused for long is read again soon after the restore has read it."""
    async with waiting("ZOE50", table="all") as owner:
        owner.simulator.faults.replace([{**UNREADABLE["refused"], "path": SETTINGS}])
        await owner.pass_by(9 * HOUR)
        await owner.running.send(START())
        await owner.pass_by(HOUR / 3)
        owner.simulator.faults.replace([])
        owner.vehicle.car.unplug()
        owner.vehicle.report_now()
        since = owner.now
        await owner.pass_by(HOUR)
        assert owner.running.data.read_at[Part.CHARGE_SCHEDULE] > since


@pytest.mark.parametrize("starts_again", [False, True])
async def test_unplugged_soon_after_a_start(socket_enabled: None, *, starts_again: bool) -> None:
    """It ends the suspension although the car is plugged in again before it is restored, but not a newer start."""
    async with waiting("ZOE50", table="all") as owner:
        before = schedule_of(owner)
        await owner.running.send(START())
        await owner.pass_by(3 * MINUTE)
        owner.vehicle.car.unplug()
        owner.vehicle.report_now()
        await owner.pass_by(8 * MINUTE)
        assert owner.running.data.battery.plugged_in is False
        owner.vehicle.car.plug()
        owner.vehicle.report_now()
        if starts_again:
            await owner.running.send(STOP())
            await owner.pass_by(3 * MINUTE)
            await owner.running.send(START())
        await owner.pass_by(HOUR)
        assert (schedule_of(owner) == before) is not starts_again
        assert bool(owner.vehicle.car.charging) is starts_again
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize("command", [START, STOP])
async def test_never_read(socket_enabled: None, command: Any) -> None:
    """A command that would delete an unknown schedule is not sent."""
    async with waiting("ZOE50", charges=command is STOP, table="all") as owner:
        owner.simulator.faults.replace([{**UNREADABLE["no mode"], "path": SETTINGS}])
        owner.stored.session = {**owner.stored.session, "kept": {}}
        await owner.start()
        with pytest.raises(RefusedError) as caught:
            await owner.running.send(command())
        assert caught.value.key == "schedule_unread"
        assert posted(owner) == []


@pytest.mark.parametrize("command", [START, STOP])
async def test_no_request_left(socket_enabled: None, command: Any) -> None:
    """The read before the command is a part of it."""
    async with waiting("ZOE50", charges=command is STOP, table="all") as owner:
        before = schedule_of(owner)
        quota = owner.running.cloud._session._quota  # type: ignore[attr-defined]
        quota._left, quota._counted_at = -2.0, owner.now.timestamp()
        await owner.running.send(command())
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize("mode", [ChargeMode.DELEGATED, ChargeMode.DELAYED])
async def test_stop_in_another_mode(socket_enabled: None, mode: ChargeMode) -> None:
    """The last programs are restored; no command brings the mode back."""
    async with waiting("ZOE50", table="all") as owner:
        before = schedule_of(owner)
        owner.vehicle.set_charge_mode(mode)
        owner.vehicle.car.start_charge()
        owner.vehicle.report_now()
        await owner.pass_by(HOUR)
        await owner.running.send(STOP())
        await owner.pass_by(HOUR / 2)
        await drive_away(owner)
        assert schedule_of(owner) == before


async def test_another_mode_for_an_hour(socket_enabled: None) -> None:
    """A mode that shows no programs does not end the suspension."""
    async with waiting("ZOE50", table="all") as owner:
        before = schedule_of(owner)
        await owner.running.send(START())
        await owner.pass_by(HOUR / 2)
        owner.vehicle.set_charge_mode(ChargeMode.DELEGATED)
        await owner.pass_by(HOUR)
        owner.vehicle.set_charge_mode(ChargeMode.ALWAYS)
        await drive_away(owner)
        assert schedule_of(owner) == before


async def test_disabled_while_the_restore_is_due(socket_enabled: None) -> None:
    """What the user has just sent is not replaced before the car can show it."""
    async with waiting("ZOE50", charges=True, table="all") as owner:
        await owner.running.send(STOP())
        await owner.pass_by(12 * MINUTE)
        owner.vehicle.car.unplug()
        owner.vehicle.report_now()
        owner.vehicle.link.command_seconds = owner.vehicle.link.deploy_seconds = 600
        await owner.running.send(commands.DisableChargeSchedule())
        await drive_away(owner)
        assert owner.vehicle.car.schedule.mode is ChargeMode.ALWAYS


async def test_start_that_arrives_late(socket_enabled: None) -> None:
    """A schedule that is replaced long after the command is restored as well."""
    async with waiting("ZOE50") as owner:
        before = schedule_of(owner)
        owner.vehicle.link.command_seconds = 1500
        await owner.running.send(START())
        await owner.pass_by(HOUR)
        assert not owner.vehicle.car.schedule.enabled
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize(("model", "command"), [("ZOE50", START), ("ZOE50", STOP), ("R5", START)])
async def test_clock_was_ahead(socket_enabled: None, model: str, command: Any) -> None:
    """A time in the future does not put off the restore."""
    async with waiting(model, charges=command is STOP) as owner:
        before = schedule_of(owner)
        await owner.running.send(command())
        suspended = owner.stored.session["suspended"][EXAMPLE_VIN]
        suspended["since"] = (datetime.fromisoformat(suspended["since"]) + timedelta(days=10)).isoformat()
        await owner.start()
        await drive_away(owner)
        assert schedule_of(owner) == before


@pytest.mark.parametrize(("model", "command"), [("ZOE50", START), ("ZOE50", STOP), ("R5", START)])
async def test_data_of_an_earlier_version(socket_enabled: None, model: str, command: Any) -> None:
    """A schedule is restored that was stored in November 2026, also if an attempt was stored but never sent."""
    async with waiting(model, charges=command is STOP) as owner:
        before = schedule_of(owner)
        await owner.running.send(command())
        await owner.pass_by(HOUR / 2)
        found = owner.stored.session.pop("suspended")[EXAMPLE_VIN]
        rows = [[each["weekday"], each["start"], each["duration"] // 60] for each in found["kept"]["windows"]]
        earlier = {
            "windows": rows if model == "ZOE50" else [],
            "aside_since": found["since"],
            "programs": found["kept"]["programs"],
            "was_enabled": True,
            "stopped_until": found["stopped_until"],
            "restored_by": ["kcm_settings" if model == "R5" else "kcm_schedule"],
        }
        owner.stored.session["schedules"] = {EXAMPLE_VIN: earlier}
        await owner.start()
        await drive_away(owner)
        assert schedule_of(owner) == before
