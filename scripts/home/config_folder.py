"""Home Assistant's configuration folder, which shares files with this repository."""

from datetime import UTC, datetime
import json
from pathlib import Path

from . import ROOT
from .processes import HOST, HomeError

MARK = "# Written by scripts/demo at each start; changes do not last.\n"
TIME_ZONE = "Europe/London"
LANGUAGE = "en"
COUNTRIES = {"en": "GB", "fr": "FR"}
# The parts of Home Assistant's default_config that require neither internet access nor a compiler.
CONFIGURATION = """\
homeassistant:
  name: Home
  latitude: 51.5074
  longitude: -0.1278
  elevation: 11
  unit_system: metric
  currency: GBP
  country: {country}
  language: {language}
  time_zone: {time_zone}

# There is no camera and no speaker, so missing programs for them are no problem.
logger:
  default: warning
  logs:
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical

config:
energy:
frontend:
history:
logbook:
my:
recorder:
sun:

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
"""
# Home Assistant does not follow linked folders when it searches blueprints, so these are linked file by file.
SHARED = ("custom_components/renault_ze", "blueprints/automation/renault_ze/*.yaml")
# Replaces an integration of Home Assistant that requires internet access.
NORD_POOL = "nordpool"
EMPTY_FILES = ("automations.yaml", "scripts.yaml", "scenes.yaml")
# The other onboarding steps would set up integrations that require internet access.
ONBOARDED = {"done": ["core_config", "analytics", "integration"]}


def zone_at(hour: int) -> str:
    """Return a time zone in which the current hour of the day is `hour`."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    # In these names, the sign of the offset is inverted.
    return f"Etc/GMT{-ahead:+d}"


def prepare(folder: Path, port: int, time_zone: str = TIME_ZONE, language: str = LANGUAGE) -> None:
    """Create or update the folder and keep its stored data; raise HomeError if it is another configuration."""
    configuration = folder / "configuration.yaml"
    if configuration.exists() and not configuration.read_text().startswith(MARK):
        raise HomeError(f"{folder} contains another Home Assistant configuration. Choose another folder with --config.")
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    for shared in (path for pattern in SHARED for path in ROOT.glob(pattern)):
        _link(folder / shared.relative_to(ROOT), shared)
    _link(folder / "custom_components" / NORD_POOL, ROOT / "scripts/home" / NORD_POOL)
    home = CONFIGURATION.format(time_zone=time_zone, language=language, country=COUNTRIES[language])
    configuration.write_text(MARK + home)
    for name in EMPTY_FILES:
        (folder / name).touch()
    # Home Assistant imports a port from YAML only once and reverts it after five minutes unless a user confirms it.
    # It migrates the oldest storage version and adds the missing fields.
    _store(folder, "http", 1, {"server_host": [HOST], "server_port": port})
    if not (folder / ".storage/onboarding").exists():
        _store(folder, "onboarding", 4, ONBOARDED)


def _link(link: Path, target: Path) -> None:
    """Create or update a symbolic link to a file or folder of this repository."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _store(folder: Path, key: str, version: int, data: object) -> None:
    """Write a file of Home Assistant's storage."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(content))
