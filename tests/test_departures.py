"""The departures of a plan: what is ordered when, by which way, and what is said of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze import edits
from custom_components.renault_ze.cloud.models import ChargeEvent, ChargeEventKind, Part, VehicleState, Weekday
from custom_components.renault_ze.cloud.orders import CommandKind, CommandReason, CommandStatus
from custom_components.renault_ze.departures import following, live
from custom_components.renault_ze.foresight import DEFAULT_SPEED, charging_speed, project
from custom_components.renault_ze.plan import Attempt, Departure, Outcome, Pause, Plan, Settings, Shortage, Timer
from custom_components.renault_ze.steps import noted, taken

from .plans.states import (
    KNOWN,
    MONDAY,
    SETTINGS,
    WORK_DAYS,
    after,
    at,
    charging_plan,
    due,
    held,
    leaving_plan,
    order,
    run,
    step,
    told,
    vehicle,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATE, ROBUST = leaving_plan(), leaving_plan(robust=True)
READY = at("07:30")
START = at("07:20")
WARM = vehicle()
TIMER = time(7, 20)
PRECONDITION, PRECONDITION_AT = CommandKind.PRECONDITION, CommandKind.PRECONDITION_AT
FOLLOWED = vehicle(commands=(order(PRECONDITION, START),))


def sent(plan: Plan, clock: str = "07:20", state: VehicleState = WARM) -> Plan:
    """Return a plan whose order or timer has been sent, as is known of an order that is followed."""
    followed = vehicle(commands=(order(PRECONDITION, at(clock)),))
    return noted(after(plan, state, at(clock)), followed, at(clock), SETTINGS)


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        (LATE, [0, 1, 2, 3, 4]),
        (leaving_plan(weekdays=frozenset([Weekday.SUNDAY])), [6]),
        (leaving_plan(weekdays=frozenset(), on=date(2026, 11, 25)), [2]),
        (leaving_plan(enabled=False), []),
        (leaving_plan(skipped=frozenset([date(2026, 11, 24)])), [0, 2, 3, 4]),
        (replace(LATE, paused=Pause(first=date(2026, 11, 24), last=date(2026, 11, 26))), [0, 4]),
        (replace(LATE, departures_enabled=False), []),
    ],
    ids=["work days", "Sundays", "one date", "disabled", "one skipped", "paused", "all off"],
)
def test_the_departures_that_count(plan: Plan, days: list[int]) -> None:
    """Each is on its day, at its time, and begins ten minutes ahead."""
    found = live(plan, SETTINGS, MONDAY, MONDAY + timedelta(days=7))
    assert [each.ready_at for each in found] == [READY + timedelta(days=day) for day in days]
    assert all(each.ready_at - each.start_at == 10 * MINUTE for each in found)
    first = following(plan, SETTINGS, MONDAY)
    assert (None if first is None else first.ready_at) == (READY + timedelta(days=days[0]) if days else None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 3, 29), "05:30"), (date(2026, 3, 28), "06:30"), (date(2026, 10, 25), "06:30")],
    ids=str,
)
def test_a_departure_goes_by_the_wall_clock(day: date, expected: str) -> None:
    """Half past seven in Paris is another instant the morning after the clocks have changed."""
    plan = leaving_plan(weekdays=frozenset(), on=day)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    (found,) = live(plan, replace(SETTINGS, zone=ZoneInfo("Europe/Paris")), now - HOUR, now + 24 * HOUR)
    assert f"{found.ready_at:%H:%M}" == expected


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("07:19", None), ("07:20", "start departure"), ("07:29", "start departure"), ("07:30", "say missed")],
)
def test_a_late_departure_is_ordered_at_its_start_or_as_soon_after_as_can_be(clock: str, expected: str | None) -> None:
    """Up to the start nothing is sent; who comes back from an outage before the car must be ready sends at once."""
    assert told(due(LATE, WARM, at(clock))) == expected


def test_the_next_order_is_known_days_ahead() -> None:
    """On Friday evening it is Monday's."""
    found = step(leaving_plan(since=at("12:00", day=4)), WARM, at("18:00", day=4))
    assert (told(found), found and found.at) == ("start departure", at("07:20", day=7))


