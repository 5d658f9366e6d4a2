"""Flows and entries leave no HTTP session open, and do not delay the shutdown."""

import gc

from aiohttp import ClientSession
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.httpx_client import get_async_client
import pytest

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.flows import renault_flow, ze_services_flow
from tests.flows.renault_flow import needs_second_factor
from tests.plan.planned import NIGHT, NOON, Car, reload

FORMS = ("my_renault", "ze_services")


def held(hass: HomeAssistant) -> tuple[int, int]:
    """Return how many HTTP sessions are open, and how many wait for the shutdown."""
    # The shared connector, and the client that Home Assistant gives to images, stay until the shutdown.
    async_get_clientsession(hass)
    get_async_client(hass, verify_ssl=False)
    gc.collect()
    sessions = [each for each in gc.get_objects() if isinstance(each, ClientSession) and not each.closed]
    return len(sessions), hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_CLOSE, 0)


async def form(hass: HomeAssistant, step: str) -> str:
    """Start to add an account, and return the flow."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow: str = menu["flow_id"]
    await ze_services_flow.submit(hass, flow, {"next_step_id": step})
    return flow


@pytest.fixture
def typed(simulator: Simulator, renault: MyRenaultSimulator) -> dict[str, dict[str, object]]:
    """Return the input for each form, with a wrong password."""
    return {
        "ze_services": ze_services_flow.typed(simulator, password="wr0ng"),
        "my_renault": renault_flow.typed(renault.url, password="wr0ng"),
    }


@pytest.mark.parametrize("step", FORMS)
async def test_sign_ins_that_fail(hass: HomeAssistant, typed: dict[str, dict[str, object]], step: str) -> None:
    """Close the session of each form, also of forms that stay open."""
    before = held(hass)
    for flow in [await form(hass, step)] * 20 + [await form(hass, step) for _ in range(20)]:
        result = await ze_services_flow.submit(hass, flow, typed[step])
        assert result["errors"] == {"base": "invalid_auth"}
    assert held(hass) == before


@needs_second_factor
async def test_code_is_never_entered(hass: HomeAssistant, renault: MyRenaultSimulator) -> None:
    """Close the session with the form."""
    renault.backend.settings.second_factor = True
    before = held(hass)
    flow = await form(hass, "my_renault")
    result = await ze_services_flow.submit(hass, flow, renault_flow.typed(renault.url))
    assert result["step_id"] == "code"
    assert held(hass)[0] == before[0] + 1
    hass.config_entries.flow.async_abort(flow)
    assert held(hass) == before


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("step", FORMS)
async def test_account_is_added_reloaded_and_removed(
    hass: HomeAssistant, simulator: Simulator, renault: MyRenaultSimulator, step: str
) -> None:
    """Keep one session while it is loaded."""
    before = held(hass)
    right = ze_services_flow.typed(simulator) if step == "ze_services" else renault_flow.typed(renault.url)
    await ze_services_flow.submit(hass, await form(hass, step), right)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED
    for _ in range(5):
        await reload(hass, entry)
    assert held(hass)[0] == before[0] + 1
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert held(hass) == before


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_cleanup_of_a_car(car: Car) -> None:
    """Close the session of each attempt, also while the cloud is down."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.until("11:30")
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/vehicle/*"}])
    before = held(car.hass)
    await car.disable()
    await car.until("12:30")
    assert held(car.hass) == (before[0] - 1, before[1])
