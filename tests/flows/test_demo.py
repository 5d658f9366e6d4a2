"""Trying the integration with a demo car, and removing it again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.renault_ze.cloud.demo import DEMO_VIN
from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, DOMAIN
from custom_components.renault_ze.vehicle.results import CommandStatus
from tests.common import ask, call, fire_time_changed, state, value
from tests.contract.test_commands import COMMANDS

# A Wednesday, 13:30 on the car's clock: the car is at home, and its windows are at night.
pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

MINUTE = timedelta(minutes=1)
LAST_COMMAND = "sensor.demo_car_last_command"


async def add(hass: HomeAssistant) -> ConfigFlowResult:
    """Select the demo car in the first menu, in a home in Paris."""
    await hass.config.async_set_time_zone("Europe/Paris")
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["menu_options"] == ["my_renault", "ze_services", "demo"]
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "demo"})
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.fixture
async def entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Return the entry of a demo car that was just added."""
    result = await add(hass)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result["result"]


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, span: timedelta, times: int = 1) -> None:
    """Let time pass."""
    for _ in range(times):
        freezer.tick(span)
        fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)


def values(hass: HomeAssistant) -> dict[str, str]:
    """Return all values of the car but the temperatures, which are read every hour."""
    found = {each.entity_id: each.state for each in hass.states.async_all() if "demo_car" in each.entity_id}
    return {entity_id: value for entity_id, value in found.items() if "temperature" not in entity_id}


async def test_add(hass: HomeAssistant, entry: ConfigEntry[Any], device_registry: dr.DeviceRegistry) -> None:
    """One click adds a car that says what it is, with its values, its plan, and its past."""
    assert (entry.title, entry.state) == ("Demo car", ConfigEntryState.LOADED)
    assert dict(entry.data) == {"cloud": "demo"}
    [device] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert (device.name, device.manufacturer, device.model) == ("Demo car", "Demo", "Simulated car")
    assert 40 < float(value(hass, "sensor.demo_car_battery")) < 90
    assert value(hass, "binary_sensor.demo_car_plugged_in") == "on"
    assert value(hass, "sensor.demo_car_charging_reason") == "waiting_for_window"
    assert value(hass, "select.demo_car_charge_mode") == "by_schedule"
    assert value(hass, "number.demo_car_charge_limit") == "80"
    assert value(hass, "sensor.demo_car_next_departure") == "2026-11-19T06:45:00+00:00"
    assert value(hass, "event.demo_car_plan") == "unknown"
    assert float(value(hass, "sensor.demo_car_energy_charged")) > 100
    sessions = (await ask(hass, "get_charge_history", device.id, **{"from": "2026-10-20", "to": "2026-11-18"}))[
        "sessions"
    ]
    assert len(sessions) >= 28


async def test_commands(hass: HomeAssistant, entry: ConfigEntry[Any], freezer: FrozenDateTimeFactory) -> None:
    """The car confirms commands within a minute."""
    for button, sensor in (("start_charge", "charging"), ("start_preconditioning", "preconditioning")):
        await call(hass, "button.press", f"button.demo_car_{button}")
        await wait(hass, freezer, MINUTE / 2, 2)
        assert value(hass, f"binary_sensor.demo_car_{sensor}") == "on"
        assert value(hass, LAST_COMMAND) == "confirmed"
    await call(hass, "button.press", "button.demo_car_stop_charge")
    await wait(hass, freezer, MINUTE / 2, 2)
    assert value(hass, "binary_sensor.demo_car_charging") == "off"
    await call(hass, "select.select_option", "select.demo_car_charge_mode", option="any_time")
    await wait(hass, freezer, MINUTE / 2, 4)
    assert value(hass, "sensor.demo_car_charge_schedule_status") == "disabled"
    assert value(hass, "binary_sensor.demo_car_charging") == "on"


@pytest.mark.parametrize("kind", sorted({*COMMANDS} - {CommandKind.SET_NOTIFICATIONS}))
async def test_confirmed(
    hass: HomeAssistant, entry: ConfigEntry[Any], freezer: FrozenDateTimeFactory, kind: CommandKind
) -> None:
    """The car confirms each command that it has, as a car at the other clouds does."""
    coordinator = entry.runtime_data.vehicles[DEMO_VIN]
    if kind is CommandKind.CANCEL_PRECONDITION:
        await coordinator.send_command(COMMANDS[CommandKind.PRECONDITION_AT]())
        await wait(hass, freezer, MINUTE / 2, 2)
    await coordinator.send_command(COMMANDS[kind]())
    await wait(hass, freezer, MINUTE / 2, 2)
    assert coordinator.data.commands[kind].status is CommandStatus.CONFIRMED


