"""The time zone of cars at MY Renault, which the cloud does not send."""

from homeassistant.const import CONF_TIME_ZONE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_POLL_INTERVAL, CONF_SCHEDULE_CLOCKS
from custom_components.renault_ze.plan.settings import CONF_THRESHOLD
from simulator import EXAMPLE_VIN
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, only_device, set_up, value
from tests.plan.planned import NIGHT, WORK, Later

HVAC_START = "/actions/hvac-start"

pytestmark = [
    # 23:30 in Paris, half past two in the afternoon where this Home Assistant is.
    pytest.mark.freeze_time("2026-11-18 22:30:00+00:00")
]


async def choose(hass: HomeAssistant, entry: MockConfigEntry, zone: str) -> None:
    """Choose a time zone in the options."""
    flow = hass.config_entries.options
    menu = await flow.async_init(entry.entry_id)
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "time_zone"})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "time_zone")
    (marker,) = form["data_schema"].schema
    assert marker.description == {"suggested_value": "US/Pacific"}
    await flow.async_configure(form["flow_id"], {CONF_TIME_ZONE: zone})
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_plan_uses_the_chosen_time_zone(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Departures and windows use it instead of Home Assistant's time zone."""
    await set_up(hass, renault_entry)
    await choose(hass, renault_entry, "Europe/Paris")
    device = only_device(hass, renault_entry)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT])
    await ask(hass, "set_departure", device, **WORK)
    assert value(hass, "sensor.renault_z_e_next_charge_window") == "2026-11-19T00:00:00+00:00"
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T06:30:00+00:00"
    await later(7 * 3600 + 45 * 60)
    assert not [each for each in renault.log.entries if each.path.endswith(HVAC_START)]
    await later(301)
    assert [
        each.at.isoformat(timespec="minutes") for each in renault.log.entries if each.path.endswith(HVAC_START)
    ] == ["2026-11-19T06:20+00:00"]


async def test_forms_keep_other_options(hass: HomeAssistant, renault_entry: MockConfigEntry) -> None:
    """Neither form resets the other's options."""
    await set_up(hass, renault_entry)
    hass.config_entries.async_update_entry(renault_entry, options={CONF_SCHEDULE_CLOCKS: {EXAMPLE_VIN: "utc"}})
    await choose(hass, renault_entry, "Indian/Reunion")
    flow = hass.config_entries.options
    menu = await flow.async_init(renault_entry.entry_id)
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "settings"})
    await flow.async_configure(form["flow_id"], {CONF_POLL_INTERVAL: 30, CONF_THRESHOLD: 40})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert renault_entry.options[CONF_SCHEDULE_CLOCKS] == {EXAMPLE_VIN: "utc"}
    assert (renault_entry.options[CONF_TIME_ZONE], renault_entry.options[CONF_POLL_INTERVAL]) == ("Indian/Reunion", 30)
