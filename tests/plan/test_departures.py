"""The departures of a plan: when a command is sent, and what is reported."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import CommandKind, Part, Weekday
from custom_components.renault_ze.plan.model import Pause, Plan
from custom_components.renault_ze.plan.records import Attempt
from custom_components.renault_ze.plan.timetable import departure_times
from custom_components.renault_ze.vehicle.results import CommandReason, CommandResult, CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.plan.simulated.states import (
    KNOWN,
    MONDAY,
    SETTINGS,
    after,
    at,
    departure_plan,
    due,
    kind_and_reason,
    observed,
    run,
    sent_command,
    situation,
    step,
    vehicle,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLAN = departure_plan()
READY = at("07:30")
START = at("07:20")
WARM = vehicle()
PRECONDITION = CommandKind.PRECONDITION
FOLLOWED = vehicle(commands=(sent_command(PRECONDITION, START),))


def sent(plan: Plan, clock: str = "07:20", state: VehicleState = WARM) -> Plan:
    """Return a plan whose command or timer was sent and is tracked."""
    followed = vehicle(
        commands=(sent_command(PRECONDITION, at(clock)), sent_command(CommandKind.PRECONDITION_AT, at(clock)))
    )
    return observed(after(plan, state, at(clock)), followed, at(clock), SETTINGS)


@pytest.mark.parametrize(
    ("plan", "days"),
    [
        (PLAN, [0, 1, 2, 3, 4]),
        (departure_plan(weekdays=frozenset([Weekday.SUNDAY])), [6]),
        (departure_plan(weekdays=frozenset(), on=date(2026, 11, 25)), [2]),
        (departure_plan(enabled=False), []),
        (departure_plan(skipped=frozenset([date(2026, 11, 24)])), [0, 2, 3, 4]),
        (replace(PLAN, paused=Pause(first=date(2026, 11, 24), last=date(2026, 11, 26))), [0, 4]),
        (replace(PLAN, departures_enabled=False), []),
    ],
    ids=["work days", "Sundays", "one date", "disabled", "one skipped", "paused", "all off"],
)
def test_departures_that_count(plan: Plan, days: list[int]) -> None:
    """Each is on its day at its time, and preconditioning starts ten minutes before."""
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
def test_a_departure_uses_local_time(day: date, expected: str) -> None:
    """07:30 in Paris is another instant after the clocks have changed."""
    plan = departure_plan(weekdays=frozenset(), on=day)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    (found,) = departure_times(plan, replace(SETTINGS, zone=ZoneInfo("Europe/Paris")), now - HOUR, now + 24 * HOUR)
    assert f"{found.ready_at:%H:%M}" == expected


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("07:19", None), ("07:20", "start departure"), ("07:29", "start departure"), ("07:30", "say missed")],
)
def test_the_command_is_sent_at_the_start_or_as_soon_as_possible(clock: str, expected: str | None) -> None:
    """Nothing is sent before; after an outage it is sent until the departure."""
    assert kind_and_reason(due(PLAN, WARM, at(clock))) == expected


def test_the_next_command_is_known_days_ahead() -> None:
    """On Friday evening it is Monday's."""
    found = step(departure_plan(since=at("12:00", day=4)), WARM, at("18:00", day=4))
    assert (kind_and_reason(found), found and found.at) == ("start departure", at("07:20", day=7))


