"""Plans for the example car, the commands they send, and what the user is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant, State
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests import common
from tests.common import ask, received_commands

HOUR = timedelta(hours=1)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORK = {"name": "Work", "time": "07:30", "days": EVERY_DAY}
CINEMA = {"name": "Cinema", "time": "20:15", "date": "2026-11-27"}
NIGHT = {"days": EVERY_DAY, "start": "01:00", "end": "05:00", "main": True}
NOON = {"days": EVERY_DAY, "start": "12:00", "end": "13:00"}
PLAN = "event.renault_z_e_plan"
WARM = ("POST /air-conditioning", None)
DEPLOY = ("POST /charge/scheduler/offboard/deploy", None)
TIMER = ("POST /air-conditioning/scheduler", {"start": "0720"})
NO_TIMER = ("DELETE /air-conditioning/scheduler", None)

type Until = Callable[[str], Awaitable[None]]


class Later(Protocol):
    """Lets seconds pass, once or several times."""

    async def __call__(self, seconds: float, times: int = 1) -> None:
        """Return when Home Assistant is done."""


@dataclass(frozen=True)
class Car:
    """The example car in Home Assistant: `later` and `until` let time pass, `plan_events` are its plan's messages."""

    hass: HomeAssistant
    entry: MockConfigEntry
    coordinator: VehicleCoordinator
    device_id: str
    simulator: Simulator
    later: Later
    until: Until
    plan_events: list[str]

    @property
    def commands(self) -> list[tuple[str, Any]]:
        """Return the commands that reached the server."""
        return received_commands(self.simulator)

    async def ask(self, action: str, **data: Any) -> Any:
        """Call an action for the car, and return its response."""
        return await ask(self.hass, action, self.device_id, **data)

    async def call(self, service: str, entity_id: str, **data: Any) -> None:
        """Call an action of an entity, and wait for its effects."""
        await common.call(self.hass, service, entity_id, **data)

    def state(self, entity_id: str) -> State:
        """Return the state object of an entity, which must exist."""
        return common.state(self.hass, entity_id)

    def value(self, entity_id: str) -> str:
        """Return the state of an entity."""
        return common.value(self.hass, entity_id)

    async def disable(self) -> None:
        """Disable the account."""
        await self.hass.config_entries.async_set_disabled_by(self.entry.entry_id, ConfigEntryDisabler.USER)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def enable(self) -> None:
        """Enable the account."""
        await self.hass.config_entries.async_set_disabled_by(self.entry.entry_id, None)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def set_up(self) -> None:
        """Load the account."""
        await common.set_up(self.hass, self.entry)

    async def unload(self) -> None:
        """Unload the account."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def reload(self) -> None:
        """Reload the account."""
        await reload(self.hass, self.entry)


def week(simulator: Simulator) -> dict[str, Any]:
    """Return the charge schedule that was written last, and clear the log."""
    written = [body for order, body in received_commands(simulator) if order == "PUT /charge/scheduler/offboard"]
    simulator.log.entries.clear()
    assert written, "no charge schedule was written"
    return {day: written[-1][day] for day in EVERY_DAY}


def nights(**others: dict[str, str]) -> dict[str, Any]:
    """Return the charge schedule of nights, with some days replaced."""
    return {**{day: {"start": "0100", "duration": "0400"} for day in EVERY_DAY}, **others}


def notifications(hass: HomeAssistant) -> list[str]:
    """Return the messages of all notifications."""
    shown = persistent_notification._async_get_or_create_notifications(hass)
    return [each["message"] for each in shown.values()]


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the account."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
