"""Decode responses of Kamereon, also with missing or invalid fields."""

from datetime import UTC, date, datetime, time, timedelta
import json
from typing import Any

import pytest

from custom_components.renault_ze.cloud.charging import ChargeMode, ChargeState, ChargingPoint
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeEvent,
    ChargeEventKind,
    ChargeWindow,
    PreconditioningRun,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.myrenault import decode, decode_schedule
from custom_components.renault_ze.cloud.myrenault.vehicle import month_span
from custom_components.renault_ze.cloud.reports import Cabin, Location

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-12T12:00:00Z", NOON),
        ("2026-01-12T13:00:00+01:00", NOON),
        ("2026-01-12T12:00:00.000Z", NOON),
        ("2026-01-12T12:00:00", NOON),
        *((text, None) for text in ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "yesterday", 1768219200000)),
        (None, None),
    ],
)
def test_instant(text: Any, expected: datetime | None) -> None:
    """Decode the formats of both generations."""
    assert decode.instant(text) == expected


def test_battery() -> None:
    """Decode a captured response of the second generation."""
    found = {
        "timestamp": "2020-01-12T21:40:16Z",
        "batteryLevel": 60,
        "batteryTemperature": 20,
        "batteryAutonomy": 141,
        "batteryCapacity": 0,
        "batteryAvailableEnergy": 31,
        "plugStatus": 1,
        "chargingStatus": 1.0,
        "chargingRemainingTime": 145,
        "chargingInstantaneousPower": 27.0,
    }
    expected = Battery(
        level=60,
        range_km=141.0,
        plugged_in=True,
        charging=True,
        charging_time_remaining=timedelta(minutes=145),
        reported_at=datetime(2020, 1, 12, 21, 40, 16, tzinfo=UTC),
        charge_state=ChargeState.CHARGING,
        energy_kwh=31.0,
    )
    assert decode.battery(found, first=False) == expected
    assert decode.battery({**found, "chargingStatus": 0.2}, first=False) == Battery(
        level=60,
        range_km=141.0,
        plugged_in=True,
        charging=False,
        reported_at=expected.reported_at,
        charge_state=ChargeState.ENDED,
        energy_kwh=31.0,
    )


@pytest.mark.parametrize(
    ("status", "first", "second"),
    [
        (0.0, ChargeState.NOT_CHARGING, ChargeState.NOT_CHARGING),
        (0, ChargeState.NOT_CHARGING, ChargeState.NOT_CHARGING),
        (0.1, ChargeState.WAITING_FOR_SCHEDULE, ChargeState.WAITING_FOR_SCHEDULE),
        (0.3, ChargeState.WAITING_FOR_POWER, ChargeState.WAITING_FOR_POWER),
        (0.4, ChargeState.FLAP_OPEN, ChargeState.FLAP_OPEN),
        (1.0, ChargeState.CHARGING, ChargeState.CHARGING),
        (-1.0, ChargeState.NOT_CHARGING, ChargeState.ERROR),
        (-1.1, None, None),
        (-1.3, ChargeState.V2G_WAITING, ChargeState.V2G_WAITING),
        (-1.4, ChargeState.V2L_CONNECTED, ChargeState.V2L_CONNECTED),
        (-1.5, ChargeState.V2G_DISCHARGING, ChargeState.V2G_DISCHARGING),
        (-1.6, ChargeState.V2G_CHARGING, ChargeState.V2G_CHARGING),
        (True, None, None),
        ("1.0", ChargeState.CHARGING, ChargeState.CHARGING),
        ("1e0", None, None),
    ],
)
def test_charge_state(status: Any, first: ChargeState | None, second: ChargeState | None) -> None:
    """The same number means two states."""
    for generation, expected in ((True, first), (False, second)):
        found = decode.battery({"batteryLevel": 50, "chargingStatus": status}, first=generation)
        assert found.charge_state is expected
        assert found.charging is (
            None if expected is None else expected in {ChargeState.CHARGING, ChargeState.V2G_CHARGING}
        )


@pytest.mark.parametrize(
    ("plug", "charging", "expected"),
    [
        (0, -1.0, False),
        (1, -1.0, True),
        (3, 0.0, None),
        (3, 0.1, True),
        (3, 0.2, True),
        (-1, 0.3, True),
        (None, -1.3, True),
        (3, -1.5, True),
        (0, 0.2, False),
        (0, -1.6, True),
        ("1", 0.0, True),
        (-1, 0.0, None),
        (-2147483648, 0.0, None),
        (7, 0.0, None),
        (7, 1.0, True),
        (None, 1.0, True),
        (True, 0.0, None),
    ],
)
def test_plug(plug: Any, charging: float, expected: bool | None) -> None:
    """A charging car is plugged in."""
    found = decode.battery({"batteryLevel": 50, "plugStatus": plug, "chargingStatus": charging}, first=False)
    assert found.plugged_in is expected


@pytest.mark.parametrize("found", [{}, {"timestamp": "2026-01-12T12:00:00Z"}, {"batteryLevel": 101}])
def test_empty_battery(found: dict[str, Any]) -> None:
    """Return None, so that the last report stays."""
    assert decode.battery(found, first=False) is None


def test_invalid_field_does_not_affect_others() -> None:
    """The library's classes would reject the whole object."""
    found = decode.battery({"batteryLevel": "x", "batteryAutonomy": 141, "plugStatus": {}}, first=True)
    assert found == Battery(range_km=141.0)
    assert decode.battery({"batteryLevel": 50.5}, first=True) == Battery(level=50)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"gpsLatitude": 51.5, "gpsLongitude": -0.1}, Location(latitude=51.5, longitude=-0.1)),
        ({"gpsLatitude": 0.0, "gpsLongitude": 0.0}, None),
        ({"gpsLatitude": 91, "gpsLongitude": 0.1}, None),
        ({"gpsLatitude": 51.5}, None),
        ({}, None),
    ],
)
def test_location(found: dict[str, Any], expected: Location | None) -> None:
    """Only accept two valid numbers."""
    assert decode.location(found) == expected


