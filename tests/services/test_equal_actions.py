"""Ten equal actions at once send one command."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.renault_ze.const import DOMAIN
from tests.plan.planned import DEPLOY, NIGHT, NO_TIMER, TIMER, WARM, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

WRITTEN = "PUT /charge/scheduler/offboard"
MODE = "select.renault_z_e_charge_mode"
SETTINGS = "PUT /settings/notification"
ACTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "precondition": ({}, [WARM[0]]),
    "precondition_at": ({"start": "06:15:00"}, [TIMER[0]]),
    "cancel_precondition": ({}, [NO_TIMER[0]]),
    "request_update": ({}, ["POST /battery"]),
    "set_charge_schedule": ({"windows": [{key: NIGHT[key] for key in ("days", "start", "end")}]}, [WRITTEN, DEPLOY[0]]),
    "disable_charge_schedule": ({}, ["PUT /charge/scheduler/onboard"]),
    "set_notifications": ({"charge_end": "sms", "low_battery": "none"}, [SETTINGS]),
}


async def ten(hass: HomeAssistant, action: str, device_id: str, data: dict[str, Any]) -> list[Any]:
    """Call an action ten times at once, and return its responses."""
    services, target = hass.services, {"device_id": device_id, **data}
    calls = (services.async_call(DOMAIN, action, target, blocking=True, return_response=True) for _ in range(10))
    responses = await asyncio.gather(*calls)
    await hass.async_block_till_done(wait_background_tasks=True)
    return responses


async def charge_by_schedule(car: Car) -> None:
    """Let the car hold and follow a charge schedule."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    car.simulator.log.entries.clear()


@pytest.mark.parametrize("action", ACTIONS)
async def test_actions(car: Car, action: str) -> None:
    """All calls get a response, and one request is sent."""
    data, sent = ACTIONS[action]
    if action == "disable_charge_schedule":
        await charge_by_schedule(car)
    responses = await ten(car.hass, action, car.device_id, data)
    assert responses == [responses[0]] * 10
    assert [order for order, _ in car.commands] == sent


ENTITIES: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "button": ("button.press", "button.renault_z_e_start_preconditioning", {}, [WARM[0]]),
    "by schedule": ("select.select_option", MODE, {"option": "by_schedule"}, [WRITTEN, DEPLOY[0]]),
    "any time": ("select.select_option", MODE, {"option": "any_time"}, ["PUT /charge/scheduler/onboard"]),
    "channel": ("select.select_option", "select.renault_z_e_charge_end_notification", {"option": "sms"}, [SETTINGS]),
    "silence": ("switch.turn_on", "switch.renault_z_e_do_not_disturb", {}, [SETTINGS]),
    "edge": ("time.set_value", "time.renault_z_e_do_not_disturb_start", {"time": "21:00:00"}, [SETTINGS]),
}


@pytest.mark.parametrize("name", ENTITIES)
async def test_entities(car: Car, name: str) -> None:
    """Ten simultaneous calls send one request."""
    service, entity_id, data, sent = ENTITIES[name]
    if name == "any time":
        await charge_by_schedule(car)
    if name == "edge":
        await car.call("switch.turn_on", "switch.renault_z_e_do_not_disturb")
        car.simulator.log.entries.clear()
    await asyncio.gather(*(car.call(service, entity_id, **data) for _ in range(10)))
    assert [order for order, _ in car.commands] == sent


async def test_different_channels(car: Car) -> None:
    """Two simultaneous changes do not undo each other."""
    kinds = ("charge_end", "low_battery", "charge_start")
    chosen = {f"select.renault_z_e_{kind}_notification": "sms" for kind in kinds}
    await asyncio.gather(*(car.call("select.select_option", each, option=to) for each, to in chosen.items()))
    written = [body for order, body in car.commands if order == SETTINGS]
    assert len(written) == len(kinds)
    assert {kind: written[-1][kind] for kind in kinds} == dict.fromkeys(kinds, "SMS")


async def test_equal_edits_of_the_plan(car: Car) -> None:
    """Ten equal edits send one schedule and one timer."""
    await ten(car.hass, "set_charge_schedule", car.device_id, {"windows": [NIGHT]})
    await ten(car.hass, "set_departure", car.device_id, {**WORK, "robust": True})
    await car.until("08:00")
    assert [order for order, _ in car.commands] == [WRITTEN, DEPLOY[0], TIMER[0]]
    assert car.plan_events == ["ready"]
