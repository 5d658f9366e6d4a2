"""Fixtures of all tests: the simulator on a socket, and an account at it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.util import dt as dt_util, executor
from hypothesis import HealthCheck, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Otherwise the plugin's own `custom_components` is found first.
import custom_components  # noqa: F401
from custom_components.renault_ze.cloud.protocol import Clock
from custom_components.renault_ze.const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_LOCALE,
    DOMAIN,
    MY_RENAULT,
)
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN, Account, Simulator
from simulator.myrenault import X102VE, MyRenaultSimulator
from tests.common import fire_time_changed, live_an_evening
from tests.frozen_time import LoopTime, use_fast_time
from tests.plan.planned import HOUR, PLAN, Car, Later, Until
from tests.texts import ShownTexts

# No deadline: a busy machine must not fail a test.
settings.register_profile("long", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `scripts/test --long` tests all cases.
settings.register_profile("sample", settings.get_profile("long"), max_examples=17)
settings.load_profile("sample")

# Home Assistant interrupts a thread that does not end within its share of a tenth of these seconds. On a busy machine
# that are threads with no fault, whose exceptions fail the test, or whose wake-up of the next thread is lost.
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 3600

use_fast_time()


class HomeClock:
    """The clock of Home Assistant's computer, which can differ from that of the world."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the right one, also for what asks Python and not Home Assistant."""
        self.ahead = timedelta()
        utcnow, now = dt_util.utcnow, dt_util.now
        monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() + self.ahead)
        monkeypatch.setattr(dt_util, "now", lambda zone=None: now(zone) + self.ahead)
        monkeypatch.setattr(Clock, "now", lambda _: datetime.now(UTC) + self.ahead)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(configure_event_loop: None) -> None:
    """Check all that asyncio checks in debug mode, without noting where each future and callback was made.

    These stack traces, which only what asks `get_debug` takes, would double the time of the tests.
    """
    loop = asyncio.get_running_loop()
    LoopTime.install(loop)
    loop.set_debug(True)
    loop.get_debug = lambda: False


@pytest.fixture(autouse=True)
def shown_texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[ShownTexts]:
    """Fail a test in which Home Assistant shows a form, issue or error without a text, or with other placeholders."""
    shown = ShownTexts()
    shown.watch(monkeypatch)
    yield shown
    assert shown.problems == []


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots without the ids that differ from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Serve Z.E. Services with one car, half full and plugged in."""
    simulator = Simulator()
    simulator.vehicle().car.fill(50)
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def evening(simulator: Simulator, freezer: FrozenDateTimeFactory) -> None:
    """Precondition the car, then set a timer, a schedule and do not disturb while it charges."""
    live_an_evening(simulator, freezer)


@pytest.fixture
async def renault(socket_enabled: None) -> AsyncIterator[MyRenaultSimulator]:
    """Serve MY Renault with one car of the second generation, half full and plugged in."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: X102VE})
    simulator.vehicle().car.fill(50)
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def renault_entry(renault: MyRenaultSimulator) -> MockConfigEntry:
    """Return an entry for the example account at MY Renault."""
    account = renault.account.identifier("MYRENAULT")
    return MockConfigEntry(
        domain=DOMAIN,
        title="Renault Z.E.",
        unique_id=account,
        data={
            CONF_CLOUD: MY_RENAULT,
            CONF_USERNAME: "you@example.com",
            CONF_PASSWORD: "P4ssw0rd",
            CONF_LOCALE: "en_GB",
            CONF_ADDRESS: renault.url,
            CONF_ACCOUNT_ID: account,
        },
    )


@pytest.fixture
def mock_config_entry(simulator: Simulator) -> MockConfigEntry:
    """Return an entry for the example account."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Renault Z.E.",
        unique_id=simulator.account.identifier("user"),
        data={CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd", CONF_ADDRESS: f"{simulator.url}/api"},
    )


@pytest.fixture
async def hass(hass: HomeAssistant) -> AsyncIterator[HomeAssistant]:
    """Let Home Assistant load custom integrations, and wait at the end for entries that take cars over.

    The fixture of the plugin unloads all entries too, but stops Home Assistant while another entry still loads again.
    """
    hass.data.pop(DATA_CUSTOM_COMPONENTS)
    yield hass
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
def enable_custom_integrations(hass: HomeAssistant) -> None:
    """Replace the fixture of the plugin: `hass` always loads custom integrations."""


@pytest.fixture
async def init_integration(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> MockConfigEntry:
    """Set the example account up."""
    mock_config_entry.add_to_hass(hass)
    await hass.config_entries.async_setup(mock_config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return mock_config_entry


@pytest.fixture
def coordinator(init_integration: MockConfigEntry) -> VehicleCoordinator:
    """Return the car's coordinator."""
    return init_integration.runtime_data.vehicles[EXAMPLE_VIN]


