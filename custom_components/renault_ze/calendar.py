"""Calendars of the departures and the charge windows, which can be edited on the calendar page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.components.calendar.const import CalendarEntityFeature, CalendarEventStatus
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import UndefinedType
from homeassistant.util import dt as dt_util
from homeassistant.util.uuid import random_uuid_hex

from .cloud.models import Capability
from .cloud.schedule import ScheduleError, check_date
from .coordinator import RenaultZeConfigEntry
from .devices import distinct
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import CHARGE, CHARGE_STEMS, schedule_error, sentence_text
from .plan.model import Plan
from .views import departure_calendar, window_calendar
from .views.calendar import CalendarContext, CalendarEntry, EventInput, PlanCalendar, Selection, read
from .views.departure_calendar import DepartureCalendar
from .views.sentences import Sentence
from .views.window_calendar import WindowCalendar

# An edit of the plan sends nothing; the plan sends its commands when they are due.
PARALLEL_UPDATES = 0
_FOLLOWING = "THISANDFUTURE"


class Contents(StrEnum):
    """The content of a calendar, for templates that search for it."""

    CHARGE_WINDOWS = "charge_windows"
    DEPARTURES = "departures"


@dataclass(frozen=True, kw_only=True)
class RenaultZeCalendarDescription(RenaultZeDescription, CalendarEntityDescription):
    """A calendar, and the words that the descriptions of its events may contain."""

    shows: Contents
    calendar_fn: Callable[[CalendarContext, str, tuple[str, ...]], PlanCalendar]
    words: tuple[str, ...]


def _selection(uid: str, recurrence_id: str | None, recurrence_range: str | None) -> Selection:
    """Return the selected event or occurrence; an occurrence is identified by the vehicle's date."""
    day = date.fromisoformat(recurrence_id) if recurrence_id else None
    if day is not None:
        check_date(day, dt_util.utcnow())
    return Selection(uid, day, follow=recurrence_range == _FOLLOWING)


def _event(hass: HomeAssistant, entry: CalendarEntry) -> CalendarEvent:
    """Convert an entry to an event of Home Assistant, in its language."""
    text = entry.description
    return CalendarEvent(
        start=dt_util.as_local(entry.begin),
        end=dt_util.as_local(entry.end),
        summary=entry.summary,
        description=sentence_text(hass, text) if isinstance(text, Sentence) else text,
        uid=entry.uid,
        recurrence_id=None if entry.day is None else entry.day.isoformat(),
        rrule=entry.rule,
        status=CalendarEventStatus.TENTATIVE if entry.tentative else None,
    )


