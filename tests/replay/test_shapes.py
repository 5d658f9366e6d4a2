"""Responses in unusual shapes: what an owner sees instead of nonsense."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from tests.common import ask, call, only_device
from tests.replay.conftest import Shown, states
from tests.replay.server import VIN, Replay

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

BATTERY, PROGRAMS, CALENDAR = "v2/battery-status", "v1/charging-settings", "v1/charge-schedule"
HOUR = timedelta(hours=1)
ENABLED = {"action": "schedule_mode"}
PLUG, CHARGING, STATE = "binary_sensor.plugged_in", "binary_sensor.charging", "sensor.charge_state"
MODE, STATUS = "select.charge_mode", "sensor.charge_schedule_status"
NEXT = "sensor.next_charge_window"

type Later = Callable[[timedelta], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A change of one response of a model, and the states that it leads to; None is an entity that must not exist."""

    model: str
    path: str = BATTERY
    changes: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    states: Mapping[str, str | None]


def charging_status(model: str, status: Any, plug: Any, **states: str) -> Shape:
    """Return a shape of the battery status."""
    return Shape(model=model, changes={"chargingStatus": status, "plugStatus": plug}, states=states)


def seen(plug: str, charging: str, state: str) -> dict[str, str]:
    """Return the states of plug and charge."""
    return {PLUG: plug, CHARGING: charging, STATE: state}


