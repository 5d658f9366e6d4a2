"""What an order to charge does, what a schedule does once it is in the car, and what is told of a charge."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator import ChargingPoint, Simulator
from tests.simulator.conftest import Client, outbox

NIGHTLY = {day: {"start": "0100", "duration": "0400"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def test_charging_now(simulator: Simulator, client: Client) -> None:
    """Against the schedule: nothing at first, then a start, a reading, and an entry among the requests."""
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
async def test_charging_now_in_vain(simulator: Simulator, client: Client, state: str) -> None:
    """The failure is told by message and among the requests, as zeros; the car reports all the same."""
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


async def test_a_charge_reports_every_half_hour(simulator: Simulator, client: Client) -> None:
    """While charging the reading is at most half an hour and 31 s old."""
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


async def test_remaining_time_hidden(simulator: Simulator, client: Client) -> None:
    """Two clients saw a charging car without a remaining time."""
    simulator.vehicle().car.plug()
    simulator.vehicle().link.hide_remaining_time = True
    simulator.advance(60)
    battery = (await client.car("GET", "/battery")).json
    assert battery["charging"] is True
    assert "remaining_time" not in battery


async def test_a_start_near_full_has_no_remaining_time(simulator: Simulator, client: Client) -> None:
    """As in the captured start at 99 %."""
    simulator.vehicle().car.fill(99)
    simulator.vehicle().car.plug()
    assert "remaining_time" not in (await client.car("GET", "/charge/history")).json[0]


async def test_siblings(simulator: Simulator, client: Client) -> None:
    """The last end or start of a charge, and the next window if the schedule is on."""
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
    answer = (await client.car("GET", "/charge/siblings")).json
    assert answer["previous"]["type"] == "END_NOTIFICATION"
    assert answer["previous"]["charging_point"] == "ACCELERATED"
    assert answer["next"] == {
        "calendar_status": "DRAFT",
        "date": 1768266000000,
        "on_board_calendar_status": "ACTIVATED",
    }


async def test_deploying_takes_a_while(simulator: Simulator, client: Client) -> None:
    """The car holds the old week until the draft reaches it, and the draft as it was when deployed."""
    simulator.vehicle().link.deploy_seconds = 300
    await client.car("PUT", "/charge/scheduler/offboard", json=NIGHTLY)
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    await client.car("PUT", "/charge/scheduler/offboard", json={"mon": NIGHTLY["mon"]})
    simulator.advance(299)
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is False
    simulator.advance(1)
    assert (await client.car("GET", "/charge/scheduler/onboard")).json == {"enabled": True, "schedule": NIGHTLY}


async def test_deploying_again_enables_again(simulator: Simulator, client: Client) -> None:
    """After a deactivation, deploying the unchanged draft is what one client did, as is enabling."""
    path = "/charge/scheduler/onboard"
    for method, order, body in (
        ("POST", "/charge/scheduler/offboard/deploy", None),
        ("PUT", path, {"enabled": True}),
    ):
        await client.car("PUT", path, json={"enabled": False})
        simulator.advance(60)
        assert (await client.car("GET", path)).json["enabled"] is False
        await client.car(method, order, json=body)
        simulator.advance(60)
        assert (await client.car("GET", path)).json["enabled"] is True


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28T20:00", 3.0), ("2026-03-29T20:00", 4.0), ("2026-10-24T19:00", 5.0), ("2026-10-25T20:00", 4.0)],
)
async def test_the_nights_the_clock_changes(simulator: Simulator, client: Client, evening: str, hours: float) -> None:
    """From 01:00 to 05:00 on the wall clock is three hours in March, five in October, four after either."""
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
