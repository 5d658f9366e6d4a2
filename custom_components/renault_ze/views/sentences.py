"""Sentences that entities show, and those about failed commands and a low battery.

Each is the key of a text in the translations; its language is not known here.
"""

from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from typing import NamedTuple

from ..cloud.models import SCHEDULE_COMMANDS, CommandKind, Part
from ..plan.situation import Situation
from ..vehicle.prices import Amount, UnitPrice
from ..vehicle.results import CommandReason, CommandResult
from .reasons import REMEMBERED

type Placeholder = str | date | time | timedelta | Amount | UnitPrice | Sentence


class Sentence(NamedTuple):
    """A text by its key and placeholders; `category` is its section in the translations."""

    key: str
    placeholders: Mapping[str, Placeholder]
    category: str = "common"


CHARGE_COMMANDS = frozenset({CommandKind.START_CHARGE, CommandKind.STOP_CHARGE})
PRECONDITIONING_COMMANDS = frozenset(
    {CommandKind.PRECONDITION, CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION}
)
# The texts of the sensor for the last command.
_TEXTS = "sensor.last_command.state_attributes"


def charge_problem(situation: Situation) -> Mapping[str, Sentence]:
    """Return a sentence about the last command to start or stop a charge, if it failed."""
    return _failed(situation, CHARGE_COMMANDS)


def schedule_problem(situation: Situation) -> Mapping[str, Sentence]:
    """Return a sentence about the last command for the charge schedule, if it failed."""
    return _failed(situation, SCHEDULE_COMMANDS)


def preconditioning_problems(situation: Situation) -> Mapping[str, Sentence]:
    """Return sentences about the last command for preconditioning, if it failed, and about a low battery."""
    return {**_failed(situation, PRECONDITIONING_COMMANDS), **_low_battery(situation)}


def _failed(situation: Situation, kinds: Collection[CommandKind]) -> Mapping[str, Sentence]:
    """Return a sentence about the last command of some kinds, if it failed in the last hours."""
    found = (each for kind, each in situation.state.last_commands.items() if kind in kinds)
    last = max(found, key=lambda each: each.sent_at, default=None)
    if last is None or not last.is_settled or last.is_done or last.reason is CommandReason.SUPERSEDED:
        return {}
    if not situation.now - last.sent_at < REMEMBERED:
        return {}
    return {"problem": command_problem(last)}


def command_problem(result: CommandResult) -> Sentence:
    """Return a sentence about a command that failed."""
    command = Sentence(f"{_TEXTS}.command.state.{result.kind}", {}, "entity")
    return Sentence("command_failed", {"command": command, "reason": command_reason(result), "time": result.sent_at})


def command_reason(result: CommandResult) -> Sentence:
    """Return why a command was not confirmed."""
    return Sentence(f"{_TEXTS}.reason.state.{result.reason}", {}, "entity")


def _low_battery(situation: Situation) -> Mapping[str, Sentence]:
    """Return a warning with what to do if the battery is too low to precondition."""
    battery, threshold = situation.state.battery, situation.settings.threshold
    if battery is None or Part.BATTERY not in situation.state.known or battery.level is None:
        return {}
    if battery.level >= threshold:
        return {}
    key = "low_battery_unplugged" if battery.plugged_in is False else "low_battery"
    return {"warning": Sentence(key, {"level": str(battery.level), "threshold": str(threshold)})}
