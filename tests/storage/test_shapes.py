"""Any content of a file: the readable part is used, and the rest is kept."""

from copy import deepcopy
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TIME_ZONE
import pytest

from simulator import EXAMPLE_VIN
from tests.contract.clouds import CloudUnderTest
from tests.plan.planned import WORK, Car
from tests.storage.conftest import Disk, issues, start

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
ONE = pytest.mark.parametrize("cloud_under_test", ["Z.E. Services"], indirect=True)
BOTH = pytest.mark.parametrize("cloud_under_test", ["Z.E. Services", "MY Renault, second generation"], indirect=True)
NAIVE = "2026-11-18T18:30:00"
VIN = EXAMPLE_VIN

SECTIONS = ("plans", "schedules", "quiet_hours", "last_commands", "journals", "zones", "disabled")
# What is as good there as anything else of its kind.
FINE = (("zones", "text"), ("disabled", []), ("last_commands", []))
# What leads to no time zone.
NO_ZONES = (
    *("", ".", "text", "Europe", "tzdata.zi", "/etc/passwd", "../../etc/passwd", "Europe/../Europe/Paris"),
    *("a\0b", "a" * 5000),
)
READING = {"at": NAIVE, "mileage_km": 20000.0}
WINDOW = {"weekday": 3, "start": "01:00:00", "duration": 14400.0}
LATER_ATTEMPT = {"departure": "x", "ready_at": "2026-11-18T07:30:00+00:00", "outcome": "warmed_twice"}
DAMAGES: dict[str, tuple[tuple[str, ...], Any]] = {
    **{f"{name} of {type(value).__name__}": ((name,), value) for name in SECTIONS for value in ([], None, "text", 5)},
    **{
        f"{name} with a {type(value).__name__}": ((name, VIN), value)
        for name in SECTIONS
        for value in ([], "text", 5)
        if (name, value) not in FINE
    },
    "command with a naive time": (("last_commands", VIN, 0, "sent_at"), NAIVE),
    "command without a time": (("last_commands", VIN, 0, "sent_at"), None),
    "command of year 1": (("last_commands", VIN, 0, "sent_at"), "0001-01-01T00:00:00+00:00"),
    "journal with a naive reading": (("journals", VIN), {"reading": READING}),
    "journal with a naive end": (("journals", VIN), {"ended_at": NAIVE}),
    "journal of no number": (("journals", VIN), {"today": {"distance_km": "nan"}}),
    "quiet hours of a zone": (("quiet_hours", VIN), {"start": "22:00:00+02:00", "end": "07:00:00"}),
    "week of text": (("schedules", VIN), {"enabled": "no", "windows": []}),
    "week of an object": (("schedules", VIN), {"enabled": True, "windows": {}}),
    "departures of text": (("plans", VIN, "departures"), "text"),
    "departure in another zone": (("plans", VIN, "departures", 0, "at"), "07:30:00+02:00"),
    "departure that is enabled by text": (("plans", VIN, "departures", 0, "enabled"), "false"),
    "plan edited at a naive time": (("plans", VIN, "edited_at"), NAIVE),
    "plan edited in year 9999": (("plans", VIN, "edited_at"), "9999-12-31T23:59:59+00:00"),
    "plan judged until a naive time": (("plans", VIN, "judged_until"), NAIVE),
    "load at a naive time": (("plans", VIN, "load"), {"at": NAIVE, "windows": [WINDOW]}),
    "attempt at a naive time": (("plans", VIN, "attempts"), [{"departure": "x", "ready_at": NAIVE}]),
    "window of no length": (("plans", VIN, "windows", 0, "window", "duration"), 0),
    "window of years": (("plans", VIN, "windows", 0, "window", "duration"), 1e13),
    "window that ends before it starts": (("plans", VIN, "windows", 0, "window", "duration"), -3600),
    "departure on no weekday": (("plans", VIN, "departures", 0, "weekdays"), [7]),
    "departure at no time": (("plans", VIN, "departures", 0, "at"), "dawn"),
    "attempt of a later version": (("plans", VIN, "attempts"), [LATER_ATTEMPT]),
    "windows of text": (("plans", VIN, "windows"), "at night"),
    "command of a later version": (("last_commands", VIN, 0, "reason"), "phase_of_the_moon"),
    "quiet hours of text": (("quiet_hours", VIN), {"start": "dusk", "end": "dawn"}),
    "schedule on no weekday": (("schedules", VIN), {"enabled": True, "windows": [{"weekday": 9}]}),
}
# The departures and windows left of a plan.
LEFT = {"departure at no time": (1, 7), "attempt of a later version": (2, 7), "windows of text": (2, 7)}
# The owner has to decide about a schedule that is damaged in part; one without windows is adopted from the car again.
UNDECIDED = {"window of no length", "window of years", "window that ends before it starts"}
FILES: dict[str, Any] = {
    "nothing": b"",
    "garbage": b"\xff\x00\xfe",
    "half a file": b'{"version": 1, "data": {"pl',
    "null": None,
    "list": [],
    "list of lists": [[1], [2]],
    "text": "text",
    "number": 5,
    "empty object": {},
    "no data": {"version": 1, "minor_version": 1, "key": "x"},
    "no version and no data": {"key": "x"},
    "older version without data": {"version": 0, "minor_version": 1},
    "data of null": {"version": 1, "minor_version": 1, "data": None},
    "data of a list": {"version": 1, "minor_version": 1, "data": [1]},
    "data of text": {"version": 1, "minor_version": 1, "data": "text"},
    "unknown sections": {
        "version": 1,
        "minor_version": 1,
        "data": {"unread_plans": 5, "unread_file": [], "x": {}},
    },
}
# What Home Assistant itself sets aside, or nobody has lost.
WITHOUT_REPAIR = {"nothing", "garbage", "half a file", "empty object", "unknown sections"}


