"""What comes through between the car, the server and its owner: readings, messages and orders, late or never."""

from datetime import UTC, datetime

import pytest

from simulator import Simulator
from simulator.control.changes import change_car
from tests.simulator.conftest import Client, outbox


async def test_asking_the_car(simulator: Simulator, client: Client) -> None:
    """A fresh reading arrives after a while; asking again within 20 minutes is refused."""
    simulator.vehicle().car.fill(61)
    before = (await client.car("GET", "/battery")).json
    assert (await client.car("POST", "/battery")).status == 202
    assert (await client.car("GET", "/battery")).json == before
    simulator.advance(61)
    after = (await client.car("GET", "/battery")).json
    assert after["charge_level"] == 61
    assert 45_000 <= after["last_update"] - before["last_update"] <= 61_000
    simulator.advance(20 * 60 - 62)
    refused = await client.car("POST", "/battery")
    assert refused.status == 503
    assert refused.json["message"].split(".")[-1] == "Send SMS Error"
    assert refused.headers["Connection"] == "close"
    simulator.advance(1)
    assert (await client.car("POST", "/battery")).status == 202
    assert outbox(simulator)[-1] == ("battery_status", "EMAIL", False)


async def test_asking_after_a_report(simulator: Simulator, client: Client) -> None:
    """With its switch on, the 20 minutes count from the last report as well."""
    simulator.backend.rules.ask_window_counts_reports = True
    simulator.vehicle().report_now()
    assert (await client.car("POST", "/battery")).status == 503
    simulator.advance(20 * 60)
    assert (await client.car("POST", "/battery")).status == 202


async def test_out_of_reach(simulator: Simulator, client: Client) -> None:
    """Reports are lost; orders fail with a message; a schedule and a timer wait until the car is reached."""
    vehicle = simulator.vehicle()
    vehicle.link.in_reach = False
    before = (await client.car("GET", "/battery")).json
    vehicle.car.plug()
    for method, path, body in (
        ("POST", "/battery", None),
        ("POST", "/charge", None),
        ("POST", "/air-conditioning", None),
        ("POST", "/charge/scheduler/offboard/deploy", None),
        ("POST", "/air-conditioning/scheduler", {"start": "2300"}),
    ):
        assert (await client.car(method, path, json=body)).status == 202
    simulator.advance(600)
    assert (await client.car("GET", "/battery")).json == before
    assert (await client.car("GET", "/air-conditioning/last")).json["result"] == "ERROR"
    assert (await client.car("GET", "/battery/history")).json[0]["result"] == "ERROR"
    assert sorted(event for event, _, _ in outbox(simulator)) == ["battery_status", "battery_status", "charge_problem"]
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is False
    vehicle.link.in_reach = True
    simulator.advance(120)
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is True
    assert vehicle.car.timer_at == datetime(2026, 1, 12, 23, tzinfo=UTC)


@pytest.mark.parametrize("order", ["charge", "preconditioning", "schedule"])
async def test_a_car_that_never_confirms(simulator: Simulator, client: Client, order: str) -> None:
    """An order is accepted and never heard of again."""
    vehicle = simulator.vehicle()
    vehicle.car.load(vehicle.car.schedule)
    setattr(vehicle.link, f"obeys_{order}", False)
    path = {
        "charge": "/charge",
        "preconditioning": "/air-conditioning",
        "schedule": "/charge/scheduler/offboard/deploy",
    }
    assert (await client.car("POST", path[order])).status == 202
    simulator.advance(3600)
    for read in ("/air-conditioning/last", "/battery/history", "/charge/history"):
        assert (await client.car("GET", read)).status == 204
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is False
    assert outbox(simulator) == []


async def test_glitch(simulator: Simulator, client: Client) -> None:
    """The captured nonsense has four keys, and the next report puts it right."""
    simulator.vehicle().glitch()
    battery = (await client.car("GET", "/battery")).json
    assert {**battery, "last_update": 0} == {"charging": False, "plugged": False, "charge_level": 0, "last_update": 0}
    simulator.vehicle().report_now()
    assert (await client.car("GET", "/battery")).json["remaining_range"] == 99.0


async def test_reading_is_never_overtaken_by_an_older_one(simulator: Simulator, client: Client) -> None:
    """What was on its way when a reading of this instant came does not come after it."""
    simulator.vehicle().car.plug()
    simulator.advance(1)
    change_car(simulator.vehicle(), {"level": 20, "report": True})
    level = (await client.car("GET", "/battery")).json["charge_level"]
    assert level == 20
    simulator.advance(60)
    assert (await client.car("GET", "/battery")).json["charge_level"] == level


async def test_messages(simulator: Simulator, client: Client) -> None:
    """Each event by its own channel, none for NONE, and suppressed in the quiet hours, which span midnight."""
    settings = {"charge_start": "NONE", "charge_end": "SMS", "do_not_disturb": {"start": "2200", "end": "0700"}}
    await client.car("PUT", "/settings/notification", json=settings)
    simulator.vehicle().car.plug()
    simulator.advance(3 * 3600)
    assert outbox(simulator) == [("charge_end", "SMS", False)]
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.drive(10)
    simulator.advance(5 * 3600)
    simulator.vehicle().car.plug()
    simulator.advance(3600)
    assert outbox(simulator)[1:] == [("charge_end", "SMS", True)]


async def test_low_battery(simulator: Simulator, client: Client) -> None:
    """The owner is told when the battery becomes low, and reminded half a day later unless he plugged in."""
    simulator.vehicle().car.drive(80)
    simulator.advance(13 * 3600)
    assert [event for event, _, _ in outbox(simulator)] == ["low_battery", "low_battery_reminder"]
    simulator.vehicle().car.plug()
    simulator.advance(86_400)
    simulator.vehicle().car.drive(105)
    simulator.advance(3600)
    simulator.vehicle().car.plug()
    simulator.advance(86_400)
    assert [event for event, _, _ in outbox(simulator)].count("low_battery_reminder") == 1
