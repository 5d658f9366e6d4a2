"""When a command is confirmed, and when it has failed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeSchedule,
    ChargeWindow,
    Part,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from custom_components.renault_ze.cloud.notifications import NotificationChannel, NotificationSettings
from custom_components.renault_ze.cloud.reports import Cabin
from custom_components.renault_ze.vehicle import commands
from custom_components.renault_ze.vehicle.results import CONFIRMED, CommandOutcome, CommandReason, CommandStatus
from custom_components.renault_ze.vehicle.state import VehicleState

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
    ("now", "outcome"),
    [
        (VehicleState(last_preconditioning=OLD_RUN), None),
        (VehicleState(), None),
        (VehicleState(last_preconditioning=run(5, Result.SUCCESS)), CONFIRMED),
        (VehicleState(cabin=Cabin(preconditioning=True)), CONFIRMED),
        (VehicleState(cabin=Cabin(preconditioning=False)), None),
        (
            VehicleState(last_preconditioning=run(5, Result.ERROR)),
            CommandOutcome(CommandStatus.FAILED, CommandReason.CAR_REFUSED),
        ),
        (
            VehicleState(last_preconditioning=run(5, Result.ERROR), battery=Battery(level=44)),
            CommandOutcome(CommandStatus.FAILED, CommandReason.BELOW_THRESHOLD),
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
        *("nothing new", "forgotten", "success", "runs", "runs not", "error", "too low", "car says so"),
        *("car's own error", "hidden success"),
    ],
)
def test_only_new_runs_settle_preconditioning(now: VehicleState, outcome: CommandOutcome | None) -> None:
    """Only newer runs count, and the car's own ERROR after a success does not."""
    command = commands.Precondition(threshold=45)
    assert command.outcome(VehicleState(last_preconditioning=OLD_RUN), now, SINCE) == outcome


def test_older_run_in_a_history_read_first_is_not_new() -> None:
    """Old runs in a history that is read for the first time do not confirm the command."""
    command = commands.Precondition(threshold=45)
    older = replace(OLD_RUN, at=OLD_RUN.at - timedelta(days=3), result=Result.SUCCESS)
    before = VehicleState(last_preconditioning=OLD_RUN)
    assert command.outcome(before, replace(before, preconditioning_history=(older,)), SINCE) is None


def test_nothing_before_the_command_confirms_it() -> None:
    """If nothing was read just before, runs and reports from before the command do not confirm it."""
    preconditioned, asked = commands.Precondition(threshold=45), commands.RequestUpdate()
    unread, known = VehicleState(), VehicleState(last_preconditioning=OLD_RUN, battery=Battery(reported_at=OLD_RUN.at))
    read = replace(known, read_at=dict.fromkeys(Part, NOW))
    for minutes, before, outcome in [
        (-2, unread, None),
        (-2, known, None),
        # The clock of the cloud is behind the one at home, which does not matter here.
        (-2, read, CONFIRMED),
        (-2, replace(unread, read_at=read.read_at), CONFIRMED),
        (1, unread, CONFIRMED),
        (1, known, CONFIRMED),
    ]:
        at = NOW + timedelta(minutes=minutes)
        now = VehicleState(last_preconditioning=run(minutes, Result.SUCCESS), battery=Battery(reported_at=at))
        assert preconditioned.outcome(before, now, SINCE) == asked.outcome(before, now, SINCE) == outcome


def test_timer_is_confirmed_by_reading_it() -> None:
    """Confirm a timer if the cloud shows its time, and its deletion if it shows none."""
    command, cancel = commands.PreconditionAt(time(7, 30)), commands.CancelPrecondition()
    other, same = VehicleState(preconditioning_timer=time(8)), VehicleState(preconditioning_timer=time(7, 30))
    assert command.outcome(other, other, SINCE) is None
    assert command.outcome(other, same, SINCE) == CONFIRMED
    assert cancel.outcome(same, same, SINCE) is None
    assert cancel.outcome(same, VehicleState(), SINCE) == CONFIRMED


