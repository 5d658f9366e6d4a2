"""A password that is refused is tried once, and then only for who gives an order."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.common import ask, call, logins
from tests.conftest import Later
from tests.coordinator.fault_cases import in_vain
from tests.plan.planned import NIGHT, NOON, WORK, Until

# Wednesday evening.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("is_planned", [False, True], ids=["no plan", "plan"])
async def test_it_is_tried_once(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later, is_planned: bool
) -> None:
    """Whatever the plan has to do that day: servers lock such accounts."""
    if is_planned:
        await ask(hass, "set_departure", device_id, **WORK)
        await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await later(700)
    await later(3600)
    simulator.account.password = "another"
    simulator.log.entries.clear()
    for _ in range(24 * 6):
        await later(600)
    assert logins(simulator) == 1
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    pressed = call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert await in_vain(pressed) == "invalid_auth"
    assert logins(simulator) == 2


async def test_a_farewell_tries_it_once(
    hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, simulator: Simulator, until: Until
) -> None:
    """Nobody is there any more to be asked for another."""
    await ask(hass, "set_charge_windows", device_id, windows=[NIGHT, NOON])
    await until("11:40")
    simulator.account.password = "another"
    simulator.log.entries.clear()
    await hass.config_entries.async_remove(init_integration.entry_id)
    await until("14:00")
    assert logins(simulator) == 1
