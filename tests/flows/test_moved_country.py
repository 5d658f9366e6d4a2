"""Moving an account whose country was moved to MY Renault, with its car and plan."""

from typing import Any

from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState, FlowType
from homeassistant.const import CONF_PASSWORD, CONF_TIME_ZONE, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_LOCALE,
    DOMAIN,
    MY_RENAULT,
)
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import Restriction, Simulator
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator
from tests.common import ask, expect_error, only_device, set_up, suggested, value
from tests.flows.renault_flow import BATTERY, LACKING, submit, typed
from tests.plan.planned import DEPLOY, NIGHT, WORK, Car, Later, nights, week

MODE = "select.renault_z_e_charge_mode"


@pytest.fixture
async def moved(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, renault: MyRenaultSimulator
) -> MockConfigEntry:
    """Return an account that worked until its country was moved."""
    hass.config_entries.async_update_entry(init_integration, options={CONF_THRESHOLD: 60})
    await ask(hass, "set_charge_schedule", only_device(hass, init_integration), windows=[NIGHT])
    simulator.account.restriction = Restriction.EVERYWHERE
    renault.vehicle().car.fill(77)
    renault.vehicle().report_now()
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert init_integration.error_reason_translation_key == "country_moved"
    return init_integration


def issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the repair of a moved country."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"country_moved_{entry.entry_id}")


