"""What an order to precondition does, at once or by the timer."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from simulator import Simulator
from tests.simulator.conftest import Client, outbox


async def test_preconditioning(simulator: Simulator, client: Client) -> None:
    """The car says so first, the request is closed four seconds later; too soon again is refused."""
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
    """The order is accepted all the same; the outcome is an error, and the owner is told."""
    simulator.vehicle().car.fill(44)
    assert (await client.car("POST", "/air-conditioning")).status == 202
    simulator.advance(60)
    last = (await client.car("GET", "/air-conditioning/last")).json
    assert (last["type"], last["result"]) == ("USER_REQUEST", "ERROR")
    assert outbox(simulator) == [("battery_status", "EMAIL", False)]


async def test_the_car_takes_its_word_back(simulator: Simulator, client: Client) -> None:
    """As in the captured history: success, closed, and an error 55 s later."""
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
    """After some days the server has nothing to say, but the history has."""
    await client.car("POST", "/air-conditioning")
    simulator.advance(72 * 3600)
    assert (await client.car("GET", "/air-conditioning/last")).status == 200
    simulator.advance(60)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    assert len((await client.car("GET", "/air-conditioning")).json) == 2


async def test_timer(simulator: Simulator, client: Client) -> None:
    """Shown under another key at once; it runs once, tells only the car's side, and is gone."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0715"}
    simulator.clock.set(datetime(2026, 1, 13, 7, 14, 59, tzinfo=UTC))
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    simulator.advance(1)
    last = (await client.car("GET", "/air-conditioning/last")).json
    assert last == {"date": 1768288500000, "type": "CAR_NOTIFICATION", "result": "SUCCESS"}
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204


async def test_timer_cancelled(simulator: Simulator, client: Client) -> None:
    """A cancelled timer is not shown and does not run."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.advance(3600)
    assert (await client.car("DELETE", "/air-conditioning/scheduler")).status == 204
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
    simulator.advance(86_400)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204


async def test_timer_that_repeats(simulator: Simulator, client: Client) -> None:
    """With its switch on, the timer runs every day."""
    simulator.backend.rules.timer_repeats = True
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.advance(3 * 86_400)
    assert len((await client.car("GET", "/air-conditioning")).json) == 3
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0715"}


async def test_timer_changed_while_the_old_one_runs(simulator: Simulator, client: Client) -> None:
    """A new time still on its way is not cleared by the old one running."""
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
    simulator.clock.set(datetime(2026, 1, 13, 7, 14, 50, tzinfo=UTC))
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "0800"})
    simulator.advance(60)
    assert (await client.car("GET", "/air-conditioning/scheduler")).json == {"next_start": "0800"}
    simulator.advance(3600)
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
    assert len((await client.car("GET", "/air-conditioning")).json) == 2


async def test_timer_in_the_vehicles_zone(simulator: Simulator, client: Client) -> None:
    """The time is the wall clock's in the car, wherever the server and the client are."""
    simulator.vehicle().zone = ZoneInfo("America/New_York")
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "1330"})
    simulator.advance(1800)
    assert (await client.car("GET", "/air-conditioning/last")).json["date"] == 1768242600000


async def test_a_timer_that_came_too_late(simulator: Simulator, client: Client) -> None:
    """A timer that reaches the car long after its time is no use any more."""
    vehicle = simulator.vehicle()
    vehicle.link.in_reach = False
    await client.car("POST", "/air-conditioning/scheduler", json={"start": "1830"})
    simulator.advance(3600)
    vehicle.link.in_reach = True
    simulator.advance(3600)
    assert (await client.car("GET", "/air-conditioning/last")).status == 204
    assert (await client.car("GET", "/air-conditioning/scheduler")).status == 204
