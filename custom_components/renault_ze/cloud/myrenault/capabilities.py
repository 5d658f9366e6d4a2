"""The capabilities of a vehicle: by the library's table of models, our additions, and what the server has served."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from renault_api.kamereon import ACCOUNT_ENDPOINT_ROOT
from renault_api.kamereon.models import KamereonVehicleDetails, get_model_endpoints

from ..models import Capability, CommandKind, Part
from .programs import ScheduleClock, ScheduleLimits
from .routes import Routes, routes_of

FIRST, SECOND = "X101VE", "X102VE"
BATTERY = "battery-status"
CABIN = "hvac-status"
CALENDAR = "charge-schedule"
CHARGES = "charges"
LOCATION = "location"
MILEAGE = "cockpit"
MODE = "charge-mode"
SESSIONS = "hvac-sessions"
CHARGING_SETTINGS = "charging-settings"
CHARGE_START = "actions/charge-start"
HVAC_START = "actions/hvac-start"
HVAC_STOP = "actions/hvac-stop"
SET_MODE = "actions/charge-set-mode"
SET_SCHEDULE = "actions/charge-set-schedule"
# Missing in the library's table, but reported by owners; `hvac-sessions` may be gone.
_ADDED = {
    FIRST: (SET_MODE, CHARGES, SESSIONS),
    SECOND: (SET_MODE, SET_SCHEDULE, CHARGES, SESSIONS),
}
# For an unknown model, only what all models support.
_ALL_MODELS = (BATTERY, MILEAGE)
_NEEDS: Mapping[Capability, str] = {
    Capability.BATTERY: BATTERY,
    Capability.CHARGE_STATE: BATTERY,
    Capability.CHARGE_HISTORY: CHARGES,
    Capability.START_CHARGE: CHARGE_START,
    Capability.MILEAGE: MILEAGE,
    Capability.LOCATION: LOCATION,
    Capability.CABIN: CABIN,
    Capability.PRECONDITIONING: HVAC_START,
    Capability.PRECONDITIONING_TEMPERATURE: HVAC_START,
    Capability.PRECONDITIONING_TIMER: HVAC_START,
    Capability.PRECONDITIONING_TIMER_STATE: CABIN,
    Capability.PRECONDITIONING_HISTORY: SESSIONS,
    Capability.CANCEL_PRECONDITIONING: HVAC_STOP,
}
_CONFIRM_PRECONDITIONING = frozenset({Capability.PRECONDITIONING_STATE, Capability.PRECONDITIONING_HISTORY})
_SCHEDULE_NEEDS = {
    FIRST: (MODE, CALENDAR, SET_SCHEDULE),
    SECOND: (CHARGING_SETTINGS, SET_SCHEDULE),
}
# What setup tries on a new car; every car supports the battery.
UNCERTAIN = (MILEAGE, CABIN, LOCATION, CHARGES, SESSIONS, MODE, CALENDAR, CHARGING_SETTINGS)
_LIMITS = {
    FIRST: ScheduleLimits(),
    SECOND: ScheduleLimits(windows_a_day=5, programs=5),
}
_CLOCKS = {FIRST: ScheduleClock.UTC}
# Usable kWh by the size in the build code; the smaller battery of the first generation is sold as 22 kWh.
_SIZES = {"026KWH": 22.0, "045KWH": 41.0, "052KWH": 52.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelEndpoints:
    """The endpoints of a model with their paths, without those that the server has only refused for this car."""

    model: str | None
    paths: Mapping[str, str]
    is_absent: Callable[[str], bool]

    @classmethod
    def of(cls, details: KamereonVehicleDetails | None, is_absent: Callable[[str], bool]) -> ModelEndpoints:
        """Return the endpoints of a vehicle; `is_absent` returns whether its server does not have one."""
        code = None if details is None else details.get_model_code()
        return cls(model=code, paths=dict(_paths(code)), is_absent=is_absent)

    def has(self, endpoint: str) -> bool:
        """Return whether the car has an endpoint."""
        return endpoint in self.paths and not self.is_absent(endpoint)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Return the endpoints that setup tries."""
        return tuple(endpoint for endpoint in UNCERTAIN if endpoint in self._readable)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return the capabilities of the vehicle."""
        return frozenset(self._capabilities())

    @property
    def limits(self) -> ScheduleLimits:
        """Return the limits of a charge schedule."""
        return _LIMITS.get(self.model or "", ScheduleLimits())

    @property
    def schedule_clock(self) -> ScheduleClock:
        """Return the clock of the model's charge schedule, unless the user has chosen another."""
        return _CLOCKS.get(self.model or "", ScheduleClock.LOCAL)

    @property
    def unconfirmable(self) -> frozenset[CommandKind]:
        """Return the commands whose effect the cloud never shows."""
        unseen = {CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION}
        if self.capabilities.isdisjoint(_CONFIRM_PRECONDITIONING):
            unseen.add(CommandKind.PRECONDITION)
        return frozenset(unseen)

    @property
    def requests(self) -> Mapping[Part, int]:
        """Return how many requests reading a part takes, if not one: some parts share a response, others need two."""
        shared = {Part.PRECONDITIONING_TIMER: 0}
        return {**shared, Part.CHARGE_SCHEDULE: 2} if self.model == FIRST else shared

    @property
    def routes(self) -> Routes:
        """Return the routes of the commands that have several, or that are sent without the library."""
        return routes_of(self.model, self.paths.get(CHARGE_START, ""))

    def _capabilities(self) -> Iterator[Capability]:
        """Yield the capabilities of the vehicle."""
        yield from (capability for capability, endpoint in _NEEDS.items() if self.has(endpoint))
        needed = _SCHEDULE_NEEDS.get(self.model or "")
        if needed and all(map(self.has, needed)):
            yield Capability.CHARGE_SCHEDULE
        if self.has(CHARGE_START) and CommandKind.STOP_CHARGE in self.routes:
            yield Capability.STOP_CHARGE
        if self.has(BATTERY) and self.model == SECOND:
            yield Capability.BATTERY_ENERGY
        # The first generation always reports that its air conditioning is off.
        if self.has(CABIN):
            yield Capability.OUTSIDE_TEMPERATURE if self.model == FIRST else Capability.PRECONDITIONING_STATE

    @property
    def _readable(self) -> set[str]:
        """Return the endpoints that are read for the model."""
        schedule = set(_SCHEDULE_NEEDS.get(self.model or "", ()))
        return {endpoint for endpoint in self.paths if endpoint in _NEEDS.values() or endpoint in schedule}


