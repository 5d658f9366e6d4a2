"""The car of the second generation at MY Renault: preconditioning is seen to run, and a week takes five programs."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN
from simulator.myrenault import X101VE, MyRenaultSimulator
from tests.common import ask, call, set_up, value
from tests.conftest import Later

RUNNING = "binary_sensor.renault_z_e_preconditioning"
COMMAND = "sensor.renault_z_e_last_command"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
STATUS = "sensor.renault_z_e_charge_schedule_status"

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def entry(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return an account that is set up."""
    await set_up(hass, renault_entry)
    return renault_entry


@pytest.fixture
def device(entry: MockConfigEntry, device_registry: dr.DeviceRegistry) -> str:
    """Return the car's device."""
    found = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), entry.entry_id)
    assert found is not None
    return found.id


def rows(starts: Sequence[int]) -> list[dict[str, Any]]:
    """Return an hour of charging on each day at each of some hours, as a person writes it."""
    return [{"days": DAYS, "start": f"{hour:02}:00", "duration": {"minutes": 60}} for hour in starts]


async def set_week(hass: HomeAssistant, device: str, starts: Sequence[int]) -> Any:
    """Set a week and return what is answered."""
    return await ask(hass, "set_charge_schedule", device, windows=rows(starts))


@pytest.mark.usefixtures("entry")
async def test_preconditioning_is_seen_to_run_and_to_end(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """The car says so itself, which confirms the order; that it is over is seen within a poll or two."""
    assert value(hass, RUNNING) == "off"
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    assert value(hass, COMMAND) == "accepted"
    await later(61)
    assert renault.vehicle().preconditioning
    assert (value(hass, RUNNING), value(hass, COMMAND)) == ("on", "confirmed")
    for _ in range(2):
        await later(1201)
    assert not renault.vehicle().preconditioning
    assert value(hass, RUNNING) == "off"


@pytest.mark.usefixtures("entry")
async def test_preconditioning_that_was_begun_elsewhere(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """The app's run is seen too, if it lasts until the next look."""
    renault.vehicle().car.run = timedelta(hours=2)
    renault.vehicle().precondition()
    await later(3601)
    assert value(hass, RUNNING) == "on"


async def test_preconditioning_below_the_threshold(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later
) -> None:
    """Nothing runs, and after ten minutes that is said; a server that says so at once is quoted."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.fill(20)
    renault.vehicle().report_now()
    await ask(hass, "precondition", device)
    for _ in range(11):
        await later(61)
    assert (value(hass, RUNNING), value(hass, COMMAND)) == ("off", "timed_out")
    renault.vehicle().quirks.tells_low_battery = True
    with pytest.raises(HomeAssistantError) as refused:
        await ask(hass, "precondition", device)
    assert refused.value.translation_key == "rejected"
    assert "“The battery level is too low" in str(refused.value)


async def test_week_of_five_programs(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, later: Later
) -> None:
    """Five windows a day, each kind a program of the car's, and the week is read back."""
    answer = await set_week(hass, device, (1, 5, 9, 13, 17))
    assert answer["status"] == "accepted"
    await later(61)
    await later(31)
    assert (value(hass, COMMAND), value(hass, STATUS)) == ("confirmed", "enabled")
    assert len(renault.vehicle().car.schedule.week.programs) == 5
    held = await ask(hass, "get_charge_schedule", device)
    assert len(held["windows"]) == 35
    assert {each["start"] for each in held["windows"]} == {"01:00", "05:00", "09:00", "13:00", "17:00"}


ONE_MORE = {
    "six windows a day": (rows((0, 4, 8, 12, 16, 20)), "schedule_day_full"),
    "six kinds": (
        [{"days": [day], "start": f"0{number}:00", "duration": {"minutes": 60}} for number, day in enumerate(DAYS[:6])],
        "schedule_kinds_full",
    ),
}


@pytest.mark.parametrize(("windows", "key"), ONE_MORE.values(), ids=ONE_MORE)
async def test_week_of_more_than_the_car_holds(
    hass: HomeAssistant, renault: MyRenaultSimulator, device: str, windows: list[dict[str, Any]], key: str
) -> None:
    """It is refused by naming how much that is, and nothing is sent."""
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, "set_charge_schedule", device, windows=windows)
    assert refused.value.translation_key == key
    assert "up to 5" in str(refused.value)
    assert not [each for each in renault.log.entries if "actions" in each.path]


async def test_week_only_the_cloud_can_refuse(entry: MockConfigEntry, renault: MyRenaultSimulator) -> None:
    """Whatever reaches it, it names the limit in the owner's message."""
    week = tuple(ChargeWindow(day, time(day, 0), timedelta(hours=1)) for day in Weekday)
    with pytest.raises(HomeAssistantError) as refused:
        await entry.runtime_data.vehicles[EXAMPLE_VIN].act(commands.SetChargeSchedule(week))
    assert refused.value.translation_key == "schedule_kinds_full"
    assert "up to 5" in str(refused.value)


async def test_two_windows_on_one_day_of_the_cars_clock(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """A first generation goes by UTC: what falls on one day there is said in words of ours, not in the adapter's."""
    await hass.config.async_set_time_zone("Europe/Paris")
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(device_registry, renault_entry.entry_id)
    late = [
        {"days": ["mon"], "start": "23:30", "duration": {"hours": 1}},
        {"days": ["tue"], "start": "00:45", "duration": {"hours": 1}},
    ]
    with pytest.raises(HomeAssistantError) as refused:
        await ask(hass, "set_charge_schedule", device.id, windows=late)
    assert refused.value.translation_key == "week_day_twice"
    assert refused.value.translation_placeholders == {"earlier": "22:30", "later": "23:45"}
    assert not [each for each in renault.log.entries if "actions" in each.path]


async def test_two_windows_a_day_in_the_first_generation(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """It holds one, and the refusal says so."""
    renault.backend._models[EXAMPLE_VIN] = X101VE
    renault.backend.reset()
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(device_registry, renault_entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await set_week(hass, device.id, (1, 5))
    assert refused.value.translation_key == "schedule_day_twice"
    assert "holds one window a day" in str(refused.value)
