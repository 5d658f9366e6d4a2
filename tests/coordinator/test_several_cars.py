"""Cars of one MY Renault account with the same departure: each is started once, within the request limit."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, CORE_RENAULT, DOMAIN, MY_RENAULT
from simulator import Account
from simulator.control.request_log import LoggedRequest
from simulator.myrenault import X101VE, X102VE, MyRenaultSimulator
from tests.common import ask, fire_time_changed, set_up
from tests.plan.planned import EVERY_DAY

SIGN_IN = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd"}
HOUR, MINUTE, MOMENT = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=20)
# The time a car needs to show the result.
RESPONSE = timedelta(minutes=5)
STARTED = "actions/hvac-start"
READY = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)

pytestmark = pytest.mark.freeze_time("2026-11-19 00:30:00+00:00")


class Fleet:
    """Some cars, what reached the server for each, and what their plans reported."""

    def __init__(self, simulator: MyRenaultSimulator, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Start without reports."""
        self.simulator = simulator
        self.vins = list(simulator.backend.vehicles)
        self.reported: dict[str, list[str]] = {vin: [] for vin in self.vins}
        self.left_at = READY
        self._hass = hass
        self._freezer = freezer

    def listen(self) -> None:
        """Write down what the plan of each car says."""
        registry = er.async_get(self._hass)
        for vin in self.vins:
            entity_id = registry.async_get_entity_id("event", DOMAIN, f"{vin}_plan")
            assert entity_id is not None
            async_track_state_change_event(self._hass, entity_id, self._listener(vin))

    def _listener(self, vin: str) -> Callable[[Event[EventStateChangedData]], None]:
        """Return what writes down what is said of a car."""

        @callback
        def note(change: Event[EventStateChangedData]) -> None:
            new, old = change.data["new_state"], change.data["old_state"]
            if new is not None and (old is None or new.state != old.state) and "event_type" in new.attributes:
                self.reported[vin].append(new.attributes["event_type"])

        return note

    async def leave(self) -> None:
        """Let time pass until the last car has left and everything is reported."""
        await self.until(self.left_at + 20 * MINUTE)

    async def until(self, end: datetime) -> None:
        """Let time pass until an instant, by the moment while a command may be under way."""
        while (left := end - dt_util.utcnow()) > timedelta():
            await self._pass(min(left, MOMENT if self._busy(dt_util.utcnow()) else 5 * MINUTE))

    def requests(self, vin: str, name: str) -> list[LoggedRequest]:
        """Return the requests about a car that end in a name."""
        return [each for each in self.simulator.log.entries if vin in each.path and each.path.endswith(name)]

    def check_quota(self, an_hour: int) -> None:
        """Check that no hour since setup had more requests."""
        times = [each.at for each in self.simulator.log.entries if each.path.startswith("/kamereon")]
        assert all(sum(at <= each < at + HOUR for each in times) <= an_hour for at in times)

    def _busy(self, now: datetime) -> bool:
        """Tell whether a car is about to be started or was lately."""
        clock = now - (READY - 12 * MINUTE)
        starts = [each.at for each in self.simulator.log.entries if each.path.endswith(STARTED)]
        lately = any(now - at < 11 * MINUTE for at in starts)
        return lately or (timedelta() <= clock and clock % (20 * MINUTE) < 3 * MINUTE)

    async def _pass(self, span: timedelta) -> None:
        """Let time pass for the cars and for Home Assistant."""
        self._freezer.tick(span)
        self.simulator.advance(0)
        fire_time_changed(self._hass)
        await self._hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture(params=[1, 2, 3, 4, 5], ids=lambda number: f"{number}-cars")
def cars(request: pytest.FixtureRequest) -> int:
    """Return how many cars there are."""
    count: int = request.param
    return count


@pytest.fixture
def models() -> tuple[object, ...]:
    """Return the models of the cars, in turn."""
    return (X102VE,)


@pytest.fixture(params=[False, True], ids=["alone", "with core's integration"])
def shared(request: pytest.FixtureRequest) -> bool:
    """Return whether Home Assistant's own integration asks for the same account."""
    beside: bool = request.param
    return beside


