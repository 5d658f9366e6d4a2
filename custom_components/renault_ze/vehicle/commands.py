"""The orders: how each is sent, and what must be seen in the car before it counts as obeyed."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from ..cloud.exceptions import CloudError, ConnectionFailedError, RedirectedError, ThrottledError
from ..cloud.models import (
    Battery,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    NotificationSettings,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
)
from ..cloud.protocol import Cloud
from .state import CLOCKS_APART, RUN_PARTS, CommandReason, CommandStatus, VehicleState, known_runs, running_since


class CommandError(Exception):
    """Why a command was not sent or not accepted, by the key of a message."""

    def __init__(self, key: str) -> None:
        """Name the message."""
        super().__init__(key)
        self.key = key


class Fate(NamedTuple):
    """How an order ended, and why if it failed."""

    status: CommandStatus
    reason: CommandReason | None = None


CONFIRMED = Fate(CommandStatus.CONFIRMED)


# By most owners' word; 10 or 20 with other firmware.
_USUAL_RUN = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order to a vehicle.

    `verdict` compares the state before it was sent with the state now, and returns None while nothing can be said; its
    last argument is an instant before which nothing is of the order's doing. `excuse` is the likeliest reason once it
    has timed out. `objection` is why not to send it at all now, by what was read a moment ago. `replaces` are the kinds
    it makes obsolete; an order that is not among its own must not be given twice. `wants` is the schedule the car is
    meant to hold from then on. An order that `changes` what the car holds may only be based on what was read a moment
    ago, or it would undo what somebody else has set. Orders with equal keys ask for the same; None equals no other.
    """

    kind: CommandKind
    watch: tuple[Part, ...]
    send: Callable[[Cloud, str, VehicleState], Awaitable[None]]
    verdict: Callable[[VehicleState, VehicleState, datetime], Fate | None]
    excuse: Callable[[VehicleState], CommandReason] = lambda _: CommandReason.NO_CONFIRMATION
    objection: Callable[[VehicleState, datetime], str | None] = lambda _, __: None
    wants: Callable[[VehicleState], ChargeSchedule] | None = None
    changes: bool = False
    replaces: frozenset[CommandKind] = frozenset()
    key: Hashable = None


_TIMER_KINDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})


_SCHEDULE_KINDS = frozenset({CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE})


def precondition(
    *, threshold: int, run_length: timedelta = _USUAL_RUN, temperature: float | None = None, again: bool = False
) -> Order:
    """Order preconditioning now, to a temperature (°C) if one is given; `threshold` (percent) explains a refusal.

    It is not sent to a car that is known to precondition, for which a run takes `run_length`. `again` gives up an order
    of its kind that is still under way.
    """

    def verdict(before: VehicleState, now: VehicleState, since: datetime) -> Fate | None:
        if now.cabin is not None and now.cabin.preconditioning:
            return CONFIRMED
        for run in _newer_runs(before, now, since):
            if run.result is Result.SUCCESS:
                return CONFIRMED
            # The car closes a good run with an ERROR of its own a minute later (observed): only ours is an answer.
            if run.result is Result.ERROR and run.source is not PreconditioningSource.CAR:
                return Fate(CommandStatus.FAILED, _refusal(now.battery, threshold))
        return None

    return Order(
        kind=CommandKind.PRECONDITION,
        watch=RUN_PARTS,
        send=lambda cloud, vin, _: cloud.start_preconditioning(vin, temperature=temperature),
        objection=lambda now, at: "already_preconditioning" if running_since(now, at, run_length) else None,
        verdict=verdict,
        replaces=frozenset({CommandKind.PRECONDITION}) if again else frozenset(),
        key=("precondition", temperature, again),
    )


def precondition_at(start: time, *, temperature: float | None = None) -> Order:
    """Order preconditioning at a time of the vehicle's wall clock, to a temperature (°C) if one is given."""
    return Order(
        kind=CommandKind.PRECONDITION_AT,
        watch=(Part.PRECONDITIONING_TIMER,),
        send=lambda cloud, vin, _: cloud.set_preconditioning_timer(vin, start, temperature=temperature),
        verdict=lambda _, now, __: CONFIRMED if now.preconditioning_timer == start else None,
        replaces=_TIMER_KINDS,
        key=("precondition_at", start, temperature),
    )