def test_cabin() -> None:
    """The first generation's `off` means nothing."""
    found = {
        "hvacStatus": "off",
        "externalTemperature": 8.0,
        "socThreshold": 30.0,
        "nextHvacStartDate": "2026-01-12T12:00:00Z",
    }
    expected = Cabin(preconditioning=None, preconditioning_starts_at=NOON, outside_temperature=8.0, minimum_level=30)
    assert decode.cabin(found, first=True) == expected
    assert decode.cabin(found, first=False).preconditioning is False
    assert decode.cabin({"hvacStatus": "on"}, first=False) == Cabin(preconditioning=True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"chargeMode": "schedule_mode"}, ChargeMode.SCHEDULED),
        ({"chargeMode": "always_charging"}, ChargeMode.ALWAYS),
        ({"mode": "scheduled"}, ChargeMode.SCHEDULED),
        ({"mode": "always"}, ChargeMode.ALWAYS),
        ({"mode": "delayed"}, ChargeMode.DELAYED),
        ({"mode": "delegated"}, ChargeMode.DELEGATED),
        ({"mode": "brand_new"}, None),
        ({}, None),
    ],
)
def test_charge_mode(found: dict[str, Any], expected: ChargeMode | None) -> None:
    """Decode the mode of both generations."""
    assert decode_schedule.charge_mode(found) is expected


def test_calendar() -> None:
    """Only use active days; if none is active, the whole calendar is disabled."""
    found: dict[str, Any] = {
        "calendar": {
            "monday": [{"startTime": "1100", "duration": 240, "activationState": True}],
            "sunday": [{"startTime": "2215", "duration": 55, "activationState": False}],
            "friday": [],
        }
    }
    monday = ChargeWindow(Weekday.MONDAY, time(11), timedelta(hours=4))
    sunday = ChargeWindow(Weekday.SUNDAY, time(22, 15), timedelta(minutes=55))
    assert decode_schedule.calendar(found) == (monday,)
    found["calendar"]["monday"][0]["activationState"] = False
    assert decode_schedule.calendar(found) == (monday, sunday)


def test_programs() -> None:
    """Leave out disabled programs and days without a window."""
    found = [
        {"id": 1, "activated": True, "monday": {"startTime": "T01:01Z", "duration": 450}, "sunday": None},
        {"id": 2, "activated": False, "monday": {"startTime": "T12:00Z", "duration": 15}},
        {"id": 3, "activated": True, "monday": {"startTime": "T23:30Z", "duration": 15}},
    ]
    assert decode_schedule.program_windows(found) == (
        ChargeWindow(Weekday.MONDAY, time(1, 1), timedelta(minutes=450)),
        ChargeWindow(Weekday.MONDAY, time(23, 30), timedelta(minutes=15)),
    )


def test_charges() -> None:
    """Return two events each, without the car's duration and result."""
    row = {
        "chargeStartDate": "2026-01-12T00:31:03Z",
        "chargeEndDate": "2026-01-12T08:30:17Z",
        "chargeDuration": 479,
        "chargeEndBatteryLevel": 74,
        "chargePower": "slow",
        "chargeEndStatus": "error",
    }
    assert decode.charges({"charges": [row]}) == (
        ChargeEvent(
            at=datetime(2026, 1, 12, 8, 30, 17, tzinfo=UTC),
            kind=ChargeEventKind.ENDED,
            charging_point=ChargingPoint.SLOW,
            level=74,
        ),
        ChargeEvent(
            at=datetime(2026, 1, 12, 0, 31, 3, tzinfo=UTC),
            kind=ChargeEventKind.STARTED,
            charging_point=ChargingPoint.SLOW,
        ),
    )


def test_preconditioning_runs() -> None:
    """Use the start, otherwise the request."""
    rows = [
        {"hvacSessionRequestDate": "2026-01-12T12:00:00Z", "hvacSessionEndStatus": "ok"},
        {"hvacSessionStartDate": "2026-01-12T12:10:00Z", "hvacSessionEndStatus": "error"},
    ]
    assert decode.preconditioning_runs({"hvacSessions": rows}) == (
        PreconditioningRun(at=NOON + timedelta(minutes=10), result=Result.ERROR),
        PreconditioningRun(at=NOON, result=Result.SUCCESS),
    )


def test_unknown_word_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Without private data."""
    for _ in range(3):
        decode_schedule.charge_mode({"mode": "VF1AGVYF0ZE000001"})
    assert [record.getMessage() for record in caplog.records] == ["The server sent '***' for mode, which is unknown"]


@pytest.mark.parametrize(
    ("begin", "end", "span"),
    [
        (date(2026, 1, 31), date(2026, 2, 1), (date(2026, 1, 1), date(2026, 2, 28))),
        (date(2025, 12, 5), date(2025, 12, 5), (date(2025, 12, 1), date(2025, 12, 31))),
        (date.min, date.max, (date.min, date.max)),
    ],
)
def test_whole_months(begin: date, end: date, span: tuple[date, date]) -> None:
    """Return the first and the last day."""
    assert month_span(begin, end) == span


def test_fixtures_are_json() -> None:
    """An infinite number is neither JSON nor percent."""
    assert decode.battery(json.loads('{"batteryLevel": Infinity, "batteryAutonomy": 5}'), first=True) == Battery(
        range_km=5.0
    )
