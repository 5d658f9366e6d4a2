"""The charge schedule at MY Renault: written, enabled, disabled, and changed elsewhere."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import InvalidRequestError, RejectedError
from custom_components.renault_ze.cloud.models import ChargeSchedule, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import BOTH, FIRST, NOW, SECOND, every_day, my_renault, sent, window

NIGHT = every_day(3, 2)


@BOTH
async def test_schedule_is_written_enabled_and_disabled(
    adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """It is read back in local time; when disabled, the second generation loses it, but we do not."""
    week = every_day(1.5, 4)
    await adapter.set_charge_schedule(vin, week)
    renault.advance(120)
    assert await adapter.charge_schedule(vin) == ChargeSchedule(enabled=True, windows=week)
    await adapter.disable_charge_schedule(vin)
    renault.advance(120)
    assert await adapter.charge_schedule(vin) == ChargeSchedule(enabled=False, windows=week)
    assert bool(renault.vehicle(vin).car.schedule.week.programs) is (vin == FIRST)


async def test_schedule_of_the_second_generation_where_the_mode_is_refused(
    adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """Its programs have their own switches."""
    renault.vehicle(SECOND).quirks.refuses_mode = True
    week = (window(Weekday.MONDAY, 3, 4), window(Weekday.MONDAY, 18, 4))
    await adapter.set_charge_schedule(SECOND, week)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=week)
    with pytest.raises(InvalidRequestError):
        await adapter.disable_charge_schedule(SECOND)
    await adapter.disable_charge_schedule(SECOND, route="kca_schedule")
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_schedule_of_the_first_generation_where_the_mode_is_refused(
    adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """There is no other way to enable or disable it, and the schedule stays."""
    await adapter.account(max_age=NOW)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "path": "*/actions/charge-mode"}
    renault.faults.replace([refusal])
    with pytest.raises(RejectedError):
        await adapter.set_charge_schedule(FIRST, NIGHT)
    renault.log.entries.clear()
    with pytest.raises(RejectedError):
        await adapter.disable_charge_schedule(FIRST)
    assert [name for name, _ in sent(renault)] == ["actions/charge-mode"]


async def test_disabling_copies_the_schedule(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """A schedule set elsewhere is read before the car loses it, and stored across restarts."""
    week = every_day(22, 3)
    await my_renault(http, renault.url).set_charge_schedule(SECOND, week)
    renault.advance(120)
    cloud = my_renault(http, renault.url)
    await cloud.disable_charge_schedule(SECOND)
    renault.advance(120)
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert await again.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_schedule_changed_in_the_app_wins(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Our copy only replaces a schedule that the car has lost."""
    cloud = my_renault(http, renault.url)
    await cloud.set_charge_schedule(SECOND, every_day(22, 3))
    renault.advance(120)
    await my_renault(http, renault.url).set_charge_schedule(SECOND, every_day(2, 5))
    renault.advance(120)
    stored = cloud.stored
    stored["schedules"][SECOND]["sent_at"] = (datetime.now(UTC) - timedelta(minutes=16)).isoformat()
    again = my_renault(http, renault.url, stored=stored)
    assert await again.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=every_day(2, 5))
    await again.disable_charge_schedule(SECOND)
    renault.advance(120)
    assert (await again.charge_schedule(SECOND)).windows == every_day(2, 5)
