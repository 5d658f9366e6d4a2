"""A charge limit that is enforced by stopping the car: through outages, restarts, and refused commands."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import MyRenaultSimulator, models
from tests.common import call, set_up, state, value
from tests.coordinator.routes import sent
from tests.plan.planned import Later, reload

LIMIT, CHARGING = "number.renault_z_e_charge_limit", "binary_sensor.renault_z_e_charging"
STOPS = {"charge/schedule", "charge/start", "charge/pause-resume", "actions/charging-start"}
MOST_TRIES = 3
DOWN = {"kind": "status", "status": 503, "path": "*"}

# The car charges from 23:30 to 06:30.
pytestmark = pytest.mark.freeze_time("2026-11-19 01:30:00+00:00")


@pytest.fixture(params=["X102VE"])
async def renault(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve a car that charges by its schedule, of the second generation unless the test names another model."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    server = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: getattr(models, request.param)})
    vehicle = server.vehicle()
    vehicle.car.plug()
    vehicle.enable(enabled=True)
    server.advance(60)
    vehicle.car.fill(60)
    vehicle.report_now()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def car(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> MyRenaultSimulator:
    """Return the server of a car that charges with a limit of 80 %."""
    await hass.config.async_set_time_zone("Europe/London")
    await set_up(hass, renault_entry)
    await call(hass, "number.set_value", LIMIT, value=80)
    assert (value(hass, CHARGING), state(hass, LIMIT).attributes["how"]) == ("on", "stop")
    renault.log.entries.clear()
    return renault


async def hours(later: Later, count: float) -> None:
    """Let hours pass in steps of five minutes."""
    for _ in range(round(12 * count)):
        await later(300)


async def test_server_is_down(hass: HomeAssistant, car: MyRenaultSimulator, later: Later) -> None:
    """Stop the charge once the server is back, with one command, and restore the schedule after the window."""
    programs = car.vehicle().car.schedule.week.programs[0]
    car.faults.replace([DOWN])
    await hours(later, 2.5)
    assert car.vehicle().car.battery.level > 85
    car.faults.replace([])
    car.log.entries.clear()
    await hours(later, 0.5)
    level = car.vehicle().car.battery.level
    assert (sent(car), value(hass, CHARGING)) == (["charge/schedule"], "off")
    await hours(later, 1)
    assert (sent(car), car.vehicle().car.battery.level) == (["charge/schedule"], level)
    await hours(later, 2)
    assert sent(car) == ["charge/schedule"] * 2
    assert car.vehicle().car.schedule.enabled
    assert car.vehicle().car.schedule.week.programs[0] == programs
    assert car.vehicle().car.battery.level == pytest.approx(level, abs=1)


@pytest.mark.parametrize("at", ["before", "after"])
async def test_restart(
    hass: HomeAssistant, car: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, at: str
) -> None:
    """A restart before or after the command neither forgets nor repeats it."""
    programs = car.vehicle().car.schedule.week.programs[0]
    if at == "before":
        await hours(later, 1)
        assert await hass.config_entries.async_unload(renault_entry.entry_id)
        await hours(later, 1)
        await set_up(hass, renault_entry)
    else:
        for _ in range(36):
            await later(300)
            if sent(car):
                break
        await reload(hass, renault_entry)
    await hours(later, 1)
    assert (sent(car), value(hass, CHARGING)) == (["charge/schedule"], "off")
    level = car.vehicle().car.battery.level
    await hours(later, 3)
    assert sent(car) == ["charge/schedule"] * 2
    assert car.vehicle().car.schedule.week.programs[0] == programs
    assert car.vehicle().car.battery.level == pytest.approx(level, abs=1)


async def test_server_fails_when_the_schedule_is_restored(
    hass: HomeAssistant, car: MyRenaultSimulator, later: Later
) -> None:
    """Restore the schedule after an outage that covers the end of the window, with one command."""
    programs = car.vehicle().car.schedule.week.programs[0]
    await hours(later, 3)
    assert sent(car) == ["charge/schedule"]
    car.faults.replace([DOWN])
    await hours(later, 4)
    car.faults.replace([])
    car.log.entries.clear()
    await hours(later, 2)
    assert sent(car) == ["charge/schedule"]
    assert car.vehicle().car.schedule.week.programs[0] == programs
    assert (car.vehicle().car.schedule.enabled, value(hass, CHARGING)) == (True, "off")


@pytest.mark.parametrize("renault", ["X101VE"], indirect=True)
async def test_car_that_cannot_be_stopped(hass: HomeAssistant, car: MyRenaultSimulator, later: Later) -> None:
    """End the charge by a shorter window if commands to stop have no effect; the next night ends at the limit."""
    await call(hass, "select.select_option", "select.renault_z_e_charge_mode", option="by_schedule")
    car.log.entries.clear()
    await hours(later, 4)
    stops = [each for each in sent(car) if each == "actions/charging-start"]
    assert len(stops) == MOST_TRIES
    assert (value(hass, CHARGING), state(hass, LIMIT).attributes["how"]) == ("off", "windows")
    assert car.vehicle().car.battery.level < 95
    car.log.entries.clear()
    await hours(later, 17)
    car.vehicle().car.fill(60)
    car.vehicle().report_now()
    await hours(later, 8)
    assert "actions/charging-start" not in sent(car)
    assert 77 <= car.vehicle().car.battery.level <= 90
