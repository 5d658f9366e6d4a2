"""The world of one server: its clock, its accounts and their vehicles, without a line of HTTP."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .. import errors
from ..codec import dump, load
from ..validation import update
from ..world.accounts import Account, Restriction
from ..world.battery import Battery
from ..world.car import NIGHTLY, Car
from ..world.clock import Clock
from ..world.ledger import Ledger, Snapshot
from ..world.notifications import Outbox
from ..world.routine import Routine
from ..world.rules import ServerRules
from ..world.vehicle import Vehicle
from .tokens import Tokens

FIRST_LEVEL = 80.0
EXAMPLE_VIN = "VF1AGVYF0ZE000001"


def example_account() -> Account:
    """Return the owner in every example."""
    return Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])


class Backend:
    """Everything there is; `advance` brings it to the clock's present."""

    def __init__(
        self, clock: Clock, accounts: Iterable[Account], *, generation: int = 2, seed: int = 0, live: bool = False
    ) -> None:
        """Create accounts and their cars at the clock's present; the seed decides every chance."""
        self.clock = clock
        self.live = live
        self.accounts: dict[str, Account] = {}
        self.vehicles: dict[str, Vehicle] = {}
        self.routines: dict[str, Routine] = {}
        self.rules = ServerRules()
        self._first = (seed, generation, deepcopy(list(accounts)))
        self.reset()

    def reset(self) -> None:
        """Begin again: the first accounts, new cars and sessions; the clock goes on."""
        seed, generation, accounts = self._first
        self.random = Random(seed)  # noqa: S311
        self.tokens = Tokens(self.clock, self.random, self.accounts, self.random.randbytes(32), generation)
        update(self.rules, asdict(ServerRules()))
        for kept in (self.accounts, self.vehicles, self.routines):
            kept.clear()
        for account in deepcopy(accounts):
            self.add_account(account)

    def advance(self) -> datetime:
        """Let every vehicle live until the clock's present, which is returned."""
        now = self.clock.now()
        for vin, vehicle in self.vehicles.items():
            if routine := self.routines.get(vin):
                routine.run(vehicle, now)
            vehicle.advance(now)
        return now

    def add_account(self, account: Account) -> None:
        """Let an owner in, and build the cars that are not there yet."""
        self.accounts[account.key] = account
        for vin in account.vins:
            if vin not in self.vehicles:
                self._add_vehicle(vin, ZoneInfo(account.timezone))

    def log_in_account(self, username: str, password: str) -> Account:
        """Return the account of these credentials; ApiError if refused or moved to another country's service."""
        account = self.accounts.get(username.casefold())
        if account is None or account.password != password:
            raise errors.bad_credentials()
        if account.restriction is not Restriction.NONE:
            raise errors.restricted_country(account.locale)
        return account

    def account(self, token: str) -> Account:
        """Return the account of a token; ApiError if the token is no good or the account's country moved."""
        account = self.tokens.account(token)
        if account.restriction is Restriction.EVERYWHERE:
            raise errors.restricted_country(account.locale)
        return account

    def owned_vehicle(self, account: Account, vin: str) -> Vehicle:
        """Return a vehicle of an account; ApiError if it is another's or has to be made active first."""
        vin = vin.upper()
        if vin not in account.vins:
            raise errors.unknown_vehicle()
        if self.rules.single_active_car and vin != account.active:
            raise errors.inactive_vehicle()
        return self.vehicles[vin]

    def state(self) -> dict[str, Any]:
        """Return all that has to survive a restart, as JSON."""
        return {
            "now": dump(self.advance()),
            "rules": dump(self.rules),
            "accounts": dump(list(self.accounts.values())),
            "tokens": dump(self.tokens),
            "vehicles": dump(list(self.vehicles.values())),
            "routines": dump(self.routines),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up where a state was left; vehicles live through the time since."""
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
        """Take accounts up again, with the cars they were given since."""
        for account in accounts:
            added = self.accounts[account.key].vins if account.key in self.accounts else []
            account.vins += [vin for vin in added if vin not in account.vins]
            self.accounts[account.key] = account

    def _add_vehicle(self, vin: str, zone: ZoneInfo) -> None:
        """Build a car: four fifths full, unplugged; it heeds its nightly schedule only if it lives by itself."""
        battery = Battery(energy_kwh=0.0)
        battery.level = FIRST_LEVEL
        now = self.clock.now()
        car = Car(at=now, zone=zone, battery=battery, schedule=replace(NIGHTLY, enabled=self.live))
        ledger = Ledger(Snapshot(now, car.reading), Outbox(zone))
        self.vehicles[vin] = Vehicle(vin, car, ledger, self.rules, self._random(vin), draft=car.schedule.week)
        if self.live:
            self.routines[vin] = Routine(vin, now)

    def _random(self, vin: str) -> Random:
        """Return the chances of one car, which do not depend on any other car's."""
        return Random(f"{self._first[0]} {vin}")  # noqa: S311
