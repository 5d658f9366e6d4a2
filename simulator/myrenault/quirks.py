"""Differences of a car and its account."""

from dataclasses import dataclass, field
from enum import StrEnum

from .routes import WORKING, Outcome, Route, RouteSet


class ProgramClock(StrEnum):
    """How the car interprets the `Z` in the times of a program."""

    UTC = "utc"
    LOCAL = "local"


class RemoteSecurity(StrEnum):
    """How the car authenticates commands; commands to an SRP car are rejected."""

    JWT = "JWT"
    SRP = "SRP"
    UNKNOWN = "UNKNOWN"


@dataclass(slots=True)
class Quirks:
    """Differences of a car and its account; README.md lists the source of each."""

    program_clock: ProgramClock = ProgramClock.UTC
    silent_charging: bool = False
    serves_sessions: bool = False
    empty_sessions: bool = False
    privacy: bool = False
    refuses_mode: bool = False
    reports_low_battery: bool = False
    ghost_remaining_time: bool = False
    plug_status: int | None = None
    charging_status: float | None = None
    has_details: bool = True
    second_link: bool = False
    empty_vehicle_link: bool = False
    remote_security: RemoteSecurity = RemoteSecurity.JWT
    routes: RouteSet = RouteSet.ALL
    failing_route_outcome: Outcome = Outcome.IGNORED
    route_overrides: dict[Route, Outcome] = field(default_factory=dict)
    daily_window: bool = False
    discards_old_settings: bool = False
    follows_departures: bool = True
    has_picture: bool = True
    reports_power: bool = False
    served_endpoints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raise ValueError if the outcome of the routes that do not work is an effect."""
        if self.failing_route_outcome in (Outcome.WORKS, Outcome.WAITS):
            raise ValueError("failing_route_outcome: ignored or an error expected")

    def outcome(self, route: Route, usual: Outcome = Outcome.WORKS) -> Outcome:
        """Return what a command over a route leads to; `usual` is the outcome if all routes work."""
        if route in self.route_overrides:
            return self.route_overrides[route]
        return usual if route in WORKING[self.routes] else self.failing_route_outcome
