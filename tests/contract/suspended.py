"""Cars whose charge schedule is suspended by a command to start or stop charging."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from custom_components.renault_ze.vehicle import commands
from tests.contract.routes import ENDED, HOUR, ROUTE_TABLES, commands_to, programs_of, running_owner, windows_of
from tests.update_cycle.owner import Owner

START, STOP = commands.StartCharge, commands.StopCharge
POST = {"method": "POST", "path": "*/commerce/*"}
# The restore, and some more attempts.
LONG_ENDED = 3 * ENDED


@asynccontextmanager
async def waiting(model: str, *, charges: bool = False, table: str = "kcm") -> AsyncIterator[Owner]:
    """Run the integration for a car that waits for its schedule, or charges, with a log of what is sent from now on."""
    async with running_owner(model, ROUTE_TABLES[table]) as owner:
        if charges:
            owner.vehicle.car.start_charge()
        owner.vehicle.report_now()
        await owner.pass_by(HOUR)
        owner.simulator.log.entries.clear()
        yield owner


def schedule_of(owner: Owner) -> Any:
    """Return the schedule in the car."""
    return windows_of(owner.vehicle), programs_of(owner.vehicle)


async def drive_away(owner: Owner) -> None:
    """Unplug the car, and wait until its schedule is restored after some attempts."""
    owner.vehicle.car.unplug()
    owner.vehicle.report_now()
    await owner.pass_by(LONG_ENDED)


def posted(owner: Owner) -> list[str]:
    """Return the commands that arrived, by the end of their path."""
    return [each.path.rpartition("/")[2] for each in commands_to(owner)]
