"""The actions that send commands or read: requests and responses."""

import asyncio
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.renault_ze.const import DOMAIN
from simulator import Scope, Simulator
from tests.common import ask, expect_error
from tests.plan.planned import Car, Later


def bodies(simulator: Simulator, method: str, ending: str) -> list[Any]:
    """Return what arrived at an endpoint."""
    return [each.body for each in simulator.log.entries if each.method == method and each.path.endswith(ending)]


async def until_done(waiting: asyncio.Future[Any], later: Later) -> None:
    """Let time pass in steps too short for a request under way to time out, and requests come through between them."""
    for _ in range(20):
        for _ in range(200):
            await asyncio.sleep(0)
        await later(5)
    assert waiting.done()


@pytest.fixture(autouse=True)
async def car_at_rest(later: Later, device_id: str, simulator: Simulator) -> None:
    """Let the reports of plugging in arrive, and unplug."""
    simulator.vehicle().car.unplug()
    await later(60)
    await later(301)
    simulator.log.entries.clear()


@pytest.mark.parametrize(
    ("action", "method", "ending"),
    [
        ("precondition", "POST", "/air-conditioning"),
        ("start_charge", "POST", "/charge"),
        ("request_update", "POST", "/battery"),
        ("disable_charge_schedule", "PUT", "/charge/scheduler/onboard"),
        ("cancel_precondition", "DELETE", "/air-conditioning/scheduler"),
    ],
)
async def test_command_is_sent_once(car: Car, action: str, method: str, ending: str) -> None:
    """Each command is one request, and the response contains its status."""
    if action == "start_charge":
        # A full car does not charge, but takes the command.
        car.simulator.vehicle().car.fill(100)
        car.simulator.vehicle().car.plug()
        car.simulator.vehicle().report_now()
    if action == "disable_charge_schedule":
        await car.ask("set_charge_schedule")
        await car.later(61)
    response = await car.ask(action)
    assert response["command"] == action
    assert response["status"] in {"accepted", "confirmed"}
    assert len(bodies(car.simulator, method, ending)) == 1


async def test_wait_returns_the_result(car: Car) -> None:
    """The response comes when the car has confirmed the command."""
    waiting = asyncio.ensure_future(car.ask("precondition", wait=True))
    await until_done(waiting, car.later)
    response = await waiting
    assert response["status"] == "confirmed"
    assert response["settled_at"] > response["sent_at"]


async def test_wait_without_a_response_raises_an_error(car: Car) -> None:
    """An automation must not continue after an unconfirmed command."""
    car.simulator.vehicle().car.fill(20)
    data = {"device_id": car.device_id, "wait": True}
    waiting = asyncio.ensure_future(car.hass.services.async_call(DOMAIN, "precondition", data, blocking=True))
    await until_done(waiting, car.later)
    with expect_error("not_confirmed"):
        await waiting


async def test_timer_is_in_the_time_zone_of_the_car(car: Car) -> None:
    """The time is sent as given, independent of Home Assistant's time zone."""
    await car.hass.config.async_set_time_zone("Asia/Tokyo")
    response = await car.ask("precondition_at", start="07:53")
    assert bodies(car.simulator, "POST", "/air-conditioning/scheduler") == [{"start": "0753"}]
    assert response["status"] == "confirmed"
    assert "T07:53:00" in response["starts_at"]
    assert response["warning"] is None


@pytest.mark.parametrize(("action", "data"), [("precondition", {}), ("precondition_at", {"start": "07:30:00"})])
async def test_unsupported_temperature_is_refused(car: Car, action: str, data: dict[str, Any]) -> None:
    """Nothing is sent, because the car would use another temperature."""
    with expect_error("no_temperature", ServiceValidationError):
        await car.ask(action, temperature=21, **data)
    assert not bodies(car.simulator, "POST", "")


@pytest.mark.parametrize("refuse", [False, True])
async def test_timer_with_a_low_battery(car: Car, caplog: pytest.LogCaptureFixture, refuse: bool) -> None:
    """Below the threshold there is a warning; the command is only refused on request."""
    car.simulator.vehicle().car.fill(44)
    car.simulator.vehicle().report_now()
    await car.later(1201)
    if refuse:
        with pytest.raises(ServiceValidationError) as caught:
            await car.ask("precondition_at", start="07:30", refuse_below_threshold=True)
        assert caught.value.translation_placeholders == {"level": "44", "threshold": "45"}
    else:
        response = await car.ask("precondition_at", start="07:30")
        assert response["warning"] == "below_threshold"
        assert "the battery level is 44%, below 45%" in caplog.text
    assert len(bodies(car.simulator, "POST", "/air-conditioning/scheduler")) == (0 if refuse else 1)


async def test_only_given_channels_change(car: Car) -> None:
    """The settings are sent as a whole, with the other channels unchanged."""
    before = await car.ask("get_notifications")
    quiet = {"start": "22:15", "end": "06:45"}
    response = await car.ask("set_notifications", charge_end="sms", do_not_disturb=quiet)
    assert response["status"] == "confirmed"
    after = await car.ask("get_notifications")
    assert after == {**before, "charge_end": "sms", "do_not_disturb": quiet}
    await car.ask("set_notifications", do_not_disturb=None)
    assert (await car.ask("get_notifications"))["do_not_disturb"] is None


async def test_nothing_to_set_is_refused(hass: HomeAssistant, device_id: str) -> None:
    """An action without changes is refused."""
    with expect_error("nothing_to_set", ServiceValidationError):
        await ask(hass, "set_notifications", device_id)


@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_charge_history(car: Car) -> None:
    """The response has minutes, percent, and times with the car's offset."""
    car.simulator.vehicle().car.fill(90)
    car.simulator.vehicle().car.plug()
    await car.later(4 * 3600)
    response = await car.ask("get_charge_history")
    assert response["time_zone"] == "Europe/London"
    ended, started = response["events"][:2]
    assert (started["kind"], ended["kind"]) == ("started", "ended")
    assert 0 < started["charging_time_remaining_minutes"] < 240
    session = response["sessions"][0]
    assert session["level_gained_percent"] == session["level_at_end_percent"] - session["level_at_start_percent"]
    assert 0 < session["duration_minutes"] < 240
    assert session["started_at"] == started["at"]
    assert started["at"][-6] in "+-"


async def test_missing_capability(car: Car) -> None:
    """The action is refused before anything is sent."""
    car.simulator.account.scopes.remove(Scope.PRECONDITIONING)
    await car.later(timedelta(days=2).total_seconds())
    await car.hass.async_block_till_done(wait_background_tasks=True)
    car.simulator.log.entries.clear()
    with expect_error("unsupported", ServiceValidationError):
        await car.ask("precondition")
    assert bodies(car.simulator, "POST", "/air-conditioning") == []


async def test_invalid_device(hass: HomeAssistant, device_id: str) -> None:
    """Home Assistant's own error says what is wrong."""
    with expect_error("service_device_not_found", ServiceValidationError):
        await ask(hass, "precondition", "stranger")
