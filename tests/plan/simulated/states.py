"""Builders for states of a vehicle and its plans; all times are UTC."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from custom_components.renault_ze.cloud.charging import ChargeMode
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.reports import Cabin
from custom_components.renault_ze.plan.decisions import next_step, observed as observed_plan, recorded
from custom_components.renault_ze.plan.desired import desired_schedule
from custom_components.renault_ze.plan.model import Departure, Plan, PlannedWindow
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.situation import Situation
from custom_components.renault_ze.plan.steps import Step
from custom_components.renault_ze.vehicle.results import CommandReason, CommandResult, CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState

SETTINGS = Settings(zone=UTC)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
KNOWN = frozenset(Part)
WORK_DAYS = frozenset(day for day in Weekday if day < Weekday.SATURDAY)
NIGHT, NOON = "01:00-05:00", "12:00-13:00"


def at(clock: str, day: int = 0) -> datetime:
    """Return a time of Monday, or of a day after it."""
    return MONDAY + timedelta(days=day, hours=int(clock[:2]), minutes=int(clock[3:]))


START = at("07:20")


def charge(day: Weekday, start: str, end: str) -> ChargeWindow:
    """Return a window from a time to another, the next day's if need be."""
    begins, ends = (timedelta(hours=int(clock[:2]), minutes=int(clock[3:])) for clock in (start, end))
    return ChargeWindow(day, time.fromisoformat(start), (ends - begins) % timedelta(days=1) or timedelta(days=1))


def weekly(*spans: str, days: frozenset[Weekday] = frozenset(Weekday)) -> tuple[PlannedWindow, ...]:
    """Return windows written 01:00-05:00 on weekdays."""
    return tuple(PlannedWindow(charge(day, *span.split("-"))) for day in sorted(days) for span in spans)


def held(*spans: str, days: frozenset[Weekday] = frozenset(Weekday), enabled: bool = True) -> ChargeSchedule:
    """Return a charge schedule in the car."""
    windows = tuple(sorted(each.window for each in weekly(*spans, days=days)))
    return ChargeSchedule(enabled=enabled, windows=windows)


BASE = held(NIGHT)
DELEGATED = ChargeSchedule(override=ChargeMode.DELEGATED, windows=BASE.windows)


def charging_plan(*spans: str, **changes: Any) -> Plan:
    """Return a plan with the same windows each day that the car is known to hold."""
    edited_at = MONDAY - timedelta(days=3)
    plan = Plan(
        windows=weekly(*spans), charge_enabled=True, edited_at=edited_at, judged_until=MONDAY - timedelta(days=1)
    )
    return replace(plan, **changes)


def on_monday(*spans: str) -> Plan:
    """Return a plan with the night every day, and additional windows on Mondays."""
    plan = charging_plan(NIGHT)
    return replace(plan, windows=(*plan.windows, *weekly(*spans, days=frozenset([Weekday.MONDAY]))))


def with_monday(span: str) -> tuple[ChargeWindow, ...]:
    """Return the charge schedule of nights with another window on Monday."""
    (other,) = weekly(span, days=frozenset([Weekday.MONDAY]))
    return tuple(sorted([other.window, *BASE.windows[1:]]))


def departure_plan(**words: Any) -> Plan:
    """Return a plan with one departure, by default at 07:30 on work days."""
    departure = Departure(id="work", name="Work", at=time(7, 30), weekdays=WORK_DAYS)
    return Plan(departures=(replace(departure, **words),))


def vehicle(
    schedule: ChargeSchedule | None = None,
    *,
    level: int | None = 80,
    plugged_in: bool | None = True,
    charging: bool | None = False,
    reported_at: datetime | None = None,
    timer: time | None = None,
    read_at: datetime = MONDAY,
    runs: tuple[PreconditioningRun, ...] = (),
    commands: tuple[CommandResult, ...] = (),
    known: frozenset[Part] = KNOWN,
) -> VehicleState:
    """Return the state of a vehicle."""
    return VehicleState(
        battery=Battery(level=level, plugged_in=plugged_in, charging=charging, reported_at=reported_at),
        charge_schedule=schedule,
        preconditioning_timer=timer,
        preconditioning_history=runs,
        commands={each.kind: each for each in commands},
        known=known,
        read_at=dict.fromkeys(Part, read_at),
    )


def run(when: datetime, *, good: bool = True, by_car: bool = False) -> PreconditioningRun:
    """Return a preconditioning result."""
    source = PreconditioningSource.CAR if by_car else PreconditioningSource.USER_REQUEST
    return PreconditioningRun(at=when, source=source, result=Result.SUCCESS if good else Result.ERROR)


def sent_command(
    kind: CommandKind,
    sent_at: datetime,
    status: CommandStatus = CommandStatus.ACCEPTED,
    reason: CommandReason | None = None,
) -> CommandResult:
    """Return a command that was sent."""
    return CommandResult(kind=kind, status=status, sent_at=sent_at, reason=reason)


def read_after_start(
    minutes: float, *parts: Part, result: CommandResult | None = None, cabin: Cabin | None = None
) -> VehicleState:
    """Return the state of a car with some parts read that long after the start, and all others before it."""
    state = vehicle(commands=() if result is None else (result,), read_at=START - timedelta(minutes=1))
    return replace(
        state, cabin=cabin, read_at={**state.read_at, **dict.fromkeys(parts, START + timedelta(minutes=minutes))}
    )


def situation(plan: Plan, state: VehicleState, now: datetime, settings: Settings = SETTINGS) -> Situation:
    """Return a plan and its vehicle at an instant."""
    return Situation(plan=plan, state=state, now=now, settings=settings)


def observed(plan: Plan, state: VehicleState, now: datetime, settings: Settings = SETTINGS) -> Plan:
    """Return a plan with what is observed in a car whose charge schedule was just read."""
    read_at = {**state.read_at, Part.CHARGE_SCHEDULE: now}
    return observed_plan(situation(plan, replace(state, read_at=read_at), now, settings))


def desired(
    plan: Plan, windows: tuple[ChargeWindow, ...], now: datetime, settings: Settings = SETTINGS
) -> tuple[ChargeWindow, ...]:
    """Return the charge schedule that a car with some windows should hold."""
    state = vehicle(ChargeSchedule(enabled=True, windows=windows))
    return desired_schedule(situation(plan, state, now, settings), now)


def step(plan: Plan, state: VehicleState, now: datetime, settings: Settings = SETTINGS) -> Step | None:
    """Return the next step of a plan with what is observed in the car."""
    return next_step(situation(observed(plan, state, now, settings), state, now, settings))


def due(plan: Plan, state: VehicleState, now: datetime, settings: Settings = SETTINGS) -> Step | None:
    """Return the step that is due, if there is one."""
    found = step(plan, state, now, settings)
    return found if found is not None and found.at <= now else None


def kind_and_reason(found: Step | None) -> str | None:
    """Return the kind and the reason of a step."""
    return None if found is None else f"{found.kind} {found.reason}"


def after(plan: Plan, state: VehicleState, now: datetime, settings: Settings = SETTINGS) -> Plan:
    """Return the plan once the due step is taken."""
    plan = observed(plan, state, now, settings)
    found = next_step(situation(plan, state, now, settings))
    assert found is not None
    assert found.at <= now
    return recorded(plan, found, now)
