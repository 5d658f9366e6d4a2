"""Weekly rules of calendar events, and rules that are refused."""

from hypothesis import given, strategies as st
import pytest

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.views import calendar

MON, TUE, SUN = Weekday.MONDAY, Weekday.TUESDAY, Weekday.SUNDAY


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU", {MON, TUE}),
        ("RRULE:FREQ=WEEKLY;BYDAY=SU;INTERVAL=1;WKST=MO", {SUN}),
        ("freq=weekly;byday=mo, tu", {MON, TUE}),
        ("FREQ=WEEKLY", {Weekday.THURSDAY}),
        ("FREQ=DAILY;BYDAY=MO", {MON}),
        ("FREQ=DAILY", set(Weekday)),
    ],
)
def test_a_weekly_rule_is_read(rule: str, days: set[Weekday]) -> None:
    """In the forms that calendars write; daily means every weekday."""
    assert calendar.rule_weekdays(rule, Weekday.THURSDAY) == days


@pytest.mark.parametrize(
    ("rule", "key", "value"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "recurrence_ends", "COUNT"),
        ("FREQ=WEEKLY;UNTIL=20261231", "recurrence_ends", "UNTIL"),
        ("FREQ=WEEKLY;INTERVAL=2", "recurrence_interval", "2"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "recurrence_unsupported", "BYMONTHDAY"),
        ("FREQ=MONTHLY", "recurrence_unsupported", "MONTHLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "recurrence_unsupported", "1MO"),
        ("", "recurrence_unsupported", ""),
    ],
)
def test_any_other_rule_is_refused(rule: str, key: str, value: str) -> None:
    """With the unsupported part."""
    with pytest.raises(ScheduleError) as caught:
        calendar.rule_weekdays(rule, MON)
    assert (caught.value.key, caught.value.value) == (key, value)


@given(days=st.frozensets(st.sampled_from(Weekday), min_size=1))
def test_a_rule_that_was_written_is_read_again(days: frozenset[Weekday]) -> None:
    """For any weekdays."""
    assert calendar.rule_weekdays(calendar.weekly_rule(days), MON) == days
