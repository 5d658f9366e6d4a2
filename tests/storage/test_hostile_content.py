"""Invalid values anywhere in a stored plan or session cause no error."""

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
import json
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.renault_ze.cloud.charging import ChargeMode
from custom_components.renault_ze.cloud.codec import dump
from custom_components.renault_ze.cloud.exceptions import CloudError
from custom_components.renault_ze.cloud.models import Battery, ChargeSchedule, ChargeWindow, Part, Weekday
from custom_components.renault_ze.cloud.myrenault.schedule_copy import Held
from custom_components.renault_ze.cloud.myrenault.suspension import (
    KeptSchedule,
    Suspension,
    is_over,
    is_replaced,
    load_suspensions,
)
from custom_components.renault_ze.plan import decisions
from custom_components.renault_ze.plan.model import Departure, Pause, Plan, PlannedWindow, as_json, from_json
from custom_components.renault_ze.plan.records import Attempt, Outcome, SentSchedule, Timer
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.plan.situation import Situation
from custom_components.renault_ze.services.plan import plan_response
from custom_components.renault_ze.storage.file import readable
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.views import plan_entities
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.conftest import http
from tests.cloud.endpoints import client
from tests.cloud.myrenault import my_renault

__all__ = ["http"]

NOW = datetime(2026, 11, 18, 18, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=12)
NIGHT = ChargeWindow(Weekday.THURSDAY, time(1), timedelta(hours=4))
PLANNED = (
    PlannedWindow(NIGHT, is_main=True, skipped=frozenset({date(2026, 11, 26)})),
    PlannedWindow(NIGHT, on=date(2026, 11, 26)),
)
PLAN = Plan(
    departures=(
        Departure(id="a", name="Work", at=time(7, 30), weekdays=frozenset(Weekday), since=NOW, uses_timer=True),
        Departure(id="b", name="Cinema", at=time(20), on=date(2026, 11, 20), skipped=frozenset({date(2026, 11, 20)})),
    ),
    windows=PLANNED,
    former=PLANNED,
    charge_enabled=True,
    claimed=True,
    paused=Pause(first=date(2026, 12, 1), last=date(2026, 12, 5)),
    edited_at=NOW,
    disabled_at=NOW,
    judged_until=NOW,
    late=NOW,
    last_sent=SentSchedule(at=NOW, windows=(NIGHT,)),
    timer=Timer(departure="a", ready_at=LATER, start_at=LATER, sent_at=NOW),
    attempts=(Attempt(departure="a", ready_at=LATER, sent_at=NOW, warned_at=NOW, outcome=Outcome.READY),),
)
SETTINGS = Settings(zone=ZoneInfo("Europe/London"))
STATE = VehicleState(
    battery=Battery(level=40, plugged_in=True, charging=False, reported_at=NOW),
    charge_schedule=ChargeSchedule(enabled=True, windows=(NIGHT,)),
    known=frozenset(Part),
    read_at=dict.fromkeys(Part, NOW),
)
HOSTILE: list[Any] = [
    *(None, True, False, 0, -1, 7, 1.5, 1e300, 10**30, "", "text", "nan", [], [[]], {}, {"": None}),
    *("0001-01-01", "0002-01-01", "9998-12-31", "9999-12-31", "2026-02-30", "24:00", "23:59:59.999999", "07:30+02:00"),
    *("0001-01-01T00:00:00+00:00", "0002-01-01T00:00:00+14:00", "9998-12-31T23:59:59-14:00", "2026-11-18T18:30:00"),
    "9999-12-31T23:59:59+00:00",
]


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each part of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (key,)
        yield from ((key, *rest) for rest in places(each))


def changed(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a JSON value with another value at a path."""
    found = part = deepcopy(whole)
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return found


def live(plan: Plan) -> None:
    """Compute everything that is derived from a plan."""
    for now in (NOW, LATER, NOW + timedelta(days=3)):
        plan = decisions.observed(Situation(plan=plan, state=STATE, now=now, settings=SETTINGS))
        situation = Situation(plan=plan, state=STATE, now=now, settings=SETTINGS)
        step = decisions.next_step(situation)
        plan_entities.next_change(situation)
        assert situation.is_changed_elsewhere in {True, False}
        decisions.is_idle(situation)
        json.dumps(plan_response(situation, step))
        if step is not None:
            plan = decisions.recorded(plan, step, now)
        assert from_json(as_json(plan)) == plan


def test_valid_plan() -> None:
    """It is readable without changes."""
    content, unreadable = readable({"data": {"plans": {EXAMPLE_VIN: as_json(PLAN)}}})
    assert unreadable == {}
    assert from_json(content["plans"][EXAMPLE_VIN]) == PLAN
    live(PLAN)


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_plan_with_an_invalid_value(value: Any) -> None:
    """It can be used and stored again."""
    stored = json.loads(json.dumps(as_json(PLAN)))
    for place in places(stored):
        content, _ = readable({"data": {"plans": {EXAMPLE_VIN: changed(stored, place, value)}}})
        live(from_json(content["plans"][EXAMPLE_VIN]))


@pytest.mark.parametrize("value", HOSTILE[::2], ids=repr)
async def test_ze_services_session_with_an_invalid_value(http: aiohttp.ClientSession, value: Any) -> None:
    """A new login replaces what is unreadable."""
    simulator = Simulator()
    await simulator.start()
    kept: list[Any] = []
    await client(http, simulator.url, on_session=kept.append).battery(EXAMPLE_VIN)
    for place in places(kept[-1]):
        cloud = client(http, simulator.url, stored=changed(kept[-1], place, value))
        assert (await cloud.account(max_age=timedelta(days=1))).vehicles, place
        await cloud.battery(EXAMPLE_VIN)
    await simulator.stop()


@pytest.mark.parametrize("value", HOSTILE[::2], ids=repr)
async def test_my_renault_session_with_an_invalid_value(http: aiohttp.ClientSession, value: Any) -> None:
    """The car's schedule is read, within the request limit."""
    simulator = MyRenaultSimulator()
    await simulator.start()
    vin = simulator.account.vins[0]
    cloud = my_renault(http, simulator.url)
    await cloud.set_charge_schedule(vin, (NIGHT,))
    cloud._storage.set_unanswered(vin, cloud._storage.copies[vin])
    stored = json.loads(json.dumps(cloud.stored))
    for place in places(stored):
        cloud = my_renault(http, simulator.url, stored=changed(stored, place, value))
        with suppress(CloudError):
            await cloud.account(max_age=timedelta(days=1))
            await cloud.charge_schedule(vin)
    await simulator.stop()


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_suspended_schedule_with_an_invalid_value(value: Any) -> None:
    """It can be used and stored again, or is dropped."""
    kept = KeptSchedule(mode=ChargeMode.SCHEDULED, windows=(NIGHT,), programs=[{"id": 1, "activated": True}])
    times = dict.fromkeys(("since", "idle_since", "due_since", "sent_at", "stopped_until"), NOW)
    suspended = Suspension(
        kept=kept, level=50, odometer_km=9.5, tried=("kca_schedule",), sent_by="kca_schedule", **times
    )
    stored = json.loads(json.dumps({EXAMPLE_VIN: dump(suspended)}))
    held = Held(mode=ChargeMode.ALWAYS, windows=())
    for place in places(stored):
        for each in load_suspensions(changed(stored, place, value), {}).values():
            found = each.without_future_times(NOW).with_report(Battery(level=60), NOW).with_odometer(10)
            assert is_over(found, Battery(plugged_in=False), NOW)
            assert is_replaced(held, found) is found.kept.enabled
            json.dumps(dump(found))