def test_an_order_is_sent_once_and_its_good_end_is_said() -> None:
    """While it is followed nothing happens; a restart in between changes nothing."""
    plan = sent(LATE)
    accepted = vehicle(commands=(order(PRECONDITION, START),))
    assert due(plan, accepted, START + MINUTE) is None
    for lost_track in (accepted, WARM):
        assert due(plan, lost_track, START + 3 * MINUTE) is None
    good = vehicle(runs=(run(START + MINUTE),))
    assert told(due(plan, good, START + 2 * MINUTE)) == "say ready"
    found = step(after(plan, good, START + 2 * MINUTE), good, START + 3 * MINUTE)
    assert (told(found), found and found.at) == ("start departure", START + 24 * HOUR)


def test_a_run_that_only_the_order_tells_of_counts() -> None:
    """The cloud has forgotten the run, but the order was seen to be obeyed."""
    confirmed = vehicle(commands=(order(PRECONDITION, START, CommandStatus.CONFIRMED),))
    assert told(due(sent(LATE), confirmed, START + 2 * MINUTE)) == "say ready"


def test_an_order_whose_effect_the_cloud_never_shows_is_said_to_be_no_more() -> None:
    """Nobody knows whether the car warms up, so it is not claimed; nor is the order sent again."""
    order_alone = order(PRECONDITION, START, CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
    believed = vehicle(commands=(order_alone,))
    plan = sent(LATE)
    assert told(due(plan, believed, START)) == "say ordered"
    found = step(after(plan, believed, START), believed, START + MINUTE)
    assert (told(found), found and found.at) == ("start departure", START + 24 * HOUR)


@pytest.mark.parametrize(
    ("state", "clock"),
    [
        (vehicle(commands=(order(PRECONDITION, START, CommandStatus.FAILED),)), "07:25"),
        (vehicle(commands=(order(PRECONDITION, START, CommandStatus.FAILED, CommandReason.THROTTLED),)), "07:25"),
        (vehicle(runs=(run(START + MINUTE, good=False),)), "07:25"),
    ],
    ids=["failed", "throttled", "seen after a restart"],
)
def test_a_run_that_failed_is_tried_once_more_when_that_may_be(state: VehicleState, clock: str) -> None:
    """The second order waits until the server takes it; a third there is not."""
    found = step(sent(LATE), state, START + 2 * MINUTE)
    assert (told(found), found and found.at) == ("start retry", at(clock))
    plan = after(sent(LATE), state, at(clock))
    again = vehicle(commands=(order(PRECONDITION, at(clock), CommandStatus.FAILED),))
    assert due(plan, again, at("07:29")) is None
    assert told(due(plan, again, READY)) == "say failed"
    assert due(after(plan, again, READY), again, READY + MINUTE) is None


@pytest.mark.parametrize(
    "state", [WARM, vehicle(commands=(order(PRECONDITION, START),))], ids=["nobody follows it", "under way"]
)
def test_an_order_of_which_there_is_no_word_is_repeated_once(state: VehicleState) -> None:
    """When its word should have come; the second takes its place, and a third there is not."""
    plan = sent(LATE)
    found = step(plan, state, at("07:25"))
    assert (told(found), found and found.at) == ("start retry", at("07:26"))
    plan = after(plan, state, at("07:26"))
    again = vehicle(commands=(order(PRECONDITION, at("07:26")),))
    assert due(plan, again, at("07:29")) is None
    assert told(due(plan, vehicle(runs=(run(at("07:27")),)), at("07:28"))) == "say ready"


def test_an_order_sent_too_late_for_a_second_one_is_the_only_one() -> None:
    """From half a dozen minutes before on there is no time to wait for its word."""
    plan = sent(LATE, "07:24")
    assert told(step(plan, WARM, at("07:25"))) == "start departure"


def test_an_order_that_may_never_have_been_sent_is_sent_again_unless_the_car_shows_it() -> None:
    """Found unanswered after a restart, it is not known whether it left: a departure is not lost for that."""
    plan = after(LATE, WARM, START)
    found = step(plan, WARM, START + MINUTE)
    assert (told(found), found and found.at) == ("start retry", START + 3 * MINUTE)
    assert told(due(plan, vehicle(runs=(run(START + MINUTE),)), START + 3 * MINUTE)) == "say ready"
    assert due(after(plan, WARM, START + 3 * MINUTE), WARM, READY - MINUTE) is None
    found = step(noted(plan, FOLLOWED, START + MINUTE, SETTINGS), WARM, START + MINUTE)
    assert (told(found), found and found.at) == ("start retry", START + 6 * MINUTE)


def test_an_order_nobody_could_follow_is_given_up_in_the_end() -> None:
    """Until then its run may still be seen."""
    plan = sent(LATE)
    assert due(plan, WARM, READY + 9 * MINUTE) is None
    assert told(due(plan, WARM, READY + 10 * MINUTE)) == "say failed"


def test_what_the_car_adds_after_a_good_run_is_no_failure() -> None:
    """It closes a good run with an error of its own a minute later."""
    state = vehicle(runs=(run(START + 2 * MINUTE, good=False, by_car=True), run(START + MINUTE)))
    assert told(due(sent(LATE), state, START + 3 * MINUTE)) == "say ready"


def test_an_order_waits_for_one_the_owner_has_just_given() -> None:
    """The two would be refused as one too many; a good end of the owner's is good enough."""
    state = vehicle(commands=(order(PRECONDITION, START - MINUTE),))
    assert due(LATE, state, START) is None
    state = vehicle(commands=(order(PRECONDITION, START - MINUTE, CommandStatus.CONFIRMED),))
    assert told(due(LATE, state, START)) == "say ready"


@pytest.mark.parametrize(
    ("since", "expected"), [(None, "say missed"), (at("07:00"), "say missed"), (at("07:25"), None), (at("12:00"), None)]
)
def test_only_what_was_asked_for_in_time_can_be_missed(since: datetime | None, expected: str | None) -> None:
    """A departure entered in the afternoon was not missed in the morning; one of yesterday is no news."""
    plan = leaving_plan(since=since)
    assert told(due(plan, WARM, at("12:00"))) == expected
    assert due(plan, WARM, at("19:31")) is None


@pytest.mark.parametrize(
    ("state", "override", "expected"),
    [
        (vehicle(level=44), False, "say too_low"),
        (vehicle(level=44), True, "start departure"),
        (vehicle(level=45), False, "start departure"),
        (vehicle(level=None), False, "start departure"),
        (vehicle(level=44, known=KNOWN - {Part.BATTERY}), False, "start departure"),
        (VehicleState(known=KNOWN), False, "start departure"),
    ],
    ids=["too low", "overridden", "enough", "unknown", "not read for long", "never read"],
)
def test_a_battery_known_to_be_too_low_is_said_instead_of_an_order(
    state: VehicleState, override: bool, expected: str
) -> None:
    """What is not known does not keep anybody from trying."""
    assert told(due(leaving_plan(override=override), state, START)) == expected


def test_a_battery_that_fills_up_in_time_is_enough() -> None:
    """It is said once, and the order sent as soon as it can be; if it never can, that has been said."""
    low = vehicle(level=44)
    plan = after(LATE, low, START)
    assert due(plan, low, START + MINUTE) is None
    assert told(due(plan, vehicle(level=45), START + 2 * MINUTE)) == "start departure"
    assert due(plan, low, READY + 10 * MINUTE) is None


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [("19:59", -1, None), ("20:00", -1, "say foreseen"), ("03:00", 0, "say foreseen")],
)
def test_a_battery_that_will_be_too_low_is_foreseen_from_the_evening_on(
    clock: str, day: int, expected: str | None
) -> None:
    """Whenever the house looks first."""
    state = vehicle(held("12:00-13:00"), level=38)
    found = due(LATE, state, at(clock, day=day))
    assert told(found) == expected
    assert found is None or (found.projection is not None and found.projection.level == 38)


