"""Departures that use the car's timer: when it is set, what follows if it does not arrive, and when it is deleted."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import CommandKind, Part
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.decisions import recorded
from custom_components.renault_ze.plan.model import Departure
from custom_components.renault_ze.plan.records import Outcome, Timer
from custom_components.renault_ze.plan.settings import Settings
from custom_components.renault_ze.vehicle.results import CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.plan.simulated.states import (
    KNOWN,
    MONDAY,
    SETTINGS,
    WORK_DAYS,
    after,
    at,
    departure_plan,
    due,
    kind_and_reason,
    observed,
    run,
    sent_command,
    step,
    vehicle,
)

WITH_TIMER = departure_plan(uses_timer=True)
READY = at("07:30")
START = at("07:20")
WARM = vehicle()
SET = after(WITH_TIMER, WARM, at("05:30"))
TIMER = time(7, 20)
PRECONDITION_AT = CommandKind.PRECONDITION_AT


@pytest.mark.parametrize(
    ("clock", "expected"), [("05:29", None), ("05:30", "set_timer departure"), ("07:16", "set_timer departure")]
)
def test_the_timer_is_set_in_advance(clock: str, expected: str | None) -> None:
    """While it can still reach the car."""
    found = due(WITH_TIMER, WARM, at(clock))
    assert kind_and_reason(found) == expected
    assert found is None or found.start == TIMER


def test_too_late_for_the_timer() -> None:
    """This is reported, and the command sent at the start."""
    plan = after(WITH_TIMER, WARM, at("07:17"))
    assert kind_and_reason(due(WITH_TIMER, WARM, at("07:17"))) == "say timer_failed"
    found = step(plan, WARM, at("07:18"))
    assert (kind_and_reason(found), found and found.at) == ("start departure", START)


def test_a_timer_that_ran_needs_no_command() -> None:
    """Its run is seen and reported."""
    plan = SET
    waiting = vehicle(timer=TIMER)
    assert due(plan, waiting, at("07:19")) is None
    ran = vehicle(runs=(run(START, by_car=True),))
    assert kind_and_reason(due(plan, ran, at("07:21"))) == "say ready"


def test_a_timer_without_a_run_is_followed_by_a_command() -> None:
    """After the time its report takes."""
    plan = SET
    found = step(plan, vehicle(timer=TIMER), at("07:00"))
    assert (kind_and_reason(found), found and found.at) == ("start timer_silent", at("07:23"))
    low = vehicle(level=30)
    assert kind_and_reason(due(plan, low, at("07:23"))) == "say too_low"


def test_a_timer_that_ran_during_an_outage() -> None:
    """Its run is seen afterwards; without one the departure has failed."""
    plan = SET
    assert kind_and_reason(due(plan, vehicle(runs=(run(START, by_car=True),)), at("09:00"))) == "say ready"
    assert due(plan, WARM, at("07:39")) is None
    assert kind_and_reason(due(plan, WARM, at("07:40"))) == "say failed"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (vehicle(commands=(sent_command(PRECONDITION_AT, at("05:30")),)), None),
        (
            vehicle(commands=(sent_command(PRECONDITION_AT, at("05:30"), CommandStatus.TIMED_OUT),)),
            "set_timer not_confirmed",
        ),
        (vehicle(timer=TIMER, commands=(sent_command(PRECONDITION_AT, at("05:30"), CommandStatus.CONFIRMED),)), None),
        (
            vehicle(timer=time(17, 53), commands=(sent_command(PRECONDITION_AT, at("05:30"), CommandStatus.FAILED),)),
            "say timer_failed",
        ),
        (vehicle(read_at=at("05:40")), "set_timer not_confirmed"),
    ],
    ids=["under way", "timed out", "confirmed", "another's now", "lost track"],
)
def test_a_timer_that_did_not_reach_the_car_is_set_again_once(state: VehicleState, expected: str | None) -> None:
    """Unless another timer was set since."""
    plan = SET
    assert kind_and_reason(due(plan, state, at("05:41"))) == expected
    if expected == "set_timer not_confirmed":
        plan = after(plan, state, at("05:41"))
        again = vehicle(commands=(sent_command(PRECONDITION_AT, at("05:41"), CommandStatus.TIMED_OUT),))
        assert kind_and_reason(due(plan, again, at("05:52"))) == "say timer_failed"
        assert kind_and_reason(step(after(plan, again, at("05:52")), again, at("05:53"))) == "start departure"


def test_a_timer_that_would_not_arrive_in_time_is_not_set_again() -> None:
    """The command follows at the start."""
    lost = vehicle(commands=(sent_command(PRECONDITION_AT, at("05:30"), CommandStatus.TIMED_OUT),))
    assert kind_and_reason(due(SET, lost, at("07:16"))) == "set_timer not_confirmed"
    assert kind_and_reason(due(SET, lost, at("07:18"))) == "say timer_failed"


def test_a_timer_set_elsewhere_is_not_changed() -> None:
    """The departure reports that a command will be sent instead."""
    foreign = vehicle(timer=time(17, 53))
    assert kind_and_reason(due(WITH_TIMER, foreign, at("05:30"))) == "say timer_taken"
    found = step(after(WITH_TIMER, foreign, at("05:30")), foreign, at("05:31"))
    assert (kind_and_reason(found), found and found.at) == ("start departure", START)


def test_a_timer_is_not_set_before_the_car_was_read() -> None:
    """Until then a command may be sent instead."""
    unread = vehicle(known=KNOWN - {Part.PRECONDITIONING_TIMER})
    found = step(WITH_TIMER, unread, at("05:30"))
    assert (kind_and_reason(found), found and found.at) == ("say timer_failed", at("07:17"))


CALLED_OFF = {
    "skipped": lambda plan: edits.skip(plan, "work", MONDAY.date()),
    "removed": lambda plan: edits.without_departure(plan, "work"),
    "disabled": lambda plan: replace(plan, departures=(replace(plan.departures[0], enabled=False),)),
    "moved": lambda plan: replace(plan, departures=(replace(plan.departures[0], at=time(9)),)),
    "paused": lambda plan: edits.pause(plan, MONDAY.date(), MONDAY.date(), MONDAY),
    "all off": lambda plan: edits.switch_departures(plan, at("06:00"), on=False),
    "no longer to be warm": lambda plan: replace(plan, departures=(replace(plan.departures[0], precondition=False),)),
}


@pytest.mark.parametrize("change", CALLED_OFF.values(), ids=CALLED_OFF.keys())
def test_a_canceled_departure_deletes_its_timer(change: object) -> None:
    """Once; again later if the car keeps it; and then it is forgotten."""
    assert callable(change)
    plan, waiting = change(SET), vehicle(timer=TIMER, read_at=at("05:31"))
    assert kind_and_reason(due(plan, waiting, at("06:00"))) == "cancel_timer called_off"
    plan = after(plan, waiting, at("06:00"))
    assert kind_and_reason(due(plan, waiting, at("06:04"))) is None
    assert kind_and_reason(due(plan, waiting, at("06:05"))) == "cancel_timer called_off"
    gone = vehicle(read_at=at("06:03"))
    assert observed(plan, gone, at("06:03"), SETTINGS).timer is None


def test_a_timer_set_later_by_the_user_is_not_deleted() -> None:
    """The plan's timer is gone."""
    plan = edits.skip(SET, "work", MONDAY.date())
    foreign = vehicle(timer=time(17, 53), read_at=at("06:00"))
    assert due(plan, foreign, at("06:00")) is None
    assert observed(plan, foreign, at("06:00"), SETTINGS).timer is None


