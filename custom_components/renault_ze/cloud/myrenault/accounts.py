"""Which of an owner's accounts holds the cars, and which cars they are."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import TypeGuard

from renault_api.renault_account import RenaultAccount
from renault_api.renault_vehicle import RenaultVehicle

from ..exceptions import AuthenticationError, CloudError, RejectedError, ThrottledError, UnsupportedError
from ..models import Account, Capability
from .programs import ScheduleClock
from .servers import Garage
from .session import Gateway
from .storage import Memory
from .vehicle import Car

# The brand whose cars this is for; an owner may keep others of the group beside it.
_OURS = "MYRENAULT"
# A VIN has 17 characters, an account's id 36.
_LONGEST_NAME = 200


class Garages:
    """The accounts of one owner."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        *,
        picked: str | None,
        time_zone: tzinfo,
        clocks: Mapping[str, ScheduleClock],
    ) -> None:
        """Begin without knowing any; `picked` is the owner's choice, `clocks` is by VIN."""
        self._gateway = gateway
        self._memory = memory
        self._picked = picked
        self._time_zone = time_zone
        self._clocks = clocks
        self._id = ""
        self._cars: dict[str, Car] = {}
        self._found_at: float | None = None
        self._lock = asyncio.Lock()

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago."""
        async with self._lock:
            if self._found_at is None or self._memory.clock.monotonic() - self._found_at >= max_age.total_seconds():
                await self._find()
            return Account(
                id=self._id,
                vehicles=tuple(car.vehicle for car in self._cars.values()),
                reads_an_hour=self._gateway.reads_an_hour,
                reserve=self._gateway.reserve,
            )

    async def car(self, vin: str) -> Car:
        """Return a car; RejectedError where the account has none of this VIN."""
        async with self._lock:
            if self._found_at is None:
                await self._find()
        if vin not in self._cars:
            raise RejectedError("The account has no such car", key="car_gone")
        return self._cars[vin]

    def expect_command(self, vin: str, *, essential: bool) -> None:
        """Let a car know that an order may follow, if it is known itself."""
        if (car := self._cars.get(vin)) is not None:
            car.expect_command(essential=essential)

    async def all(self) -> tuple[Garage, ...]:
        """Return every account with cars of ours, for the owner to pick one."""
        return tuple(garage for garage, _ in await self._search())

    async def _find(self) -> None:
        """Find the account and its cars, the remembered one first."""
        known = self._picked or self._memory.garage
        cars = await self._known_cars(known) if known else []
        if not cars:
            known, cars = await self._searched()
        self._id, self._cars = known or "", {car.vin: self._cars.get(car.vin, car) for car in cars}
        self._gateway.serve(len(self._cars))
        for car in self._cars.values():
            await (car.retry() if car.vin in self._memory.probed else car.probe())
        if self._memory.garage != known:
            self._memory.garage = known
            self._memory.changed()
        self._found_at = self._memory.clock.monotonic()

    async def _known_cars(self, garage: str) -> list[Car]:
        """Return the cars of an account that was ours; none where it is no longer, as now and then its id changes."""
        try:
            return await self._cars_of(garage)
        except RejectedError, UnsupportedError:
            return []

    async def _searched(self) -> tuple[str | None, list[Car]]:
        """Return the account that was picked, else the likeliest; its cars may be none."""
        found = await self._search()
        for garage, cars in found:
            if garage.id == self._picked:
                return garage.id, cars
        likeliest = max(found, key=lambda each: (each[0].kind == _OURS, len(each[1])), default=None)
        return (None, []) if likeliest is None else (likeliest[0].id, likeliest[1])

    async def _search(self) -> list[tuple[Garage, list[Car]]]:
        """Return every account with cars of ours; one that cannot be read does not hide the others."""
        person = await self._gateway.ask("person", self._gateway.session.get_person, urgent=True)
        found: list[tuple[Garage, list[Car]]] = []
        trouble: CloudError | None = None
        for account in person.accounts or []:
            if not _is_name(account.accountId):
                continue
            try:
                cars = await self._cars_of(account.accountId)
            except AuthenticationError, ThrottledError:
                raise
            except CloudError as err:
                trouble = err
                continue
            if cars:
                vins = tuple(car.vin for car in cars)
                kind = account.accountType if _is_name(account.accountType) else ""
                found.append((Garage(id=account.accountId, kind=kind, vins=vins), cars))
        if trouble is not None and not found:
            # That an account is closed to its owner says nothing about what a car's cloud can do.
            if isinstance(trouble, UnsupportedError):
                raise RejectedError(str(trouble), reason=trouble.reason)
            raise trouble
        return found

    async def _cars_of(self, garage: str) -> list[Car]:
        """Return the electric cars of an account."""
        self._gateway.hide(garage)
        session = self._gateway.session
        account = RenaultAccount(garage, session=session)
        response = await self._gateway.ask("vehicles", account.get_vehicles, urgent=True)
        found = []
        for row in response.vehicleLinks or []:
            if not _is_name(row.vin):
                continue
            self._gateway.hide(row.vin)
            details = row.vehicleDetails
            link = RenaultVehicle(garage, row.vin, session=session, vehicle_details=details)
            clock = self._clocks.get(row.vin)
            car = Car(self._gateway, self._memory, link, details, time_zone=self._time_zone, clock=clock)
            if Capability.BATTERY in car.vehicle.capabilities:
                found.append(car)
        return found


def _is_name(told: str | None) -> TypeGuard[str]:
    """Tell whether a car or an account can be known by what a server calls it."""
    return told is not None and 0 < len(told) <= _LONGEST_NAME
