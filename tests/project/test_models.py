"""The table of models and features is generated; `pytest tests/project/test_models.py --snapshot-update` writes it."""

from pathlib import Path

import pytest

from tests.project.model_table import table

DOCUMENT = Path(__file__).parents[2] / "docs/models.md"
BEGIN = "<!-- generated -->\n\n"


def test_table_of_models(request: pytest.FixtureRequest) -> None:
    """Compare the document with the capabilities of each model in the code and in the installed library."""
    written, _, found = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    if request.config.option.update_snapshots:
        DOCUMENT.write_text(f"{written}{BEGIN}{table()}", encoding="utf-8")
    else:
        assert found == table()
