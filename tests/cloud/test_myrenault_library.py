"""The version of renault-api: the one Home Assistant pins, or the newest in scripts/test_newest_renault_api."""

from importlib.metadata import distribution
import json
import os
from pathlib import Path

from homeassistant.components import renault
import renault_api
from renault_api.renault_session import RenaultSession


def pinned() -> str:
    """Return the version that Home Assistant pins."""
    manifest = json.loads(Path(renault.__path__[0], "manifest.json").read_text())
    found: str = next(each for each in manifest["requirements"] if each.startswith("renault-api=="))
    return found.partition("==")[2]


def test_version_of_the_library() -> None:
    """A run with the newest must not use the pinned one, nor the other way round."""
    wanted = os.environ.get("RENAULT_API_VERSION", pinned())
    found = distribution("renault-api")
    assert found.version == wanted
    assert Path(str(found.locate_file("renault_api"))) == Path(renault_api.__file__).parent


def test_second_factor_came_with_0_6() -> None:
    """Other tests depend on it."""
    version = tuple(map(int, distribution("renault-api").version.split(".")[:2]))
    assert hasattr(RenaultSession, "complete_two_factor_auth") is (version >= (0, 6))
