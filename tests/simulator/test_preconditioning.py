"""Tests of preconditioning commands and the timer."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from simulator import Simulator
from tests.simulator.conftest import Client, outbox


async def test_preconditioning_command(simulator: Simulator, client: Client) -> None:
    """The result of the car comes first and that of the request 4 s later; too soon again is rejected."""
    sent_at = simulator.clock.now()
    await client.car("POST", "/air-conditioning")
    simulator.advance(29)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    simulator.advance(1)
    assert (await client.car("GET", "/air-conditioning/last")).json["type"] == "CAR_NOTIFICATION"
    simulator.advance(4)
    last = (await client.car("GET", "/air-conditioning/last")).json
    assert (last["type"], last["result"]) == ("USER_REQUEST", "SUCCESS")
    assert last["date"] == round(sent_at.timestamp() * 1000) + 34_000
    refused = await client.car("POST", "/air-conditioning")
    assert refused.status == 503
    assert refused.json.keys() == {"code", "message", "timestamp"}
    simulator.advance(266)
    assert (await client.car("POST", "/air-conditioning")).status == 202


async def test_preconditioning_below_the_threshold(simulator: Simulator, client: Client) -> None:
    """The command is accepted, but its result is an error, with a message to the owner."""
    simulator.vehicle().car.fill(44)
    assert (await client.car("POST", "/air-conditioning")).status == 202
    simulator.advance(60)
    last = (await client.car("GET", "/air-conditioning/last")).json
    assert (last["type"], last["result"]) == ("USER_REQUEST", "ERROR")
    assert outbox(simulator) == [("battery_status", "EMAIL", False)]


async def test_late_error_after_success(simulator: Simulator, client: Client) -> None:
    """With `late_error`, the car reports an error 55 s after a success, as captured."""
    simulator.vehicle().link.late_error = True
    await client.car("POST", "/air-conditioning")
    simulator.advance(120)
    history = (await client.car("GET", "/air-conditioning?begin=0126&end=0126")).json
    assert [(entry["type"], entry["result"]) for entry in history] == [
        ("CAR_NOTIFICATION", "ERROR"),
        ("USER_REQUEST", "SUCCESS"),
        ("CAR_NOTIFICATION", "SUCCESS"),
    ]
    assert history[0]["date"] - history[1]["date"] == 55_000


async def test_last_preconditioning_is_forgotten(simulator: Simulator, client: Client) -> None:
    """After 72 hours, only the history has the result."""
    await client.car("POST", "/air-conditioning")
    simulator.advance(72 * 3600)
    assert (await client.car("GET", "/air-conditioning/last")).status == 200
    simulator.advance(60)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    assert len((await client.car("GET", "/air-conditioning")).json) == 2


async def test_timer_runs_once_and_is_cleared(simulator: Simulator, client: Client) -> None:
    """The timer is returned under another key, runs once with a result of the car only, and is cleared."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0715"}
    simulator.clock.set(datetime(2026, 1, 13, 7, 14, 59, tzinfo=UTC))
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    simulator.advance(1)
    last = (await client.car("GET", "/air-conditioning/last")).json
    assert last == {"date": 1768288500000, "type": "CAR_NOTIFICATION", "result": "SUCCESS"}
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204


async def test_cancelled_timer_does_not_run(simulator: Simulator, client: Client) -> None:
    """A cancelled timer is not returned and does not run."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.advance(3600)
    assert (await client.car("DELETE", "/air-conditioning/scheduler")).status == 204
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
    simulator.advance(86_400)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204


async def test_timer_repeats(simulator: Simulator, client: Client) -> None:
    """With `timer_repeats`, the timer runs every day."""
    simulator.backend.rules.timer_repeats = True
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.advance(3 * 86_400)
    assert len((await client.car("GET", "/air-conditioning")).json) == 3
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0715"}


async def test_pending_timer_is_not_cleared_by_the_old_one(simulator: Simulator, client: Client) -> None:
    """A new timer on its way is not cleared when the old one runs."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.clock.set(datetime(2026, 1, 13, 7, 14, 50, tzinfo=UTC))
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0800"})
    simulator.advance(60)
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0800"}
    simulator.advance(3600)
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
    assert len((await client.car("GET", "/air-conditioning")).json) == 2


async def test_timer_uses_the_vehicles_time_zone(simulator: Simulator, client: Client) -> None:
    """The timer uses the vehicle's time zone."""
    simulator.vehicle().zone = ZoneInfo("America/New_York")
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "1330"})
    simulator.advance(1800)
    assert (await client.car("GET", "/air-conditioning/last")).json["date"] == 1768242600000


async def test_late_timer_is_dropped(simulator: Simulator, client: Client) -> None:
    """A timer that reaches the car long after its time does not run."""
    vehicle = simulator.vehicle()
    vehicle.link.in_reach = False
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "1830"})
    simulator.advance(3600)
    vehicle.link.in_reach = True
    simulator.advance(3600)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
