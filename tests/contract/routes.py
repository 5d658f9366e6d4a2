"""Commands over the routes of MY Renault: models, what works in their servers and cars, and what must never happen."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

import aiohttp

from custom_components.renault_ze.cloud.exceptions import CloudError
from custom_components.renault_ze.cloud.models import Capability, ChargeWindow, Weekday
from custom_components.renault_ze.messages import _text_key
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.results import CommandError, CommandReason, CommandResult, CommandStatus
from simulator import EXAMPLE_VIN
from simulator.control.request_log import LoggedRequest
from simulator.myrenault import ChargeMode, MyRenaultVehicle, Outcome, RemoteSecurity, Route, RouteSet
from simulator.myrenault.models import ScheduleKind
from tests.update_cycle.owner import Owner, simulator_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WEEK = tuple(ChargeWindow(day, time(2), timedelta(hours=4)) for day in Weekday)
# Every command has its result by then, and after the car was away for some hours, its schedule is back.
SETTLED, ENDED = timedelta(minutes=45), timedelta(hours=4)
_TEXTS = Path(__file__).parents[2] / "custom_components/renault_ze/translations/en.json"
# Answers to requests that were not executed, and have to be sent again.
_UNREAD = {HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT}


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """What the routes of a car lead to."""

    routes: RouteSet = RouteSet.ALL
    answer: Outcome = Outcome.IGNORED
    overrides: Mapping[Route, Outcome] = field(default_factory=dict)
    security: RemoteSecurity = RemoteSecurity.JWT


ROUTE_TABLES = {
    "all": RouteTable(),
    "kca": RouteTable(routes=RouteSet.KCA),
    "kcm": RouteTable(routes=RouteSet.KCM),
    "none": RouteTable(routes=RouteSet.NONE),
    "kca, others refused": RouteTable(routes=RouteSet.KCA, answer=Outcome.FORBIDDEN),
    "kcm, others gone": RouteTable(routes=RouteSet.KCM, answer=Outcome.NOT_FOUND),
    "none, invalid body": RouteTable(routes=RouteSet.NONE, answer=Outcome.INVALID_BODY),
    "pause ignored": RouteTable(overrides={Route.KCM_PAUSE: Outcome.IGNORED}),
    "start waits": RouteTable(overrides={Route.KCM_START: Outcome.WAITS}),
    "srp": RouteTable(security=RemoteSecurity.SRP),
}
COMMANDS: Mapping[str, Callable[[], Command]] = {
    "precondition": lambda: commands.Precondition(threshold=20),
    "precondition_at": lambda: commands.PreconditionAt(time(23, 45)),
    "cancel_precondition": commands.CancelPrecondition,
    "start_charge": commands.StartCharge,
    "stop_charge": commands.StopCharge,
    "set_charge_schedule": lambda: commands.SetChargeSchedule(WEEK),
    # The same while the car charges at any time.
    "enable_charge_schedule": lambda: commands.SetChargeSchedule(WEEK),
    "disable_charge_schedule": commands.DisableChargeSchedule,
}
_PRECONDITION = {"precondition", "precondition_at"}
_CANCEL = {*_PRECONDITION, "cancel_precondition"}
_SCHEDULE = {"set_charge_schedule", "enable_charge_schedule", "disable_charge_schedule"}
_NEWER = {*_CANCEL, "start_charge"}
_SETTINGS = {*_NEWER, *_SCHEDULE}
# The commands each model offers.
OFFERED = {
    "ZOE40": {*_CANCEL, *_SCHEDULE, "start_charge", "stop_charge"},
    "ZOE50": {*_PRECONDITION, *_SCHEDULE, "start_charge", "stop_charge"},
    "R5": _SETTINGS,
    "A290": _SETTINGS,
    "R4": _SETTINGS,
    "Scenic": _SETTINGS - {"cancel_precondition"},
    "Megane": {*_NEWER, *_SCHEDULE, "stop_charge"},
    "Master": _SETTINGS,
    "Rafale": set(),
    "Spring": {*_NEWER, "stop_charge"},
    "Spring25": _SETTINGS,
    "Twingo": {*_PRECONDITION, "start_charge"},
    "Captur": _PRECONDITION,
    "MeganePHEV": {*_PRECONDITION, "start_charge"},
    "MeganeEstate": {*_PRECONDITION, "start_charge", "stop_charge"},
    **{f"unlisted {name}": {*_PRECONDITION, "start_charge"} for name in ("ZOE50", "R5", "Twingo")},
}
# Preconditioning has the same route everywhere.
CASES = [
    (model, table, command)
    for model, offered in OFFERED.items()
    for table in ROUTE_TABLES
    for command in sorted(offered)
    if "charge" in command
    or (not model.startswith("unlisted") and table in {"all", "none", "none, invalid body", "srp"})
]
NEEDS = {
    "precondition": Capability.PRECONDITIONING,
    "precondition_at": Capability.PRECONDITIONING_TIMER,
    "cancel_precondition": Capability.CANCEL_PRECONDITIONING,
    "start_charge": Capability.START_CHARGE,
    "stop_charge": Capability.STOP_CHARGE,
    "set_charge_schedule": Capability.CHARGE_SCHEDULE,
    "enable_charge_schedule": Capability.CHARGE_SCHEDULE,
    "disable_charge_schedule": Capability.CHARGE_SCHEDULE,
}


@asynccontextmanager
async def running_owner(model: str, table: RouteTable) -> AsyncIterator[Owner]:
    """Run the integration for a car, half full and waiting for its schedule, if the model has one.

    The account of an "unlisted" car tells a code that no table lists.
    """
    simulator = simulator_of(model.removeprefix("unlisted "), table.routes)
    if model.startswith("unlisted"):
        links = [{"vin": EXAMPLE_VIN, "vehicleDetails": {"model": {"code": "XNEWVE"}}}]
        simulator.faults.replace([{"kind": "set", "fields": {"vehicleLinks": links}, "path": "*/vehicles"}])
    vehicle = simulator.vehicle()
    changed = {"failing_route_outcome": table.answer, "route_overrides": dict(table.overrides)}
    vehicle.set_quirks(replace(vehicle.quirks, remote_security=table.security, **changed))
    follow_schedule(vehicle)
    url = await simulator.start()
    try:
        async with aiohttp.ClientSession() as http:
            owner = Owner(simulator, http, url)
            await owner.start()
            yield owner
    finally:
        await simulator.stop()


def follow_schedule(vehicle: MyRenaultVehicle) -> None:
    """Let a car wait for its schedule."""
    match vehicle.model.schedule:
        case ScheduleKind.SETTINGS:
            programs = [
                {**each, "programActivationStatus": not number} for number, each in enumerate(programs_of(vehicle))
            ]
            vehicle.apply_settings({"ev_settings": {**vehicle.ev_settings, "programs": programs}})
        case _:
            # A car without programs waits for a command.
            vehicle.set_charge_mode(ChargeMode.SCHEDULED)
    vehicle.car.apply_due_changes()
    vehicle.report_now()


def programs_of(vehicle: MyRenaultVehicle) -> Any:
    """Return the programs in a car that have windows, in the terms of its server."""
    if vehicle.model.schedule is ScheduleKind.SETTINGS:
        return vehicle.ev_settings["programs"]
    return [each for each in vehicle.car.schedule.week.programs if each.windows]


def windows_of(vehicle: MyRenaultVehicle) -> tuple[bool, set[tuple[int, time, timedelta]]]:
    """Return whether a car follows programs, and the windows of its active ones."""
    schedule = vehicle.car.schedule
    found = {
        (day, window.start, window.duration)
        for program in schedule.week.programs
        if program.activated
        for day, window in enumerate(program.days)
        if window is not None
    }
    return schedule.enabled, found


def commands_to(owner: Owner) -> list[LoggedRequest]:
    """Return the requests for commands that arrived and were not refused unread."""
    entries = owner.simulator.log.entries
    return [each for each in entries if each.method == "POST" and each.path.startswith("/kamereon")]


def repeated(owner: Owner) -> dict[str, int]:
    """Return the commands that arrived more than once over one route."""
    found = Counter(_named(each) for each in commands_to(owner) if each.status not in _UNREAD)
    return {name: count for name, count in found.items() if count > 1}


async def sent(owner: Owner, name: str) -> CommandResult | str:
    """Return the result of a command once it is settled, or the reason why it was not accepted."""
    cycle = owner.running
    command = COMMANDS[name]()
    try:
        await cycle.send(command)
    except (CloudError, CommandError) as err:
        return reason_of(err)
    await owner.pass_by(SETTLED)
    return cycle.data.commands[command.kind]


def reason_of(err: CloudError | CommandError) -> str:
    """Return the translation key of an error."""
    return err.key if isinstance(err, CommandError) else _text_key(err)


def is_readable(result: CommandResult | str) -> bool:
    """Return whether a person can read how a command has ended and why."""
    if isinstance(result, str):
        return result in _texts()["exceptions"]
    if result.status is CommandStatus.CONFIRMED:
        return True
    shown = _texts()["entity"]["sensor"]["last_command"]["state_attributes"]["reason"]["state"]
    return result.reason is not None and result.reason.value in shown and is_final(result)


def is_final(result: CommandResult) -> bool:
    """Return whether nothing more is expected of a command."""
    return result.is_settled or result.reason is CommandReason.UNCONFIRMABLE


def _texts() -> dict[str, Any]:
    """Return the texts of the integration in English."""
    found: dict[str, Any] = json.loads(_TEXTS.read_text())
    return found


def _named(entry: LoggedRequest) -> str:
    """Return the route of a command with its content, but for the times that are always now."""
    body = deepcopy(entry.body)
    for part in (body, body.get("data", {}).get("attributes", {})):
        for name in ("startDateTime", "lastSettingsUpdateTimestamp"):
            if name in part:
                part[name] = "a time"
    return f"{entry.path.rpartition('/')[2]} {json.dumps(body, sort_keys=True)}"
