"""Run the simulator: `python -m simulator`."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import signal
import sys
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .myrenault import MODEL_NAMES, MODELS, SECOND_VIN, MyRenaultSimulator, RouteSet, models_of
from .simulator import Simulator
from .world.accounts import Account
from .world.clock import Clock
from .zeservices.backend import EXAMPLE_VIN

EXAMPLE_VINS = {"zeservices": [EXAMPLE_VIN], "myrenault": [EXAMPLE_VIN, SECOND_VIN]}
CLOUD_NAMES = {"zeservices": "Z.E. Services", "myrenault": "MY Renault"}
SPEED_HELP = (
    "simulated seconds per real second (%(default)s); applies to cars, charge windows, timers, and their dates, "
    "while tokens and clients use real time"
)
SAVE_SECONDS = 10.0
# Keys in states that were saved by earlier versions.
RENAMED = {
    "errand": "kind",
    "ledger": "records",
    "order_seconds": "command_seconds",
    "route_answer": "failing_route_outcome",
    "tells_low_battery": "reports_low_battery",
}
# Live cars start with a history.
HISTORY = timedelta(days=21)


def main() -> None:
    """Run the server until it receives SIGINT or SIGTERM."""
    asyncio.run(serve(_parse_arguments(sys.argv[1:])))


async def serve(options: Namespace) -> None:
    """Start the simulator and save its state regularly if a state file is given."""
    simulator, state = _prepare_simulator(options), options.state
    try:
        url = await simulator.start(options.host, options.port)
    except OSError as problem:
        sys.exit(f"cannot listen on {options.host}:{options.port}: {problem.strerror or problem}")
    sys.stdout.write(f"{CLOUD_NAMES[options.cloud]} simulator at {url}\n")
    sys.stdout.flush()
    try:
        await _until_stopped(simulator, state)
    finally:
        if state:
            _save(simulator, state)
        await simulator.stop()


async def _until_stopped(simulator: Simulator, state: Path | None) -> None:
    """Wait for a stop signal and save the state every SAVE_SECONDS."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    while not stopped.is_set():
        try:
            await asyncio.wait_for(stopped.wait(), SAVE_SECONDS if state else None)
        except TimeoutError:
            if state:
                _save(simulator, state)


def _save(simulator: Simulator, path: Path) -> None:
    """Write the state atomically, so that a crash cannot leave a truncated file."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(json.dumps(simulator.backend.state()))
    temporary.replace(path)


def _prepare_simulator(options: Namespace) -> Simulator:
    """Return the simulator with the history of live cars and the restored state."""
    start = options.start or datetime.now(UTC)
    account = Account(
        options.username,
        options.password,
        [vin.upper() for vin in options.vin or _default_vins(options)],
        country=options.country,
        locale=options.locale,
        timezone=options.timezone,
    )
    clock = Clock(start - HISTORY if options.live else start, speed=options.speed)
    simulator = _build_simulator(options, clock, account)
    if options.live:
        simulator.advance(HISTORY.total_seconds())
    if options.state and options.state.exists():
        simulator.backend.restore(json.loads(options.state.read_text(), object_hook=_rename))
    return simulator


def _rename(part: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a saved state with the current names of its keys."""
    return {RENAMED.get(name, name): value for name, value in part.items()}


def _build_simulator(options: Namespace, clock: Clock, account: Account) -> Simulator:
    """Return the simulator of the selected cloud."""
    if options.cloud == "myrenault":
        models = models_of(account.vins, options.model or ())
        more = {"routes": options.routes, "seed": options.seed, "live": options.live}
        return MyRenaultSimulator(clock, accounts=[account], models=models, **more)
    return Simulator(clock, accounts=[account], generation=options.generation, seed=options.seed, live=options.live)


def _default_vins(options: Namespace) -> list[str]:
    """Return the VINs if none is given: one for each model, or those of the examples."""
    count = len(options.model or ())
    return [f"{EXAMPLE_VIN[:-6]}{number:06}" for number in range(1, count + 1)] or EXAMPLE_VINS[options.cloud]


def _parse_arguments(arguments: list[str]) -> Namespace:
    """Return the command line options."""
    parser = ArgumentParser(prog="python -m simulator", description="Simulator of Renault's servers.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8642, help="port to listen on, 0 for a free one (%(default)s)")
    add("--cloud", choices=tuple(CLOUD_NAMES), default="zeservices", help="cloud to imitate (%(default)s)")
    _add_renault_options(add)
    add(
        "--generation",
        type=int,
        choices=(1, 2),
        default=2,
        help="Z.E. Services: authentication generation (%(default)s)",
    )
    add("--speed", type=_parse_speed, default=1.0, help=SPEED_HELP)
    add("--username", default="you@example.com", help="email of the account (%(default)s)")
    add("--password", default="P4ssw0rd", help="password of the account (%(default)s)")
    add("--vin", action="append", help=f"VIN of a car; repeat for several cars ({EXAMPLE_VIN})")
    add("--timezone", type=_parse_zone, default="Europe/London", help="IANA time zone of the cars (%(default)s)")
    add("--country", default="GB", help="country of the account (%(default)s)")
    add("--locale", default="en_GB", help="locale of the account (%(default)s)")
    add("--start", type=_parse_instant, help="start of the simulated time, ISO 8601 with UTC offset (now)")
    add("--seed", type=int, default=0, help="seed of all random values (%(default)s)")
    add("--state", type=Path, help="file that keeps the state across restarts")
    add("--live", action="store_true", help="simulate owners who drive, plug in, and charge the cars")
    return parser.parse_args(arguments)


def _add_renault_options(add: Callable[..., object]) -> None:
    """Add the options of MY Renault."""
    add(
        "--model",
        action="append",
        choices=(*MODEL_NAMES, *MODELS),
        metavar="MODEL",
        help=f"MY Renault: model of each --vin ({', '.join(MODEL_NAMES)}, or a code); ZOE40 and ZOE50 alternate",
    )
    add(
        "--routes",
        choices=tuple(RouteSet),
        default=RouteSet.ALL,
        type=str,
        help="MY Renault: endpoints whose commands have an effect (%(default)s)",
    )


def _parse_speed(text: str) -> float:
    """Return a speed that is not negative."""
    speed = float(text)
    if speed < 0:
        raise ValueError(text)
    return speed


def _parse_zone(text: str) -> str:
    """Return the name of an existing time zone."""
    try:
        return str(ZoneInfo(text))
    except (ZoneInfoNotFoundError, OSError) as problem:
        raise ValueError(text) from problem


def _parse_instant(text: str) -> datetime:
    """Return a datetime with a UTC offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


if __name__ == "__main__":
    main()
