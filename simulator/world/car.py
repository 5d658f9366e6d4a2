"""The car: plug, battery, schedule, preconditioning, and trips; times are passed in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import ceil, isfinite
from zoneinfo import ZoneInfo

from .battery import CHARGERS, HOUR, Battery, ChargingPoint, round_up_to_five_minutes
from .departures import Departure, next_departure
from .reports import Reading, Reason, Report
from .week import DAYS, Schedule, Week, Window

# Captured: preconditioning a full, plugged-in car used 1% in about 4 minutes, then a charge started.
PRECONDITIONING_KW = 3.0
TOP_UP_BELOW = 1.0
REPORT_INTERVAL = timedelta(minutes=30)
NIGHTLY = Schedule(enabled=False, week=Week((Window(time(23, 30), timedelta(hours=7)),) * len(DAYS)))


@dataclass
class Car:
    """A car at a point in time; `advance` moves it forward, commands take effect at that time."""

    at: datetime
    zone: ZoneInfo
    battery: Battery
    schedule: Schedule = NIGHTLY
    point: ChargingPoint | None = None
    charging: bool = False
    override: bool = False
    topped: bool = False
    timer_at: datetime | None = None
    preconditioning_until: datetime | None = None
    trip_until: datetime | None = None
    trip_kw: float = 0.0
    report_at: datetime | None = None
    departures: tuple[Departure, ...] = ()
    depart_at: datetime | None = None
    minimum: float = 0.0
    target: float = 100.0
    run: timedelta = timedelta(minutes=5)
    threshold: int = 45
    reports: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Calculate the first change."""
        self.next_change_at = self.at
        self.apply_due_changes()

    @property
    def plugged(self) -> bool:
        """Return whether the car is plugged in."""
        return self.point is not None

    @property
    def reading(self) -> Reading:
        """Return the current reading."""
        return Reading(
            level=self.battery.shown_level,
            range_km=self.battery.range_km,
            plugged=self.plugged,
            charging=self.charging,
            point=ChargingPoint.INVALID if self.topped else self.point,
            remaining=self._remaining() if self.charging else None,
        )

    @property
    def is_charged(self) -> bool:
        """Return whether the battery has reached the level at which charging stops."""
        return self.battery.is_full or self.battery.level >= self.target

    def advance(self, to: datetime) -> None:
        """Process everything due until a time, in order; an earlier time has no effect."""
        while self.next_change_at <= to:
            self._flow(self.next_change_at)
            self.apply_due_changes()
        if self.at < to:
            self._flow(to)

    def drain_reports(self) -> list[Report]:
        """Return and clear the reports since the last call."""
        reports, self.reports = self.reports, []
        return reports

    def fill(self, level: float) -> None:
        """Set the battery level in percent, without a report."""
        self.battery.level = level
        if not self.charging:
            self.topped = self.plugged and self.is_charged
        self.apply_due_changes()

    def plug(self, point: ChargingPoint = ChargingPoint.ACCELERATED) -> None:
        """Plug in; raise ValueError while driving or for a charging point that cannot charge."""
        if self.trip_until:
            raise ValueError("the car is being driven")
        if point not in CHARGERS:
            raise ValueError(f"{point} is not a charging point to plug into")
        self.point, self.topped = point, self.is_charged
        self.report(Reason.PLUGGED)
        self.apply_due_changes()

    def unplug(self) -> None:
        """Unplug."""
        if self.point is None:
            return
        used, self.point = self.point, None
        self.topped = self.override = False
        if self.charging:
            self._end_charge(used)
        self.report(Reason.UNPLUGGED)
        self.apply_due_changes()

    def drive(self, km: float, duration: timedelta = timedelta()) -> None:
        """Drive at once or for a duration; raise ValueError if the distance exceeds the range."""
        energy = km * self.battery.consumption_kwh_per_km
        if energy > self.battery.energy_kwh:
            raise ValueError(f"{km:g} km is further than the battery reaches ({self.battery.range_km} km)")
        if self.trip_until:
            raise ValueError("the car is being driven")
        self.unplug()
        self._stop_preconditioning()
        if duration:
            self.trip_until, self.trip_kw = self.at + duration, energy / (duration.total_seconds() / HOUR)
        else:
            self.battery.energy_kwh -= energy
            self.report(Reason.PARKED)
        self.apply_due_changes()

    def start_charge(self) -> bool:
        """Charge to the target or until unplugged, regardless of the schedule; return whether a charge started."""
        if self.charging or self.point is None or self.is_charged:
            return False
        self.override, self.topped = True, False
        self.apply_due_changes()
        return True

    def start_preconditioning(self, until: datetime | None = None) -> bool:
        """Start preconditioning, for its usual duration or until a time; return False if the car refuses."""
        if self.battery.shown_level < self.threshold or self.trip_until:
            return False
        ends_at = until or self.at + self.run
        self.preconditioning_until = max(ends_at, self.preconditioning_until or ends_at)
        self.apply_due_changes()
        return True

    def load(self, schedule: Schedule) -> None:
        """Replace the schedule."""
        self.schedule = schedule
        self.apply_due_changes()

    def set_timer(self, at: datetime | None) -> None:
        """Set or clear the time of the next preconditioning."""
        self.timer_at = at
        self.apply_due_changes()

    def set_departures(self, departures: tuple[Departure, ...]) -> None:
        """Replace the departures for which the car is preconditioned."""
        if departures != self.departures:
            self.departures = departures
            self.update_next_departure()

    def update_next_departure(self) -> None:
        """Calculate the next departure, after a change of the departures or of the time zone."""
        self.depart_at = next_departure(self.departures, self.at, self.zone)
        self.apply_due_changes()

    def set_limits(self, minimum: float, target: float) -> None:
        """Set the levels in percent below which the car charges at once, and at which charging stops."""
        if (minimum, target) == (self.minimum, self.target):
            return
        self.minimum, self.target = minimum, target
        if not self.charging:
            self.topped = self.plugged and self.is_charged
        self.apply_due_changes()

    def report(self, reason: Reason, point: ChargingPoint | None = None) -> None:
        """Send a reading."""
        used = point or ChargingPoint.INVALID
        # More digits would depend on the steps in which time advances.
        energy = round(self.battery.energy_kwh, 6)
        self.reports.append(Report(self.at, reason, self.reading, used, energy))

    def apply_due_changes(self) -> None:
        """Process everything due now and calculate the next change; call it after changing a field."""
        self._end_trip()
        self._end_run()
        self._fire_timer()
        self._prepare_departure()
        self._switch_charge()
        self._report_charging()
        self.next_change_at = min(self._changes(), default=self.at + timedelta(days=365))

    @property
    def _draw_kw(self) -> float:
        """Return the power drawn from the battery."""
        return self.trip_kw + (PRECONDITIONING_KW if self.preconditioning_until else 0.0)

    def _flow(self, to: datetime) -> None:
        """Charge and discharge the battery until a time."""
        seconds = (to - self.at).total_seconds()
        if self.charging and self.point:
            self.battery.charge(seconds, CHARGERS[self.point], self._draw_kw)
        elif draw := self._draw_kw:
            self.battery.drain(seconds, draw)
        self.at = to

    def _end_trip(self) -> None:
        """Park at the end of a trip."""
        if self.trip_until and self.trip_until <= self.at:
            self.trip_until, self.trip_kw = None, 0.0
            self.report(Reason.PARKED)

    def _end_run(self) -> None:
        """Stop preconditioning at its end."""
        if self.preconditioning_until and self.preconditioning_until <= self.at:
            self.preconditioning_until = None

    def _stop_preconditioning(self) -> None:
        """Stop preconditioning before its end."""
        if self.preconditioning_until:
            self.preconditioning_until = None
            self.report(Reason.PRECONDITIONING_CUT)

    def _fire_timer(self) -> None:
        """Start preconditioning when the timer is due."""
        if self.timer_at and self.timer_at <= self.at:
            self.timer_at = None
            self.report(Reason.TIMER_RAN if self.start_preconditioning() else Reason.TIMER_REFUSED)

    def _prepare_departure(self) -> None:
        """Start preconditioning so that it ends at the departure."""
        while self.depart_at and self.depart_at - self.run <= self.at:
            leaves_at, self.depart_at = self.depart_at, next_departure(self.departures, self.depart_at, self.zone)
            prepared = self.start_preconditioning(leaves_at)
            self.report(Reason.DEPARTURE_PREPARED if prepared else Reason.DEPARTURE_REFUSED)

    def _switch_charge(self) -> None:
        """Start or stop charging according to plug, battery, limits, schedule, and override."""
        if self.charging and self.is_charged:
            self.topped, self.override = True, False
        elif self.topped and self.battery.level <= self.target - TOP_UP_BELOW:
            self.topped = False
        wanted = self._wants_charge()
        if wanted and not self.charging:
            self.charging, self.report_at = True, self.at + REPORT_INTERVAL
            self.report(Reason.CHARGE_STARTED, self.point)
        elif self.charging and not wanted:
            self._end_charge(ChargingPoint.INVALID if self.topped else self.point)

    def _wants_charge(self) -> bool:
        """Return whether the car should be charging now."""
        if self.point is None or self.topped:
            return False
        at_once = self.override or not self.schedule.enabled or self.battery.level < self.minimum
        return at_once or self.schedule.week.is_open(self.at, self.zone)

    def _end_charge(self, point: ChargingPoint | None) -> None:
        """Stop charging and send a report."""
        self.charging, self.report_at = False, None
        self.report(Reason.CHARGE_ENDED, point)

    def _report_charging(self) -> None:
        """Send a report every REPORT_INTERVAL while charging."""
        if self.report_at and self.report_at <= self.at:
            self.report_at = self.at + REPORT_INTERVAL
            self.report(Reason.CHARGING)

    def _remaining(self) -> timedelta | None:
        """Return the time until charging stops, as the car estimates it."""
        seconds = self.battery.seconds_to(self.target, CHARGERS[self.point]) if self.point else 0.0
        return timedelta(seconds=round_up_to_five_minutes(seconds))

    def _changes(self) -> Iterator[datetime]:
        """Yield the times of the next changes."""
        yield from filter(None, (self.trip_until, self.preconditioning_until, self.timer_at, self.report_at))
        if self.depart_at:
            yield self.depart_at - self.run
        if self.plugged and self.schedule.enabled and not (self.topped or self.override):
            yield self.schedule.week.next_change(self.at, self.zone)
        seconds = self._seconds_to_next_change()
        if isfinite(seconds):
            yield self.at + timedelta(seconds=max(1, ceil(seconds)))

    def _seconds_to_next_change(self) -> float:
        """Return the time until the battery reaches a limit, or is low enough to be topped up again."""
        if self.charging and self.point:
            level = self.minimum if self.battery.level < self.minimum else self.target
            return self.battery.seconds_to(level, CHARGERS[self.point], self._draw_kw)
        if self.topped and self._draw_kw:
            surplus = (self.battery.level - self.target + TOP_UP_BELOW) / 100 * self.battery.capacity_kwh
            return HOUR * surplus / self._draw_kw
        return float("inf")
