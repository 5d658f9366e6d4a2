"""When an order counts as obeyed, and when as refused."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from custom_components.renault_ze.cloud.models import (
    Battery,
    Cabin,
    ChargeSchedule,
    ChargeWindow,
    NotificationChannel,
    NotificationSettings,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.commands import CONFIRMED, Fate
from custom_components.renault_ze.vehicle.state import CommandReason, CommandStatus, VehicleState

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=1)
WEEK = tuple(ChargeWindow(day, time(1), timedelta(hours=4)) for day in Weekday)
OLD_RUN = PreconditioningRun(at=NOW - timedelta(days=1), source=PreconditioningSource.USER_REQUEST, result=Result.ERROR)


def run(
    minutes: int, result: Result, source: PreconditioningSource = PreconditioningSource.USER_REQUEST
) -> PreconditioningRun:
    """Return a run that ended some minutes after now."""
    return PreconditioningRun(at=NOW + timedelta(minutes=minutes), source=source, result=result)


@pytest.mark.parametrize(
    ("now", "fate"),
    [
        (VehicleState(last_preconditioning=OLD_RUN), None),
        (VehicleState(), None),
        (VehicleState(last_preconditioning=run(5, Result.SUCCESS)), CONFIRMED),
        (VehicleState(cabin=Cabin(preconditioning=True)), CONFIRMED),
        (VehicleState(cabin=Cabin(preconditioning=False)), None),
        (
            VehicleState(last_preconditioning=run(5, Result.ERROR)),
            Fate(CommandStatus.FAILED, CommandReason.CAR_REFUSED),
        ),
        (
            VehicleState(last_preconditioning=run(5, Result.ERROR), battery=Battery(level=44)),
            Fate(CommandStatus.FAILED, CommandReason.BELOW_THRESHOLD),
        ),
        (VehicleState(last_preconditioning=run(5, Result.SUCCESS, PreconditioningSource.CAR)), CONFIRMED),
        (VehicleState(last_preconditioning=run(5, Result.ERROR, PreconditioningSource.CAR)), None),
        (
            VehicleState(
                last_preconditioning=run(6, Result.ERROR, PreconditioningSource.CAR),
                preconditioning_history=(
                    run(6, Result.ERROR, PreconditioningSource.CAR),
                    run(5, Result.SUCCESS),
                    OLD_RUN,
                ),
            ),
            CONFIRMED,
        ),
    ],
    ids=[
        "nothing new",
        "forgotten",
        "success",
        "runs",
        "runs not",
        "error",
        "too low",
        "car says so",
        "car's own error",
        "hidden success",
    ],
)
def test_preconditioning_is_judged_by_runs_that_were_not_known_before(now: VehicleState, fate: Fate | None) -> None:
    """Only a newer run tells, and the car's closing ERROR does not undo a success."""
    order = commands.precondition(threshold=45)
    assert order.verdict(VehicleState(last_preconditioning=OLD_RUN), now, SINCE) == fate


def test_a_run_from_the_history_that_is_older_than_the_last_known_one_is_not_new() -> None:
    """A history read for the first time brings old runs; none of them answers the order."""
    order = commands.precondition(threshold=45)
    older = replace(OLD_RUN, at=OLD_RUN.at - timedelta(days=3), result=Result.SUCCESS)
    before = VehicleState(last_preconditioning=OLD_RUN)
    assert order.verdict(before, replace(before, preconditioning_history=(older,)), SINCE) is None


def test_what_lies_before_an_order_is_not_of_its_doing() -> None:
    """Where nothing was known just before, a run or a report of before the order does not answer it."""
    preconditioned, asked = commands.precondition(threshold=45), commands.request_update()
    unread, known = VehicleState(), VehicleState(last_preconditioning=OLD_RUN, battery=Battery(reported_at=OLD_RUN.at))
    read = replace(known, read_at=dict.fromkeys(Part, NOW))
    for minutes, before, fate in [
        (-2, unread, None),
        (-2, known, None),
        # A cloud whose clock is behind the one at home, which is not needed here.
        (-2, read, CONFIRMED),
        (-2, replace(unread, read_at=read.read_at), CONFIRMED),
        (1, unread, CONFIRMED),
        (1, known, CONFIRMED),
    ]:
        at = NOW + timedelta(minutes=minutes)
        now = VehicleState(last_preconditioning=run(minutes, Result.SUCCESS), battery=Battery(reported_at=at))
        assert preconditioned.verdict(before, now, SINCE) == asked.verdict(before, now, SINCE) == fate


