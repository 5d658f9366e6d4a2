"""The log of a vehicle's charges, which survives restarts and what the cloud forgets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from ..cloud.models import Capability, ChargeEvent, Part, Vehicle
from ..cloud.reports import Location
from .capacity import CapacitySample, capacity, sample_of, with_sample
from .sessions import DEFAULT_BATTERY_KWH, DEFAULT_LOSS, ChargeSession, EnergySource, sessions, with_energy
from .state import VehicleState

# The clouds return whole months, so more days rarely change the response.
_READ_AGAIN = timedelta(days=7)
# One year of charges is read once, a little more is kept.
_FIRST_READ = timedelta(days=366)
_KEPT = timedelta(days=400)
# The cloud corrects the last charges; corrections of older ones would show up as charged now.
_CORRECTED = timedelta(days=2)
_SEEN_KEPT = timedelta(days=3)
_REPORT_INTERVAL = timedelta(minutes=30)
CONF_BATTERY_CAPACITY: Final = "battery_capacity"
CONF_CHARGING_LOSS: Final = "charging_loss"
DEFAULT_LOSS_PERCENT: Final = round(DEFAULT_LOSS * 100)

type IsHome = Callable[[Location], bool | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeLog:
    """Known charges, newest first, and the `running` one and the last ones as polls have `seen` them.

    `total_kwh` is the energy of all charges so far, `shown_kwh` the largest total that was shown; `read_at` is when the
    history was last read.
    """

    sessions: tuple[ChargeSession, ...] = ()
    running: ChargeSession | None = None
    seen: tuple[ChargeSession, ...] = ()
    total_kwh: float = 0.0
    shown_kwh: float = 0.0
    read_at: datetime | None = None
    samples: tuple[CapacitySample, ...] = ()

    @property
    def unlisted(self) -> list[ChargeSession]:
        """Return the charges that polls have seen and that are not among the known ones yet."""
        found = (*self.seen, *([] if self.running is None else [self.running]))
        return [each for each in found if not any(each.overlaps(known, _REPORT_INTERVAL) for known in self.sessions)]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnergyOptions:
    """How energy is estimated: with a loss (0 to 1), and the usable capacity (kWh) of a car that does not report it."""

    loss: float = DEFAULT_LOSS
    battery_kwh: float | None = None


def energy_options(options: Mapping[str, Any]) -> EnergyOptions:
    """Return how energy is estimated from the options of the user, with defaults."""
    loss = options.get(CONF_CHARGING_LOSS, DEFAULT_LOSS_PERCENT) / 100
    return EnergyOptions(loss=loss, battery_kwh=options.get(CONF_BATTERY_CAPACITY))


class ChargeStorage(Protocol):
    """Where charge logs survive a restart."""

    def charges(self, vin: str) -> ChargeLog:
        """Return the log of a vehicle."""

    def remember_charges(self, vin: str, charges: ChargeLog, *, soon: bool) -> None:
        """Store the log of a vehicle, soon or within hours."""


class ChargeRecorder:
    """Updates and stores the charge log of a vehicle at each poll."""

    def __init__(self, storage: ChargeStorage, vehicle: Vehicle, options: EnergyOptions) -> None:
        """Start with the stored log."""
        self._storage, self._vehicle, self._options = storage, vehicle, options
        self._read_at: dict[Part, datetime | None] = {}
        self._compared: tuple[Sequence[ChargeSession], Sequence[ChargeEvent]] | None = None
        self.statistic_id: str | None = None
        self.log = storage.charges(vehicle.vin)
        self._was_running = self.log.running is not None
        self.log = replace(self.log, sessions=tuple(map(self._estimated, self.log.sessions)))

    @property
    def battery_kwh(self) -> float:
        """Return the usable capacity: of the model, of the options, as reports show it, or the smallest."""
        shown = capacity(self.log.samples)
        known = self._vehicle.battery_kwh or self._options.battery_kwh
        return known or (DEFAULT_BATTERY_KWH if shown is None else shown.kwh)

    @property
    def total_kwh(self) -> float | None:
        """Return the energy charged so far with that of the running charge, None before the history was read."""
        if self.log.read_at is None and Capability.CHARGE_HISTORY in self._vehicle.capabilities:
            return None
        running = sum(self._estimated(each).energy_kwh or 0.0 for each in self.log.unlisted)
        return round(max(self.log.shown_kwh, self.log.total_kwh + running), 3)

    def history_begin(self, now: datetime) -> datetime:
        """Return since when the history is to be read: a year, later what may be new or corrected."""
        last = self.log.read_at
        return now - _FIRST_READ if last is None else min(last, now) - _READ_AGAIN

    def restore_total(self, shown: float) -> None:
        """Continue at a total that was shown before, if the log, or the progress of a charge, was lost since."""
        total = self.total_kwh
        if total is None or shown <= total:
            return
        if self._was_running:
            # The charge will be complete in the log.
            self._set(replace(self.log, shown_kwh=shown))
        else:
            self._set(replace(self.log, total_kwh=self.log.total_kwh + shown - total))

    def record(self, state: VehicleState, now: datetime) -> None:
        """Add what was read since the last call."""
        log = self.log
        if self._is_new(state, Part.BATTERY):
            log = _with_report(log, state, now)
            log = replace(log, samples=with_sample(log.samples, sample_of(state.battery, now)))
        waits = state.charge.lookups > 0 or log.running is not None
        if self._is_new(state, Part.CHARGE_HISTORY):
            log = replace(self._with_history(log, state, now, waits=waits), read_at=now)
        elif log.seen and not waits and self._compared != (log.seen, state.charge_history):
            if replace(log, running=None).unlisted:
                log = self._with_history(log, state, now, waits=False)
            # A charge of a moment stays unlisted, and a year of charges takes long to compare.
            self._compared = log.seen, state.charge_history
        self._set(log)

    def locate(self, state: VehicleState, is_home: IsHome) -> None:
        """Find out where the last charges were; `is_home` returns whether a location is at home, None if unknown."""
        unknown = (each for each in self.log.sessions if each.at_home is None)
        found = [replace(each, at_home=is_home(at)) for each in unknown if (at := _location(each, state)) is not None]
        self.change(found)

    def change(self, changed: Iterable[ChargeSession]) -> None:
        """Replace charges by versions of them with a measured energy or a cost."""
        new = {each.begin: each for each in changed}
        before = self.log.sessions
        found = tuple(new.get(each.begin, each) for each in before)
        recent = [(old, each) for old, each in zip(before, found, strict=True) if found[0].end - each.end < _CORRECTED]
        grown = sum((each.energy_kwh or 0.0) - (old.energy_kwh or 0.0) for old, each in recent)
        self._set(replace(self.log, sessions=found, total_kwh=self.log.total_kwh + grown))

    def known(self, events: Sequence[ChargeEvent]) -> tuple[ChargeSession, ...]:
        """Return the charges of a part of the history, newest first, with what the log knows of them."""
        times = [each.at for each in events]
        seen = [each for each in self.log.seen if times and min(times) <= each.end and each.begin <= max(times)]
        return tuple(map(self._known, sessions(events, seen)))

    def _set(self, log: ChargeLog) -> None:
        """Store a log if it has changed."""
        if log == self.log:
            return
        before, self.log = self.log, log
        if (total := self.total_kwh) is not None and total > log.shown_kwh:
            self.log = replace(log, shown_kwh=total)
        soon = _without_progress(log) != _without_progress(before)
        self._storage.remember_charges(self._vehicle.vin, self.log, soon=soon)

    def _is_new(self, state: VehicleState, part: Part) -> bool:
        """Return whether a part was read since the last call."""
        read_at = state.read_at.get(part)
        is_new = read_at is not None and read_at != self._read_at.get(part)
        self._read_at[part] = read_at
        return is_new

    def _with_history(self, log: ChargeLog, state: VehicleState, now: datetime, *, waits: bool) -> ChargeLog:
        """Return the log with the charges of a history; while it `waits` for an end, without those only seen."""
        events, seen = state.charge_history, () if waits else log.seen
        found = [self._known(each) for each in sessions(events, log.seen) if not (each.seen and waits)]
        first = min((each.at for each in events), default=now)
        kept = [each for each in log.sessions if _stays(each, found, first)]
        listed = sorted((*found, *kept), key=lambda each: each.begin, reverse=True)
        listed = [each for each in listed if now - each.end < _KEPT]
        samples = log.samples
        for each in reversed(listed):
            samples = with_sample(samples, sample_of(each, now))
        total = log.total_kwh + _growth(log.sessions, listed, now)
        kept_seen = log.seen if waits else tuple(each for each in seen if now - each.end < _SEEN_KEPT)
        return replace(log, sessions=tuple(listed), total_kwh=total, samples=samples, seen=kept_seen)

    def _known(self, session: ChargeSession) -> ChargeSession:
        """Return a charge with place, measured energy, and cost from the log, as far as they still apply."""
        before = next((each for each in self.log.sessions if each.overlaps(session)), None)
        if before is None:
            return self._estimated(session)
        if before.source is EnergySource.METER and before.begin <= session.begin and session.end <= before.end:
            session = replace(session, energy_kwh=before.energy_kwh, source=before.source)
        found = self._estimated(replace(session, at_home=before.at_home))
        is_same = (found.begin, found.end, found.energy_kwh) == (before.begin, before.end, before.energy_kwh)
        return replace(found, cost=before.cost, currency=before.currency) if is_same else found

    def _estimated(self, session: ChargeSession) -> ChargeSession:
        """Return a charge with its energy; another energy has another cost."""
        found = with_energy(session, self.battery_kwh, self._options.loss)
        return found if found.energy_kwh == session.energy_kwh else replace(found, cost=None, currency=None)


def _without_progress(log: ChargeLog) -> ChargeLog:
    """Return the log without what each report of a charge changes, and the first one after a power cut tells again."""
    running = None if log.running is None else replace(log.running, end=log.running.begin, level_at_end=None)
    return replace(log, running=running, shown_kwh=0.0, samples=())


def _with_report(log: ChargeLog, state: VehicleState, now: datetime) -> ChargeLog:
    """Return the log after a battery report, which may begin, continue, or end a charge."""
    battery, running = state.battery, log.running
    if battery is None:
        return log
    at, level = min(battery.reported_at or now, now), battery.level
    if state.charging:
        if running is None or running.begin > at:
            point, seen = battery.charging_point, True
            running = ChargeSession(begin=at, end=at, level_at_start=level, charging_point=point, seen=seen)
        return replace(log, running=replace(running, end=at, level_at_end=level or running.level_at_end))
    if running is None or state.charging is None:
        return log
    # A report that comes much later does not tell when the charge ended.
    end = min(max(at, running.end), running.end + _REPORT_INTERVAL)
    risen = level is not None and running.level_at_end is not None and level > running.level_at_end
    ended = replace(running, end=end, level_at_end=level if risen else running.level_at_end)
    return replace(log, running=None, seen=(*log.seen, ended) if ended.duration else log.seen)


def _location(session: ChargeSession, state: VehicleState) -> Location | None:
    """Return where the car was during a charge, None if that is unknown."""
    read_at, location = state.read_at.get(Part.LOCATION), state.location
    if location is None or read_at is None or read_at < session.begin:
        return None
    # The car reports its location when it parks: a later one may be another place.
    return location if (location.at or read_at) <= session.end + _REPORT_INTERVAL else None


def _stays(before: ChargeSession, found: Sequence[ChargeSession], first: datetime) -> bool:
    """Return whether a known charge stays: it is older than the history, or only polls have seen it."""
    if any(before.overlaps(each) for each in found):
        return False
    return before.seen or before.begin < first


def _growth(before: Sequence[ChargeSession], after: Iterable[ChargeSession], now: datetime) -> float:
    """Return the energy of charges that are new, and by how much that of the last ones was corrected."""
    grown = 0.0
    for each in after:
        known = [old for old in before if old.overlaps(each)] if before else []
        if not known or now - each.end < _CORRECTED:
            grown += (each.energy_kwh or 0.0) - sum(old.energy_kwh or 0.0 for old in known)
    return grown
