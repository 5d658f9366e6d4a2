"""What an owner of each model sees."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from tests.replay.conftest import Shown
from tests.replay.server import MODELS, Replay

pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


@pytest.mark.parametrize("model", MODELS)
async def test_owner_sees(
    hass: HomeAssistant, entry: MockConfigEntry, shown: Shown, snapshot: SnapshotAssertion, model: str
) -> None:
    """Show what the car supports and reports, and nothing else."""
    states = await shown(Replay.of(model))
    assert {"entry": str(entry.state), "reason": entry.error_reason_translation_key, **states} == snapshot
