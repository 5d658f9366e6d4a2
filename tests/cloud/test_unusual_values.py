"""Values in another form than usual, at both clouds: strings for numbers and booleans, and values that mean nothing."""

from datetime import date, time, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.charging import ChargeState
from custom_components.renault_ze.cloud.models import Battery, ChargeWindow, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.endpoints import BEGIN, END, VIN, WEEK
from tests.cloud.myrenault import FIRST, SECOND, every_day, my_renault


def set_fields(path: str, **fields: Any) -> dict[str, Any]:
    """Return a fault that sets fields of a response."""
    return {"kind": "set", "path": path, "fields": fields}


async def test_battery_of_z_e_services_in_strings(cloud: ZeServices, simulator: Simulator) -> None:
    """Decode them like numbers and booleans."""
    vehicle = simulator.vehicle()
    vehicle.car.fill(50)
    vehicle.car.plug()
    vehicle.report_now()
    plain = await cloud.battery(VIN)
    assert plain is not None
    assert plain.charging is True
    strings = {
        "charging": "true",
        "plugged": "True",
        "charge_level": str(plain.level),
        "remaining_range": str(plain.range_km),
        "remaining_time": "175",
        "last_update": "1476472742000",
    }
    simulator.faults.replace([set_fields("*/battery", **strings)])
    found = await cloud.battery(VIN)
    assert found is not None
    assert (found.charging, found.plugged_in, found.level, found.range_km) == (True, True, plain.level, plain.range_km)
    assert found.charging_time_remaining == timedelta(minutes=175)
    assert found.reported_at is not None
    assert found.reported_at.timestamp() == 1476472742


async def test_schedule_of_z_e_services_in_strings(cloud: ZeServices, simulator: Simulator) -> None:
    """Decode whether it is enabled."""
    await cloud.set_charge_schedule(VIN, WEEK)
    simulator.advance(600)
    simulator.faults.replace([set_fields("*/charge/scheduler/onboard", enabled="false")])
    held = await cloud.charge_schedule(VIN)
    assert (held.enabled, held.windows) == (False, WEEK)


async def test_history_of_z_e_services_in_strings(cloud: ZeServices, simulator: Simulator) -> None:
    """Decode dates and levels."""
    simulator.vehicle().car.fill(50)
    simulator.vehicle().car.plug()
    simulator.advance(600)
    plain = await cloud.charge_history(VIN, BEGIN, END)
    assert plain
    strings = {"date": "1476472742000", "charge_level": "55", "remaining_time": "600000"}
    simulator.faults.replace([set_fields("*/charge/history", **strings)])
    found = await cloud.charge_history(VIN, BEGIN, END)
    assert {(each.at.timestamp(), each.level, each.charging_time_remaining) for each in found} == {
        (1476472742, 55, timedelta(minutes=10))
    }


@pytest.mark.parametrize("message", ["", None])
async def test_message_without_text(cloud: ZeServices, simulator: Simulator, message: str | None) -> None:
    """A good response with it is no error."""
    plain = await cloud.battery(VIN)
    simulator.faults.replace([set_fields("*/battery", message=message)])
    assert await cloud.battery(VIN) == plain
    await cloud.start_charge(VIN)


async def test_timer_with_the_key_of_the_request(cloud: ZeServices, simulator: Simulator) -> None:
    """Decode it."""
    await cloud.set_preconditioning_timer(VIN, time(7, 30))
    simulator.advance(600)
    simulator.faults.replace([set_fields("*/air-conditioning/scheduler", next_start=None, start="0730")])
    assert await cloud.preconditioning_timer(VIN) == time(7, 30)


async def test_battery_of_my_renault_in_strings(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Decode them like numbers."""
    strings = {
        "batteryLevel": "61",
        "batteryAutonomy": "152.5",
        "plugStatus": "1",
        "chargingStatus": "1.0",
        "chargingRemainingTime": "690",
        "batteryAvailableEnergy": "31",
    }
    fields = {f"data.attributes.{key}": each for key, each in strings.items()}
    renault.faults.replace([set_fields("*/battery-status", **fields)])
    found = await adapter.battery(SECOND)
    assert found is not None
    assert found == Battery(
        level=61,
        range_km=152.5,
        plugged_in=True,
        charging=True,
        charge_state=ChargeState.CHARGING,
        charging_time_remaining=timedelta(minutes=690),
        energy_kwh=31.0,
        reported_at=found.reported_at,
    )


async def test_schedule_of_my_renault_in_strings(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Decode durations, and whether a program is active."""
    await my_renault(http, renault.url).set_charge_schedule(SECOND, every_day(3, 2))
    renault.advance(120)
    program = {"id": "1", "activated": "true", "monday": {"startTime": "T01:01Z", "duration": "10"}}
    idle = {**program, "id": "2", "activated": "false", "monday": {"startTime": "T05:00Z", "duration": "60"}}
    fields = {"data.attributes.schedules": [program, idle]}
    renault.faults.replace([set_fields("*/charging-settings", **fields)])
    held = await my_renault(http, renault.url).charge_schedule(SECOND)
    assert held.windows == (ChargeWindow(Weekday.MONDAY, time(1, 1), timedelta(minutes=10)),)


async def test_history_of_my_renault_in_strings(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Decode the levels."""
    row = {"chargeStartDate": "2026-01-01T10:00:00Z", "chargeStartBatteryLevel": "20", "chargeEndBatteryLevel": "80.5"}
    rows = [{**row, "chargeEndDate": "2026-01-01T12:00:00Z"}]
    renault.faults.replace([set_fields("*/charges", **{"data.attributes.charges": rows})])
    found = await adapter.charge_history(FIRST, date(2026, 1, 1), date(2026, 1, 31))
    assert [each.level for each in found] == [80, 20]


async def test_meaningless_values_are_logged_once(
    cloud: ZeServices,
    simulator: Simulator,
    adapter: MyRenault,
    renault: MyRenaultSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Name the field and the value, and use the others."""
    simulator.faults.replace([set_fields("*/battery", charge_level=155, remaining_range="far", charging="maybe")])
    fields = {"data.attributes.batteryLevel": 155, "data.attributes.batteryAutonomy": "far"}
    renault.faults.replace([set_fields("*/battery-status", **fields)])
    for _ in range(2):
        assert (await cloud.battery(VIN)) is not None
        found = await my_renault_battery(adapter)
        assert (found.level, found.range_km) == (None, None)
    for text in ("155 for charge_level", "'far' for remaining_range", "'maybe' for charging", "155 for batteryLevel"):
        assert caplog.text.count(text) == 1, text


async def my_renault_battery(adapter: MyRenault) -> Battery:
    """Return the battery of the second car."""
    found = await adapter.battery(SECOND)
    assert found is not None
    return found