def test_deleting_the_timer_cancels_its_departure() -> None:
    """No command is sent instead."""
    plan = SET
    deleted = vehicle(commands=(sent_command(CommandKind.CANCEL_PRECONDITION, at("06:00"), CommandStatus.CONFIRMED),))
    plan = observed(plan, deleted, at("06:01"), SETTINGS)
    assert (plan.timer, plan.attempt("work", READY).outcome) == (None, Outcome.CANCELED)
    assert due(plan, deleted, START) is None


@pytest.mark.parametrize(("deleted_at", "clock"), [("05:00", "06:00"), ("07:22", "07:23")])
def test_deleting_another_timer_cancels_nothing(deleted_at: str, clock: str) -> None:
    """One before it was set, or after it ran."""
    deleted = vehicle(
        timer=TIMER, commands=(sent_command(CommandKind.CANCEL_PRECONDITION, at(deleted_at), CommandStatus.CONFIRMED),)
    )
    plan = observed(SET, deleted, at(clock), SETTINGS)
    assert (plan.timer is None, plan.attempt("work", READY).outcome) == (False, None)


@pytest.mark.parametrize(("read", "expected"), [("07:00", None), ("07:25", "cancel_timer timer_left_over")])
def test_a_timer_that_the_car_keeps_after_its_run_is_deleted(read: str, expected: str | None) -> None:
    """Or it would run again the next day; a read from before the run does not count."""
    state = vehicle(timer=TIMER, read_at=at(read), runs=(run(START, by_car=True),))
    plan = after(SET, state, at("07:26"))
    assert kind_and_reason(due(plan, state, at("07:27"))) == expected


