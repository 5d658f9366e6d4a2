"""A vehicle as the server sees it: the car, its records, and the deliveries in between."""

from bisect import insort
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ..codec import TRANSIENT
from .car import Car
from .delivery import RETRIED_UNTIL_DELIVERED, TO_SERVER, Delivery, DeliveryKind, Link
from .notifications import Event
from .records import LOW_LEVEL, PreconditioningEntry, Records, Snapshot, Source
from .reports import Reading, Reason, Report
from .rules import ServerRules
from .week import Schedule, Week, next_occurrence

# Captured: the server received the reading 15 s or 31 s after the end of a charge.
REPORT_DELAY_SECONDS = (15, 31)
# Captured once: the request was completed 4 s after the result of the car, which reported an error 55 s later.
CLOSE_SECONDS = 4.0
LATE_ERROR_SECONDS = 59.0
RETRY_SECONDS = 60.0
REMINDER_SECONDS = 12 * 3600.0


class TooManyRequests(Exception):  # noqa: N818
    """A command is sent too soon after the previous one."""


@dataclass
class Vehicle:
    """A car and its records on the server; commands take effect at the car's current time."""

    vin: str
    car: Car
    records: Records
    rules: ServerRules = field(metadata=TRANSIENT)
    random: Random = field(metadata=TRANSIENT)
    draft: Week
    draft_pending: bool = False
    optimized_charge: bool = False
    link: Link = field(default_factory=Link)
    timer: time | None = None
    asked_at: datetime | None = None
    preconditioned_at: datetime | None = None
    in_flight: list[Delivery] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """Return the car's time zone."""
        return self.car.zone

    @zone.setter
    def zone(self, zone: ZoneInfo) -> None:
        """Set the car's time zone."""
        self.car.zone = self.records.outbox.zone = zone
        self.car.update_next_departure()

    def advance(self, to: datetime) -> None:
        """Advance the car and process deliveries until a time, in order."""
        self._collect()
        while (step := self._next_step()) <= to:
            self.car.advance(step)
            self._collect()
            while self.in_flight and self.in_flight[0].at <= step:
                self._arrive(self.in_flight.pop(0))
                self._collect()
        self.car.advance(to)

    def request_reading(self) -> None:
        """Request a reading from the car; raise TooManyRequests within the window."""
        reported_at = self.records.snapshot.received_at if self.rules.ask_window_counts_reports else None
        for last in (self.asked_at, reported_at):
            self._require_interval(last, self.rules.ask_window_seconds)
        self.asked_at = self.car.at
        self._send(DeliveryKind.ASK, self.link.command_seconds)

    def precondition(self) -> None:
        """Start preconditioning; raise TooManyRequests within the window."""
        self._require_interval(self.preconditioned_at, self.rules.precondition_window_seconds)
        self.preconditioned_at = self.car.at
        self._send(DeliveryKind.PRECONDITION, self.link.command_seconds)

    def charge(self) -> None:
        """Start charging."""
        self._send(DeliveryKind.CHARGE, self.link.command_seconds)

    def set_timer(self, clock: time | None) -> None:
        """Set or cancel the local time of the next preconditioning."""
        self.timer = clock
        at = next_occurrence(self.car.at, clock, self.zone) if clock else None
        self._send(DeliveryKind.TIMER, self.link.command_seconds, timer_at=at)

    def plan(self, week: Week, *, optimized_charge: bool) -> None:
        """Store a draft of the weekly schedule."""
        self.draft, self.optimized_charge, self.draft_pending = week, optimized_charge, True

    def deploy(self) -> None:
        """Send the draft to the car."""
        self._send(DeliveryKind.SCHEDULE, self.link.deploy_seconds, schedule=Schedule(enabled=True, week=self.draft))

    def enable(self, *, enabled: bool) -> None:
        """Let the car follow its schedule, or charge whenever plugged in."""
        self._send(DeliveryKind.ENABLE, self.link.deploy_seconds, enabled=enabled)

    def report_now(self) -> None:
        """Receive pending readings and then the current one."""
        self._collect()
        for each in [each for each in self.in_flight if each.kind is DeliveryKind.SNAPSHOT]:
            self.in_flight.remove(each)
            self._arrive(each)
        self._receive(self.car.reading)

    def glitch(self) -> None:
        """Receive the invalid reading that was captured once: unplugged, level 0, no range."""
        nonsense = Reading(level=0, range_km=None, plugged=False, charging=False, point=None, remaining=None)
        self.records.snapshot = Snapshot(self.car.at, nonsense)

    @property
    def last_preconditioning(self) -> PreconditioningEntry | None:
        """Return the latest result that the server still remembers."""
        memory = timedelta(seconds=self.rules.forget_preconditioning_seconds)
        return self.records.last_preconditioning(self.car.at - memory)

    def _require_interval(self, last: datetime | None, window_seconds: float) -> None:
        """Raise TooManyRequests within a window after the last command."""
        if last and self.car.at - last < timedelta(seconds=window_seconds):
            raise TooManyRequests

    def _next_step(self) -> datetime:
        """Return the time of the car's next change or of the next delivery."""
        arrival = self.in_flight[0].at if self.in_flight else self.car.next_change_at
        return min(arrival, self.car.next_change_at)

    def _send(
        self,
        kind: DeliveryKind,
        seconds: float,
        *,
        schedule: Schedule | None = None,
        enabled: bool = False,
        timer_at: datetime | None = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        """Send a delivery."""
        now = self.car.at
        arrival = now + timedelta(seconds=seconds)
        self._queue(Delivery(arrival, now, kind, None, schedule, enabled, timer_at, settings))

    def _queue(self, delivery: Delivery) -> None:
        """Insert a delivery by its arrival time."""
        insort(self.in_flight, delivery, key=lambda each: each.at)

    def _collect(self) -> None:
        """Process the car's reports; they are lost while it is out of reach."""
        for report in self.car.drain_reports():
            if report.reason in (Reason.TIMER_RAN, Reason.TIMER_REFUSED):
                self._end_timer()
            if self.link.in_reach:
                self._record(report)

    def _end_timer(self) -> None:
        """Clear or repeat a timer that was due, unless a new one is on its way."""
        if any(each.kind is DeliveryKind.TIMER for each in self.in_flight):
            return
        self.timer = self.timer if self.rules.timer_repeats else None
        if self.timer:
            self.set_timer(self.timer)

    def _record(self, report: Report) -> None:
        """Record a report; reports with a battery reading are delivered later."""
        match report.reason:
            case Reason.TIMER_RAN | Reason.DEPARTURE_PREPARED:
                self.records.record_preconditioning(report.at, Source.CAR, success=True)
            case Reason.TIMER_REFUSED | Reason.DEPARTURE_REFUSED | Reason.PRECONDITIONING_CUT:
                self.records.record_preconditioning(report.at, Source.CAR, success=False)
            case reason:
                if reason in (Reason.CHARGE_STARTED, Reason.CHARGE_ENDED):
                    self.records.record_charge(report)
                self._queue(
                    Delivery(self._arrival(report.at), report.at, DeliveryKind.SNAPSHOT, reading=report.reading)
                )

    def _arrival(self, sent_at: datetime) -> datetime:
        """Return when a reading arrives: delayed, but not before an older one."""
        delay = timedelta(seconds=self.random.randint(*REPORT_DELAY_SECONDS))
        older = (each.at for each in self.in_flight if each.kind is DeliveryKind.SNAPSHOT)
        return max([sent_at + delay, *older])

    def _receive(self, reading: Reading) -> None:
        """Store a reading and schedule a reminder when the battery is low."""
        if self.records.receive(self.car.at, reading):
            self._send(DeliveryKind.REMINDER, REMINDER_SECONDS)

    def _arrive(self, delivery: Delivery) -> None:
        """Process a delivery, or retry or drop it while the car is out of reach."""
        if delivery.kind in TO_SERVER:
            self._deliver_to_server(delivery)
        elif self.link.in_reach:
            self._deliver_to_car(delivery)
        elif delivery.kind in RETRIED_UNTIL_DELIVERED or self._is_retrying(delivery):
            self._queue(delivery.later(RETRY_SECONDS))
        else:
            self._give_up(delivery)

    def _is_retrying(self, delivery: Delivery) -> bool:
        """Return whether the server still retries a delivery."""
        return self.car.at - delivery.sent_at < timedelta(seconds=self.link.give_up_seconds)

    def _give_up(self, delivery: Delivery) -> None:
        """Record a failed command."""
        match delivery.kind:
            case DeliveryKind.ASK:
                self.records.outbox.notify(self.car.at, Event.BATTERY_STATUS, "The car did not respond.")
            case DeliveryKind.CHARGE:
                self.records.record_request(self.car.at, None)
            case DeliveryKind.PRECONDITION:
                self.records.record_preconditioning(self.car.at, Source.USER, success=False)

    def _deliver_to_server(self, delivery: Delivery) -> None:
        """Process a delivery on the server."""
        match delivery.kind:
            case DeliveryKind.SNAPSHOT if delivery.reading:
                self._receive(delivery.reading)
            case DeliveryKind.CLOSURE:
                self.records.record_preconditioning(self.car.at, Source.USER, success=True)
            case DeliveryKind.LATE_ERROR:
                self.records.record_preconditioning(self.car.at, Source.CAR, success=False)
            case DeliveryKind.REMINDER if self.car.battery.level < LOW_LEVEL and not self.car.plugged:
                self.records.outbox.notify(self.car.at, Event.LOW_BATTERY_REMINDER, "The battery is still low.")

    def _deliver_to_car(self, delivery: Delivery) -> None:
        """Execute a command in the car."""
        match delivery.kind:
            case DeliveryKind.ASK:
                self.car.report(Reason.ASKED)
                self.records.outbox.notify(self.car.at, Event.BATTERY_STATUS, "The car has responded.")
            case DeliveryKind.CHARGE if self.link.obeys_charge:
                self._deliver_charge()
            case DeliveryKind.PRECONDITION if self.link.obeys_preconditioning:
                self._deliver_precondition()
            case DeliveryKind.TIMER:
                self._deliver_timer(delivery)
            case DeliveryKind.SCHEDULE | DeliveryKind.ENABLE if self.link.obeys_schedule:
                self._deliver_schedule(delivery)

    def _deliver_charge(self) -> None:
        """Start charging; if that fails, the car still sends a report."""
        started = self.car.start_charge()
        if not started:
            self.car.report(Reason.ASKED)
        self.records.record_request(self.car.at, self.car.reading if started else None)

    def _deliver_precondition(self) -> None:
        """Start preconditioning; the server completes the request CLOSE_SECONDS after the car's result."""
        if not self.car.start_preconditioning():
            self.records.record_preconditioning(self.car.at, Source.USER, success=False)
            return
        self.records.record_preconditioning(self.car.at, Source.CAR, success=True)
        self._send(DeliveryKind.CLOSURE, CLOSE_SECONDS)
        if self.link.late_error:
            self._send(DeliveryKind.LATE_ERROR, LATE_ERROR_SECONDS)

    def _deliver_timer(self, delivery: Delivery) -> None:
        """Set the timer in the car, unless its time is long past."""
        if delivery.timer_at is None or delivery.timer_at > self.car.at or self._is_retrying(delivery):
            self.car.set_timer(delivery.timer_at)
        else:
            self._end_timer()

    def _deliver_schedule(self, delivery: Delivery) -> None:
        """Replace the schedule in the car, or enable or disable it."""
        if delivery.schedule:
            self.car.load(delivery.schedule)
            self.draft_pending = self.draft != delivery.schedule.week
        else:
            self.car.load(replace(self.car.schedule, enabled=delivery.enabled))
