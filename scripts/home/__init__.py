"""Home Assistant with the integration and the simulator as real processes, for the demo and end-to-end tests."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