@pytest.mark.parametrize(
    ("battery", "reason"),
    [
        (None, CommandReason.NO_CONFIRMATION),
        (Battery(plugged_in=False), CommandReason.NOT_PLUGGED_IN),
        (Battery(plugged_in=True, level=100), CommandReason.BATTERY_FULL),
        (Battery(plugged_in=True, level=60, charging=False), CommandReason.NO_CONFIRMATION),
        (Battery(plugged_in=True, level=60), CommandReason.UNCONFIRMABLE),
    ],
)
def test_reason_of_a_charge_that_does_not_start(battery: Battery | None, reason: CommandReason) -> None:
    """Return the likeliest reason."""
    command = commands.StartCharge()
    state = VehicleState(battery=battery)
    assert command.outcome(state, state, SINCE) is None
    assert command.timeout_reason(state) == reason


def test_charging_car_is_not_started_again() -> None:
    """A charging car would notify its owner that it cannot start."""
    charging = VehicleState(battery=Battery(charging=True), read_at={Part.BATTERY: NOW})
    assert commands.StartCharge().needless(charging, NOW) == "already_charging"
    assert commands.StartCharge().needless(charging, NOW + timedelta(minutes=2)) is None
    assert commands.StartCharge().needless(VehicleState(), NOW) is None


def test_update_is_confirmed_by_a_newer_report() -> None:
    """The same report does not confirm the request, the first report does."""
    command = commands.RequestUpdate()
    old, new = (VehicleState(battery=Battery(reported_at=at)) for at in (NOW, NOW + timedelta(seconds=1)))
    assert command.outcome(old, old, SINCE) is None
    assert command.outcome(old, new, SINCE) == CONFIRMED
    assert command.outcome(VehicleState(), old, SINCE) == CONFIRMED


def test_schedule_is_confirmed_by_the_car_holding_it_enabled() -> None:
    """The windows must be equal, and the schedule enabled."""
    command = commands.SetChargeSchedule(WEEK)
    nothing = VehicleState()
    assert command.outcome(nothing, nothing, SINCE) is None
    for enabled, windows, outcome in [(False, WEEK, None), (True, WEEK[:-1], None), (True, WEEK, CONFIRMED)]:
        now = VehicleState(charge_schedule=ChargeSchedule(enabled=enabled, windows=windows))
        assert command.outcome(nothing, now, SINCE) == outcome


def test_command_for_a_schedule() -> None:
    """It is set as a whole, or disabled, which keeps the windows that the car has."""
    command = commands.schedule_command(ChargeSchedule(enabled=True, windows=WEEK))
    assert command == commands.SetChargeSchedule(WEEK)
    assert commands.schedule_command(ChargeSchedule(enabled=False, windows=WEEK)) == commands.DisableChargeSchedule()
    before = VehicleState(charge_schedule=ChargeSchedule(enabled=False, windows=WEEK))
    for shown, outcome in [(before.charge_schedule, None), (ChargeSchedule(enabled=True, windows=WEEK), CONFIRMED)]:
        assert command.outcome(before, VehicleState(charge_schedule=shown), SINCE) == outcome


def test_disabling_is_confirmed_by_the_car() -> None:
    """An unknown state is not disabled."""
    command = commands.DisableChargeSchedule()
    for enabled, outcome in [(None, None), (True, None), (False, CONFIRMED)]:
        now = VehicleState(charge_schedule=ChargeSchedule(enabled=enabled, windows=WEEK))
        assert command.outcome(VehicleState(), now, SINCE) == outcome


def test_settings_are_confirmed_by_reading_them() -> None:
    """Unchanged settings must be as before."""
    command = commands.SetNotifications(lambda now: replace(now, charge_end=NotificationChannel.SMS))
    before = VehicleState(notifications=NotificationSettings(charge_start=NotificationChannel.EMAIL))
    wanted = replace(before.notifications, charge_end=NotificationChannel.SMS)
    assert command.outcome(before, before, SINCE) is None
    assert command.outcome(before, VehicleState(notifications=wanted), SINCE) == CONFIRMED
    assert command.outcome(before, VehicleState(notifications=replace(wanted, charge_start=None)), SINCE) is None


def test_equal_commands() -> None:
    """Commands that ask for the same are equal; changes without a key never are."""
    assert commands.Precondition(threshold=45) == commands.Precondition(threshold=40)
    assert commands.Precondition(threshold=45) != commands.Precondition(threshold=45, temperature=20)
    assert commands.SetNotifications(replace, key="sms") == commands.SetNotifications(repr, key="sms")  # type: ignore[arg-type]
    assert commands.SetNotifications(replace) != commands.SetNotifications(replace)
