"""Run a demo: the simulator and a Home Assistant that is set up with it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
import signal
import sys

from home import ROOT, simulator
from home.demo import Demo
from home.home_assistant import CLOUDS, DEFAULT_CLOUD, PASSWORD, USERNAME
from home.processes import HomeError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY = f"""
Home Assistant is at {{url}}
  Username: {USERNAME}
  Password: {PASSWORD}

The simulator of the car's account is at {{simulator}}
  Email:    {simulator.USERNAME}
  Password: {simulator.PASSWORD}

Press Ctrl-C to stop both.
"""


def main() -> int:
    """Run the demo until it is interrupted or one of its processes ends."""
    options = arguments()
    for number in SIGNALS:
        signal.signal(number, interrupt)
    try:
        run(options)
    except KeyboardInterrupt:
        return 0
    except HomeError as error:
        print(f"scripts/demo: {error}", file=sys.stderr)
        return 1
    return 0


def interrupt(*_: object) -> None:
    """Stop the demo; ignore further signals while its processes end."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def arguments() -> Namespace:
    """Return the command line options."""
    parser = ArgumentParser(prog="scripts/demo", description=__doc__)
    cloud_help = "cloud of the car (%(default)s)"
    parser.add_argument("--cloud", choices=tuple(CLOUDS), default=DEFAULT_CLOUD, help=cloud_help)
    parser.add_argument("--model", choices=simulator.MODELS, help="model of the car, with --cloud myrenault")
    parser.add_argument("--config", type=Path, help="configuration folder (in .demo, by cloud, model, and speed)")
    parser.add_argument("--port", type=int, default=8123, help="port of Home Assistant (%(default)s)")
    parser.add_argument("--simulator-port", type=int, default=8642, help="port of the simulator (%(default)s)")
    speed_help = "speed of the simulated time; the car's dates then run ahead of Home Assistant's (%(default)s)"
    parser.add_argument("--speed", type=float, default=1.0, help=speed_help)
    options = parser.parse_args()
    if options.model and options.cloud != "myrenault":
        parser.error("--model requires --cloud myrenault")
    # The saved state contains the model. At a higher speed, it is in the future and cannot be used at real speed.
    speed = None if options.speed == 1 else f"{options.speed:g}"
    name = "-".join(filter(None, (options.cloud, options.model, speed)))
    options.config = (options.config or ROOT / ".demo" / name).absolute()
    return options


def new_demo(options: Namespace) -> Demo:
    """Return the demo that the options describe."""
    speed = ("--speed", str(options.speed))
    ports = (options.port, options.simulator_port)
    return Demo(options.config, *ports, *speed, cloud=options.cloud, model=options.model)


def run(options: Namespace) -> None:
    """Start both processes, print their addresses, and watch them."""
    print(f"Starting Home Assistant and the simulator in {options.config}; this can take a few minutes.", flush=True)
    demo = new_demo(options)
    try:
        with demo:
            print(READY.format(url=demo.hass.url, simulator=demo.simulator.url), flush=True)
            demo.watch()
    finally:
        print("Ended.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
