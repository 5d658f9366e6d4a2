"""An order that never left is no order: it may be given again at once, and nobody waits for what it did."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.vehicle.state import CommandReason, CommandStatus
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import orders, set_up, state
from tests.conftest import Later
from tests.coordinator.fault_cases import ORDERS, Order, in_vain
from tests.plan.planned import WARM

# Wednesday evening.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
COMMAND = "sensor.renault_z_e_last_command"


async def give(hass: HomeAssistant, order: Order, device_id: str) -> str | None:
    """Give an order, and return the key of what the person is told, None for success."""
    domain, _, name = order.service.partition(".")
    target = {"entity_id": order.target} if order.target else {"device_id": device_id}
    told = await in_vain(hass.services.async_call(domain, name, {**target, **order.data}, blocking=True))
    await hass.async_block_till_done(wait_background_tasks=True)
    return told


def fate(hass: HomeAssistant) -> tuple[str, str | None]:
    """Return how far the last order came, and why no further."""
    shown = state(hass, COMMAND)
    return shown.state, shown.attributes["reason"]


@pytest.mark.parametrize("name", [name for name, each in ORDERS.items() if each.path != "/settings/notification"])
async def test_a_refused_connection(hass: HomeAssistant, device_id: str, simulator: Simulator, name: str) -> None:
    """Nobody listens: the person is told to try again, and the next try is not kept from the car."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()
    port = int(simulator.url.rsplit(":", 1)[1])
    await simulator.stop()
    told = await give(hass, ORDERS[name], device_id)
    assert told in {"order_unsent", "cannot_connect"}
    if told == "order_unsent":
        assert fate(hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    await simulator.start(port=port)
    simulator.log.entries.clear()
    assert await give(hass, ORDERS[name], device_id) is None
    assert orders(simulator)


async def test_a_login_that_fails_before_the_order(
    hass: HomeAssistant, device_id: str, simulator: Simulator, later: Later
) -> None:
    """Neither renewed nor logged in: the order was not on its way."""
    simulator.faults.replace([{"path": "/api/user/*", "kind": "status", "status": 500}])
    await later(7200)
    assert await give(hass, ORDERS["precondition"], device_id) == "order_unsent"
    assert fate(hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    assert orders(simulator) == []
    simulator.faults.replace([])
    assert await give(hass, ORDERS["precondition"], device_id) is None
    assert orders(simulator) == [WARM]


@pytest.mark.parametrize("fault", ["the log-in", "the token"])
async def test_my_renault(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    fault: str,
) -> None:
    """What fails at the server of the tokens has not come to that of the cars."""
    await set_up(hass, renault_entry)
    device = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert device is not None
    gateway = renault_entry.runtime_data.cloud._session
    gateway._drop_jwt()
    if fault == "the log-in":
        gateway.library.set_login_token(None)
    renault.faults.replace([{"path": "*/accounts.*", "kind": "status", "status": 503}])
    assert await give(hass, ORDERS["precondition"], device.id) == "order_unsent"
    assert fate(hass) == (CommandStatus.FAILED, CommandReason.UNSENT)
    assert not [each for each in renault.log.entries if "/actions/" in each.path]
    renault.faults.replace([])
    assert await give(hass, ORDERS["precondition"], device.id) is None
    assert len([each for each in renault.log.entries if "/actions/" in each.path]) == 1