@pytest.fixture(params=[0, 20], ids=["together", "20 minutes apart"])
async def fleet(
    hass: HomeAssistant,
    socket_enabled: None,
    device_registry: dr.DeviceRegistry,
    freezer: FrozenDateTimeFactory,
    request: pytest.FixtureRequest,
    cars: int,
    models: tuple[object, ...],
    shared: bool,
) -> AsyncIterator[Fleet]:
    """Serve the cars, charged, and plan a departure for each."""
    vins = [f"VF1AGVYF0ZE00000{number}" for number in range(cars)]
    owner = Account(SIGN_IN[CONF_USERNAME], SIGN_IN[CONF_PASSWORD], vins)
    served = {vin: models[number % len(models)] for number, vin in enumerate(vins)}
    simulator = MyRenaultSimulator(accounts=[owner], models=served)
    for vin in vins:
        simulator.vehicle(vin).car.fill(80)
        simulator.vehicle(vin).report_now()
    await simulator.start()
    await hass.config.async_set_time_zone("UTC")
    if shared:
        MockConfigEntry(domain=CORE_RENAULT, data=SIGN_IN).add_to_hass(hass)
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: simulator.url, **SIGN_IN}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    found = Fleet(simulator, hass, freezer)
    found.listen()
    # The setup of many cars takes more than the requests of an hour.
    await found.until(READY - 2 * HOUR)
    for number, vin in enumerate(vins):
        device = device_registry.async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
        assert device is not None
        found.left_at = READY + number * request.param * MINUTE
        await ask(hass, "set_departure", device.id, name="Work", time=f"{found.left_at:%H:%M}", days=EVERY_DAY)
    simulator.log.entries.clear()
    yield found
    await simulator.stop()


async def test_cars_that_start(fleet: Fleet, shared: bool) -> None:
    """Send one command to each, and report that it is ready."""
    await fleet.leave()
    assert {vin: len(fleet.requests(vin, STARTED)) for vin in fleet.vins} == dict.fromkeys(fleet.vins, 1)
    assert fleet.reported == {vin: ["ready"] for vin in fleet.vins}
    fleet.check_quota(30 if shared else 60)


@pytest.mark.parametrize("cars", [1, 5], ids=["1-cars", "5-cars"])
@pytest.mark.parametrize("fleet", [0], indirect=True, ids=["together"])
async def test_cars_that_start_late(fleet: Fleet, shared: bool) -> None:
    """Do not repeat a command while a car may still start."""
    for vin in fleet.vins:
        fleet.simulator.vehicle(vin).link.command_seconds = 270
    await fleet.leave()
    assert {vin: len(fleet.requests(vin, STARTED)) for vin in fleet.vins} == dict.fromkeys(fleet.vins, 1)
    assert fleet.reported == {vin: ["ready"] for vin in fleet.vins}
    fleet.check_quota(30 if shared else 60)


async def test_cars_that_do_not_start(fleet: Fleet, shared: bool) -> None:
    """Send a second command after a read, then report the failure."""
    for vin in fleet.vins:
        fleet.simulator.vehicle(vin).link.obeys_preconditioning = False
    await fleet.leave()
    for vin in fleet.vins:
        first, second = (each.at for each in fleet.requests(vin, STARTED))
        polls = [each.at for each in fleet.requests(vin, "hvac-status")]
        assert any(first + RESPONSE <= at <= second for at in polls), vin
    assert fleet.reported == {vin: ["retry", "failed"] for vin in fleet.vins}
    fleet.check_quota(30 if shared else 60)


@pytest.mark.parametrize("models", [(X101VE, X102VE)], ids=["both generations"])
@pytest.mark.parametrize("cars", [4], ids=["4-cars"])
@pytest.mark.parametrize("fleet", [0], indirect=True, ids=["together"])
async def test_cars_of_both_generations(fleet: Fleet, shared: bool) -> None:
    """Send one command to a car that never shows the result."""
    await fleet.leave()
    assert {vin: len(fleet.requests(vin, STARTED)) for vin in fleet.vins} == dict.fromkeys(fleet.vins, 1)
    assert fleet.reported == {vin: [("ordered", "ready")[number % 2]] for number, vin in enumerate(fleet.vins)}
    fleet.check_quota(30 if shared else 60)
