"""The texts that entities and sentences about the plan need, computed from a car with all values."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from importlib import import_module
from itertools import chain
from typing import Any
from unittest.mock import Mock

from custom_components.renault_ze import messages
from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeEvent,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    CommandKind,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Vehicle,
    Weekday,
)
from custom_components.renault_ze.cloud.schedule import DAY, WEEK
from custom_components.renault_ze.const import PLATFORMS
from custom_components.renault_ze.plan.cheapest import Goal, Outcome, PlannedCharge
from custom_components.renault_ze.plan.limits import LimitMethod
from custom_components.renault_ze.plan.model import Departure, Plan, PlannedWindow
from custom_components.renault_ze.plan.savings import Savings
from custom_components.renault_ze.plan.settings import Disabled, Settings
from custom_components.renault_ze.plan.situation import Situation
from custom_components.renault_ze.plan.steps import (
    MESSAGE_REASONS,
    DepartureMessage,
    DepartureTime,
    Forecast,
    Refusal,
    RefusalMessage,
    Shortage,
    StepReason,
    WindowMessage,
)
from custom_components.renault_ze.sensors.energy import RenaultZeEnergySensorDescription
from custom_components.renault_ze.vehicle.capacity import CapacitySample
from custom_components.renault_ze.vehicle.charge_log import ChargeLog, ChargeRecorder, EnergyOptions
from custom_components.renault_ze.vehicle.results import CommandReason, CommandResult, CommandStatus
from custom_components.renault_ze.vehicle.sessions import ChargeSession, EnergySource
from custom_components.renault_ze.vehicle.state import Charge, VehicleState
from custom_components.renault_ze.views import plan_entities
from custom_components.renault_ze.views.plan_entities import Shown
from custom_components.renault_ze.views.reasons import (
    ChargingExplanation,
    ChargingReason,
    PreconditioningExplanation,
    PreconditioningReason,
)
from custom_components.renault_ze.views.sentences import Placeholder, Sentence
from custom_components.renault_ze.views.window_calendar import charge_text

NOW = datetime(2026, 10, 5, 7, tzinfo=UTC)
BEFORE = VehicleState(
    battery=Battery(charging=True, level=40),
    charge=Charge(running=True),
    runs_reported_until=NOW - timedelta(hours=1),
)
AFTER = VehicleState(
    battery=Battery(charging=False, level=80),
    charge=Charge(running=False),
    last_preconditioning=PreconditioningRun(at=NOW, source=PreconditioningSource.CAR, result=Result.SUCCESS),
    is_silent=True,
    charge_schedule=ChargeSchedule(enabled=True),
    charge_history=(
        ChargeEvent(at=NOW, kind=ChargeEventKind.ENDED),
        ChargeEvent(at=NOW - timedelta(hours=4), kind=ChargeEventKind.STARTED),
    ),
    commands={
        CommandKind.PRECONDITION: CommandResult(
            kind=CommandKind.PRECONDITION,
            status=CommandStatus.FAILED,
            reason=CommandReason.CAR_REFUSED,
            sent_at=NOW,
            settled_at=NOW,
        )
    },
)

# A plan with everything that can be shown of it, a car that is too low for it, and all that can be said of both.
DEPARTURE = Departure(id="1", name="Work", at=time(9), weekdays=WEEK)
LEAVING = DepartureTime(ready_at=NOW, start_at=NOW, day=NOW.date(), departure=DEPARTURE)
WINDOW = ChargeWindow(Weekday.TUESDAY, time(1), timedelta(hours=1))
LEVEL = Forecast(at=NOW, level=1, shortage=Shortage.BATTERY_LOW)
ABOUT_WINDOWS = (StepReason.WINDOW_LATE, StepReason.WINDOW_MISSED)
PLAN = Plan(
    departures=(DEPARTURE,),
    windows=(PlannedWindow(WINDOW),),
    charge_enabled=True,
    savings=Savings(month=NOW.date()),
)
NO_CHARGE = Outcome(level=80, energy_kwh=0, cost=0, slots=(), spare=timedelta())
PLANNED = PlannedCharge(
    goal=Goal(target=80, deadline=NOW),
    chosen=None,
    outcome=NO_CHARGE,
    at_once=NO_CHARGE,
    has_prices=True,
    is_complete=True,
)
FAILED = [CommandKind.PRECONDITION, CommandKind.START_CHARGE, CommandKind.SET_CHARGE_SCHEDULE]
LOW = VehicleState(
    battery=Battery(charging=False, level=1, plugged_in=False),
    charge_schedule=ChargeSchedule(enabled=True, windows=(WINDOW,)),
    known=frozenset(Part),
    commands={
        kind: CommandResult(
            kind=kind,
            status=CommandStatus.FAILED,
            reason=CommandReason.CLOUD_REFUSED,
            sent_at=NOW,
            settled_at=NOW,
        )
        for kind in FAILED
    },
)
SETTINGS = Settings(zone=UTC)
LEVELS = ChargeSession(begin=NOW - timedelta(hours=2), end=NOW, level_at_start=40, level_at_end=80)
CHARGED = replace(LEVELS, energy_kwh=9.8, source=EnergySource.CAR, cost=2.35, currency="EUR")
CHARGES = (LEVELS, CHARGED, replace(CHARGED, source=EnergySource.ESTIMATE))
FORECAST = {StepReason.LOW_FORECAST, StepReason.LEVEL_UNREACHABLE}
STEPS = [
    *(
        DepartureMessage(at=NOW, reason=reason, departure=LEAVING, forecast=LEVEL if reason in FORECAST else None)
        for reason in MESSAGE_REASONS
        if reason not in {*ABOUT_WINDOWS, StepReason.SCHEDULE_REFUSED}
    ),
    DepartureMessage(
        at=NOW, reason=StepReason.SENT, departure=LEAVING._replace(departure=replace(DEPARTURE, uses_timer=True))
    ),
    *(WindowMessage(at=NOW, reason=reason, window=WINDOW, begins_at=NOW) for reason in ABOUT_WINDOWS),
    RefusalMessage(Refusal("rejected", {"reason": "no"})),
]
# These always have a time.
DATED = {
    ChargingReason.STARTING,
    ChargingReason.WAITING_FOR_WINDOW,
    ChargingReason.WAITING_FOR_PRICE,
    ChargingReason.PRICES_MISSING,
    ChargingReason.WINDOW_MISSED,
}
WHYS = [
    *(
        ChargingExplanation(reason, NOW, price=0.1 if reason is ChargingReason.WAITING_FOR_PRICE else None)
        for reason in ChargingReason
    ),
    *(ChargingExplanation(reason) for reason in ChargingReason if reason not in DATED),
    ChargingExplanation(ChargingReason.NOT_PLUGGED_IN, NOW, begun=True),
    *(PreconditioningExplanation(reason, NOW) for reason in list(PreconditioningReason)[:3]),
    PreconditioningExplanation(PreconditioningReason.WAITING_FOR_DEPARTURE, NOW, "Work"),
    PreconditioningExplanation(PreconditioningReason.TIMER_IN_THE_CAR, NOW, "Work"),
    PreconditioningExplanation(
        PreconditioningReason.BATTERY_LOW,
        NOW,
        "Work",
        forecast=LEVEL,
    ),
    PreconditioningExplanation(PreconditioningReason.BATTERY_LOW, NOW, "Work", over=True),
    *(
        PreconditioningExplanation(PreconditioningReason.FAILED, NOW, "Work", over=True, disabled=each)
        for each in (True, False)
    ),
    PreconditioningExplanation(PreconditioningReason.RUNNING),
    PreconditioningExplanation(PreconditioningReason.SWITCHED_OFF),
    PreconditioningExplanation(PreconditioningReason.PAUSED, last=NOW.date()),
    PreconditioningExplanation(PreconditioningReason.NO_DEPARTURE),
]


def descriptions() -> Iterator[tuple[str, Any]]:
    """Yield every entity description with its platform."""
    for platform in PLATFORMS:
        module = import_module(f"custom_components.renault_ze.{platform}")
        for each in chain.from_iterable(found for name, found in vars(module).items() if name.endswith("DESCRIPTIONS")):
            yield platform.value, each


def attributes(description: Any) -> dict[str, Any]:
    """Return the attributes of an entity, computed from a state that has all of them."""
    shown: dict[str, Any] = {}
    if getattr(description, "attributes_fn", None):
        energy = isinstance(description, RenaultZeEnergySensorDescription)
        shown |= description.attributes_fn(*((_recorder(), NOW - DAY) if energy else (AFTER,)))
    if hasattr(description, "plan_attributes_fn"):
        shown |= description.plan_attributes_fn(Situation(plan=PLAN, state=LOW, now=NOW, settings=SETTINGS))
    shown |= _fixed(description)
    for each in _shown(description):
        known = {name: value for name, value in each.attributes.items() if value is not None or name not in shown}
        shown |= known | dict.fromkeys(each.sentences, "a sentence")
    if hasattr(description, "events_fn"):
        for before, after in ((BEFORE, AFTER), (AFTER, BEFORE)):
            for event in description.events_fn(before, after):
                shown |= event.attributes
    return shown


def _recorder() -> ChargeRecorder:
    """Return a recorder of a charge with all values."""
    sample = CapacitySample(day=NOW.date(), level=80, energy_kwh=40)
    charge = replace(CHARGED, charging_point=ChargingPoint.SLOW)
    log = ChargeLog(sessions=(charge,), read_at=NOW, samples=(sample,))
    storage = Mock(charges=Mock(return_value=log))
    return ChargeRecorder(storage, Vehicle(vin="", time_zone=UTC, capabilities=frozenset()), EnergyOptions())


def _fixed(description: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes whose possible values are known without a state."""
    if hasattr(description, "shows"):
        yield "shows", description.shows
    if getattr(description, "how_fn", None):
        yield "how", LimitMethod.CAR


