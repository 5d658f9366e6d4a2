"""The subscription of a card: what it shows of a car, when it is sent again, and to whom."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
import re
from typing import Any

from aiohttp.web import WebSocketResponse
from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE
from custom_components.renault_ze.views import responses
from simulator import EXAMPLE_VIN
from tests.common import arrived, set_up
from tests.plan.planned import NIGHT, NOON, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

API = Path(__file__).parents[2] / "card/src/api.ts"
type Subscribe = Callable[[], Awaitable[Messages]]


class Messages:
    """A subscription of a client to a car."""

    def __init__(self, client: MockHAClientWebSocket, number: int) -> None:
        """Keep the client and the id of the subscription."""
        self.client = client
        self.number = number

    async def next(self) -> Any:
        """Return the car of the next message."""
        message = await self.client.receive_json()
        assert (message["id"], message["type"]) == (self.number, "event")
        return message["event"]["car"]

    async def rest(self) -> list[Any]:
        """Return the cars of the messages that have arrived."""
        await self.client.send_json_auto_id({"type": "ping"})
        found = []
        while (message := await self.client.receive_json())["type"] != "pong":
            found.append(message["event"]["car"])
        return found


async def subscribed(client: MockHAClientWebSocket, device_id: str) -> Messages:
    """Subscribe to a car."""
    await client.send_json_auto_id({"type": "renault_ze/subscribe", "device_id": device_id})
    response = await client.receive_json()
    assert response["success"]
    return Messages(client, response["id"])


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep connections open while a test lets hours pass at once."""
    monkeypatch.setattr(WebSocketResponse, "_reset_heartbeat", lambda _: None)


@pytest.fixture
def subscribe(hass: HomeAssistant, device_id: str, hass_ws_client: WebSocketGenerator) -> Subscribe:
    """Return a function that subscribes to the example car with a connection of its own."""

    async def connect() -> Messages:
        return await subscribed(await hass_ws_client(hass), device_id)

    return connect


def interfaces(mark: str = "") -> dict[str, set[str]]:
    """Return the names of the fields of each interface of the cards, only of optional ones with a mark."""
    found = re.findall(r"export interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", API.read_text(), re.DOTALL)
    own = {name: set(re.findall(rf"^  (\w+){mark}:", body, re.MULTILINE)) for name, _, body in found}
    return {name: own[name] | own.get(base, set()) for name, base, _ in found}


def parts(shown: Any) -> dict[str, Any]:
    """Return the parts of a car by the names of their interfaces."""
    plan, copy = shown["plan"], shown["copy"]
    return {
        "Car": shown,
        "Battery": shown["battery"],
        "Explanation": shown["charging"],
        "Sentence": shown["preconditioning"]["text"],
        "Command": shown["commands"][0],
        "Plan": plan,
        "Departure": plan["departures"][0],
        "PlannedWindow": plan["windows"][0],
        "NextDeparture": plan["next_departure"],
        "NextWindow": plan["next_window"],
        "ScheduleCopy": copy,
        "ChargeWindow": copy["windows"][0],
        "ChargeLimit": plan["limit"],
        "Limits": shown["limits"],
    }


async def test_car_as_typed(car: Car, subscribe: Subscribe) -> None:
    """A message has the fields that the cards expect, and no VIN."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    shown = await (await subscribe()).next()
    required, optional = interfaces(), interfaces(r"\?")
    assert {name: set(each) - optional[name] for name, each in parts(shown).items()} == {
        name: required[name] for name in parts(shown)
    }
    assert EXAMPLE_VIN not in json.dumps(shown)


async def test_car_as_it_is(car: Car, subscribe: Subscribe) -> None:
    """The values are those that the entities show."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    shown = await (await subscribe()).next()
    assert (shown["device_id"], shown["name"]) == (car.device_id, "Renault Z.E.")
    assert (shown["time_zone"], shown["now"]) == ("Europe/London", "2026-11-18T18:30:00+00:00")
    assert (shown["available"], shown["error"], shown["outdated"], shown["accepts_commands"]) == (
        True,
        None,
        False,
        True,
    )
    assert "charge_schedule" in shown["features"]
    assert str(shown["battery"]["level_percent"]) == car.value("sensor.renault_z_e_battery")
    assert shown["charging"]["reason"] == car.value("sensor.renault_z_e_charging_reason")
    assert shown["preconditioning"]["reason"] == car.value("sensor.renault_z_e_preconditioning_reason")
    (command,) = shown["commands"]
    assert (command["command"], command["status"], command["settled"]) == ("set_charge_schedule", "accepted", False)
    plan, copy = shown["plan"], shown["copy"]
    assert (plan["charge_enabled"], plan["departures_enabled"], plan["paused"]) == (True, True, None)
    assert (len(plan["windows"]), [each["name"] for each in plan["departures"]]) == (14, ["Work"])
    assert plan["next_departure"] == {
        "id": plan["departures"][0]["id"],
        "name": "Work",
        "at": "2026-11-19T07:30:00+00:00",
        "skipped": False,
        "can_cancel_until": "2026-11-19T07:20:00+00:00",
        "precondition": True,
    }
    night = {"begin": "2026-11-19T01:00:00+00:00", "end": "2026-11-19T05:00:00+00:00", "main": True}
    assert plan["next_window"] == night
    assert copy["status"] == car.value("sensor.renault_z_e_charge_schedule_status")
    assert shown["limits"] == {
        "step_minutes": 15,
        "every_day": True,
        "max_window_times": None,
        "windows_a_day": 1,
        "timer": True,
    }


