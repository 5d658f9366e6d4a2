"""A scenario: the plan, the problems, and the user's edits, decided in advance."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from custom_components.renault_ze.plan.model import Departure, PlannedWindow
from tests.plan.simulated.instance import MINUTE

WEEKS = 4
MINUTES = WEEKS * 7 * 24 * 60


class Problem(StrEnum):
    """A kind of temporary problem."""

    OFF = "off"
    CLOUD_DOWN = "cloud_down"
    UNREACHABLE = "unreachable"
    IGNORES_COMMANDS = "ignores_commands"


ENVIRONMENT_PROBLEMS = {Problem.OFF: "off", Problem.CLOUD_DOWN: "cloud"}


@dataclass(frozen=True)
class ProblemSpan:
    """A span of a problem, in minutes since the start."""

    begin: int
    minutes: int
    problem: Problem


@dataclass(frozen=True)
class Crash:
    """Home Assistant crashes at a command, before or after it is sent, and is back after some minutes."""

    command_number: int
    before_sending: bool
    minutes: int


@dataclass(frozen=True)
class LostResponse:
    """The response to a command is lost, with the command or without it."""

    command_number: int
    arrives: bool


@dataclass(frozen=True)
class AfterCommand:
    """An event some minutes after a command: the windows are edited, or the integration is reloaded."""

    command_number: int
    minutes: int


@dataclass(frozen=True)
class Trip:
    """The car is away for some minutes and comes back with a level (percent)."""

    begin: int
    minutes: int
    level: int


class Change(StrEnum):
    """A change of the plan by the user."""

    WINDOWS = "windows"
    SKIP = "skip"
    PAUSE = "pause"
    OFF = "off"


@dataclass(frozen=True)
class Edit:
    """A change of the plan some minutes ahead of the first departure after a minute; a pause lasts some days."""

    after: int
    ahead: int
    change: Change
    days: int


@dataclass(frozen=True)
class Scenario:
    """A plan, problems, and edits, decided in advance."""

    zone: ZoneInfo
    start: datetime
    windows: tuple[PlannedWindow, ...]
    other_windows: tuple[PlannedWindow, ...]
    departures: tuple[Departure, ...]
    problem_spans: tuple[ProblemSpan, ...]
    crashes: tuple[Crash, ...]
    lost_responses: tuple[LostResponse, ...]
    reloads: tuple[AfterCommand, ...]
    trips: tuple[Trip, ...]
    edits: tuple[Edit, ...]
    rewrite: AfterCommand
    send_ahead: timedelta
    capacity: float
    poll_minutes: int
    deploy_seconds: int
    late_error: bool


def minute_ahead(scenario: Scenario, after: int, ahead: int) -> int:
    """Return the minute some minutes ahead of the first time, after a minute, of one of the departures."""
    leaves = (scenario.start + after * MINUTE).astimezone(scenario.zone)
    number = after % len(scenario.departures)
    for each in scenario.departures[number : number + 1]:
        days = (leaves.date() + timedelta(days=later) for later in range(8))
        coming = (
            datetime.combine(day, each.at, scenario.zone)
            for day in days
            if day == each.on or day.weekday() in each.weekdays
        )
        leaves = next((at for at in coming if at > leaves), leaves)
    return max(0, (leaves.astimezone(UTC) - scenario.start) // MINUTE - ahead)


def window_ahead(scenario: Scenario, after: int, ahead: int) -> tuple[int, int]:
    """Return the minute some minutes ahead of a window in the week of a minute, and the minute of its end."""
    windows = (*scenario.windows, *scenario.other_windows)
    each = windows[after % len(windows)]
    today = (scenario.start + after * MINUTE).astimezone(scenario.zone).date()
    day = today + timedelta(days=(each.window.weekday - today.weekday()) % 7)
    begin = (datetime.combine(day, each.window.start, scenario.zone).astimezone(UTC) - scenario.start) // MINUTE
    return max(0, begin - ahead), begin + each.window.duration // MINUTE
