"""Tests of readings, commands, and messages on their way between car, server, and owner."""

from datetime import UTC, datetime

import pytest

from simulator import Simulator
from simulator.control.changes import change_car
from tests.simulator.conftest import Client, outbox


async def test_requested_reading_arrives_later(simulator: Simulator, client: Client) -> None:
    """A requested reading arrives later; another request within 20 minutes is rejected."""
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


async def test_request_window_counts_reports(simulator: Simulator, client: Client) -> None:
    """With `ask_window_counts_reports`, the 20 minutes also count from the last report."""
    simulator.backend.rules.ask_window_counts_reports = True
    simulator.vehicle().report_now()
    assert (await client.car("POST", "/battery")).status == 503
    simulator.advance(20 * 60)
    assert (await client.car("POST", "/battery")).status == 202


async def test_car_out_of_reach(simulator: Simulator, client: Client) -> None:
    """Reports are lost and commands fail, but schedules and timers wait until the car is in reach."""
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


@pytest.mark.parametrize("command", ["charge", "preconditioning", "schedule"])
async def test_command_that_is_never_confirmed(simulator: Simulator, client: Client, command: str) -> None:
    """A command is accepted but has no effect and no result."""
    vehicle = simulator.vehicle()
    vehicle.car.load(vehicle.car.schedule)
    setattr(vehicle.link, f"obeys_{command}", False)
    path = {
        "charge": "/charge",
        "preconditioning": "/air-conditioning",
        "schedule": "/charge/scheduler/offboard/deploy",
    }
    assert (await client.car("POST", path[command])).status == 202
    simulator.advance(3600)
    for read in ("/air-conditioning/last", "/battery/history", "/charge/history"):
        assert (await client.car("GET", read)).status == 204
    assert (await client.car("GET", "/charge/scheduler/onboard")).json["enabled"] is False
    assert outbox(simulator) == []


async def test_invalid_reading_is_replaced_by_the_next_report(simulator: Simulator, client: Client) -> None:
    """The captured invalid reading has four keys; the next report replaces it."""
    simulator.vehicle().glitch()
    battery = (await client.car("GET", "/battery")).json
    assert {**battery, "last_update": 0} == {"charging": False, "plugged": False, "charge_level": 0, "last_update": 0}
    simulator.vehicle().report_now()
    assert (await client.car("GET", "/battery")).json["remaining_range"] == 99.0


async def test_older_reading_does_not_replace_a_newer_one(simulator: Simulator, client: Client) -> None:
    """A delayed older reading does not replace a newer one."""
    simulator.vehicle().car.plug()
    simulator.advance(1)
    change_car(simulator.vehicle(), {"level": 20, "report": True})
    level = (await client.car("GET", "/battery")).json["charge_level"]
    assert level == 20
    simulator.advance(60)
    assert (await client.car("GET", "/battery")).json["charge_level"] == level


async def test_messages_follow_the_notification_settings(simulator: Simulator, client: Client) -> None:
    """Messages use the channel of their event, and are suppressed during the do-not-disturb hours."""
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


async def test_low_battery_message_and_reminder(simulator: Simulator, client: Client) -> None:
    """A low battery sends a message, and a reminder 12 hours later unless the car is plugged in."""
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
