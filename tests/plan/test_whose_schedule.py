"""Whether the charge schedule in the car is the plan's, that of a pending command, or one set elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.cloud.models import CommandKind, Part
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.vehicle.results import CommandStatus
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
    """By the plan or the user."""
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
def test_a_schedule_changed_elsewhere_is_recognized(schedule: object, expected: bool) -> None:
    """A part of the plan is no change; the rest is sent again."""
    plan, state = on_monday(NOON), vehicle(schedule)
    assert situation(plan, state, at("06:00")).is_changed_elsewhere is expected
    assert not situation(edits.claim(plan), state, at("06:00")).is_changed_elsewhere
    assert not situation(replace(plan, charge_enabled=False), state, at("06:00")).is_changed_elsewhere


def test_a_changed_schedule_can_be_replaced_or_adopted() -> None:
    """Replaced at once, or adopted as the plan."""
    plan, state = on_monday(NOON), vehicle(held("02:00-05:00"))
    assert kind_and_reason(due(edits.claim(plan), state, at("06:00"))) == "load plan_changed"
    adopted = edits.adopt(plan, held("02:00-05:00"), at("06:00"))
    assert (adopted.windows, step(adopted, state, at("06:00"))) == (weekly("02:00-05:00"), None)
    off = edits.adopt(plan, replace(BASE, enabled=False), at("06:00"))
    assert (off.charge_enabled, off.windows) == (False, plan.windows)


def test_a_new_plan_replaces_any_schedule_once() -> None:
    """It claims the car until the car holds it."""
    plan = edits.switch_charging(edits.with_windows(Plan(), weekly(NIGHT), MONDAY), MONDAY, on=True)
    stranger = vehicle(held("02:00-05:00", enabled=False))
    assert kind_and_reason(due(plan, stranger, MONDAY)) == "load plan_changed"
    plan = observed(after(plan, stranger, MONDAY), vehicle(BASE), MONDAY + MINUTE, SETTINGS)
    assert not plan.claimed
    assert situation(plan, stranger, MONDAY + 2 * MINUTE).is_changed_elsewhere


def test_a_former_schedule_that_arrives_late_is_no_change() -> None:
    """An unreachable car may receive the older one last, for two days."""
    plan = edits.with_windows(on_monday(NOON), weekly("02:00-05:00"), MONDAY)
    plan = observed(plan, vehicle(held("02:00-05:00")), MONDAY + MINUTE, SETTINGS)
    assert kind_and_reason(due(plan, vehicle(BASE), MONDAY + 20 * MINUTE)) == "load base_back"
    assert situation(plan, vehicle(BASE), MONDAY + timedelta(days=3)).is_changed_elsewhere


@pytest.mark.parametrize("emptied", [False, True])
def test_a_plan_switched_off_or_emptied_leaves_the_main_windows(emptied: bool) -> None:
    """An additional window is removed; a charge schedule set elsewhere is not."""
    plan, now = on_monday(NOON), at("12:30")
    off = edits.with_windows(plan, (), now) if emptied else edits.switch_charging(plan, now, on=False)
    found = due(off, vehicle(replace(BASE, windows=with_monday(NOON))), now)
    assert (kind_and_reason(found), found and found.windows) == ("load switched_off", BASE.windows)
    done = observed(off, vehicle(BASE), now, SETTINGS)
    assert (done.claimed, step(done, vehicle(BASE), now)) == (False, None)
    assert step(done, vehicle(replace(BASE, windows=with_monday(NOON))), now) is None
    assert step(observed(off, vehicle(held("02:00-05:00")), now, SETTINGS), vehicle(held("02:00-05:00")), now) is None
