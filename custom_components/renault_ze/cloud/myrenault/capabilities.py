"""What a vehicle can do: by its model in the library's table, our own additions, and what its server refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from renault_api.kamereon import ACCOUNT_ENDPOINT_ROOT
from renault_api.kamereon.models import KamereonVehicleDetails, get_model_endpoints

from ..models import Capability, CommandKind, Part
from .programs import Limits, ScheduleClock

FIRST, SECOND = "X101VE", "X102VE"
BATTERY = "battery-status"
CABIN = "hvac-status"
CALENDAR = "charge-schedule"
CHARGES = "charges"
LOCATION = "location"
MILEAGE = "cockpit"
MODE = "charge-mode"
SESSIONS = "hvac-sessions"
SETTINGS = "charging-settings"
CHARGE_START = "actions/charge-start"
HVAC_START = "actions/hvac-start"
HVAC_STOP = "actions/hvac-stop"
SET_MODE = "actions/charge-set-mode"
SET_SCHEDULE = "actions/charge-set-schedule"
# What the library's table is silent about and owners saw work, or saw gone: `hvac-sessions` is tried once a week.
_ADDED = {
    FIRST: (SET_MODE, CHARGES, SESSIONS),
    SECOND: (SET_MODE, SET_SCHEDULE, CHARGES, SESSIONS),
}
# A model the library has never heard of is only asked for what every one of them answers.
_OF_ANY_MODEL = (BATTERY, MILEAGE)
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
_SHOW_A_RUN = frozenset({Capability.PRECONDITIONING_STATE, Capability.PRECONDITIONING_HISTORY})
_SCHEDULE_NEEDS = {
    FIRST: (MODE, CALENDAR, SET_SCHEDULE),
    SECOND: (SETTINGS, SET_SCHEDULE),
}
# What set-up tries on a car it sees for the first time; reading the battery is not in doubt.
_DOUBTFUL = (MILEAGE, CABIN, LOCATION, CHARGES, SESSIONS, MODE, CALENDAR, SETTINGS)
_LIMITS = {
    FIRST: Limits(),
    SECOND: Limits(windows_a_day=5, programs=5),
}
_CLOCKS = {FIRST: ScheduleClock.UTC}
# Usable kWh by the size that stands in the build; the first generation's smaller one is known as 22.
_SIZES = {"026KWH": 22.0, "045KWH": 41.0, "052KWH": 52.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """A model's endpoints with their paths, and which of them the server refused for this car."""

    model: str | None
    paths: Mapping[str, str]
    refuses: Callable[[str], bool]

    @classmethod
    def of(cls, details: KamereonVehicleDetails | None, refuses: Callable[[str], bool]) -> Abilities:
        """Return what is known of a vehicle; `refuses` tells what its server said no to."""
        code = None if details is None else details.get_model_code()
        return cls(model=code, paths=dict(_paths(code)), refuses=refuses)

    def has(self, endpoint: str) -> bool:
        """Tell whether an endpoint is there and was not refused."""
        return endpoint in self.paths and not self.refuses(endpoint)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Return the endpoints worth a try."""
        return tuple(endpoint for endpoint in _DOUBTFUL if endpoint in self._readable)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what the vehicle can do."""
        return frozenset(self._capabilities())

    @property
    def limits(self) -> Limits:
        """Return what a week has to be like."""
        return _LIMITS.get(self.model or "", Limits())

    @property
    def clock(self) -> ScheduleClock:
        """Return what the model takes times for, unless the owner found otherwise."""
        return _CLOCKS.get(self.model or "", ScheduleClock.LOCAL)

    @property
    def unconfirmed(self) -> frozenset[CommandKind]:
        """Return the orders whose effect the cloud never shows."""
        unseen = {CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION}
        if self.capabilities.isdisjoint(_SHOW_A_RUN):
            unseen.add(CommandKind.PRECONDITION)
        return frozenset(unseen)

    @property
    def requests(self) -> Mapping[Part, int]:
        """Return how many requests a part takes where that is not one: two stand in one answer, or one in two."""
        shared = {Part.PRECONDITIONING_TIMER: 0}
        return {**shared, Part.CHARGE_SCHEDULE: 2} if self.model == FIRST else shared

    def _capabilities(self) -> Iterator[Capability]:
        """Yield what the vehicle can do."""
        yield from (capability for capability, endpoint in _NEEDS.items() if self.has(endpoint))
        needed = _SCHEDULE_NEEDS.get(self.model or "")
        if needed and all(map(self.has, needed)):
            yield Capability.CHARGE_SCHEDULE
        if self.has(BATTERY) and self.model == SECOND:
            yield Capability.BATTERY_ENERGY
        # The first generation's air-conditioning is always told to be off.
        if self.has(CABIN):
            yield Capability.OUTSIDE_TEMPERATURE if self.model == FIRST else Capability.PRECONDITIONING_STATE

    @property
    def _readable(self) -> set[str]:
        """Return the endpoints this adapter reads for the model."""
        schedule = set(_SCHEDULE_NEEDS.get(self.model or "", ()))
        return {endpoint for endpoint in self.paths if endpoint in _NEEDS.values() or endpoint in schedule}


def battery_kwh(details: KamereonVehicleDetails | None) -> float | None:
    """Return the size of the battery, which only the build's tokens tell."""
    build = None if details is None else details.raw_data.get("vcd")
    tokens = build.split("/") if isinstance(build, str) else []
    return next((_SIZES[token] for token in tokens if token in _SIZES), None)


def _paths(code: str | None) -> Iterator[tuple[str, str]]:
    """Yield the endpoints of a model with their paths.

    Only what the library lists for the model: for anything else it falls back to a guess and calls that support.
    """
    guesses, listed = get_model_endpoints(None), get_model_endpoints(code)
    known = listed is not guesses
    for endpoint in _ADDED.get(code or "", ()) if known else _OF_ANY_MODEL:
        if endpoint in guesses and (guess := guesses[endpoint]) is not None:
            yield endpoint, ACCOUNT_ENDPOINT_ROOT + guess.endpoint
    for endpoint, definition in listed.items() if known else ():
        if definition is not None:
            yield endpoint, ACCOUNT_ENDPOINT_ROOT + definition.endpoint
