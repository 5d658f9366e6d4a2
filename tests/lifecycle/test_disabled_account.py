"""Explanations of what was missed while the account or the device was disabled."""

from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.plan.settings import Disabled, was_disabled, with_begun, with_ended
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, only_device, set_up, state
from tests.plan.planned import NIGHT, NOON, PLAN, WORK, Car, Later, notifications
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


async def test_missed_departure(car: Car, switch: Switch) -> None:
    """The event, the notification and the explanation say that it was disabled."""
    await car.ask("set_departure", **WORK)
    await car.until("06:00")
    await switch(True)
    await car.until("08:00")
    await switch(False)
    said = car.state(PLAN).attributes
    assert (said["event_type"], DISABLED in said["message"]) == ("missed", True)
    assert [DISABLED in each for each in notifications(car.hass)] == [True]
    assert DISABLED in explanation(car.hass, WHY)


async def test_missed_window(car: Car, switch: Switch) -> None:
    """A window that is over, and one that still runs."""
    late = {**NOON, "start": "13:30", "end": "14:30"}
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON, late])
    await car.until("10:00")
    await switch(True)
    await car.until("14:15")
    car.simulator.vehicle().car.fill(50)
    car.simulator.vehicle().report_now()
    await switch(False)
    assert notifications(car.hass)
    assert all(DISABLED in each for each in notifications(car.hass))
    assert (car.state(WHY_CHARGING).state, DISABLED in explanation(car.hass, WHY_CHARGING)) == ("window_missed", True)


async def test_outage_after_enabling(car: Car) -> None:
    """What was missed after it was enabled has another explanation."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_departure", **{**WORK, "name": "School", "time": "08:30"})
    await car.until("06:00")
    await car.disable()
    await car.until("08:00")
    car.simulator.faults.replace([{"kind": "status", "status": 500}])
    await car.enable()
    assert car.entry.state is ConfigEntryState.SETUP_RETRY
    await car.until("09:00")
    car.simulator.faults.replace([])
    await car.until("09:30")
    assert car.entry.state is ConfigEntryState.LOADED
    # The second one takes the place of the first.
    (shown,) = notifications(car.hass)
    assert ("School" in shown, ABSENT in shown, DISABLED in shown) == (True, True, False)
    plan = car.entry.runtime_data.vehicles[EXAMPLE_VIN].planner
    assert [was_disabled(plan.settings.disabled, each.ready_at) for each in plan.plan.attempts] == [True, False]


async def test_disabled_while_not_loaded(car: Car) -> None:
    """An account that cannot connect can be disabled as well."""
    await car.ask("set_departure", **WORK)
    await car.until("06:00")
    car.simulator.faults.replace([{"kind": "status", "status": 500}])
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert car.entry.state is ConfigEntryState.SETUP_RETRY
    await car.disable()
    car.simulator.faults.replace([])
    await car.until("08:00")
    await car.enable()
    assert DISABLED in car.state(PLAN).attributes["message"]


async def test_not_disabled(car: Car) -> None:
    """The explanation of an outage does not say that it was disabled."""
    await car.ask("set_departure", **WORK)
    await car.until("06:00")
    await car.hass.config_entries.async_unload(car.entry.entry_id)
    await car.until("08:00")
    await car.set_up()
    assert ABSENT in car.state(PLAN).attributes["message"]
    assert DISABLED not in explanation(car.hass, WHY)


async def test_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The explanation is the same at MY Renault."""
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    await ask(hass, "set_departure", device, **{**WORK, "time": "12:30"})
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
    assert [was_disabled(spans, at(clock)) for clock in ("05:59", "06:00", "09:00")] == [False, True, True]
    spans = with_ended(spans, at("08:00"))
    assert with_ended(spans, at("09:00")) == spans
    assert [was_disabled(spans, at(clock)) for clock in ("05:59", "06:00", "08:00")] == [False, True, False]
    assert with_begun(spans, at("06:00", day=3)) == (Disabled(since=at("06:00", day=3)),)
