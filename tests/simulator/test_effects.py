"""What an order does, and when: accepted at once, obeyed later, or never."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator import ChargingPoint, Simulator
from simulator.changes import change_car

from .conftest import Client

NIGHTLY = {day: {"start": "0100", "duration": "0400"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def outbox(simulator: Simulator) -> list[tuple[str, str, bool]]:
    """Return event, channel and whether it was suppressed, of each message."""
    messages = simulator.vehicle().ledger.outbox.messages
    return [(message.event, message.channel, message.suppressed) for message in messages]


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
    simulator.world.rules.ask_window_counts_reports = True
    simulator.vehicle().report_now()
    assert (await client.car("POST", "/battery")).status == 503
    simulator.advance(20 * 60)
    assert (await client.car("POST", "/battery")).status == 202


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
    simulator.world.rules.timer_repeats = True
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
