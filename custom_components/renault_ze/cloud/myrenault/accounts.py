"""The accounts of a user, and the cars in the chosen one."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from typing import TypeGuard

from renault_api.kamereon.models import KamereonVehicleDetails, KamereonVehiclesLink
from renault_api.renault_vehicle import RenaultVehicle

from ..exceptions import AuthenticationError, CloudError, RejectedError, ThrottledError, UnsupportedError
from ..models import Account
from .probing import Probes
from .programs import ScheduleClock
from .servers import AccountChoice
from .session import MyRenaultSession
from .storage import AccountStorage
from .vehicle import VehicleClient

# The accounts of this brand have priority; a user may have others of the group.
_BRAND = "MYRENAULT"
# A VIN has 17 characters, an account's id 36.
_LONGEST_NAME = 200


class Accounts:
    """The accounts of one user."""

    def __init__(
        self,
        session: MyRenaultSession,
        storage: AccountStorage,
        *,
        chosen: str | None,
        time_zone: tzinfo,
        clocks: Mapping[str, ScheduleClock],
    ) -> None:
        """Prepare; `chosen` is the account the user has chosen, `clocks` is by VIN."""
        self._session = session
        self._storage = storage
        self._chosen = chosen
        self._time_zone = time_zone
        self._clocks = clocks
        self._id = ""
        self._cars: dict[str, VehicleClient] = {}
        self._found_at: float | None = None
        self._lock = asyncio.Lock()
        self._probes = Probes(storage)

    async def account(self, *, max_age: timedelta) -> Account:
        """Return the account as it was at most `max_age` ago."""
        async with self._lock:
            if self._found_at is None or self._storage.clock.monotonic() - self._found_at >= max_age.total_seconds():
                await self._find()
            else:
                await self._complete()
            return Account(
                id=self._id,
                vehicles=tuple(car.vehicle for car in _supported(self._cars.values())),
                left_out=_left_out(self._cars.values()),
                reads_an_hour=self._session.reads_an_hour,
                reserve=self._session.reserve,
            )

    async def car(self, vin: str) -> VehicleClient:
        """Return a car; raise RejectedError if the account does not have it."""
        async with self._lock:
            if self._found_at is None:
                await self._find()
        car = self._cars.get(vin)
        if car is None or car.left_out:
            raise RejectedError("The account does not have this car", key="car_gone")
        return car

    def known(self, vin: str) -> VehicleClient | None:
        """Return a car that was found, None for any other."""
        return self._cars.get(vin)

    def expect_command(self, vin: str, *, essential: bool) -> None:
        """Announce a command to a car of the account."""
        if (car := self._cars.get(vin)) is not None:
            car.expect_command(essential=essential)

    async def all(self) -> tuple[AccountChoice, ...]:
        """Return all accounts with cars, for the user to choose one with supported cars."""
        return tuple(account for account, _ in await self._search())

    async def _find(self) -> None:
        """Find the account and its cars, the stored one first."""
        account_id = self._chosen or self._storage.account_id
        cars = await self._known_cars(account_id) if account_id else []
        if not cars:
            account_id, cars = await self._searched()
        self._id, self._cars = account_id or "", {car.vin: self._known(car) for car in cars}
        await self._complete()
        if self._storage.account_id != account_id:
            self._storage.account_id = account_id
            self._storage.save()
        self._found_at = self._storage.clock.monotonic()

    def _known(self, car: VehicleClient) -> VehicleClient:
        """Return the client that a car has already, with the details that the account contains now."""
        known = self._cars.get(car.vin, car)
        known.update(car.link, car.details)
        return known

    async def _complete(self) -> None:
        """Try what could not be read of the supported cars."""
        for car in _supported(self._cars.values()):
            await self._probes.request_missing(car)
        self._session.reserve_for(len(_supported(self._cars.values())))

    async def _known_cars(self, account_id: str) -> list[VehicleClient]:
        """Return the cars of the known account, none if it no longer exists: its id changes now and then."""
        try:
            return await self._cars_of(account_id)
        except RejectedError, UnsupportedError:
            return []

    async def _searched(self) -> tuple[str | None, list[VehicleClient]]:
        """Return the chosen account, otherwise the likeliest, with its cars."""
        found = await self._search()
        for account, cars in found:
            if account.id == self._chosen:
                return account.id, cars
        likeliest = max(
            found, key=lambda each: (bool(each[0].vins), each[0].kind == _BRAND, len(each[0].vins)), default=None
        )
        return (None, []) if likeliest is None else (likeliest[0].id, likeliest[1])

    async def _search(self) -> list[tuple[AccountChoice, list[VehicleClient]]]:
        """Return all accounts with cars; those that cannot be read are left out."""
        person = await self._session.request("person", self._session.library.get_person, urgent=True)
        found: list[tuple[AccountChoice, list[VehicleClient]]] = []
        error: CloudError | None = None
        for account in person.accounts or []:
            if not _is_name(account.accountId):
                continue
            try:
                cars = await self._cars_of(account.accountId)
            except AuthenticationError, ThrottledError:
                raise
            except CloudError as err:
                error = err
                continue
            if cars:
                vins = tuple(car.vin for car in _supported(cars))
                kind = account.accountType if _is_name(account.accountType) else ""
                choice = AccountChoice(id=account.accountId, kind=kind, vins=vins, left_out=_left_out(cars))
                found.append((choice, cars))
        if error is not None and not found:
            # A closed account does not mean that the car's cloud lacks a feature.
            if isinstance(error, UnsupportedError):
                raise RejectedError(str(error), reason=error.reason)
            raise error
        return found

    async def _cars_of(self, account_id: str) -> list[VehicleClient]:
        """Return the cars of an account, also those that are not supported."""
        self._session.hide(account_id)
        session = self._session
        response = await session.request("vehicles", lambda: session.vehicles(account_id), urgent=True)
        found = []
        for vin, details in _details_by_vin(response.vehicleLinks or []).items():
            session.hide(vin)
            link = RenaultVehicle(account_id, vin, session=session.library)
            clock = self._clocks.get(vin)
            found.append(VehicleClient(session, self._storage, link, details, time_zone=self._time_zone, clock=clock))
        return found


def _details_by_vin(links: Iterable[KamereonVehiclesLink]) -> dict[str, KamereonVehicleDetails | None]:
    """Return the details of each car, None if missing: a car may have a second link without them."""
    found: dict[str, KamereonVehicleDetails | None] = {}
    for link in links:
        if _is_name(link.vin):
            found[link.vin] = found.get(link.vin) or link.vehicleDetails
    return found


def _supported(cars: Iterable[VehicleClient]) -> list[VehicleClient]:
    """Return the cars that are supported."""
    return [car for car in cars if car.left_out is None]


def _left_out(cars: Iterable[VehicleClient]) -> dict[str, str]:
    """Return why cars are not supported, by their model and the end of the VIN."""
    return {" ".join(filter(None, (car.model, f"…{car.vin[-4:]}"))): car.left_out for car in cars if car.left_out}


def _is_name(name: str | None) -> TypeGuard[str]:
    """Return whether a name is neither missing, empty, nor too long."""
    return name is not None and 0 < len(name) <= _LONGEST_NAME
