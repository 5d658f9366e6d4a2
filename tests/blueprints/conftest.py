"""A car in the registries, and automations made from the blueprints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
import shutil
from typing import Any, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.common import fire_time_changed

ROOT = Path(__file__).parents[2]
BLUEPRINTS = ROOT / "blueprints/automation"
COMMUTE = "renault_ze/precondition_before_commute.yaml"
NOTICE = "renault_ze/charge_problem_notice.yaml"

MONDAY = "2026-11-23"
NOTICE_ACTION = [
    {
        "action": "test.notice",
        "data": {key: f"{{{{ {key} | default }}}}" for key in ("title", "message", "reason", "problem")},
    }
]
ENTITIES = {
    "battery": ("sensor", "battery"),
    "plugged_in": ("binary_sensor", "plug"),
    "charging": ("binary_sensor", "battery_charging"),
    "leaving": ("calendar", None),
    "calendar": ("calendar", None),
    "mode": ("select", None),
    "command": ("event", None),
    "preconditioning": ("event", None),
}
SHOWS = {"leaving": "departures", "calendar": "charge_windows"}
NEXT_WINDOW = {"start_time": "2026-11-24 01:00:00"}

type Show = Callable[..., None]
type At = Callable[[str], Awaitable[None]]
type Live = Callable[[int], Awaitable[None]]


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path) -> AsyncIterator[None]:
    """Start on a Monday at 06:00 in a zone with daylight saving time, with the blueprints installed."""
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(f"{MONDAY}T05:00Z")
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints/automation")
    yield
    if hass.services.has_service(automation.DOMAIN, "turn_off"):
        await hass.services.async_call(automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.fixture
def notices(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the notifications."""
    return async_mock_service(hass, "test", "notice")


@pytest.fixture
def car(hass: HomeAssistant, device_registry: dr.DeviceRegistry, entity_registry: er.EntityRegistry) -> str:
    """Return the device of a car with the entities that the blueprints need."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "car")}, name="Zoe"
    )
    for key, (domain, device_class) in ENTITIES.items():
        entity_registry.async_get_or_create(
            domain,
            DOMAIN,
            key,
            suggested_object_id=key,
            config_entry=entry,
            device_id=device.id,
            original_device_class=device_class,
        )
    return device.id


@pytest.fixture
def show(hass: HomeAssistant, car: str) -> Show:
    """Return a function that sets the states of the car's entities."""

    def set_states(attributes: dict[str, Any] | None = None, /, **states: Any) -> None:
        for key, state in states.items():
            domain, device_class = ENTITIES[key]
            given = {"device_class": device_class} if device_class else {"shows": SHOWS.get(key)}
            hass.states.async_set(f"{domain}.{key}", str(state), given | (attributes or {}))

    set_states(battery=80, plugged_in="off", charging="off", command="unknown", preconditioning="unknown")
    set_states(NEXT_WINDOW, calendar="off")
    set_states(leaving="off", mode="by_schedule")
    return set_states


@pytest.fixture
def live(hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator) -> Live:
    """Return a function that lets minutes pass while an automation waits for the car."""

    async def pass_by(minutes: int) -> None:
        for _ in range(minutes):
            freezer.tick(60)
            simulator.advance(0)
            fire_time_changed(hass)
            for _ in range(200):
                await asyncio.sleep(0)

    return pass_by


@pytest.fixture
def at(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> At:
    """Return a function that sets the local time, and runs what is due."""

    async def move(moment: str) -> None:
        freezer.move_to(datetime.fromisoformat(moment).replace(tzinfo=dt_util.get_default_time_zone()))
        fire_time_changed(hass)
        await hass.async_block_till_done()

    return move


class House(NamedTuple):
    """A car whose entities have the states that a test shows, and the notifications about it."""

    hass: HomeAssistant
    car: str
    show: Show
    at: At
    notices: list[ServiceCall]


@pytest.fixture
def house(hass: HomeAssistant, car: str, show: Show, at: At, notices: list[ServiceCall]) -> House:
    """Return a car whose entities have the states that a test shows, and the notifications about it."""
    return House(hass, car, show, at, notices)


async def automate(hass: HomeAssistant, path: str, **inputs: Any) -> None:
    """Return a function that creates an automation from a blueprint."""
    blueprint = {"path": path, "input": inputs}
    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: {"alias": "blueprint", "use_blueprint": blueprint}}
    )
    await hass.async_block_till_done()
    assert hass.states.get("automation.blueprint") is not None


def messages(notices: list[ServiceCall]) -> list[str]:
    """Return the messages of the notifications."""
    return [notice.data["message"] for notice in notices]
