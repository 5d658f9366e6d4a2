"""The departures of a plan: what is ordered when, by which way, and what is said of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import CommandKind, Part, Weekday
from custom_components.renault_ze.plan.model import Attempt, Pause, Plan
from custom_components.renault_ze.plan.situation import departure_times
from custom_components.renault_ze.vehicle.state import Command, CommandReason, CommandStatus, VehicleState
from tests.plan.simulated.states import (
    KNOWN,
    MONDAY,
    SETTINGS,
    after,
    at,
    due,
    leaving_plan,
    observed,
    order,
    run,
    situation,
    step,
    told,
    vehicle,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATE = leaving_plan()
READY = at("07:30")
START = at("07:20")
WARM = vehicle()
PRECONDITION = CommandKind.PRECONDITION
FOLLOWED = vehicle(commands=(order(PRECONDITION, START),))


def sent(plan: Plan, clock: str = "07:20", state: VehicleState = WARM) -> Plan:
    """Return a plan whose order or timer has been sent, as is known of an order that is followed."""
    followed = vehicle(commands=(order(PRECONDITION, at(clock)), order(CommandKind.PRECONDITION_AT, at(clock))))
    return observed(after(plan, state, at(clock)), followed, at(clock), SETTINGS)


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
    found = departure_times(plan, SETTINGS, MONDAY, MONDAY + timedelta(days=7))
    assert [each.ready_at for each in found] == [READY + timedelta(days=day) for day in days]
    assert all(each.ready_at - each.start_at == 10 * MINUTE for each in found)
    first = situation(plan, vehicle(), MONDAY).next_departure()
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
    (found,) = departure_times(plan, replace(SETTINGS, zone=ZoneInfo("Europe/Paris")), now - HOUR, now + 24 * HOUR)
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
    found = step(observed(plan, FOLLOWED, START + MINUTE, SETTINGS), WARM, START + MINUTE)
    assert (told(found), found and found.at) == ("start retry", START + 6 * MINUTE)


@pytest.mark.parametrize(("ran", "expected"), [("07:39", "say ready"), ("07:41", "say failed")])
def test_a_run_may_come_a_while_after_the_departure(ran: str, expected: str) -> None:
    """As late as an order can arrive; what is later was for something else."""
    assert told(due(sent(LATE, "07:29"), vehicle(runs=(run(at(ran)),)), at("07:42"))) == expected


def test_what_the_owner_orders_after_the_departure_was_not_for_it() -> None:
    """That nothing was ordered before is said all the same."""
    state = vehicle(commands=(order(PRECONDITION, at("07:35"), CommandStatus.CONFIRMED),))
    assert told(due(LATE, state, at("07:40"))) == "say missed"


def test_an_order_nobody_could_follow_is_given_up_in_the_end() -> None:
    """Until then its run may still be seen."""
    plan = sent(LATE)
    assert due(plan, WARM, READY + 9 * MINUTE) is None
    assert told(due(plan, WARM, READY + 10 * MINUTE)) == "say failed"


def test_what_the_car_adds_after_a_good_run_is_no_failure() -> None:
    """It closes a good run with an error of its own a minute later."""
    state = vehicle(runs=(run(START + 2 * MINUTE, good=False, by_car=True), run(START + MINUTE)))
    assert told(due(sent(LATE), state, START + 3 * MINUTE)) == "say ready"


def test_what_the_car_adds_after_an_earlier_run_is_no_refusal_of_a_later_order() -> None:
    """The owner's own run, too early for the departure, is closed by an error that leaves the order time to be seen."""
    state = vehicle(runs=(run(START + 2 * MINUTE, good=False, by_car=True), run(START - 4 * MINUTE)))
    found = step(sent(LATE), state, START + 3 * MINUTE)
    assert (told(found), found and found.at) == ("start retry", at("07:26"))


def test_an_order_waits_for_one_the_owner_has_just_given() -> None:
    """The two would be refused as one too many; a good end of the owner's is good enough."""
    state = vehicle(commands=(order(PRECONDITION, START - MINUTE),))
    assert due(LATE, state, START) is None
    state = vehicle(commands=(order(PRECONDITION, START - MINUTE, CommandStatus.CONFIRMED),))
    assert told(due(LATE, state, START)) == "say ready"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (order(PRECONDITION, at("07:17"), CommandStatus.CONFIRMED), "07:22"),
        (order(PRECONDITION, at("07:17"), CommandStatus.FAILED, CommandReason.CAR_REFUSED), "07:22"),
        (order(PRECONDITION, at("07:17"), CommandStatus.FAILED, CommandReason.CLOUD_REFUSED), "07:20"),
        (order(PRECONDITION, at("07:12"), CommandStatus.TIMED_OUT), "07:20"),
        (order(PRECONDITION, at("08:12"), CommandStatus.CONFIRMED), "07:20"),
    ],
    ids=["obeyed", "disobeyed", "not passed on", "long ago", "by a clock that was wrong"],
)
def test_an_order_is_not_sent_so_soon_after_another_that_it_would_be_refused(given: Command, expected: str) -> None:
    """Whoever gave that one, and for whichever departure."""
    found = step(LATE, vehicle(commands=(given,)), at("07:19"))
    assert (told(found), found and found.at) == ("start departure", at(expected))


@pytest.mark.parametrize(
    ("since", "expected"), [(None, "say missed"), (at("07:00"), "say missed"), (at("07:20"), None), (at("12:00"), None)]
)
def test_only_what_was_asked_for_in_time_can_be_missed(since: datetime | None, expected: str | None) -> None:
    """A departure entered in the afternoon was not missed in the morning; one of yesterday is no news."""
    plan = leaving_plan(since=since)
    assert told(due(plan, WARM, at("12:00"))) == expected
    assert told(due(plan, WARM, at("19:30"))) == expected
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
    ordered = after(plan, vehicle(level=45), START + 2 * MINUTE)
    assert told(due(after(ordered, WARM, at("07:26")), WARM, READY + 10 * MINUTE)) == "say failed"
    assert due(plan, low, READY + 10 * MINUTE) is None


def test_what_is_long_over_is_forgotten() -> None:
    """Attempts after two days, departures of one date after two months."""
    once = replace(LATE.departures[0], weekdays=frozenset(), on=MONDAY.date())
    plan = Plan(departures=(once,), attempts=(Attempt(departure="work", ready_at=READY, sent=1, sent_at=START),))
    assert observed(plan, WARM, at("07:00", day=2), SETTINGS) is plan
    assert observed(plan, WARM, at("08:00", day=2), SETTINGS) == replace(plan, attempts=())
    assert observed(plan, WARM, at("08:00", day=61), SETTINGS) == Plan()


def test_a_departure_that_needs_no_warmth_needs_no_step() -> None:
    """It is only known."""
    plan = leaving_plan(precondition=False)
    assert step(plan, vehicle(level=10), START) is None
    assert situation(plan, vehicle(), START).next_departure() is not None