def test_a_command_is_sent_once_and_its_success_reported() -> None:
    """Nothing happens while it is tracked, nor after a restart in between."""
    plan = sent(PLAN)
    accepted = vehicle(commands=(sent_command(PRECONDITION, START),))
    assert due(plan, accepted, START + MINUTE) is None
    for lost_track in (accepted, WARM):
        assert due(plan, lost_track, START + 3 * MINUTE) is None
    good = vehicle(runs=(run(START + MINUTE),))
    assert kind_and_reason(due(plan, good, START + 2 * MINUTE)) == "say ready"
    found = step(after(plan, good, START + 2 * MINUTE), good, START + 3 * MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start departure", START + 24 * HOUR)


def test_a_confirmed_command_counts_without_a_run() -> None:
    """The cloud no longer shows the run."""
    confirmed = vehicle(commands=(sent_command(PRECONDITION, START, CommandStatus.CONFIRMED),))
    assert kind_and_reason(due(sent(PLAN), confirmed, START + 2 * MINUTE)) == "say ready"


def test_a_command_that_cannot_be_confirmed_is_reported_as_sent() -> None:
    """Whether the car preconditions is unknown, and the command is not repeated."""
    order_alone = sent_command(PRECONDITION, START, CommandStatus.ACCEPTED, CommandReason.UNCONFIRMABLE)
    believed = vehicle(commands=(order_alone,))
    plan = sent(PLAN)
    assert kind_and_reason(due(plan, believed, START)) == "say ordered"
    found = step(after(plan, believed, START), believed, START + MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start departure", START + 24 * HOUR)


@pytest.mark.parametrize(
    ("state", "clock"),
    [
        (vehicle(commands=(sent_command(PRECONDITION, START, CommandStatus.FAILED),)), "07:25"),
        (
            vehicle(commands=(sent_command(PRECONDITION, START, CommandStatus.FAILED, CommandReason.THROTTLED),)),
            "07:25",
        ),
        (vehicle(runs=(run(START + MINUTE, good=False),)), "07:25"),
    ],
    ids=["failed", "throttled", "seen after a restart"],
)
def test_a_failed_run_is_retried_once(state: VehicleState, clock: str) -> None:
    """The retry waits until the server accepts it."""
    found = step(sent(PLAN), state, START + 2 * MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start retry", at(clock))
    plan = after(sent(PLAN), state, at(clock))
    again = vehicle(commands=(sent_command(PRECONDITION, at(clock), CommandStatus.FAILED),))
    assert due(plan, again, at("07:29")) is None
    assert kind_and_reason(due(plan, again, READY)) == "say failed"
    assert due(after(plan, again, READY), again, READY + MINUTE) is None


@pytest.mark.parametrize(
    "state", [WARM, vehicle(commands=(sent_command(PRECONDITION, START),))], ids=["nobody follows it", "under way"]
)
def test_a_command_without_a_report_is_repeated_once(state: VehicleState) -> None:
    """After the time a report takes."""
    plan = sent(PLAN)
    found = step(plan, state, at("07:25"))
    assert (kind_and_reason(found), found and found.at) == ("start retry", at("07:26"))
    plan = after(plan, state, at("07:26"))
    again = vehicle(commands=(sent_command(PRECONDITION, at("07:26")),))
    assert due(plan, again, at("07:29")) is None
    assert kind_and_reason(due(plan, vehicle(runs=(run(at("07:27")),)), at("07:28"))) == "say ready"


def test_a_command_that_leaves_no_time_for_a_retry() -> None:
    """Less than six minutes before the departure there is no time to wait for a report."""
    plan = sent(PLAN, "07:24")
    assert kind_and_reason(step(plan, WARM, at("07:25"))) == "start departure"


def test_a_command_that_may_not_have_been_sent_is_repeated_unless_a_run_is_seen() -> None:
    """After a restart it is unknown whether an unanswered command was sent."""
    plan = after(PLAN, WARM, START)
    found = step(plan, WARM, START + MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start retry", START + 3 * MINUTE)
    assert kind_and_reason(due(plan, vehicle(runs=(run(START + MINUTE),)), START + 3 * MINUTE)) == "say ready"
    assert due(after(plan, WARM, START + 3 * MINUTE), WARM, READY - MINUTE) is None
    found = step(observed(plan, FOLLOWED, START + MINUTE, SETTINGS), WARM, START + MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start retry", START + 6 * MINUTE)


@pytest.mark.parametrize(("ran", "expected"), [("07:39", "say ready"), ("07:41", "say failed")])
def test_a_run_may_come_some_minutes_after_the_departure(ran: str, expected: str) -> None:
    """Until a command is given up; later runs are not for it."""
    assert kind_and_reason(due(sent(PLAN, "07:29"), vehicle(runs=(run(at(ran)),)), at("07:42"))) == expected


def test_a_command_by_the_user_after_the_departure_is_not_for_it() -> None:
    """The departure is still reported as missed."""
    state = vehicle(commands=(sent_command(PRECONDITION, at("07:35"), CommandStatus.CONFIRMED),))
    assert kind_and_reason(due(PLAN, state, at("07:40"))) == "say missed"


def test_a_command_that_was_not_tracked_is_given_up() -> None:
    """Until then its run may still be seen."""
    plan = sent(PLAN)
    assert due(plan, WARM, READY + 9 * MINUTE) is None
    assert kind_and_reason(due(plan, WARM, READY + 10 * MINUTE)) == "say failed"


def test_the_error_a_car_adds_after_a_run_is_no_failure() -> None:
    """It follows a minute after a successful run."""
    state = vehicle(runs=(run(START + 2 * MINUTE, good=False, by_car=True), run(START + MINUTE)))
    assert kind_and_reason(due(sent(PLAN), state, START + 3 * MINUTE)) == "say ready"


def test_the_error_a_car_adds_after_an_earlier_run_is_no_refusal() -> None:
    """A run by the user before the departure does not make its command fail."""
    state = vehicle(runs=(run(START + 2 * MINUTE, good=False, by_car=True), run(START - 4 * MINUTE)))
    found = step(sent(PLAN), state, START + 3 * MINUTE)
    assert (kind_and_reason(found), found and found.at) == ("start retry", at("07:26"))


def test_a_command_waits_for_one_by_the_user() -> None:
    """Two would be refused, and success of the first is enough."""
    state = vehicle(commands=(sent_command(PRECONDITION, START - MINUTE),))
    assert due(PLAN, state, START) is None
    state = vehicle(commands=(sent_command(PRECONDITION, START - MINUTE, CommandStatus.CONFIRMED),))
    assert kind_and_reason(due(PLAN, state, START)) == "say ready"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (sent_command(PRECONDITION, at("07:17"), CommandStatus.CONFIRMED), "07:22"),
        (sent_command(PRECONDITION, at("07:17"), CommandStatus.FAILED, CommandReason.CAR_REFUSED), "07:22"),
        (sent_command(PRECONDITION, at("07:17"), CommandStatus.FAILED, CommandReason.CLOUD_REFUSED), "07:20"),
        (sent_command(PRECONDITION, at("07:12"), CommandStatus.TIMED_OUT), "07:20"),
        (sent_command(PRECONDITION, at("08:12"), CommandStatus.CONFIRMED), "07:20"),
    ],
    ids=["obeyed", "disobeyed", "not passed on", "long ago", "by a clock that was wrong"],
)
def test_a_command_is_not_sent_too_soon_after_another(given: CommandResult, expected: str) -> None:
    """Whoever sent that, and for any departure."""
    found = step(PLAN, vehicle(commands=(given,)), at("07:19"))
    assert (kind_and_reason(found), found and found.at) == ("start departure", at(expected))


@pytest.mark.parametrize(
    ("since", "expected"), [(None, "say missed"), (at("07:00"), "say missed"), (at("07:20"), None), (at("12:00"), None)]
)
def test_only_departures_entered_in_time_can_be_missed(since: datetime | None, expected: str | None) -> None:
    """One entered in the afternoon was not missed in the morning, and one of yesterday is not reported."""
    plan = departure_plan(since=since)
    assert kind_and_reason(due(plan, WARM, at("12:00"))) == expected
    assert kind_and_reason(due(plan, WARM, at("19:30"))) == expected
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
def test_a_battery_that_is_too_low_is_reported_instead_of_a_command(
    state: VehicleState, override: bool, expected: str
) -> None:
    """If the level is unknown, the command is sent."""
    assert kind_and_reason(due(departure_plan(override=override), state, START)) == expected


def test_a_battery_that_fills_up_in_time() -> None:
    """It is reported once, and the command sent as soon as the level is sufficient."""
    low = vehicle(level=44)
    plan = after(PLAN, low, START)
    assert due(plan, low, START + MINUTE) is None
    assert kind_and_reason(due(plan, vehicle(level=45), START + 2 * MINUTE)) == "start departure"
    ordered = after(plan, vehicle(level=45), START + 2 * MINUTE)
    assert kind_and_reason(due(after(ordered, WARM, at("07:26")), WARM, READY + 10 * MINUTE)) == "say failed"
    assert due(plan, low, READY + 10 * MINUTE) is None


def test_old_entries_are_removed() -> None:
    """Attempts after two days, departures for one date after two months."""
    once = replace(PLAN.departures[0], weekdays=frozenset(), on=MONDAY.date())
    plan = Plan(departures=(once,), attempts=(Attempt(departure="work", ready_at=READY, sent=1, sent_at=START),))
    assert observed(plan, WARM, at("07:00", day=2), SETTINGS) is plan
    assert observed(plan, WARM, at("08:00", day=2), SETTINGS) == replace(plan, attempts=())
    assert observed(plan, WARM, at("08:00", day=61), SETTINGS) == Plan()


def test_a_departure_without_preconditioning_has_no_step() -> None:
    """It is only shown."""
    plan = departure_plan(precondition=False)
    assert step(plan, vehicle(level=10), START) is None
    assert situation(plan, vehicle(), START).next_departure() is not None
