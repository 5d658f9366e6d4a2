"""What was stored while the plan had charge windows beside the schedule that was last set here is migrated to one."""

from copy import deepcopy
from datetime import UTC, datetime, time, timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.renault_ze.cloud.codec import dump
from custom_components.renault_ze.cloud.models import ChargeSchedule
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.plan.model import Plan, from_json, with_readable_parts
from custom_components.renault_ze.storage.file import readable
from custom_components.renault_ze.storage.migration import MINOR_VERSION, migrated
from simulator import EXAMPLE_VIN, Schedule, Week, Window
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import Car
from tests.plan.simulated.states import NIGHT, NOON, held, weekly
from tests.storage.conftest import Disk, issues, start

NOW = datetime(2026, 11, 18, 18, 30, tzinfo=UTC)
EDITED = "2026-11-17T09:00:00+00:00"
VIN = EXAMPLE_VIN
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
ONE = pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
STORED: dict[str, Any] = json.loads((Path(__file__).parent / "stored_2026_11_29.json").read_text(encoding="utf-8"))

OLD_PLAN = {
    "departures": [],
    "windows": [],
    "departures_enabled": True,
    "charge_enabled": False,
    "paused": None,
    "former": [],
    "edited_at": None,
    "claimed": False,
    "judged_until": None,
    "late": None,
    "load": None,
    "timer": None,
    "attempts": [],
}
WITH_WINDOWS = {**OLD_PLAN, "windows": dump(weekly(NIGHT)), "edited_at": EDITED}
SET, DISABLED = dump(held(NOON)), dump(ChargeSchedule(enabled=False, windows=held(NOON).windows))


def after(plan: dict[str, Any] | None, last_set: Any = None) -> Plan:
    """Return the plan after the migration of an earlier one and the schedule that was last set."""
    content: dict[str, Any] = {} if plan is None else {"plans": {VIN: plan}}
    content |= {} if last_set is None else {"schedules": {VIN: last_set}}
    before = deepcopy(content)
    found, unreadable = readable({"data": migrated(content)})
    assert content == before
    assert unreadable == {}
    assert "schedules" not in found
    return from_json(found.get("plans", {}).get(VIN, {}))


ROWS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "on with windows": ({**WITH_WINDOWS, "charge_enabled": True}, None, {"charge_enabled": True}),
    "on with windows, enabled": ({**WITH_WINDOWS, "charge_enabled": True}, SET, {"charge_enabled": True}),
    "on with windows, disabled": ({**WITH_WINDOWS, "charge_enabled": True}, DISABLED, {"charge_enabled": True}),
    "off, enabled": (WITH_WINDOWS, SET, {"charge_enabled": True, "undecided": True}),
    "off, disabled": (WITH_WINDOWS, DISABLED, {"charge_enabled": False}),
    "off, none": (WITH_WINDOWS, None, {"charge_enabled": True, "undecided": True}),
    "no windows, enabled": (OLD_PLAN, SET, {"charge_enabled": True, "windows": weekly(NOON)}),
    "on without windows, enabled": (
        {**OLD_PLAN, "charge_enabled": True},
        SET,
        {"charge_enabled": True, "windows": weekly(NOON)},
    ),
    "no plan, enabled": (None, SET, {"charge_enabled": True, "windows": weekly(NOON)}),
    "no windows, disabled": (OLD_PLAN, DISABLED, {"charge_enabled": False, "windows": ()}),
    "no plan, disabled": (None, DISABLED, {"charge_enabled": False, "windows": ()}),
}


@pytest.mark.parametrize("row", ROWS)
def test_owned_schedule(row: str) -> None:
    """Each is the owner's, from the last edit or now; it is not claimed by the migration."""
    plan, last_set, expected = ROWS[row]
    found = after(plan, last_set)
    shown = {"windows": weekly(NIGHT), "undecided": False, "claimed": False, **expected}
    assert {name: getattr(found, name) for name in shown} == shown
    assert found.edited_at == (NOW if plan is None or not plan["windows"] else datetime.fromisoformat(EDITED))


