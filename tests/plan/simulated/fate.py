"""Everything that is decided about a life in advance: the plan, the problems, the user's edits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from custom_components.renault_ze.plan.model import Departure, PlannedWindow
from tests.plan.simulated.home import MINUTE

WEEKS = 4
MINUTES = WEEKS * 7 * 24 * 60


class Trouble(StrEnum):
    """What can go wrong for a while."""

    OFF = "off"
    CLOUD_DOWN = "cloud_down"
    OUT_OF_REACH = "out_of_reach"
    DEAF = "deaf"


OF_THE_HOUSE = {Trouble.OFF: "off", Trouble.CLOUD_DOWN: "cloud"}


@dataclass(frozen=True)
class Spell:
    """A span of trouble, in minutes since the start."""

    begin: int
    minutes: int
    trouble: Trouble


@dataclass(frozen=True)
class Crash:
    """Home Assistant crashes at a command, before or after it is sent, and is back after some minutes."""

    order: int
    before_sending: bool
    minutes: int


@dataclass(frozen=True)
class Lost:
    """The response to a command is lost, with the command or without it."""

    order: int
    arrives: bool


@dataclass(frozen=True)
class After:
    """An event some minutes after a command: the windows are edited, or the integration is reloaded."""

    order: int
    minutes: int


@dataclass(frozen=True)
class Trip:
    """The car is away for some minutes and comes back with a level (percent)."""

    begin: int
    minutes: int
    level: int


class Change(StrEnum):
    """What an owner does to the plan."""

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
class Life:
    """All that is decided beforehand."""

    zone: ZoneInfo
    start: datetime
    windows: tuple[PlannedWindow, ...]
    other_windows: tuple[PlannedWindow, ...]
    departures: tuple[Departure, ...]
    spells: tuple[Spell, ...]
    crashes: tuple[Crash, ...]
    lost: tuple[Lost, ...]
    reloads: tuple[After, ...]
    trips: tuple[Trip, ...]
    edits: tuple[Edit, ...]
    rewrite: After
    send_ahead: timedelta
    capacity: float
    poll_minutes: int
    deploy_seconds: int
    late_error: bool


def minute_ahead(life: Life, after: int, ahead: int) -> int:
    """Return the minute some minutes ahead of the first time, after a minute, of one of the departures."""
    leaves = (life.start + after * MINUTE).astimezone(life.zone)
    number = after % len(life.departures)
    for each in life.departures[number : number + 1]:
        days = (leaves.date() + timedelta(days=later) for later in range(8))
        coming = (
            datetime.combine(day, each.at, life.zone)
            for day in days
            if day == each.on or day.weekday() in each.weekdays
        )
        leaves = next((at for at in coming if at > leaves), leaves)
    return max(0, (leaves.astimezone(UTC) - life.start) // MINUTE - ahead)


def window_ahead(life: Life, after: int, ahead: int) -> tuple[int, int]:
    """Return the minute some minutes ahead of a window in the week of a minute, and the minute of its end."""
    windows = (*life.windows, *life.other_windows)
    each = windows[after % len(windows)]
    today = (life.start + after * MINUTE).astimezone(life.zone).date()
    day = today + timedelta(days=(each.window.weekday - today.weekday()) % 7)
    begin = (datetime.combine(day, each.window.start, life.zone).astimezone(UTC) - life.start) // MINUTE
    return max(0, begin - ahead), begin + each.window.duration // MINUTE
