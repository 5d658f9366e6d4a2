"""The words of the plan, its edits, and what every step has in common."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
import json
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.renault_ze import edits, recurrence
from custom_components.renault_ze.cloud.models import ChargeSchedule, ChargeWindow, Weekday
from custom_components.renault_ze.cloud.orders import CommandKind
from custom_components.renault_ze.plan import (
    Attempt,
    Departure,
    Load,
    Outcome,
    Pause,
    Plan,
    PlannedWindow,
    StepKind,
    Timer,
    as_json,
    from_json,
)
from custom_components.renault_ze.schedule import ScheduleError
from custom_components.renault_ze.steps import next_step, noted, taken

from .plans.draws import lives
from .plans.life import Life
from .plans.states import (
    MONDAY,
    SETTINGS,
    WORK_DAYS,
    after,
    at,
    charge,
    charging_plan,
    due,
    held,
    leaving_plan,
    order,
    step,
    told,
    vehicle,
    weekly,
)

WORK = leaving_plan().departures[0]
TUESDAY = date(2026, 11, 24)
MINUTE = timedelta(minutes=1)
LIVES = lives(ZoneInfo("Europe/Paris"), date(2026, 10, 25))


def planned(life: Life, now: datetime) -> Plan:
    """Return the plan of a life."""
    plan = edits.switch_charging(edits.with_windows(Plan(), life.windows, now), now, on=True)
    for each in life.departures:
        plan = edits.with_departure(plan, each, now)
    return plan


@settings(max_examples=30)
@given(life=LIVES, skipped=st.frozensets(st.dates()), paused=st.booleans())
def test_a_plan_survives_a_restart_whole(life: Life, skipped: frozenset[date], paused: bool) -> None:
    """Whatever was planned and done comes back equal from the text of a file."""
    now = life.start
    done = (
        Attempt(departure="0", ready_at=now, sent=1, sent_at=now, outcome=Outcome.TOO_LOW),
        Attempt(departure="1", ready_at=now),
    )
    plan = replace(
        planned(life, now),
        departures=tuple(replace(each, skipped=skipped) for each in life.departures),
        paused=Pause(first=now.date(), last=now.date()) if paused else None,
        former=life.other_windows,
        load=Load(at=now, windows=tuple(each.window for each in life.windows), tries=3),
        timer=Timer(departure="0", ready_at=now, start_at=now, sent_at=now, cancelled_at=now),
        attempts=done,
    )
    assert from_json(json.loads(json.dumps(as_json(plan)))) == plan


def test_a_plan_of_another_version_is_read_as_far_as_it_goes() -> None:
    """What is missing takes its default; what is not known is left out."""
    assert from_json({}) == Plan()
    assert from_json({"charge_enabled": True, "telepathy": 1}) == Plan(charge_enabled=True)


@settings(max_examples=60)
@given(life=LIVES, minutes=st.integers(0, 40_000), level=st.integers(0, 100), timer=st.none() | st.just(time(7, 20)))
def test_no_step_is_due_twice(life: Life, minutes: int, level: int, timer: time | None) -> None:
    """Taking each step that is due comes to an end, with nothing sent twice, whatever is known of the car."""
    now = life.start + minutes * MINUTE
    plan = planned(life, life.start)
    state = vehicle(held("02:00-03:00"), level=level, timer=timer)
    options = replace(SETTINGS, zone=life.zone)
    taken_steps = []
    for _ in range(60):
        plan = noted(plan, state, now, options)
        found = next_step(plan, state, now, options)
        if found is None or found.at > now:
            break
        name = None if found.departure is None else found.departure.id
        taken_steps.append((found.kind, found.reason, name, found.ready_at, found.begins_at))
        plan = taken(plan, found, now)
    else:
        pytest.fail(f"no end of steps: {taken_steps[-3:]}")
    assert len(taken_steps) == len(set(taken_steps))
    assert next_step(from_json(as_json(plan)), state, now, options) == next_step(plan, state, now, options)


def test_the_most_pressing_of_the_steps_due_comes_first() -> None:
    """A car that has to be warm in ten minutes waits for no schedule."""
    plan = replace(charging_plan("01:00-05:00", "07:00-09:00"), departures=leaving_plan().departures)
    state = vehicle(held("01:00-05:00"))
    assert told(due(plan, state, at("07:20"))) == "start departure"
    assert told(due(after(plan, state, at("07:20")), state, at("07:20"))) == "load further_window"


def test_an_empty_plan_has_no_step() -> None:
    """Who plans nothing is left alone."""
    assert step(Plan(), vehicle(held("01:00-05:00")), MONDAY) is None
    assert noted(Plan(), vehicle(held("01:00-05:00")), MONDAY, SETTINGS) == Plan()


@pytest.mark.parametrize(("days", "on"), [(frozenset(), None), (WORK_DAYS, TUESDAY)], ids=["neither", "both"])
def test_a_departure_has_weekdays_or_a_date(days: frozenset[Weekday], on: date | None) -> None:
    """One that never comes, or comes twice, is refused by its name."""
    with pytest.raises(ScheduleError) as caught:
        edits.with_departure(Plan(), replace(WORK, weekdays=days, on=on), MONDAY)
    assert (caught.value.key, caught.value.value) == ("departure_weekdays_or_date", "Work")


def test_departures_are_added_replaced_and_removed() -> None:
    """By their id, in the order of their times, to the minute."""
    early = Departure(id="early", name="Early", at=time(6, 0, 59, fold=1), weekdays=WORK_DAYS)
    plan = edits.with_departure(edits.with_departure(Plan(), WORK, MONDAY), early, MONDAY)
    assert [(each.id, each.at, each.since) for each in plan.departures] == [
        ("early", time(6), MONDAY),
        ("work", time(7, 30), MONDAY),
    ]
    assert plan.departures[0].at.fold == 0
    moved = edits.with_departure(plan, replace(WORK, at=time(5)), at("09:00"))
    assert [each.id for each in moved.departures] == ["work", "early"]
    assert edits.without_departure(moved, "work").departures == plan.departures[:1]


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: edits.without_departure(plan, "gym"),
        lambda plan: edits.skip(plan, "gym", TUESDAY),
        lambda plan: edits.skip_next(plan, MONDAY, SETTINGS, "gym"),
    ],
    ids=["remove", "skip", "skip next"],
)
def test_a_departure_that_is_not_there_is_refused(change: object) -> None:
    """By what it was called."""
    assert callable(change)
    with pytest.raises(ScheduleError) as caught:
        change(leaving_plan())
    assert (caught.value.key, caught.value.value) == ("departure_unknown", "gym")


@pytest.mark.parametrize(("clock", "day"), [("07:19", 23), ("07:20", 24), ("12:00", 24)])
def test_skip_next_leaves_out_what_can_still_be_stopped(clock: str, day: int) -> None:
    """From the start of one it is the next; and again it is the one after."""
    plan = edits.skip_next(leaving_plan(), at(clock), SETTINGS)
    assert plan.departures[0].skipped == {date(2026, 11, day)}
    plan = edits.skip_next(plan, at(clock), SETTINGS, "work")
    assert plan.departures[0].skipped == {date(2026, 11, day), date(2026, 11, day + 1)}


def test_skip_next_takes_the_departure_named_or_the_first() -> None:
    """With two of them, each in its place."""
    late = Departure(id="late", name="Late", at=time(21), weekdays=WORK_DAYS)
    plan = edits.with_departure(leaving_plan(), late, MONDAY)
    first = edits.skip_next(plan, at("08:00"), SETTINGS)
    named = edits.skip_next(plan, at("08:00"), SETTINGS, "work")
    assert [each.skipped for each in first.departures] == [frozenset(), {MONDAY.date()}]
    assert [each.skipped for each in named.departures] == [{TUESDAY}, frozenset()]
    with pytest.raises(ScheduleError, match="departure_none_to_skip"):
        edits.skip_next(Plan(), MONDAY, SETTINGS)


def test_a_pause_has_an_end_after_its_beginning() -> None:
    """Both days count."""
    plan = edits.pause(leaving_plan(), MONDAY.date(), TUESDAY)
    assert plan.paused == Pause(first=MONDAY.date(), last=TUESDAY)
    assert edits.resume(plan).paused is None
    with pytest.raises(ScheduleError, match="pause_reversed"):
        edits.pause(Plan(), TUESDAY, MONDAY.date())


def test_departures_switched_on_again_have_missed_nothing() -> None:
    """What was off was not asked for."""
    off = edits.switch_departures(leaving_plan(), MONDAY, on=False)
    assert edits.switch_departures(off, at("05:00"), on=False) is off
    on = edits.switch_departures(off, at("12:00"), on=True)
    assert due(on, vehicle(), at("12:00")) is None
    assert told(due(leaving_plan(), vehicle(), at("12:00"))) == "say missed"


NIGHT = weekly("01:00-05:00")
MON, TUE, SUN = Weekday.MONDAY, Weekday.TUESDAY, Weekday.SUNDAY


def window(day: Weekday, start: str, end: str, on: date | None = None, *, base: bool = False) -> PlannedWindow:
    """Return a planned window."""
    return PlannedWindow(charge(day, start, end), on, base)


@pytest.mark.parametrize(
    ("given_windows", "key", "days"),
    [
        ([window(MON, "01:00", "03:00"), window(MON, "02:45", "05:00")], "windows_overlap", [MON]),
        ([window(MON, "23:00", "02:00"), window(TUE, "01:45", "03:00")], "windows_overlap", [MON, TUE]),
        ([window(SUN, "23:00", "02:00"), window(MON, "01:00", "03:00")], "windows_overlap", [MON, SUN]),
        ([window(MON, "01:00", "01:00"), window(TUE, "00:00", "02:00")], "windows_overlap", [MON, TUE]),
        ([window(TUE, "01:00", "03:00"), window(TUE, "02:00", "04:00", TUESDAY)], "windows_overlap", [TUE]),
        (
            [*weekly("05:00-06:00"), window(TUE, "10:00", "13:00", TUESDAY), window(TUE, "12:00", "14:00", TUESDAY)],
            "windows_overlap",
            [TUE],
        ),
        ([PlannedWindow(ChargeWindow(MON, time(1, 5), timedelta(hours=1)))], "schedule_start_off_grid", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(minutes=20)))], "schedule_duration_off_grid", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(minutes=10)))], "schedule_duration_out_of_range", [MON]),
        ([PlannedWindow(ChargeWindow(MON, time(1), timedelta(days=2)))], "schedule_duration_out_of_range", [MON]),
        ([window(MON, "01:00", "03:00", TUESDAY)], "window_date_differs", [MON]),
        ([window(TUE, "01:00", "03:00", TUESDAY)], "windows_need_a_week", [TUE]),
        (
            [window(MON, "01:00", "02:00", base=True), window(MON, "03:00", "04:00", base=True)],
            "windows_base_twice",
            [MON],
        ),
        ([*NIGHT, window(TUE, "06:00", "07:00", TUESDAY, base=True)], "windows_base_once", [TUE]),
    ],
    ids=str,
)
def test_windows_the_car_could_not_keep_are_refused(
    given_windows: list[PlannedWindow], key: str, days: list[Weekday]
) -> None:
    """With the reason and the days at fault."""
    with pytest.raises(ScheduleError) as caught:
        edits.with_windows(Plan(), given_windows, MONDAY)
    assert (caught.value.key, list(caught.value.weekdays)) == (key, days)


def test_windows_that_touch_become_one() -> None:
    """On the same day, with the mark of either; those of neighbouring days stay two."""
    given_windows = [
        window(MON, "03:00", "05:00", base=True),
        window(MON, "01:00", "03:00"),
        window(MON, "22:00", "00:00"),
        window(TUE, "00:00", "02:00"),
        window(TUE, "02:00", "03:00", TUESDAY),
    ]
    plan = edits.with_windows(Plan(), given_windows, MONDAY)
    assert plan.windows == (
        window(MON, "01:00", "05:00", base=True),
        window(MON, "22:00", "00:00"),
        window(TUE, "00:00", "02:00"),
        window(TUE, "02:00", "03:00", TUESDAY),
    )


def test_windows_for_different_dates_leave_each_other_alone() -> None:
    """The same hours of two Tuesdays are not the same hours."""
    dates = (TUESDAY, TUESDAY + timedelta(days=7))
    plan = edits.with_windows(Plan(), [*NIGHT, *(window(TUE, "10:00", "12:00", on) for on in dates)], MONDAY)
    assert [each.on for each in plan.windows if each.on] == list(dates)


def test_a_switch_that_is_where_it_should_be_changes_nothing() -> None:
    """Nor does it claim the car."""
    plan = charging_plan("01:00-05:00")
    assert edits.switch_charging(plan, MONDAY, on=True) is plan
    assert edits.switch_charging(plan, MONDAY, on=False).claimed


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
    """As calendars write it, and daily is every weekday."""
    assert recurrence.weekdays(rule, Weekday.THURSDAY) == days


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
    """By the part that is too much."""
    with pytest.raises(ScheduleError) as caught:
        recurrence.weekdays(rule, MON)
    assert (caught.value.key, caught.value.value) == (key, value)


@given(days=st.frozensets(st.sampled_from(Weekday), min_size=1))
def test_a_rule_that_was_written_is_read_again(days: frozenset[Weekday]) -> None:
    """Whatever the days."""
    assert recurrence.weekdays(recurrence.rule(days), MON) == days


def test_an_order_that_is_followed_holds_nothing_else_up() -> None:
    """A week under way does not keep the car cold."""
    plan = replace(charging_plan("01:00-05:00", "12:00-13:00"), departures=leaving_plan().departures)
    state = vehicle(held("01:00-05:00"), commands=(order(CommandKind.SET_CHARGE_SCHEDULE, at("07:15")),))
    found = due(plan, state, datetime(2026, 11, 23, 7, 20, tzinfo=UTC))
    assert found is not None
    assert found.kind is StepKind.START


@pytest.mark.parametrize("schedule", [None, held(), held("01:00-05:00"), held("01:00-05:00", enabled=False)])
@pytest.mark.parametrize(("level", "timer"), [(None, None), (20, time(7)), (80, time(7))])
def test_an_empty_plan_asks_for_nothing(schedule: ChargeSchedule | None, level: int | None, timer: time | None) -> None:
    """Whatever the car says; so whoever executes it need not ask."""
    state = vehicle(schedule, level=level, timer=timer, commands=(order(CommandKind.SET_CHARGE_SCHEDULE, at("07:15")),))
    for now in (at("00:00"), at("07:20"), at("20:00", day=6)):
        assert noted(Plan(), state, now, SETTINGS) == Plan()
        assert next_step(Plan(), state, now, SETTINGS) is None