def cancel_precondition() -> Order:
    """Delete the preconditioning timer."""
    return Order(
        kind=CommandKind.CANCEL_PRECONDITION,
        watch=(Part.PRECONDITIONING_TIMER,),
        send=lambda cloud, vin, _: cloud.cancel_preconditioning_timer(vin),
        verdict=lambda _, now, __: CONFIRMED if now.preconditioning_timer is None else None,
        replaces=_TIMER_KINDS,
        key="cancel_precondition",
    )


def start_charge() -> Order:
    """Order the car to charge now."""
    return Order(
        kind=CommandKind.START_CHARGE,
        watch=(Part.BATTERY,),
        send=lambda cloud, vin, _: cloud.start_charge(vin),
        objection=lambda state, now: "already_charging" if _charges(state, now) else None,
        verdict=lambda _, now, __: CONFIRMED if now.battery is not None and now.battery.charging else None,
        excuse=lambda now: _why_not_charging(now.battery),
        key="start_charge",
    )


def request_update() -> Order:
    """Ask the car for a fresh report."""

    def verdict(before: VehicleState, now: VehicleState, since: datetime) -> Fate | None:
        floor = _floor(_reports(before), before.read_at.get(Part.BATTERY), since)
        is_newer = any(at > floor for at in _reports(now))
        return CONFIRMED if is_newer or _undated_news(before, now, Part.BATTERY, since) else None

    return Order(
        kind=CommandKind.REQUEST_UPDATE,
        watch=(Part.BATTERY,),
        send=lambda cloud, vin, _: cloud.request_update(vin),
        verdict=verdict,
        key="request_update",
    )


def set_charge_schedule(windows: tuple[ChargeWindow, ...]) -> Order:
    """Write the week into the car and let it charge by it."""
    return _schedule_order(lambda _: windows, key=("set_charge_schedule", frozenset(windows)))


def enable_charge_schedule() -> Order:
    """Let the car charge by the week it holds."""

    def held(state: VehicleState) -> tuple[ChargeWindow, ...]:
        return () if state.charge_schedule is None else state.charge_schedule.windows

    order = _schedule_order(held, key="enable_charge_schedule")
    return replace(order, objection=lambda state, _: None if held(state) else "schedule_empty", changes=True)


def disable_charge_schedule() -> Order:
    """Let the car charge whenever it is plugged in."""

    def verdict(_: VehicleState, now: VehicleState, __: datetime) -> Fate | None:
        return CONFIRMED if now.charge_schedule is not None and now.charge_schedule.enabled is False else None

    return Order(
        kind=CommandKind.DISABLE_CHARGE_SCHEDULE,
        watch=(Part.CHARGE_SCHEDULE,),
        send=lambda cloud, vin, _: cloud.disable_charge_schedule(vin),
        verdict=verdict,
        replaces=_SCHEDULE_KINDS,
        wants=lambda _: ChargeSchedule(enabled=False),
        key="disable_charge_schedule",
    )


def _schedule_order(windows: Callable[[VehicleState], tuple[ChargeWindow, ...]], *, key: Hashable) -> Order:
    """Order the week that follows from the state just before."""

    def wanted(before: VehicleState) -> ChargeSchedule:
        return ChargeSchedule(enabled=True, windows=windows(before))

    return Order(
        kind=CommandKind.SET_CHARGE_SCHEDULE,
        watch=(Part.CHARGE_SCHEDULE,),
        send=lambda cloud, vin, before: cloud.set_charge_schedule(vin, windows(before)),
        verdict=lambda before, now, _: CONFIRMED if now.charge_schedule == wanted(before) else None,
        replaces=_SCHEDULE_KINDS,
        wants=wanted,
        key=key,
    )


