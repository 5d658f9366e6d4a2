"""The state of the Z.E. Services server: accounts, tokens, and vehicles, without HTTP."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .. import errors
from ..codec import dump, load, update
from ..world.accounts import Account, Restriction
from ..world.battery import Battery
from ..world.car import NIGHTLY, Car
from ..world.clock import Clock
from ..world.notifications import Outbox
from ..world.records import Records, Snapshot
from ..world.routine import Routine
from ..world.rules import ServerRules
from ..world.vehicle import Vehicle
from .tokens import Tokens

FIRST_LEVEL = 80.0
EXAMPLE_VIN = "VF1AGVYF0ZE000001"


def example_account() -> Account:
    """Return the account that all examples use."""
    return Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])


class Backend:
    """All accounts, tokens, and vehicles; `advance` brings them to the current simulated time."""

    def __init__(
        self, clock: Clock, accounts: Iterable[Account], *, generation: int = 2, seed: int = 0, live: bool = False
    ) -> None:
        """Create the accounts and their cars; the seed makes random values reproducible."""
        self.clock = clock
        self.live = live
        self.accounts: dict[str, Account] = {}
        self.vehicles: dict[str, Vehicle] = {}
        self.routines: dict[str, Routine] = {}
        self.rules = ServerRules()
        self._first = (seed, generation, deepcopy(list(accounts)))
        self.reset()

    def reset(self) -> None:
        """Restore the initial accounts with new cars and sessions; the clock continues."""
        seed, generation, accounts = self._first
        self.random = Random(seed)  # noqa: S311
        self.tokens = Tokens(self.clock, self.random, self.accounts, self.random.randbytes(32), generation)
        update(self.rules, asdict(ServerRules()))
        for kept in (self.accounts, self.vehicles, self.routines):
            kept.clear()
        for account in deepcopy(accounts):
            self.add_account(account)

    def advance(self) -> datetime:
        """Advance all vehicles to the current simulated time and return it."""
        now = self.clock.now()
        for vin, vehicle in self.vehicles.items():
            if routine := self.routines.get(vin):
                routine.run(vehicle, now)
            vehicle.advance(now)
        return now

    def add_account(self, account: Account) -> None:
        """Add an account and create the cars it is missing."""
        self.accounts[account.key] = account
        for vin in account.vins:
            if vin not in self.vehicles:
                self._add_vehicle(vin, ZoneInfo(account.timezone))

    def log_in_account(self, username: str, password: str) -> Account:
        """Return the account of the credentials; raise ApiError if they are wrong or the country has moved."""
        account = self.accounts.get(username.casefold())
        if account is None or account.password != password:
            raise errors.bad_credentials()
        if account.restriction is not Restriction.NONE:
            raise errors.restricted_country(account.locale)
        return account

    def account(self, token: str) -> Account:
        """Return the account of a token; raise ApiError if the token is invalid or the country has moved."""
        account = self.tokens.account(token)
        if account.restriction is Restriction.EVERYWHERE:
            raise errors.restricted_country(account.locale)
        return account

    def owned_vehicle(self, account: Account, vin: str) -> Vehicle:
        """Return a vehicle of an account; raise ApiError if it is unknown or has to be made active first."""
        vin = vin.upper()
        if vin not in account.vins:
            raise errors.unknown_vehicle()
        if self.rules.single_active_car and vin != account.active:
            raise errors.inactive_vehicle()
        return self.vehicles[vin]

    def state(self) -> dict[str, Any]:
        """Return the state to keep across restarts, as JSON."""
        return {
            "now": dump(self.advance()),
            "rules": dump(self.rules),
            "accounts": dump(list(self.accounts.values())),
            "tokens": dump(self.tokens),
            "vehicles": dump(list(self.vehicles.values())),
            "routines": dump(self.routines),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a saved state; vehicles catch up on the time since."""
        left_at = datetime.fromisoformat(state["now"])
        if left_at > self.clock.now():
            self.clock.set(left_at)
        update(self.rules, state["rules"])
        self._restore_accounts([load(Account, one) for one in state["accounts"]])
        generation = self.tokens.generation
        self.tokens = load(Tokens, state["tokens"], clock=self.clock, random=self.random, accounts=self.accounts)
        self.tokens.generation = generation
        vehicles = (load(Vehicle, one, rules=self.rules, random=self._random(one["vin"])) for one in state["vehicles"])
        self.vehicles.update({each.vin: each for each in vehicles})
        self.routines.update({vin: load(Routine, one) for vin, one in state["routines"].items() if self.live})

    def _restore_accounts(self, accounts: Iterable[Account]) -> None:
        """Restore accounts and keep cars that were added since."""
        for account in accounts:
            added = self.accounts[account.key].vins if account.key in self.accounts else []
            account.vins += [vin for vin in added if vin not in account.vins]
            self.accounts[account.key] = account

    def _add_vehicle(self, vin: str, zone: ZoneInfo) -> None:
        """Create an unplugged car with a level of FIRST_LEVEL; only live cars enable the nightly schedule."""
        battery = Battery(energy_kwh=0.0)
        battery.level = FIRST_LEVEL
        now = self.clock.now()
        car = Car(at=now, zone=zone, battery=battery, schedule=replace(NIGHTLY, enabled=self.live))
        records = Records(Snapshot(now, car.reading), Outbox(zone))
        self.vehicles[vin] = Vehicle(vin, car, records, self.rules, self._random(vin), draft=car.schedule.week)
        if self.live:
            self.routines[vin] = Routine(vin, now)

    def _random(self, vin: str) -> Random:
        """Return the random generator of a car, independent of all other cars."""
        return Random(f"{self._first[0]} {vin}")  # noqa: S311
