"""What depends only on date and time: when the car is driven, how fast, and the weather."""

from datetime import date, datetime, time
from math import cos, tau

# On weekdays; the car is preconditioned for it.
DEPARTURE_TIME = time(7, 45)
_WEEKEND = 5
_DAYS_A_YEAR, _HOURS_A_DAY = 365.25, 24
_COLDEST_DAY, _WARMEST_HOUR = 20, 15
_MINUTES_TO_PLUG_IN = 15


def speed(local: datetime) -> int:
    """Return the speed (m/s) at a time of the car's wall clock, 0 while it is parked."""
    is_driven = any(begin <= _minute(local) < end for begin, end in _trips(local.date()))
    return 8 + local.toordinal() * 5 % 7 if is_driven else 0


def is_plugged_in(local: datetime) -> bool:
    """Return whether the car is at home and plugged in at a time of its wall clock."""
    return not any(begin <= _minute(local) < end + _MINUTES_TO_PLUG_IN for begin, end in _trips(local.date()))


def outside_temperature(local: datetime) -> float:
    """Return the temperature (°C) at a time of the car's wall clock."""
    year = (local.timetuple().tm_yday - _COLDEST_DAY) / _DAYS_A_YEAR
    day = (_minute(local) / 60 - _WARMEST_HOUR) / _HOURS_A_DAY
    return round(11 - 9 * cos(tau * year) + 4 * cos(tau * day), 1)


def _trips(day: date) -> tuple[tuple[int, int], ...]:
    """Return begin and end of each trip of a day, in minutes since midnight."""
    if day.weekday() >= _WEEKEND:
        return ((10 * 60 + 30, 11 * 60 + 45),)
    return (_span(DEPARTURE_TIME, 45), _span(time(17), 45))


def _span(begin: time, minutes: int) -> tuple[int, int]:
    """Return begin and end of a trip, in minutes since midnight."""
    start = begin.hour * 60 + begin.minute
    return start, start + minutes


def _minute(local: datetime) -> int:
    """Return the minutes since midnight."""
    return local.hour * 60 + local.minute
