"""The capabilities of a vehicle: by the library's table of models, our additions, and what the server has served."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from renault_api.kamereon import ACCOUNT_ENDPOINT_ROOT
from renault_api.kamereon.models import EndpointDefinition, KamereonVehicleDetails, get_model_endpoints

from ..models import Capability, CommandKind, Part
from ..reports import TemperatureRange
from .endpoints import (
    ADDITIONS,
    ALERTS,
    BATTERY,
    CABIN,
    CALENDAR,
    CHARGE_START,
    CHARGES,
    CHARGING_SETTINGS,
    FIRST,
    HORN,
    HVAC_SCHEDULE,
    HVAC_SETTINGS,
    HVAC_START,
    HVAC_STOP,
    LIGHTS,
    LOCATION,
    LOCK_STATUS,
    MEGANE,
    MILEAGE,
    MODE,
    PRESSURE,
    REFRESH_LOCATION,
    SECOND,
    SESSIONS,
    SET_SCHEDULE,
    SOC_LEVELS,
    STOPPED_BY_STOP,
    UNKNOWN,
    UNLISTED,
    Addition,
)
from .picture import picture_address
from .programs import ScheduleClock, ScheduleLimits
from .routes import UNLISTED_ROUTES, Routes, routes_of

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
    Capability.CHARGE_LIMIT: SOC_LEVELS,
    Capability.TIRE_PRESSURES: PRESSURE,
    Capability.LOCKS: LOCK_STATUS,
    Capability.ALERTS: ALERTS,
    Capability.REFRESH_LOCATION: REFRESH_LOCATION,
    Capability.SOUND_HORN: HORN,
    Capability.FLASH_LIGHTS: LIGHTS,
}
_CONFIRM_PRECONDITIONING = frozenset({Capability.PRECONDITIONING_STATE, Capability.PRECONDITIONING_HISTORY})
_SCHEDULE_NEEDS = {
    FIRST: (MODE, CALENDAR, SET_SCHEDULE),
    SECOND: (CHARGING_SETTINGS, SET_SCHEDULE),
    MEGANE: (CHARGING_SETTINGS, SET_SCHEDULE),
}
# What may be refused although it is listed; every car supports the battery.
UNCERTAIN = (MILEAGE, CABIN, LOCATION, CHARGES, SESSIONS, MODE, CALENDAR, CHARGING_SETTINGS)
# Only read while an enabled entity shows them; setup does not try them.
OPTIONAL = (SOC_LEVELS, PRESSURE, LOCK_STATUS, ALERTS, HVAC_SETTINGS)
_PROGRAMS = ScheduleLimits(windows_a_day=5, programs=5)
# Settings have one start and one duration for all days.
_SETTINGS = ScheduleLimits(windows_a_day=1, programs=1)
_LIMITS = {FIRST: ScheduleLimits(), SECOND: _PROGRAMS, MEGANE: _PROGRAMS}
_CLOCKS = {FIRST: ScheduleClock.UTC}
# Fields that only some cars of a model report; each is a feature once it was reported.
CABIN_TEMPERATURE, POWER = f"{CABIN}:internalTemperature", f"{BATTERY}:chargingInstantaneousPower"
FIELDS: Mapping[str, str] = {CABIN: CABIN_TEMPERATURE, BATTERY: POWER}
# Older cars show and take whole degrees, and newer ones report their setting as a decimal number (inferred).
_WHOLE_DEGREES = TemperatureRange(lowest=15.0, highest=25.0, step=1.0, default=21.0)
_HALF_DEGREES = TemperatureRange(lowest=15.0, highest=25.0, step=0.5, default=21.0)
# Usable kWh by the size in the build code; the smaller battery of the first generation is sold as 22 kWh.
_SIZES = {"026KWH": 22.0, "045KWH": 41.0, "052KWH": 52.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelEndpoints:
    """The endpoints of a model with their paths, without those that the server has only refused for this car.

    A model that `is_listed` is in the library's table or in our additions, one that `stops_by_stop` stops
    preconditioning by another word than others.
    """

    model: str | None
    paths: Mapping[str, str]
    is_absent: Callable[[str], bool]
    is_listed: bool
    stops_by_stop: bool
    has_fuel: bool
    has_picture: bool

    @classmethod
    def of(cls, details: KamereonVehicleDetails | None, is_absent: Callable[[str], bool]) -> ModelEndpoints:
        """Return the endpoints of a vehicle; `is_absent` returns whether its server does not have one."""
        code = None if details is None else details.get_model_code()
        listed = _listed(code)
        stop = listed.get(HVAC_STOP)
        return cls(
            model=code,
            paths=dict(_paths(code, listed)),
            is_absent=is_absent,
            is_listed=bool(listed) or any(each.model == code for each in ADDITIONS),
            stops_by_stop=code in STOPPED_BY_STOP or (stop is not None and stop.mode == "kca-stop"),
            has_fuel=details is not None and details.uses_fuel(),
            has_picture=picture_address(details) is not None,
        )

    def has(self, endpoint: str) -> bool:
        """Return whether the car has an endpoint."""
        return endpoint in self.paths and not self.is_absent(endpoint)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Return the endpoints that the server may not have, although they are listed."""
        return tuple(endpoint for endpoint in (*UNCERTAIN, *OPTIONAL) if endpoint in self._readable)

    @property
    def tried(self) -> tuple[str, ...]:
        """Return the endpoints that setup tries: the uncertain ones, the optional ones only after a refusal."""
        return tuple(each for each in self.uncertain if each not in OPTIONAL or self.is_absent(each))

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return the capabilities of the vehicle."""
        return frozenset(self._capabilities())

    @property
    def temperatures(self) -> TemperatureRange:
        """Return the temperatures of preconditioning."""
        return _HALF_DEGREES if self.has_settings else _WHOLE_DEGREES

    @property
    def limits(self) -> ScheduleLimits:
        """Return the limits of a charge schedule."""
        return _SETTINGS if self.has_settings else _LIMITS.get(self.model or "", ScheduleLimits())

    @property
    def schedule_clock(self) -> ScheduleClock:
        """Return the clock of the model's charge schedule, unless the user has chosen another."""
        return _CLOCKS.get(self.model or "", ScheduleClock.LOCAL)

    @property
    def unconfirmable(self) -> frozenset[CommandKind]:
        """Return the commands whose effect the cloud never shows."""
        unseen = {
            *(CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION),
            *(CommandKind.SOUND_HORN, CommandKind.FLASH_LIGHTS),
        }
        if self.capabilities.isdisjoint(_CONFIRM_PRECONDITIONING):
            unseen.add(CommandKind.PRECONDITION)
        return frozenset(unseen)

    @property
    def requests(self) -> Mapping[Part, int]:
        """Return how many requests reading a part takes, if not one: some parts share a response, others need two."""
        shared = {Part.PRECONDITIONING_TIMER: 0, Part.FUEL: 0}
        if self.has_settings:
            shared[Part.CAR_DEPARTURES] = 0
        return {**shared, Part.CHARGE_SCHEDULE: 2} if self.model == FIRST else shared

    @property
    def routes(self) -> Routes:
        """Return the routes of the commands that have several, or that are sent without the library."""
        return routes_of(self.model, self.paths.get(CHARGE_START, "")) if self.is_listed else UNLISTED_ROUTES

    def _capabilities(self) -> Iterator[Capability]:
        """Yield the capabilities of the vehicle."""
        yield from (capability for capability, endpoint in _NEEDS.items() if self._offers(endpoint))
        if (needed := self._schedule_needs) and all(map(self.has, needed)):
            yield Capability.CHARGE_SCHEDULE
        if self.has(CHARGE_START) and CommandKind.STOP_CHARGE in self.routes:
            yield Capability.STOP_CHARGE
        if self.has(BATTERY) and self.model == SECOND:
            yield Capability.BATTERY_ENERGY
        # The second generation of the ZOE reports the energy in the battery, later cars that of a charge.
        if self.model != FIRST and self.has(BATTERY if self.model == SECOND else CHARGES):
            yield Capability.USABLE_CAPACITY
        if self.has(HVAC_START) and (self.has_settings or self._has_hvac_programs):
            yield Capability.CAR_DEPARTURES
        # The first generation always reports that its air conditioning is off.
        if self.has(CABIN):
            yield Capability.OUTSIDE_TEMPERATURE if self.model == FIRST else Capability.PRECONDITIONING_STATE
        yield from self._reported()

    def _reported(self) -> Iterator[Capability]:
        """Yield the capabilities that only the data of this car shows."""
        if self.has(CABIN) and not self.is_absent(CABIN_TEMPERATURE):
            yield Capability.CABIN_TEMPERATURE
        # Later models report a power that has nothing to do with the charge (core).
        if self.model == FIRST and not self.is_absent(POWER):
            yield Capability.CHARGING_POWER
        if self.has_fuel and self.has(MILEAGE):
            yield Capability.FUEL
        if self.has_picture:
            yield Capability.PICTURE

    def _offers(self, endpoint: str) -> bool:
        """Return whether an endpoint is offered: to start preconditioning a car of no list, once it shows its cabin."""
        return self.has(endpoint) and (self.is_listed or endpoint != HVAC_START or self.has(CABIN))

    @property
    def has_settings(self) -> bool:
        """Return whether this is a newer car, which has settings instead of charge programs."""
        return self.paths.get(CHARGE_START, "").endswith("/ev/settings")

    @property
    def _schedule_needs(self) -> tuple[str, ...]:
        """Return the endpoints that a charge schedule needs; that of another schedule shows the settings."""
        return (CALENDAR,) if self.has_settings else _SCHEDULE_NEEDS.get(self.model or "", ())

    @property
    def _has_hvac_programs(self) -> bool:
        """Return whether this is a car with programs for preconditioning alone, as far as they are supported."""
        return self.model == SECOND and self.has(HVAC_SETTINGS) and self.has(HVAC_SCHEDULE)

    @property
    def _readable(self) -> set[str]:
        """Return the endpoints that are read for the model."""
        schedule = set(self._schedule_needs)
        if CommandKind.SET_CHARGE_SCHEDULE in self.routes:
            # A start may replace this schedule, which is then restored.
            schedule.add(CHARGING_SETTINGS)
        if self.model == SECOND:
            schedule.add(HVAC_SETTINGS)
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


def _listed(code: str | None) -> Mapping[str, EndpointDefinition | None]:
    """Return the library's table of a model, empty for a model it does not list: then it returns a guess."""
    found = get_model_endpoints(code) if code else {}
    return {} if found is get_model_endpoints(None) else found


def _paths(code: str | None, listed: Mapping[str, EndpointDefinition | None]) -> Iterator[tuple[str, str]]:
    """Yield the endpoints of a model with their paths: our additions, and what the library lists."""
    guesses = get_model_endpoints(None)
    added = [each for each in ADDITIONS if each.model == code and not (each.whole and listed)]
    if not listed and not added:
        added = [Addition(model="", endpoints=UNLISTED if code else UNKNOWN, grade="not proven", reason="")]
    for each in added:
        for endpoint in each.endpoints:
            guess = guesses.get(endpoint)
            if path := (each.paths or {}).get(endpoint) or (guess and guess.endpoint):
                yield endpoint, ACCOUNT_ENDPOINT_ROOT + path
    for endpoint, definition in listed.items():
        if definition is not None:
            yield endpoint, ACCOUNT_ENDPOINT_ROOT + definition.endpoint
