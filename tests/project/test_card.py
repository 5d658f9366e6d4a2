"""The built cards are up to date, small, complete in each language, and load nothing from other servers."""

from collections.abc import Mapping
import gzip
import json
from pathlib import Path
import re
import subprocess

import pytest

from tests.project.sources import CARD, INTEGRATION, card_texts

ROOT = Path(__file__).parents[2]
FRONTEND = INTEGRATION / "frontend"
MODULE = FRONTEND / "renault-ze.js"
# All the code of the cards is loaded with the first of them, also over a mobile network.
MOST_BYTES = 40_000
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGES = sorted(file.stem for file in (CARD / "translations").glob("*.json"))


def built(folder: Path) -> dict[str, bytes]:
    """Return the content of the files of a build by name."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in {".js", ".json"}}


def placeholders(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the placeholders of each text."""
    return {key: sorted(set(PLACEHOLDER.findall(text))) for key, text in texts.items()}


@pytest.mark.timeout(300)
def test_committed_files_are_the_build(tmp_path: Path) -> None:
    """Build the module, and find no difference."""
    command = [ROOT / "scripts/card", "build", "--outDir", tmp_path, "--logLevel", "warn"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout + done.stderr
    committed, new = built(FRONTEND), built(tmp_path)
    differing = [name for name in committed.keys() | new if committed.get(name) != new.get(name)]
    assert differing == [], "run scripts/card build, and commit the result"


def test_module_is_small() -> None:
    """Limit the compressed size of the module."""
    assert len(gzip.compress(MODULE.read_bytes(), 9)) <= MOST_BYTES


def test_module_loads_only_its_texts() -> None:
    """Import no other module, and nothing from the internet."""
    source = MODULE.read_text(encoding="utf-8")
    assert re.findall(r"""\bimport\s*(?:\(|["']|[\w{*][^;"']*\bfrom\s*["'])""", source) == []
    # Names of XML namespaces are never loaded.
    loaded = re.findall(r"https?://(?!www\.w3\.org/)[^\s\"'`)]+", source)
    assert [each for each in loaded if not each.startswith("https://github.com/renault-ze/")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_complete(language: str) -> None:
    """Translate each text, with the same placeholders."""
    texts = json.loads((CARD / f"translations/{language}.json").read_text(encoding="utf-8"))
    assert placeholders(texts) == placeholders(card_texts())
    assert [key for key, text in texts.items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_built_texts_have_the_names_in_the_module(language: str) -> None:
    """Name the texts of a language like the English ones in the module, by numbers or whole names."""
    source = MODULE.read_text(encoding="utf-8")
    names = json.loads((FRONTEND / f"{language}.json").read_text(encoding="utf-8"))
    assert len(names) == len(card_texts())
    assert [name for name in names if f'{name if name.isdigit() else json.dumps(name)}:"' not in source] == []


def test_languages_are_offered() -> None:
    """Load the languages that exist, which are those of the integration."""
    source = (CARD / "src/texts/index.ts").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^const LANGUAGES = (\[.*\]);$", source, re.MULTILINE)
    integration = {file.stem for file in (INTEGRATION / "translations").glob("*.json")}
    assert json.loads(listed) == LANGUAGES
    assert {"en", *LANGUAGES} == integration


def test_lock_file_names_no_registry() -> None:
    """Install the packages from the registry that is configured, each with its hash."""
    lock = json.loads((CARD / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "resolved" in each or "integrity" not in each] == []


def test_versions_are_pinned() -> None:
    """Build the same module everywhere."""
    package = json.loads((CARD / "package.json").read_text(encoding="utf-8"))
    assert list(package["dependencies"]) == ["lit"]
    versions = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
