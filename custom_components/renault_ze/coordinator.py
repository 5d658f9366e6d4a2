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

from .cloud.exceptions import AuthenticationError, CloudError, RefusedError, SparedError, ThrottledError
from .cloud.models import ChargeSchedule, Part, Vehicle
from .cloud.protocol import Cloud
from .const import CONF_POLL_INTERVAL, DEFAULT_POLL_MINUTES, LOGGER
from .messages import failed_poll, translated
from .plan.model import Plan
from .plan.planner import Planner, Rejection
from .plan.settings import settings_of
from .plan.situation import Situation
from .plan.steps import Refusal, Step
from .step_runner import StepRunner
from .storage import Memory
from .vehicle.backoff import retry_after
from .vehicle.commands import CommandError, Order
from .vehicle.poller import Complaints, Pace, Poller
from .vehicle.state import Command, VehicleState
from .vehicle.tracker import COMMAND_TIMEOUT, WATCH_INTERVAL, Sender
from .vehicle.trips import Chronicle
from .vehicle.update import Answers, aged, merged

type RenaultZeConfigEntry = ConfigEntry[RuntimeData]


@dataclass(frozen=True, kw_only=True)
class RuntimeData:
    """The vehicles of an account, and what they share.

    `allowance` is how many requests a command and its repetition may take for each of them, None for any number.
    """

    cloud: Cloud
    memory: Memory
    vehicles: Mapping[str, VehicleCoordinator]
    least_interval: timedelta
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
        self.pace = Pace(base)
        self.cloud = cloud
        self.memory = memory
        self.vehicle = vehicle
        now = dt_util.utcnow()
        earlier, spans = memory.command(vehicle.vin, now), memory.disabled(vehicle.vin, now)
        self.data = VehicleState(wanted_schedule=memory.wanted_schedule(vehicle.vin), earlier_command=earlier)
        settings = settings_of(entry.options, vehicle, spans)
        self.planner = Planner(vehicle, settings, memory, self._send_for_plan)
        self.runner = StepRunner(hass, entry, self.planner, self._take, self.async_update_listeners)
        self.chronicle = Chronicle(memory, vehicle)
        self._poller, self._complaints, self._polling = Poller(cloud, vehicle), Complaints(), asyncio.Lock()
        begin = partial(entry.async_create_task, hass, name="renault_ze command")
        self._sender = Sender(cloud, self, dt_util.utcnow, begin)
        self._next_look = now

    @property
    def threshold(self) -> int:
        """Return the battery level (percent) below which the car refuses to precondition."""
        return self.planner.settings.threshold

    @property
    def schedule_differs(self) -> bool:
        """Return whether the car holds a schedule that nobody here asked for."""
        return self.situation(dt_util.utcnow()).schedule_differs

    def situation(self, now: datetime) -> Situation:
        """Return the plan and the state of the vehicle at an instant."""
        return self.planner.situation(self.data, now)

    @override
    async def _async_setup(self) -> None:
        """Keep what belongs to the account: a command may still be under way when the entry has let go of it."""
        self._account = self.config_entry.runtime_data

    @override
    async def async_shutdown(self) -> None:
        """Stop, and let nobody wait for a command that is no longer followed."""
        self.runner.stop()
        self._sender.close()
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
            answers = {} if self._poller.pause(now) else await self._read(self._due_parts(now))
            if answers and self.data.charge.lookups and Part.CHARGE_HISTORY not in answers:
                answers |= await self._read([Part.CHARGE_HISTORY])
            self.chronicle.note(self.data, dt_util.utcnow())
            self._judge(COMMAND_TIMEOUT)
            self._raise_or_wait(answers)
            return self.data

    async def keep_time(self, _: datetime) -> None:
        """Update what time alone changes, also while the cloud is not polled."""
        # A poll under way compares with what was known before it.
        async with self._polling:
            before, now = self.data, dt_util.utcnow()
            self._learn({})
            self._judge(COMMAND_TIMEOUT + WATCH_INTERVAL)
            if self.runner.is_overdue(now) or self.data != before:
                self.async_update_listeners()

    def _due_parts(self, now: datetime) -> set[Part]:
        """Return the parts to read now; those a command is waiting for come first where requests are limited."""
        if self._sender.ledger and now < self._next_look:
            return set()
        if self._sender.ledger and self._account.allowance is not None:
            self.cloud.expect_order(self.vehicle.vin, essential=self._sender.ledger.is_unread(self.data))
            return self._sender.ledger.watched
        self.pace.note_poll()
        return self._poller.due(self.data, now) | self._sender.ledger.watched

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts when it is this vehicle's turn, and know what they say."""
        wanted = self._poller.in_turn(parts, self.data)
        async with self._account.turns:
            answers = await self._poller.read(wanted)
        self._poller.note(answers, dt_util.utcnow())
        self._learn(answers)
        return answers

    def _learn(self, answers: Answers) -> None:
        """Know what was read, and how old everything has become; nothing is read again before somebody signs in."""
        now = dt_util.utcnow()
        pace = max(self.pace.base, self._account.least_interval)
        state = aged(merged(self.data, answers, self.vehicle, now), pace, now)
        self.data = replace(state, stale=state.stale or self._poller.refusal is not None)
        self.planner.use_reported_threshold(self.data)
        if (settings := state.notifications) is not None and settings.silence is not None:
            self.memory.remember_quiet_hours(self.vehicle.vin, settings.silence)

    def _interval(self, now: datetime) -> timedelta:
        """Return how long to wait until the next poll; a command may use some of what an idle account saves."""
        account, pause = self._account, self._poller.pause(now)
        if self._sender.ledger:
            return max(self._sender.ledger.until_look(self.vehicle, account.allowance, now), pause)
        return max(self.pace.until_poll(self.data, account.least_interval, now), pause)

    def _raise_or_wait(self, answers: Answers) -> None:
        """Wait where the cloud asks for it, and fail where nothing was answered or the credentials are refused."""
        asked = {part: answer for part, answer in answers.items() if not isinstance(answer, SparedError)}
        # The next look at a command comes at its time, even if this one was spared.
        heard = (asked if self._sender.ledger else answers).values()
        pauses = (retry_after(answer) for answer in heard if isinstance(answer, CloudError))
        self.update_interval = max([self._interval(dt_util.utcnow()), *filter(None, pauses)])
        if (failure := failed_poll(asked)) is not None:
            if not self.last_update_success:
                # Home Assistant notifies the entities of the first failure only, while the values become older.
                self.async_update_listeners()
            raise failure
        if not asked and not self.last_update_success and self.last_exception is not None:
            # A skipped poll does not clear the error.
            raise self.last_exception.with_traceback(None)
        self._complaints.note(asked)

    async def look_before_command(self, order: Order, parts: Iterable[Part]) -> Answers:
        """Read parts before a command; one that changes what the car holds has to know it, whatever it costs."""
        # A command is worth a try, for what was refused may be right by now.
        self._poller.refusal = None
        return await self.look(parts, for_order=order.changes, essential=order.changes)

    async def look(self, parts: Iterable[Part], *, for_order: bool = False, essential: bool = True) -> Answers:
        """Read parts now, and return each one's value or the error it gave; a pause is only broken for a command.

        What is not `essential` leaves what the commands of all cars need of the request limit. What was refused is not
        asked for again while somebody is asked to sign in: servers lock such accounts.
        """
        refusal, pause = self._poller.refusal, self._poller.pause(dt_util.utcnow())
        if refusal is not None and any(self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            return dict.fromkeys(parts, refusal)
        if pause and not for_order:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_order(self.vehicle.vin, essential=essential)
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

    async def act(self, order: Order, *, wait: bool = False) -> Command:
        """Send a command once, and return how far it came or its fate; raise `HomeAssistantError` if not accepted."""
        try:
            dispatch = await self._sender.send(order)
        except (CloudError, CommandError) as err:
            raise self._told(err) from err
        return await dispatch.fate() if wait else dispatch.command

    def _judge(self, patience: timedelta) -> None:
        """Know what has become of the commands under way."""
        for command in self._sender.ledger.judge(self.data, dt_util.utcnow(), patience):
            self._record(command)

    def publish(self, command: Command) -> None:
        """Show how far a command has come."""
        self._record(command)
        self.async_update_listeners()

    def _record(self, command: Command) -> None:
        """Know how far a command has come, also after a restart."""
        self.data = replace(self.data, commands={**self.data.commands, command.kind: command})
        self.memory.remember_command(self.vehicle.vin, self.data.last_command or command)

    def want(self, schedule: ChargeSchedule) -> None:
        """Keep the schedule that the car is meant to hold, also in the plan."""
        self.memory.want_schedule(self.vehicle.vin, schedule)
        self.data = replace(self.data, wanted_schedule=schedule)
        self.planner.adopt(schedule, dt_util.utcnow())

    def follow_command(self) -> None:
        """Poll again when the effect of a command that was just sent can be seen."""
        now = dt_util.utcnow()
        self._next_look = now + self._interval(now)
        # Home Assistant's coordinator follows a new interval once it has refreshed; this refresh reads nothing.
        self.config_entry.async_create_background_task(self.hass, self.async_refresh(), "renault_ze command")

    async def look_after_command(self) -> None:
        """Look at the car after a command where requests are not limited."""
        if self._account.allowance is None:
            self._next_look = dt_util.utcnow()
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
        reads = self.planner.reads(step, self.data, dt_util.utcnow())
        answers = await self.look(reads.parts, essential=reads.essential)
        await self.planner.take(step, reads, answers, self.data, dt_util.utcnow())

    async def _send_for_plan(self, order: Order) -> Rejection | None:
        """Send a command of the plan, and return why it was not accepted."""
        try:
            await self._sender.send(order)
        except (CloudError, CommandError) as err:
            told = self._told(err)
            refusal = Refusal(told.translation_key or "", told.translation_placeholders or {})
            return Rejection(str(told), refusal if isinstance(err, RefusedError) else None)
        return None
