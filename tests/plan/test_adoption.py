"""Whose charge schedule counts: one adopted from the car, the owner's, or one that was changed elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, CommandKind, Part, Vehicle, Weekday
from custom_components.renault_ze.cloud.schedule import ScheduleError
from custom_components.renault_ze.plan import window_edits as edits
from custom_components.renault_ze.plan.decisions import recorded
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.plan.sending import with_observed_schedule
from custom_components.renault_ze.plan.steps import SendSchedule
from custom_components.renault_ze.vehicle.state import VehicleState
from custom_components.renault_ze.views import plan_entities
from tests.plan.simulated.states import (
    BASE,
    DELEGATED,
    KNOWN,
    MONDAY,
    NIGHT,
    NOON,
    WORK_DAYS,
    charge,
    due,
    held,
    observed,
    sent_command,
    situation,
    step,
    vehicle,
    weekly,
)

OTHER = "23:30-06:30"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DISABLED = ChargeSchedule(enabled=False)
CAR = Vehicle(vin="VF1AGVYF0ZE000001", time_zone=UTC, capabilities=frozenset())
ANY_DAYS = replace(CAR, every_day=False)


def following(schedule: ChargeSchedule = BASE, now: datetime = MONDAY) -> Plan:
    """Return the plan of a fresh car."""
    return observed(Plan(), vehicle(schedule), now)


def owned(*spans: str, now: datetime = MONDAY) -> Plan:
    """Return the plan of an owner who set windows that the car now holds."""
    changed = edits.with_windows(following(), weekly(*spans), now)
    sent = after_sending(edits.select_mode(changed, now, CAR, by_schedule=True), vehicle(BASE), now)
    return observed(sent, vehicle(held(*spans)), now + MINUTE)


def after_sending(plan: Plan, state: VehicleState, now: datetime) -> Plan:
    """Return a plan once the schedule that is due is sent."""
    found = due(plan, state, now)
    assert isinstance(found, SendSchedule)
    return recorded(observed(plan, state, now), found, now)


def to_send(plan: Plan, schedule: ChargeSchedule, now: datetime) -> ChargeSchedule | None:
    """Return what is due to be sent to a car that holds a schedule."""
    found = due(plan, vehicle(schedule), now)
    assert found is None or isinstance(found, SendSchedule)
    return None if found is None else found.schedule


def differs(plan: Plan, schedule: ChargeSchedule, now: datetime) -> bool:
    """Return whether a schedule in the car opens the repair and changes the status."""
    plan = observed(plan, vehicle(schedule), now)
    found = situation(plan, vehicle(schedule), now).is_changed_elsewhere
    status = plan_entities.schedule_status(situation(plan, vehicle(schedule), now)).value
    assert found is (status == "differs")
    return found


@pytest.mark.parametrize(
    ("schedule", "windows"),
    [(BASE, weekly(NIGHT)), (DISABLED, ()), (held(NIGHT, NOON, enabled=False), weekly(NIGHT, NOON))],
    ids=["by schedule", "at any time", "windows not in use"],
)
def test_the_schedule_of_a_fresh_car_is_adopted(schedule: ChargeSchedule, windows: tuple[PlannedWindow, ...]) -> None:
    """At the first read; nothing is sent, and nothing in it was missed."""
    plan, now = following(schedule, MONDAY + 3 * HOUR), MONDAY + 3 * HOUR
    assert (plan.windows, plan.charge_enabled) == (tuple(sorted(windows)), schedule.enabled)
    assert (plan.is_adopted, plan.is_owned, plan.claimed, plan.undecided) == (True, False, False, False)
    assert step(plan, vehicle(schedule), now) is None
    assert not differs(plan, schedule, now)


@pytest.mark.parametrize(
    "state",
    [
        vehicle(None),
        vehicle(replace(BASE, enabled=None)),
        vehicle(DELEGATED),
        vehicle(replace(BASE, unsettled=True)),
        vehicle(BASE, known=KNOWN - {Part.CHARGE_SCHEDULE}),
        vehicle(BASE, commands=(sent_command(CommandKind.SET_CHARGE_SCHEDULE, MONDAY),)),
    ],
    ids=["never read", "mode unknown", "another mode", "unsettled", "not read for long", "being sent"],
)
def test_nothing_uncertain_is_adopted(state: VehicleState) -> None:
    """Nothing is sent either; a plan that follows the car stays the same."""
    for plan in (Plan(), following(held(OTHER))):
        assert observed(plan, state, MONDAY + MINUTE) == plan
        assert step(plan, state, MONDAY + MINUTE) is None


@pytest.mark.parametrize("now", [MONDAY + MINUTE, MONDAY + timedelta(days=30)])
def test_a_plan_that_follows_adopts_each_change(now: datetime) -> None:
    """Changes of windows and mode are adopted without a repair."""
    changed = observed(following(), vehicle(held(OTHER)), now)
    assert (changed.windows, changed.charge_enabled, changed.is_owned) == (weekly(OTHER), True, False)
    assert step(following(), vehicle(held(OTHER)), now) is None
    assert not differs(following(), held(OTHER), now)
    off = observed(following(), vehicle(held(OTHER, enabled=False)), now)
    assert (off.windows, off.charge_enabled) == (weekly(OTHER), False)


@pytest.mark.parametrize(
    "shown", [DISABLED, replace(BASE, enabled=False), ChargeSchedule(enabled=False, windows=BASE.windows[:2])]
)
def test_a_disabled_schedule_without_windows_changes_only_the_mode(shown: ChargeSchedule) -> None:
    """The cars of MY Renault then show none, or only some."""
    off = observed(following(), vehicle(shown), MONDAY + HOUR)
    assert (off.windows, off.charge_enabled, off.is_owned) == (weekly(NIGHT), False, False)
    on = observed(off, vehicle(BASE), MONDAY + 2 * HOUR)
    assert replace(on, judged_until=None) == replace(following(), judged_until=None)


def test_an_edit_makes_the_schedule_the_owners() -> None:
    """It is sent, and the car is no longer followed."""
    now = MONDAY + HOUR
    plan = edits.with_windows(following(), weekly(NOON), now)
    assert (plan.edited_at, plan.claimed, plan.charge_enabled) == (now, True, True)
    assert to_send(plan, BASE, now) == held(NOON)
    held_now = observed(after_sending(plan, vehicle(BASE), now), vehicle(held(NOON)), now + MINUTE)
    assert (held_now.claimed, held_now.is_owned) == (False, True)
    assert to_send(held_now, held(NOON), now + MINUTE) is None


@pytest.mark.parametrize("schedule", [BASE, DISABLED, held(OTHER)], ids=["former", "at any time", "another"])
def test_an_edit_replaces_any_schedule_in_the_car(schedule: ChargeSchedule) -> None:
    """It is sent until the car holds the owner's schedule."""
    plan = edits.with_windows(following(), weekly(NOON), MONDAY)
    assert not differs(plan, schedule, MONDAY)
    assert to_send(plan, schedule, MONDAY) == held(NOON)


