"""A window that is not in the car when it begins is late while it can still be sent, and missed if it stays absent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.renault_ze.plan.decisions import recorded
from custom_components.renault_ze.plan.model import Plan
from custom_components.renault_ze.plan.records import SentSchedule
from custom_components.renault_ze.plan.steps import Step
from tests.plan.simulated.states import (
    SETTINGS,
    at,
    charging_plan,
    due,
    held,
    kind_and_reason,
    observed,
    step,
    vehicle,
    weekly,
)

NIGHT = "01:00-05:00"
NOON = "12:00-13:00"
BASE = vehicle(held(NIGHT))
MINUTE = timedelta(minutes=1)


def late_plan() -> Plan:
    """Return a plan whose noon window was sent three times, is not in the car, and was reported as late."""
    plan = replace(charging_plan(NIGHT), windows=weekly(NIGHT, NOON), judged_until=at("05:00"))
    noon = tuple(sorted([weekly(NOON)[0].window, *held(NIGHT).windows[1:]]))
    plan = replace(plan, last_sent=SentSchedule(at=at("11:55"), windows=noon, tries=3))
    found = due(plan, BASE, at("12:06"))
    assert found is not None
    assert kind_and_reason(found) == "say window_late"
    return recorded(plan, found, at("12:06"))


def said(plan: Plan, clock: str) -> Step | None:
    """Return the message about a window, if nothing can be sent any more."""
    return due(plan, BASE, at(clock))


def test_a_late_window_that_stays_absent_is_missed() -> None:
    """It is reported once, when it can no longer be sent."""
    plan = late_plan()
    assert said(plan, "12:30") is None
    missed = said(plan, "12:41")
    assert (kind_and_reason(missed), missed and missed.begins_at) == ("say window_missed", at("12:00"))
    assert missed is not None
    assert said(recorded(plan, missed, at("12:41")), "12:42") is None
    coming = step(replace(plan, last_sent=None), BASE, at("12:41"))
    assert kind_and_reason(coming) == "say window_missed"


def test_a_late_window_that_arrives_is_not_missed() -> None:
    """It is not reported again."""
    plan = late_plan()
    assert plan.last_sent is not None
    noon = vehicle(replace(held(NIGHT), windows=plan.last_sent.windows))
    assert observed(plan, noon, at("12:20"), SETTINGS).late is None


@pytest.mark.parametrize(("clock", "days"), [("12:41", 0), ("11:00", 1), ("12:41", 2)])
def test_only_windows_of_the_last_day_are_reported(clock: str, days: int) -> None:
    """A late window of days ago is not."""
    found = due(late_plan(), BASE, at(clock, day=days))
    about = None if found is None or found.begins_at is None else found.begins_at
    assert about is None or about > at(clock, day=days) - timedelta(days=1)
