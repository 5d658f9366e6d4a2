"""Preconditioning before the commute."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.blueprints.conftest import COMMUTE, MONDAY, NOTICE_ACTION, House, Live, automate, messages
from tests.common import fire_time_changed

SATURDAY = "2026-11-28"


def respond_with(hass: HomeAssistant, **response: Any) -> list[ServiceCall]:
    """Replace the action by one that returns a command."""
    return async_mock_service(
        hass, DOMAIN, "precondition", response=response, supports_response=SupportsResponse.OPTIONAL
    )


async def commute(hass: HomeAssistant, car: str, **inputs: Any) -> None:
    """Create the automation."""
    await automate(hass, COMMUTE, car=car, problem_actions=NOTICE_ACTION, **inputs)


async def test_commute_preconditions_before_leaving(house: House) -> None:
    """Send one command, ten minutes before 07:30 on a weekday, and notify nobody."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    await house.at(f"{MONDAY}T07:00")
    await commute(house.hass, house.car)
    await house.at(f"{MONDAY}T07:19:59")
    assert sent == []
    for minute in range(20, 40):
        await house.at(f"{MONDAY}T07:{minute}")
    assert [command.data for command in sent] == [{"device_id": house.car, "wait": True}]
    assert house.notices == []


@pytest.mark.parametrize(
    ("inputs", "day"),
    [({}, SATURDAY), ({"weekdays": ["tue"]}, MONDAY), ({"weekdays": []}, MONDAY)],
    ids=["weekend", "another day", "no day"],
)
async def test_commute_leaves_other_days_alone(house: House, inputs: dict[str, Any], day: str) -> None:
    """Send nothing on a day that is not selected."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    await house.at(f"{day}T07:00")
    await commute(house.hass, house.car, **inputs)
    for moment in ("07:19", "07:20", "07:25", "07:30"):
        await house.at(f"{day}T{moment}")
    assert sent == []


@pytest.mark.parametrize(("weekdays", "count"), [(["tue"], 1), (["mon"], 0)], ids=["departure", "command"])
async def test_commute_goes_by_the_day_of_departure(house: House, weekdays: list[str], count: int) -> None:
    """Start on Monday for a departure at 00:05 on Tuesday."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    await house.at(f"{MONDAY}T23:50")
    await commute(house.hass, house.car, departure_time="00:05:00", weekdays=weekdays)
    await house.at(f"{MONDAY}T23:55")
    assert len(sent) == count


@pytest.mark.parametrize(
    ("day", "departure_time"), [("2027-03-28", "03:05:00"), ("2027-10-31", "02:05:00")], ids=["spring", "autumn"]
)
async def test_commute_when_the_clocks_change(
    house: House, freezer: FrozenDateTimeFactory, day: str, departure_time: str
) -> None:
    """Start ten real minutes earlier, once."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    await house.at(f"{day}T01:50")
    await commute(house.hass, house.car, departure_time=departure_time, weekdays=["sun"])
    sent_at = []
    for _ in range(180):
        freezer.tick(60)
        fire_time_changed(house.hass)
        await house.hass.async_block_till_done()
        sent_at += [f"{dt_util.now():%H:%M}"] * (len(sent) - len(sent_at))
    assert sent_at == ["01:55"]


@pytest.mark.parametrize(
    ("people", "count"),
    [(["person.anna"], 0), (["person.anna", "person.ben"], 1), ([], 1), (["person.nobody"], 0)],
    ids=["away", "one of two", "nobody named", "unknown"],
)
async def test_commute_waits_for_somebody_at_home(house: House, people: list[str], count: int) -> None:
    """Do nothing while all selected people are away."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    house.hass.states.async_set("person.anna", "not_home")
    house.hass.states.async_set("person.ben", "home")
    await house.at(f"{MONDAY}T07:00")
    await commute(house.hass, house.car, people=people)
    await house.at(f"{MONDAY}T07:20")
    assert len(sent) == count
    assert house.notices == []


