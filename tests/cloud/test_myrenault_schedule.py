"""The week of a car at MY Renault: written, heeded, disabled, and whose it is when it was changed elsewhere."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import RejectedError
from custom_components.renault_ze.cloud.models import ChargeSchedule, Weekday
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import BOTH, FIRST, NOW, SECOND, every_day, my_renault, sent, window

NIGHT = every_day(3, 2)


@BOTH
async def test_schedule_is_written_heeded_and_disabled(
    adapter: MyRenault, renault: MyRenaultSimulator, vin: str
) -> None:
    """What was set is read back in the wall clock; disabled, the second generation forgets it and we do not."""
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
    """Its programs say themselves whether they count."""
    renault.vehicle(SECOND).quirks.refuses_mode = True
    week = (window(Weekday.MONDAY, 3, 4), window(Weekday.MONDAY, 18, 4))
    await adapter.set_charge_schedule(SECOND, week)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=True, windows=week)
    await adapter.disable_charge_schedule(SECOND)
    renault.advance(120)
    assert await adapter.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_schedule_of_the_first_generation_where_the_mode_is_refused(
    adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """There is no other way to have it heeded or not, and its week is left alone."""
    await adapter.account(max_age=NOW)
    refusal = {"kind": "status", "status": 400, "message": "err.func.400", "path": "*/actions/charge-mode"}
    renault.faults.replace([refusal])
    with pytest.raises(RejectedError):
        await adapter.set_charge_schedule(FIRST, NIGHT)
    renault.log.entries.clear()
    with pytest.raises(RejectedError):
        await adapter.disable_charge_schedule(FIRST)
    assert [name for name, _ in sent(renault)] == ["actions/charge-mode"]


async def test_disabling_first_keeps_the_week(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """A week set elsewhere is read before the car forgets it, and remembered over a restart."""
    week = every_day(22, 3)
    await my_renault(http, renault.url).set_charge_schedule(SECOND, week)
    renault.advance(120)
    cloud = my_renault(http, renault.url)
    await cloud.disable_charge_schedule(SECOND)
    renault.advance(120)
    again = my_renault(http, renault.url, stored=cloud.stored)
    assert await again.charge_schedule(SECOND) == ChargeSchedule(enabled=False, windows=week)


async def test_week_changed_in_the_app_is_the_one_that_counts(
    http: aiohttp.ClientSession, renault: MyRenaultSimulator
) -> None:
    """Our copy is for what the car forgets, not against what its owner wants."""
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
