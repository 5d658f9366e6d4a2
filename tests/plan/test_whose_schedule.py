"""Whether the charge schedule in the car is the plan's, that of a pending command, or one set elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.models import ChargeSchedule, CommandKind, Part
from custom_components.renault_ze.plan import window_edits as edits
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.steps import SendSchedule
from custom_components.renault_ze.vehicle.results import CommandStatus
from tests.plan.simulated.instance import CAR
from tests.plan.simulated.states import (
    BASE,
    KNOWN,
    MONDAY,
    NIGHT,
    NOON,
    SETTINGS,
    after,
    at,
    due,
    held,
    kind_and_reason,
    observed,
    on_monday,
    sent_command,
    situation,
    step,
    vehicle,
    weekly,
    with_monday,
)

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("kind", [CommandKind.SET_CHARGE_SCHEDULE, CommandKind.DISABLE_CHARGE_SCHEDULE])
def test_no_schedule_is_sent_while_a_command_for_it_is_pending(kind: CommandKind) -> None:
    """The plan or the owner has sent it."""
    state = vehicle(BASE, commands=(sent_command(kind, at("11:14")),))
    assert due(on_monday(NOON), state, at("11:15")) is None
    settled = vehicle(BASE, commands=(sent_command(kind, at("11:05"), CommandStatus.CONFIRMED),))
    assert kind_and_reason(due(on_monday(NOON), settled, at("11:15"))) == "load further_window"


@pytest.mark.parametrize(
    "state",
    [
        vehicle(),
        vehicle(BASE, known=KNOWN - {Part.CHARGE_SCHEDULE}),
        vehicle(replace(BASE, enabled=None)),
        vehicle(held("02:00-05:00")),
        vehicle(replace(BASE, enabled=False)),
    ],
    ids=["never read", "not read for long", "half known", "another week", "disabled"],
)
def test_an_unknown_or_changed_schedule_is_not_replaced(state: object) -> None:
    """The user decides about one that was changed elsewhere."""
    assert step(on_monday(NOON), state, at("11:15")) is None


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (BASE, False),
        (held("02:00-05:00"), True),
        (replace(BASE, enabled=False), True),
        (replace(BASE, windows=BASE.windows[1:]), False),
    ],
    ids=["ours", "another", "disabled", "a day is lacking"],
)
def test_a_schedule_changed_elsewhere_is_recognized(schedule: ChargeSchedule, expected: bool) -> None:
    """A part of the plan is no change; the rest is sent again."""
    plan, state = on_monday(NOON), vehicle(schedule)
    assert situation(plan, state, at("06:00")).is_changed_elsewhere is expected
    assert not situation(edits.claim(plan, at("06:00")), state, at("06:00")).is_changed_elsewhere
    assert not situation(replace(plan, edited_at=None), state, at("06:00")).is_changed_elsewhere
    off = replace(plan, charge_enabled=False)
    assert situation(off, state, at("06:00")).is_changed_elsewhere is schedule.enabled


def test_a_changed_schedule_can_be_replaced_or_adopted() -> None:
    """Replaced at once, or adopted, which keeps what is known of its windows."""
    plan, state = on_monday(NOON), vehicle(held("02:00-05:00"))
    assert kind_and_reason(due(edits.claim(plan, at("06:00")), state, at("06:00"))) == "load plan_changed"
    adopted = edits.adopt(plan, held("02:00-05:00"), at("06:00"))
    assert (adopted.windows, step(adopted, state, at("06:00"))) == (weekly("02:00-05:00"), None)
    off = edits.adopt(plan, replace(BASE, enabled=False), at("06:00"))
    assert (off.charge_enabled, off.windows) == (False, plan.windows)


def test_a_new_plan_replaces_any_schedule_once() -> None:
    """It claims the car until the car holds it."""
    plan = edits.with_windows(Plan(charge_enabled=False), weekly(NIGHT), MONDAY)
    plan = edits.select_mode(plan, MONDAY, CAR, by_schedule=True)
    stranger = vehicle(held("02:00-05:00", enabled=False))
    assert kind_and_reason(due(plan, stranger, MONDAY)) == "load plan_changed"
    plan = observed(after(plan, stranger, MONDAY), vehicle(BASE), MONDAY + MINUTE, SETTINGS)
    assert not plan.claimed
    assert situation(plan, stranger, MONDAY + 2 * MINUTE).is_changed_elsewhere
    assert step(plan, stranger, MONDAY + 2 * MINUTE) is None


def test_a_former_schedule_that_arrives_late_is_no_change() -> None:
    """An unreachable car may receive the older one last, for two days."""
    plan = edits.with_windows(on_monday(NOON), weekly("02:00-05:00"), MONDAY)
    plan = observed(plan, vehicle(held("02:00-05:00")), MONDAY + MINUTE, SETTINGS)
    assert kind_and_reason(due(plan, vehicle(BASE), MONDAY + 20 * MINUTE)) == "load base_back"
    assert situation(plan, vehicle(BASE), MONDAY + timedelta(days=3)).is_changed_elsewhere


def test_any_time_removes_an_additional_window() -> None:
    """The car no longer charges by a schedule, and the plan keeps all windows."""
    plan, now = on_monday(NOON), at("12:30")
    off = edits.select_mode(plan, now, CAR, by_schedule=False)
    found = due(off, vehicle(replace(BASE, windows=with_monday(NOON))), now)
    assert isinstance(found, SendSchedule)
    assert (kind_and_reason(found), found.schedule.enabled, off.windows) == ("load switched_off", False, plan.windows)
    sent = after(off, vehicle(replace(BASE, windows=with_monday(NOON))), now)
    disabled = replace(BASE, windows=with_monday(NOON), enabled=False)
    done = observed(sent, vehicle(disabled), now + MINUTE, SETTINGS)
    assert (done.claimed, step(done, vehicle(disabled), now + MINUTE)) == (False, None)
    assert step(done, vehicle(held("02:00-05:00")), now + MINUTE) is None