# Mode, calendar, status and next window appear together, once it is known whether the schedule is enabled.
NOT_ADOPTED = dict.fromkeys((MODE, STATUS, NEXT, "calendar.charging"), "unavailable")
SHAPES = {
    "plug status 3, idle": charging_status("Spring", 0.0, 3, **seen("unknown", "off", "not_charging")),
    "plug status 3, waiting": charging_status("Twingo", 0.1, 3, **seen("on", "off", "waiting_for_schedule")),
    "plug status 3, charging": charging_status("Twingo", 1.0, 3, **seen("on", "on", "charging")),
    "plug unknown, idle": charging_status("ZOE50", 0.0, -2147483648, **seen("unknown", "off", "not_charging")),
    "plug unknown, ended": charging_status("ZOE50", 0.2, -2147483648, **seen("on", "off", "ended")),
    "plug error": charging_status("ZOE50", 0.3, -1, **seen("on", "off", "waiting_for_power")),
    "plug error, flap open": charging_status("R5", 0.4, -1, **seen("unknown", "off", "flap_open")),
    "unavailable": charging_status("ZOE40", -1.1, 1, **seen("on", "unknown", "unknown")),
    "first generation is idle": charging_status("ZOE40", -1.0, 0, **seen("off", "off", "not_charging")),
    "second generation has an error": charging_status("ZOE50", -1.0, 1, **seen("on", "off", "error")),
    "V2G waits": charging_status("R5", -1.3, 1, **seen("on", "off", "v2g_charging_waiting")),
    "V2G discharges": charging_status("R5", -1.5, -1, **seen("on", "off", "v2g_discharging")),
    "V2G charges": charging_status("R5", -1.6, -1, **seen("on", "on", "v2g_charging_normal")),
    "V2L": charging_status("R5", -1.4, 1, **seen("on", "off", "v2l_connected")),
    "numbers as strings": Shape(
        model="ZOE50",
        changes={"batteryLevel": "44", "batteryAutonomy": "151", "plugStatus": "1", "chargingStatus": "1.0"},
        states={"sensor.battery": "44", "sensor.range": "151.0", **seen("on", "on", "charging")},
    ),
    "mileage as a string": Shape(
        model="ZOE50", path="v1/cockpit", changes={"totalMileage": "21990.5"}, states={"sensor.mileage": "21990.5"}
    ),
    "null for numbers": Shape(
        model="Megane",
        changes={"batteryAutonomy": None, "batteryTemperature": None},
        states={"sensor.battery": "58", "sensor.range": "unknown", PLUG: "on"},
    ),
    "few fields at first": Shape(
        model="ZOE50",
        without=("batteryAutonomy", "batteryAvailableEnergy", "chargingStatus"),
        states={"sensor.battery": "41", "sensor.range": "unknown", PLUG: "on", CHARGING: "unknown"},
    ),
    "remaining time of an unplugged car": Shape(
        model="ZOE50",
        changes={"plugStatus": 0, "chargingStatus": 0.0, "chargingRemainingTime": 2555},
        states={"sensor.charging_time_remaining": "unknown", "sensor.charge_ends_at": "unknown", PLUG: "off"},
    ),
    "delayed": Shape(
        model="ZOE50",
        path=PROGRAMS,
        changes={"mode": "delayed", "schedules": [], "startDateTime": "2026-11-19T03:20:00Z", "delay": 300},
        states=NOT_ADOPTED,
    ),
    "delegated": Shape(
        model="ZOE50",
        path=PROGRAMS,
        changes={"mode": "delegated", "schedules": []},
        states=NOT_ADOPTED,
    ),
    "odd times": Shape(
        model="ZOE50",
        path=PROGRAMS,
        changes={"schedules": [{"id": 1, "activated": True, "thursday": {"startTime": "T01:01Z", "duration": 10}}]},
        states={STATUS: "enabled", MODE: "by_schedule", NEXT: "2026-11-19T00:01:00+00:00"},
    ),
    "ids as strings": Shape(
        model="ZOE50",
        path=PROGRAMS,
        changes={"schedules": [{"id": "3", "activated": True, "friday": {"startTime": "T04:30Z", "duration": 60}}]},
        states={STATUS: "enabled", NEXT: "2026-11-20T03:30:00+00:00"},
    ),
    "no settings in ev/settings": Shape(
        model="R4", path="kcm/ev/settings", without=("programs",), states={"sensor.battery": "54"}
    ),
    "no departure in ev/settings": Shape(
        model="A290", path="kcm/ev/settings", without=("lastSettingsUpdateTimestamp",), states={"sensor.battery": "88"}
    ),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_shape(shown: Shown, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Show the value if it is understood, and unknown otherwise, without an error in the log."""
    shape = SHAPES[name]
    replay = Replay.of(shape.model)
    replay.change(shape.path, shape.changes, shape.without)
    found = await shown(replay)
    assert {entity: found.get(entity) for entity in shape.states} == shape.states
    assert not [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]


async def test_missing_fields_keep_their_values(
    hass: HomeAssistant, shown: Shown, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """A response with a few fields after a full one changes only these."""
    replay = Replay.of("ZOE50")
    before = await shown(replay)
    full = replay.responses[BATTERY]
    partial = {name: full[name] for name in ("batteryTemperature", "batteryAvailableEnergy", "plugStatus")}
    replay.responses[BATTERY] = {**partial, "timestamp": "2026-11-18T18:41:00Z", "chargingRemainingTime": 690}
    await later(HOUR)
    after = states(hass)
    kept = ("sensor.battery", "sensor.range", CHARGING, STATE, PLUG)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert replay.received.count(f"GET {BATTERY}") >= 2


@pytest.mark.parametrize("mode", ["delayed", "delegated"])
async def test_other_modes_show_no_windows(hass: HomeAssistant, shown: Shown, later: Later, mode: str) -> None:
    """The windows of before are no longer shown as the car's once something else controls the charge."""
    replay = Replay.of("ZOE50")
    before = await shown(replay)
    assert before[STATUS] == "enabled"
    replay.change(PROGRAMS, {"mode": mode, "schedules": []})
    for _ in range(30):
        await later(HOUR)
    found = states(hass)
    assert found[STATUS] == mode
    assert found[NEXT] == "unknown"
    assert found[MODE] == "by_schedule"
    assert not ir.async_get(hass).issues


async def test_empty_sessions_mean_no_support(shown: Shown) -> None:
    """A server that only sends `{}` has no preconditioning history, as one without the endpoint."""
    empty, gone = Replay.of("ZOE50"), Replay.of("Twingo")
    empty.responses["v1/hvac-sessions"] = {}
    assert gone.responses["v1/hvac-sessions"] == {}
    found = await shown(empty)
    assert not [entity for entity in found if "last_preconditioning" in entity]


async def test_inactive_day_stays_inactive(hass: HomeAssistant, shown: Shown, entry: MockConfigEntry) -> None:
    """A day that is switched off in the car is not shown as a window, and not switched on; it keeps its time."""
    replay = Replay.of("ZOE40")
    days = {day: [] for day in ("tuesday", "wednesday", "thursday", "friday", "sunday")}
    monday = {"startTime": "0000", "duration": 240, "activationState": True}
    saturday = {"startTime": "0200", "duration": 360, "activationState": False}
    replay.change(CALENDAR, {"calendar": {**days, "monday": [monday], "saturday": [saturday]}})
    replay.responses["v1/charge-mode"] = {"chargeMode": "always_charging"}
    await shown(replay)
    await call(hass, "select.select_option", "select.renault_z_e_charge_mode", option="by_schedule")
    sent = [each["data"]["attributes"] for each in replay.bodies("v2/actions/charge-schedule")]
    assert not [day for each in sent for day in each["schedules"] if day.get("saturday")]
    assert [each["data"]["attributes"] for each in replay.bodies("v1/actions/charge-mode")] == [ENABLED]
    window = {"days": ["tue"], "start": "03:00", "end": "05:00"}
    await ask(hass, "set_charge_schedule", only_device(hass, entry), windows=[window])
    (program,) = replay.bodies("v2/actions/charge-schedule")[-1]["data"]["attributes"]["schedules"]
    kept = {"startTime": "T02:00Z", "duration": 360, "activationState": False}
    assert (program["saturday"], program["monday"]) == (kept, None)
    assert program["tuesday"]["duration"] == 120


async def test_odd_schedule_is_sent_back(hass: HomeAssistant, shown: Shown) -> None:
    """The car's own programs can be switched off and on, also those that the plan would not write."""
    replay = Replay.of("ZOE50")
    odd = {"id": 1, "activated": True, "thursday": {"startTime": "T01:01Z", "duration": 55}}
    replay.change(PROGRAMS, {"mode": "always", "schedules": [odd]})
    found = await shown(replay)
    assert found[MODE] == "any_time"
    await call(hass, "select.select_option", "select.renault_z_e_charge_mode", option="by_schedule")
    sent = [*replay.bodies("v2/actions/charge-schedule"), *replay.bodies("kcm/charge/schedule")]
    assert sent
    (program,) = (each for each in sent[0]["data"]["attributes"]["schedules"] if each["activated"])
    assert program["thursday"] == odd["thursday"]


async def test_second_link(hass: HomeAssistant, shown: Shown, entry: MockConfigEntry) -> None:
    """A second link of the same car without details is the same device."""
    replay = Replay.of("ZOE50")
    (link,) = replay.links
    replay.links = [{name: each for name, each in link.items() if name != "vehicleDetails"}, link]
    found = await shown(replay)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.identifiers == {(DOMAIN, VIN)}
    assert found[MODE] == "by_schedule"


async def test_details_missing_at_first(hass: HomeAssistant, shown: Shown, entry: MockConfigEntry) -> None:
    """The features of a car whose details were missing at the start are there after the next setup."""
    replay = Replay.of("ZOE50")
    (link,) = replay.links
    replay.links = [{name: each for name, each in link.items() if name != "vehicleDetails"}]
    found = await shown(replay)
    assert found["sensor.battery"] == "41"
    replay.links = [link]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert states(hass)[MODE] == "by_schedule"


async def test_petrol_car_beside_an_electric_one(hass: HomeAssistant, shown: Shown, entry: MockConfigEntry) -> None:
    """The petrol car is left out, without requests for it."""
    replay = Replay.of("ZOE50")
    petrol = {**Replay.of("Petrol").details, "vin": "VF1AGVYF0ZE000002"}
    replay.links.append({**replay.links[0], "vin": petrol["vin"], "vehicleDetails": petrol})
    await shown(replay)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {identifier for device in devices for _, identifier in device.identifiers} == {VIN}
    assert not [each for each in replay.received if petrol["vin"] in each]