def _shown(description: Any) -> Iterator[Shown]:
    """Yield what an entity of the plan shows."""
    if hasattr(description, "shown_fn"):
        yield description.shown_fn(Situation(plan=PLAN, state=LOW, now=NOW, settings=SETTINGS, planned=PLANNED))
    if hasattr(description, "message_fn"):
        yield from (description.message_fn(step, SETTINGS) for step in STEPS)


def sentences() -> dict[str, set[str]]:
    """Return the placeholders of each sentence about the plan."""
    disabled = replace(SETTINGS, disabled=(Disabled(since=NOW),))
    plugged = replace(LOW, battery=Battery(level=1, plugged_in=True))
    now = [Situation(plan=PLAN, state=state, now=NOW, settings=SETTINGS) for state in (LOW, plugged)]
    shown = [plan_entities.step_message(step, settings) for step in STEPS for settings in (SETTINGS, disabled)]
    found = [sentence for each in shown for sentence in each.sentences.values()]
    found += [plan_entities.explanation(why) for why in WHYS]
    reasons = (plan_entities.preconditioning_reason, plan_entities.charging_reason, plan_entities.schedule_status)
    found += [sentence for each in now for shown_fn in reasons for sentence in shown_fn(each).sentences.values()]
    found.append(plan_entities.explanation(ChargingExplanation(ChargingReason.WINDOW_MISSED, NOW, disabled=True)))
    found += [messages.moment(NOW + ahead * DAY, NOW.date() + later * DAY) for ahead in range(8) for later in range(2)]
    found += [plan_entities._advice(Forecast(at=NOW, level=1, shortage=each)) for each in Shortage]
    found += chain.from_iterable(_parts(charge_text(each)) for each in CHARGES)
    ends = ("energy", "energy_estimate", "cost", "cost_estimate")
    found += [Sentence(f"word_demo_{each}", {}) for each in ("car", "departure")]
    found += [Sentence(f"word_statistic_{end}", {"car": "ZOE"}) for end in ends]
    found.append(Sentence("command_pending", {}))
    found += [messages.left_out_sentence("ZOE"), *map(messages.part_name, Part)]
    told = {f"common.{sentence.key}": set(sentence.placeholders) for sentence in found}
    return {**told, f"common.{messages.CHARGE}": set(), f"common.{messages.CHARGE_STEMS}": set()}


def _parts(sentence: Placeholder | None) -> Iterator[Sentence]:
    """Yield a sentence and those within it."""
    if isinstance(sentence, Sentence):
        yield sentence
        yield from chain.from_iterable(map(_parts, sentence.placeholders.values()))


def entity_keys() -> Iterator[str]:
    """Yield the keys of the texts of entities; one without a key is named by its device class."""
    for platform, each in descriptions():
        if each.translation_key is None:
            assert each.device_class, each.key
            continue
        prefix = f"entity.{platform}.{each.translation_key}"
        yield f"{prefix}.name"
        options = ("off", "on") if platform == "calendar" else getattr(each, "options", None) or ()
        yield from (f"{prefix}.state.{option}" for option in options)
        for kind in getattr(each, "event_types", None) or ():
            yield f"{prefix}.state_attributes.event_type.state.{kind}"
        for name, value in attributes(each).items():
            yield f"{prefix}.state_attributes.{name}.name"
            if isinstance(value, StrEnum):
                yield from (f"{prefix}.state_attributes.{name}.state.{member}" for member in type(value))
