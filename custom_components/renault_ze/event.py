"""Events of a vehicle and of its plan."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, ChargeEventKind, Result
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import sentence_text
from .plan.settings import Settings
from .plan.steps import MESSAGE_REASONS, Message
from .vehicle import update
from .vehicle.results import CommandResult, CommandStatus
from .vehicle.state import Charge, VehicleState
from .views import plan_entities
from .views.plan_entities import Shown

PARALLEL_UPDATES = 0


class EntityEvent(NamedTuple):
    """An event type and its attributes."""

    type: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RenaultZeEventDescription(RenaultZeDescription, EventEntityDescription):
    """An event entity, with the function that finds the events between two states."""

    events_fn: Callable[[VehicleState, VehicleState], Iterator[EntityEvent]]


@dataclass(frozen=True, kw_only=True)
class RenaultZePlanEventDescription(RenaultZeDescription, EventEntityDescription):
    """An event entity of the plan, with the function that describes a message."""

    message_fn: Callable[[Message, Settings], Shown]


def _charge(before: VehicleState, now: VehicleState) -> Iterator[EntityEvent]:
    """Yield the start and end of a charge."""
    was, charge = before.charge, now.charge
    level = None if now.battery is None else now.battery.level
    ended = was.awaits_history or (bool(was.running) and charge.running is False)
    # The end waits a moment for the history, which contains what was charged.
    if ended and not charge.awaits_history:
        yield EntityEvent(ChargeEventKind.ENDED, {"level": level, **_finished_charge(was, now)})
    if charge.running and (was.running is False or (charge.by_level and not was.running)):
        yield EntityEvent(ChargeEventKind.STARTED, {"level": level})


def _finished_charge(charge: Charge, now: VehicleState) -> Mapping[str, Any]:
    """Return the attributes of a finished charge, none if the history does not contain it."""
    session = update.finished_session(charge, now.charge_history)
    if session is None:
        return {}
    return {
        "started_at": session.begin,
        "ended_at": session.end,
        "level_at_start": session.level_at_start,
        "level_gained": session.level_gained,
    }


def _preconditioning(before: VehicleState, now: VehicleState) -> Iterator[EntityEvent]:
    """Yield the result of a preconditioning that was not known before."""
    run, told_until = now.last_preconditioning, before.runs_reported_until
    if run is None or run.result is None or told_until is None or run.at <= told_until:
        return
    kind = "succeeded" if run.result is Result.SUCCESS else "failed"
    yield EntityEvent(kind, {"at": run.at, "source": run.source})


def _command(before: VehicleState, now: VehicleState) -> Iterator[EntityEvent]:
    """Yield the result of each command that has one now."""
    for kind, command in now.commands.items():
        if command.is_settled and not _is_known(command, before.commands.get(kind)):
            attributes = {"reason": command.reason, "route": command.route, "sent_at": command.sent_at}
            yield EntityEvent(command.status, {"command": command.kind, **attributes})


def _is_known(command: CommandResult, before: CommandResult | None) -> bool:
    """Return whether a result was known before, perhaps with times of a clock that was ahead."""
    if before is None or not before.is_settled:
        return False
    return command == before or command.sent_at < before.sent_at


DESCRIPTIONS: tuple[RenaultZeEventDescription, ...] = (
    RenaultZeEventDescription(
        key="charge",
        translation_key="charge",
        event_types=[ChargeEventKind.STARTED, ChargeEventKind.ENDED],
        capability=Capability.BATTERY,
        events_fn=_charge,
    ),
    RenaultZeEventDescription(
        key="preconditioning",
        translation_key="preconditioning",
        # Sensors of the car show the same values.
        entity_registry_enabled_default=False,
        event_types=["succeeded", "failed"],
        capability=Capability.PRECONDITIONING_HISTORY,
        events_fn=_preconditioning,
    ),
    RenaultZeEventDescription(
        key="command",
        translation_key="command",
        event_types=list(CommandStatus),
        capability=None,
        events_fn=_command,
    ),
)


PLAN_DESCRIPTIONS: tuple[RenaultZePlanEventDescription, ...] = (
    RenaultZePlanEventDescription(
        key="plan",
        translation_key="plan",
        event_types=list(MESSAGE_REASONS),
        capability=None,
        message_fn=plan_entities.step_message,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events."""
    add_entities(entry, async_add_entities, RenaultZeEvent, DESCRIPTIONS)
    add_entities(entry, async_add_entities, RenaultZePlanEvent, PLAN_DESCRIPTIONS)


class RenaultZeEvent(RenaultZeEntity, EventEntity):
    """The last event of a kind since Home Assistant started."""

    entity_description: RenaultZeEventDescription

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeEventDescription) -> None:
        """Start with the current state."""
        super().__init__(coordinator, description)
        self._before = coordinator.data

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Trigger the events since the last update."""
        before, self._before = self._before, self.coordinator.data
        for event in self.entity_description.events_fn(before, self._before):
            self._trigger_event(event.type, dict(event.attributes))
            self.async_write_ha_state()


class RenaultZePlanEvent(RenaultZeEntity, EventEntity):
    """The last message of the plan."""

    entity_description: RenaultZePlanEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the plan's messages."""
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, self.coordinator.plan_message, self._show))

    @callback
    def _show(self, message: Message) -> None:
        """Trigger the event of a message."""
        shown = self.entity_description.message_fn(message, self.coordinator.planner.settings)
        texts = {name: sentence_text(self.hass, each) for name, each in shown.sentences.items()}
        self._trigger_event(message.reason, {**shown.attributes, **texts})
        self.async_write_ha_state()
