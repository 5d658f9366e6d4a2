"""The simulator with one clock: its server reads the simulated time as well, like Home Assistant in a benchmark."""

from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).parents[2]))

from simulator.__main__ import main
from simulator.world.clock import Clock

if __name__ == "__main__":
    Clock.server_now = Clock.now  # type: ignore[method-assign]
    main()
