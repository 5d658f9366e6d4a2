"""One vehicle in Home Assistant: polled and commanded, with its plan.

Responses, the result of a command, an edit or a timer change what is known. Then the plan is brought up to date,
entities are notified once, and a step of the plan that is due is taken.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .cloud.exceptions import AuthenticationError, CloudError, RefusedError, RequestLimitError, ThrottledError
from .cloud.models import ChargeSchedule, Part, Vehicle
from .cloud.protocol import Cloud
from .const import CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES, LOGGER
from .messages import failed_poll, translated
from .plan import windows
from .plan.model import Plan, Refusal, Step
from .plan.planner import Planner, Rejection
from .plan.settings import settings_of
from .step_runner import StepRunner
from .storage import Memory
from .vehicle.backoff import longest_retry_after
from .vehicle.commands import Command, CommandError
from .vehicle.poller import FailureLog, Poller, PollTimer
from .vehicle.state import CommandResult, VehicleState
from .vehicle.tracker import COMMAND_POLL_INTERVAL, COMMAND_TIMEOUT, CommandSender
from .vehicle.trips import TripRecorder
from .vehicle.update import Responses, merge, with_age

type RenaultZeConfigEntry = ConfigEntry[RuntimeData]


@dataclass(frozen=True, kw_only=True)
class RuntimeData:
    """The vehicles of an account, and what they share.

    `allowance` is how many requests a command and its repetition may take for each of them, None for any number.
    """

    cloud: Cloud
    memory: Memory
    vehicles: Mapping[str, VehicleCoordinator]
    shortest_interval: timedelta
    allowance: float | None
    turns: asyncio.Semaphore
    additions: list[Callable[[VehicleCoordinator], Any]]


class VehicleCoordinator(DataUpdateCoordinator[VehicleState]):
    """The state of one vehicle, its plan, and the commands under way to it."""

    config_entry: RenaultZeConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: RenaultZeConfigEntry, cloud: Cloud, memory: Memory, vehicle: Vehicle
    ) -> None:
        """Begin with what an earlier run stored."""
        base = timedelta(minutes=entry.options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES))
        super().__init__(hass, LOGGER, config_entry=entry, name="vehicle", always_update=False, update_interval=base)
        self.poll_timer = PollTimer(base)
        self.cloud = cloud
        self.memory = memory
        self.vehicle = vehicle
        now = dt_util.utcnow()
        earlier, spans = memory.command(vehicle.vin, now), memory.disabled(vehicle.vin, now)
        self.data = VehicleState(wanted_schedule=memory.wanted_schedule(vehicle.vin), earlier_command=earlier)
        settings = settings_of(entry.options, vehicle, spans)
        self.planner = Planner(vehicle, settings, memory, self._send_for_plan)
        self.runner = StepRunner(hass, entry, self.planner, self._take, self.async_update_listeners)
        self.trips = TripRecorder(memory, vehicle)
        self._poller, self._failures, self._polling = Poller(cloud, vehicle), FailureLog(), asyncio.Lock()
        start_task = partial(entry.async_create_task, hass, name="renault_ze command")
        self._commands = CommandSender(cloud, self, dt_util.utcnow, start_task)
        self._next_command_poll = now

    @property
    def threshold(self) -> int:
        """Return the battery level (percent) below which the car refuses to precondition."""
        return self.planner.settings.threshold

    @property
    def schedule_differs(self) -> bool:
        """Return whether the car holds a schedule that nobody here asked for."""
        return windows.schedule_differs(self.planner.plan, self.data, dt_util.utcnow())

    @override
    async def _async_setup(self) -> None:
        """Keep what belongs to the account: a command may still be under way when the entry has let go of it."""
        self._account = self.config_entry.runtime_data

    @override
    async def async_shutdown(self) -> None:
        """Stop, and let nobody wait for a command that is no longer followed."""
        self.runner.stop()
        self._commands.tracker.close()
        await super().async_shutdown()

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Bring the plan up to date, then notify the entities once."""
        self.runner.update(self.data)
        super().async_update_listeners()

    @override
    async def _async_update_data(self) -> VehicleState:
        """Read the parts that are due, each failing by itself, and judge the commands under way."""
        async with self._polling:
            now = dt_util.utcnow()
            answers = {} if self._poller.backoff_left(now) else await self._read(self._due_parts(now))
            if answers and self.data.charge.lookups and Part.CHARGE_HISTORY not in answers:
                answers |= await self._read([Part.CHARGE_HISTORY])
            self.trips.record(self.data, dt_util.utcnow())
            self._settle(COMMAND_TIMEOUT)
            self._raise_or_wait(answers)
            return self.data

    async def keep_time(self, _: datetime) -> None:
        """Update what time alone changes, also while the cloud is not polled."""
        # A poll under way compares with what was known before it.
        async with self._polling:
            before, now = self.data, dt_util.utcnow()
            self._learn({})
            self._settle(COMMAND_TIMEOUT + COMMAND_POLL_INTERVAL)
            if self.runner.is_overdue(now) or self.data != before:
                self.async_update_listeners()

    def _due_parts(self, now: datetime) -> set[Part]:
        """Return the parts to read now; those a command is waiting for come first where requests are limited."""
        if self._commands.tracker and now < self._next_command_poll:
            return set()
        if self._commands.tracker and self._account.allowance is not None:
            self.cloud.expect_command(self.vehicle.vin, essential=self._commands.tracker.is_unread(self.data))
            return self._commands.tracker.parts
        self.poll_timer.start_interval()
        return self._poller.due(self.data, now) | self._commands.tracker.parts

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts when it is this vehicle's turn, and know what they say."""
        wanted = self._poller.in_order(parts, self.data)
        async with self._account.turns:
            answers = await self._poller.read(wanted, dt_util.utcnow())
        self._poller.update(answers, dt_util.utcnow())
        self._learn(answers)
        return answers

    def _learn(self, answers: Responses) -> None:
        """Know what was read, and how old everything has become; nothing is read again before somebody signs in."""
        now = dt_util.utcnow()
        pace = max(self.poll_timer.interval, self._account.shortest_interval)
        state = with_age(merge(self.data, answers, self.vehicle, now), pace, now)
        self.data = replace(state, stale=state.stale or self._poller.refusal is not None)
        self.planner.learn(self.data)
        if (settings := state.notifications) is not None and settings.silence is not None:
            self.memory.remember_quiet_hours(self.vehicle.vin, settings.silence)

    def _interval(self, now: datetime) -> timedelta:
        """Return how long to wait until the next poll; a command may use some of what an idle account saves."""
        account, pause = self._account, self._poller.backoff_left(now)
        if self._commands.tracker:
            return max(self._commands.tracker.until_poll(self.vehicle, account.allowance, now), pause)
        return max(self.poll_timer.until_poll(self.data, account.shortest_interval, now), pause)

    def _raise_or_wait(self, answers: Responses) -> None:
        """Wait where the cloud asks for it, and fail where nothing was answered or the credentials are refused."""
        asked = {part: answer for part, answer in answers.items() if not isinstance(answer, RequestLimitError)}
        # The next look at a command comes at its time, even if this one was spared.
        heard = (asked if self._commands.tracker else answers).values()
        self.update_interval = max(self._interval(dt_util.utcnow()), longest_retry_after(heard))
        if (failure := failed_poll(asked)) is not None:
            if not self.last_update_success:
                # Home Assistant notifies the entities of the first failure only, while the values become older.
                self.async_update_listeners()
            raise failure
        if not asked and not self.last_update_success and self.last_exception is not None:
            # A skipped poll does not clear the error.
            raise self.last_exception.with_traceback(None)
        self._failures.update(asked)

    async def read_before_command(self, command: Command, parts: Iterable[Part]) -> Responses:
        """Read parts before a command; one that changes what the car holds has to know it, whatever it costs."""
        # A command is worth a try, for what was refused may be right by now.
        self._poller.refusal = None
        return await self.look(parts, for_command=command.needs_fresh_state, essential=command.needs_fresh_state)

    async def look(self, parts: Iterable[Part], *, for_command: bool = False, essential: bool = True) -> Responses:
        """Read parts now, and return each one's value or the error it gave; a pause is only broken for a command.

        What is not `essential` leaves what the commands of all cars need of the request limit. What was refused is not
        asked for again while somebody is asked to sign in: servers lock such accounts.
        """
        refusal, pause = self._poller.refusal, self._poller.backoff_left(dt_util.utcnow())
        if refusal is not None and any(self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            return dict.fromkeys(parts, refusal)
        if pause and not for_command:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_command(self.vehicle.vin, essential=essential)
        answers = await self._read(parts)
        if any(not isinstance(answer, CloudError) for answer in answers.values()):
            # The cloud has responded since.
            self.last_exception = None
        if self._poller.refusal is not None:
            self.config_entry.async_start_reauth(self.hass)
        return answers

    async def ask[T](self, answer: Awaitable[T]) -> T:
        """Await something from the cloud on behalf of a person; raise its errors in their language."""
        try:
            return await answer
        except CloudError as err:
            raise self._told(err) from err

    async def act(self, command: Command, *, wait: bool = False) -> CommandResult:
        """Send a command once and return its result, or wait for the final one; raise HomeAssistantError if refused."""
        try:
            pending = await self._commands.send(command)
        except (CloudError, CommandError) as err:
            raise self._told(err) from err
        return await pending.wait() if wait else pending.result

    def _settle(self, timeout: timedelta) -> None:
        """Update the results of the commands that the state settles."""
        for result in self._commands.tracker.settle(self.data, dt_util.utcnow(), timeout):
            self._record(result)

    def publish(self, result: CommandResult) -> None:
        """Show the result of a command."""
        self._record(result)
        self.async_update_listeners()

    def _record(self, result: CommandResult) -> None:
        """Keep the result of a command, also across restarts."""
        self.data = replace(self.data, commands={**self.data.commands, result.kind: result})
        self.memory.remember_command(self.vehicle.vin, self.data.last_command or result)

    def want(self, schedule: ChargeSchedule) -> None:
        """Keep the schedule that the car is meant to hold, also in the plan."""
        self.memory.want_schedule(self.vehicle.vin, schedule)
        self.data = replace(self.data, wanted_schedule=schedule)
        self.planner.adopt(schedule, dt_util.utcnow())

    def follow_command(self) -> None:
        """Poll again when the effect of a command that was just sent can be seen."""
        now = dt_util.utcnow()
        self._next_command_poll = now + self._interval(now)
        # Home Assistant's coordinator follows a new interval once it has refreshed; this refresh reads nothing.
        self.config_entry.async_create_background_task(self.hass, self.async_refresh(), "renault_ze command")

    async def poll_after_command(self) -> None:
        """Look at the car after a command where requests are not limited."""
        if self._account.allowance is None:
            self._next_command_poll = dt_util.utcnow()
            await self.async_refresh()

    def _told(self, err: CloudError | CommandError) -> HomeAssistantError:
        """Return an error in the owner's language; refused credentials are asked for again."""
        if isinstance(err, AuthenticationError):
            self.config_entry.async_start_reauth(self.hass)
        return HomeAssistantError(**translated(err))

    def edit_plan(self, change: Callable[[Plan, datetime], Plan]) -> None:
        """Change the plan as its owner wants; raise `ScheduleError` where that cannot be."""
        self.planner.edit(change, dt_util.utcnow())
        self.async_update_listeners()

    def adopt_schedule(self) -> None:
        """Take the schedule that the car holds for the one that is wanted."""
        if (held := self.data.charge_schedule) is not None:
            self.want(held)
        self.async_update_listeners()

    async def _take(self, step: Step) -> None:
        """Read what a step is about, and take it."""
        reads = self.planner.reads(step, self.data)
        answers = await self.look(reads.parts, essential=reads.essential)
        await self.planner.take(step, reads, answers, self.data, dt_util.utcnow())

    async def _send_for_plan(self, command: Command) -> Rejection | None:
        """Send a command of the plan, and return why it was not accepted."""
        try:
            await self._commands.send(command)
        except (CloudError, CommandError) as err:
            told = self._told(err)
            refusal = Refusal(told.translation_key or "", told.translation_placeholders or {})
            return Rejection(str(told), refusal if isinstance(err, RefusedError) else None)
        return None
