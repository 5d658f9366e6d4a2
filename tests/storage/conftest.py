"""Home Assistant's storage on a real disk, in place of the mock."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
import json
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple, Protocol

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from simulator import Simulator
from tests.common import ask, call, fire_time_changed
from tests.contract.clouds import CloudUnderTest
from tests.contract.conftest import cloud_under_test, simulator
from tests.plan.planned import CINEMA, NIGHT, WORK

__all__ = ["cloud_under_test", "simulator"]


@pytest.fixture
async def mock_config_entry(
    hass: HomeAssistant, cloud_under_test: CloudUnderTest, simulator: Simulator
) -> MockConfigEntry:
    """Return an entry for the cloud's account, in the time zone of the car."""
    await hass.config.async_set_time_zone("Europe/London")
    return cloud_under_test.entry()


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Return a folder for the test."""
    return str(tmp_path)


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Do not mock Home Assistant's storage."""
    return {}


class Disk(NamedTuple):
    """The file of an account."""

    file: Path

    @property
    def content(self) -> dict[str, Any]:
        """Return what is stored."""
        content: dict[str, Any] = json.loads(self.file.read_text())["data"]
        return content

    @contextmanager
    def full(self) -> Iterator[None]:
        """Let writes fail: a folder takes the place of the file."""
        kept = self.file.rename(self.file.with_suffix(".kept")) if self.file.exists() else None
        self.file.mkdir(parents=True)
        try:
            yield
        finally:
            self.file.rmdir()
            if kept is not None:
                kept.rename(self.file)


@pytest.fixture
def disk(hass: HomeAssistant, mock_config_entry: MockConfigEntry) -> Disk:
    """Return the file of the account."""
    return Disk(Path(hass.config.path(".storage", f"{DOMAIN}.{mock_config_entry.entry_id}")))


@pytest.fixture
async def stored(hass: HomeAssistant, init_integration: MockConfigEntry, device_id: str, disk: Disk) -> dict[str, Any]:
    """Return the file of an account with a plan and a last command, which was unloaded."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **CINEMA)
    await ask(hass, "set_charge_schedule", device_id, windows=[NIGHT], enable=False)
    await call(hass, "button.press", "button.renault_z_e_start_preconditioning")
    await hass.config_entries.async_unload(init_integration.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    file: dict[str, Any] = json.loads(disk.file.read_text())
    return file


async def start(hass: HomeAssistant, entry: MockConfigEntry, disk: Disk, content: Any) -> None:
    """Load the account with a content of its file."""
    disk.file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


def issues(hass: HomeAssistant) -> set[str]:
    """Return the keys of the repairs."""
    return {str(each.translation_key) for each in ir.async_get(hass).issues.values() if each.domain == DOMAIN}


# Home Assistant waits for 10 seconds for a command that is under way, and we for 30 for an answer.
LATE_SECONDS = 20


class Late(Protocol):
    """A function that starts a request and returns while its response is delayed."""

    async def __call__(
        self, path: str, asking: Awaitable[object], seconds: float = LATE_SECONDS
    ) -> asyncio.Future[object]:
        """Return the future of the work once its request has arrived."""


@pytest.fixture
def late(cloud_under_test: CloudUnderTest) -> Late:
    """Return a function that delays a response."""

    async def begin(path: str, asking: Awaitable[object], seconds: float = LATE_SECONDS) -> asyncio.Future[object]:
        cloud_under_test.simulator.faults.replace([{"kind": "delay", "seconds": seconds, "path": path}])
        (rule,) = cloud_under_test.simulator.faults.rules
        asked = asyncio.ensure_future(asking)
        while not rule.hits:
            assert not asked.done()
            # No time may have to pass: it stands still in many tests.
            await asyncio.sleep(0)
        cloud_under_test.simulator.faults.replace([])
        return asked

    return begin


async def passing[T](freezer: FrozenDateTimeFactory, work: Awaitable[T]) -> T:
    """Return the result of some work, while time passes slowly."""
    task = asyncio.ensure_future(work)
    while not task.done():
        freezer.tick(0.1)
        # Threads take real time.
        await asyncio.get_running_loop().run_in_executor(None, sleep, 0.01)
    return task.result()


async def settle(hass: HomeAssistant, freezer: FrozenDateTimeFactory, asked: asyncio.Future[object]) -> None:
    """Wait for a delayed response, and for what is written because of it."""
    with suppress(HomeAssistantError):
        await passing(freezer, asked)
    for _ in range(3):
        freezer.tick(2)
        fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
