"""A home: Home Assistant with the integration, and the simulator of its cloud, as real processes.

The demo, the screenshots and the end-to-end tests live in it.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
