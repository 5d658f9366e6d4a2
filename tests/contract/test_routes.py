"""Every command on every model and over every route: confirmed or explained, never sent twice, no schedule lost."""

import pytest

from custom_components.renault_ze.vehicle.results import CommandReason, CommandResult, CommandStatus
from simulator.myrenault import ChargeMode, RouteSet
from tests.contract.routes import (
    CASES,
    COMMANDS,
    ENDED,
    HOUR,
    NEEDS,
    OFFERED,
    ROUTE_TABLES,
    WEEK,
    RouteTable,
    commands_to,
    follow_schedule,
    is_readable,
    programs_of,
    repeated,
    running_owner,
    sent,
    windows_of,
)
from tests.update_cycle.owner import Owner

EVERY_START = set(ROUTE_TABLES) - {"none", "none, invalid body", "srp"}
AT_KCA = EVERY_START - {"kcm", "kcm, others gone"}
AT_KCM = EVERY_START - {"kca", "kca, others refused"}
# What has to work, as a route for it does. Other models have at least an explained result.
CONFIRMED = {
    ("ZOE40", "start_charge"): AT_KCA,
    ("ZOE40", "set_charge_schedule"): AT_KCA,
    ("ZOE40", "enable_charge_schedule"): AT_KCA,
    ("ZOE40", "disable_charge_schedule"): AT_KCA,
    ("ZOE50", "precondition"): EVERY_START,
    ("ZOE50", "start_charge"): EVERY_START,
    ("ZOE50", "stop_charge"): AT_KCM,
    ("ZOE50", "set_charge_schedule"): EVERY_START,
    ("ZOE50", "enable_charge_schedule"): EVERY_START,
    ("ZOE50", "disable_charge_schedule"): AT_KCA,
    ("Megane", "start_charge"): EVERY_START,
    ("Megane", "stop_charge"): AT_KCM,
    ("Megane", "set_charge_schedule"): EVERY_START,
    ("Megane", "enable_charge_schedule"): EVERY_START,
    ("Megane", "disable_charge_schedule"): AT_KCA,
    **{
        (model, command): AT_KCM
        for model in ("R5", "A290", "R4", "Scenic", "Master", "Spring25")
        for command in ("start_charge", "set_charge_schedule", "enable_charge_schedule", "disable_charge_schedule")
    },
    ("unlisted ZOE50", "start_charge"): EVERY_START,
    ("unlisted R5", "start_charge"): AT_KCM,
    ("unlisted Twingo", "start_charge"): AT_KCA,
    **{(model, "start_charge"): AT_KCA for model in ("Twingo", "MeganePHEV", "MeganeEstate")},
    ("Spring", "start_charge"): AT_KCM,
    ("Spring", "stop_charge"): AT_KCM - {"pause ignored"},
}


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


async def prepare(owner: Owner, command: str) -> None:
    """Bring the car into the state in which a command has something to do."""
    if command == "stop_charge":
        owner.vehicle.car.start_charge()
    elif command == "enable_charge_schedule":
        owner.vehicle.set_charge_mode(ChargeMode.ALWAYS)
    owner.vehicle.report_now()
    await owner.pass_by(HOUR)
    owner.simulator.log.entries.clear()


async def drive_away(owner: Owner) -> None:
    """Unplug the car, so that everything that was put off until after a charge is due."""
    owner.vehicle.car.unplug()
    owner.vehicle.report_now()
    await owner.pass_by(ENDED)


def check_schedule(owner: Owner, before: tuple[bool, set[object]], command: str, result: CommandResult | str) -> None:
    """Assert that the car holds the schedule it had before the command, or the one that was wanted."""
    is_confirmed = isinstance(result, CommandResult) and result.status is CommandStatus.CONFIRMED
    enabled, windows = windows_of(owner.vehicle)
    wanted = {(each.weekday, each.start, each.duration) for each in WEEK}
    if is_confirmed and command == "disable_charge_schedule":
        assert enabled is False
    elif is_confirmed and command in {"set_charge_schedule", "enable_charge_schedule"}:
        assert (enabled, windows) == (True, wanted)
    elif command in {"set_charge_schedule", "enable_charge_schedule"}:
        # A car may have stored it without following it.
        assert (enabled, windows) == before or windows == wanted
    elif command != "disable_charge_schedule":
        assert windows == before[1]
        # A car without programs has no schedule to return to.
        assert enabled is before[0] or not windows


@pytest.mark.parametrize(("model", "table", "command"), CASES)
async def test_command(socket_enabled: None, model: str, table: str, command: str) -> None:
    """Confirm a command or explain why not, with each request once, and with the schedule in the car in the end."""
    async with running_owner(model, ROUTE_TABLES[table]) as owner:
        await prepare(owner, command)
        before, programs = windows_of(owner.vehicle), programs_of(owner.vehicle)
        result = await sent(owner, command)
        assert is_readable(result), result
        is_confirmed = isinstance(result, CommandResult) and result.status is CommandStatus.CONFIRMED
        assert is_confirmed or table not in CONFIRMED.get((model, command), ()), result
        await drive_away(owner)
        assert repeated(owner) == {}
        check_schedule(owner, before, command, result)
        if command in {"start_charge", "stop_charge", "precondition"} and before[0]:
            assert programs_of(owner.vehicle) == programs


@pytest.mark.parametrize("model", OFFERED)
async def test_offered(socket_enabled: None, model: str) -> None:
    """Offer the commands of a model, and refuse the others without a request."""
    async with running_owner(model, ROUTE_TABLES["all"]) as owner:
        vehicle = owner.running.vehicle
        assert {name for name, needed in NEEDS.items() if needed in vehicle.capabilities} == OFFERED[model]
        for name in set(COMMANDS) - OFFERED[model]:
            assert is_readable(await sent(owner, name)), name
        assert commands_to(owner) == []


@pytest.mark.parametrize("model", ["ZOE50", "R5", "Megane"])
async def test_srp_car(socket_enabled: None, model: str) -> None:
    """A car that accepts no remote commands is asked once, the reason is named, and no other route is tried."""
    async with running_owner(model, ROUTE_TABLES["srp"]) as owner:
        await prepare(owner, "start_charge")
        for command in ("start_charge", "precondition", "start_charge"):
            assert await sent(owner, command) == "no_remote_commands", command
        assert len(commands_to(owner)) == 1
        results = owner.running.data.commands.values()
        assert {each.reason for each in results} == {CommandReason("no_remote_commands")}


@pytest.mark.parametrize("routes", [RouteSet.KCA, RouteSet.KCM])
async def test_route_that_worked_is_first(socket_enabled: None, routes: RouteSet) -> None:
    """The next command needs one request only, also after a restart."""
    async with running_owner("ZOE50", RouteTable(routes=routes)) as owner:
        await prepare(owner, "start_charge")
        first = await sent(owner, "start_charge")
        await drive_away(owner)
        owner.vehicle.car.plug()
        follow_schedule(owner.vehicle)
        await owner.start()
        await prepare(owner, "start_charge")
        again = await sent(owner, "start_charge")
        assert isinstance(first, CommandResult)
        assert isinstance(again, CommandResult)
        assert first.status is again.status is CommandStatus.CONFIRMED
        starts = [each for each in commands_to(owner) if "start" in each.path or "mode" in each.path]
        assert len(starts) == 1
