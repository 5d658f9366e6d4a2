"""Whatever goes wrong with whichever request: values stay, orders arrive once, and a person is told in words."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import EXAMPLE_VIN, Simulator
from tests.common import VEHICLE, live_an_evening, logins, set_up
from tests.conftest import Later
from tests.coordinator.fault_cases import (
    ASKED,
    EXPIRED_WITHOUT_401,
    LISTS,
    ORDERS,
    READABLE_LISTS,
    READS,
    SPOILED,
    TO_ORDERS,
    UNANSWERED,
    UNAUTHORISED,
    UNREADABLE,
    WITHOUT_ANSWER,
    Order,
    Rule,
    at,
    change_everything,
    check_log,
    check_shown,
    check_understood,
    everything_shown,
    forget_reauth,
    in_vain,
    poll,
)

pytestmark = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


@pytest.fixture
async def car(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> VehicleCoordinator:
    """Set up a car that stands unplugged, with something to say about everything."""
    # The stack of where each of thousands of tasks was made costs as much as all they do.
    hass.loop.set_debug(False)
    live_an_evening(simulator, freezer)
    simulator.vehicle().car.unplug()
    freezer.tick(60)
    simulator.advance(0)
    simulator.backend.rules.ask_window_seconds = simulator.backend.rules.precondition_window_seconds = 0
    await set_up(hass, mock_config_entry)
    return mock_config_entry.runtime_data.vehicles[EXAMPLE_VIN]


@pytest.mark.parametrize("path", READS)
async def test_a_read_without_an_answer(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """The last values stay, the other parts live on, and the next good answer is believed."""
    before = everything_shown(hass)
    for name, rule in (WITHOUT_ANSWER | UNREADABLE).items():
        simulator.faults.replace([at(path, rule)])
        await poll(hass, car)
        assert simulator.faults.rules[0].hits, name
        assert car.last_update_success, name
        check_shown(hass, before, name)
        check_log(caplog)
    simulator.faults.replace([])
    change_everything(simulator)
    await poll(hass, car)
    assert not [each for each, seen in everything_shown(hass).items() if seen == before[each]]
    check_log(caplog)


async def test_no_answer_at_all(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A poll without any answer fails in words, and loses nothing."""
    before = everything_shown(hass)
    for name, rule in (WITHOUT_ANSWER | UNREADABLE).items():
        simulator.faults.replace([{"path": "/api/*", **rule}])
        await poll(hass, car)
        assert not car.last_update_success, name
        assert isinstance(car.last_exception, HomeAssistantError)
        check_understood(car.last_exception)
        check_shown(hass, before, name)
        simulator.faults.replace([])
        await poll(hass, car)
        assert car.last_update_success, name
        check_shown(hass, before, name)
    check_log(caplog)