def test_two_departures_share_the_timer() -> None:
    """The second sets it when the first has run, or uses a command."""
    school = Departure(id="school", name="School", at=time(8), weekdays=WORK_DAYS, uses_timer=True)
    plan = replace(WITH_TIMER, departures=(*WITH_TIMER.departures, school))
    plan = after(plan, WARM, at("05:30"))
    waiting = vehicle(timer=TIMER, read_at=at("06:00"))
    assert due(plan, waiting, at("06:00")) is None
    ran = vehicle(runs=(run(START, by_car=True),), read_at=at("07:23"))
    assert kind_and_reason(due(plan, ran, at("07:22"))) == "say ready"
    found = due(plan, ran, at("07:23"))
    assert (kind_and_reason(found), found and found.start) == ("set_timer departure", time(7, 50))
    assert kind_and_reason(due(after(plan, ran, at("07:23")), ran, at("07:23"))) == "say ready"


def test_a_departure_moved_after_the_timer_was_set() -> None:
    """The old timer is deleted first."""
    plan = edits.with_departure(SET, replace(WITH_TIMER.departures[0], at=time(7, 45)), at("06:00"))
    waiting = vehicle(timer=TIMER, read_at=at("06:00"))
    plan = after(plan, waiting, at("06:00"))
    found = due(plan, waiting, at("06:00"))
    assert (kind_and_reason(found), found and found.start) == ("set_timer departure", time(7, 35))


@pytest.mark.parametrize(
    ("day", "at_time", "robust"),
    [
        (date(2026, 10, 25), time(2, 5), True),
        (date(2026, 10, 25), time(2, 45), False),
        (date(2026, 10, 25), time(3, 5), False),
        (date(2026, 10, 25), time(7, 30), True),
        (date(2026, 3, 29), time(2, 5), True),
        (date(2026, 3, 29), time(2, 30), True),
        (date(2026, 3, 29), time(3, 5), True),
    ],
    ids=str,
)
def test_no_timer_in_a_night_with_two_such_times(day: date, at_time: time, robust: bool) -> None:
    """02:55 comes twice in Paris on 25 October; in March every start is unique."""
    settings = Settings(zone=ZoneInfo("Europe/Paris"))
    plan = departure_plan(weekdays=frozenset(), on=day, at=at_time, uses_timer=True)
    found = step(plan, WARM, datetime(day.year, day.month, day.day - 1, 12, tzinfo=UTC), settings)
    assert kind_and_reason(found) == ("set_timer departure" if robust else "start departure")


def test_deleting_without_a_timer_changes_nothing() -> None:
    """A late step is harmless."""
    plan = SET
    off = edits.skip(plan, "work", MONDAY.date())
    cancel = due(off, vehicle(timer=TIMER), at("06:00"))
    assert cancel is not None
    bare = replace(off, timer=None)
    assert recorded(bare, cancel, at("06:00")) == bare
    assert isinstance(plan.timer, Timer)
