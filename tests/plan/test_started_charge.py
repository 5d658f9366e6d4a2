"""A charge that the user starts in a car whose windows take turns."""

from datetime import UTC, datetime, time, timedelta

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan import window_edits
from custom_components.renault_ze.plan.model import Plan, PlannedWindow
from custom_components.renault_ze.vehicle import commands
from tests.plan.car_departures import DAY, HOUR, owner_of, pass_until, writes

SATURDAY = datetime(2026, 1, 17, 11, tzinfo=UTC)


async def test_no_window_ends_it(socket_enabled: None) -> None:
    """The next schedule is only sent once the charge is over."""
    starts = [*((day, time(1, 30)) for day in list(Weekday)[:5]), (Weekday.SATURDAY, time(13))]
    windows = [PlannedWindow(ChargeWindow(day, at, timedelta(hours=3))) for day, at in starts]
    async with owner_of() as owner:

        def edited(plan: Plan) -> Plan:
            changed = window_edits.with_windows(plan, windows, owner.now)
            return window_edits.select_mode(changed, owner.now, owner.running.vehicle, by_schedule=True)

        owner.running.edit(edited)
        await pass_until(owner, SATURDAY)
        owner.vehicle.car.fill(20)
        owner.vehicle.report_now()
        await owner.pass_by(HOUR / 2)
        count = len(writes(owner))
        await owner.running.send(commands.StartCharge())
        await pass_until(owner, SATURDAY + DAY)
        start, restored = writes(owner)[count:]
        assert restored.at - start.at > 5 * HOUR
        assert restored.body["chargeTimeStart"] == "01:30"
