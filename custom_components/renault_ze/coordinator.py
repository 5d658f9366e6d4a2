"""Coordinator of one vehicle: its update cycle, commands, and plan, see docs/development.md."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalType

from .cloud.exceptions import AuthenticationError, CloudError, RequestLimitError, ThrottledError
from .cloud.models import CommandKind, Part, Vehicle
from .cloud.protocol import Cloud
from .const import AGING, CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES, DOMAIN, LOGGER
from .devices import name_of
from .messages import failed_poll, moved_country, rejection, translated
from .plan.model import Plan
from .plan.planner import Planner, Rejection
from .plan.settings import settings_of
from .plan.situation import Situation
from .plan.steps import Message, Step, StepKind
from .prices.feed import PriceFeed
from .step_runner import StepRunner
from .storage import Storage
from .vehicle.backoff import longest_retry_after
from .vehicle.charge_log import ChargeRecorder, energy_options
from .vehicle.command import Command
from .vehicle.do_not_disturb import DoNotDisturbHours
from .vehicle.log import CarLog
from .vehicle.poller import FailureLog, Poller, PollTimer
from .vehicle.results import CommandError, CommandResult, CommandStatus
from .vehicle.sender import WAIT_FOR_CAR, CommandSender
from .vehicle.state import VehicleState
from .vehicle.tracker import COMMAND_POLL_INTERVAL, COMMAND_TIMEOUT, PendingCommand
from .vehicle.trips import TripRecorder
from .vehicle.update import Responses, merge, with_age, with_changes, with_unmoved

type RenaultZeConfigEntry = ConfigEntry[RuntimeData]


@dataclass(frozen=True, kw_only=True)
class RuntimeData:
    """The vehicles of an account, and what they share.

    `allowance` is how many requests a command and its repetition may take for each of them, None for any number.
    `left_out` is why other cars of the account are not supported. `prices` is None if the user chose no source.
    """

    cloud: Cloud
    storage: Storage
    vehicles: Mapping[str, VehicleCoordinator]
    left_out: Mapping[str, str]
    shortest_interval: timedelta
    allowance: float | None
    poll_slots: asyncio.Semaphore
    entity_factories: list[Callable[[VehicleCoordinator], Any]]
    platforms: Sequence[Platform]
    prices: PriceFeed | None


class VehicleCoordinator(DataUpdateCoordinator[VehicleState]):
    """The state of one vehicle, its plan, and its pending commands."""

    config_entry: RenaultZeConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: RenaultZeConfigEntry, cloud: Cloud, storage: Storage, vehicle: Vehicle
    ) -> None:
        """Start with what an earlier run stored."""
        base = timedelta(minutes=entry.options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES))
        log = CarLog(LOGGER, name_of(hass, entry, vehicle.vin))
        super().__init__(hass, LOGGER, config_entry=entry, name=log.car, always_update=False, update_interval=base)
        self.cloud, self.storage, self.vehicle, self.poll_timer = cloud, storage, vehicle, PollTimer(base)
        vin, at = vehicle.vin, dt_util.utcnow()
        self.data, self._aged_at = VehicleState(earlier_commands=storage.commands(vin, at)), at
        settings = settings_of(entry.options, vehicle, storage.disabled(vin, at), storage.temperature(vin))
        self.plan_message = SignalType[Message](f"{DOMAIN}_{vin}_plan_message")
        notify = partial(async_dispatcher_send, hass, self.plan_message)
        self.planner = Planner(vehicle, settings, storage, self._send_for_plan, notify, log)
        self.runner = StepRunner(hass, entry, self.planner, self._run_step, self.async_update_listeners, log)
        self.trips, self.do_not_disturb = TripRecorder(storage, vehicle), DoNotDisturbHours(storage, vehicle)
        self.charges = ChargeRecorder(storage, vehicle, energy_options(entry.options))
        self.poller = Poller(cloud, vehicle, storage, self.charges.history_begin)
        self._failures, self._polling = FailureLog(log), asyncio.Lock()
        start_task = partial(entry.async_create_task, hass, name="renault_ze command")
        self._commands = CommandSender(cloud, self, dt_util.utcnow, start_task)

    def situation(self, now: datetime) -> Situation:
        """Return the plan and the state of the vehicle at a time."""
        return self.planner.situation(self.data, now)

    @override
    async def _async_setup(self) -> None:
        """Keep the account's data: a command may still be pending when the entry is unloaded."""
        self._account = self.config_entry.runtime_data

    @override
    async def async_shutdown(self) -> None:
        """Stop, and end the wait for commands that are no longer tracked."""
        self.runner.stop()
        self._commands.tracker.close()
        await super().async_shutdown()

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Update the plan, then notify the entities once."""
        self.runner.update(self.data)
        super().async_update_listeners()

    @override
    async def _async_update_data(self) -> VehicleState:
        """Read the parts that are due, and check the pending commands; a part may fail without the others."""
        async with self._polling:
            now = dt_util.utcnow()
            responses = {} if self.poller.backoff_left(now) else await self._read(self._due_parts(now))
            if responses and self.data.charge.lookups and Part.CHARGE_HISTORY not in responses:
                responses |= await self._read([Part.CHARGE_HISTORY])
            for recorder in (self.trips, self.charges):
                recorder.record(self.data, dt_util.utcnow())
            self._record(*self._commands.tracker.settle(self.data, dt_util.utcnow(), COMMAND_TIMEOUT))
            self._record(*await self._commands.send_again())
            self._raise_or_wait(responses)
            return self.data

    @callback
    def update_time(self, _: datetime) -> None:
        """Update what time alone changes, even while the cloud is not polled; a running poll does so by itself."""
        before, now = self.data, dt_util.utcnow()
        overdue, is_aged = self.runner.is_overdue(now), not timedelta() <= now - self._aged_at < AGING
        if self._polling.locked() or not (overdue or is_aged or self._commands.tracker):
            return
        self._update_state({})
        self._record(*self._commands.tracker.settle(self.data, now, COMMAND_TIMEOUT + COMMAND_POLL_INTERVAL))
        if overdue or self.data != before:
            self.async_update_listeners()

    def _due_parts(self, now: datetime) -> set[Part]:
        """Return the parts to read now; with a request limit, those that show a pending command come first."""
        if self._commands.tracker and self._account.allowance is not None:
            self.cloud.expect_command(self.vehicle.vin, essential=self._commands.tracker.is_unread(self.data))
            return self._commands.tracker.parts
        self.poll_timer.start_interval()
        needed, at_once = self.planner.needed_parts(self.data, now)
        return self.poller.due(self.data, now, needed) | at_once | self._commands.tracker.parts

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts as soon as few enough vehicles are being read, and update the state."""
        wanted = self.poller.in_order(parts, self.data)
        if not wanted:
            self._update_state({})
            return {}
        async with self._account.poll_slots:
            responses = with_unmoved(await self.poller.read(wanted, dt_util.utcnow()), self.data)
        self.poller.update(responses, dt_util.utcnow())
        self._update_state(responses)
        return responses

    def _update_state(self, responses: Responses) -> None:
        """Update the state with what was read and its age; while the server cannot be used, it is outdated."""
        now = self._aged_at = dt_util.utcnow()
        interval = max(self.poll_timer.interval, self._account.shortest_interval)
        state = with_age(merge(self.data, responses, self.vehicle, now), interval, now)
        outdated = state.is_outdated or self.poller.is_unreachable(state, interval, now)
        accepts, failing = self._commands.accepts_commands, frozenset(self.poller.lasting_failures.errors)
        self.data = with_changes(state, is_outdated=outdated, failing_parts=failing, accepts_commands=accepts)
        self.planner.use_reported_threshold(self.data)
        self.do_not_disturb.update(state)

    def _interval(self, now: datetime) -> timedelta:
        """Return the wait until the next poll; polls for a command use requests that an idle account saves."""
        account, pause = self._account, self.poller.backoff_left(now)
        if self._commands.tracker:
            return max(self._commands.tracker.until_poll(self.vehicle, account.allowance, now), pause)
        regular = self.poll_timer.until_poll(self.data, account.shortest_interval, now)
        return max(self.poller.until_poll(regular), pause)

    def _raise_or_wait(self, responses: Responses) -> None:
        """Set the update interval; raise an error if nothing was read or the credentials were refused."""
        asked = {part: response for part, response in responses.items() if not isinstance(response, RequestLimitError)}
        # While a command is pending, our own request limit does not delay the next poll.
        relevant = (asked if self._commands.tracker else responses).values()
        self.update_interval = max(self._interval(dt_util.utcnow()), longest_retry_after(relevant))
        failure: BaseException | None = failed_poll(self.hass, asked)
        if failure is None and not asked and not self.last_update_success and self.last_exception is not None:
            # A skipped poll does not clear the error.
            failure = self.last_exception.with_traceback(None)
        if failure is not None:
            if not self.last_update_success:
                # Home Assistant notifies the entities of the first failure only, but commands end and values age.
                self.async_update_listeners()
            raise failure
        self._failures.update(asked)

    async def read_before_command(self, command: Command, parts: Iterable[Part]) -> Responses:
        """Read parts before a command; one that changes the car's settings needs them despite the request limit."""
        # Refused credentials may be accepted again.
        self.poller.refusal = None
        before, needed = self.data, command.needs_fresh_state
        responses = await self.read_now(parts, for_command=needed, essential=needed)
        if self.data != before:
            self.async_update_listeners()
        return responses

    async def read_now(self, parts: Iterable[Part], *, for_command: bool = False, essential: bool = True) -> Responses:
        """Read parts now, and return the value or error of each; during a pause, read only for a command.

        If not `essential`, leave the requests that commands need. Refused credentials are not used again while
        reauthentication is pending: servers lock accounts after repeated failures.
        """
        refusal, pause = self.poller.refusal, self.poller.backoff_left(dt_util.utcnow())
        if refusal is not None and any(self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            return dict.fromkeys(parts, refusal)
        if pause and not for_command:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_command(self.vehicle.vin, essential=essential)
        responses = await self._read(parts)
        if any(not isinstance(response, CloudError) for response in responses.values()):
            # The cloud has responded since.
            self.last_exception = None
        if self.poller.refusal is not None:
            self.config_entry.async_start_reauth(self.hass)
        return responses

    async def request_translated[T](self, response: Awaitable[T]) -> T:
        """Await a request of the user; raise its errors translated."""
        try:
            return await response
        except (CloudError, CommandError) as err:
            raise self.translated(err) from err

    async def send_command(self, command: Command, *, wait: bool = False) -> CommandResult:
        """Send a command once, and return its progress or result; raise `HomeAssistantError` if not accepted."""
        pending = await self.request_translated(self._commands.send(command))
        return await pending.wait() if wait else pending.result

    def pending_command(self, kinds: Iterable[CommandKind]) -> PendingCommand | None:
        """Return the command of some kinds that has no result yet."""
        return self._commands.tracker.of(kinds)

    def publish(self, result: CommandResult) -> None:
        """Record the progress of a command, and notify the entities."""
        self._record(result)
        self.async_update_listeners()

    def _record(self, *results: CommandResult) -> None:
        """Record and store the progress of commands, and the routes that have worked."""
        for result in results:
            if result.route is not None and result.status is CommandStatus.CONFIRMED:
                self.cloud.confirm_route(self.vehicle.vin, result.kind, result.route)
            commands, accepts = {**self.data.commands, result.kind: result}, self._commands.accepts_commands
            self.data = replace(self.data, commands=commands, accepts_commands=accepts)
            self.storage.remember_commands(self.vehicle.vin, self.data.last_commands.values())

    def publish_pending(self, result: CommandResult) -> None:
        """Show the result of a command that was just sent, and poll when its effect can be visible."""
        self._record(result)
        self.update_interval = self._interval(dt_util.utcnow())
        is_reachable = self.last_update_success or result.status is CommandStatus.ACCEPTED
        # This reschedules the next poll, and notifies the entities.
        self.async_set_updated_data(self.data)
        self.last_update_success = is_reachable

    async def poll_after_command(self) -> None:
        """Poll after a command if requests are not limited."""
        if self._account.allowance is None:
            await self.async_refresh()

    def translated(self, err: CloudError | CommandError) -> HomeAssistantError:
        """Return a translated error; start reauthentication if the credentials were refused."""
        if isinstance(err, AuthenticationError):
            self.config_entry.async_start_reauth(self.hass)
        if (failure := moved_country(self.hass, err)) is not None:
            # The error refers to the repair of this failure, which the next poll would create.
            self.async_set_update_error(failure)
        return HomeAssistantError(**translated(self.hass, err))

    def edit_plan(self, change: Callable[[Plan, datetime], Plan]) -> None:
        """Edit the plan; raise `ScheduleError` if that is not possible."""
        self.planner.edit(change, dt_util.utcnow())
        self.async_update_listeners()

    async def _run_step(self, step: Step) -> None:
        """Read the parts a step depends on, and run it; one with a command waits while the car accepts none."""
        if step.kind is not StepKind.MESSAGE and not self._commands.accepts_commands:
            self.planner.postpone(step, dt_util.utcnow(), [WAIT_FOR_CAR])
            return
        reads = self.planner.reads(step, self.data, dt_util.utcnow())
        responses = await self.read_now(reads.parts, essential=reads.essential)
        await self.planner.take(step, reads, responses, self.data, dt_util.utcnow())

    async def _send_for_plan(self, command: Command) -> Rejection | None:
        """Send a command of the plan, and return why it was not accepted."""
        try:
            await self._commands.send(command)
        except (CloudError, CommandError) as err:
            return rejection(err, self.translated(err))
        return None
