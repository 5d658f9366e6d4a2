"""Decode battery reports: each field separately, and only plausible reports."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.models import Battery
from custom_components.renault_ze.cloud.zeservices import decode, fields

VIN = "VF1AGVYF0ZE000001"


def instant(seconds: int) -> datetime:
    """Return an instant by its seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            {
                "charging": False,
                "plugged": True,
                "charge_level": 100,
                "remaining_range": 124.0,
                "last_update": 1476472742000,
                "charging_point": "INVALID",
                "remaining_time": 750,
            },
            Battery(
                level=100,
                range_km=124.0,
                plugged_in=True,
                charging=False,
                charging_point=ChargingPoint.NONE,
                reported_at=instant(1476472742),
            ),
            id="the page's sample, its time to the end of no charge left out",
        ),
        pytest.param(
            {
                "charging": False,
                "plugged": False,
                "charge_level": 43,
                "remaining_range": 40,
                "last_update": 1481983569000,
            },
            Battery(level=43, range_km=40, plugged_in=False, charging=False, reported_at=instant(1481983569)),
            id="unplugged",
        ),
        pytest.param(
            {"charging": True, "plugged": True, "charge_level": 34, "charging_point": "FAST", "remaining_time": 175},
            Battery(
                level=34,
                plugged_in=True,
                charging=True,
                charging_point=ChargingPoint.FAST,
                charging_time_remaining=timedelta(hours=2, minutes=55),
            ),
            id="charging",
        ),
        pytest.param(
            {"charging": True, "plugged": True, "charge_level": 0},
            Battery(level=0, plugged_in=True, charging=True),
            id="empty but charging",
        ),
        pytest.param(
            {"charging": True, "charge_level": 0, "remaining_time": 600},
            Battery(level=0, charging=True, charging_time_remaining=timedelta(hours=10)),
            id="empty but charging, the plug unknown",
        ),
        pytest.param(
            {"plugged": True, "charge_level": 34, "remaining_time": 175},
            Battery(level=34, plugged_in=True, charging_time_remaining=timedelta(minutes=175)),
            id="a time to the end of a charge, the charging state unknown",
        ),
        pytest.param(
            {"charging": False, "plugged": False, "charge_level": 0, "remaining_range": 0.0},
            Battery(level=0, range_km=0, plugged_in=False, charging=False),
            id="really empty",
        ),
        pytest.param(
            {"charging": False, "plugged": False, "charge_level": 0, "last_update": 1546456962000},
            None,
            id="the captured glitch",
        ),
        pytest.param({"charging": "no"}, None, id="nothing of use"),
        pytest.param({"plugged": False, "charge_level": "?"}, Battery(plugged_in=False), id="one field is enough"),
        pytest.param({}, None, id="an empty object"),
        pytest.param(None, None, id="no content"),
    ],
)
def test_battery(content: Any, expected: Battery | None) -> None:
    """Decode partial reports, and only accept plausible ones."""
    assert decode.battery(content) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("charge_level", True),
        ("charge_level", 101),
        ("charge_level", -1),
        ("charge_level", 55.5),
        ("charge_level", "55.5"),
        ("charge_level", None),
        ("charge_level", [55]),
        ("remaining_range", False),
        ("remaining_range", -0.5),
        ("remaining_range", 1e9),
        ("remaining_range", "124,0"),
        ("plugged", 1),
        ("plugged", "yes"),
        ("charging_point", "WARP"),
        ("charging_point", 7),
        ("charging_point", ["SLOW"]),
        ("remaining_time", -1),
        ("remaining_time", 10_500_000),
        ("remaining_time", "1_75"),
        ("last_update", 0),
        ("last_update", -1476472742000),
        ("last_update", 1e300),
        ("last_update", True),
        ("last_update", "today"),
        ("last_update", 4_102_444_800_000),
    ],
)
def test_invalid_battery_field_does_not_affect_others(field: str, value: Any) -> None:
    """Only this field is None."""
    content = {
        "charging": True,
        "plugged": True,
        "charge_level": 34,
        "remaining_range": 42.0,
        "last_update": 1476472742000,
        "charging_point": "SLOW",
        "remaining_time": 175,
    }
    ours = {
        "plugged": "plugged_in",
        "charge_level": "level",
        "remaining_range": "range_km",
        "last_update": "reported_at",
        "remaining_time": "charging_time_remaining",
    }
    whole, broken = decode.battery(content), decode.battery({**content, field: value})
    assert whole is not None
    assert broken is not None
    changed = {name for name in Battery.__slots__ if getattr(whole, name) != getattr(broken, name)}
    assert changed == {ours.get(field, field)}
    assert getattr(broken, ours.get(field, field)) is None


def test_battery_level_may_be_written_as_a_fraction() -> None:
    """A whole number may be written as a float."""
    assert decode.battery({"charge_level": 98.0}) == Battery(level=98)


def test_times_in_seconds_and_milliseconds() -> None:
    """The unit follows from the size of the number."""
    assert fields.instant(1476472742) == fields.instant(1476472742000) == instant(1476472742)


def test_unknown_word_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Users can report it, and the log is not filled."""
    for _ in range(3):
        decode.battery({"charge_level": 5, "charging_point": "WARP"})
    decode.battery({"charge_level": 5, "charging_point": {"WARP": 9}})
    assert [record.message for record in caplog.records] == [
        "The server sent 'WARP' for charging_point, which is unknown",
        "The server sent {'WARP': 9} for charging_point, which is unknown",
    ]


def test_secret_in_place_of_a_word_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    """A VIN or an address in the wrong field is not logged."""
    decode.battery({"charge_level": 5, "charging_point": f"{VIN} you@example.com +447700900123"})
    assert VIN not in caplog.text
    assert "you@" not in caplog.text
    assert "7700" not in caplog.text
    assert "***" in caplog.text


REQUEST = {"charge_level": 0, "date": 1544741109000, "remaining_autonomy": 0, "remaining_time": 0}


@pytest.mark.parametrize(
    ("kind", "result", "says_nothing"),
    [("START_REQUEST", "ERROR", True), ("START_REQUEST", "SUCCESS", False), ("START_NOTIFICATION", "ERROR", False)],
)
def test_failed_request_has_no_battery_values(kind: str, result: str, says_nothing: bool) -> None:
    """Its zeros are missing values; other zeros are values."""
    (event,) = decode.charge_history([{**REQUEST, "type": kind, "result": result}])
    values = (event.level, event.range_km, event.charging_time_remaining)
    assert values == ((None, None, None) if says_nothing else (0, 0, timedelta()))
    assert (event.at, event.kind, event.result) == (
        instant(1544741109),
        fields.CHARGE_EVENT_KINDS[kind],
        fields.RESULTS[result],
    )
