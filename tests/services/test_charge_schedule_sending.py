"""Actions for the charge schedule are sent at once, and what could not be sent is kept."""

import asyncio

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.common import expect_error
from tests.plan.planned import DEPLOY, WARM, WORK, Car, Later, nights, week
from tests.services.test_charge_schedule import DISABLE, MODE, NIGHT, NOON, STATUS, WRITE

# A Wednesday evening in London, where the car is; its own schedule, every night at 23:30, is disabled.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

SAVED = "Saved. The server was not reached; it will be sent again"


def commands_sent(car: Car) -> list[str]:
    """Return the methods and paths of the commands that arrived."""
    return [order for order, _ in car.commands]


async def requests(car: Car, count: int) -> None:
    """Wait until commands have arrived."""
    for _ in range(2000):
        await asyncio.sleep(0)
        if len(car.commands) >= count:
            break
    assert len(car.commands) == count
    for _ in range(200):
        await asyncio.sleep(0)


async def pass_by(later: Later, seconds: int) -> None:
    """Let time pass in steps too short for a request under way to time out."""
    for _ in range(seconds // 5):
        for _ in range(200):
            await asyncio.sleep(0)
        await later(5)


async def test_disable(car: Car) -> None:
    """The car charges at any time; the windows stay, and are sent again without being entered."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    car.simulator.log.entries.clear()
    response = await car.ask("disable_charge_schedule")
    assert (response["command"], commands_sent(car), car.value(MODE)) == (
        "disable_charge_schedule",
        [DISABLE],
        "any_time",
    )
    await car.later(61)
    assert car.value(STATUS) == "disabled"
    assert not car.simulator.vehicle().car.schedule.enabled
    await car.ask("set_charge_schedule")
    assert week(car.simulator) == nights()
    await car.later(61)
    assert (car.value(MODE), car.value(STATUS)) == ("by_schedule", "enabled")


async def test_actions_do_not_wait_for_each_other(car: Car) -> None:
    """Each is sent at once, without the gap between two schedules, and supersedes the one before."""
    first = asyncio.ensure_future(car.ask("set_charge_schedule", windows=[NIGHT], wait=True))
    await requests(car, 2)
    await car.later(1)
    second = await car.ask("set_charge_schedule", windows=[NOON])
    await car.later(1)
    await car.ask("disable_charge_schedule")
    assert (second["status"], (await first)["reason"]) == ("accepted", "superseded")
    assert commands_sent(car) == [WRITE, DEPLOY[0], WRITE, DEPLOY[0], DISABLE]
    await car.later(61, times=3)
    assert (car.value(MODE), car.value(STATUS)) == ("any_time", "disabled")
    assert not car.simulator.vehicle().car.schedule.enabled


async def test_wait(car: Car) -> None:
    """The response comes when the car has confirmed the schedule."""
    waiting = asyncio.ensure_future(car.ask("set_charge_schedule", windows=[NIGHT], wait=True))
    await pass_by(car.later, 100)
    response = await waiting
    assert (response["command"], response["status"]) == ("set_charge_schedule", "confirmed")
    assert response["settled_at"] > response["sent_at"]
    waiting = asyncio.ensure_future(car.ask("disable_charge_schedule", wait=True))
    await pass_by(car.later, 100)
    assert (await waiting)["status"] == "confirmed"


async def test_wait_does_not_delay_a_departure(car: Car) -> None:
    """While an action waits for a car that does not confirm, the car is preconditioned in time."""
    car.simulator.vehicle().link.obeys_schedule = False
    await car.ask("set_departure", **{**WORK, "time": "18:45"})
    call = {"device_id": car.device_id, "windows": [NIGHT], "wait": True}
    waiting = asyncio.ensure_future(
        car.hass.services.async_call("renault_ze", "set_charge_schedule", call, blocking=True)
    )
    await pass_by(car.later, 4 * 60)
    assert commands_sent(car) == [WRITE, DEPLOY[0]]
    await pass_by(car.later, 90)
    assert (commands_sent(car), waiting.done()) == ([WRITE, DEPLOY[0], WARM[0]], False)
    await pass_by(car.later, 6 * 60)
    with expect_error("not_confirmed"):
        await waiting


@pytest.mark.parametrize("action", ["set_charge_schedule", "disable_charge_schedule"])
async def test_unreachable_server(car: Car, action: str) -> None:
    """The edit survives, also a restart, and is sent when the server can be reached."""
    if action == "disable_charge_schedule":
        await car.ask("set_charge_schedule", windows=[NOON])
        await car.later(61)
    port = int(car.simulator.url.rsplit(":", 1)[1])
    await car.simulator.stop()
    with pytest.raises(HomeAssistantError, match=SAVED) as caught:
        await car.ask(action, **({} if action == "disable_charge_schedule" else {"windows": [NIGHT]}))
    assert caught.value.translation_key == "schedule_saved"
    plan = await car.ask("get_plan")
    assert plan["charge_enabled"] is (action == "set_charge_schedule")
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    await car.simulator.start(port=port)
    car.simulator.log.entries.clear()
    await car.later(301, times=5)
    assert commands_sent(car) == ([DISABLE] if action == "disable_charge_schedule" else [WRITE, DEPLOY[0]])
    held = car.simulator.vehicle().car.schedule
    assert held.enabled is (action == "set_charge_schedule")
    assert {each and each.start.hour for each in held.week.days} == {1 if held.enabled else 12}
