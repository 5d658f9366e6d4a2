"""The selects change one notification channel, and the others stay."""

from homeassistant.exceptions import ServiceValidationError
import pytest

from simulator.world.notifications import Channel, Event
from tests.common import ALL_EMAIL, expect_error
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

PUT = "PUT /settings/notification"


@pytest.mark.parametrize("option", ["none", "sms"])
@pytest.mark.parametrize("event", list(Event))
async def test_select(car: Car, event: Event, option: str) -> None:
    """The channel changes on the server and in the entity."""
    entity = f"select.renault_z_e_{event}_notification"
    assert car.value(entity) == "email"
    await car.call("select.select_option", entity, option=option)
    assert car.commands == [(PUT, {**ALL_EMAIL, event: option.upper()})]
    assert car.simulator.vehicle().records.outbox.settings.channels[event] is Channel(option.upper())
    assert (car.value(entity), car.value("sensor.renault_z_e_last_command")) == (option, "confirmed")


async def test_change_made_elsewhere_stays(car: Car) -> None:
    """The settings are read before they are written as a whole."""
    outbox = car.simulator.vehicle().records.outbox
    outbox.settings = type(outbox.settings)(channels={**outbox.settings.channels, Event.LOW_BATTERY: Channel.SMS})
    await car.call("select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert car.commands == [(PUT, {**ALL_EMAIL, "low_battery": "SMS", "charge_end": "NONE"})]
    assert car.value("select.renault_z_e_low_battery_notification") == "sms"


async def test_unreadable_settings_are_not_overwritten(car: Car) -> None:
    """Nothing is sent, and the entity keeps its value."""
    car.simulator.faults.replace([{"kind": "status", "status": 500, "method": "GET", "path": "*/notification"}])
    with expect_error("cannot_connect"):
        await car.call("select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert car.commands == []
    assert car.value("select.renault_z_e_charge_end_notification") == "email"


async def test_unknown_channel(car: Car) -> None:
    """It is unknown, and a change of another channel does not remove it."""
    car.simulator.faults.replace(
        [{"kind": "set", "method": "GET", "path": "*/notification", "fields": {"charge_start": "PIGEON"}}]
    )
    await car.later(3601)
    assert car.value("select.renault_z_e_charge_start_notification") == "unknown"
    with expect_error("channel_unknown"):
        await car.call("select.select_option", "select.renault_z_e_charge_end_notification", option="none")
    assert car.commands == []


async def test_invalid_option(car: Car) -> None:
    """Home Assistant refuses an invalid channel."""
    with pytest.raises(ServiceValidationError):
        await car.call("select.select_option", "select.renault_z_e_charge_end_notification", option="fax")
    assert car.commands == []
