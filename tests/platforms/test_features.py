"""What an owner of a newer car does and sees: charge limits, temperature, horn, location, picture, and alerts."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.image import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.vehicle.equipment_commands import SetChargeLimits
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from tests.common import ask, call, expect_error, fire_time_changed, only_device, set_up, state, value

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("enable_custom_integrations"),
]

MINIMUM, TEMPERATURE = "number.renault_z_e_minimum_charge_level", "number.renault_z_e_preconditioning_temperature"
LAST_COMMAND, ALERTS = "sensor.renault_z_e_last_command", "binary_sensor.renault_z_e_alerts"
PICTURE = "image.renault_z_e_picture"
HOUR = timedelta(hours=1)

type Wait = Callable[[timedelta], Any]


@pytest.fixture
def model() -> str:
    """Return the model of the car."""
    return "R5"


@pytest.fixture
async def renault(socket_enabled: None, model: str) -> Any:
    """Serve MY Renault with one car of the model, half full and plugged in."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: MODEL_NAMES[model]})
    simulator.vehicle().car.fill(50)
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, renault: MyRenaultSimulator) -> Wait:
    """Return a function that lets time pass for the car and for Home Assistant, in steps of at most ten minutes."""

    async def pass_by(span: timedelta) -> None:
        while span > timedelta():
            step = min(span, timedelta(minutes=10))
            freezer.tick(step)
            renault.advance(0)
            fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
            span -= step

    return pass_by


def requests(renault: MyRenaultSimulator, name: str, verb: str = "GET") -> int:
    """Return how often an endpoint was requested."""
    return sum(each.method == verb and each.path.endswith(name) for each in renault.log.entries)


def sent(renault: MyRenaultSimulator, name: str) -> list[Any]:
    """Return the contents of the commands at an endpoint."""
    return [each.body for each in renault.log.entries if each.method == "POST" and each.path.endswith(name)]


def temperatures(renault: MyRenaultSimulator) -> list[float]:
    """Return the temperatures that were sent to the car."""
    return [each["data"]["attributes"]["targetTemperature"] for each in sent(renault, "hvac-start")]


async def enable(hass: HomeAssistant, wait: Wait, *entities: str) -> None:
    """Enable entities, as their owner does; Home Assistant loads the account again soon."""
    for entity in entities:
        er.async_get(hass).async_update_entity(entity, disabled_by=None)
    await wait(timedelta(minutes=1))