@pytest.mark.parametrize(
    ("battery", "inputs", "count"),
    [
        ("44", {}, 0),
        ("45", {}, 1),
        ("30", {"minimum_battery": 30}, 1),
        ("3", {"minimum_battery": 0}, 1),
        ("unknown", {}, 1),
        ("unavailable", {}, 1),
    ],
)
async def test_commute_with_a_low_battery(house: House, battery: str, inputs: dict[str, Any], count: int) -> None:
    """Report a level below the minimum, and start if the level is unknown."""
    sent = respond_with(house.hass, status="confirmed", reason=None)
    house.show(battery=battery)
    await house.at(f"{MONDAY}T07:00")
    await commute(house.hass, house.car, **inputs)
    await house.at(f"{MONDAY}T07:20")
    assert len(sent) == count
    expected = [] if count else ["Zoe was not preconditioned for 07:30: the battery is at 44%, below 45%."]
    assert messages(house.notices) == expected
    assert [notice.data["reason"] for notice in house.notices] == ["low_battery"] * len(expected)


@pytest.mark.parametrize(
    ("response", "reason", "why"),
    [
        ({"status": "failed", "reason": "below_threshold"}, "below_threshold", "the battery is too low"),
        ({"status": "failed", "reason": "car_refused"}, "car_refused", "the car refused"),
        ({"status": "timed_out", "reason": "no_confirmation"}, "no_confirmation", "the car shows no effect"),
        ({"status": "accepted", "reason": None}, "accepted", "the outcome is unknown"),
    ],
)
async def test_commute_reports_a_failure(house: House, response: dict[str, Any], reason: str, why: str) -> None:
    """Pass the result of the command to the actions."""
    respond_with(house.hass, **response)
    await house.at(f"{MONDAY}T07:00")
    await commute(house.hass, house.car)
    await house.at(f"{MONDAY}T07:20")
    assert [notice.data for notice in house.notices] == [
        {
            "title": "Zoe is not preconditioned",
            "message": f"Zoe may not be preconditioned for 07:30: {why}.",
            "reason": reason,
            "problem": "",
        }
    ]


async def test_commute_reports_an_error(house: House) -> None:
    """Continue after an error of the action."""
    async_mock_service(
        house.hass,
        DOMAIN,
        "precondition",
        supports_response=SupportsResponse.OPTIONAL,
        raise_exception=HomeAssistantError("no connection"),
    )
    await house.at(f"{MONDAY}T07:00")
    await commute(house.hass, house.car)
    await house.at(f"{MONDAY}T07:20")
    assert [notice.data["reason"] for notice in house.notices] == ["not_sent"]
    assert "could not be sent" in house.notices[0].data["message"]


async def test_commute_notifies_without_actions(house: House) -> None:
    """Create a notification in Home Assistant."""
    notifications = async_mock_service(house.hass, "persistent_notification", "create")
    respond_with(house.hass, status="failed", reason="car_refused")
    await house.at(f"{MONDAY}T07:00")
    await automate(house.hass, COMMUTE, car=house.car)
    await house.at(f"{MONDAY}T07:20")
    assert [notice.data["title"] for notice in notifications] == ["Zoe is not preconditioned"]


async def test_commute_preconditions_the_car(
    hass: HomeAssistant, device_id: str, simulator: Simulator, live: Live, notices: list[ServiceCall]
) -> None:
    """Precondition the simulated car, without a notification."""
    await commute(hass, device_id, departure_time="06:15:00")
    await live(20)
    command = hass.states.get("sensor.renault_z_e_last_command")
    assert (command.attributes["command"], command.state) == ("precondition", "confirmed")
    assert notices == []


@pytest.mark.parametrize(
    ("minimum", "reason"), [(45, "low_battery"), (20, "below_threshold")], ids=["not tried", "refused by the car"]
)
async def test_commute_with_a_battery_too_low_for_the_car(
    hass: HomeAssistant,
    device_id: str,
    simulator: Simulator,
    live: Live,
    notices: list[ServiceCall],
    minimum: int,
    reason: str,
) -> None:
    """Notify at 30%, because of the blueprint or of the car."""
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    await live(15)
    await commute(hass, device_id, departure_time="06:30:00", minimum_battery=minimum)
    await live(20)
    assert [notice.data["reason"] for notice in notices] == [reason]
