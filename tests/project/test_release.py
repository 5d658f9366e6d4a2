"""The files of a release: the zip file for HACS, and the notes."""

import json
from pathlib import Path
import subprocess
import sys
from zipfile import ZipFile

import pytest

from release import ROOT, ReleaseError, check_tag, notes_of, write_zip
from tests.project.sources import INTEGRATION

VERSION = json.loads((INTEGRATION / "manifest.json").read_text())["version"]
CHANGELOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2027-01-31

### Added

* A feature, see [Keep a Changelog](https://keepachangelog.com).

## [1.0.0] - 2026-12-31

### Fixed

* A fault.

[1.0.0]: https://example.com
"""


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the integration as HACS unpacks it."""
    folder = tmp_path_factory.mktemp("release")
    write_zip(folder / "renault_ze.zip")
    with ZipFile(folder / "renault_ze.zip") as archive:
        archive.extractall(folder / "renault_ze")
    return folder / "renault_ze"


def test_zip_is_the_one_hacs_downloads() -> None:
    """Name the file in hacs.json, and let HACS use it."""
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert (hacs["zip_release"], hacs["filename"]) == (True, "renault_ze.zip")


def test_zip_has_the_integration(unzipped: Path) -> None:
    """Contain every tracked file as it is, the manifest at the top, and nothing else."""
    files = {str(file.relative_to(unzipped)) for file in unzipped.rglob("*") if file.is_file()}
    needed = {"manifest.json", "frontend/renault-ze.js", "translations/en.json", "brand/icon.png", "cloud/demo/car.py"}
    assert needed <= files
    assert not [each for each in files if "test" in each or "__pycache__" in each]
    assert all((unzipped / each).read_bytes() == (INTEGRATION / each).read_bytes() for each in files)
    listed = subprocess.run(["git", "ls-files"], cwd=INTEGRATION, capture_output=True, text=True, check=True)
    assert files == set(listed.stdout.splitlines())


def test_zip_is_reproducible(tmp_path: Path) -> None:
    """Make the same file from the same commit."""
    for name in ("first", "second"):
        write_zip(tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_tag_is_the_version() -> None:
    """Refuse any tag but the version in the manifest."""
    check_tag(VERSION)
    for tag in (f"v{VERSION}", "9.9.9", ""):
        with pytest.raises(ReleaseError, match=r"manifest\.json"):
            check_tag(tag)


def test_notes() -> None:
    """Take the notes of one version from the changelog."""
    assert notes_of("1.1.0", CHANGELOG).splitlines()[0] == "### Added"
    assert "fault" not in notes_of("1.1.0", CHANGELOG)
    assert notes_of("1.0.0", CHANGELOG) == "### Fixed\n\n* A fault.\n"
    for version in ("1.2.0", "1.0", "Unreleased"):
        with pytest.raises(ReleaseError, match=r"CHANGELOG\.md"):
            notes_of(version, CHANGELOG)


def test_command_says_what_is_missing(tmp_path: Path) -> None:
    """Write nothing for a tag that is not ready, and say why."""
    command = [sys.executable, ROOT / "scripts/release.py"]
    done = subprocess.run([*command, "9.9.9", tmp_path / "dist"], capture_output=True, text=True, check=False)
    assert (done.returncode, "9.9.9" in done.stderr) == (1, True)
    assert not (tmp_path / "dist").exists()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
