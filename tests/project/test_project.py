"""The files around the code agree with each other."""

from collections.abc import Iterator
from importlib.metadata import requires, version
import json
import os
from pathlib import Path
import re
import subprocess

import homeassistant
from PIL import Image
import pytest

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components/renault_ze"
ADDRESS = "https://github.com/renault-ze/renault_ze"
RAW_ADDRESS = "https://raw.githubusercontent.com/renault-ze/renault_ze"
OWNER = "@renault-ze"

HOSTED = re.compile(
    r"(?:https?://|git@|\b)(?:www\.)?(?:github\.com|raw\.githubusercontent\.com)[/:](?P<owner>[\w-]+)/(?P<name>[\w-]+)"
)
HACS_LINK = re.compile(r"hacs_repository/?\?(?P<query>[\w=&;-]+)")
HANDLE = re.compile(r"(?<![\w.@/])@(?:renault|zoe)[\w-]*", re.IGNORECASE)
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+)$", re.MULTILINE)
# The versions that Home Assistant requires have no wheel for its Python.
COMPILED = {"pymicro-vad", "pyspeex-noise"}


def texts() -> Iterator[tuple[Path, str]]:
    """Return the text files of the project, tracked or new, except this one."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for file in map(ROOT.joinpath, listed.stdout.splitlines()):
        if file.suffix not in {".jpg", ".png"} and file.is_file() and file != Path(__file__):
            yield file, file.read_text(encoding="utf-8")


def looks_like_ours(owner: str, name: str) -> bool:
    """Return whether an address means this project, however it is spelled."""
    return any("renaultze" in re.sub(r"[-_]", "", word.casefold()) for word in (owner, name))


def wrong_addresses(text: str) -> list[str]:
    """Return the addresses and handles in a text that mean this project and are not its own."""
    ours = (found[0] for found in HOSTED.finditer(text) if looks_like_ours(found["owner"], found["name"]))
    links = (found[0] for found in HACS_LINK.finditer(text) if not points_here(found["query"]))
    handles = (handle for handle in HANDLE.findall(text) if handle != OWNER)
    return [*(address for address in ours if address not in {ADDRESS, RAW_ADDRESS}), *links, *handles]


def points_here(query: str) -> bool:
    """Return whether the query of a "My Home Assistant" link adds this repository to HACS."""
    return {"owner=renault-ze", "repository=renault_ze"} <= set(re.split(r"&amp;|&", query))


def manifest() -> dict[str, object]:
    """Read the manifest of the integration."""
    content: dict[str, object] = json.loads((INTEGRATION / "manifest.json").read_text())
    return content


def test_repository_has_one_address() -> None:
    """Find no other spelling of the address or the code owner."""
    wrong = {str(file.relative_to(ROOT)): found for file, text in texts() if (found := wrong_addresses(text))}
    assert wrong == {}


def test_manifest_names_the_repository() -> None:
    """Link documentation, issues and code owner."""
    found = manifest()
    assert found["documentation"] == ADDRESS
    assert found["issue_tracker"] == f"{ADDRESS}/issues"
    assert found["codeowners"] == [OWNER]


def test_manifest_and_hacs_agree_on_the_name() -> None:
    """Use the same name in HACS and in Home Assistant."""
    assert json.loads((ROOT / "hacs.json").read_text())["name"] == manifest()["name"]


def test_required_home_assistant_is_tested() -> None:
    """Require the version that the test plugin pins and that is installed."""
    asked = json.loads((ROOT / "hacs.json").read_text())["homeassistant"]
    assert f"homeassistant=={asked}" in (requires("pytest-homeassistant-custom-component") or [])
    assert version("homeassistant") == asked


def test_pins_are_those_of_home_assistant() -> None:
    """Pin packages at the version that Home Assistant installs, if that needs no compiler."""
    components = Path(homeassistant.__file__).parent / "components"
    wanted = {
        pin["name"].casefold(): pin["version"]
        for file in components.glob("*/manifest.json")
        for requirement in json.loads(file.read_text()).get("requirements", [])
        if (pin := PIN.match(requirement))
    }
    pins = dict(PIN.findall((ROOT / "requirements_test.txt").read_text()))
    shared = {name: pinned for name, pinned in pins.items() if name.casefold() in wanted.keys() - COMPILED}
    assert "home-assistant-frontend" in shared
    assert shared == {name: wanted[name.casefold()] for name in shared}


@pytest.mark.parametrize("prefix", ["", "dark_"])
def test_sizes_of_brand_images(prefix: str) -> None:
    """Require a square icon, a logo of the required height, exactly double sizes, and transparency."""
    sizes = {}
    for name in ("icon", "logo", "icon@2x", "logo@2x"):
        with Image.open(INTEGRATION / f"brand/{prefix}{name}.png") as picture:
            sizes[name] = picture.size
            assert picture.format == "PNG"
            assert picture.getchannel("A").getextrema() == (0, 255)
    assert sizes["icon"] == (256, 256)
    assert 128 <= min(sizes["logo"]) <= 256
    for name in ("icon", "logo"):
        assert sizes[f"{name}@2x"] == tuple(2 * pixels for pixels in sizes[name])


@pytest.mark.parametrize(
    "command", sorted(file for file in (ROOT / "scripts").iterdir() if not file.suffix and file.is_file()), ids=str
)
def test_commands_are_executable(command: Path) -> None:
    """Give each command an interpreter and the permission to run."""
    assert command.read_text().startswith("#!/usr/bin/env ")
    assert os.access(command, os.X_OK)
