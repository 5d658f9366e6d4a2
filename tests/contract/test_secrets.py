"""No log, error, diagnostics, or repair contains private data that a server repeats in any encoding."""

import json
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import ExtendedJSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.diagnostics import async_get_config_entry_diagnostics
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN
from tests.contract.clouds import CloudUnderTest
from tests.encodings import ENCODINGS
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 12:30:00+00:00")

SECRETS = ["you@example.com", "P4ssw0rd", EXAMPLE_VIN]


@pytest.mark.parametrize("status", [400, 500])
async def test_echo(cloud_under_test: CloudUnderTest, car: Car, caplog: pytest.LogCaptureFixture, status: int) -> None:
    """Report the reason without the private words."""
    caplog.set_level(logging.DEBUG)
    for name, write in ENCODINGS.items():
        caplog.clear()
        rule = {"kind": "status", "status": status, "message": f"a.b.No use: {' or '.join(map(write, SECRETS))}"}
        cloud_under_test.simulator.faults.replace(
            [{**rule, "path": path} for path in (f"*/{EXAMPLE_VIN}/*", "*/kamereon/*")]
        )
        await car.later(12 * 3600)
        with pytest.raises(HomeAssistantError) as error:
            await car.coordinator.send_command(commands.StartCharge())
        diagnostics = await downloaded_diagnostics(car.hass, car.coordinator.config_entry)
        assert "No use" in diagnostics, name
        for text in (diagnostics, str(error.value), str(error.value.__cause__), *our_lines(caplog), *repairs(car.hass)):
            assert_no_secrets(text, *map(write, SECRETS))


async def downloaded_diagnostics(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the diagnostics as downloaded."""
    return json.dumps(await async_get_config_entry_diagnostics(hass, entry), cls=ExtendedJSONEncoder)


def our_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log of the integration, without that of the library."""
    return [each.getMessage() for each in caplog.records if "renault_ze" in each.name]


def repairs(hass: HomeAssistant) -> list[str]:
    """Return the texts of the repairs."""
    issues = ir.async_get(hass).issues.values()
    return [f"{each.translation_placeholders} {each.learn_more_url} {each.issue_id}" for each in issues]


def assert_no_secrets(text: str, *written: str) -> None:
    """Check that a text contains no private data, in plain or as the server wrote it."""
    words = {each.lower() for word in (*SECRETS, *written) for each in (word, json.dumps(word)[1:-1])}
    assert not [each for each in words if each in text.lower()]


async def test_ids_in_diagnostics(hass: HomeAssistant, init_integration: MockConfigEntry) -> None:
    """Redact options, which may contain anything."""
    options: dict[str, Any] = {each: f"x{write(SECRETS[0])}y" for each, write in ENCODINGS.items()}
    hass.config_entries.async_update_entry(init_integration, options={**init_integration.options, "new": options})
    assert_no_secrets(
        await downloaded_diagnostics(hass, init_integration), *(write(SECRETS[0]) for write in ENCODINGS.values())
    )