@pytest.fixture
def device_id(init_integration: MockConfigEntry, device_registry: dr.DeviceRegistry) -> str:
    """Return the car's device."""
    device = device_registry.async_get_device_by_identifier((DOMAIN, EXAMPLE_VIN), init_integration.entry_id)
    return device.id


@pytest.fixture
def issue(
    issue_registry: ir.IssueRegistry, init_integration: MockConfigEntry, device_id: str
) -> Callable[[str], ir.IssueEntry | None]:
    """Return a function that finds the car's repair of a kind."""
    return lambda key: issue_registry.async_get_issue(DOMAIN, f"{key}_{init_integration.entry_id}_{device_id}")


@pytest.fixture
def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator) -> Later:
    """Return a function that lets seconds pass for the car and for Home Assistant, once or several times."""

    async def pass_by(seconds: float, times: int = 1) -> None:
        for _ in range(times):
            freezer.tick(timedelta(seconds=seconds))
            simulator.advance(0)
            fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)

    return pass_by


@pytest.fixture
def home_clock(monkeypatch: pytest.MonkeyPatch) -> HomeClock:
    """Return the clock of Home Assistant, which is correct until it is set."""
    return HomeClock(monkeypatch)


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Enable all entities, including those disabled by default."""
    with patch.object(Entity, "entity_registry_enabled_default", True):
        yield


@pytest.fixture
def until(later: Later) -> Until:
    """Return what lets time pass until a moment of that Thursday, or another day, by the car's clock.

    An hour passes at once, but at the beginning, when what was done is followed, and at the end.
    """

    async def pass_by(moment: str) -> None:
        at = datetime.fromisoformat(moment if "T" in moment else f"2026-11-19T{moment}").replace(tzinfo=dt_util.UTC)
        began = dt_util.utcnow()
        while (left := at - (now := dt_util.utcnow())) > timedelta():
            slowly = left <= HOUR or now - began < timedelta(minutes=15)
            await later(min(left, timedelta(minutes=5) if slowly else min(left - HOUR, HOUR)).total_seconds())

    return pass_by


@pytest.fixture
def plan_events(hass: HomeAssistant, init_integration: MockConfigEntry) -> list[str]:
    """Return the event types of the plan."""
    said: list[str] = []
    at: list[str] = []

    @callback
    def listen(change: Event[EventStateChangedData]) -> None:
        new = change.data["new_state"]
        if new is not None and new.state not in {*at, STATE_UNKNOWN, STATE_UNAVAILABLE}:
            at.append(new.state)
            said.append(new.attributes["event_type"])

    async_track_state_change_event(hass, PLAN, listen)
    return said


@pytest.fixture
def car(
    hass: HomeAssistant,
    init_integration: MockConfigEntry,
    coordinator: VehicleCoordinator,
    device_id: str,
    simulator: Simulator,
    later: Later,
    until: Until,
    plan_events: list[str],
) -> Car:
    """Return the example car."""
    return Car(hass, init_integration, coordinator, device_id, simulator, later, until, plan_events)


def pytest_report_header() -> str:
    """Report which version of renault-api is tested."""
    return f"renault-api: {version('renault-api')}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how much of the plan was simulated."""
    properties = (each for report in terminalreporter.getreports("passed") for each in report.user_properties)
    tallies = [tally for name, tally in properties if name == "plan_simulation"]
    if tallies:
        text = ", ".join(f"{sum(each[name] for each in tallies):,} {name.replace('_', ' ')}" for name in tallies[0])
        terminalreporter.write_sep("=", "simulated plans")
        terminalreporter.write_line(text)
