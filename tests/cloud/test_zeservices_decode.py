"""What the client of Z.E. Services makes of sensible, strange and senseless answers."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.exceptions import UnexpectedAnswerError
from custom_components.renault_ze.cloud.models import (
    Account,
    Battery,
    Capability,
    ChargeEvent,
    ChargeEventKind,
    ChargeNeighbours,
    ChargeSchedule,
    ChargeWindow,
    ChargingPoint,
    DoNotDisturb,
    NotificationChannel,
    NotificationSettings,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.zeservices import decode, fields

LONDON = ZoneInfo("Europe/London")
VIN = "VF1AGVYF0ZE000001"
ALL = frozenset(Capability)
WEEK = {
    "mon": {"start": "0100", "duration": "0115"},
    "tue": {"start": "0200", "duration": "0015"},
    "wed": {"start": "0300", "duration": "0015"},
    "thu": {"start": "1600", "duration": "0015"},
    "fri": {"start": "1900", "duration": "0015"},
    "sat": {"start": "1400", "duration": "0015"},
    "sun": {"start": "1200", "duration": "0015"},
}
WINDOWS = (
    ChargeWindow(Weekday.MONDAY, time(1), timedelta(minutes=75)),
    ChargeWindow(Weekday.TUESDAY, time(2), timedelta(minutes=15)),
    ChargeWindow(Weekday.WEDNESDAY, time(3), timedelta(minutes=15)),
    ChargeWindow(Weekday.THURSDAY, time(16), timedelta(minutes=15)),
    ChargeWindow(Weekday.FRIDAY, time(19), timedelta(minutes=15)),
    ChargeWindow(Weekday.SATURDAY, time(14), timedelta(minutes=15)),
    ChargeWindow(Weekday.SUNDAY, time(12), timedelta(minutes=15)),
)


def instant(seconds: int) -> datetime:
    """Return an instant by its seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def account(user: Any) -> Account:
    """Read the account part of a login as the client does."""
    return decode.account(user, username="You@example.com", default_time_zone=LONDON)


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
            {"charging": False, "plugged": False, "charge_level": 0, "remaining_range": 0.0},
            Battery(level=0, range_km=0, plugged_in=False, charging=False),
            id="really empty",
        ),
        pytest.param(
            {"charging": False, "plugged": False, "charge_level": 0, "last_update": 1546456962000},
            None,
            id="the glitch somebody captured",
        ),
        pytest.param({"charging": "no"}, None, id="nothing of use"),
        pytest.param({"plugged": False, "charge_level": "?"}, Battery(plugged_in=False), id="one field is enough"),
        pytest.param({}, None, id="an empty object"),
        pytest.param(None, None, id="no content"),
    ],
)
def test_battery(content: Any, expected: Battery | None) -> None:
    """A report is read as far as it goes, and only a believable one counts."""
    assert decode.battery(content) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("charge_level", True),
        ("charge_level", 101),
        ("charge_level", -1),
        ("charge_level", 55.5),
        ("charge_level", "55"),
        ("charge_level", None),
        ("charge_level", [55]),
        ("remaining_range", False),
        ("remaining_range", -0.5),
        ("remaining_range", 1e9),
        ("remaining_range", "124.0"),
        ("plugged", 1),
        ("plugged", "true"),
        ("charging_point", "WARP"),
        ("charging_point", 7),
        ("charging_point", ["SLOW"]),
        ("remaining_time", -1),
        ("remaining_time", 10_500_000),
        ("remaining_time", "175"),
        ("last_update", 0),
        ("last_update", -1476472742000),
        ("last_update", 1e300),
        ("last_update", True),
        ("last_update", "1476472742000"),
        ("last_update", 4_102_444_800_000),
    ],
)
def test_battery_field_of_nonsense_spares_its_neighbours(field: str, value: Any) -> None:
    """Each field is None by itself."""
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
    """A whole number is one however it is written."""
    assert decode.battery({"charge_level": 98.0}) == Battery(level=98)


def test_instants_in_seconds_are_told_from_milliseconds() -> None:
    """An unexpected unit is recognised by its size."""
    assert fields.instant(1476472742) == fields.instant(1476472742000) == instant(1476472742)