def damage(stored: Any, path: tuple[Any, ...], value: Any) -> None:
    """Set another value at a path."""
    for key in path[:-1]:
        stored = stored[key] if isinstance(stored, list) else stored.setdefault(key, {})
    stored[path[-1]] = value


@ONE
@pytest.mark.parametrize("name", DAMAGES)
async def test_damaged_part(
    car: Car,
    cloud_under_test: CloudUnderTest,
    stored: dict[str, Any],
    disk: Disk,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """The rest of plan and login stays, the repair is created once, and a new plan can be made."""
    path, value = DAMAGES[name]
    file = deepcopy(stored)
    damage(file["data"], path, value)
    before = car.commands
    await start(car.hass, car.entry, disk, file)
    plan = await car.ask("get_plan")
    left = (len(plan["departures"]), len(plan["windows"]))
    assert left == LEFT.get(name, left if path[0] == "plans" else (2, 7))
    assert f"Stored data cannot be read and is set aside: {path[0]}" in caplog.text
    assert issues(car.hass) == {"plan_damaged", *(["schedule_differs"] if name in UNDECIDED else [])}
    assert cloud_under_test.logins() == 1
    # A schedule that was sent is sent again if that is not known.
    assert car.commands == before or path[-1] == "load"
    await car.ask("set_departure", **{**WORK, "name": "New"})
    await car.reload()
    aside = disk.content[f"unread_{path[0]}"]
    assert file["data"][path[0]] in (aside, aside.get("*", aside))
    assert "New" in {each["name"] for each in (await car.ask("get_plan"))["departures"]}
    assert issues(car.hass) == ({"schedule_differs"} if name in UNDECIDED else set())


@BOTH
@pytest.mark.parametrize("zone", NO_ZONES, ids=range(len(NO_ZONES)))
async def test_invalid_time_zone(car: Car, stored: dict[str, Any], disk: Disk, zone: str) -> None:
    """The plan keeps its times of day, and the time zone is replaced."""
    right = stored["data"]["zones"][VIN]
    damage(stored["data"], ("zones", VIN), zone)
    car.hass.config_entries.async_update_entry(car.entry, options={CONF_TIME_ZONE: zone})
    await start(car.hass, car.entry, disk, stored)
    plan = await car.ask("get_plan")
    assert (len(plan["departures"]), len(plan["windows"])) == (2, 7)
    await car.reload()
    assert disk.content["zones"][VIN] == right


@ONE
@pytest.mark.parametrize("name", FILES)
async def test_damaged_file(car: Car, stored: dict[str, Any], disk: Disk, name: str) -> None:
    """The account is set up, and the content is kept."""
    await start(car.hass, car.entry, disk, FILES[name])
    assert ("plan_damaged" in issues(car.hass)) is (name not in WITHOUT_REPAIR)
    await car.ask("set_departure", **WORK)
    await car.reload()
    assert len((await car.ask("get_plan"))["departures"]) == 1
    assert issues(car.hass) == set()


@BOTH
@pytest.mark.parametrize(
    "change", [{"version": 7}, {"version": 0}, {"version": "1"}, {"version": None}, {"minor_version": 9}]
)
async def test_file_of_another_version(
    car: Car, cloud_under_test: CloudUnderTest, stored: dict[str, Any], disk: Disk, change: dict[str, Any]
) -> None:
    """Its content is read, without fields of later versions."""
    stored["data"]["journals"] = {VIN: {"days": 3}}
    await start(car.hass, car.entry, disk, {**stored, **change})
    assert len((await car.ask("get_plan"))["departures"]) == 2
    assert cloud_under_test.logins() == 1
    assert issues(car.hass) == set()


@ONE
async def test_repair_after_a_delayed_set_up(
    car: Car, cloud_under_test: CloudUnderTest, stored: dict[str, Any], disk: Disk
) -> None:
    """It is created once the cloud is available."""
    stored["data"]["plans"] = []
    cloud_under_test.simulator.faults.replace([{"path": "/*", "kind": "drop"}])
    disk.file.write_text(json.dumps(stored))
    await car.hass.config_entries.async_setup(car.entry.entry_id)
    assert car.entry.state is ConfigEntryState.SETUP_RETRY
    cloud_under_test.simulator.faults.replace([])
    await car.later(600)
    assert car.entry.state is ConfigEntryState.LOADED
    assert issues(car.hass) == {"plan_damaged"}
    await car.reload()
    assert issues(car.hass) == set()


@BOTH
@pytest.mark.parametrize("session", [None, [], "text", 5, {}, {"owner": 5}, {"token": {}}])
async def test_damaged_session(
    car: Car, cloud_under_test: CloudUnderTest, stored: dict[str, Any], disk: Disk, session: Any
) -> None:
    """A new login replaces it."""
    stored["data"]["session"] = session
    await start(car.hass, car.entry, disk, stored)
    assert cloud_under_test.logins() == 2
    assert issues(car.hass) == set()
