"""Poll a vehicle: what to read and when, and the parts that cannot be read."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from ..cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    CountryMovedError,
    RefusedError,
    RequestLimitError,
)
from ..cloud.models import Part, Vehicle
from ..cloud.protocol import Cloud
from ..cloud.schedule import RetryTimes, Wait
from . import update
from .backoff import Backoff, longest_retry_after
from .log import CarLog
from .reading import READERS, SLOW_INTERVAL, days, in_order, optional_parts, polled_parts, valid_for
from .state import VehicleState
from .tracker import COMMAND_POLL_INTERVAL

# A timer may fire this much too early.
_TIMER_MARGIN = timedelta(seconds=1)
LASTING_AFTER: Final = timedelta(days=1)
# How many intervals without a successful read of the battery.
_UNREACHABLE_AFTER = 3
# One refusal is often a mistake of the server.
_REFUSALS = 3
# Refused because of a choice of the driver.
PRIVACY_ON: Final = "privacy_on"


class FailureLog:
    """Logs once when a part cannot be read, and once when it can be read again."""

    def __init__(self, log: CarLog) -> None:
        """Start without failures."""
        self._log = log
        self._failing: set[Part] = set()

    def update(self, responses: Mapping[Part, Any]) -> None:
        """Log what has changed for the parts that were read."""
        errors = {part: response for part, response in responses.items() if isinstance(response, CloudError)}
        for part in errors.keys() - self._failing:
            self._log.warning("Cannot read the %s: %s", part, errors[part])
        for part in (self._failing & responses.keys()) - errors.keys():
            self._log.info("Reading the %s again", part)
        self._failing = (self._failing - responses.keys()) | errors.keys()


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRecord:
    """A part that was read before, or the battery; `failures` since `failing_since` are counted up to three."""

    part: Part
    failing_since: datetime | None = None
    failures: int = 0


_READ = {part: PartRecord(part=part) for part in Part}


class PartStorage(Protocol):
    """Storage of the records of a vehicle's parts."""

    def parts(self, vin: str) -> tuple[PartRecord, ...]:
        """Return the records of a vehicle."""

    def remember_parts(self, vin: str, parts: tuple[PartRecord, ...]) -> None:
        """Store the records of a vehicle."""


class LastingFailures:
    """The errors of the parts that cannot be read for a day, across restarts."""

    def __init__(self, storage: PartStorage, vin: str) -> None:
        """Start with the stored records."""
        self._storage = storage
        self._vin = vin
        self._records = {each.part: each for each in storage.parts(vin)}
        self.errors: Mapping[Part, CloudError] = {}

    def update(self, responses: Mapping[Part, Any], now: datetime) -> None:
        """Record what was read and what has failed."""
        read = {record.part: record for record in self._read(responses, now)}
        if not read.items() <= self._records.items():
            self._records |= read
            self._storage.remember_parts(self._vin, tuple(self._records.values()))
        lasting = {part: responses[part] for part, record in read.items() if _is_lasting(record, now)}
        self.errors = {part: err for part, err in self.errors.items() if part not in read} | lasting

    def is_failing(self, part: Part) -> bool:
        """Return whether a part could not be read the last time."""
        record = self._records.get(part)
        return record is not None and record.failing_since is not None

    def _read(self, responses: Mapping[Part, Any], now: datetime) -> Iterator[PartRecord]:
        """Yield the new records of the parts that were read."""
        for part, response in responses.items():
            if not isinstance(response, CloudError):
                yield _READ[part]
            elif _counts_as_failure(part, response) and (part is Part.BATTERY or part in self._records):
                record = self._records.get(part, PartRecord(part=part))
                since = update.without_future_time(record.failing_since or now, now)
                yield PartRecord(part=part, failing_since=since, failures=min(record.failures + 1, _REFUSALS))


def _is_lasting(record: PartRecord, now: datetime) -> bool:
    """Return whether a part has failed for a day."""
    since = record.failing_since
    return since is not None and record.failures >= _REFUSALS and now - since >= LASTING_AFTER


def _counts_as_failure(part: Part, err: CloudError) -> bool:
    """Return whether an error counts: any of the battery that is not reported elsewhere, refusals of other parts."""
    if part is Part.BATTERY:
        return not isinstance(err, AuthenticationError | CountryMovedError | RequestLimitError)
    return isinstance(err, RefusedError) and err.key != PRIVACY_ON


class PollTimer:
    """When the next regular poll of a vehicle is due; polls for a command in between do not postpone it."""

    def __init__(self, interval: timedelta) -> None:
        """Start with the update interval the user chose."""
        self.interval = interval
        self._share = 1.0
        self._is_polled = True
        self._next: Wait | None = None

    def stagger(self, number: int, count: int) -> None:
        """Shorten the first interval so that the polls of an account's vehicles are spread evenly."""
        self._share = number / count

    def start_interval(self) -> None:
        """Start the next interval: the vehicle is being polled."""
        self._is_polled = True

    def until_poll(self, state: VehicleState, least: timedelta, now: datetime) -> timedelta:
        """Return how long to wait until the next poll; `least` is the account's shortest interval."""
        if state.charge.lookups:
            return max(COMMAND_POLL_INTERVAL, least / 10)
        if self._is_polled:
            span = max(update.poll_interval(state, self.interval), least) * self._share
            self._share, self._is_polled, self._next = 1.0, False, Wait(now, span)
            return span
        return COMMAND_POLL_INTERVAL if self._next is None else max(self._next.left(now), COMMAND_POLL_INTERVAL)