@pytest.mark.parametrize("path", READS)
async def test_a_spoiled_answer(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """What cannot be read is unknown at worst, nothing else suffers, and the next good answer mends it."""
    before = everything_shown(hass)
    for name, rule in SPOILED.items():
        simulator.faults.replace([at(path, rule)])
        await poll(hass, car)
        assert simulator.faults.rules[0].hits, name
        assert car.last_update_success, name
        seen = everything_shown(hass)
        assert STATE_UNAVAILABLE not in seen[path], name
        check_shown(hass, {**before, path: seen[path]}, name)
        check_log(caplog)
        simulator.faults.replace([])
        await poll(hass, car)
        check_shown(hass, before, name)
    check_log(caplog)


@pytest.mark.parametrize("path", ["/battery", "/charge/scheduler/onboard", "/settings/notification"])
async def test_an_answer_that_says_nothing(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, path: str
) -> None:
    """What the car or somebody set does not end to be so because an answer does not tell of it."""
    before = everything_shown(hass)
    assert STATE_UNKNOWN not in before[path]
    for name in ("empty", "null", "no fields", "wrong types", "an empty object"):
        simulator.faults.replace([at(path, SPOILED[name])])
        await poll(hass, car)
        check_shown(hass, before, name)


@pytest.mark.parametrize("rule", UNAUTHORISED.values(), ids=UNAUTHORISED)
async def test_a_read_that_is_always_unauthorised(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, rule: Rule
) -> None:
    """After a new token and a new login the owner is asked; the values stay until then."""
    before = everything_shown(hass)
    for path in READS:
        simulator.faults.replace([at(path, rule)])
        simulator.log.entries.clear()
        await poll(hass, car)
        assert forget_reauth(hass)
        assert logins(simulator) <= 1
        check_shown(hass, before, path)
        simulator.faults.replace([])
        await poll(hass, car)
        assert car.last_update_success
    check_log(caplog)


async def test_an_expired_token(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A token refused once is renewed, and nobody notices; an order refused unread is sent again."""
    for path in READS:
        simulator.faults.replace([at(path, {"kind": "expired_token", "times": 1})])
        await poll(hass, car)
        assert simulator.faults.rules[0].hits == 1
        assert car.last_update_success
    for order in ORDERS.values():
        simulator.faults.replace([at(order.path, {"kind": "expired_token", "times": 1}, order.verb)])
        simulator.log.entries.clear()
        await give(hass, car, order)
        assert heeded(simulator, order) == 1
    assert not hass.config_entries.flow.async_progress()
    check_log(caplog)


async def settle(car: VehicleCoordinator, later: Later) -> None:
    """Let the fate of the last order be known."""
    command = car.data.last_command
    if command is not None and not command.status.is_settled:
        await later(601)


def heeded(simulator: Simulator, order: Order) -> int:
    """Return how often an order's request arrived and was not refused for its token."""
    return sum(
        (entry.method, entry.path) == (order.verb, VEHICLE + order.path) and entry.status != 401
        for entry in simulator.log.entries
    )


async def give(hass: HomeAssistant, car: VehicleCoordinator, order: Order) -> None:
    """Ask for something as a person does."""
    domain, _, service = order.service.partition(".")
    target = {ATTR_ENTITY_ID: order.target}
    if domain == DOMAIN:
        (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), car.config_entry.entry_id)
        target = {ATTR_DEVICE_ID: device.id}
    await hass.services.async_call(domain, service, {**target, **order.data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
async def test_an_order(
    hass: HomeAssistant,
    car: VehicleCoordinator,
    simulator: Simulator,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    order: Order,
) -> None:
    """It arrives once at most, its failure is told in words, and it can be given again when all is well."""
    for name, rule in TO_ORDERS.items():
        simulator.faults.replace([at(order.path, rule, order.verb)])
        simulator.log.entries.clear()
        told = await in_vain(give(hass, car, order))
        assert heeded(simulator, order) == 1, name
        assert (told == "order_unanswered") is (name in UNANSWERED), name
        assert (told is None) is (name not in {*WITHOUT_ANSWER, *EXPIRED_WITHOUT_401, *UNANSWERED}), name
        await settle(car, later)
        assert heeded(simulator, order) == 1, name
        simulator.faults.replace([])
        assert await in_vain(give(hass, car, order)) is None, name
        assert heeded(simulator, order) == 2, name
        await settle(car, later)
        assert car.last_update_success, name
    check_log(caplog)


@pytest.mark.parametrize("rule", UNAUTHORISED.values(), ids=UNAUTHORISED)
async def test_an_order_that_is_always_unauthorised(
    hass: HomeAssistant, car: VehicleCoordinator, simulator: Simulator, caplog: pytest.LogCaptureFixture, rule: Rule
) -> None:
    """It is never heeded, and the owner is asked for another password."""
    for order in ORDERS.values():
        simulator.faults.replace([at(order.path, rule, order.verb)])
        simulator.log.entries.clear()
        assert await in_vain(give(hass, car, order)) == "invalid_auth"
        assert heeded(simulator, order) == 0
        assert logins(simulator) <= 1
        assert forget_reauth(hass)
        simulator.faults.replace([])
        await give(hass, car, order)
        assert heeded(simulator, order) == 1
    check_log(caplog)


@pytest.mark.parametrize(("path", "name"), ASKED.items(), ids=ASKED.values())
async def test_a_question(
    hass: HomeAssistant,
    car: VehicleCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    path: str,
    name: str,
) -> None:
    """An action that reads answers, or says in words why it cannot."""
    for fault, rule in (WITHOUT_ANSWER | UNREADABLE | SPOILED | UNAUTHORISED).items():
        simulator.faults.replace([at(path, rule)])
        told = await in_vain(question(hass, car, name))
        assert simulator.faults.rules[0].hits, fault
        assert (told is None) is (fault in (READABLE_LISTS if path in LISTS else SPOILED)), fault
        assert forget_reauth(hass) is (fault in UNAUTHORISED)
        simulator.faults.replace([])
        await question(hass, car, name)
    check_log(caplog)


async def question(hass: HomeAssistant, car: VehicleCoordinator, name: str) -> None:
    """Ask for data."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), car.config_entry.entry_id)
    target = {ATTR_DEVICE_ID: device.id}
    answer = await hass.services.async_call(DOMAIN, name, target, blocking=True, return_response=True)
    assert isinstance(answer, dict)