@pytest.mark.parametrize("on", [True, False])
def test_no_schedule(on: bool) -> None:
    """The one in the car is adopted at the first read."""
    assert after({**OLD_PLAN, "charge_enabled": on}) == Plan()
    assert after({**OLD_PLAN, "claimed": True, "edited_at": EDITED}) == Plan()
    assert after(None) == Plan()
    assert after(None, dump(ChargeSchedule(enabled=True))) == Plan()


def test_claims_are_kept() -> None:
    """What was to be sent still is, unless the owner is asked first."""
    claimed = {**WITH_WINDOWS, "claimed": True}
    assert after({**claimed, "charge_enabled": True}).claimed
    assert after({**OLD_PLAN, "claimed": True}, SET).claimed
    assert not after(claimed, SET).claimed
    assert not after(claimed).claimed


def test_what_was_sent_is_kept() -> None:
    """One without windows was disabled or forgotten, which is another now."""
    sent = {"at": EDITED, "windows": SET["windows"], "tries": 3}
    last = after({**WITH_WINDOWS, "charge_enabled": True, "load": sent}).last_sent
    assert last is not None
    assert (last.enabled, last.windows, last.tries) == (True, held(NOON).windows, 3)
    assert after({**WITH_WINDOWS, "charge_enabled": True, "load": {**sent, "windows": []}}).last_sent is None


def test_everything_else_is_kept() -> None:
    """Departures, and the other sections."""
    content = {name: {VIN: value} for name, value in STORED.items()}
    found = migrated({**content, "session": {"token": "x"}, "unread_plans": {VIN: 5}})
    assert {name: value for name, value in found.items() if name != "plans"} == {
        **{name: value for name, value in content.items() if name not in {"plans", "schedules", "commands"}},
        "last_commands": {VIN: [STORED["commands"]]},
        "session": {"token": "x"},
        "unread_plans": {VIN: 5},
    }
    assert found["plans"] == {VIN: STORED["plans"]}
    plan, lost = with_readable_parts(found["plans"][VIN])
    assert (plan.charge_enabled, plan.is_owned, plan.claimed, lost) == (True, True, True, ())


def test_several_cars() -> None:
    """Each has its own schedule."""
    content = {"plans": {"A": WITH_WINDOWS, "B": OLD_PLAN}, "schedules": {"B": SET, "C": DISABLED}}
    found = {vin: from_json(plan) for vin, plan in migrated(content)["plans"].items()}
    assert {vin: (plan.charge_enabled, plan.undecided) for vin, plan in found.items()} == {
        "A": (True, True),
        "B": (True, False),
        "C": (False, False),
    }


@pytest.mark.parametrize("damage", [None, [], "text", 5])
@pytest.mark.parametrize("section", ["plans", "schedules"])
def test_damaged_section(section: str, damage: Any) -> None:
    """It is kept aside, and the other one is migrated."""
    content = {"plans": {VIN: {**WITH_WINDOWS, "charge_enabled": True}}, "schedules": {VIN: SET}, section: damage}
    found, unreadable = readable({"data": migrated(content)})
    assert unreadable == {"*": [section]}
    assert found[f"unread_{section}"] == {"*": damage}
    plan = from_json(found["plans"][VIN]) if section == "schedules" else Plan()
    assert plan.windows == (weekly(NIGHT) if section == "schedules" else ())


@pytest.mark.parametrize("damage", [[], "text", 5, {"enabled": "no"}, {"enabled": True, "windows": [{"weekday": 9}]}])
def test_damaged_last_set_schedule(damage: Any) -> None:
    """It is kept aside; the owner is asked about windows that may not be used, and an unknown one is adopted."""
    for plan, shown in ((WITH_WINDOWS, (True, True)), (OLD_PLAN, (None, False))):
        found, unreadable = readable({"data": migrated({"plans": {VIN: plan}, "schedules": {VIN: damage}})})
        assert (unreadable, found["unread_schedules"]) == ({VIN: ["schedules"]}, {VIN: damage})
        after_it = from_json(found["plans"][VIN])
        assert (after_it.charge_enabled, after_it.undecided) == shown
        assert not after_it.claimed