def test_a_warning_comes_once_in_the_evening_and_once_an_hour_ahead() -> None:
    """Not with each poll."""
    state = vehicle(plugged_in=False, level=38)
    plan = after(LATE, state, at("20:00", day=-1))
    assert due(plan, state, at("06:29")) is None
    plan = after(plan, state, at("06:30"))
    assert due(plan, state, at("07:19")) is None
    assert due(leaving_plan(override=True), state, at("06:30")) is None


HISTORY = (
    ChargeEvent(at=at("05:00"), kind=ChargeEventKind.ENDED, level=80),
    ChargeEvent(at=at("03:00"), kind=ChargeEventKind.STARTED, level=40),
)


def test_the_charging_speed_is_measured() -> None:
    """The median of what the sessions brought, short ones and those without levels left out."""
    assert charging_speed(vehicle()) == DEFAULT_SPEED
    assert charging_speed(replace(vehicle(), charge_history=HISTORY)) == 20
    short = (replace(HISTORY[0], level=43), HISTORY[1])
    assert charging_speed(replace(vehicle(), charge_history=short)) == DEFAULT_SPEED


@pytest.mark.parametrize(
    ("plan", "state", "expected"),
    [
        (Plan(), vehicle(None, level=None), (None, None, None)),
        (Plan(), vehicle(None, level=30, plugged_in=False), (30, Shortage.NOT_PLUGGED_IN, 45)),
        (Plan(), vehicle(None, level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
        (Plan(), vehicle(None, level=30, charging=True), (100, None, None)),
        (Plan(), vehicle(held("12:00-13:00"), level=30), (30, Shortage.NO_WINDOW_BEFORE, 45)),
        (Plan(), vehicle(held("06:00-06:30"), level=30), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (Plan(), vehicle(held("01:00-05:00"), level=30), (100, None, None)),
        (Plan(), vehicle(held("01:00-05:00", enabled=False), level=20), (100, None, None)),
        (charging_plan("06:00-06:30"), vehicle(held("01:00-05:00"), level=30), (40, Shortage.WINDOW_TOO_SHORT, 45)),
        (charging_plan("22:00-00:15"), vehicle(None, level=41), (46, None, None)),
    ],
)
def test_the_level_at_a_departure_is_projected(
    plan: Plan, state: VehicleState, expected: tuple[int | None, Shortage | None, int | None]
) -> None:
    """From the level now, the windows still to come and the measured speed; the plan's windows before the car's."""
    foreseen = project(plan, replace(state, charge_history=HISTORY), SETTINGS, MONDAY, START)
    needed = None if foreseen.charge_needed is None else foreseen.charge_needed // MINUTE
    assert (foreseen.level, foreseen.shortage, needed) == expected


def test_a_charge_without_windows_may_still_be_too_short() -> None:
    """The car charges all the time and will not make it."""
    foreseen = project(Plan(), vehicle(held("01:00-05:00", enabled=False), level=20), SETTINGS, START - HOUR, START)
    assert (foreseen.level, foreseen.shortage) == (28, Shortage.BATTERY_LOW)


@pytest.mark.parametrize(
    ("clock", "expected"), [("05:29", None), ("05:30", "set_timer departure"), ("07:16", "set_timer departure")]
)
def test_a_robust_departure_sets_the_timer_ahead(clock: str, expected: str | None) -> None:
    """As long as the timer can still reach the car."""
    found = due(ROBUST, WARM, at(clock))
    assert told(found) == expected
    assert found is None or found.start == TIMER


def test_a_robust_departure_whose_time_for_a_timer_has_passed_is_a_late_one() -> None:
    """It says so, and the order is sent at the start."""
    plan = after(ROBUST, WARM, at("07:17"))
    assert told(due(ROBUST, WARM, at("07:17"))) == "say timer_failed"
    found = step(plan, WARM, at("07:18"))
    assert (told(found), found and found.at) == ("start departure", START)


def test_a_timer_that_ran_needs_no_order() -> None:
    """Its run is seen, and that is said."""
    plan = sent(ROBUST, "05:30")
    waiting = vehicle(timer=TIMER)
    assert due(plan, waiting, at("07:19")) is None
    ran = vehicle(runs=(run(START, by_car=True),))
    assert told(due(plan, ran, at("07:21"))) == "say ready"


def test_a_timer_that_stays_silent_is_followed_by_an_order() -> None:
    """When the news of its run should have come back."""
    plan = sent(ROBUST, "05:30")
    found = step(plan, vehicle(timer=TIMER), at("07:00"))
    assert (told(found), found and found.at) == ("start timer_silent", at("07:23"))
    low = vehicle(level=30)
    assert told(due(plan, low, at("07:23"))) == "say too_low"


def test_a_timer_that_ran_while_nobody_looked_is_seen_afterwards() -> None:
    """And one of which nothing was ever seen has failed in the end."""
    plan = sent(ROBUST, "05:30")
    assert told(due(plan, vehicle(runs=(run(START, by_car=True),)), at("09:00"))) == "say ready"
    assert due(plan, WARM, at("07:39")) is None
    assert told(due(plan, WARM, at("07:40"))) == "say failed"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (vehicle(commands=(order(PRECONDITION_AT, at("05:30")),)), None),
        (vehicle(commands=(order(PRECONDITION_AT, at("05:30"), CommandStatus.TIMED_OUT),)), "set_timer not_confirmed"),
        (vehicle(timer=TIMER, commands=(order(PRECONDITION_AT, at("05:30"), CommandStatus.CONFIRMED),)), None),
        (
            vehicle(timer=time(17, 53), commands=(order(PRECONDITION_AT, at("05:30"), CommandStatus.FAILED),)),
            "say timer_failed",
        ),
        (vehicle(read_at=at("05:35")), None),
        (vehicle(read_at=at("05:40")), "set_timer not_confirmed"),
    ],
    ids=["under way", "timed out", "confirmed", "another's now", "lost track", "lost track for long"],
)
def test_a_timer_that_did_not_get_into_the_car_is_set_once_more(state: VehicleState, expected: str | None) -> None:
    """Unless somebody else has set the timer since."""
    plan = sent(ROBUST, "05:30")
    assert told(due(plan, state, at("05:41"))) == expected
    if expected == "set_timer not_confirmed":
        plan = after(plan, state, at("05:41"))
        again = vehicle(commands=(order(PRECONDITION_AT, at("05:41"), CommandStatus.TIMED_OUT),))
        assert told(due(plan, again, at("05:52"))) == "say timer_failed"
        assert told(step(after(plan, again, at("05:52")), again, at("05:53"))) == "start departure"


def test_a_timer_that_somebody_else_set_is_left_alone() -> None:
    """The departure says that it will be a late one."""
    foreign = vehicle(timer=time(17, 53))
    assert told(due(ROBUST, foreign, at("05:30"))) == "say timer_taken"
    found = step(after(ROBUST, foreign, at("05:30")), foreign, at("05:31"))
    assert (told(found), found and found.at) == ("start departure", START)


def test_a_timer_is_set_only_once_it_is_known_what_is_there() -> None:
    """Until then the departure may still become a late one."""
    unread = vehicle(known=KNOWN - {Part.PRECONDITIONING_TIMER})
    found = step(ROBUST, unread, at("05:30"))
    assert (told(found), found and found.at) == ("say timer_failed", at("07:17"))


CALLED_OFF = {
    "skipped": lambda plan: edits.skip(plan, "work", MONDAY.date()),
    "removed": lambda plan: edits.without_departure(plan, "work"),
    "disabled": lambda plan: replace(plan, departures=(replace(plan.departures[0], enabled=False),)),
    "moved": lambda plan: replace(plan, departures=(replace(plan.departures[0], at=time(9)),)),
    "paused": lambda plan: edits.pause(plan, MONDAY.date(), MONDAY.date()),
    "all off": lambda plan: edits.switch_departures(plan, at("06:00"), on=False),
    "no longer to be warm": lambda plan: replace(plan, departures=(replace(plan.departures[0], precondition=False),)),
}


@pytest.mark.parametrize("change", CALLED_OFF.values(), ids=CALLED_OFF.keys())
def test_a_departure_called_off_in_time_takes_its_timer_out_of_the_car(change: object) -> None:
    """Once; if the car keeps it, again a while later; and once it is gone nothing is left of it."""
    assert callable(change)
    plan, waiting = change(sent(ROBUST, "05:30")), vehicle(timer=TIMER, read_at=at("05:31"))
    assert told(due(plan, waiting, at("06:00"))) == "cancel_timer called_off"
    plan = after(plan, waiting, at("06:00"))
    assert told(due(plan, waiting, at("06:04"))) is None
    assert told(due(plan, waiting, at("06:05"))) == "cancel_timer called_off"
    gone = vehicle(read_at=at("06:03"))
    assert noted(plan, gone, at("06:03"), SETTINGS).timer is None


def test_a_timer_that_came_after_ours_is_not_deleted_with_it() -> None:
    """The owner has set another: ours is gone."""
    plan = edits.skip(sent(ROBUST, "05:30"), "work", MONDAY.date())
    foreign = vehicle(timer=time(17, 53), read_at=at("06:00"))
    assert due(plan, foreign, at("06:00")) is None
    assert noted(plan, foreign, at("06:00"), SETTINGS).timer is None


def test_a_timer_the_owner_deletes_calls_its_departure_off() -> None:
    """It would be odd to warm the car all the same."""
    plan = sent(ROBUST, "05:30")
    deleted = vehicle(commands=(order(CommandKind.CANCEL_PRECONDITION, at("06:00"), CommandStatus.CONFIRMED),))
    plan = noted(plan, deleted, at("06:01"), SETTINGS)
    assert (plan.timer, plan.attempt("work", READY).outcome) == (None, Outcome.CALLED_OFF)
    assert due(plan, deleted, START) is None


@pytest.mark.parametrize(("read", "expected"), [("07:00", None), ("07:25", "cancel_timer timer_left_over")])
def test_a_timer_that_the_car_keeps_after_its_run_is_deleted(read: str, expected: str | None) -> None:
    """Or it would run again the next day; what was read before the run tells nothing."""
    state = vehicle(timer=TIMER, read_at=at(read), runs=(run(START, by_car=True),))
    plan = after(sent(ROBUST, "05:30"), state, at("07:26"))
    assert told(due(plan, state, at("07:27"))) == expected


def test_two_robust_departures_share_the_one_timer_in_turn() -> None:
    """The second sets it when the first has run, or is a late one."""
    school = Departure(id="school", name="School", at=time(8), weekdays=WORK_DAYS, robust=True)
    plan = replace(ROBUST, departures=(*ROBUST.departures, school))
    plan = sent(plan, "05:30")
    waiting = vehicle(timer=TIMER, read_at=at("06:00"))
    assert due(plan, waiting, at("06:00")) is None
    ran = vehicle(runs=(run(START, by_car=True),), read_at=at("07:23"))
    assert told(due(plan, ran, at("07:22"))) == "say ready"
    found = due(plan, ran, at("07:23"))
    assert (told(found), found and found.start) == ("set_timer departure", time(7, 50))
    assert told(due(after(plan, ran, at("07:23")), ran, at("07:23"))) == "say ready"


def test_a_departure_moved_within_the_lead_sets_the_timer_anew() -> None:
    """The old one is deleted first."""
    plan = edits.with_departure(sent(ROBUST, "05:30"), replace(ROBUST.departures[0], at=time(7, 45)), at("06:00"))
    waiting = vehicle(timer=TIMER, read_at=at("06:00"))
    plan = after(plan, waiting, at("06:00"))
    found = due(plan, waiting, at("06:00"))
    assert (told(found), found and found.start) == ("set_timer departure", time(7, 35))


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
def test_the_night_that_shows_the_start_twice_has_no_robust_departure(day: date, at_time: time, robust: bool) -> None:
    """A timer at 02:55 might go off at either in Paris on 25 October; in March each start is shown once."""
    settings = Settings(zone=ZoneInfo("Europe/Paris"))
    plan = leaving_plan(weekdays=frozenset(), on=day, at=at_time, robust=True)
    found = step(plan, WARM, datetime(day.year, day.month, day.day - 1, 12, tzinfo=UTC), settings)
    assert told(found) == ("set_timer departure" if robust else "start departure")


def test_what_is_long_over_is_forgotten() -> None:
    """Attempts after two days, departures of one date after two months."""
    once = replace(LATE.departures[0], weekdays=frozenset(), on=MONDAY.date())
    plan = Plan(departures=(once,), attempts=(Attempt(departure="work", ready_at=READY, sent=1, sent_at=START),))
    assert noted(plan, WARM, at("07:00", day=2), SETTINGS) is plan
    assert noted(plan, WARM, at("08:00", day=2), SETTINGS) == replace(plan, attempts=())
    assert noted(plan, WARM, at("08:00", day=61), SETTINGS) == Plan()


def test_a_departure_that_needs_no_warmth_needs_no_step() -> None:
    """It is only known."""
    plan = leaving_plan(precondition=False)
    assert step(plan, vehicle(level=10), START) is None
    assert following(plan, SETTINGS, START) is not None


def test_a_cancelled_timer_without_a_timer_changes_nothing() -> None:
    """A step that comes too late is harmless."""
    plan = sent(ROBUST, "05:30")
    off = edits.skip(plan, "work", MONDAY.date())
    cancel = due(off, vehicle(timer=TIMER), at("06:00"))
    assert cancel is not None
    bare = replace(off, timer=None)
    assert taken(bare, cancel, at("06:00")) == bare
    assert isinstance(plan.timer, Timer)