def test_an_edit_at_any_time_is_a_draft() -> None:
    """Nothing is sent before the owner lets the car charge by it; a draft may be incomplete."""
    plan = edits.with_windows(following(DISABLED), weekly(NIGHT, days=WORK_DAYS), MONDAY)
    assert (plan.charge_enabled, plan.is_owned, plan.claimed) == (False, True, False)
    assert to_send(plan, DISABLED, MONDAY) is None
    edits.check_fit(plan, CAR)
    with pytest.raises(ScheduleError, match="windows_days_missing") as caught:
        edits.select_mode(plan, MONDAY, CAR, by_schedule=True)
    assert caught.value.weekdays == (Weekday.SATURDAY, Weekday.SUNDAY)
    deployed = edits.select_mode(plan, MONDAY, ANY_DAYS, by_schedule=True)
    assert to_send(deployed, DISABLED, MONDAY) == held(NIGHT, days=WORK_DAYS)


def test_a_draft_does_not_disable_what_was_enabled_elsewhere() -> None:
    """Nothing was sent that could arrive late, so the owner is asked, also after another edit of the draft."""
    draft = edits.with_windows(following(replace(BASE, enabled=False)), weekly(NIGHT, NOON), MONDAY)
    for plan in (draft, edits.with_windows(draft, weekly(NIGHT), MONDAY + HOUR)):
        assert differs(plan, BASE, MONDAY + 2 * HOUR)
        assert to_send(plan, BASE, MONDAY + 2 * HOUR) is None


