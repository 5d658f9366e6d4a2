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

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NIGHTS = [{"days": DAYS, "start": "01:00", "end": "05:00"}]


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


async def test_set_a_schedule(car: Car) -> None:
    """Ends and durations are converted, and the car's schedule confirms the command."""
    windows = [
        {"days": ["mon"], "start": "01:00", "duration": {"hours": 1, "minutes": 15}},
        {"days": DAYS[1:], "start": "23:30", "end": "06:00"},
    ]
    await car.ask("set_charge_schedule", windows=windows)
    (week,) = bodies(car.simulator, "PUT", "/offboard")
    assert week == {
        "optimized_charge": False,
        "mon": {"start": "0100", "duration": "0115"},
        **{day: {"start": "2330", "duration": "0630"} for day in DAYS[1:]},
    }
    assert len(bodies(car.simulator, "POST", "/offboard/deploy")) == 1
    assert car.hass.states.get("sensor.renault_z_e_charge_schedule_status").state == "sending"
    await car.later(61)
    assert car.hass.states.get("sensor.renault_z_e_charge_schedule_status").state == "enabled"
    response = await car.ask("get_charge_schedule")
    assert (response["enabled"], response["differs_from_last_set"]) == (True, False)
    assert response["windows"][0] == {"day": "mon", "start": "01:00", "end": "02:15", "duration_minutes": 75.0}
    assert len(response["windows"]) == 7


async def test_keep_other_days(car: Car) -> None:
    """Only the given day changes."""
    await car.ask("set_charge_schedule", windows=NIGHTS)
    await car.later(61)
    saturday = [{"days": "sat", "start": "10:00", "end": "12:00"}]
    await car.ask("set_charge_schedule", windows=saturday, keep_other_days=True)
    week = bodies(car.simulator, "PUT", "/offboard")[-1]
    assert week["sat"] == {"start": "1000", "duration": "0200"}
    assert all(week[day] == {"start": "0100", "duration": "0400"} for day in DAYS if day != "sat")


@pytest.mark.parametrize(
    ("windows", "key", "days", "value"),
    [
        ([{"days": DAYS[:5], "start": "01:00", "end": "05:00"}], "schedule_days_missing", "Saturday, Sunday", ""),
        ([*NIGHTS, {"days": ["wed"], "start": "12:00", "end": "13:00"}], "schedule_day_twice", "Wednesday", ""),
        ([{"days": DAYS, "start": "01:10", "end": "05:00"}], "schedule_start_off_grid", "Monday", "1:10 AM"),
        (
            [{"days": DAYS, "start": "01:00", "duration": "00:05:00"}],
            "schedule_duration_out_of_range",
            "Monday",
            "5 min",
        ),
        ([{"days": DAYS, "start": "01:00", "end": "01:20"}], "schedule_duration_off_grid", "Monday", "20 min"),
        ([{"days": DAYS, "start": "01:00"}], "schedule_end_or_duration", "Monday", ""),
    ],
)
async def test_invalid_schedule_is_refused(car: Car, windows: list, key: str, days: str, value: str) -> None:
    """Nothing is sent, and the error contains the day and the reason."""
    with pytest.raises(ServiceValidationError) as caught:
        await car.ask("set_charge_schedule", windows=windows)
    assert caught.value.translation_key == key
    assert caught.value.translation_placeholders == {"days": days, "value": value}
    assert bodies(car.simulator, "PUT", "/offboard") == []


async def test_days_in_french(hass: HomeAssistant, device_id: str) -> None:
    """The days of an error are in Home Assistant's language."""
    hass.config.language = "fr"
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "set_charge_schedule", device_id, windows=[{**NIGHTS[0], "days": DAYS[1:]}])
    assert caught.value.translation_placeholders["days"].lower() == "lundi"


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
