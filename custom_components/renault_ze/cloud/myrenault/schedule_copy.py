"""Our copies of the schedules and departures in cars, compared with what these report, and their JSON."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ..charging import ChargeMode
from ..codec import dump, load_or_none
from ..models import ChargeWindow
from ..response import as_object
from ..schedule import CLOCK_ERROR, is_ahead
from . import decode_schedule
from .programs import Programs, Windows, dump_windows, load_windows

# Until then the car may still show the schedule of before a command.
_SETTLING = timedelta(minutes=15)


@dataclass(kw_only=True)
class ScheduleCopy:
    """Our copy of a car's charge schedule, and the programs as we have sent them, None if we have not.

    `replaced` are the programs of the same schedule before it was sent again because the clocks had changed, and
    `set_elsewhere` those of a schedule that was not written here.
    """

    windows: tuple[ChargeWindow, ...]
    sent: Programs | None = None
    sent_at: datetime | None = None
    set_elsewhere: Programs | None = None
    replaced: Programs | None = None

    def without_future_times(self, now: datetime) -> ScheduleCopy:
        """Return the copy with a time recorded while the clock was ahead moved to now."""
        is_future = self.sent_at is not None and is_ahead(self.sent_at, now, CLOCK_ERROR)
        return replace(self, sent_at=now) if is_future else self


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The charge schedule a car reports: its windows in the clock of the car, and its programs as they are.

    `programs` is None if there are none, or none that can be sent back.
    """

    mode: ChargeMode
    windows: Windows
    programs: Programs | None = None

    @property
    def enabled(self) -> bool | None:
        """Return whether the car charges by its schedule, None if something else decides."""
        return None if self.override is not None else self.mode is ChargeMode.SCHEDULED

    @property
    def override(self) -> ChargeMode | None:
        """Return the mode in which something else decides when the car charges."""
        return self.mode if self.mode in {ChargeMode.DELAYED, ChargeMode.DELEGATED} else None

    @property
    def is_lost(self) -> bool:
        """Return whether the car shows no schedule because it does not follow it."""
        return not self.windows and not self.enabled

    def holds(self, sent: Programs | None) -> bool:
        """Return whether a car holds the programs it was sent; while they are disabled, it may show all days alike."""
        if sent is None:
            return False
        return self.windows == decode_schedule.program_windows(sent) or (
            not self.enabled and self.windows == decode_schedule.program_windows(sent, inactive_days=True)
        )


def is_settling(copy: ScheduleCopy, now: datetime) -> bool:
    """Return whether the car may still show its former schedule."""
    return copy.sent_at is not None and is_recent(copy.sent_at, now)


def is_moving(copy: ScheduleCopy | None, held: Held, now: datetime) -> bool:
    """Return whether a schedule that was sent again after a daylight saving time change is still on its way."""
    return copy is not None and is_settling(copy, now) and held.holds(copy.replaced)


def is_recent(at: datetime, now: datetime) -> bool:
    """Return whether the car may not show the effect of a command yet."""
    return not is_ahead(at, now, CLOCK_ERROR) and now - at < _SETTLING


def load_copies(value: Any) -> dict[str, ScheduleCopy]:
    """Return the stored copies that are valid."""
    found = {vin: _copy(copy) for vin, copy in as_object(value).items()}
    return {vin: copy for vin, copy in found.items() if copy is not None}


def _copy(value: Any) -> ScheduleCopy | None:
    """Return a stored copy, None if it is invalid."""
    found = as_object(value)
    try:
        windows = load_windows(found["windows"])
    except KeyError, ValueError, TypeError, OverflowError:
        return None
    return ScheduleCopy(
        windows=windows,
        sent=_programs(found.get("sent")),
        sent_at=load_or_none(datetime, found.get("sent_at")),
        set_elsewhere=_programs(found.get("own")),
        replaced=_programs(found.get("replaced")),
    )


def dump_copy(copy: ScheduleCopy) -> dict[str, Any]:
    """Return a copy as JSON."""
    return {
        "windows": dump_windows(copy.windows),
        "sent": copy.sent,
        "sent_at": dump(copy.sent_at),
        "own": copy.set_elsewhere,
        "replaced": copy.replaced,
    }


def _programs(value: Any) -> Programs | None:
    """Return stored programs, None for anything else."""
    return value if isinstance(value, list) and all(isinstance(each, dict) for each in value) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SentPrograms:
    """The programs last sent to a car, in place of those that were `replaced`.

    `ours` are those among them that were sent from here, and earlier ones that may still be in the car. `window` is
    the start, the duration, and the mode that the settings of newer cars have beside their programs.
    """

    programs: list[Any]
    replaced: list[Any]
    at: datetime
    ours: list[Any] = field(default_factory=list)
    window: list[Any] = field(default_factory=list)
    replaced_window: list[Any] = field(default_factory=list)

    def is_on_its_way(self, shown: Programs, window: list[Any], now: datetime) -> bool:
        """Return whether a car still shows what was replaced, because the programs were only just sent."""
        return is_recent(self.at, now) and shown == self.replaced and window[: len(self.window)] == self.replaced_window


def load_sent_programs(stored: Any) -> dict[str, SentPrograms]:
    """Return the stored programs that are valid, by VIN."""
    found = {vin: load_or_none(SentPrograms, each) for vin, each in as_object(stored).items()}
    return {vin: each for vin, each in found.items() if each is not None and _is_valid(each)}


def _is_valid(sent: SentPrograms) -> bool:
    """Return whether all programs are objects."""
    return all(isinstance(each, dict) for each in (*sent.programs, *sent.replaced, *sent.ours))
