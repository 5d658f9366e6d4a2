"""A car that says below which level it refuses to precondition is believed."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, set_up, state
from tests.conftest import Later
from tests.plan.planned import WORK, notifications

NEXT = "sensor.renault_z_e_next_preconditioning"


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.freeze_time("2026-11-19 06:00:00+00:00")
@pytest.mark.parametrize(("level", "starts"), [(42, 1), (38, 0)])
async def test_own_threshold(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    later: Later,
    level: int,
    starts: int,
) -> None:
    """At 42 % a car that says 40 is ordered to warm up, although its owner's option says 45; at 38 % it is not."""
    await hass.config.async_set_time_zone("Europe/London")
    renault.vehicle().car.fill(level)
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    renault_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(renault_entry, options={CONF_THRESHOLD: 45})
    await set_up(hass, renault_entry)
    device = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert device is not None
    await ask(hass, "set_departure", device.id, **WORK)
    assert state(hass, NEXT).attributes["threshold"] == 40
    for _ in range(90):
        await later(60)
    sent = [each for each in renault.log.entries if each.path.endswith("/actions/hvac-start")]
    assert len(sent) == starts
    assert ["below 40%" in text for text in notifications(hass)] == ([] if starts else [True, True])
