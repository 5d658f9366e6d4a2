"""What happened to a vehicle while Home Assistant looked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud.models import Capability, ChargeEventKind, Result
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import read
from .plan.settings import Settings
from .plan.steps import TOLD, Message
from .vehicle import update
from .vehicle.state import Charge, Command, CommandStatus, VehicleState
from .views import plan_entities
from .views.plan_entities import Shown

PARALLEL_UPDATES = 0


class Happening(NamedTuple):
    """An event and what belongs to it."""

    kind: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RenaultZeEventDescription(RenaultZeDescription, EventEntityDescription):
    """An event entity, and how two states in a row tell what happened between them."""

    happenings_fn: Callable[[VehicleState, VehicleState], Iterator[Happening]]


@dataclass(frozen=True, kw_only=True)
class RenaultZePlanEventDescription(RenaultZeDescription, EventEntityDescription):
    """An event entity of the plan, and what a message shows."""

    message_fn: Callable[[Message, Settings], Shown]


def _charge(before: VehicleState, now: VehicleState) -> Iterator[Happening]:
    """Tell that a charge started or ended."""
    was, charge = before.charge, now.charge
    level = None if now.battery is None else now.battery.level
    ended = was.awaits_history or (bool(was.running) and charge.running is False)
    # The end is told with what the charge has brought, if that takes no more than a moment.
    if ended and not charge.awaits_history:
        yield Happening(ChargeEventKind.ENDED, {"level": level, **_brought(was, now)})
    if was.running is False and charge.running:
        yield Happening(ChargeEventKind.STARTED, {"level": level})


def _brought(charge: Charge, now: VehicleState) -> Mapping[str, Any]:
    """Return what a charge that ended has brought, where the history tells."""
    session = update.finished_session(charge, now.charge_history)
    if session is None:
        return {}
    return {
        "started_at": session.started.at,
        "ended_at": session.ended.at,
        "level_at_start": session.started.level,
        "level_gained": session.level_gained,
    }


def _preconditioning(before: VehicleState, now: VehicleState) -> Iterator[Happening]:
    """Tell how a preconditioning ended that was not known before."""
    run, told_until = now.last_preconditioning, before.runs_told_until
    if run is None or run.result is None or told_until is None or run.at <= told_until:
        return
    kind = "succeeded" if run.result is Result.SUCCESS else "failed"
    yield Happening(kind, {"at": run.at, "source": run.source})


def _command(before: VehicleState, now: VehicleState) -> Iterator[Happening]:
    """Tell the fate of every order that was settled."""
    for kind, command in now.commands.items():
        if command.settled and not _is_known(command, before.commands.get(kind)):
            yield Happening(
                command.status, {"command": command.kind, "reason": command.reason, "sent_at": command.sent_at}
            )


def _is_known(command: Command, before: Command | None) -> bool:
    """Tell whether the fate of an order was told before, perhaps with instants of a clock that was ahead."""
    if before is None or not before.settled:
        return False
    return command == before or command.sent_at < before.sent_at


DESCRIPTIONS: tuple[RenaultZeEventDescription, ...] = (
    RenaultZeEventDescription(
        key="charge",
        translation_key="charge",
        event_types=[ChargeEventKind.STARTED, ChargeEventKind.ENDED],
        capability=Capability.BATTERY,
        happenings_fn=_charge,
    ),
    RenaultZeEventDescription(
        key="preconditioning",
        translation_key="preconditioning",
        event_types=["succeeded", "failed"],
        capability=Capability.PRECONDITIONING_HISTORY,
        happenings_fn=_preconditioning,
    ),
    RenaultZeEventDescription(
        key="command",
        translation_key="command",
        event_types=list(CommandStatus),
        capability=None,
        happenings_fn=_command,
    ),
)


PLAN_DESCRIPTIONS: tuple[RenaultZePlanEventDescription, ...] = (
    RenaultZePlanEventDescription(
        key="plan",
        translation_key="plan",
        event_types=list(TOLD),
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
    """What happened last; nothing from before Home Assistant started is told."""

    entity_description: RenaultZeEventDescription

    def __init__(self, coordinator: VehicleCoordinator, description: RenaultZeEventDescription) -> None:
        """Start from what is known now."""
        super().__init__(coordinator, description)
        self._before = coordinator.data

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Tell everything that happened since the last look."""
        before, self._before = self._before, self.coordinator.data
        for happening in self.entity_description.happenings_fn(before, self._before):
            self._trigger_event(happening.kind, dict(happening.attributes))
            self.async_write_ha_state()


class RenaultZePlanEvent(RenaultZeEntity, EventEntity):
    """What the plan said last."""

    entity_description: RenaultZePlanEventDescription
    _shows = attrgetter("available")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the plan."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.planner.on_message(self._tell))

    @callback
    def _tell(self, message: Message) -> None:
        """Fire an event for a message of the plan."""
        shown = self.entity_description.message_fn(message, self.coordinator.planner.settings)
        texts = {name: read(self.hass, each) for name, each in shown.sentences.items()}
        self._trigger_event(message.reason, {**shown.attributes, **texts})
        self.async_write_ha_state()