async def test_sentences_in_any_language(car: Car, subscribe: Subscribe) -> None:
    """They are sent by their keys and values; those of entities are in Home Assistant's language."""
    await car.ask("set_departure", **WORK)
    shown = await (await subscribe()).next()
    assert shown["preconditioning"]["text"] == {
        "key": "common.preconditioning_waiting_for_departure",
        "placeholders": {"time": {"at": "2026-11-19T07:20:00+00:00"}, "departure": "Work"},
    }
    state = car.hass.states.get("sensor.renault_z_e_preconditioning_reason")
    assert state is not None
    assert str(state.attributes["explanation"]).startswith("The command to precondition for “Work” will be sent")


async def test_sent_when_something_changes(car: Car, subscribe: Subscribe) -> None:
    """An edit, a poll, and the time alone are sent; a poll that reads the same only with its time."""
    messages = await subscribe()
    before = await messages.next()
    await car.ask("set_departure", **WORK)
    (edited,) = await messages.rest()
    assert (edited["preconditioning"]["reason"], edited["plan"]["revision"]) != (
        before["preconditioning"]["reason"],
        before["plan"]["revision"],
    )
    car.coordinator.async_update_listeners()
    assert await messages.rest() == []
    # Home Assistant cannot read the car from now on.
    car.simulator.faults.replace([{"kind": "status", "status": 500}])
    await car.until("07:30")
    found = await messages.rest()
    error = found[0]["error"]
    assert (found[0]["available"], error["message"][:17], error["translation_key"]) == (
        False,
        "Failed to connect",
        "cannot_connect",
    )
    assert found[-1]["plan"]["next_departure"]["at"] == "2026-11-20T07:30:00+00:00"
    assert found[-1]["now"] > edited["now"]


async def test_no_request(car: Car, subscribe: Subscribe) -> None:
    """Neither the subscription nor its messages cause a request to the cloud."""
    car.simulator.log.entries.clear()
    messages = await subscribe()
    await messages.next()
    await car.ask("set_departure", **WORK)
    assert len(await messages.rest()) == 1
    assert arrived(car.simulator) == []


async def test_shared_by_subscribers(car: Car, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch) -> None:
    """A car is computed once per update for all subscribers, and not without any."""
    computed: list[str] = []
    original = responses.car

    def counted(*given: Any, **named: Any) -> Any:
        computed.append("car")
        return original(*given, **named)

    monkeypatch.setattr(responses, "car", counted)
    watching = [await subscribe() for _ in range(3)]
    for each in watching:
        await each.next()
    computed.clear()
    updated = await car.ask("set_departure", **WORK)
    updates = len(computed)
    assert [len(await each.rest()) for each in watching] == [1, 1, 1]
    await watching[0].client.send_json_auto_id({"type": "unsubscribe_events", "subscription": watching[0].number})
    assert (await watching[0].client.receive_json())["success"]
    await watching[1].client.close()
    computed.clear()
    await car.ask("set_departure", departure=updated["id"], enabled=False)
    assert len(computed) == updates
    assert ([len(await each.rest()) for each in watching[::2]], updates) == ([0, 1], 1)
    await watching[0].client.close()
    await watching[2].client.close()
    await car.hass.async_block_till_done()
    computed.clear()
    await car.ask("set_departure", departure=updated["id"], enabled=True)
    assert computed == []


