"""The files of the integration, and the words that stand in its code."""

from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import load_yaml

INTEGRATION = Path(__file__).parents[2] / "custom_components/renault_ze"
SERVICES: Any = load_yaml(str(INTEGRATION / "services.yaml"))


def quoted() -> set[str]:
    """Return every word in quotes in any module."""
    return {word for file in INTEGRATION.rglob("*.py") for word in re.findall(r'"(\w+)"', file.read_text("utf-8"))}
