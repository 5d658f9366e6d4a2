"""The departures and the charge windows, as calendars that are also edited there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.components.calendar.const import CalendarEntityFeature, CalendarEventStatus
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util
from homeassistant.util.uuid import random_uuid_hex

from .cloud.models import Capability, Part
from .cloud.schedule import ScheduleError, check_date
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .messages import CHARGE, read as read_text, schedule_error
from .plan.model import Plan
from .views import departure_calendar, window_calendar
from .views.calendar import Context, Entry, EventInput, PlanCalendar, Selection, read
from .views.departure_calendar import DepartureCalendar
from .views.plan_entities import Sentence
from .views.window_calendar import WindowCalendar

# An edit of the plan is done at once, and the plan gives its orders by itself.
PARALLEL_UPDATES = 0
_FOLLOWING = "THISANDFUTURE"
_ADD = CalendarEntityFeature.CREATE_EVENT
_EDIT = _ADD | CalendarEntityFeature.UPDATE_EVENT | CalendarEntityFeature.DELETE_EVENT


class Contents(StrEnum):
    """What a calendar is of, by which a template finds it whatever it is called."""

    CHARGE_WINDOWS = "charge_windows"
    DEPARTURES = "departures"


@dataclass(frozen=True, kw_only=True)
class RenaultZeCalendarDescription(RenaultZeDescription, CalendarEntityDescription):
    """A calendar: what it shows, in a word for templates too, and the words the descriptions of its events may hold.

    Whether that is the plan's decides if it can be edited; what is the plan's does not depend on what is known of the
    car.
    """

    shows: Contents
    calendar_fn: Callable[[Context, str], PlanCalendar]
    words: tuple[str, ...]
    planned_fn: Callable[[VehicleCoordinator], bool]


DESCRIPTIONS: tuple[RenaultZeCalendarDescription, ...] = (
    RenaultZeCalendarDescription(
        key="charging",
        translation_key="charging",
        capability=Capability.CHARGE_SCHEDULE,
        part=Part.CHARGE_SCHEDULE,
        shows=Contents.CHARGE_WINDOWS,
        calendar_fn=WindowCalendar,
        words=window_calendar.WORDS,
        planned_fn=lambda coordinator: coordinator.planner.keeps_schedule,
    ),
    RenaultZeCalendarDescription(
        key="departures",
        translation_key="departures",
        capability=Capability.PRECONDITIONING,
        shows=Contents.DEPARTURES,
        calendar_fn=lambda context, _: DepartureCalendar(context, random_uuid_hex()),
        words=departure_calendar.WORDS,
        planned_fn=lambda _: True,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the calendars."""
    add_entities(entry, async_add_entities, RenaultZeCalendar, DESCRIPTIONS)


class RenaultZeCalendar(RenaultZeEntity, CalendarEntity):
    """A part of the plan; its times are the vehicle's, shown in Home Assistant's zone."""

    entity_description: RenaultZeCalendarDescription
    # A page that shows the calendar is told of a change to any of its events by a state that is written.
    _shows = attrgetter(
        "available",
        "supported_features",
        "_coming",
        "coordinator.planner.plan",
        "coordinator.data.charge_schedule",
        "coordinator.data.charge_history",
    )

    @property
    @override
    def capability_attributes(self) -> dict[str, Any]:
        """Return what is known of the calendar even while it is unavailable."""
        return {"shows": self.entity_description.shows}

    @property
    @override
    def available(self) -> bool:
        """Tell whether there is something to show."""
        return self.entity_description.planned_fn(self.coordinator) or super().available

    @property
    @override
    def supported_features(self) -> CalendarEntityFeature:
        """Return what can be done: what only the car holds can be added to, which starts the plan, but not edited."""
        return _EDIT if self.entity_description.planned_fn(self.coordinator) else _ADD

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what goes on or comes next."""
        coming = self._coming
        return None if coming is None else _event(coming)

    @property
    def _coming(self) -> Entry | None:
        """Return what goes on or comes next, before it is made an event, which costs a check of all its fields."""
        return self._calendar(dt_util.utcnow()).next_entry()

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what touches a span."""
        return list(map(_event, self._calendar(dt_util.utcnow()).entries(start_date, end_date)))

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Add to the plan what was entered."""
        await self._edit(lambda calendar: calendar.create(self._read(kwargs)))

    @override
    async def async_update_event(
        self, uid: str, event: dict[str, Any], recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Change in the plan what was picked."""
        await self._edit(
            lambda calendar: calendar.update(_selection(uid, recurrence_id, recurrence_range), self._read(event))
        )

    @override
    async def async_delete_event(
        self, uid: str, recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Take out of the plan what was picked."""
        await self._edit(lambda calendar: calendar.delete(_selection(uid, recurrence_id, recurrence_range)))

    def _calendar(self, now: datetime) -> PlanCalendar:
        """Return the part of the plan that is shown."""
        situation, home = self.coordinator.situation(now), dt_util.get_default_time_zone()
        name = read_text(self.hass, Sentence(CHARGE, {})) or str(self.name)
        context = Context(situation=situation, vehicle=self.coordinator.vehicle, home=home)
        return self.entity_description.calendar_fn(context, name)

    def _read(self, event: Mapping[str, Any]) -> EventInput:
        """Return what was entered; times without a zone are those of Home Assistant."""
        times = {key: event[key] for key in ("dtstart", "dtend")}
        for at in times.values():
            check_date(at.date() if isinstance(at, datetime) else at, dt_util.utcnow())
        local = {key: dt_util.as_local(at) if isinstance(at, datetime) else at for key, at in times.items()}
        return read({**event, **local}, self.coordinator.vehicle.time_zone, self.entity_description.words)

    async def _edit(self, change: Callable[[PlanCalendar], Plan]) -> None:
        """Change the plan, or say in the owner's language why that cannot be."""
        try:
            self.coordinator.edit_plan(lambda _, now: change(self._calendar(now)))
        except ScheduleError as err:
            raise await schedule_error(self.hass, err) from err


def _selection(uid: str, recurrence_id: str | None, recurrence_range: str | None) -> Selection:
    """Return what was picked; the one time of something weekly is known by the vehicle's date."""
    day = date.fromisoformat(recurrence_id) if recurrence_id else None
    if day is not None:
        check_date(day, dt_util.utcnow())
    return Selection(uid, day, follow=recurrence_range == _FOLLOWING)


def _event(entry: Entry) -> CalendarEvent:
    """Return an entry as Home Assistant's calendar has it."""
    return CalendarEvent(
        start=dt_util.as_local(entry.begin),
        end=dt_util.as_local(entry.end),
        summary=entry.summary,
        description=entry.description,
        uid=entry.uid,
        recurrence_id=None if entry.day is None else entry.day.isoformat(),
        rrule=entry.rule,
        status=CalendarEventStatus.TENTATIVE if entry.tentative else None,
    )
