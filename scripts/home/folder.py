"""The folder of the home: Home Assistant's configuration, and what it shares with this repository."""

import json
from pathlib import Path

from . import ROOT
from .processes import HOST, HomeError

MARK = "# Written by scripts/demo at each start; changes do not last.\n"
# The parts of Home Assistant's default_config that need neither the internet nor a compiler, one by one.
CONFIGURATION = """\
homeassistant:
  name: Home
  latitude: 51.5074
  longitude: -0.1278
  elevation: 11
  unit_system: metric
  currency: GBP
  country: GB
  language: en
  time_zone: Europe/London

# This home has neither a camera nor a loudspeaker, so the programs for them may be missing.
logger:
  default: warning
  logs:
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical

config:
frontend:
history:
logbook:
my:
recorder:
sun:

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

lovelace:
  dashboards:
    renault-ze:
      mode: yaml
      filename: dashboards/renault_ze.yaml
      title: Renault Z.E.
      icon: mdi:car-electric
"""
# Home Assistant looks for blueprints only in real folders, so those are shared file by file.
SHARED = ("custom_components/renault_ze", "dashboards/*.yaml", "blueprints/automation/renault_ze/*.yaml")
OWN_LISTS = ("automations.yaml", "scripts.yaml", "scenes.yaml")
# The other steps of the onboarding would set up a weather service, a radio and the like from the internet.
ONBOARDED = {"done": ["core_config", "analytics", "integration"]}


def prepare(folder: Path, port: int) -> None:
    """Make a folder ready for Home Assistant to start in, keeping what it stored there; HomeError for a foreign one."""
    configuration = folder / "configuration.yaml"
    if configuration.exists() and not configuration.read_text().startswith(MARK):
        raise HomeError(f"{folder} holds another Home Assistant's configuration. Choose another folder with --config.")
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    for shared in (path for pattern in SHARED for path in ROOT.glob(pattern)):
        _link(folder / shared.relative_to(ROOT), shared)
    configuration.write_text(MARK + CONFIGURATION)
    for name in OWN_LISTS:
        (folder / name).touch()
    # A port written into the YAML is taken over once, and given up after five minutes unless a person confirms it.
    # From the oldest version of the stored form Home Assistant fills in the rest.
    _store(folder, "http", 1, {"server_host": [HOST], "server_port": port})
    if not (folder / ".storage/onboarding").exists():
        _store(folder, "onboarding", 4, ONBOARDED)


def _link(link: Path, target: Path) -> None:
    """Let a file or folder of this repository appear in the folder, wherever the repository is by now."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _store(folder: Path, key: str, version: int, data: object) -> None:
    """Write something into Home Assistant's store before it starts."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(content))
