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
    SparedError,
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
from .vehicle.backoff import Pause, retry_after
from .vehicle.commands import Fate, Order, reason_of
from .vehicle.poller import Complaints, Pace
from .vehicle.reading import READINGS, good_for, in_turn, regular
from .vehicle.state import Command, CommandReason, CommandStatus, VehicleState
from .vehicle.tracker import COMMAND_TIMEOUT, WATCH_INTERVAL, Dispatch, Ledger, Sharing
from .vehicle.trips import Chronicle
from .vehicle.update import Answers, aged, awaited, merged

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
        self.pace = Pace(base)
        self.cloud = cloud
        self.memory = memory
        self.vehicle = vehicle
        now = dt_util.utcnow()
        earlier, spans = memory.command(vehicle.vin, now), memory.disabled(vehicle.vin, now)
        self.data = VehicleState(wanted_schedule=memory.wanted_schedule(vehicle.vin), earlier_command=earlier)
        self._regular = frozenset(regular(vehicle))
        self._due: dict[Part, Wait] = {}
        self._complaints, self._ledger, self._pause = Complaints(), Ledger(), Pause()
        self.planner = Planner(Host(hass, entry), settings_of(entry.options, vehicle, spans), memory, self)
        self.chronicle = Chronicle(memory, vehicle)
        self._sending = asyncio.Lock()
        self._sharing = Sharing[Dispatch](lambda work: entry.async_create_task(hass, work, "renault_ze command"))
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
        self._ledger.close()
        await super().async_shutdown()

    @override
    async def _async_update_data(self) -> VehicleState:
        """Read the parts that are due, each failing by itself, and judge the orders under way."""
        answers = {} if self._pause.left(dt_util.utcnow()) else await self._read(self._due_parts())
        self._learn(answers)
        if answers and self.data.charge.lookups and Part.CHARGE_HISTORY not in answers:
            answers |= (history := await self._read([Part.CHARGE_HISTORY]))
            self._learn(history)
        self.chronicle.note(self.data, dt_util.utcnow())
        self._judge()
        self._raise_or_wait(answers)
        return self.data

    async def keep_time(self, _: datetime) -> None:
        """Give up what has waited or is known for too long, also while the cloud is not asked."""
        # A poll under way compares with what was before it, and one that is due as well has the first word.
        async with self._debounced_refresh.async_lock():
            before = self.data
            self._learn({})
            self._judge(COMMAND_TIMEOUT + WATCH_INTERVAL)
            if self.data != before:
                self.async_update_listeners()

    def _due_parts(self) -> set[Part]:
        """Return the parts whose time has come and those an order is waiting for, which come first."""
        if self._ledger and self._account.allowance is not None:
            self.cloud.expect_order(self.vehicle.vin, essential=self._ledger.is_unread(self.data))
            return self._ledger.watched
        now = dt_util.utcnow()
        self.pace.note_poll()
        # What the car charged lately is shown in its calendar, and tells how fast it charges.
        unread = {Part.CHARGE_HISTORY} - self.data.read_at.keys()
        due = {part for part in self._regular | unread if part not in self._due or not self._due[part].left(now)}
        return due | awaited(self.data, now) | self._ledger.watched

    async def _read(self, parts: Iterable[Part]) -> dict[Part, Any]:
        """Read parts side by side, the oldest first, when it is our turn; an answer is a value or an error."""
        wanted = in_turn(parts, self.vehicle, self.data.read_at)
        async with self._account.turns:
            answers = await asyncio.gather(*(self._answer(part) for part in wanted))
        self._refusal = next((each for each in answers if isinstance(each, AuthenticationError)), None)
        self._pause.note(answers, dt_util.utcnow())
        return dict(zip(wanted, answers, strict=True))

    async def _answer(self, part: Part) -> Any:
        """Read one part; what failed is due again at once, unless it is not served or there is no hurry about it."""
        answer: Any
        try:
            answer = await READINGS[part].read(self.cloud, self.vehicle.vin)
        except CloudError as err:
            answer = err
        if not isinstance(answer, CloudError) or isinstance(answer, RefusedError) or part not in self._regular:
            self._due[part] = Wait(dt_util.utcnow(), good_for(part, answer))
        return answer

    def _learn(self, answers: Answers) -> None:
        """Know what was read, and how old everything has become; nothing is read again before somebody signs in."""
        now = dt_util.utcnow()
        pace = max(self.pace.base, self._account.least_interval)
        state = aged(merged(self.data, answers, self.vehicle, now), pace, now)
        self.data = replace(state, stale=state.stale or self._refusal is not None)
        if (settings := state.notifications) is not None and settings.silence is not None:
            self.memory.remember_quiet_hours(self.vehicle.vin, settings.silence)

    def _judge(self, patience: timedelta = COMMAND_TIMEOUT) -> None:
        """Show what has become of the orders under way."""
        for command in self._ledger.judge(self.data, dt_util.utcnow(), patience):
            self._publish(command)

    def _interval(self) -> timedelta:
        """Return how long to wait until the next poll; an order may use up some of what an idle account saves."""
        now, account = dt_util.utcnow(), self._account
        if self._ledger:
            return max(self._ledger.until_look(self.vehicle, account.allowance, now), self._pause.left(now))
        return max(self.pace.until_poll(self.data, account.least_interval, now), self._pause.left(now))

    def _raise_or_wait(self, answers: Answers) -> None:
        """Wait where the cloud asks for it, and fail where nothing was answered or the credentials are refused."""
        asked = {part: answer for part, answer in answers.items() if not isinstance(answer, SparedError)}
        # The next look at an order comes at its time, even if this one was spared.
        heard = (asked if self._ledger else answers).values()
        pauses = (retry_after(answer) for answer in heard if isinstance(answer, CloudError))
        self.update_interval = max([self._interval(), *filter(None, pauses)])
        if (failure := failed_poll(asked)) is not None:
            self.async_update_listeners()
            raise failure
        if not asked and not self.last_update_success and self.last_exception is not None:
            # Not to have asked is no recovery.
            raise self.last_exception.with_traceback(None)
        self._complaints.note(asked)

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

    async def look(self, parts: Iterable[Part], *, for_order: bool = False, essential: bool = True) -> Answers:
        """Read parts now, and return each one's value or the error it gave; a pause is only broken for an order.

        What is not `essential` leaves what the commands of all cars need of the request limit. What was refused is not
        asked for again while somebody is asked to sign in: servers lock such accounts.
        """
        if self._refusal is not None and any(self.config_entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            return dict.fromkeys(parts, self._refusal)
        if (pause := self._pause.left(dt_util.utcnow())) and not for_order:
            return dict.fromkeys(parts, ThrottledError("The server asked for a pause", retry_after=pause))
        self.cloud.expect_order(self.vehicle.vin, essential=essential)
        answers = await self._read(parts)
        self._learn(answers)
        if self._refusal is not None:
            self.config_entry.async_start_reauth(self.hass)
        return answers

    async def act(self, order: Order, *, wait: bool = False) -> Command:
        """Send an order once, and return how far it came or its fate; raise `HomeAssistantError` if not accepted."""
        order = replace(order, watch=tuple(filter(self.vehicle.shows, order.watch)))
        dispatch = await self._sharing.send(order, lambda: self._give(order))
        return await dispatch.fate() if wait else dispatch.command

    async def _give(self, order: Order) -> Dispatch:
        """Send an order, if nothing speaks against it, and look at the car where that costs nothing."""
        async with self._sending:
            if self._ledger.repeats(order):
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key="still_waiting")
            # An order is worth a try, for what was refused may be right by now.
            self._refusal = None
            shown = order.kind not in self.vehicle.unconfirmed
            watched = order.watch if shown else ()
            answers = await self.look(watched, for_order=order.changes, essential=order.changes)
            errors = [answer for answer in answers.values() if isinstance(answer, CloudError)]
            for err in errors:
                if order.changes or isinstance(err, AuthenticationError):
                    raise self._told(err) from err
            # What is known from long ago keeps nobody from an order.
            asked = all(isinstance(err, SparedError) for err in errors)
            if asked and (objection := order.objection(self.data, dt_util.utcnow())) is not None:
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key=objection)
            dispatch = await self.ask(self._send(order))
        if shown and self._account.allowance is None:
            await self.async_refresh()
        return dispatch

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

    async def _send(self, order: Order) -> Dispatch:
        """Send an order; one whose answer was lost may have arrived, so it is followed like any other that left."""
        dispatch = Dispatch(order=order, before=self.data, sent_at=dt_util.utcnow())
        try:
            await order.send(self.cloud, self.vehicle.vin, dispatch.before)
        except CloudError as err:
            if isinstance(err, ConnectionFailedError) and not err.unsent:
                self._follow(dispatch, CommandStatus.UNANSWERED)
            else:
                self._publish(dispatch.become(Fate(CommandStatus.FAILED, reason_of(err)), dt_util.utcnow()))
            if isinstance(err, ConnectionFailedError):
                raise unanswered(err, is_shown=order.kind not in self.vehicle.unconfirmed) from err
            raise
        self._follow(dispatch, CommandStatus.ACCEPTED)
        return dispatch

    def _follow(self, dispatch: Dispatch, status: CommandStatus) -> None:
        """Begin to look for an order's effect; one that the cloud never shows is at its end."""
        now = dt_util.utcnow()
        if dispatch.order.kind in self.vehicle.unconfirmed:
            self._publish(dispatch.become(Fate(status, CommandReason.UNCONFIRMABLE), now))
            return
        for command in self._ledger.follow(dispatch, now):
            self._publish(command)
        if dispatch.order.wants is not None:
            self._want(wanted := dispatch.order.wants(dispatch.before))
            self.planner.adopt(wanted)
        self._publish(dispatch.become(Fate(status), now))
        self.update_interval = self._interval()
        self._schedule_refresh()

    def _publish(self, command: Command) -> None:
        """Show how far an order has come."""
        self.data = replace(self.data, commands={**self.data.commands, command.kind: command})
        self.memory.remember_command(self.vehicle.vin, self.data.last_command or command)
        self.async_update_listeners()

    def _want(self, schedule: ChargeSchedule) -> None:
        """Keep the week the car is meant to hold."""
        self.memory.want_schedule(self.vehicle.vin, schedule)
        self.data = replace(self.data, wanted_schedule=schedule)