async def start_repair(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the repair, continue, and return the next form; the repair stays until the cars are read."""
    assert await async_setup_component(hass, "repairs", {})
    flows: RepairsFlowManager = hass.data["repairs"]["flow_manager"]
    found = issue(hass, entry)
    shown = await flows.async_init(DOMAIN, data={"issue_id": found.issue_id})
    assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "confirm")
    result = await flows.async_configure(shown["flow_id"], {})
    assert (result["type"], result["reason"], result["result"]) == (FlowResultType.ABORT, "continued", entry)
    kind, flow_id = result["next_flow"]
    assert kind == FlowType.CONFIG_FLOW
    assert issue(hass, entry) is not None
    assert hass.config_entries.flow.async_get(flow_id)["context"]["source"] == SOURCE_RECONFIGURE
    form = await hass.config_entries.flow.async_configure(flow_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "my_renault")
    return form


async def test_repair_moves_the_account(
    hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator
) -> None:
    """Entry, devices, entities, options, plan and schedule stay, unsupported entities are removed, the repair goes."""
    devices = {each.id for each in dr.async_entries_for_config_entry(dr.async_get(hass), moved.entry_id)}
    assert len(devices) == 1
    entities = {each.entity_id: each.unique_id for each in er.async_get(hass).entities.values()}
    form = await start_repair(hass, moved)
    result = await submit(hass, form, typed(renault.url, password="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(hass, result, typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert moved.state is ConfigEntryState.LOADED
    account = renault.account.identifier("MYRENAULT")
    assert moved.unique_id == account
    assert moved.data == {
        CONF_CLOUD: MY_RENAULT,
        CONF_USERNAME: "you@example.com",
        CONF_PASSWORD: "P4ssw0rd",
        CONF_LOCALE: "en_GB",
        CONF_ADDRESS: renault.url,
        CONF_ACCOUNT_ID: account,
    }
    assert {each.id for each in dr.async_entries_for_config_entry(dr.async_get(hass), moved.entry_id)} == devices
    now = {each.entity_id: each.unique_id for each in er.async_get(hass).entities.values()}
    assert set(entities) - set(now) == LACKING
    assert {entity_id: now[entity_id] for entity_id in entities if entity_id not in LACKING}.items() <= entities.items()
    assert not [each.entity_id for each in hass.states.async_all() if each.attributes.get("restored")]
    assert value(hass, BATTERY) == "77"
    assert issue(hass, moved) is None
    assert moved.title == "MY Renault (y…@example.com)"
    assert moved.options == {CONF_THRESHOLD: 60, CONF_TIME_ZONE: "Europe/London"}
    assert value(hass, MODE) == "by_schedule"
    held = await ask(hass, "get_charge_schedule", only_device(hass, moved))
    assert {(each["start"], each["end"]) for each in held["windows"]} == {("01:00", "05:00")}


async def test_command_creates_the_repair(car: Car) -> None:
    """It is there together with the error that refers to it, before the next poll."""
    car.simulator.account.restriction = Restriction.EVERYWHERE
    with expect_error("country_moved"):
        await car.call("button.press", "button.renault_z_e_start_preconditioning")
    assert issue(car.hass, car.entry) is not None
    car.simulator.account.restriction = Restriction.NONE
    await car.later(3601)
    assert issue(car.hass, car.entry) is None


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_edit_of_a_moved_account(car: Car) -> None:
    """The schedule is kept, its repair is there together with the error, and it is sent when the move is undone."""
    car.simulator.account.restriction = Restriction.EVERYWHERE
    with expect_error("country_moved"):
        await car.ask("set_charge_schedule", windows=[NIGHT])
    assert issue(car.hass, car.entry) is not None
    assert (car.value(MODE), DEPLOY in car.commands) == ("by_schedule", False)
    with expect_error("country_moved"):
        await car.call("select.select_option", MODE, option="any_time")
    assert car.value(MODE) == "any_time"
    with expect_error("country_moved"):
        await car.call("select.select_option", MODE, option="by_schedule")
    car.simulator.account.restriction = Restriction.NONE
    for _ in range(4):
        await car.later(1801)
    assert issue(car.hass, car.entry) is None
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == nights()


async def test_form_shows_the_email_address_only(hass: HomeAssistant, moved: MockConfigEntry) -> None:
    """The server address belongs to the other cloud."""
    assert suggested(await start_repair(hass, moved)) == {CONF_USERNAME: "you@example.com"}


async def test_account_with_other_cars(
    hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator
) -> None:
    """It is refused, because the entities would have no cars."""
    renault.account.vins[:] = [SECOND_VIN]
    renault.backend.add_account(renault.account)
    result = await submit(hass, await start_repair(hass, moved), typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert CONF_CLOUD not in moved.data
    assert issue(hass, moved) is not None


async def test_already_configured(
    hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """The flow aborts if the account was already added at MY Renault."""
    await set_up(hass, renault_entry)
    result = await submit(hass, await start_repair(hass, moved), typed(renault.url))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_move_by_reconfiguration(car: Car, renault: MyRenaultSimulator) -> None:
    """An account can be moved before its country is."""
    menu = await car.entry.start_reconfigure_flow(car.hass)
    form = await submit(car.hass, menu, {"next_step_id": "my_renault"})
    result = await submit(car.hass, form, typed(renault.url))
    assert result["reason"] == "reconfigure_successful"
    assert car.entry.unique_id == renault.account.identifier("MYRENAULT")
    assert car.entry.state is ConfigEntryState.LOADED


@pytest.mark.freeze_time("2026-11-18 22:30:00+00:00")
async def test_departures_keep_their_times(
    hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """The car's time zone is kept, which MY Renault does not send and Home Assistant does not share."""
    assert hass.config.time_zone == "US/Pacific"
    device = only_device(hass, moved)
    await submit(hass, await start_repair(hass, moved), typed(renault.url))
    await ask(hass, "set_departure", device, **WORK)
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"


async def test_chosen_time_zone_stays(hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator) -> None:
    """The option takes precedence over the time zone from Z.E. Services."""
    hass.config_entries.async_update_entry(moved, options={CONF_TIME_ZONE: "Indian/Reunion"})
    await submit(hass, await start_repair(hass, moved), typed(renault.url))
    assert moved.options == {CONF_TIME_ZONE: "Indian/Reunion"}


async def test_entities_are_removed_after_the_first_read(
    hass: HomeAssistant, moved: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Unsupported entities are removed once the cars can be read, and none later."""
    registry = er.async_get(hass)
    form = await start_repair(hass, moved)
    renault.faults.replace([{"path": "*/kca/*", "kind": "status", "status": 503}])
    await submit(hass, form, typed(renault.url))
    assert moved.state is ConfigEntryState.SETUP_RETRY
    assert registry.entities.keys() >= LACKING
    renault.faults.replace([])
    await later(180, times=10)
    assert moved.state is ConfigEntryState.LOADED
    assert not registry.entities.keys() & LACKING
    mileage = "sensor.renault_z_e_mileage"
    renault.faults.replace([{"path": "*/cockpit", "kind": "status", "status": 403}])
    await hass.config_entries.async_reload(moved.entry_id)
    assert mileage in registry.entities