def has_plug(details: KamereonVehicleDetails | None) -> bool:
    """Return whether a car can be plugged in, True if unknown: details may be missing for a while."""
    if details is None or not (details.engineEnergyType or details.get_energy_code()):
        return True
    return details.uses_electricity()


def battery_kwh(details: KamereonVehicleDetails | None) -> float | None:
    """Return the usable energy (kWh) of the battery, which is only known from the build code."""
    build = None if details is None else details.raw_data.get("vcd")
    tokens = build.split("/") if isinstance(build, str) else []
    return next((_SIZES[token] for token in tokens if token in _SIZES), None)


def _paths(code: str | None) -> Iterator[tuple[str, str]]:
    """Yield the endpoints of a model with their paths.

    Only those the library lists for the model: for others it falls back to a guess and reports them as supported.
    """
    guesses, listed = get_model_endpoints(None), get_model_endpoints(code)
    is_known = listed is not guesses
    for endpoint in _ADDED.get(code or "", ()) if is_known else _ALL_MODELS:
        if (guess := guesses.get(endpoint)) is not None:
            yield endpoint, ACCOUNT_ENDPOINT_ROOT + guess.endpoint
    for endpoint, definition in listed.items() if is_known else ():
        if definition is not None:
            yield endpoint, ACCOUNT_ENDPOINT_ROOT + definition.endpoint
