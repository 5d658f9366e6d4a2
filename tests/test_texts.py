"""The check of shown texts notices what is missing."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze import config_flow, messages, options_flow
from custom_components.renault_ze.const import DOMAIN
from tests.texts import ShownTexts

ISSUE = {"is_fixable": False, "severity": ir.IssueSeverity.WARNING}


@pytest.mark.parametrize(
    "show",
    [
        lambda _: HomeAssistantError(translation_domain=DOMAIN, translation_key="unknown"),
        lambda _: HomeAssistantError(translation_domain=DOMAIN, translation_key="throttled"),
        lambda _: eval("HomeAssistantError('bare')", vars(messages)),  # noqa: S307 - as if a module of the integration made it
        lambda hass: ir.async_create_issue(hass, DOMAIN, "1", translation_key="unknown", **ISSUE),
        lambda hass: ir.async_create_issue(hass, DOMAIN, "1", translation_key="vehicle_silent", **ISSUE),
        lambda _: config_flow.RenaultZeConfigFlow().async_abort(reason="unknown"),
        lambda _: options_flow.OptionsFlow().async_show_form(step_id="settings"),
        lambda _: options_flow.OptionsFlow().async_show_menu(step_id="init", menu_options=["settings", "unknown"]),
    ],
)
async def test_missing_text_is_noticed(
    hass: HomeAssistant, shown_texts: ShownTexts, show: Callable[[HomeAssistant], Any]
) -> None:
    """Show something without its text, with a placeholder missing, or with fewer fields than there are texts."""
    show(hass)
    assert shown_texts.problems
    shown_texts.problems.clear()
