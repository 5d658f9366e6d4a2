"""Decode histories, timer, schedule, and notifications."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.exceptions import UnexpectedResponseError
from custom_components.renault_ze.cloud.models import (
    ChargeEvent,
    ChargeEventKind,
    ChargeSchedule,
    ChargeWindow,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.notifications import DoNotDisturb, NotificationChannel, NotificationSettings
from custom_components.renault_ze.cloud.zeservices import decode
from custom_components.renault_ze.cloud.zeservices.fields import AdjacentCharges

QUARTER = timedelta(minutes=15)
HOURS = {"tue": 2, "wed": 3, "thu": 16, "fri": 19, "sat": 14, "sun": 12}
WEEK = {
    "mon": {"start": "0100", "duration": "0115"},
    **{day: {"start": f"{hour:02}00", "duration": "0015"} for day, hour in HOURS.items()},
}
WINDOWS = (
    ChargeWindow(Weekday.MONDAY, time(1), timedelta(minutes=75)),
    *(ChargeWindow(Weekday(day), time(hour), QUARTER) for day, hour in enumerate(HOURS.values(), 1)),
)


def instant(seconds: int) -> datetime:
    """Return an instant by its seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            {"date": 1476538293000, "type": "USER_REQUEST", "result": "SUCCESS"},
            PreconditioningRun(
                at=instant(1476538293), source=PreconditioningSource.USER_REQUEST, result=Result.SUCCESS
            ),
            id="the page's sample",
        ),
        pytest.param(
            {"date": 1476538293000, "type": "GHOST", "result": None},
            PreconditioningRun(at=instant(1476538293)),
            id="unknown words",
        ),
        pytest.param({"type": "USER_REQUEST"}, None, id="no date"),
        pytest.param(None, None, id="forgotten"),
    ],
)
def test_last_preconditioning(content: Any, expected: PreconditioningRun | None) -> None:
    """A run needs a date."""
    assert decode.preconditioning_run(content) == expected


def test_preconditioning_history(caplog: pytest.LogCaptureFixture) -> None:
    """Sort it newest first, and leave out invalid rows."""
    content = [
        {"date": 1476079266000, "type": "CAR_NOTIFICATION", "result": "SUCCESS"},
        {"date": 1476165377000, "type": "USER_REQUEST", "result": "ERROR"},
        "nonsense",
        {"type": "USER_REQUEST"},
    ]
    for _ in range(2):
        assert decode.preconditioning_history(content) == (
            PreconditioningRun(at=instant(1476165377), source=PreconditioningSource.USER_REQUEST, result=Result.ERROR),
            PreconditioningRun(at=instant(1476079266), source=PreconditioningSource.CAR, result=Result.SUCCESS),
        )
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1753", time(17, 53)),
        ("0000", time(0)),
        ("2359", time(23, 59)),
        (804, time(8, 4)),
        (0, time(0)),
        *(
            (value, None)
            for value in ("2400", "1260", "804", "08:04", "٠٨٠٤", -804, 12345, True, 17.53, None, ["0804"])
        ),
    ],
)
def test_timer(value: Any, expected: time | None) -> None:
    """Only accept `HHMM`."""
    assert decode.preconditioning_timer({"next_start": value}) == expected


def test_timer_that_is_not_set() -> None:
    """Both forms mean the same."""
    assert decode.preconditioning_timer(None) is None
    assert decode.preconditioning_timer({}) is None


def test_charge_history() -> None:
    """Decode the documented sample, whose durations are in milliseconds: 10,500,000 are 2 h 55 min."""
    content = [
        {
            "date": 1476462129000,
            "type": "START_NOTIFICATION",
            "charging_point": "ACCELERATED",
            "charge_level": 34,
            "remaining_autonomy": 42,
            "remaining_time": 10500000,
        },
        {
            "date": 1476472727000,
            "type": "END_NOTIFICATION",
            "charging_point": "INVALID",
            "charge_level": 100,
            "remaining_autonomy": 124,
        },
    ]
    assert decode.charge_history(content) == (
        ChargeEvent(
            at=instant(1476472727),
            kind=ChargeEventKind.ENDED,
            charging_point=ChargingPoint.NONE,
            level=100,
            range_km=124,
        ),
        ChargeEvent(
            at=instant(1476462129),
            kind=ChargeEventKind.STARTED,
            charging_point=ChargingPoint.ACCELERATED,
            level=34,
            range_km=42,
            charging_time_remaining=timedelta(hours=2, minutes=55),
        ),
    )
    assert decode.charge_history(None) == ()


