"""The orders: how each is sent, and what must be seen in the car before it counts as obeyed."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from .cloud.models import (
    Battery,
    ChargeSchedule,
    ChargeWindow,
    NotificationSettings,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
)
from .cloud.orders import CommandKind, CommandReason, CommandStatus
from .cloud.protocol import Cloud
from .cloud.state import VehicleState


class Fate(NamedTuple):
    """How an order ended, and why if it failed."""

    status: CommandStatus
    reason: CommandReason | None = None


CONFIRMED = Fate(CommandStatus.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order to a vehicle.

    `verdict` compares the state before it was sent with the state now, and returns None while nothing can be said; its
    last argument is an instant before which nothing is of the order's doing. `excuse` is the likeliest reason once it
    has waited in vain. `objection` is why not to send it at all. `replaces` are the kinds it makes obsolete; an order
    that is not among its own must not be given twice. `wants` is the schedule the car is meant to hold from then on. An
    order that `changes` what the car holds may only be based on what was read a moment ago, or it would undo what
    somebody else has set.
    """

    kind: CommandKind
    watch: tuple[Part, ...]
    send: Callable[[Cloud, str, VehicleState], Awaitable[None]]
    verdict: Callable[[VehicleState, VehicleState, datetime], Fate | None]
    excuse: Callable[[VehicleState], CommandReason] = lambda _: CommandReason.NO_CONFIRMATION
    objection: Callable[[VehicleState], str | None] = lambda _: None
    wants: Callable[[VehicleState], ChargeSchedule] | None = None
    changes: bool = False
    replaces: frozenset[CommandKind] = frozenset()


_TIMER_KINDS = frozenset({CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION})
_SCHEDULE_KINDS = frozenset({CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE})


def precondition(*, threshold: int, temperature: float | None = None, again: bool = False) -> Order:
    """Order preconditioning now, to a temperature (°C) if one is given; `threshold` (percent) explains a refusal.

    `again` gives up an order of its kind that is still under way.
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
        watch=(Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY, Part.CABIN),
        send=lambda cloud, vin, _: cloud.start_preconditioning(vin, temperature=temperature),
        verdict=verdict,
        replaces=frozenset({CommandKind.PRECONDITION}) if again else frozenset(),
    )


def precondition_at(start: time, *, temperature: float | None = None) -> Order:
    """Order preconditioning at a time of the vehicle's wall clock, to a temperature (°C) if one is given."""
    return Order(
        kind=CommandKind.PRECONDITION_AT,
        watch=(Part.PRECONDITIONING_TIMER,),
        send=lambda cloud, vin, _: cloud.set_preconditioning_timer(vin, start, temperature=temperature),
        verdict=lambda _, now, __: CONFIRMED if now.preconditioning_timer == start else None,
        replaces=_TIMER_KINDS,
    )


def cancel_precondition() -> Order:
    """Delete the preconditioning timer."""
    return Order(
        kind=CommandKind.CANCEL_PRECONDITION,
        watch=(Part.PRECONDITIONING_TIMER,),
        send=lambda cloud, vin, _: cloud.cancel_preconditioning_timer(vin),
        verdict=lambda _, now, __: CONFIRMED if now.preconditioning_timer is None else None,
        replaces=_TIMER_KINDS,
    )


def start_charge() -> Order:
    """Order the car to charge now."""
    return Order(
        kind=CommandKind.START_CHARGE,
        watch=(Part.BATTERY,),
        send=lambda cloud, vin, _: cloud.start_charge(vin),
        objection=lambda now: "already_charging" if now.battery is not None and now.battery.charging else None,
        verdict=lambda _, now, __: CONFIRMED if now.battery is not None and now.battery.charging else None,
        excuse=lambda now: _why_not_charging(now.battery),
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
    )


def set_charge_schedule(windows: tuple[ChargeWindow, ...]) -> Order:
    """Write the week into the car and let it charge by it."""
    return _schedule_order(lambda _: windows)


def enable_charge_schedule() -> Order:
    """Let the car charge by the week it holds."""

    def held(state: VehicleState) -> tuple[ChargeWindow, ...]:
        return () if state.charge_schedule is None else state.charge_schedule.windows

    return replace(_schedule_order(held), objection=lambda now: None if held(now) else "schedule_empty", changes=True)


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
    )


def _schedule_order(windows: Callable[[VehicleState], tuple[ChargeWindow, ...]]) -> Order:
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
    )


def set_notifications(change: Callable[[NotificationSettings], NotificationSettings]) -> Order:
    """Change where messages go; the cloud only takes the settings as a whole."""

    def wanted(state: VehicleState) -> NotificationSettings:
        return change(state.notifications or NotificationSettings())

    def objection(state: VehicleState) -> str | None:
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
    )


def _newer_runs(before: VehicleState, now: VehicleState, since: datetime) -> Iterator[PreconditioningRun]:
    """Yield the runs that may come of an order, the user's own first."""
    read_at = before.read_at.get(Part.LAST_PRECONDITIONING)
    floor = _floor((run.at for run in _runs(before)), read_at, since)
    fresh = {run for run in _runs(now) if run.at > floor}
    for part in (Part.LAST_PRECONDITIONING, Part.PRECONDITIONING_HISTORY):
        fresh |= _undated_news(before, now, part, since)
    yield from sorted(fresh, key=lambda run: (run.source is PreconditioningSource.CAR, -run.at.timestamp()))


def _undated_news(before: VehicleState, now: VehicleState, part: Part, since: datetime) -> set[Any]:
    """Return what is dated in the future and was not there when the part was read just before an order."""
    read_at = before.read_at.get(part)
    if read_at is None or read_at < since:
        return set()
    return {*now.undated.get(part, ())}.difference(before.undated.get(part, ()))


def _runs(state: VehicleState) -> Iterator[PreconditioningRun]:
    """Yield every run a state tells of."""
    yield from state.preconditioning_history
    if state.last_preconditioning is not None:
        yield state.last_preconditioning


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
