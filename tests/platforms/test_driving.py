"""Location and trips of a car at MY Renault."""

from datetime import UTC, datetime, timedelta

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.car import AWAY, FIRST_ODOMETER_KM, HOME
from tests.common import check_platform, set_up, state, value
from tests.conftest import Later

HOUR = 3601
LOCATION = "device_tracker.renault_z_e_location"
MILEAGE = "sensor.renault_z_e_mileage"
ENERGY = "sensor.renault_z_e_battery_energy"
JOURNEY = ("last_journey_distance_estimate", "last_journey_consumption_estimate")
TODAY = ("distance_today_estimate", "consumption_today_estimate")

# Half past ten in the morning by the car's clock: at MY Renault that is Home Assistant's, and here Los Angeles'.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.fixture
async def entry(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account whose car is unplugged with most of its battery left."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.fill(90)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    return renault_entry


def drive(renault: MyRenaultSimulator, km: float) -> None:
    """Drive, and let the car report it."""
    renault.vehicle().car.drive(km)
    renault.vehicle().report_now()


def shown(hass: HomeAssistant, keys: tuple[str, ...]) -> list[str]:
    """Return the rounded values of sensors."""
    texts = [value(hass, f"sensor.renault_z_e_{key}") for key in keys]
    return [text if text in {"unknown", "unavailable"} else f"{float(text):.0f}" for text in texts]


async def until_utc(later: Later, at: datetime) -> None:
    """Let hours pass until a time."""
    while (left := (at - datetime.now(UTC)).total_seconds()) > 0:
        await later(min(left, HOUR))


@pytest.mark.usefixtures("renault")
async def test_tracker(hass: HomeAssistant, renault_entry: MockConfigEntry, snapshot: SnapshotAssertion) -> None:
    """The device tracker of a car."""
    await check_platform(hass, renault_entry, Platform.DEVICE_TRACKER, snapshot)


@pytest.mark.usefixtures("entry")
async def test_location(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """The tracker shows the parking position or its zone."""
    assert position(hass) == HOME
    assert value(hass, LOCATION) == "not_home"
    drive(renault, 10)
    await later(HOUR)
    assert position(hass) == AWAY
    hass.states.async_set("zone.home", "0", {"latitude": HOME[0], "longitude": HOME[1], "radius": 100})
    drive(renault, 10)
    await later(HOUR)
    assert (position(hass), value(hass, LOCATION)) == (HOME, "home")


def position(hass: HomeAssistant) -> tuple[float, float]:
    """Return the position of the car."""
    attributes = state(hass, LOCATION).attributes
    return attributes["latitude"], attributes["longitude"]


@pytest.mark.usefixtures("entry")
async def test_privacy_mode(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """While the privacy mode of the car is on, the location disappears within a day."""
    renault.vehicle().quirks.privacy = True
    drive(renault, 10)
    await later(HOUR)
    assert position(hass) == HOME
    await later(24 * HOUR)
    assert value(hass, LOCATION) == "unavailable"
    renault.vehicle().quirks.privacy = False
    await later(HOUR)
    assert position(hass) == AWAY


@pytest.mark.usefixtures("entry")
async def test_trip(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Distance is from the odometer, consumption from the battery."""
    assert float(value(hass, MILEAGE)) == FIRST_ODOMETER_KM
    assert shown(hass, JOURNEY + TODAY) == ["unknown", "unknown", "0", "unknown"]
    before = float(value(hass, ENERGY))
    drive(renault, 60)
    await later(HOUR)
    taken = before - float(value(hass, ENERGY))
    assert float(value(hass, MILEAGE)) == FIRST_ODOMETER_KM + 60
    assert taken > 0
    consumption = f"{taken / 60 * 100:.0f}"
    assert shown(hass, JOURNEY + TODAY) == ["60", consumption, "60", consumption]
    real = renault.vehicle().model.consumption_kwh_per_km * 100
    assert float(consumption) == pytest.approx(real, abs=1 / 60 * 100)


async def test_restart(hass: HomeAssistant, renault: MyRenaultSimulator, entry: MockConfigEntry, later: Later) -> None:
    """The trips are stored, and what was driven during the restart is a trip as well."""
    drive(renault, 30)
    await later(HOUR)
    before = shown(hass, JOURNEY + TODAY)
    assert before[0] == before[2] == "30"
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(hass, JOURNEY + TODAY) == before
    await hass.config_entries.async_unload(entry.entry_id)
    await later(2 * HOUR)
    drive(renault, 20)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (shown(hass, JOURNEY)[0], shown(hass, TODAY)[0]) == ("20", "50")


@pytest.mark.usefixtures("entry")
async def test_day_ends_in_the_time_zone_of_the_car(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """The values of the day are reset then, while the last trip stays."""
    await hass.config.async_set_time_zone("Asia/Tokyo")
    drive(renault, 30)
    await until_utc(later, datetime(2026, 11, 19, 7, 59, tzinfo=UTC))
    assert shown(hass, TODAY)[0] == "30"
    await later(61)
    assert shown(hass, TODAY) == ["0", "unknown"]
    assert shown(hass, JOURNEY)[0] == "30"
    drive(renault, 12)
    await later(HOUR)
    assert shown(hass, TODAY)[0] == "12"


@pytest.mark.usefixtures("entry")
async def test_parked_car(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Energy lost while parked is no consumption."""
    drive(renault, 40)
    await later(HOUR)
    before = shown(hass, JOURNEY + TODAY)
    renault.vehicle().car.fill(40)
    renault.vehicle().report_now()
    await later(HOUR, times=3)
    assert shown(hass, JOURNEY + TODAY) == before
    energy = float(value(hass, ENERGY))
    drive(renault, 50)
    await later(HOUR)
    taken = energy - float(value(hass, ENERGY))
    assert shown(hass, JOURNEY) == ["50", f"{taken / 50 * 100:.0f}"]


@pytest.mark.usefixtures("entry")
async def test_odometer_reset(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A smaller value starts a new count and keeps the last trips."""
    drive(renault, 40)
    await later(HOUR)
    before = shown(hass, JOURNEY + TODAY)
    renault.vehicle().car.odometer_km = 100.0
    await later(HOUR)
    assert float(value(hass, MILEAGE)) == 100
    assert shown(hass, JOURNEY + TODAY) == before
    drive(renault, 15)
    await later(HOUR)
    assert (shown(hass, JOURNEY)[0], shown(hass, TODAY)[0]) == ("15", "55")


@pytest.mark.usefixtures("entry")
async def test_charge_between_trips(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Energy charged while parked does not count."""
    drive(renault, 60)
    await later(HOUR)
    renault.vehicle().car.fill(100)
    renault.vehicle().report_now()
    await later(HOUR)
    full = float(value(hass, ENERGY))
    drive(renault, 60)
    await later(HOUR)
    taken = full - float(value(hass, ENERGY))
    assert shown(hass, JOURNEY) == ["60", f"{taken / 60 * 100:.0f}"]
    assert shown(hass, TODAY)[0] == "120"
    assert shown(hass, TODAY)[1] not in {"unknown", "unavailable"}


@pytest.mark.usefixtures("entry")
async def test_charge_during_a_trip(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """The distance is known; the consumption of the trip and the day is not."""
    drive(renault, 60)
    renault.vehicle().car.fill(100)
    drive(renault, 20)
    await later(HOUR)
    assert shown(hass, JOURNEY + TODAY) == ["80", "unknown", "80", "unknown"]
    await later(HOUR)
    drive(renault, 60)
    await later(HOUR)
    distance, consumption = shown(hass, JOURNEY)
    assert distance == "60"
    assert float(consumption) > 0
    assert shown(hass, TODAY) == ["140", "unknown"]


@pytest.mark.usefixtures("entry")
async def test_short_trip(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A short trip has no consumption, because the battery level has whole percents."""
    drive(renault, 3)
    await later(HOUR)
    assert shown(hass, JOURNEY) == ["3", "unknown"]


@pytest.mark.usefixtures("entry")
async def test_outdated_odometer(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """The estimates are unavailable after a day without mileage."""
    renault.faults.replace([{"kind": "html", "path": "*/cockpit"}])
    began = datetime.now(UTC)
    await later(HOUR)
    assert float(value(hass, MILEAGE)) == FIRST_ODOMETER_KM
    await until_utc(later, began + timedelta(hours=26))
    assert shown(hass, ("mileage", *JOURNEY, *TODAY)) == ["unavailable"] * 5


@pytest.mark.usefixtures("entry")
async def test_trip_of_hours(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Readings during a trip do not split it; the return in the evening is another trip."""
    vehicle = renault.vehicle()
    for km, hours in ((105, 3), (35, 1)):
        vehicle.car.fill(100)
        began = vehicle.car.odometer_km
        vehicle.car.drive(km, timedelta(hours=hours))
        for _ in range(5 * 6):
            await later(600)
            vehicle.report_now()
        assert vehicle.car.odometer_km - began == pytest.approx(km, abs=1)
        assert float(shown(hass, JOURNEY)[0]) == pytest.approx(km, abs=1)