def test_damaged_windows() -> None:
    """They are kept aside, and nothing is sent before the owner decides."""
    windows = [{"window": "at night"}, *WITH_WINDOWS["windows"][1:]]
    plan = {**WITH_WINDOWS, "charge_enabled": True, "claimed": True, "windows": windows}
    found, unreadable = readable({"data": migrated({"plans": {VIN: plan}})})
    assert unreadable == {VIN: ["plans.windows"]}
    assert found["unread_plans"][VIN]["windows"] == windows
    after_it = from_json(found["plans"][VIN])
    assert (after_it.windows, after_it.claimed, after_it.undecided) == (weekly(NIGHT)[1:], False, True)


async def test_file(hass: HomeAssistant, car: Car, disk: Disk, stored: dict[str, Any]) -> None:
    """It has the next minor version once it was read; earlier versions of the integration still read it."""
    assert (stored["version"], stored["minor_version"]) == (1, MINOR_VERSION)
    old = {**stored["data"], "schedules": {VIN: SET}}
    old["plans"][VIN] = {**WITH_WINDOWS, "departures": old["plans"][VIN]["departures"], "charge_enabled": True}
    await start(hass, car.entry, disk, {**stored, "minor_version": 1, "data": old})
    plan = await car.ask("get_plan")
    assert (plan["charge_enabled"], len(plan["windows"]), len(plan["departures"])) == (True, 7, 2)
    await car.unload()
    file = json.loads(disk.file.read_text())
    assert (file["version"], file["minor_version"]) == (1, MINOR_VERSION)
    assert "schedules" not in file["data"]
    before = await Store[dict[str, Any]](hass, 1, f"{DOMAIN}.{car.entry.entry_id}").async_load()
    assert before is not None
    read_before = {**OLD_PLAN, **before["plans"][VIN]}
    for name, value in {**WITH_WINDOWS, "edited_at": EDITED}.items():
        assert type(read_before[name]) is type(value) or value is None, name


@ONE
@pytest.mark.parametrize(
    ("row", "mode", "repairs"),
    [
        ("on with windows, disabled", "by_schedule", {"schedule_differs"}),
        ("off, enabled", "by_schedule", {"schedule_differs"}),
        ("off, disabled", "any_time", set()),
        ("off, none", "by_schedule", {"schedule_differs"}),
        ("no windows, enabled", "by_schedule", {"schedule_differs"}),
        ("no windows, disabled", "any_time", set()),
        (None, "any_time", set()),
    ],
)
async def test_car_after_the_migration(
    car: Car,
    cloud_under_test: CloudUnderTest,
    disk: Disk,
    stored: dict[str, Any],
    row: str | None,
    mode: str,
    repairs: set[str],
) -> None:
    """With another schedule in the car, which is disabled, the owner is asked; nothing is sent."""
    week = Week((Window(time(3), timedelta(hours=2)),) * 7)
    # What was sent before has arrived.
    await car.later(300)
    cloud_under_test.simulator.vehicle().car.load(Schedule(enabled=False, week=week))
    plan, last_set, _ = ROWS[row] if row else (None, None, {})
    old = {
        **stored["data"],
        "plans": {} if plan is None else {VIN: plan},
        "schedules": {} if last_set is None else {VIN: last_set},
    }
    cloud_under_test.simulator.log.entries.clear()
    await start(car.hass, car.entry, disk, {**stored, "minor_version": 1, "data": old})
    await car.later(1800)
    assert car.commands == []
    assert car.value("select.renault_z_e_charge_mode") == mode
    assert issues(car.hass) == repairs
    windows = {each["start"] for each in (await car.ask("get_charge_schedule"))["windows"]}
    expected = {"off, disabled": {"01:00"}, "no windows, enabled": {"12:00"}, "no windows, disabled": {"03:00"}}
    assert windows == (expected.get(row, {"01:00"}) if row else {"03:00"})
