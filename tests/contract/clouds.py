"""The clouds as the contract tests use them: a server with one car, and the requests of its features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from http import HTTPStatus

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, DOMAIN, MY_RENAULT
from simulator import EXAMPLE_VIN, Account, Simulator
from simulator.myrenault import X101VE, X102VE, Model, MyRenaultSimulator
from simulator.world.records import Source

LEVEL = 50
_CREDENTIALS = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd"}
_BATTERY = ("sensor.renault_z_e_battery", "sensor.renault_z_e_range", "binary_sensor.renault_z_e_plugged_in")
_WEEK = ("sensor.renault_z_e_charge_schedule_status",)


@dataclass(frozen=True, kw_only=True)
class CloudUnderTest:
    """A cloud.

    `log_in` is the path to which a password is sent. `reads` are the paths of a poll with the entities each updates,
    the battery first, `commands` the first request of each command that reaches the car, both as globs. Commands in
    `by_the_server` do not need the car, those in `unconfirmable` are never confirmed, and those in `same_path` have
    another route with the same path. `throttled` is the translation key for too many requests.
    """

    simulator: Simulator
    entry: Callable[[], MockConfigEntry]
    log_in: str
    reads: Mapping[str, tuple[str, ...]]
    commands: Mapping[CommandKind, tuple[str, str]]
    by_the_server: frozenset[CommandKind] = frozenset()
    unconfirmable: frozenset[CommandKind] = frozenset()
    same_path: frozenset[CommandKind] = frozenset()
    throttled: str = "throttled_unknown_wait"

    def prepare_car(self) -> None:
        """Plug the car in at half its battery by day, with a schedule for the night."""
        vehicle = self.simulator.vehicle()
        vehicle.car.unplug()
        vehicle.car.load(replace(vehicle.car.schedule, enabled=True))
        vehicle.car.fill(LEVEL)
        vehicle.car.plug()
        vehicle.report_now()

    def received(self, kind: CommandKind) -> int:
        """Return how often the request of a command arrived, without those refused unread."""
        verb, path = self.commands[kind]
        return sum(
            entry.method == verb and fnmatchcase(entry.path, path) and entry.status != HTTPStatus.UNAUTHORIZED
            for entry in self.simulator.log.entries
        )

    def logins(self) -> int:
        """Return how often a password arrived."""
        return sum(entry.path == self.log_in for entry in self.simulator.log.entries)


def ze_services() -> CloudUnderTest:
    """Return Z.E. Services."""
    simulator = Simulator()
    simulator.backend.rules.ask_window_seconds = simulator.backend.rules.precondition_window_seconds = 0
    vehicle = f"/api/vehicle/{EXAMPLE_VIN}"
    return CloudUnderTest(
        simulator=simulator,
        entry=lambda: MockConfigEntry(
            domain=DOMAIN,
            title="Renault Z.E.",
            unique_id=simulator.account.identifier("user"),
            data={**_CREDENTIALS, CONF_ADDRESS: f"{simulator.url}/api"},
        ),
        log_in="/api/user/login",
        reads={
            f"{vehicle}/battery": _BATTERY,
            f"{vehicle}/charge/scheduler/onboard": _WEEK,
            f"{vehicle}/settings/notification": ("select.renault_z_e_charge_end_notification",),
        },
        commands={
            CommandKind.PRECONDITION: ("POST", f"{vehicle}/air-conditioning"),
            CommandKind.PRECONDITION_AT: ("POST", f"{vehicle}/air-conditioning/scheduler"),
            CommandKind.CANCEL_PRECONDITION: ("DELETE", f"{vehicle}/air-conditioning/scheduler"),
            CommandKind.START_CHARGE: ("POST", f"{vehicle}/charge"),
            CommandKind.REQUEST_UPDATE: ("POST", f"{vehicle}/battery"),
            CommandKind.SET_CHARGE_SCHEDULE: ("POST", f"{vehicle}/charge/scheduler/offboard/deploy"),
            CommandKind.DISABLE_CHARGE_SCHEDULE: ("PUT", f"{vehicle}/charge/scheduler/onboard"),
            CommandKind.SET_NOTIFICATIONS: ("PUT", f"{vehicle}/settings/notification"),
        },
        by_the_server=frozenset(
            {CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION, CommandKind.SET_NOTIFICATIONS}
        ),
    )


def first_generation() -> CloudUnderTest:
    """Return MY Renault with a car of the first generation."""
    reads = {"*/charge-schedule": _WEEK, "*/hvac-status": ("sensor.renault_z_e_outside_temperature",)}
    unconfirmable = {CommandKind.PRECONDITION_AT, CommandKind.CANCEL_PRECONDITION}
    return _my_renault(X101VE, reads, unconfirmable=frozenset(unconfirmable))


def second_generation() -> CloudUnderTest:
    """Return MY Renault with a car that loses its schedule when it is disabled."""
    reads = {
        "*/charging-settings": _WEEK,
        "*/hvac-status": ("binary_sensor.renault_z_e_preconditioning",),
        "*/location": ("device_tracker.renault_z_e_location",),
    }
    return _my_renault(
        X102VE,
        reads,
        unconfirmable=frozenset({CommandKind.PRECONDITION_AT}),
        same_path=frozenset({CommandKind.DISABLE_CHARGE_SCHEDULE}),
    )


def _my_renault(model: Model, reads: Mapping[str, tuple[str, ...]], **kinds: frozenset[CommandKind]) -> CloudUnderTest:
    """Return MY Renault with a car of a model that still reports its preconditioning runs."""
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: model})
    simulator.vehicle().quirks.serves_sessions = True
    earlier = simulator.clock.now() - timedelta(hours=12)
    simulator.vehicle().records.record_preconditioning(earlier, Source.USER, success=True)
    commands = {
        CommandKind.PRECONDITION: ("POST", "*/actions/hvac-start"),
        CommandKind.PRECONDITION_AT: ("POST", "*/actions/hvac-start"),
        CommandKind.CANCEL_PRECONDITION: ("POST", "*/actions/hvac-start"),
        CommandKind.START_CHARGE: ("POST", "*/actions/charging-start"),
        CommandKind.SET_CHARGE_SCHEDULE: ("POST", "*/actions/charge-schedule"),
        CommandKind.DISABLE_CHARGE_SCHEDULE: ("POST", "*/actions/charge-mode"),
    }
    if model is X102VE:
        del commands[CommandKind.CANCEL_PRECONDITION]
        commands[CommandKind.START_CHARGE] = ("POST", "*/charge/start")
        commands[CommandKind.SET_CHARGE_SCHEDULE] = ("POST", "*/charge/schedule")
    return CloudUnderTest(
        simulator=simulator,
        entry=lambda: MockConfigEntry(
            domain=DOMAIN,
            title="Renault Z.E.",
            unique_id=owner.identifier("MYRENAULT"),
            data={**_CREDENTIALS, CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: simulator.url},
        ),
        log_in="/gigya/accounts.login",
        reads={"*/battery-status": _BATTERY, "*/cockpit": ("sensor.renault_z_e_mileage",), **reads},
        commands=commands,
        # The client pauses for a known time.
        throttled="throttled",
        **kinds,
    )


CLOUDS: Mapping[str, Callable[[], CloudUnderTest]] = {
    "Z.E. Services": ze_services,
    "MY Renault, first generation": first_generation,
    "MY Renault, second generation": second_generation,
}