async def test_minimum_charge_level(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Write it with the limit that the car has, and confirm it when the car shows it."""
    await set_up(hass, renault_entry)
    shown = state(hass, MINIMUM)
    assert (shown.state, shown.attributes["min"], shown.attributes["max"], shown.attributes["step"]) == (
        "20",
        15,
        45,
        5,
    )
    await call(hass, "number.set_value", MINIMUM, value=35)
    assert sent(renault, "soc-levels") == [{"socMin": 35, "socTarget": 80}]
    assert value(hass, LAST_COMMAND) == "accepted"
    await wait(timedelta(minutes=2))
    assert (value(hass, LAST_COMMAND), value(hass, MINIMUM)) == ("confirmed", "35")
    assert renault.vehicle().soc_levels["socMin"] == 35


async def test_limits_changed_in_the_app(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Show them within an hour, and keep them with the next change here."""
    await set_up(hass, renault_entry)
    renault.vehicle().soc_levels |= {"socMin": 25, "socTarget": 70}
    await wait(HOUR + timedelta(minutes=10))
    assert value(hass, MINIMUM) == "25"
    renault.vehicle().soc_levels |= {"socTarget": 95}
    await call(hass, "number.set_value", MINIMUM, value=30)
    assert sent(renault, "soc-levels") == [{"socMin": 30, "socTarget": 95}]


async def test_limits_that_cannot_be_read(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Send nothing that could change the other limit."""
    await set_up(hass, renault_entry)
    await wait(timedelta(minutes=1))
    renault.faults.replace([{"kind": "html", "path": "*/soc-levels"}])
    with pytest.raises(HomeAssistantError):
        await call(hass, "number.set_value", MINIMUM, value=30)
    assert sent(renault, "soc-levels") == []


async def test_limits_that_no_car_accepts(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Say which limits there are."""
    await set_up(hass, renault_entry)
    coordinator = renault_entry.runtime_data.vehicles[EXAMPLE_VIN]
    with expect_error("charge_limit_out_of_range"):
        await coordinator.send_command(SetChargeLimits(target=82))
    assert sent(renault, "soc-levels") == []


async def test_temperature(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Use it for the button, the actions, and departures, also after a restart; an action may give another."""
    await hass.config.async_set_time_zone("UTC")
    await set_up(hass, renault_entry)
    shown = state(hass, TEMPERATURE)
    assert (shown.state, shown.attributes["min"], shown.attributes["max"]) == ("21.0", 15.0, 25.0)
    assert shown.attributes["step"] == 0.5
    await call(hass, "number.set_value", TEMPERATURE, value=18.5)
    assert temperatures(renault) == []
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value(hass, TEMPERATURE) == "18.5"
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await wait(HOUR)
    device = only_device(hass, renault_entry)
    await ask(hass, "precondition", device, temperature=23)
    await wait(HOUR)
    await ask(hass, "precondition_at", device, start="22:00")
    assert temperatures(renault) == [18.5, 23.0, 18.5]
    await ask(hass, "set_departure", device, name="Work", time="23:30", date="2026-11-18")
    await wait(3 * HOUR)
    assert set(temperatures(renault)[3:]) == {18.5}


@pytest.mark.parametrize("model", ["ZOE50"])
async def test_temperature_of_a_zoe(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """A ZOE takes whole degrees."""
    await set_up(hass, renault_entry)
    assert state(hass, TEMPERATURE).attributes["step"] == 1.0


async def test_horn_and_lights(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """These are disabled by default, and end as accepted: no report shows them."""
    await set_up(hass, renault_entry)
    buttons = ["button.renault_z_e_sound_horn", "button.renault_z_e_flash_lights"]
    assert [hass.states.get(each) for each in buttons] == [None, None]
    await enable(hass, wait, *buttons)
    for button in buttons:
        await call(hass, "button.press", button)
        shown = state(hass, LAST_COMMAND)
        assert (shown.state, shown.attributes["reason"]) == ("accepted", "unconfirmable")
    targets = [each["data"]["attributes"]["target"] for each in sent(renault, "horn-lights")]
    assert targets == ["horn", "lights"]


async def test_refresh_location(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Confirm it by a location that is newer."""
    await set_up(hass, renault_entry)
    await call(hass, "button.press", "button.renault_z_e_refresh_location")
    assert sent(renault, "refresh-location") == [{"data": {"type": "RefreshLocation"}}]
    for _ in range(4):
        await wait(timedelta(minutes=1))
    assert (value(hass, LAST_COMMAND), state(hass, LAST_COMMAND).attributes["command"]) == (
        "confirmed",
        "refresh_location",
    )


async def test_alerts(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Read the alerts only while they are shown, and then every six hours."""
    await set_up(hass, renault_entry)
    await wait(7 * HOUR)
    assert requests(renault, "/alerts") == 0
    await enable(hass, wait, ALERTS)
    assert (value(hass, ALERTS), state(hass, ALERTS).attributes["alerts"]) == ("off", [])
    renault.vehicle().equipment.alerts = {"crashairbagmalfunction": "Defective airbag"}
    await wait(5 * HOUR)
    assert (value(hass, ALERTS), requests(renault, "/alerts")) == ("off", 1)
    await wait(HOUR + timedelta(minutes=20))
    assert (value(hass, ALERTS), requests(renault, "/alerts")) == ("on", 2)
    assert state(hass, ALERTS).attributes["alerts"] == ["WARNING: Defective airbag"]


async def test_rare_parts_do_not_slow_the_battery(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, wait: Wait
) -> None:
    """Poll the battery of a charging car as often with all entities as with the usual ones."""
    await set_up(hass, renault_entry)
    interval = renault_entry.runtime_data.shortest_interval
    renault.vehicle().charge()
    await wait(HOUR)
    renault.log.entries.clear()
    await wait(6 * HOUR)
    usual = requests(renault, "/battery-status")
    registry = er.async_get(hass)
    disabled = [each.entity_id for each in registry.entities.values() if each.disabled_by is not None]
    assert disabled
    await enable(hass, wait, *disabled)
    renault.log.entries.clear()
    await wait(6 * HOUR)
    assert renault_entry.runtime_data.shortest_interval == interval
    assert requests(renault, "/battery-status") >= usual - 1
    assert 1 <= requests(renault, "/soc-levels") <= 7


async def test_picture(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> None:
    """Request the picture when it is shown for the first time, and once an hour while that fails."""
    await set_up(hass, renault_entry)
    assert requests(renault, "/ImageFromBookmark") == 0
    renault.faults.replace([{"kind": "html", "path": "*/ImageFromBookmark"}])
    for _ in range(3):
        with pytest.raises(HomeAssistantError):
            await async_get_image(hass, PICTURE)
    assert requests(renault, "/ImageFromBookmark") == 1
    renault.faults.replace([])
    await hass.config_entries.async_reload(renault_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(3):
        found = await async_get_image(hass, PICTURE)
        assert (found.content_type, found.content[:4]) == ("image/png", b"\x89PNG")
    good = [each for each in renault.log.entries if each.path.endswith("/ImageFromBookmark")]
    assert [each.status for each in good[1:]] == [HTTPStatus.OK]


async def test_picture_on_two_pages(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """Request a picture once that two pages show at the same time."""
    await set_up(hass, renault_entry)
    first, second = await asyncio.gather(async_get_image(hass, PICTURE), async_get_image(hass, PICTURE))
    assert first == second
    assert requests(renault, "/ImageFromBookmark") == 1


@pytest.mark.parametrize(
    ("model", "name", "brand"),
    [("R5", "RENAULT 5", "Renault"), ("ZOE40", "ZOE", "Renault"), ("Spring", "SPRING", "Dacia")],
)
async def test_model_of_the_device(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, name: str, brand: str
) -> None:
    """Show model and brand on the page of the device."""
    await set_up(hass, renault_entry)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), renault_entry.entry_id)
    assert device is not None
    assert (device.model, device.manufacturer) == (name, brand)


async def test_model_at_ze_services(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """Z.E. Services does not name the model."""
    await set_up(hass, mock_config_entry)
    (device,) = dr.async_entries_for_config_entry(device_registry, mock_config_entry.entry_id)
    assert (device.model, device.manufacturer) == ("Z.E. vehicle", "Renault")
