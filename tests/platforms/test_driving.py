"""Where a car at MY Renault is, what it has driven, and what that took, as a person sees it in Home Assistant."""

from datetime import UTC, datetime, timedelta

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.vehicle import AWAY, FIRST_ODOMETER_KM, HOME
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
async def entry(
    hass: HomeAssistant, enable_custom_integrations: None, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return an account whose car stands unplugged with most of its battery."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.fill(90)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    return renault_entry


def drive(renault: MyRenaultSimulator, km: float) -> None:
    """Drive at once, and let the car report it."""
    renault.vehicle().car.drive(km)
    renault.vehicle().report_now()


def shown(hass: HomeAssistant, keys: tuple[str, ...]) -> list[str]:
    """Return what sensors show, numbers rounded as they are for a person."""
    texts = [value(hass, f"sensor.renault_z_e_{key}") for key in keys]
    return [text if text in {"unknown", "unavailable"} else f"{float(text):.0f}" for text in texts]


async def until_utc(later: Later, at: datetime) -> None:
    """Let the hours pass until an instant."""
    while (left := (at - datetime.now(UTC)).total_seconds()) > 0:
        await later(min(left, HOUR))


@pytest.mark.usefixtures("enable_custom_integrations", "renault")
async def test_tracker(hass: HomeAssistant, renault_entry: MockConfigEntry, snapshot: SnapshotAssertion) -> None:
    """A car is on the map."""
    await check_platform(hass, renault_entry, Platform.DEVICE_TRACKER, snapshot)


@pytest.mark.usefixtures("entry")
async def test_location_follows_the_car(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """It is where it was parked, at home where that is a zone of Home Assistant's."""
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
    """Return where the car is on the map."""
    attributes = state(hass, LOCATION).attributes
    return attributes["latitude"], attributes["longitude"]


@pytest.mark.usefixtures("entry")
async def test_driver_who_wants_to_be_left_alone(
    hass: HomeAssistant, renault: MyRenaultSimulator, later: Later
) -> None:
    """Privacy switched on in the car takes the position away within a day, and its end brings it back."""
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
async def test_journey(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Its kilometres are the odometer's, and its consumption what left the battery."""
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
    """What was noted is there again, and what was driven meanwhile is a journey as well."""
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
async def test_day_ends_by_the_cars_clock(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """Not by Greenwich's, nor by that of a Home Assistant that has moved; the last journey outlives it."""
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
async def test_odometer_that_stands(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A night in the cold is no journey, and what it took from the battery is no consumption."""
    drive(renault, 40)
    await later(HOUR)
    before = shown(hass, JOURNEY + TODAY)
    renault.vehicle().car.fill(40)
    renault.vehicle().report_now()
    for _ in range(3):
        await later(HOUR)
    assert shown(hass, JOURNEY + TODAY) == before
    energy = float(value(hass, ENERGY))
    drive(renault, 50)
    await later(HOUR)
    taken = energy - float(value(hass, ENERGY))
    assert shown(hass, JOURNEY) == ["50", f"{taken / 50 * 100:.0f}"]


@pytest.mark.usefixtures("entry")
async def test_odometer_that_jumps_back(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """A new instrument begins anew, and takes nothing away from what was driven."""
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
async def test_charge_between_two_journeys(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """What was charged while the car stood is not counted."""
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
async def test_charge_on_the_way(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """The distance is known and the consumption is not, nor that of the day, until the next one."""
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
    """A trip to the baker has no consumption: whole percents of the battery are more than it takes."""
    drive(renault, 3)
    await later(HOUR)
    assert shown(hass, JOURNEY) == ["3", "unknown"]


@pytest.mark.usefixtures("entry")
async def test_long_silence(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """An odometer nobody has read for a day says nothing any more, and its estimates neither."""
    renault.faults.replace([{"kind": "html", "path": "*/cockpit"}])
    began = datetime.now(UTC)
    await later(HOUR)
    assert float(value(hass, MILEAGE)) == FIRST_ODOMETER_KM
    await until_utc(later, began + timedelta(hours=26))
    assert shown(hass, ("mileage", *JOURNEY, *TODAY)) == ["unavailable"] * 5


@pytest.mark.usefixtures("entry")
async def test_journey_of_hours(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """An odometer that is read on the way makes no two journeys of one; the way home in the evening is another."""
    zoe = renault.vehicle()
    for km, hours in ((105, 3), (35, 1)):
        zoe.car.fill(100)
        began = zoe.car.odometer_km
        zoe.car.drive(km, timedelta(hours=hours))
        for _ in range(5 * 6):
            await later(600)
            zoe.report_now()
        assert zoe.car.odometer_km - began == pytest.approx(km, abs=1)
        assert float(shown(hass, JOURNEY)[0]) == pytest.approx(km, abs=1)
