"""Cars whose cloud never shows whether they warm up: no more is claimed anywhere than that they were told to."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, call, set_up, state, value
from tests.conftest import Later
from tests.plan.planned import EVERY_DAY, PLAN, notifications

COMMAND = "sensor.renault_z_e_last_command"
REASON = "sensor.renault_z_e_preconditioning_reason"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture(params=["first generation", "no word of the cabin"])
async def device(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    request: pytest.FixtureRequest,
) -> str:
    """Set up a car that can be told to warm up and is never seen to."""
    if request.param == "first generation":
        renault.world._models[EXAMPLE_VIN] = X101VE
        renault.world.reset()
    else:
        refusal = {"kind": "status", "status": 404, "message": "err.func.wired.notFound"}
        renault.faults.replace([{**refusal, "path": "*/hvac-status"}])
    renault.zoe().car.fill(80)
    renault.zoe().report_now()
    await hass.config.async_set_time_zone("UTC")
    await set_up(hass, renault_entry)
    found = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert found is not None
    return found.id


def warmings(renault: MyRenaultSimulator) -> int:
    """Return how often the car was told to warm up."""
    return len([each for each in renault.log.entries if each.path.endswith("actions/hvac-start")])


async def test_a_departure(hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later) -> None:
    """The plan says that the car was told, once; that it is warm is not known, and not said."""
    await ask(hass, "set_departure", device, name="Work", time="19:00", days=EVERY_DAY)
    for _ in range(21):
        await later(60)
    assert warmings(renault) == 1
    plan = state(hass, PLAN).attributes
    assert plan["event_type"] == "ordered"
    assert (
        plan["message"] == "The car was told to warm up for “Work” at 7:00 PM; its server never shows whether it does."
    )
    for _ in range(3):
        assert value(hass, REASON) == "ordered"
        assert state(hass, REASON).attributes["explanation"].endswith("its server never shows whether it does.")
        await later(180)
    assert warmings(renault) == 1
    for _ in range(5):
        await later(180)
    assert (value(hass, REASON), warmings(renault)) == ("waiting_for_departure", 1)
    assert notifications(hass) == []


async def test_an_order(hass: HomeAssistant, device: str, later: Later) -> None:
    """It ends with its acceptance, and for as long as a run takes it is the reason why the car may be warm."""
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("accepted", "unconfirmable")
    event = state(hass, "event.renault_z_e_command").attributes
    assert (event["event_type"], event["reason"]) == ("accepted", "unconfirmable")
    assert value(hass, REASON) == "ordered"
    await later(301)
    assert value(hass, REASON) == "no_departure"
    for _ in range(4):
        await later(301)
    assert value(hass, COMMAND) == "accepted"
    answer = await ask(hass, "precondition", device, wait=True)
    assert (answer["status"], answer["reason"]) == ("accepted", "unconfirmable")
