"""What a loaded entry holds."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .cloud.protocol import Cloud
from .coordinator import VehicleCoordinator
from .storage import Memory


@dataclass(frozen=True, kw_only=True)
class RuntimeData:
    """The cars of an account, and what they share.

    `allowance` is how many requests a command and its repetition may take for each of them, None for any number.
    """

    cloud: Cloud
    memory: Memory
    vehicles: Mapping[str, VehicleCoordinator]
    shortest_interval: timedelta
    allowance: float | None
    turns: asyncio.Semaphore
    additions: list[Callable[[VehicleCoordinator], Any]]
