"""Tests of charge commands, deployed schedules, and reports of charges."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator import ChargingPoint, Simulator
from tests.simulator.conftest import Client, outbox

NIGHTLY = {day: {"start": "0100", "duration": "0400"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def test_charge_command_overrides_the_schedule(simulator: Simulator, client: Client) -> None:
    """A charge command starts a charge, and the history and the reading follow."""
    vehicle = simulator.vehicle()
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    simulator.advance(120)
    vehicle.car.plug(ChargingPoint.SLOW)
    simulator.advance(120)
    assert (await client.car("GET", "/battery")).json["charging"] is False
    await client.car("POST", "/charge")
    assert (await client.car("GET", "/charge/history")).status == 204
    simulator.advance(62)
    battery = (await client.car("GET", "/battery")).json
    assert (battery["charging"], battery["charging_point"]) == (True, "SLOW")
    entry = (await client.car("GET", "/charge/history")).json[0]
    assert (entry["type"], entry["charging_point"]) == ("START_NOTIFICATION", "SLOW")
    assert entry["remaining_time"] == battery["remaining_time"] * 60_000
    assert 15_000 <= battery["last_update"] - entry["date"] <= 31_000
    request = (await client.car("GET", "/battery/history")).json[0]
    assert (request["type"], request["result"], request["remaining_time"]) == (
        "START_REQUEST",
        "SUCCESS",
        entry["remaining_time"],
    )
    assert ("charge_start", "EMAIL", False) in outbox(simulator)


@pytest.mark.parametrize("state", ["unplugged", "charging"])
async def test_failed_charge_command_is_recorded(simulator: Simulator, client: Client, state: str) -> None:
    """A failed command is recorded with zeros and a message, and the car still sends a report."""
    vehicle = simulator.vehicle()
    if state == "charging":
        vehicle.car.plug()
    simulator.advance(120)
    before = (await client.car("GET", "/battery")).json["last_update"]
    assert (await client.car("POST", "/charge")).status == 202
    simulator.advance(120)
    request = (await client.car("GET", "/battery/history?begin=0126&end=0126")).json[0]
    assert {**request, "date": 0} == {
        "charge_level": 0,
        "date": 0,
        "remaining_autonomy": 0,
        "remaining_time": 0,
        "result": "ERROR",
        "type": "START_REQUEST",
    }
    assert outbox(simulator)[-1][0] == "charge_problem"
    assert (await client.car("GET", "/battery")).json["last_update"] > before


async def test_reading_is_updated_every_half_hour_while_charging(simulator: Simulator, client: Client) -> None:
    """While charging, the reading is at most half an hour and 31 s old."""
    simulator.vehicle().car.fill(5)
    simulator.vehicle().car.plug(ChargingPoint.SLOW)
    simulator.advance(60)
    levels = []
    for _ in range(12):
        simulator.advance(1800)
        battery = (await client.car("GET", "/battery")).json
        age = simulator.clock.now().timestamp() - battery["last_update"] / 1000
        assert age <= 1831
        levels.append(battery["charge_level"])
    assert levels == sorted(set(levels))


async def test_remaining_time_can_be_hidden(simulator: Simulator, client: Client) -> None:
    """With `hide_remaining_time`, a charging car has no remaining time."""
    simulator.vehicle().car.plug()
    simulator.vehicle().link.hide_remaining_time = True
    simulator.advance(60)
    battery = (await client.car("GET", "/battery")).json
    assert battery["charging"] is True
    assert "remaining_time" not in battery


async def test_charge_start_near_full_has_no_remaining_time(simulator: Simulator, client: Client) -> None:
    """A start at 99% has no remaining time, as captured."""
    simulator.vehicle().car.fill(99)
    simulator.vehicle().car.plug()
    assert "remaining_time" not in (await client.car("GET", "/charge/history")).json[0]


async def test_siblings_show_last_and_next_charge(simulator: Simulator, client: Client) -> None:
    """Siblings are the last start or end of a charge, and the next window if the schedule is enabled."""
    assert (await client.car("GET", "/charge/siblings")).json == {
        "next": {"calendar_status": "DRAFT", "on_board_calendar_status": "DEACTIVATED"}
    }
    simulator.vehicle().car.plug()
    simulator.advance(60)
    previous = (await client.car("GET", "/charge/siblings")).json["previous"]
    assert previous.keys() == {"date", "type", "charging_point", "charge_level", "remaining_autonomy"}
    assert previous["type"] == "START_NOTIFICATION"
    await client.car("PUT", "/charge/scheduler/offboard", json=NIGHTLY)
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    simulator.advance(60)
    response = (await client.car("GET", "/charge/siblings")).json
    assert response["previous"]["type"] == "END_NOTIFICATION"
    assert response["previous"]["charging_point"] == "ACCELERATED"
    assert response["next"] == {
        "calendar_status": "DRAFT",
        "date": 1768266000000,
        "on_board_calendar_status": "ACTIVATED",
    }


async def test_deployment_is_delayed(simulator: Simulator, client: Client) -> None:
    """The car keeps the old schedule until the draft arrives, as it was when deployed."""
    simulator.vehicle().link.deploy_seconds = 300
    await client.car("PUT", "/charge/scheduler/offboard", json=NIGHTLY)
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    await client.car("PUT", "/charge/scheduler/offboard", json={"mon": NIGHTLY["mon"]})
    simulator.advance(299)
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is False
    simulator.advance(1)
    assert (await client.car("GET", "/charge/scheduler/onboard")).json == {"enabled": True, "schedule": NIGHTLY}


async def test_deploying_or_enabling_enables_the_schedule_again(simulator: Simulator, client: Client) -> None:
    """After disabling, both deploying the same draft and enabling work."""
    path = "/charge/scheduler/onboard"
    for method, command, body in (
        ("POST", "/charge/scheduler/offboard/deploy", None),
        ("PUT", path, {"enabled": True}),
    ):
        await client.car("PUT", path, json={"enabled": False})
        simulator.advance(60)
        assert (await client.car("GET", path)).json["enabled"] is False
        await client.car(method, command, json=body)
        simulator.advance(60)
        assert (await client.car("GET", path)).json["enabled"] is True


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28T20:00", 3.0), ("2026-03-29T20:00", 4.0), ("2026-10-24T19:00", 5.0), ("2026-10-25T20:00", 4.0)],
)
async def test_window_length_on_clock_changes(simulator: Simulator, client: Client, evening: str, hours: float) -> None:
    """A window from 01:00 to 05:00 has three hours in March, five in October, and four on the next nights."""
    simulator.clock.set(datetime.fromisoformat(evening).replace(tzinfo=UTC))
    await client.car("PUT", "/charge/scheduler/offboard", json=NIGHTLY)
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    simulator.advance(60)
    simulator.vehicle().car.fill(0)
    simulator.vehicle().car.plug(ChargingPoint.SLOW)
    simulator.advance(20 * 3600)
    end, start = (await client.car("GET", "/charge/history")).json
    assert timedelta(milliseconds=end["date"] - start["date"]) == timedelta(hours=hours)
    assert end["charge_level"] == int(hours * 1.85 / 22 * 100)