def test_unknown_word_is_noted_once(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody can report a new word, and is not drowned in it."""
    for _ in range(3):
        decode.battery({"charge_level": 5, "charging_point": "WARP"})
    decode.battery({"charge_level": 5, "charging_point": {"WARP": 9}})
    assert [record.message for record in caplog.records] == [
        "The server says 'WARP' for charging_point, which is not known here",
        "The server says {'WARP': 9} for charging_point, which is not known here",
    ]


def test_unknown_word_that_is_a_secret_is_blotted_out(caplog: pytest.LogCaptureFixture) -> None:
    """A server that mixes up its fields does not carry a VIN or an address into the log."""
    decode.battery({"charge_level": 5, "charging_point": f"{VIN} you@example.com +447700900123"})
    assert VIN not in caplog.text
    assert "you@" not in caplog.text
    assert "7700" not in caplog.text
    assert "***" in caplog.text


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
    """A run is one if it has a date."""
    assert decode.preconditioning_run(content) == expected


def test_preconditioning_history_is_newest_first_and_leaves_out_what_is_no_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The order is ours, and one bad line spoils nothing."""
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
        ("2400", None),
        ("1260", None),
        ("804", None),
        ("08:04", None),
        ("٠٨٠٤", None),
        (-804, None),
        (12345, None),
        (True, None),
        (17.53, None),
        (None, None),
        (["0804"], None),
    ],
)
def test_timer(value: Any, expected: time | None) -> None:
    """`HHMM` is a time of day; nothing else is."""
    assert decode.preconditioning_timer({"next_start": value}) == expected


def test_timer_that_is_not_set() -> None:
    """Both ways to say nothing mean the same."""
    assert decode.preconditioning_timer(None) is None
    assert decode.preconditioning_timer({}) is None


def test_charge_history() -> None:
    """The page's sample, whose times are milliseconds: 10,500,000 are 2 h 55 min."""
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


def test_failed_request_in_the_battery_history_reports_no_empty_battery() -> None:
    """The only capture there is has zeros where the car said nothing."""
    row = {
        "charge_level": 0,
        "date": 1544741109000,
        "remaining_autonomy": 0,
        "remaining_time": 0,
        "result": "ERROR",
        "type": "START_REQUEST",
    }
    assert decode.charge_history([row]) == (
        ChargeEvent(at=instant(1544741109), kind=ChargeEventKind.START_REQUESTED, result=Result.ERROR),
    )


def test_charge_neighbours() -> None:
    """Both neighbours are read, and either may be missing."""
    content = {
        "previous": {"date": 1481988305000, "type": "END_NOTIFICATION", "charge_level": 100},
        "next": {"calendar_status": "DRAFT", "date": 1482170400000, "on_board_calendar_status": "ACTIVATED"},
    }
    assert decode.charge_neighbours(content) == ChargeNeighbours(
        previous=ChargeEvent(at=instant(1481988305), kind=ChargeEventKind.ENDED, level=100),
        next_at=instant(1482170400),
    )
    assert decode.charge_neighbours({"previous": None, "next": []}) == ChargeNeighbours()
    assert decode.charge_neighbours(None) == ChargeNeighbours()


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
    """The car's copy and the draft are read alike."""
    assert decode.charge_schedule(content) == expected