def set_notifications(change: Callable[[NotificationSettings], NotificationSettings], *, key: Hashable = None) -> Order:
    """Change where messages go; the cloud only takes the settings as a whole. Equal changes have the same `key`."""

    def wanted(state: VehicleState) -> NotificationSettings:
        return change(state.notifications or NotificationSettings())

    def objection(state: VehicleState, _: datetime) -> str | None:
        silence = wanted(state).silence
        changed = state.notifications is None or silence != state.notifications.silence
        return "silence_empty" if changed and silence is not None and silence.empty else None

    return Order(
        kind=CommandKind.SET_NOTIFICATIONS,
        watch=(Part.NOTIFICATIONS,),
        send=lambda cloud, vin, before: cloud.set_notifications(vin, wanted(before)),
        verdict=lambda before, now, _: CONFIRMED if now.notifications == wanted(before) else None,
        objection=objection,
        replaces=frozenset({CommandKind.SET_NOTIFICATIONS}),
        changes=True,
        key=None if key is None else ("set_notifications", key),
    )


def _newer_runs(before: VehicleState, now: VehicleState, since: datetime) -> Iterator[PreconditioningRun]:
    """Yield the runs that may come of an order, the user's own first."""
    read_at = before.read_at.get(Part.LAST_PRECONDITIONING)
    floor = _floor((run.at for run in known_runs(before)), read_at, since)
    fresh = {run for run in known_runs(now) if run.at > floor}
    for part in (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY):
        fresh |= _undated_news(before, now, part, since)
    yield from sorted(fresh, key=lambda run: (run.source is PreconditioningSource.CAR, -run.at.timestamp()))


def _undated_news(before: VehicleState, now: VehicleState, part: Part, since: datetime) -> set[Any]:
    """Return what is dated in the future and was not there when the part was read just before an order."""
    read_at = before.read_at.get(part)
    if read_at is None or read_at < since:
        return set()
    return {*now.undated.get(part, ())}.difference(before.undated.get(part, ()))


def _charges(state: VehicleState, now: datetime) -> bool:
    """Tell whether the car was just seen to charge; what is known from long ago keeps nobody from a command."""
    read_at = state.read_at.get(Part.BATTERY)
    seen = read_at is not None and now - read_at <= CLOCKS_APART
    return seen and state.battery is not None and bool(state.battery.charging)


def _refusal(battery: Battery | None, threshold: int) -> CommandReason:
    """Return the likeliest reason for a refused preconditioning."""
    if battery is not None and battery.level is not None and battery.level < threshold:
        return CommandReason.BELOW_THRESHOLD
    return CommandReason.CAR_REFUSED


def _why_not_charging(battery: Battery | None) -> CommandReason:
    """Return the likeliest reason for a charge that does not start."""
    if battery is not None and battery.plugged_in is False:
        return CommandReason.NOT_PLUGGED_IN
    if battery is not None and battery.level == 100:  # noqa: PLR2004 - percent
        return CommandReason.BATTERY_FULL
    return CommandReason.NO_CONFIRMATION


def _floor(known: Iterable[datetime], read_at: datetime | None, since: datetime) -> datetime:
    """Return up to when nothing is the doing of an order.

    That is the newest instant known just before it; only where that was not to be read, clocks have to be compared.
    """
    read = read_at is not None and read_at >= since
    return max([*known, *(() if read else (since,))], default=datetime.min.replace(tzinfo=UTC))


def _reports(state: VehicleState) -> Iterator[datetime]:
    """Yield when the car last reported, if it ever did."""
    if state.battery is not None and state.battery.reported_at is not None:
        yield state.battery.reported_at


def not_accepted(err: CloudError, *, is_shown: bool) -> CloudError | CommandError:
    """Return why a command was not accepted; `is_shown` is whether the car will show what became of it."""
    if not isinstance(err, ConnectionFailedError) or (isinstance(err, RedirectedError) and err.unsent):
        return err
    if err.unsent:
        return CommandError("order_unsent")
    return CommandError("order_unanswered" if is_shown else "order_unknown")


def reason_of(err: CloudError) -> CommandReason:
    """Return why an order failed that no server has heeded."""
    match err:
        case ThrottledError():
            return CommandReason.THROTTLED
        case ConnectionFailedError():
            return CommandReason.UNSENT
    return CommandReason.CLOUD_REFUSED
