"""The content of requests to Z.E. Services, and what is refused."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from custom_components.renault_ze.cloud.exceptions import RejectedError, UnsupportedError
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.notifications import DoNotDisturb, NotificationChannel, NotificationSettings
from custom_components.renault_ze.cloud.zeservices import decode, encode, normalized_address

QUARTER = timedelta(minutes=15)
SETTINGS = NotificationSettings(
    battery_status=NotificationChannel.EMAIL,
    charge_start=NotificationChannel.NONE,
    charge_end=NotificationChannel.SMS,
    charge_problem=NotificationChannel.SMS,
    low_battery=NotificationChannel.SMS,
    low_battery_reminder=NotificationChannel.SMS,
)


@pytest.mark.parametrize(
    "address",
    [
        *("http://Car.Example:8642", "http://car.example:8642/", "http://car.example:8642/api"),
        *("http://car.example:8642/api/", "  HTTP://car.example:8642/api// "),
    ],
)
def test_address_is_normalized(address: str) -> None:
    """However it is typed."""
    assert normalized_address(address) == "http://car.example:8642/api"


def test_address_with_a_path() -> None:
    """For a reverse proxy or a numeric address."""
    assert normalized_address("https://example.com/ze/Car/") == "https://example.com/ze/Car/api"
    assert normalized_address("http://[::1]:8642") == "http://[::1]:8642/api"


@pytest.mark.parametrize(
    "address",
    [
        *(
            *("", " ", "api", "car.example", "car.example:8642", "//car.example", "ftp://car.example"),
            "file:///etc/passwd",
        ),
        *("http://", "http:///api", "http://:8642", "http://car.example:99999", "http://car.example:port"),
        *("http://car.example:0", "http://[::1", "http://you:P4ssw0rd@car.example", "http://you@car.example"),
        *("http://car.example/?a=b", "http://car.example/#top", "http://car. example", "http://car.example\\api"),
        *("http://car\u0000.example", "http://car.example/\u200b"),
    ],
)
def test_invalid_address_is_refused(address: str) -> None:
    """The message does not repeat it, as it may contain a password."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - ValueError is the promise
        normalized_address(address)
    assert "P4ssw0rd" not in str(refusal.value)


def test_months() -> None:
    """October 2016 is 1016."""
    assert encode.months(date(2016, 10, 31), date(2017, 1, 1)) == "?begin=1016&end=0117"


@pytest.mark.parametrize(
    ("begin", "end"), [(date.min, date(2017, 1, 1)), (date(2016, 1, 1), date.max), (date(2116, 1, 1),) * 2]
)
def test_months_of_another_century_are_refused(begin: date, end: date) -> None:
    """Two digits would mean another year."""
    with pytest.raises(RejectedError, match="2000 to 2099"):
        encode.months(begin, end)


def test_schedule() -> None:
    """Encode the documented sample, with a window past midnight and one of a day."""
    windows = (
        ChargeWindow(Weekday.SUNDAY, time(22, 45), timedelta(hours=9, minutes=30)),
        ChargeWindow(Weekday.MONDAY, time(1), timedelta(minutes=75)),
        ChargeWindow(Weekday.TUESDAY, time(0), timedelta(days=1)),
        ChargeWindow(Weekday.FRIDAY, time(1, 1), timedelta(minutes=10)),
    )
    body = encode.schedule(windows)
    assert body == {
        "optimized_charge": False,
        "mon": {"start": "0100", "duration": "0115"},
        "tue": {"start": "0000", "duration": "2400"},
        "fri": {"start": "0101", "duration": "0010"},
        "sun": {"start": "2245", "duration": "0930"},
    }
    assert decode.charge_schedule(body).windows == tuple(sorted(windows))


@pytest.mark.parametrize(
    ("windows", "why"),
    [
        ([(Weekday.MONDAY, time(1), QUARTER), (Weekday.MONDAY, time(5), QUARTER)], "monday"),
        ([(Weekday.MONDAY, time(1, 0, 30), QUARTER)], "01:00:30"),
        ([(Weekday.MONDAY, time(1), timedelta(seconds=90))], "0:01:30"),
        ([(Weekday.MONDAY, time(1), timedelta())], "0:00"),
        ([(Weekday.MONDAY, time(1), -QUARTER)], "-1 day"),
        ([(Weekday.MONDAY, time(1), timedelta(days=1) + QUARTER)], "1 day, 0:15"),
    ],
)
def test_schedule_the_car_cannot_hold_is_refused(windows: list[tuple[Weekday, time, timedelta]], why: str) -> None:
    """Before anything is sent, and with the reason."""
    with pytest.raises(UnsupportedError, match=why):
        encode.schedule(tuple(ChargeWindow(*window) for window in windows))


def test_notifications() -> None:
    """With and without do not disturb."""
    silent = replace(SETTINGS, do_not_disturb=DoNotDisturb(start=time(17, 10), end=time(8, 1)))
    assert encode.notifications(silent)["do_not_disturb"] == {"start": "1710", "end": "0801"}
    assert encode.notifications(SETTINGS)["do_not_disturb"] is None
    assert decode.notifications(encode.notifications(silent)) == silent
    assert decode.notifications(encode.notifications(SETTINGS)) == SETTINGS


def test_unknown_channel_is_not_overwritten() -> None:
    """Settings unknown to this version stay."""
    with pytest.raises(RejectedError, match=r"charge_end, low_battery$"):
        encode.notifications(replace(SETTINGS, charge_end=None, low_battery=None))


def test_unknown_do_not_disturb_is_not_overwritten() -> None:
    """Any change of a channel would switch it off."""
    with pytest.raises(RejectedError, match="would be overwritten"):
        encode.notifications(replace(SETTINGS, do_not_disturb="unknown"))
