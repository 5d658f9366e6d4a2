"""The charge schedule in the settings of newer cars: what is sent, and which programs stay as they are."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import time, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.charging import ChargeMode
from custom_components.renault_ze.cloud.exceptions import RejectedError, UnsupportedError
from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, CommandKind, Weekday
from custom_components.renault_ze.cloud.schedule import CarDeparture
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.equipment_commands import SetCarDepartures
from custom_components.renault_ze.vehicle.results import CommandError, CommandStatus
from tests.contract.routes import HOUR, MINUTE, SETTLED, commands_to, windows_of
from tests.contract.suspended import START, drive_away, posted, waiting
from tests.update_cycle.owner import Owner

WORKDAYS, WEEKEND = list(Weekday)[:5], list(Weekday)[5:]
ACTIVE, TYPE = "programActivationStatus", "programType"
CHARGE, PRECONDITION, BOTH = "CHARGE", "PRECONDITIONING", "CHARGE_AND_PRECONDITIONING"


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


def week(days: Iterable[Weekday], start: time = time(1, 30), hours: float = 3.5) -> tuple[ChargeWindow, ...]:
    """Return one window for some days."""
    return tuple(ChargeWindow(day, start, timedelta(hours=hours)) for day in days)


def program(kind: str, days: Iterable[Weekday], *, active: bool = True, at: str = "07:00:00") -> dict[str, Any]:
    """Return a program as in the settings of a car."""
    wanted = set(days)
    flags = {f"programActivation{day.name.title()}": day in wanted for day in Weekday}
    return {ACTIVE: active, TYPE: kind, "programDepartureTime": at, **flags}


def give(owner: Owner, *programs: dict[str, Any], **changed: Any) -> None:
    """Set the programs of a car and other settings in the app."""
    owner.vehicle.apply_settings({"ev_settings": {**owner.vehicle.ev_settings, "programs": [*programs], **changed}})


def programs_in(owner: Owner) -> list[dict[str, Any]]:
    """Return the programs in the settings of a car."""
    found: list[dict[str, Any]] = deepcopy(owner.vehicle.ev_settings["programs"])
    return found


async def confirmed(owner: Owner, command: Command) -> None:
    """Send a command, and assert that it is confirmed."""
    await owner.running.send(command)
    await owner.pass_by(SETTLED)
    assert owner.running.data.commands[command.kind].status is CommandStatus.CONFIRMED


async def read(owner: Owner) -> ChargeSchedule:
    """Return the charge schedule as the integration reads it."""
    await owner.pass_by(MINUTE)
    return await owner.running.cloud.charge_schedule(owner.vehicle.vin)


async def test_other_times(socket_enabled: None) -> None:
    """With the same days, only the time of the window changes: all programs stay."""
    async with waiting("R5") as owner:
        give(owner, program(BOTH, WORKDAYS), program(CHARGE, WEEKEND), program(PRECONDITION, WEEKEND))
        before = deepcopy(owner.vehicle.ev_settings)
        await confirmed(owner, commands.SetChargeSchedule(week(Weekday)))
        after = {**before, "chargeTimeStart": "01:30", "chargeDuration": 210}
        ignored = {"lastSettingsUpdateTimestamp": ""}
        assert {**owner.vehicle.ev_settings, **ignored} == {**after, **ignored}
        assert posted(owner) == ["settings"]


async def test_fewer_days(socket_enabled: None) -> None:
    """A program for charging is deactivated, and a departure only stops charging."""
    async with waiting("R5") as owner:
        give(owner, program(BOTH, WORKDAYS), program(CHARGE, WEEKEND), program(BOTH, WEEKEND, active=False))
        await confirmed(owner, commands.SetChargeSchedule(week([Weekday.MONDAY])))
        *others, ours = programs_in(owner)
        assert others == [
            program(PRECONDITION, WORKDAYS),
            program(CHARGE, WEEKEND, active=False),
            program(BOTH, WEEKEND, active=False),
        ]
        assert ours == program(CHARGE, [Weekday.MONDAY], at="05:00:00")
        assert windows_of(owner.vehicle) == (True, {(0, time(1, 30), timedelta(hours=3.5))})


async def test_more_days(socket_enabled: None) -> None:
    """Programs that are inactive are used before one is added, which changes with the schedule and is deleted."""
    async with waiting("R5") as owner:
        own = (program(CHARGE, WORKDAYS, active=False), program(PRECONDITION, WORKDAYS))
        give(owner, *own)
        await confirmed(owner, commands.SetChargeSchedule(week(Weekday)))
        active = (program(CHARGE, WORKDAYS), own[1])
        assert programs_in(owner) == [*active, program(CHARGE, WEEKEND, at="05:00:00")]
        await confirmed(owner, commands.SetChargeSchedule(week([*WORKDAYS, Weekday.SUNDAY])))
        assert programs_in(owner) == [*active, program(CHARGE, [Weekday.SUNDAY], at="05:00:00")]
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        assert programs_in(owner) == [*active]


async def test_no_days(socket_enabled: None) -> None:
    """A schedule without a window keeps the car from charging, and is read as one."""
    async with waiting("R5") as owner:
        await confirmed(owner, commands.SetChargeSchedule(()))
        assert windows_of(owner.vehicle) == (True, set())
        assert (await read(owner)).enabled is True


async def test_no_room(socket_enabled: None) -> None:
    """A car with five programs takes none beside them, and nothing is sent."""
    async with waiting("R5") as owner:
        give(owner, *(program(PRECONDITION, [day]) for day in WORKDAYS))
        with pytest.raises(RejectedError) as caught:
            await owner.running.send(commands.SetChargeSchedule(week(WORKDAYS)))
        assert caught.value.key == "programs_full"
        assert posted(owner) == []


async def test_more_programs_than_known(socket_enabled: None) -> None:
    """The limit is not known: a schedule that needs no further program is sent."""
    async with waiting("R5") as owner:
        own = [*(program(PRECONDITION, [day]) for day in WORKDAYS), program(CHARGE, WORKDAYS)]
        give(owner, *own)
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        assert programs_in(owner) == own


async def test_lost_schedules(socket_enabled: None) -> None:
    """The program of ours in the car stays known while those sent in its place do not arrive."""
    async with waiting("R5") as owner:
        give(owner, program(PRECONDITION, WORKDAYS))
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        owner.vehicle.link.obeys_schedule = False
        for _ in range(2):
            await owner.running.send(commands.SetChargeSchedule(week(WEEKEND)))
            await owner.pass_by(10 * MINUTE)
        await owner.pass_by(HOUR)
        owner.vehicle.link.obeys_schedule = True
        await confirmed(owner, commands.SetChargeSchedule(week(WEEKEND)))
        assert programs_in(owner) == [program(PRECONDITION, WORKDAYS), program(CHARGE, WEEKEND, at="05:00:00")]


async def test_two_times(socket_enabled: None) -> None:
    """One time is for all days; the plan sends the others in turn."""
    async with waiting("R5") as owner:
        windows = week(WORKDAYS) + week(WEEKEND, time(13))
        with pytest.raises(UnsupportedError) as caught:
            await owner.running.send(commands.SetChargeSchedule(windows))
        assert caught.value.key == "schedule_kinds_full"
        assert posted(owner) == []


async def test_any_time_and_back(socket_enabled: None) -> None:
    """The car charges at any time without programs that charge; departures and the windows stay known."""
    async with waiting("R5") as owner:
        give(owner, program(CHARGE, WORKDAYS), program(BOTH, WEEKEND))
        windows = (await read(owner)).windows
        await confirmed(owner, commands.DisableChargeSchedule())
        assert programs_in(owner) == [program(CHARGE, WORKDAYS, active=False), program(PRECONDITION, WEEKEND)]
        assert windows_of(owner.vehicle)[0] is False
        shown = await read(owner)
        assert (shown.enabled, shown.windows) == (False, windows)
        await confirmed(owner, commands.SetChargeSchedule(windows))
        assert windows_of(owner.vehicle) == (True, {(each.weekday, each.start, each.duration) for each in windows})


async def test_departure_right_after_a_schedule(socket_enabled: None) -> None:
    """What a car does not show yet is not undone by the next command, neither the window nor a departure."""
    async with waiting("R5") as owner:
        owner.vehicle.link.deploy_seconds = 600
        await owner.running.send(commands.SetChargeSchedule(week(WORKDAYS)))
        await owner.pass_by(MINUTE)
        await owner.running.send(SetCarDepartures((CarDeparture(Weekday.MONDAY, time(7, 30)),)))
        await owner.pass_by(MINUTE)
        await owner.running.send(commands.SetChargeSchedule(week(WEEKEND)))
        await owner.pass_by(SETTLED)
        first, second, third = commands_to(owner)
        assert first.body["chargeTimeStart"] == second.body["chargeTimeStart"] == "01:30"
        assert second.body["programs"][:-1] == first.body["programs"]
        assert third.body["programs"][-2]["programDepartureTime"] == "07:30:00"
        assert windows_of(owner.vehicle) == (True, {(day, time(1, 30), timedelta(hours=3.5)) for day in WEEKEND})
        found = await owner.running.cloud.departures(owner.vehicle.vin)
        assert found is not None
        assert found.ours == (CarDeparture(Weekday.MONDAY, time(7, 30)),)


async def test_started_charge(socket_enabled: None) -> None:
    """While a started charge suspends the programs, the schedule is shown as it was, and it is restored."""
    async with waiting("R5") as owner:
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        before, programs = await read(owner), programs_in(owner)
        await owner.running.send(START())
        await owner.pass_by(HOUR)
        assert not any(each[ACTIVE] for each in programs_in(owner))
        during = await read(owner)
        assert (during.enabled, during.windows) == (before.enabled, before.windows)
        await drive_away(owner)
        assert programs_in(owner) == programs
        assert await read(owner) == before


async def test_any_time_during_a_started_charge(socket_enabled: None) -> None:
    """Only the departures are restored after it."""
    async with waiting("R5") as owner:
        give(owner, program(CHARGE, WORKDAYS), program(BOTH, WEEKEND))
        await owner.running.send(START())
        await owner.pass_by(HOUR)
        await confirmed(owner, commands.DisableChargeSchedule())
        assert (await read(owner)).enabled is False
        await drive_away(owner)
        assert windows_of(owner.vehicle)[0] is False
        assert [(each[TYPE], each[ACTIVE]) for each in programs_in(owner)] == [(CHARGE, False), (PRECONDITION, True)]


async def test_schedule_during_a_started_charge(socket_enabled: None) -> None:
    """A new schedule ends it, and nothing else is restored."""
    async with waiting("R5") as owner:
        await owner.running.send(START())
        await owner.pass_by(HOUR)
        await confirmed(owner, commands.SetChargeSchedule(week(WEEKEND)))
        programs, sent = programs_in(owner), len(posted(owner))
        await drive_away(owner)
        assert programs_in(owner) == programs
        assert len(posted(owner)) == sent


async def test_changed_after_a_started_charge(socket_enabled: None) -> None:
    """Once the car shows programs again, nothing is restored: what is deactivated in the app stays so."""
    async with waiting("R5") as owner:
        give(owner, program(PRECONDITION, WORKDAYS))
        await owner.running.send(START())
        await owner.pass_by(HOUR)
        await confirmed(owner, commands.SetChargeSchedule(week(WEEKEND)))
        await read(owner)
        edited = [{**programs_in(owner)[0], ACTIVE: False}, *programs_in(owner)[1:]]
        give(owner, *edited)
        await drive_away(owner)
        assert programs_in(owner) == edited


async def test_changed_in_the_app(socket_enabled: None) -> None:
    """A program of ours that was changed in the car or the app belongs to the owner from then on."""
    async with waiting("R5") as owner:
        give(owner, program(PRECONDITION, WORKDAYS))
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        own, _ = programs_in(owner)
        give(owner, own, program(CHARGE, WEEKEND, at="09:00:00"))
        await confirmed(owner, commands.SetChargeSchedule(week(Weekday)))
        changed, ours = program(CHARGE, WEEKEND, at="09:00:00"), program(CHARGE, WORKDAYS, at="05:00:00")
        assert programs_in(owner) == [own, changed, ours]


async def test_after_a_restart(socket_enabled: None) -> None:
    """The programs of ours are still known."""
    async with waiting("R5") as owner:
        await confirmed(owner, commands.SetChargeSchedule(week(WORKDAYS)))
        before = programs_in(owner)
        await owner.start()
        await confirmed(owner, commands.SetChargeSchedule(week(WEEKEND)))
        assert len(programs_in(owner)) == len(before)


async def test_unread_response(socket_enabled: None) -> None:
    """A response without programs, or in another mode, says nothing about the windows."""
    async with waiting("R5") as owner:
        rule = {"kind": "partial", "drop": ["programs"], "method": "GET", "path": "*/ev/settings"}
        owner.simulator.faults.replace([rule])
        assert await read(owner) == ChargeSchedule()
        owner.simulator.faults.replace([])
        give(owner, *programs_in(owner), delegatedActivated=True)
        assert (await read(owner)).override is ChargeMode.DELEGATED


@pytest.mark.parametrize("fields", [{"chargeTimeStart": None}, {"chargeDuration": 9000}])
async def test_unread_time(socket_enabled: None, fields: dict[str, Any]) -> None:
    """A time that is not understood is not read as a schedule without windows."""
    async with waiting("R5") as owner:
        owner.simulator.faults.replace([{"kind": "set", "fields": fields, "method": "GET", "path": "*/ev/settings"}])
        assert await read(owner) == ChargeSchedule()


async def test_no_response(socket_enabled: None) -> None:
    """A schedule that arrives without a response is found in the car, and never sent twice."""
    async with waiting("R5") as owner:
        rule = {"kind": "drop", "when": "after", "times": 1, "method": "POST", "path": "*/ev/settings"}
        owner.simulator.faults.replace([rule])
        with pytest.raises(CommandError, match="command_unanswered"):
            await owner.running.send(commands.SetChargeSchedule(week(WORKDAYS)))
        await owner.pass_by(SETTLED)
        assert owner.running.data.commands[CommandKind.SET_CHARGE_SCHEDULE].status is CommandStatus.CONFIRMED
        assert posted(owner) == ["settings"]
