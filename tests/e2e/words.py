"""The texts of Home Assistant's pages and the integration's forms in another language."""

from collections.abc import Mapping
from functools import cache
import json
from pathlib import Path

import hass_frontend

from home import ROOT
from tests.texts import flat

PAGES = Path(hass_frontend.__file__).parent / "static/translations"
FORMS = ROOT / "custom_components/renault_ze/translations"
# Where a word has several translations, the last of these that has it counts.
PARTS = ("", "ui.common.", "ui.panel.config.integrations.", "ui.components.calendar.")


@cache
def _texts(language: str) -> Mapping[str, str]:
    """Return all texts of a language by their dotted keys."""
    files = [*PAGES.glob(f"**/{language}-[0-9a-f]*.json"), FORMS / f"{language}.json"]
    return {key: text for file in files for key, text in flat(json.loads(file.read_text(encoding="utf-8")))}


@cache
def translations(language: str) -> Mapping[str, str]:
    """Return the English words with those of a language."""
    english, other = _texts("en"), _texts(language)
    return {
        text: other[key]
        for part in PARTS
        for key, text in english.items()
        if key.startswith(part) and isinstance(text, str) and key in other
    }
