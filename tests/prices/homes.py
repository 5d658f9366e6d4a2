"""A car at either service that charges in the cheapest hours, and the prices of an entity that a test changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests import common
from tests.plan.planned import EVERY_DAY, Later

ENTITY = "sensor.price"
MODE, REASON = "select.renault_z_e_charge_mode", "sensor.renault_z_e_charging_reason"
PLANNED, STATUS = "sensor.renault_z_e_planned_charge", "sensor.renault_z_e_charge_schedule_status"
START, CHARGING = "button.renault_z_e_start_charge", "binary_sensor.renault_z_e_charging"
SCHEDULE = "calendar.renault_z_e_charging"
NIGHT = {"days": EVERY_DAY, "start": "23:00", "end": "06:30", "main": True}
_LOADS = ("/charge/scheduler/offboard/deploy", "/charge/schedule", "/actions/charge-schedule", "/ev/settings")
_MODES = ("/charge/scheduler/active", "/charge/scheduler/inactive", "/actions/charge-mode")
_STARTS = ("/charge", "/charge/start", "/actions/charging-start", "/charge/pause-resume")
HOUR = timedelta(hours=1)
WEDNESDAY = datetime(2026, 11, 18, tzinfo=UTC)
# Until the end of Thursday.
CHEAP_AT_2 = [0.3] * 26 + [0.09] * 3 + [0.2] * 3 + [0.3] * 16


def show_prices(hass: HomeAssistant, begin: datetime, prices: Iterable[float | None]) -> None:
    """Show hourly prices from an hour on, None where one is missing."""
    rows = [
        {"start": (begin + number * HOUR).isoformat(), "end": (begin + (number + 1) * HOUR).isoformat(), "value": price}
        for number, price in enumerate(prices)
        if price is not None
    ]
    hass.states.async_set(ENTITY, "0.3", {"unit_of_measurement": "EUR/kWh", "raw_today": rows})


@dataclass(kw_only=True)
class Home:
    """A car in Home Assistant: `later` lets time pass."""

    hass: HomeAssistant
    entry: MockConfigEntry
    server: Simulator
    device: str
    later: Later
    sent_at: list[datetime] = field(default_factory=list)

    @property
    def vehicle(self) -> Any:
        """Return the simulated vehicle."""
        return self.server.vehicle()

    @property
    def level(self) -> float:
        """Return the battery level."""
        return float(self.vehicle.car.battery.level)

    def arrived(self, *ends: str) -> list[str]:
        """Return the commands that arrived, with one of some ends of their path."""
        writes = (each for each in self.server.log.entries if each.method in {"POST", "PUT", "DELETE"})
        return [each.path for each in writes if each.path.endswith(ends)]

    @property
    def loads(self) -> int:
        """Return how many charge schedules arrived."""
        return len(self.arrived(*_LOADS))

    @property
    def starts(self) -> int:
        """Return how many commands to charge at once arrived."""
        return len(self.arrived(*_STARTS))

    def value(self, entity_id: str) -> str:
        """Return the state of an entity."""
        return common.value(self.hass, entity_id)

    def attributes(self, entity_id: str) -> Mapping[str, Any]:
        """Return the attributes of an entity."""
        return common.state(self.hass, entity_id).attributes

    async def ask(self, action: str, **data: Any) -> Any:
        """Call an action for the car, and return its response."""
        return await common.ask(self.hass, action, self.device, **data)

    async def call(self, service: str, entity_id: str, **data: Any) -> None:
        """Call an action of an entity."""
        await common.call(self.hass, service, entity_id, **data)

    async def reload(self) -> None:
        """Restart the integration."""
        assert await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def plug(self, level: float) -> None:
        """Plug the car in at a level."""
        self.vehicle.car.fill(level)
        self.vehicle.car.plug()
        self.vehicle.report_now()

    def unplug(self) -> None:
        """Unplug the car."""
        self.vehicle.car.unplug()
        self.vehicle.report_now()

    async def until(self, moment: str, *, step: int = 300) -> dict[str, float]:
        """Let time pass until a moment in UTC; return the level at each full hour."""
        at, levels = datetime.fromisoformat(moment).replace(tzinfo=UTC), {}
        before = self.loads
        while (now := datetime.now(UTC)) < at:
            await self.later(min(step, (at - now).total_seconds()))
            now = datetime.now(UTC)
            if self.loads > before:
                self.sent_at += [now] * (self.loads - before)
                before = self.loads
            levels[f"{now:%d %H:%M}"] = self.level
        return levels