@pytest.mark.parametrize("plan", [following(), owned(NOON)], ids=["following", "owned"])
def test_any_time_disables_the_schedule_and_keeps_the_windows(plan: Plan) -> None:
    """Also if the car holds another one; back by schedule, it is sent again."""
    now = MONDAY + HOUR
    mine = ChargeSchedule(enabled=True, windows=tuple(each.window for each in plan.windows))
    off = edits.select_mode(plan, now, CAR, by_schedule=False)
    assert (off.windows, off.charge_enabled) == (plan.windows, False)
    for schedule in (mine, held(OTHER)):
        assert to_send(off, schedule, now) == DISABLED
    off = after_sending(off, vehicle(mine), now)
    assert off.disabled_at == now
    off = observed(off, vehicle(replace(mine, enabled=False)), now + MINUTE)
    assert (off.claimed, off.windows) == (False, plan.windows)
    on = edits.select_mode(off, now + HOUR, CAR, by_schedule=True)
    assert to_send(on, replace(mine, enabled=False), now + HOUR) == mine


@pytest.mark.parametrize(
    ("windows", "key"),
    [
        ((), "schedule_empty"),
        ((PlannedWindow(charge(Weekday.TUESDAY, "01:00", "02:00"), MONDAY.date()),), "windows_need_a_week"),
    ],
)
def test_by_schedule_needs_a_weekly_window(windows: tuple[PlannedWindow, ...], key: str) -> None:
    """One for a date is not enough."""
    with pytest.raises(ScheduleError, match=key):
        edits.select_mode(replace(following(DISABLED), windows=windows), MONDAY, ANY_DAYS, by_schedule=True)


def test_by_schedule_needs_windows_that_fit_the_car() -> None:
    """Too many different times are also refused in Any time, as they could never be sent."""
    car = replace(ANY_DAYS, windows_a_day=2, max_window_times=2)
    plan = edits.with_windows(following(DISABLED), weekly(NIGHT, NOON, "22:00-23:00"), MONDAY)
    for refused in (lambda: edits.select_mode(plan, MONDAY, car, by_schedule=True), lambda: edits.check_fit(plan, car)):
        with pytest.raises(ScheduleError, match="schedule_kinds_full"):
            refused()


def test_deleted_windows_do_not_come_back() -> None:
    """From the car, which still holds them disabled, however often and late the owner charges at any time again."""
    off = replace(BASE, enabled=False)
    plan = edits.with_windows(following(off), (), MONDAY)
    for days in (1, 5, 9):
        now = MONDAY + timedelta(days=days)
        plan = observed(edits.select_mode(plan, now, CAR, by_schedule=False), vehicle(off), now)
        assert plan.windows == ()


def test_any_time_does_not_need_windows_that_fit_the_car() -> None:
    """An owner can always let the car charge at any time, also with the schedule of another car."""
    plan, car = replace(following(), windows=weekly(NIGHT, NOON)), replace(CAR, max_window_times=1)
    off = edits.select_mode(plan, MONDAY, car, by_schedule=False)
    assert (off.charge_enabled, off.claimed) == (False, True)


@pytest.mark.parametrize("schedule", [held(OTHER), held(NIGHT, NOON), DISABLED, replace(held(NOON), enabled=False)])
def test_an_owners_schedule_does_not_follow(schedule: ChargeSchedule) -> None:
    """Another one in the car, or its mode, is for the owner to decide; nothing is sent."""
    now = MONDAY + timedelta(days=3)
    plan = owned(NOON)
    assert differs(plan, schedule, now)
    assert to_send(plan, schedule, now) is None
    assert observed(plan, vehicle(schedule), now).windows == weekly(NOON)


@pytest.mark.parametrize("schedule", [BASE, held(OTHER), held(NOON)], ids=["former", "another", "the same"])
def test_a_schedule_enabled_elsewhere_differs_from_any_time(schedule: ChargeSchedule) -> None:
    """The owner is asked from two days after the choice."""
    off = edits.select_mode(owned(NOON), MONDAY + HOUR, CAR, by_schedule=False)
    off = after_sending(off, vehicle(held(NOON)), MONDAY + HOUR)
    off = observed(off, vehicle(replace(held(NOON), enabled=False)), MONDAY + 2 * HOUR)
    assert differs(off, schedule, MONDAY + timedelta(days=3))
    assert to_send(off, schedule, MONDAY + timedelta(days=3)) is None


