"""What was done about a plan, so that a restart neither repeats nor forgets a command: sent, observed, and reported."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..cloud.models import ChargeSchedule, ChargeWindow
from ..cloud.schedule import CarDeparture


class Outcome(StrEnum):
    """The result of a departure; `SENT` is all that can be known where a cloud never shows preconditioning runs."""

    READY = "ready"
    SENT = "ordered"
    FAILED = "failed"
    MISSED = "missed"
    TOO_LOW = "too_low"
    CANCELED = "called_off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What was done about a departure on one day.

    A command is `unanswered` until it is known to have been sent; after a restart it may never have been.
    """

    departure: str
    ready_at: datetime
    sent: int = 0
    sent_at: datetime | None = None
    unanswered: bool = False
    warned_at: datetime | None = None
    without_timer: bool = False
    outcome: Outcome | None = None
    level_warned_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """The car's preconditioning timer as set by the plan; `unanswered` as in `Attempt`."""

    departure: str
    ready_at: datetime
    start_at: datetime
    sent_at: datetime
    sent: int = 1
    unanswered: bool = False
    cancelled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartureRecord:
    """The departures last sent to a car, and how often departures were sent in a row without being seen in it.

    `held` are all departures that were last seen in the car. Those that were sent are `confirmed` once they were seen;
    if they no longer are, they were changed in the car or an app at `changed_at`, and stay like that.
    """

    sent: tuple[CarDeparture, ...] = ()
    sent_at: datetime | None = None
    tries: int = 0
    confirmed: bool = False
    held: tuple[CarDeparture, ...] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SentSchedule:
    """The charge schedule last sent to the car, and how often in a row; it has no windows if it was disabled."""

    at: datetime
    windows: tuple[ChargeWindow, ...]
    enabled: bool = True
    tries: int = 1

    def is_of(self, schedule: ChargeSchedule) -> bool:
        """Return whether a charge schedule is the one that was sent."""
        return (self.enabled, self.windows) == (bool(schedule.enabled), schedule.windows)


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitRecord:
    """What was done about the charge limit: when a charge was stopped, how often, and when the user started one.

    It is overridden while that charge goes on. At `ignored_at`, the car had not followed several commands to stop.
    """

    stopped_at: datetime | None = None
    tries: int = 0
    started_at: datetime | None = None
    is_overridden: bool = False
    ignored_at: datetime | None = None