class Poller:
    """Reads the parts of a vehicle, each failing by itself, and knows when each is due again."""

    def __init__(
        self, cloud: Cloud, vehicle: Vehicle, storage: PartStorage, history_begin: Callable[[datetime], datetime]
    ) -> None:
        """Start with every part due; `history_begin` returns since when charges are read at a time."""
        self._cloud = cloud
        self._vehicle = vehicle
        self._history_begin = history_begin
        self._polled = frozenset(polled_parts(vehicle))
        self._supported = frozenset(optional_parts(vehicle))
        # How many entities show each part.
        self._shown = Counter[Part]()
        self._needed = frozenset[Part]()
        self._due: dict[Part, Wait] = {}
        self._retries = RetryTimes[Part]()
        self.lasting_failures = LastingFailures(storage, vehicle.vin)
        self._backoff = Backoff()
        # The error of the last read, if it was that the credentials are refused.
        self.refusal: AuthenticationError | None = None

    def due(self, state: VehicleState, now: datetime, needed: frozenset[Part] = frozenset()) -> set[Part]:
        """Return the parts to read in a regular poll; optional ones if they are shown or `needed`."""
        self._needed = needed
        # Recent charges are shown in the calendar, and show how fast the car charges.
        unread = {Part.CHARGE_HISTORY} - state.read_at.keys()
        polled = self._polled | self._optional | unread
        due = {part for part in polled if part not in self._due or not self._due[part].left(now)}
        return {part for part in due if self._retries.is_due(part, now)} | update.expected_parts(state, now)

    def show(self, part: Part) -> bool:
        """Poll a part that only entities need, and return whether it has to be read for the first of them."""
        self._shown[part] += 1
        return self._shown[part] == 1 and part in self._optional and part not in self._due

    def hide(self, part: Part) -> None:
        """Note that one entity less shows a part."""
        self._shown[part] -= 1

    @property
    def _optional(self) -> frozenset[Part]:
        """Return the parts that are polled because entities show them or the plan needs them."""
        return frozenset(part for part in self._supported if self._shown[part] or part in self._needed)

    def is_unreachable(self, state: VehicleState, interval: timedelta, now: datetime) -> bool:
        """Return whether the credentials are refused, or the battery could not be read for three intervals."""
        read_at = state.read_at.get(Part.BATTERY)
        is_overdue = read_at is not None and now - read_at > _UNREACHABLE_AFTER * interval
        return self.refusal is not None or (is_overdue and self.lasting_failures.is_failing(Part.BATTERY))

    def backoff_left(self, now: datetime) -> timedelta:
        """Return how much of the wait that the cloud asked for is left."""
        return self._backoff.left(now)

    def until_poll(self, regular: timedelta) -> timedelta:
        """Return the wait until the next poll: a regular one, or one that sends a lost schedule back again."""
        retry_in = self._cloud.charge_schedule_retry_in(self._vehicle.vin)
        return regular if retry_in is None else min(regular, max(retry_in + _TIMER_MARGIN, COMMAND_POLL_INTERVAL))

    def in_order(self, parts: Iterable[Part], state: VehicleState) -> list[Part]:
        """Return those of some parts that the vehicle has, in the order in which they are read."""
        # Until the history shows the end of a charge, the car is polled more often than the request limit allows.
        first = Part.CHARGE_HISTORY if state.charge.lookups else Part.BATTERY
        return in_order(parts, self._vehicle, state.read_at, first=first, failing=self._retries.failing)

    async def read(self, parts: Collection[Part], now: datetime) -> dict[Part, Any]:
        """Read parts in parallel, and return the value or the error of each."""
        if len(parts) == 1:
            # Most polls read only the battery, which needs no task.
            return {part: await self._read(part, now) for part in parts}
        responses = await asyncio.gather(*(self._read(part, now) for part in parts))
        return dict(zip(parts, responses, strict=True))

    def update(self, responses: Mapping[Part, Any], now: datetime) -> None:
        """Schedule the next read of each part, and wait as long as the cloud asks for.

        A part that failed is due at once, unless it is refused or not polled regularly. After each refusal it is read
        less often, except for the battery; after each other error, while other parts can be read, down to hourly.
        """
        self.lasting_failures.update(responses, now)
        polled = self._polled | self._optional
        is_reachable = any(not isinstance(response, CloudError) for response in responses.values())
        for part, response in responses.items():
            if not isinstance(response, CloudError) or isinstance(response, RefusedError) or part not in polled:
                self._due[part] = Wait(now, valid_for(part, response))
            if not isinstance(response, CloudError):
                self._retries.succeeded(part)
            elif part is not Part.BATTERY and isinstance(response, RefusedError):
                self._retries.failed(part, now)
            elif part is not Part.BATTERY and isinstance(response, ConnectionFailedError) and is_reachable:
                self._retries.failed(part, now, longest=SLOW_INTERVAL)
        was_read = self._cloud.clear_schedule_read(self._vehicle.vin) and Part.CHARGE_SCHEDULE not in responses
        if was_read and Part.CHARGE_SCHEDULE in self._retries.failing:
            self._retries.succeeded(Part.CHARGE_SCHEDULE)
            self._due.pop(Part.CHARGE_SCHEDULE, None)
        self.refusal = next((each for each in responses.values() if isinstance(each, AuthenticationError)), None)
        # Our own request limit causes no backoff, because commands may still be sent.
        asked = (each for each in responses.values() if not isinstance(each, RequestLimitError))
        self._backoff.extend(longest_retry_after(asked), now)

    async def _read(self, part: Part, now: datetime) -> Any:
        """Return the value of a part, or the error."""
        begin = self._history_begin(now) if part is Part.CHARGE_HISTORY else now
        try:
            return await READERS[part].read(self._cloud, self._vehicle.vin, days(begin, now))
        except CloudError as err:
            return err
