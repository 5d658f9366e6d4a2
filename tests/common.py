"""Helpers for the simulator and Home Assistant."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
import json
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, event
from homeassistant.util.async_ import get_scheduled_timer_handles
from hypothesis import HealthCheck, Phase, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.renault_ze.const import CONF_SERVER, DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle.command import Command
from custom_components.renault_ze.vehicle.results import CommandResult
from simulator import EXAMPLE_VIN, Simulator
from simulator.world.notifications import DoNotDisturb, Settings

VEHICLE = f"/api/vehicle/{EXAMPLE_VIN}"
ALL_EMAIL = {
    "battery_status": "EMAIL",
    "charge_start": "EMAIL",
    "charge_end": "EMAIL",
    "charge_problem": "EMAIL",
    "low_battery": "EMAIL",
    "low_battery_reminder": "EMAIL",
    "do_not_disturb": None,
}
LOGIN = "POST /api/user/login"


def cases(count: int) -> int:
    """Return how many cases of a property to test: all with `scripts/test --long`, otherwise a sample."""
    return max(1, count * settings.default.max_examples // 100)


def runs(count: int, *sample: int) -> list[int]:
    """Return the numbers of the long runs to test: all with `scripts/test --long`, otherwise a sample."""
    return [*range(count)] if cases(100) >= 100 else [*sample]


def same_cases(count: int) -> settings:
    """Return the settings of a property that takes long, tested with some cases, the same ones each time."""
    return settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def arrived(simulator: Simulator) -> list[str]:
    """Return the requests that reached the server, as verb and path."""
    return [f"{entry.method} {entry.path}" for entry in simulator.log.entries]


def logins(simulator: Simulator) -> int:
    """Return how often somebody signed in with a password."""
    return arrived(simulator).count(LOGIN)


def received_commands(simulator: Simulator) -> list[tuple[str, Any]]:
    """Return the commands that reached the server: verb, path below the vehicle, and body."""
    return [
        (f"{entry.method} {entry.path.removeprefix(VEHICLE)}", entry.body)
        for entry in simulator.log.entries
        if entry.method != "GET" and entry.path.startswith(VEHICLE)
    ]


def live_an_evening(simulator: Simulator, freezer: FrozenDateTimeFactory) -> None:
    """Precondition the car, then set a timer, a schedule and do not disturb while it charges."""
    vehicle = simulator.vehicle()
    vehicle.precondition()
    vehicle.set_timer(time(7, 30))
    vehicle.records.outbox.settings = Settings(do_not_disturb=DoNotDisturb(time(22, 30), time(6, 15)))
    vehicle.car.load(replace(vehicle.car.schedule, enabled=True))
    vehicle.car.start_charge()
    freezer.tick(timedelta(minutes=10))
    simulator.advance(0)


def fire_time_changed(hass: HomeAssistant, now: datetime | None = None) -> None:
    """Run the timers that are due.

    This is `async_fire_time_changed` of Home Assistant's plugin, which makes two mocks for each timer that it runs:
    where a test lets a day pass, that takes longer than all the rest.
    """
    # Home Assistant spreads its updates over half a second.
    then = (now or datetime.now(UTC)) + timedelta(microseconds=event.RANDOM_MICROSECOND_MAX)
    left = (then - datetime.now(UTC)).total_seconds()
    with (
        patch.object(event, "time_tracker_utcnow", lambda: then),
        patch.object(event, "time_tracker_timestamp", then.timestamp),
    ):
        for timer in list(get_scheduled_timer_handles(hass.loop)):
            if not timer.cancelled() and timer.when() - hass.loop.time() <= left:
                timer._run()
                timer.cancel()


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up, with any result."""
    if hass.config_entries.async_get_entry(entry.entry_id) is None:
        entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def check_platform(
    hass: HomeAssistant, entry: MockConfigEntry, platform: Platform, snapshot: SnapshotAssertion
) -> None:
    """Compare all entities of a platform with the snapshot."""
    with patch("custom_components.renault_ze.entity.PLATFORMS", (platform,)):
        await set_up(hass, entry)
        await snapshot_platform(hass, er.async_get(hass), snapshot, entry.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)


async def open_options(hass: HomeAssistant, entry: MockConfigEntry, choice: str = "settings") -> ConfigFlowResult:
    """Open the options, and choose from the menu."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": choice})


async def call(hass: HomeAssistant, service: str, entity_id: str, **data: Any) -> None:
    """Call an action of an entity, and wait for its effects."""
    domain, _, name = service.partition(".")
    await hass.services.async_call(domain, name, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def ask(hass: HomeAssistant, action: str, device_id: str | None = None, **data: Any) -> Any:
    """Call an action of the integration, wait for its effects, and return its response, which must be JSON."""
    car = {} if device_id is None else {"device_id": device_id}
    response = await hass.services.async_call(DOMAIN, action, {**car, **data}, blocking=True, return_response=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    return json.loads(json.dumps(response))


async def begun(coordinator: VehicleCoordinator, command: Command) -> asyncio.Future[CommandResult]:
    """Send a command, poll once, and return its future result."""
    before = coordinator.data.commands.get(command.kind)
    waiting = asyncio.ensure_future(coordinator.send_command(command, wait=True))
    while coordinator.data.commands.get(command.kind) is before:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await coordinator.async_refresh()
    return waiting


@contextmanager
def expect_error(key: str, kind: type[HomeAssistantError] = HomeAssistantError) -> Iterator[None]:
    """Expect an error with a translation key."""
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.translation_key == key


def only_device(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the device ID of the only car of an entry."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device.id


def state(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state object of an entity, which must exist."""
    found = hass.states.get(entity_id)
    assert found is not None, f"no {entity_id} among {hass.states.async_entity_ids()}"
    return found


def value(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    return state(hass, entity_id).state


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the suggested values of a form, without sections."""
    fields = dict(result["data_schema"].schema)
    if server := fields.pop(CONF_SERVER, None):
        fields |= server.schema.schema
    return {
        str(field): field.description["suggested_value"]
        for field in fields
        if field.description and "suggested_value" in field.description
    }