DESCRIPTIONS: tuple[RenaultZeCalendarDescription, ...] = (
    RenaultZeCalendarDescription(
        key="charging",
        translation_key="charging",
        capability=Capability.CHARGE_SCHEDULE,
        needs_schedule=True,
        shows=Contents.CHARGE_WINDOWS,
        calendar_fn=WindowCalendar,
        words=window_calendar.WINDOW_KEYWORDS,
    ),
    RenaultZeCalendarDescription(
        key="departures",
        translation_key="departures",
        capability=Capability.PRECONDITIONING,
        shows=Contents.DEPARTURES,
        calendar_fn=lambda context, _name, _stems: DepartureCalendar(context, random_uuid_hex()),
        words=departure_calendar.DEPARTURE_KEYWORDS,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the calendars."""
    add_entities(entry, async_add_entities, RenaultZeCalendar, DESCRIPTIONS)


class RenaultZeCalendar(RenaultZeEntity, CalendarEntity):
    """A calendar of a vehicle, shown in Home Assistant's time zone."""

    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT | CalendarEntityFeature.UPDATE_EVENT | CalendarEntityFeature.DELETE_EVENT
    )
    entity_description: RenaultZeCalendarDescription
    _sources: tuple[object, ...] = ()
    _coming: CalendarEntry | None = None
    _event: CalendarEvent | None = None

    @property
    @override
    def name(self) -> str | UndefinedType | None:
        """Return the name, with the end of the VIN if another car has the same name."""
        name, car = super().name, self.coordinator
        return distinct(car.hass, car.config_entry, car.vehicle.vin, name) if isinstance(name, str) else name

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to renamed cars."""
        await super().async_added_to_hass()
        self.async_on_remove(self.hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._update_name))

    @callback
    def _update_name(self, change: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """Distinguish the calendar from one of a car with the same name."""
        if change.data["action"] == "update" and change.data["changes"].keys() & {"name", "name_by_user"}:
            er.async_get(self.hass).async_update_entity(self.entity_id, original_name=self.name)

    @property
    @override
    def capability_attributes(self) -> dict[str, Any]:
        """Return the content, also while the calendar is unavailable."""
        return {"shows": self.entity_description.shows}

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the current or next event; Home Assistant reads it again when that ends."""
        if self._coming is not None and self._coming.end <= dt_util.utcnow():
            self._async_update_attrs()
        return self._event

    @override
    @callback
    def _async_update_attrs(self) -> object:
        """Set the event, and return all that events are made of: a page that shows them reads them after a write."""
        plan, state, calendar = self.coordinator.planner.plan, self.coordinator.data, self._calendar(dt_util.utcnow())
        sources = calendar.next_time(), plan, state.charge_schedule, calendar.context.home
        if sources != self._sources:
            # Home Assistant checks all fields of an event, which takes time.
            self._sources, self._coming = sources, calendar.next_entry()
            self._event = None if self._coming is None else _event(self.hass, self._coming)
        return self._coming, plan, state.charge_schedule, calendar.context.charges

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events within a time span."""
        return [_event(self.hass, each) for each in self._calendar(dt_util.utcnow()).entries(start_date, end_date)]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Add an event to the plan."""
        await self._edit(lambda calendar: calendar.create(self._read(kwargs)))

    @override
    async def async_update_event(
        self, uid: str, event: dict[str, Any], recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Change an event, or one or more of its occurrences."""
        await self._edit(
            lambda calendar: calendar.update(_selection(uid, recurrence_id, recurrence_range), self._read(event))
        )

    @override
    async def async_delete_event(
        self, uid: str, recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Delete an event, or one or more of its occurrences."""
        await self._edit(lambda calendar: calendar.delete(_selection(uid, recurrence_id, recurrence_range)))

    def _calendar(self, now: datetime, stems: tuple[str, ...] = ()) -> PlanCalendar:
        """Return the calendar of the plan; the summary of a new charge window contains one of the `stems`."""
        situation, home = self.coordinator.situation(now), dt_util.get_default_time_zone()
        name = sentence_text(self.hass, Sentence(CHARGE, {})) or str(self.name)
        charges = self.coordinator.charges.log.sessions
        vehicle = self.coordinator.vehicle
        context = CalendarContext(situation=situation, vehicle=vehicle, home=home, charges=charges)
        return self.entity_description.calendar_fn(context, name, stems)

    def _read(self, event: Mapping[str, Any]) -> EventInput:
        """Parse an event; times without a zone are in Home Assistant's."""
        times = {key: event[key] for key in ("dtstart", "dtend")}
        for at in times.values():
            check_date(at.date() if isinstance(at, datetime) else at, dt_util.utcnow())
        local = {key: dt_util.as_local(at) if isinstance(at, datetime) else at for key, at in times.items()}
        return read({**event, **local}, self.coordinator.vehicle.time_zone, self.entity_description.words)

    async def _edit(self, change: Callable[[PlanCalendar], Plan]) -> None:
        """Edit the plan; raise a translated error if that is not possible."""
        stems = "charg", *(sentence_text(self.hass, Sentence(CHARGE_STEMS, {})) or "").split()
        try:
            self.coordinator.edit_plan(lambda _, now: change(self._calendar(now, stems)))
        except ScheduleError as err:
            raise await schedule_error(self.hass, err) from err
