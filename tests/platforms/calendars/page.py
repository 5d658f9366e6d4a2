"""The requests of Home Assistant's calendar page: lists by HTTP, edits by WebSocket."""

from dataclasses import dataclass
from typing import Any

from homeassistant.auth.models import RefreshToken
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.renault_ze.coordinator import VehicleCoordinator

DEPARTURES = "calendar.renault_z_e_departures"
CHARGING = "calendar.renault_z_e_charging"
FOLLOWING = "THISANDFUTURE"

type Entry = dict[str, Any]


@dataclass(frozen=True)
class CalendarPage:
    """The page of one calendar; it connects for each request, because connections end when the clock jumps."""

    hass: HomeAssistant
    calendar: str
    socket: WebSocketGenerator
    client: ClientSessionGenerator
    session: RefreshToken

    async def entries(self, begin: str, end: str) -> list[Entry]:
        """Return the events of a span as the page shows them."""
        client = await self.client(self.hass.auth.async_create_access_token(self.session))
        response = await client.get(f"/api/calendars/{self.calendar}", params={"start": begin, "end": end})
        assert response.status == 200
        shown = [{key: value for key, value in each.items() if value is not None} for each in await response.json()]
        return [each | {key: each[key]["dateTime"] for key in ("start", "end")} for each in shown]

    async def times(self, begin: str, end: str) -> list[str]:
        """Return the start times of the events of a span."""
        return [each["start"] for each in await self.entries(begin, end)]

    async def create(self, start: str, end: str, **event: str) -> str | None:
        """Add an event, and return the error message if it is refused."""
        return await self._send("create", event={"summary": "Charging", "dtstart": start, "dtend": end, **event})

    async def update(self, entry: Entry, start: str, end: str, recurrence_range: str = "", **event: str) -> str | None:
        """Edit an event, one occurrence or with all that follow; other fields stay."""
        kept = {key: entry[key] for key in ("summary", "description") if key in entry}
        if recurrence_range or "recurrence_id" not in entry:
            kept |= {key: entry[key] for key in ("rrule",) if key in entry}
        event = {**kept, "dtstart": start, "dtend": end, **event}
        return await self._send("update", **_picked(entry, recurrence_range), event=event)

    async def delete(self, entry: Entry, recurrence_range: str = "") -> str | None:
        """Delete an event, one occurrence or with all that follow."""
        return await self._send("delete", **_picked(entry, recurrence_range))

    async def _send(self, verb: str, **message: Any) -> str | None:
        """Send an edit, and wait for its effects."""
        socket = await self.socket(self.hass, self.hass.auth.async_create_access_token(self.session))
        await socket.send_json_auto_id({"type": f"calendar/event/{verb}", "entity_id": self.calendar, **message})
        response = await socket.receive_json()
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return None if response["success"] else response["error"]["message"]


def _picked(entry: Entry, recurrence_range: str) -> dict[str, str]:
    """Return the fields by which the page selects an event."""
    recurrence_id = entry.get("recurrence_id", "")
    return {"uid": entry["uid"], "recurrence_id": recurrence_id, "recurrence_range": recurrence_range}


def planned(coordinator: VehicleCoordinator) -> list[tuple[str, str, float]]:
    """Return the windows of the plan: weekday or date, start, and hours."""
    return [
        (
            each.window.weekday.name[:3].lower() if each.on is None else each.on.isoformat(),
            f"{each.window.start:%H:%M}",
            each.window.duration.total_seconds() / 3600,
        )
        for each in coordinator.planner.plan.windows
    ]
