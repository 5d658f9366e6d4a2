"""Home Assistant loads the blueprints."""

import json
from pathlib import Path
import re

from homeassistant.components import automation
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.renault_ze.cloud.models import CommandKind
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.vehicle.results import CommandReason
from tests.blueprints.conftest import BLUEPRINTS, COMMUTE, NOTICE

HACS = Path(__file__).parents[2] / "hacs.json"
REPOSITORY = "https://github.com/renault-ze/renault_ze/blob/main"


async def test_blueprints_are_loaded(hass: HomeAssistant) -> None:
    """Load each blueprint, with its source and the version of Home Assistant that the integration needs."""
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: []})
    found = await async_get_blueprints(hass).async_get_blueprints()
    ours = {path: blueprint for path, blueprint in found.items() if path.startswith(DOMAIN)}
    assert set(ours) == {COMMUTE, NOTICE}
    for path, blueprint in ours.items():
        assert not isinstance(blueprint, Exception)
        assert blueprint.validate() is None
        assert blueprint.metadata["homeassistant"]["min_version"] == json.loads(HACS.read_text())["homeassistant"]
        assert blueprint.metadata["source_url"] == f"{REPOSITORY}/blueprints/automation/{path}"
        assert all("selector" in each for each in blueprint.inputs.values())


def test_reasons_are_explained() -> None:
    """Explain each reason of a failed preconditioning, and each command about charging."""
    commute_text, notice_text = ((BLUEPRINTS / path).read_text() for path in (COMMUTE, NOTICE))
    explained = set(re.findall(r"^ +'(\w+)':", commute_text, re.MULTILINE)) - {"not_sent"}
    # The last one is not a failure, the others are about charging.
    charging = {CommandReason.NOT_PLUGGED_IN, CommandReason.BATTERY_FULL, CommandReason.SCHEDULE_NOT_ENABLED}
    others = {*charging, CommandReason.UNCONFIRMABLE}
    assert explained == set(CommandReason) - others
    words = set(re.findall(r"^ +'(\w+)':", notice_text, re.MULTILINE))
    assert words <= {*CommandKind, *CommandReason}
    assert {kind for kind in CommandKind if "charge" in kind} <= words