def test_what_we_sent_may_arrive_late() -> None:
    """For two days, a former schedule is replaced again without asking."""
    plan, now = owned(NOON), MONDAY + timedelta(days=1)
    assert not differs(plan, BASE, now)
    assert to_send(plan, BASE, now) == held(NOON)
    assert differs(plan, held(OTHER), now)


def test_a_disable_may_arrive_late() -> None:
    """For two days, it is reversed without asking; one that we did not send is not."""
    off = edits.select_mode(owned(NOON), MONDAY + HOUR, CAR, by_schedule=False)
    off = after_sending(off, vehicle(held(NOON)), MONDAY + HOUR)
    on = edits.select_mode(off, MONDAY + 2 * HOUR, CAR, by_schedule=True)
    on = observed(after_sending(on, vehicle(held(NOON)), MONDAY + 2 * HOUR), vehicle(held(NOON)), MONDAY + 3 * HOUR)
    late = MONDAY + timedelta(days=2)
    assert not differs(on, DISABLED, late)
    assert to_send(on, DISABLED, late) == held(NOON)
    assert differs(on, DISABLED, late + 2 * HOUR)
    assert differs(owned(NOON), DISABLED, MONDAY + HOUR)


def test_a_schedule_may_arrive_after_it_was_disabled() -> None:
    """It is disabled again without asking."""
    off = edits.select_mode(owned(NOON), MONDAY + HOUR, CAR, by_schedule=False)
    off = after_sending(off, vehicle(held(NOON)), MONDAY + HOUR)
    off = observed(off, vehicle(replace(held(NOON), enabled=False)), MONDAY + 2 * HOUR)
    for schedule in (held(NOON), BASE):
        assert not differs(off, schedule, MONDAY + timedelta(days=1))
        assert to_send(off, schedule, MONDAY + timedelta(days=1)) == DISABLED


def test_a_claim_is_not_met_by_what_was_read_before_it() -> None:
    """The schedule in the car may have been changed elsewhere since, and is replaced all the same."""
    plan, now = owned(NOON), MONDAY + timedelta(days=3)
    claimed = edits.claim(plan, now)
    before = situation(claimed, vehicle(held(NOON), read_at=now - HOUR), now + MINUTE)
    assert with_observed_schedule(before).claimed
    since = situation(claimed, vehicle(held(NOON), read_at=now + MINUTE), now + MINUTE)
    assert not with_observed_schedule(since).claimed


@pytest.mark.parametrize("by_schedule", [True, False])
def test_the_owner_can_insist(by_schedule: bool) -> None:
    """The schedule is sent again, or disabled again; then it is the owner's as before."""
    plan, now = owned(NOON), MONDAY + timedelta(days=3)
    plan = plan if by_schedule else replace(plan, charge_enabled=False)
    wanted = held(NOON) if by_schedule else DISABLED
    assert differs(plan, held(OTHER), now)
    claimed = edits.claim(plan, now)
    assert not differs(claimed, held(OTHER), now)
    assert to_send(claimed, held(OTHER), now) == wanted
    done = observed(after_sending(claimed, vehicle(held(OTHER)), now), vehicle(wanted), now + MINUTE)
    assert (done.claimed, done.is_owned, done.windows) == (False, True, weekly(NOON))


@pytest.mark.parametrize("schedule", [held(OTHER), DISABLED, replace(held(OTHER), enabled=False)])
def test_the_owner_can_keep_the_cars_schedule(schedule: ChargeSchedule) -> None:
    """It is adopted and followed from then on; nothing is sent."""
    now = MONDAY + timedelta(days=3)
    kept = edits.adopt(owned(NOON), schedule, now)
    assert (kept.is_owned, kept.charge_enabled, kept.claimed) == (False, schedule.enabled, False)
    assert kept.windows == (weekly(OTHER) if schedule.windows else weekly(NOON))
    assert not differs(kept, schedule, now)
    assert to_send(kept, schedule, now) is None
    assert observed(kept, vehicle(held(NIGHT)), now + HOUR).windows == weekly(NIGHT)