async def test_night_and_departure(
    hass: HomeAssistant, entry: ConfigEntry[Any], freezer: FrozenDateTimeFactory
) -> None:
    """The plan stops the charge at the limit, and preconditions for the departure of the next morning."""
    await wait(hass, freezer, 5 * MINUTE, 12 * 16)
    assert value(hass, "sensor.demo_car_battery") in {"80", "81"}
    await wait(hass, freezer, 5 * MINUTE, 12 * 3)
    assert value(hass, "binary_sensor.demo_car_plugged_in") == "off"
    assert state(hass, "event.demo_car_plan").attributes["event_type"] == "ready"
    last = state(hass, "sensor.demo_car_last_command")
    assert (last.state, last.attributes["command"]) == ("confirmed", "precondition")


async def test_restart(hass: HomeAssistant, entry: ConfigEntry[Any], freezer: FrozenDateTimeFactory) -> None:
    """A restart changes neither the values nor the past nor the plan."""
    await call(hass, "button.press", "button.demo_car_start_charge")
    await wait(hass, freezer, MINUTE, 10)
    await entry.runtime_data.vehicles[DEMO_VIN].async_refresh()
    before = values(hass)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert values(hass) == before


async def test_only_once(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """There is one demo car, which has no account to change."""
    assert (await add(hass))["reason"] == "already_configured"
    context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    result = await hass.config_entries.flow.async_init(DOMAIN, context=context)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "demo_has_no_account")


async def test_options(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """The options are those of a car, without those of an account at MY Renault."""
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["settings", "electricity_price", "solar", "cheapest_hours"]


async def test_french(hass: HomeAssistant) -> None:
    """The entry, the device and the departure have names in Home Assistant's language."""
    hass.config.language = "fr"
    entry = (await add(hass))["result"]
    assert entry.title == "Voiture de démonstration"
    events = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": "calendar.voiture_de_demonstration_departures", "duration": {"days": 7}},
        blocking=True,
        return_response=True,
    )
    names: Mapping[str, Any] = events["calendar.voiture_de_demonstration_departures"]  # type: ignore[index,assignment]
    assert {each["summary"] for each in names["events"]} == {"Trajet domicile-travail"}


async def test_removed_without_residue(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Removing the car leaves no device, entity, repair, file, statistic or resource of a dashboard."""
    assert await async_setup_component(hass, "frontend", {})
    entry = (await add(hass))["result"]
    price = {CONF_ELECTRICITY_PRICE: {"kind": "fixed_price", "price": 0.25}}
    hass.config_entries.async_update_entry(entry, options=price)
    await hass.config_entries.async_reload(entry.entry_id)
    await wait(hass, freezer, 5 * MINUTE, 14)
    await async_wait_recording_done(hass)
    names = {each["statistic_id"].rpartition("_")[2] for each in await statistics(hass, recorder_mock)}
    assert {"energy", "eur", "battery"} <= names
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await wait(hass, freezer, MINUTE, 3)
    await async_wait_recording_done(hass)
    assert await statistics(hass, recorder_mock) == []
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]
    assert DEMO_VIN not in str({key: each for key, each in hass_storage.items() if "registry" not in key})
    assert not [each for each in dr.async_get(hass).devices if DOMAIN in str(each.identifiers)]
    assert not [each for each in er.async_get(hass).entities.values() if each.platform == DOMAIN]
    assert not [each for each in ir.async_get(hass).issues if each[0] == DOMAIN]
    assert not [each for each in hass.states.async_all() if "demo_car" in each.entity_id]
    assert not hass.data[LOVELACE_DATA].resources.async_items()


async def statistics(hass: HomeAssistant, recorder: Recorder) -> list[Mapping[str, Any]]:
    """Return the statistics of the demo car."""
    found = await recorder.async_add_executor_job(list_statistic_ids, hass)
    return [
        each for each in found if each["statistic_id"].startswith(f"{DOMAIN}:") or "demo_car" in each["statistic_id"]
    ]