@pytest.mark.parametrize(
    "day",
    [
        {"start": "0100", "duration": "0000"},
        {"start": "0100", "duration": "2415"},
        {"start": "0100", "duration": "0175"},
        {"start": "2400", "duration": "0015"},
        {"start": "0100"},
        {"duration": "0015"},
        "0100",
        [],
    ],
)
def test_charge_window_of_nonsense_is_left_out(day: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A day that cannot be read is said once and spares the others."""
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
    """The page's sample, with a silence and a channel nobody knows."""
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
def test_do_not_disturb_of_nonsense(silence: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Half a silence is none, and is said."""
    assert decode.notifications({"do_not_disturb": silence}).do_not_disturb is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "read",
    [
        account,
        decode.battery,
        decode.charge_neighbours,
        decode.charge_schedule,
        decode.notifications,
        decode.preconditioning_run,
        decode.preconditioning_timer,
    ],
)
@pytest.mark.parametrize("content", [[], [{}], "text", 5, True, 1.5])
def test_object_of_another_kind_is_an_error(read: Callable[[Any], object], content: Any) -> None:
    """An answer that is no object at all did not come from this API."""
    with pytest.raises(UnexpectedAnswerError):
        read(content)


@pytest.mark.parametrize("read", [decode.charge_history, decode.preconditioning_history])
@pytest.mark.parametrize("content", [{}, "text", 5, False])
def test_list_of_another_kind_is_an_error(read: Callable[[Any], object], content: Any) -> None:
    """Neither did one that is no list."""
    with pytest.raises(UnexpectedAnswerError):
        read(content)


def test_account() -> None:
    """The page's sample, its second car added."""
    found = account(
        {
            "id": "CCCC",
            "timezone": "Europe/Paris",
            "vehicle_details": {"timezone": "Atlantic/Canary", "VIN": VIN},
            "scopes": ["BATTERY_CHARGE_STATUS", "AC_REMOTE_CONTROL"],
            "associated_vehicles": [{"VIN": "VF1AGVYF0ZE000002"}, {"VIN": VIN}, {"VIN": VIN}],
        }
    )
    assert found.id == "CCCC"
    assert [(car.vin, car.time_zone.key) for car in found.vehicles] == [
        ("VF1AGVYF0ZE000002", "Europe/Paris"),
        (VIN, "Atlantic/Canary"),
    ]
    assert found.vehicles[0].capabilities == {
        Capability.BATTERY,
        Capability.REQUEST_UPDATE,
        Capability.PRECONDITIONING,
        Capability.PRECONDITIONING_TIMER,
    }


@pytest.mark.parametrize(
    ("user", "vins"),
    [
        pytest.param({"vehicle_details": {"VIN": VIN}}, [VIN], id="only the active one"),
        pytest.param({"vehicle_details": {"VIN": VIN}, "associated_vehicles": [{"VIN": "B"}]}, ["B", VIN], id="both"),
        pytest.param({"associated_vehicles": [{"VIN": " "}, {"VIN": 5}, {}, 5, {"VIN": VIN}]}, [VIN], id="nonsense"),
        pytest.param({"associated_vehicles": {}, "vehicle_details": []}, [], id="none"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_vehicles_of_an_account(user: Any, vins: list[str]) -> None:
    """Every car that can be named is found, once."""
    assert [car.vin for car in account(user).vehicles] == vins


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, ALL),
        ("BATTERY_CHARGE_STATUS", ALL),
        ({}, ALL),
        ([], frozenset()),
        (["TELEPORT", 5, None, []], frozenset()),
        (["BATTERY_CHARGE_HISTORY"], {Capability.CHARGE_HISTORY}),
        (["BATTERY_CHARGE_REMOTE_ACTIVATION"], {Capability.START_CHARGE}),
        (["BATTERY_CHARGE_SCHEDULING"], {Capability.CHARGE_SCHEDULE}),
        (["BATTERY_CHARGE_LOWALERT"], {Capability.NOTIFICATIONS}),
    ],
)
def test_capabilities_of_an_account(scopes: Any, expected: frozenset[Capability]) -> None:
    """Known scopes allow what they say; a server that lists none allows everything."""
    assert account({"scopes": scopes, "vehicle_details": {"VIN": VIN}}).vehicles[0].capabilities == expected


@pytest.mark.parametrize(
    "name", ["Mars/Base", "", "../../etc/passwd", "Europe", pytest.param("x" * 5000, id="long"), "\0", 5, [], {}, "é"]
)
def test_unknown_time_zone_falls_back_and_is_noted_once(name: Any, caplog: pytest.LogCaptureFixture) -> None:
    """From the car's zone to the account's, from there to the one given."""
    details = {"VIN": VIN, "timezone": name}
    for _ in range(2):
        assert account({"timezone": name, "vehicle_details": details}).vehicles[0].time_zone is LONDON
        assert (
            account({"timezone": "Europe/Paris", "vehicle_details": details}).vehicles[0].time_zone.key
            == "Europe/Paris"
        )
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("value", "expected"), [("CCCC", "CCCC"), (17, "17"), ("", "you@example.com"), (None, "you@example.com")]
)
def test_identity_of_an_account(value: Any, expected: str) -> None:
    """The server's own name for the account comes first."""
    assert account({"id": value}).id == expected
