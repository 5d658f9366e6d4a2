"""One coordinator a vehicle: polls it, gives it orders, and follows each order until its fate is known."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .cloud.exceptions import (
    AuthenticationError,
    CloudError,
    ConnectionFailedError,
    RefusedError,
    RequestLimitError,
    ThrottledError,
)
from .cloud.models import ChargeSchedule, Part, Vehicle
from .cloud.protocol import Cloud
from .cloud.schedule import Wait
from .const import CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES, DOMAIN, LOGGER
from .host import Host
from .messages import failed_poll, translated, unanswered
from .plan import windows
from .plan.planner import Planner
from .plan.settings import settings_of
from .storage import Memory
from .vehicle.backoff import Backoff, longest_retry_after
from .vehicle.commands import Command
from .vehicle.poller import FailureLog, PollTimer
from .vehicle.reading import READERS, in_order, polled_parts, valid_for
from .vehicle.state import CommandReason, CommandResult, CommandStatus, Outcome, VehicleState
from .vehicle.tracker import COMMAND_POLL_INTERVAL, COMMAND_TIMEOUT, CommandTracker, Deduplication, PendingCommand
from .vehicle.trips import TripRecorder
from .vehicle.update import Responses, expected_parts, merge, with_age

if TYPE_CHECKING:
    from .runtime import RuntimeData

type RenaultZeConfigEntry = ConfigEntry[RuntimeData]


class VehicleCoordinator(DataUpdateCoordinator[VehicleState]):
    """The state of one vehicle and the orders under way to it."""

    config_entry: RenaultZeConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: RenaultZeConfigEntry, cloud: Cloud, memory: Memory, vehicle: Vehicle
    ) -> None:
        """Start out knowing nothing."""
        base = timedelta(minutes=entry.options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES))
        super().__init__(hass, LOGGER, config_entry=entry, name="vehicle", always_update=False, update_interval=base)
        self.poll_timer = PollTimer(base)
        self.cloud = cloud
        self.memory = memory
        self.vehicle = vehicle
        now = dt_util.utcnow()
        earlier, spans = memory.command(vehicle.vin, now), memory.disabled(vehicle.vin, now)
        self.data = VehicleState(wanted_schedule=memory.wanted_schedule(vehicle.vin), earlier_command=earlier)
        self._regular = frozenset(polled_parts(vehicle))
        self._due: dict[Part, Wait] = {}
        self._failures, self._tracker, self._backoff = FailureLog(), CommandTracker(), Backoff()
        self.planner = Planner(Host(hass, entry), settings_of(entry.options, vehicle, spans), memory, self)
        self.trips = TripRecorder(memory, vehicle)
        self._sending = asyncio.Lock()
        self._deduplication = Deduplication[PendingCommand](
            lambda work: entry.async_create_task(hass, work, "renault_ze command")
        )
        self._refusal: AuthenticationError | None = None

    @property
    def threshold(self) -> int:
        """Return the battery level (percent) below which the car refuses to precondition."""
        return self.planner.settings.threshold

    @override
    async def _async_setup(self) -> None:
        """Keep what belongs to the account: an order may still be under way when the entry has let go of it."""
        self._account = self.config_entry.runtime_data

    @override
    async def async_shutdown(self) -> None:
        """Stop, and let nobody wait for an order that is no longer followed."""
        self._tracker.close()
        await super().async_shutdown()

    @override
    async def _async_update_data(self) -> VehicleState:
        """Read the parts that are due, each failing by itself, and judge the orders under way."""
        answers = {} if self._backoff.left(dt_util.utcnow()) else await self._read(self._due_parts())
        self._learn(answers)
        if answers and self.data.charge.lookups and Part.CHARGE_HISTORY not in answers:
            answers |= (history := await self._read([Part.CHARGE_HISTORY]))
            self._learn(history)
        self.trips.record(self.data, dt_util.utcnow())
        self._judge()
        self._raise_or_wait(answers)
        return self.data

    async def keep_time(self, _: datetime) -> None:
        """Give up what has waited or is known for too long, also while the cloud is not asked."""
        # A poll under way compares with what was before it, and one that is due as well has the first word.
        async with self._debounced_refresh.async_lock():
            before = self.data
            self._learn({})
            self._judge(COMMAND_TIMEOUT + COMMAND_POLL_INTERVAL)
            if self.data != before:
                self.async_update_listeners()

    def _due_parts(self) -> set[Part]:
        """Return the parts whose time has come and those an order is waiting for, which come first."""
        if self._tracker and self._account.allowance is not None:
            self.cloud.expect_command(self.vehicle.vin, essential=self._tracker.is_unread(self.data))
            return self._tracker.parts
        now = dt_util.utcnow()
        self.poll_timer.start_interval()
        # What the car charged lately is shown in its calendar, and tells how fast it charges.
        unread = {Part.CHARGE_HISTORY} - self.data.read_at.keys()
        due = {part for part in self._regular | unread if part not in self._due or not self._due[part].left(now)}
        return due | expected_parts(self.data, now) | self._tracker.parts

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts side by side, the oldest first, when it is our turn; an answer is a value or an error."""
        wanted = in_order(parts, self.vehicle, self.data.read_at)
        async with self._account.turns:
            answers = await asyncio.gather(*(self._answer(part) for part in wanted))
        self._refusal = next((each for each in answers if isinstance(each, AuthenticationError)), None)
        # What our own limit keeps back may be used for commands.
        asked = (each for each in answers if not isinstance(each, RequestLimitError))
        self._backoff.extend(longest_retry_after(asked), dt_util.utcnow())
        return dict(zip(wanted, answers, strict=True))

    async def _answer(self, part: Part) -> Any:
        """Read one part; what failed is due again at once, unless it is not served or there is no hurry about it."""
        answer: Any
        try:
            answer = await READERS[part].read(self.cloud, self.vehicle.vin, dt_util.utcnow())
        except CloudError as err:
            answer = err
        if not isinstance(answer, CloudError) or isinstance(answer, RefusedError) or part not in self._regular:
            self._due[part] = Wait(dt_util.utcnow(), valid_for(part, answer))
        return answer

    def _learn(self, answers: Responses) -> None:
        """Know what was read, and how old everything has become; nothing is read again before somebody signs in."""
        now = dt_util.utcnow()
        interval = max(self.poll_timer.interval, self._account.shortest_interval)
        state = with_age(merge(self.data, answers, self.vehicle, now), interval, now)
        self.data = replace(state, stale=state.stale or self._refusal is not None)
        if (settings := state.notifications) is not None and settings.silence is not None:
            self.memory.remember_quiet_hours(self.vehicle.vin, settings.silence)

    def _judge(self, timeout: timedelta = COMMAND_TIMEOUT) -> None:
        """Show what has become of the orders under way."""
        for result in self._tracker.settle(self.data, dt_util.utcnow(), timeout):
            self._publish(result)

    def _interval(self) -> timedelta:
        """Return how long to wait until the next poll; an order may use up some of what an idle account saves."""
        now, account = dt_util.utcnow(), self._account
        if self._tracker:
            return max(self._tracker.until_poll(self.vehicle, account.allowance, now), self._backoff.left(now))
        return max(self.poll_timer.until_poll(self.data, account.shortest_interval, now), self._backoff.left(now))

    def _raise_or_wait(self, answers: Responses) -> None:
        """Wait where the cloud asks for it, and fail where nothing was answered or the credentials are refused."""
        asked = {part: answer for part, answer in answers.items() if not isinstance(answer, RequestLimitError)}
        # The next look at an order comes at its time, even if this one was spared.
        heard = (asked if self._tracker else answers).values()
        self.update_interval = max(self._interval(), longest_retry_after(heard))
        if (failure := failed_poll(asked)) is not None:
            self.async_update_listeners()
            raise failure
        if not asked and not self.last_update_success and self.last_exception is not None:
            # Not to have asked is no recovery.
            raise self.last_exception.with_traceback(None)
        self._failures.update(asked)

    async def ask[T](self, answer: Awaitable[T]) -> T:
        """Await something from the cloud on behalf of a person; raise its errors in their language."""
        try:
            return await answer
        except CloudError as err:
            raise self._told(err) from err

    def _told(self, err: CloudError) -> HomeAssistantError:
        """Return an error in the owner's language; refused credentials are asked for again."""
        if isinstance(err, AuthenticationError):
            self.config_entry.async_start_reauth(self.hass)
        return HomeAssistantError(**translated(err))

    async def look(self, parts: Iterable[Part], *, for_order: bool = False, essential: bool = True) -> Responses:
        """Read parts now, and return each one's value or the error it gave; a pause is only broken for an order.

        What is not `essential` leaves what the commands of all cars need of the request limit. What was refused is not
        asked for again while somebody is asked to sign in: servers lock such accounts.
        """
        if self._refusal is not None and any(self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            return dict.fromkeys(parts, self._refusal)
        if (pause := self._backoff.left(dt_util.utcnow())) and not for_order:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_command(self.vehicle.vin, essential=essential)
        answers = await self._read(parts)
        self._learn(answers)
        if self._refusal is not None:
            self.config_entry.async_start_reauth(self.hass)
        return answers

    async def act(self, command: Command, *, wait: bool = False) -> CommandResult:
        """Send a command once and return its result, or wait for the final one; raise HomeAssistantError if refused."""
        pending = await self._deduplication.send(command, lambda: self._give(command))
        return await pending.wait() if wait else pending.result

    async def _give(self, command: Command) -> PendingCommand:
        """Send a command unless there is an obstacle, and poll the car if there is no request limit."""
        async with self._sending:
            if self._tracker.is_pending(command):
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key="still_waiting")
            # A command is always sent: refused credentials may be valid by now.
            self._refusal = None
            is_shown = command.kind not in self.vehicle.unconfirmed
            needs_parts, parts = command.needs_fresh_state, filter(self.vehicle.shows, command.parts)
            answers = await self.look(parts if is_shown else (), for_order=needs_parts, essential=needs_parts)
            errors = [answer for answer in answers.values() if isinstance(answer, CloudError)]
            for err in errors:
                if needs_parts or isinstance(err, AuthenticationError):
                    raise self._told(err) from err
            # An outdated state is no obstacle.
            asked = all(isinstance(err, RequestLimitError) for err in errors)
            if asked and (obstacle := command.obstacle(self.data, dt_util.utcnow())) is not None:
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key=obstacle)
            pending = await self.ask(self._send(command))
        if is_shown and self._account.allowance is None:
            await self.async_refresh()
        return pending

    @property
    def schedule_differs(self) -> bool:
        """Tell whether the car holds a week that nobody here asked for."""
        return windows.schedule_differs(self.planner.plan, self.data, dt_util.utcnow())

    def adopt_schedule(self) -> None:
        """Take the week the car holds for the one that is wanted."""
        if (held := self.data.charge_schedule) is not None:
            self._want(held)
            self.planner.adopt(held)
        self.async_update_listeners()

    async def _send(self, command: Command) -> PendingCommand:
        """Send a command; one without a response may have arrived, so it is tracked as well."""
        pending = PendingCommand(command=command, vehicle=self.vehicle, before=self.data, sent_at=dt_util.utcnow())
        try:
            await command.send(self.cloud, self.vehicle.vin, pending.before)
        except CloudError as err:
            if isinstance(err, ConnectionFailedError) and not err.unsent:
                self._follow(pending, CommandStatus.UNANSWERED)
            else:
                self._publish(pending.fail(err, dt_util.utcnow()))
            if isinstance(err, ConnectionFailedError):
                raise unanswered(err, is_shown=command.kind not in self.vehicle.unconfirmed) from err
            raise
        self._follow(pending, CommandStatus.ACCEPTED)
        return pending

    def _follow(self, pending: PendingCommand, status: CommandStatus) -> None:
        """Track a command; one whose effect the cloud never shows is settled at once."""
        now = dt_util.utcnow()
        if pending.command.kind in self.vehicle.unconfirmed:
            self._publish(pending.update(Outcome(status, CommandReason.UNCONFIRMABLE), now))
            return
        for result in self._tracker.add(pending, now):
            self._publish(result)
        if (wanted := pending.command.wanted_schedule(pending.before)) is not None:
            self._want(wanted)
            self.planner.adopt(wanted)
        self._publish(pending.update(Outcome(status), now))
        self.update_interval = self._interval()
        self._schedule_refresh()

    def _publish(self, result: CommandResult) -> None:
        """Show the result of a command."""
        self.data = replace(self.data, commands={**self.data.commands, result.kind: result})
        self.memory.remember_command(self.vehicle.vin, self.data.last_command or result)
        self.async_update_listeners()

    def _want(self, schedule: ChargeSchedule) -> None:
        """Keep the week the car is meant to hold."""
        self.memory.want_schedule(self.vehicle.vin, schedule)
        self.data = replace(self.data, wanted_schedule=schedule)
