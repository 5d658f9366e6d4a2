"""The benchmarks of `scripts/bench`: one module for each group of figures."""

from pathlib import Path
import sys

ROOT = Path(__file__).parents[2]
# The test plugin of Home Assistant brings a `custom_components` of its own, which is found first otherwise.
sys.path.insert(0, str(ROOT))