async def test_car_that_cannot_be_shown(car: Car, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entities are updated all the same, and cards show it again as soon as they can."""
    messages = await subscribe()
    await messages.next()
    with monkeypatch.context() as broken:
        broken.setattr(responses, "car", lambda *_: {}["missing"])
        await car.ask("set_departure", **WORK)
        assert car.value("sensor.renault_z_e_next_departure")[:10] == "2026-11-19"
        assert await messages.rest() == []
        other = await subscribe()
        assert (await other.next())["plan"]["departures"] == []
    await car.ask("skip_departure", departure="Work")
    for each in (messages, other):
        assert [len(shown["plan"]["departures"]) for shown in await each.rest()] == [1]


async def test_account_unloaded_and_loaded(car: Car, subscribe: Subscribe) -> None:
    """There is no car in between, and then the car with its changes again."""
    messages = await subscribe()
    await messages.next()
    await car.unload()
    assert await messages.rest() == [None]
    await car.set_up()
    assert (await messages.rest())[-1]["available"]
    await car.ask("set_departure", **WORK)
    assert [each["name"] for each in (await messages.rest())[-1]["plan"]["departures"]] == ["Work"]
    other = await subscribe()
    assert (await other.next())["name"] == "Renault Z.E."


async def test_subscribed_before_the_account_is_loaded(car: Car, subscribe: Subscribe) -> None:
    """The car follows as soon as it is read."""
    await car.unload()
    messages = await subscribe()
    assert await messages.next() is None
    await car.set_up()
    assert (await messages.rest())[0]["name"] == "Renault Z.E."


async def test_renamed_and_disabled(car: Car, subscribe: Subscribe, device_registry: dr.DeviceRegistry) -> None:
    """The name is the user's; a disabled device has no car."""
    messages = await subscribe()
    await messages.next()
    device_registry.async_update_device(car.device_id, name_by_user="Zoe")
    assert [each["name"] for each in await messages.rest()] == ["Zoe"]
    device_registry.async_update_device(car.device_id, disabled_by=dr.DeviceEntryDisabler.USER)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert (await messages.rest())[-1] is None


async def test_removed_account(car: Car, subscribe: Subscribe) -> None:
    """The subscription remains without a car, and ends without an error."""
    messages = await subscribe()
    await messages.next()
    await car.hass.config_entries.async_remove(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)
    assert (await messages.rest())[-1] is None
    await messages.client.close()


async def test_other_devices(car: Car, hass_ws_client: WebSocketGenerator, device_registry: dr.DeviceRegistry) -> None:
    """They are not found."""
    entry = MockConfigEntry(domain="other")
    entry.add_to_hass(car.hass)
    identifiers: list[Any] = [("other", "1"), ("other", "1", "2")]
    others = [
        device_registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={each}).id
        for each in identifiers
    ]
    client = await hass_ws_client(car.hass)
    for device_id in (*others, "unknown"):
        await client.send_json_auto_id({"type": "renault_ze/subscribe", "device_id": device_id})
        response = await client.receive_json()
        assert (response["success"], response["error"]["code"]) == (False, "not_found")


@pytest.mark.parametrize("readable", [True, False])
async def test_permission(
    car: Car,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    entity_registry: er.EntityRegistry,
    readable: bool,
) -> None:
    """A user who may not read all entities of the car may not see it."""
    entities = [each.entity_id for each in er.async_entries_for_device(entity_registry, car.device_id)]
    allowed = entities if readable else entities[1:]
    policy = {"entities": {"entity_ids": {each: {"read": True} for each in allowed}}}
    hass_admin_user.groups = [Group(name="Guests", policy=policy)]
    hass_admin_user.permissions = PolicyPermissions(policy, hass_admin_user.perm_lookup)
    client = await hass_ws_client(car.hass)
    await client.send_json_auto_id({"type": "renault_ze/subscribe", "device_id": car.device_id})
    response = await client.receive_json()
    assert (response["success"], response.get("error", {}).get("code")) == (
        (True, None) if readable else (False, "unauthorized")
    )


async def test_car_at_my_renault(
    hass: HomeAssistant, renault_entry: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """What it does not report or cannot do is left out."""
    await set_up(hass, renault_entry)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), renault_entry.entry_id)
    shown = await (await subscribed(await hass_ws_client(hass), device.id)).next()
    assert (shown["commands"], shown["plan"]["departures"], shown["plan"]["next_departure"]) == ([], [], None)
    assert (shown["limits"]["timer"], shown["limits"]["max_window_times"]) == (True, 5)


async def with_price(car: Car, source: dict[str, Any] | None) -> None:
    """Choose a source of prices, and reload the account."""
    options = {key: each for key, each in car.entry.options.items() if key != CONF_ELECTRICITY_PRICE}
    options |= {} if source is None else {CONF_ELECTRICITY_PRICE: source}
    car.hass.config_entries.async_update_entry(car.entry, options=options)
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.hass.async_block_till_done(wait_background_tasks=True)


async def test_prices(car: Car, subscribe: Subscribe) -> None:
    """The known prices are sent if there is a source of prices, each with its begin and end."""
    await with_price(car, {"kind": "fixed_price", "price": 0.25})
    shown = await (await subscribe()).next()
    begin, end, price = shown["prices"][0]
    assert (begin < end, price, shown["currency"]) == (True, 0.25, car.hass.config.currency)
    assert shown["planned_charge"] is None


async def test_prices_are_sent_once(car: Car, subscribe: Subscribe) -> None:
    """Messages about other changes leave them out; a new subscription and other prices have them."""
    await with_price(car, {"kind": "fixed_price", "price": 0.25})
    messages = await subscribe()
    first = await messages.next()
    await car.ask("set_departure", **WORK)
    changed = await messages.rest()
    assert changed
    assert not any("prices" in each for each in changed)
    assert (await (await subscribe()).next())["prices"] == first["prices"]
    await with_price(car, None)
    *_, last = [each for each in await messages.rest() if each is not None]
    assert last["prices"] == []