def test_the_timer_is_confirmed_by_reading_it_back() -> None:
    """A timer counts when the cloud shows the minute that was asked for, and none when it was deleted."""
    order, cancel = commands.precondition_at(time(7, 30)), commands.cancel_precondition()
    other, same = VehicleState(preconditioning_timer=time(8)), VehicleState(preconditioning_timer=time(7, 30))
    assert order.verdict(other, other, SINCE) is None
    assert order.verdict(other, same, SINCE) == CONFIRMED
    assert cancel.verdict(same, same, SINCE) is None
    assert cancel.verdict(same, VehicleState(), SINCE) == CONFIRMED


@pytest.mark.parametrize(
    ("battery", "reason"),
    [
        (None, CommandReason.NO_CONFIRMATION),
        (Battery(plugged_in=False), CommandReason.NOT_PLUGGED_IN),
        (Battery(plugged_in=True, level=100), CommandReason.BATTERY_FULL),
        (Battery(plugged_in=True, level=60), CommandReason.NO_CONFIRMATION),
    ],
)
def test_a_charge_that_does_not_start_is_explained(battery: Battery | None, reason: CommandReason) -> None:
    """The likeliest reason is named."""
    order = commands.start_charge()
    state = VehicleState(battery=battery)
    assert order.verdict(state, state, SINCE) is None
    assert order.excuse(state) == reason


def test_a_charging_car_is_not_told_to_charge() -> None:
    """The car would answer its owner with a message that it could not start."""
    charging = VehicleState(battery=Battery(charging=True), read_at={Part.BATTERY: NOW})
    assert commands.start_charge().objection(charging, NOW) == "already_charging"
    assert commands.start_charge().objection(charging, NOW + timedelta(minutes=2)) is None
    assert commands.start_charge().objection(VehicleState(), NOW) is None


def test_an_update_is_confirmed_by_a_newer_report() -> None:
    """The same report again is no answer; the first one ever is."""
    order = commands.request_update()
    old, new = (VehicleState(battery=Battery(reported_at=at)) for at in (NOW, NOW + timedelta(seconds=1)))
    assert order.verdict(old, old, SINCE) is None
    assert order.verdict(old, new, SINCE) == CONFIRMED
    assert order.verdict(VehicleState(), old, SINCE) == CONFIRMED


def test_a_schedule_is_confirmed_by_the_car_holding_it_enabled() -> None:
    """The week must be equal and in force."""
    order = commands.set_charge_schedule(WEEK)
    nothing = VehicleState()
    assert order.verdict(nothing, nothing, SINCE) is None
    for enabled, windows, fate in [(False, WEEK, None), (True, WEEK[:-1], None), (True, WEEK, CONFIRMED)]:
        now = VehicleState(charge_schedule=ChargeSchedule(enabled=enabled, windows=windows))
        assert order.verdict(nothing, now, SINCE) == fate


def test_enabling_means_the_week_the_car_holds() -> None:
    """There must be one, and it is what comes back enabled."""
    order = commands.enable_charge_schedule()
    before = VehicleState(charge_schedule=ChargeSchedule(enabled=False, windows=WEEK))
    assert order.objection(VehicleState(), NOW) == "schedule_empty"
    assert order.objection(before, NOW) is None
    assert order.wants(before) == ChargeSchedule(enabled=True, windows=WEEK)


def test_disabling_is_confirmed_by_the_car() -> None:
    """Unknown is not disabled."""
    order = commands.disable_charge_schedule()
    for enabled, fate in [(None, None), (True, None), (False, CONFIRMED)]:
        now = VehicleState(charge_schedule=ChargeSchedule(enabled=enabled, windows=WEEK))
        assert order.verdict(VehicleState(), now, SINCE) == fate


def test_settings_are_confirmed_by_reading_them_back() -> None:
    """What was not named must still be as it was."""
    order = commands.set_notifications(lambda now: replace(now, charge_end=NotificationChannel.SMS))
    before = VehicleState(notifications=NotificationSettings(charge_start=NotificationChannel.EMAIL))
    wanted = replace(before.notifications, charge_end=NotificationChannel.SMS)
    assert order.verdict(before, before, SINCE) is None
    assert order.verdict(before, VehicleState(notifications=wanted), SINCE) == CONFIRMED
    assert order.verdict(before, VehicleState(notifications=replace(wanted, charge_start=None)), SINCE) is None
