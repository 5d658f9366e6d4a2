"""What a day of a car adds to the database of the recorder."""

from collections import Counter
import json

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.db_schema import StateAttributes, States, StatesMeta
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from simulator.myrenault import MyRenaultSimulator
from simulator.myrenault.car import HOME
from simulator.world.battery import ChargingPoint
from tests.common import ask, only_device, set_up, state, value
from tests.plan.planned import NIGHT, NOON, WORK, Later

LOCATION = "device_tracker.renault_z_e_location"
REASON = "sensor.renault_z_e_charging_reason"
WARM = "sensor.renault_z_e_next_preconditioning"
LEFT_OUT = {"at", "explanation", "projected_level"}
# With a daily departure and two windows a day; the unrecorded attributes of charges would add 2,000.
MOST_BYTES = 12_500
POLLS = 144

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    # The recorder must exist when Home Assistant starts.
    pytest.mark.usefixtures("recorder_mock"),
]

type Rows = list[tuple[str, str]]


@pytest.fixture(params=["mock_config_entry", "renault_entry"], ids=["Z.E. Services", "MY Renault"])
def entry(request: pytest.FixtureRequest, recorder_mock: Recorder) -> MockConfigEntry:
    """Return an account at either cloud."""
    found: MockConfigEntry = request.getfixturevalue(request.param)
    return found


async def recorded(hass: HomeAssistant, recorder: Recorder) -> Rows:
    """Return the entity and the stored attributes of each row."""

    def read() -> Rows:
        with session_scope(hass=hass, read_only=True) as session:
            rows = (
                session.query(StatesMeta.entity_id, StateAttributes.shared_attrs)
                .join(States, States.metadata_id == StatesMeta.metadata_id)
                .join(StateAttributes, StateAttributes.attributes_id == States.attributes_id)
            )
            return [(entity, attributes) for entity, attributes in rows if "renault" in entity]

    await async_wait_recording_done(hass)
    return await recorder.async_add_executor_job(read)


@pytest.fixture
def idle_rows(hass: HomeAssistant) -> list[str]:
    """Return the entities that were recorded without a change."""
    found: list[str] = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        old, new = change.data["old_state"], change.data["new_state"]
        if old is not None and new is not None and (old.state, old.attributes) == (new.state, new.attributes):
            found.append(new.entity_id)

    hass.bus.async_listen(EVENT_STATE_CHANGED, listen)
    return found


@pytest.fixture
def changes(hass: HomeAssistant) -> Counter[str]:
    """Return how often the state of each entity, or an attribute, has changed."""
    found: Counter[str] = Counter()

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        if "renault" in (entity_id := change.data["entity_id"]):
            found[entity_id] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, listen)
    return found


async def test_day_with_a_plan(
    hass: HomeAssistant, recorder_mock: Recorder, entry: MockConfigEntry, later: Later, idle_rows: list[str]
) -> None:
    """Record only changes, without attributes that are soon outdated."""
    await set_up(hass, entry)
    device = only_device(hass, entry)
    await ask(hass, "set_departure", device, **WORK)
    await ask(hass, "set_charge_schedule", device, windows=[NIGHT, NOON])
    await later(600, times=POLLS)
    assert state(hass, REASON).attributes.keys() >= {"at", "explanation"}
    assert state(hass, WARM).attributes["projected_level"] is not None
    rows = await recorded(hass, recorder_mock)
    assert not {name for _, attributes in rows for name in json.loads(attributes)} & LEFT_OUT
    assert idle_rows == []
    assert sum(len(attributes) for _, attributes in set(rows)) < MOST_BYTES


@pytest.mark.usefixtures("renault")
async def test_parked_car(
    hass: HomeAssistant,
    recorder_mock: Recorder,
    renault_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    later: Later,
) -> None:
    """Record its location once, and again after a drive."""
    await set_up(hass, renault_entry)
    await later(600, times=POLLS)
    assert Counter(entity for entity, _ in await recorded(hass, recorder_mock))[LOCATION] == 1
    renault.vehicle().car.unplug()
    renault.vehicle().car.drive(10)
    renault.vehicle().report_now()
    await later(600, times=POLLS)
    assert Counter(entity for entity, _ in await recorded(hass, recorder_mock))[LOCATION] == 2


async def test_day_of_a_parked_car(
    hass: HomeAssistant,
    renault_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    changes: Counter[str],
    later: Later,
) -> None:
    """Change nothing but whether the values are outdated, and the address of the picture."""
    renault.vehicle().car.unplug()
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    await later(600, times=12)
    changes.clear()
    await later(600, times=POLLS)
    assert changes.keys() <= {"image.renault_z_e_picture", "binary_sensor.renault_z_e_data_stale"}
    assert changes.total() <= 2


async def test_charging_car(
    hass: HomeAssistant,
    renault_entry: MockConfigEntry,
    renault: MyRenaultSimulator,
    changes: Counter[str],
    later: Later,
) -> None:
    """Change what a report changes, but not a time by seconds, nor an estimate by less than a person sees."""
    vehicle = renault.vehicle()
    vehicle.car.unplug()
    vehicle.car.fill(30)
    vehicle.car.plug(ChargingPoint.SLOW)
    vehicle.report_now()
    await set_up(hass, renault_entry)
    await later(600, times=6)
    changes.clear()
    await later(600, times=6 * 8)
    reports = changes["sensor.renault_z_e_last_report"]
    assert reports >= 14
    assert changes["sensor.renault_z_e_charge_ends_at"] <= 2
    assert changes["sensor.renault_z_e_usable_capacity_estimate"] == 0
    assert changes.total() < 8 * reports


async def test_zone_around_a_parked_car(
    hass: HomeAssistant, renault_entry: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Show a new zone at the next poll, although the car did not move."""
    await set_up(hass, renault_entry)
    assert value(hass, LOCATION) == "not_home"
    hass.states.async_set("zone.home", "0", {"latitude": HOME[0], "longitude": HOME[1], "radius": 100})
    await later(3600)
    assert value(hass, LOCATION) == "home"
