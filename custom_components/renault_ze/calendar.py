"""The charge windows in the car, as a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .cloud.models import Capability, Part
from .coordinator import RenaultZeConfigEntry
from .entity import RenaultZeDescription, RenaultZeEntity, add_entities
from .schedule import Occurrence, occurrences

PARALLEL_UPDATES = 0

# A week is where the car's schedule begins again; a day more holds the window that runs now.
_AHEAD = timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class RenaultZeCalendarDescription(RenaultZeDescription, CalendarEntityDescription):
    """A calendar."""


DESCRIPTIONS: tuple[RenaultZeCalendarDescription, ...] = (
    RenaultZeCalendarDescription(
        key="charging",
        translation_key="charging",
        capability=Capability.CHARGE_SCHEDULE,
        part=Part.CHARGE_SCHEDULE,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RenaultZeConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the calendar."""
    add_entities(entry, async_add_entities, RenaultZeCalendar, DESCRIPTIONS)


class RenaultZeCalendar(RenaultZeEntity, CalendarEntity):
    """When the car will charge by its schedule; nothing while the schedule is disabled."""

    entity_description: RenaultZeCalendarDescription

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the window that runs or comes next."""
        now = dt_util.utcnow()
        return next(map(self._event, self._occurrences(now, now + _AHEAD)), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the windows that touch a span."""
        return list(map(self._event, self._occurrences(start_date, end_date)))

    def _occurrences(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        """Yield the windows the car will keep."""
        schedule = self.coordinator.data.charge_schedule
        windows = schedule.windows if schedule is not None and schedule.enabled else ()
        return occurrences(windows, self.coordinator.vehicle.time_zone, begin, end)

    def _event(self, occurrence: Occurrence) -> CalendarEvent:
        """Return a window as a calendar shows it."""
        return CalendarEvent(
            start=dt_util.as_local(occurrence.begin), end=dt_util.as_local(occurrence.end), summary=str(self.name)
        )