def test_adjacent_charges() -> None:
    """Decode both charges; either may be missing."""
    content = {
        "previous": {"date": 1481988305000, "type": "END_NOTIFICATION", "charge_level": 100},
        "next": {"calendar_status": "DRAFT", "date": 1482170400000, "on_board_calendar_status": "ACTIVATED"},
    }
    assert decode.adjacent_charges(content) == AdjacentCharges(
        previous=ChargeEvent(at=instant(1481988305), kind=ChargeEventKind.ENDED, level=100), next_at=instant(1482170400)
    )
    assert decode.adjacent_charges({"previous": None, "next": []}) == AdjacentCharges()
    assert decode.adjacent_charges(None) == AdjacentCharges()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            {"enabled": False, "schedule": WEEK}, ChargeSchedule(enabled=False, windows=WINDOWS), id="the page"
        ),
        pytest.param({"optimized_charge": False, **WEEK}, ChargeSchedule(windows=WINDOWS), id="as it is written"),
        pytest.param(
            {"enabled": True, "schedule": {"mon": WEEK["mon"], "tue": None}},
            ChargeSchedule(enabled=True, windows=WINDOWS[:1]),
            id="days without a window",
        ),
        pytest.param({"enabled": 1, "schedule": []}, ChargeSchedule(), id="nonsense"),
        pytest.param(None, ChargeSchedule(), id="no content"),
    ],
)
def test_charge_schedule(content: Any, expected: ChargeSchedule) -> None:
    """Decode the car's schedule and the draft."""
    assert decode.charge_schedule(content) == expected


@pytest.mark.parametrize(
    "day",
    [
        *({"start": "0100", "duration": duration} for duration in ("0000", "2415", "0175")),
        {"start": "2400", "duration": "0015"},
        {"start": "0100"},
        {"duration": "0015"},
        "0100",
        [],
    ],
)
def test_invalid_charge_window_is_left_out(day: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, and the other days are decoded."""
    content = {"enabled": True, "schedule": {"mon": WEEK["mon"], "tue": day}}
    assert decode.charge_schedule(content).windows == decode.charge_schedule(content).windows == WINDOWS[:1]
    assert len(caplog.records) == 1


def test_charge_window_of_a_whole_day() -> None:
    """A window may last a day, and a duration may have lost its leading zeros."""
    content = {"schedule": {"sat": {"start": "0000", "duration": "2400"}, "sun": {"start": 15, "duration": 115}}}
    assert decode.charge_schedule(content).windows == (
        ChargeWindow(Weekday.SATURDAY, time(0), timedelta(days=1)),
        ChargeWindow(Weekday.SUNDAY, time(0, 15), timedelta(minutes=75)),
    )


def test_notifications() -> None:
    """Decode the documented sample, with do not disturb and an unknown channel."""
    content = {
        "battery_status": "EMAIL",
        "charge_start": "NONE",
        "charge_end": "SMS",
        "charge_problem": "PIGEON",
        "low_battery": "SMS",
        "do_not_disturb": {"start": "1710", "end": "1811"},
    }
    assert decode.notifications(content) == NotificationSettings(
        battery_status=NotificationChannel.EMAIL,
        charge_start=NotificationChannel.NONE,
        charge_end=NotificationChannel.SMS,
        low_battery=NotificationChannel.SMS,
        do_not_disturb=DoNotDisturb(start=time(17, 10), end=time(18, 11)),
    )
    assert decode.notifications(None) == NotificationSettings()


@pytest.mark.parametrize("silence", [{"start": "1710"}, {"start": "1710", "end": "2500"}, "1710", []])
def test_invalid_do_not_disturb(silence: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is unknown, not off, and this is logged."""
    assert decode.notifications({"do_not_disturb": silence}).do_not_disturb == "unknown"
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "read",
    [
        *(decode.battery, decode.adjacent_charges, decode.charge_schedule, decode.notifications),
        *(decode.preconditioning_run, decode.preconditioning_timer),
    ],
)
@pytest.mark.parametrize("content", [[], [{}], "text", 5, True, 1.5])
def test_object_of_another_type(read: Callable[[Any], object], content: Any) -> None:
    """The response is not one of this API."""
    with pytest.raises(UnexpectedResponseError):
        read(content)


@pytest.mark.parametrize("read", [decode.charge_history, decode.preconditioning_history])
@pytest.mark.parametrize("content", [{}, "text", 5, False])
def test_list_of_another_type(read: Callable[[Any], object], content: Any) -> None:
    """The response is not one of this API."""
    with pytest.raises(UnexpectedResponseError):
        read(content)
