"""What the tests of the clouds stand on."""

import pytest

from custom_components.renault_ze.cloud.zeservices import fields


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    """Let each test see for itself what is said only once a process."""
    fields.note.cache_clear()
