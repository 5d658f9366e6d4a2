"""The selects change one notification channel, and the others stay."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator import Simulator
from simulator.world.notifications import Channel, Event
from tests.common import ALL_EMAIL, call, check_platform, live_an_evening, received_commands, value
from tests.conftest import Later

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PUT = "PUT /settings/notification"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_entities(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    snapshot: SnapshotAssertion,
) -> None:
    """The channels of all six kinds of notification."""
    live_an_evening(simulator, freezer)
    await check_platform(hass, mock_config_entry, Platform.SELECT, snapshot)


@pytest.mark.parametrize("option", ["none", "sms"])
@pytest.mark.parametrize("event", list(Event))
async def test_select(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, event: Event, option: str
) -> None:
    """The channel changes on the server and in the entity."""
    entity = f"select.renault_z_e_{event}_notification"
    assert value(hass, entity) == "email"
    await call(hass, "select.select_option", entity, option=option)
    assert received_commands(simulator) == [(PUT, {**ALL_EMAIL, event: option.upper()})]
    assert simulator.vehicle().ledger.outbox.settings.channels[event] is Channel(option.upper())
    assert value(hass, entity) == option
    assert value(hass, "sensor.renault_z_e_last_command") == "confirmed"


async def test_change_made_elsewhere_stays(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """The settings are read before they are written as a whole."""
    outbox = simulator.vehicle().ledger.outbox
    outbox.settings = type(outbox.settings)(channels={**outbox.settings.channels, Event.LOW_BATTERY: Channel.SMS})
    await call(hass, "select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert received_commands(simulator) == [(PUT, {**ALL_EMAIL, "low_battery": "SMS", "charge_end": "NONE"})]
    assert value(hass, "select.renault_z_e_low_battery_notification") == "sms"


async def test_unreadable_settings_are_not_overwritten(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator
) -> None:
    """Nothing is sent, and the entity keeps its value."""
    simulator.faults.replace([{"kind": "status", "status": 500, "method": "GET", "path": "*/notification"}])
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert refused.value.translation_key == "cannot_connect"
    assert received_commands(simulator) == []
    assert value(hass, "select.renault_z_e_charge_end_notification") == "email"


async def test_unknown_channel(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """It is unknown, and a change of another channel does not remove it."""
    simulator.faults.replace(
        [{"kind": "set", "method": "GET", "path": "*/notification", "fields": {"charge_start": "PIGEON"}}]
    )
    await later(3601)
    assert value(hass, "select.renault_z_e_charge_start_notification") == "unknown"
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert refused.value.translation_key == "channel_unknown"
    assert received_commands(simulator) == []


async def test_invalid_option(hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator) -> None:
    """Home Assistant refuses an invalid channel."""
    with pytest.raises(ServiceValidationError):
        await call(hass, "select.select_option", "select.renault_z_e_charge_end_notification", option="fax")
    assert received_commands(simulator) == []
