"""The files of the integration and of its cards, and the words in its code."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import load_yaml

CARD = Path(__file__).parents[2] / "card"
INTEGRATION = Path(__file__).parents[2] / "custom_components/renault_ze"
SERVICES: Any = load_yaml(str(INTEGRATION / "services.yaml"))


def quoted() -> set[str]:
    """Return every word in quotes in any module."""
    return {word for file in INTEGRATION.rglob("*.py") for word in re.findall(r'"(\w+)"', file.read_text("utf-8"))}


def card_texts() -> dict[str, str]:
    """Return the English texts of the cards."""
    source = (CARD / "src/texts/en.ts").read_text(encoding="utf-8")
    body = source.partition("export const en = {")[2].partition("} as const;")[0]
    rows = re.findall(r'^\s*"([^"]+)":\s*("(?:[^"\\]|\\.)*"),$', body, re.MULTILINE)
    # A text that the pattern misses would not be compared.
    assert len(rows) == body.count('":')
    return {key: json.loads(text) for key, text in rows}
