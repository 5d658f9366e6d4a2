"""What the tests of the clouds stand on."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.renault_ze.cloud.zeservices import fields


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    """Let each test see for itself what is said only once a process."""
    fields.note.cache_clear()


@pytest.fixture
async def http(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Return an aiohttp session with the cookie jar it has by default."""
    async with aiohttp.ClientSession() as session:
        yield session
