"""Explanations of what was missed while the account or the device was disabled."""

from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.plan.settings import Disabled, is_disabled, with_begun, with_ended
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, set_up, state
from tests.conftest import Later
from tests.plan.planned import NIGHT, NOON, PLAN, WORK, Until, notifications
from tests.plan.simulated.states import at

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

WHY = "sensor.renault_z_e_preconditioning_reason"
WHY_CHARGING = "sensor.renault_z_e_charging_reason"
DISABLED = "because the account or the device was disabled"
ABSENT = "Home Assistant was not running, or could not reach the server"

type Switch = Callable[[bool], Awaitable[None]]


@pytest.fixture(params=["account", "device"])
def switch(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, request: pytest.FixtureRequest
) -> Switch:
    """Return a function that disables and enables the account or the device."""

    async def turn(disabled: bool) -> None:
        if request.param == "device":
            by = dr.DeviceEntryDisabler.USER if disabled else None
            dr.async_get(hass).async_update_device(device_id, disabled_by=by)
        else:
            by_user = ConfigEntryDisabler.USER if disabled else None
            await hass.config_entries.async_set_disabled_by(init_integration.entry_id, by_user)
        await hass.async_block_till_done(wait_background_tasks=True)

    return turn


def explanation(hass: HomeAssistant, entity_id: str) -> str:
    """Return the explanation of a reason."""
    text: str = state(hass, entity_id).attributes["explanation"]
    return text


async def test_missed_departure(hass: HomeAssistant, device_id: str, switch: Switch, until: Until) -> None:
    """The event, the notification and the explanation say that it was disabled."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("06:00")
    await switch(True)
    await until("08:00")
    await switch(False)
    said = state(hass, PLAN).attributes
    assert (said["event_type"], DISABLED in said["message"]) == ("missed", True)
    assert [DISABLED in each for each in notifications(hass)] == [True]
    assert DISABLED in explanation(hass, WHY)


async def test_missed_window(
    hass: HomeAssistant, device_id: str, switch: Switch, until: Until, simulator: Simulator
) -> None:
    """A window that is over, and one that still runs."""
    late = {**NOON, "start": "13:30", "end": "14:30"}
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON, late])
    await until("10:00")
    await switch(True)
    await until("14:15")
    simulator.vehicle().car.fill(50)
    simulator.vehicle().report_now()
    await switch(False)
    assert notifications(hass)
    assert all(DISABLED in each for each in notifications(hass))
    assert (state(hass, WHY_CHARGING).state, DISABLED in explanation(hass, WHY_CHARGING)) == ("window_missed", True)


async def test_outage_after_enabling(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """What was missed after it was enabled has another explanation."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**WORK, "name": "School", "time": "08:30"})
    await until("06:00")
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await until("08:00")
    simulator.faults.replace([{"kind": "status", "status": 500}])
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    assert init_integration.state is ConfigEntryState.SETUP_RETRY
    await until("09:00")
    simulator.faults.replace([])
    await until("09:30")
    assert init_integration.state is ConfigEntryState.LOADED
    # The second one takes the place of the first.
    (shown,) = notifications(hass)
    assert ("School" in shown, ABSENT in shown, DISABLED in shown) == (True, True, False)
    plan = init_integration.runtime_data.vehicles[EXAMPLE_VIN].planner
    assert [is_disabled(plan.settings.disabled, each.ready_at) for each in plan.plan.attempts] == [True, False]


async def test_disabled_while_not_loaded(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """An account that cannot connect can be disabled as well."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("06:00")
    simulator.faults.replace([{"kind": "status", "status": 500}])
    await hass.config_entries.async_reload(init_integration.entry_id)
    assert init_integration.state is ConfigEntryState.SETUP_RETRY
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done(wait_background_tasks=True)
    simulator.faults.replace([])
    await until("08:00")
    await hass.config_entries.async_set_disabled_by(init_integration.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert DISABLED in state(hass, PLAN).attributes["message"]


async def test_not_disabled(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """The explanation of an outage does not say that it was disabled."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("06:00")
    await hass.config_entries.async_unload(init_integration.entry_id)
    await until("08:00")
    await hass.config_entries.async_setup(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert ABSENT in state(hass, PLAN).attributes["message"]
    assert DISABLED not in explanation(hass, WHY)


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The explanation is the same at MY Renault."""
    await set_up(hass, renault_entry)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert device is not None
    await ask(hass, "set_departure", device.id, **{**WORK, "time": "12:30"})
    await hass.config_entries.async_set_disabled_by(renault_entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(3 * 3600)
    await hass.config_entries.async_set_disabled_by(renault_entry.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert DISABLED in state(hass, PLAN).attributes["message"]


def test_spans() -> None:
    """Each span has a start and an end, and is forgotten when no longer needed."""
    spans = with_begun((), at("06:00"))
    assert with_begun(spans, at("07:00")) == spans
    assert [is_disabled(spans, at(clock)) for clock in ("05:59", "06:00", "09:00")] == [False, True, True]
    spans = with_ended(spans, at("08:00"))
    assert with_ended(spans, at("09:00")) == spans
    assert [is_disabled(spans, at(clock)) for clock in ("05:59", "06:00", "08:00")] == [False, True, False]
    assert with_begun(spans, at("06:00", day=3)) == (Disabled(since=at("06:00", day=3)),)
