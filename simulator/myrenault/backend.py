"""The state of MY Renault: persons, their accounts, and their cars, without HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any, override
from zoneinfo import ZoneInfo

from ..codec import dump, load
from ..world.accounts import Account, opaque_id
from ..world.battery import Battery
from ..world.clock import Clock
from ..world.notifications import Outbox
from ..world.records import Records, Snapshot
from ..world.routine import Routine
from ..world.week import Week
from ..zeservices.backend import EXAMPLE_VIN, FIRST_LEVEL, Backend
from .car import MyRenaultCar
from .gigya import Gigya
from .models import MODEL_NAMES, MODELS, X101VE, X102VE, XHN1CP, Model
from .quirks import ProgramClock, Quirks, RemoteSecurity
from .routes import RouteSet
from .server_settings import ServerSettings
from .vehicle import MyRenaultVehicle

SECOND_VIN = "VF1AGVYF0ZE000002"


@dataclass(frozen=True)
class KamereonAccount:
    """An account of a person at Kamereon, with its type and cars."""

    id: str
    kind: str
    vins: tuple[str, ...]


def example_owner() -> Account:
    """Return the account that all examples use, with a car of each generation."""
    return Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN, SECOND_VIN])


class MyRenaultBackend(Backend):
    """A backend whose cars alternate between the generations of the ZOE unless a VIN has its own model."""

    def __init__(
        self,
        clock: Clock,
        accounts: Iterable[Account],
        *,
        models: Mapping[str, Model] | None = None,
        routes: RouteSet = RouteSet.ALL,
        seed: int = 0,
        live: bool = False,
    ) -> None:
        """Create the accounts and their cars."""
        self._models = dict(models or {})
        self._routes = routes
        super().__init__(clock, accounts, seed=seed, live=live)

    @override
    def reset(self) -> None:
        self._turn = cycle((X101VE, X102VE))
        self.settings = ServerSettings()
        super().reset()
        # No refusal of a second preconditioning within minutes is known for this cloud.
        self.rules.precondition_window_seconds = 0.0
        self.gigya = Gigya(self.clock, self.random, self.accounts, self.settings, self.random.randbytes(32))

    def vehicle(self, vin: str) -> MyRenaultVehicle:
        """Return a car; raise KeyError for an unknown VIN."""
        vehicle = self.vehicles[vin]
        assert isinstance(vehicle, MyRenaultVehicle)  # noqa: S101 - no other is ever put there
        return vehicle

    def kamereon_accounts(self, account: Account) -> list[KamereonAccount]:
        """Return the Kamereon accounts of a person: cars are in the first or, if configured, in a Dacia account."""
        own = tuple(vin for vin in account.vins if vin not in self.settings.dacia)
        found = [
            KamereonAccount(account.identifier("MYRENAULT"), "MYRENAULT", own),
            KamereonAccount(account.identifier("SFDC"), "SFDC", ()),
        ]
        if self.settings.dacia:
            found.append(KamereonAccount(account.identifier("MYDACIA"), "MYDACIA", tuple(self.settings.dacia)))
        return found

    @override
    def state(self) -> dict[str, Any]:
        return {**super().state(), "portal": dump(self.settings), "gigya": dump(self.gigya)}

    @override
    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        for each in state["vehicles"]:
            vehicle = load(MyRenaultVehicle, each, rules=self.rules, random=self.random)
            vehicle.load_limits_and_departures()
            self.vehicles[vehicle.vin] = vehicle
        self.settings = load(ServerSettings, state["portal"])
        own: dict[str, Any] = {
            "clock": self.clock,
            "random": self.random,
            "accounts": self.accounts,
            "settings": self.settings,
        }
        self.gigya = load(Gigya, state["gigya"], **own)

    @override
    def _add_vehicle(self, vin: str, zone: ZoneInfo) -> None:
        model = self._models.get(vin) or next(self._turn)
        battery = Battery(
            energy_kwh=0.0, capacity_kwh=model.capacity_kwh, consumption_kwh_per_km=model.consumption_kwh_per_km
        )
        battery.level = FIRST_LEVEL
        now = self.clock.now()
        run = timedelta(minutes=model.run_minutes)
        car = MyRenaultCar(at=now, zone=zone, battery=battery, run=run, threshold=model.threshold, parked_at=now)
        vehicle = MyRenaultVehicle(
            vin=vin,
            car=car,
            records=Records(Snapshot(now, car.reading), Outbox(zone)),
            rules=self.rules,
            random=self.random,
            draft=Week(days=()),
            model_code=model.code,
            quirks=self._quirks(model),
        )
        vehicle.load_first_schedule()
        self.vehicles[vin] = vehicle
        if self.live:
            self.routines[vin] = Routine(vin, now)

    def _quirks(self, model: Model) -> Quirks:
        """Return the quirks of a new car."""
        if model is X101VE:
            # Reported by owners: the first generation interprets `Z` as UTC, the second as local time.
            return Quirks(program_clock=ProgramClock.UTC, remote_security=RemoteSecurity.UNKNOWN, routes=self._routes)
        # The app of an owner of a Rafale treats the window as daily (UlricGenievre/myauto-pilot).
        return Quirks(program_clock=ProgramClock.LOCAL, routes=self._routes, daily_window=model is XHN1CP)


def models_of(vins: Iterable[str], codes: Iterable[str]) -> dict[str, Model]:
    """Return the model of each VIN from two lists in the same order; a model has a name and a code."""
    known = {**MODEL_NAMES, **MODELS}
    return {vin.upper(): known[code] for vin, code in zip(vins, codes, strict=False)}


def license_plate(vin: str) -> str:
    """Return the license plate; Q plates are for cars of unknown age."""
    return f"Q{int(opaque_id('plate', vin)[:6], 16) % 1000:03} ZOE"
