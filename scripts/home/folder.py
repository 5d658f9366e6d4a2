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

http:
  server_host: {host}
  server_port: {port}

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
"""
DASHBOARD = """\

lovelace:
  dashboards:
    renault-ze:
      mode: yaml
      filename: dashboards/renault_ze.yaml
      title: Renault Z.E.
      icon: mdi:car-electric
"""
SHARED = ("custom_components/renault_ze", "blueprints/automation/renault_ze", "dashboards/renault_ze.yaml")
OWN_LISTS = ("automations.yaml", "scripts.yaml", "scenes.yaml")
# The other steps of the onboarding would set up a weather service, a radio and the like from the internet.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}


def prepare(folder: Path, port: int) -> None:
    """Make a folder ready for Home Assistant to start in, keeping what it stored there; HomeError for a foreign one."""
    configuration = folder / "configuration.yaml"
    if configuration.exists() and not configuration.read_text().startswith(MARK):
        raise HomeError(f"{folder} holds another Home Assistant's configuration. Choose another folder with --config.")
    folder.mkdir(parents=True, exist_ok=True)
    for shared in SHARED:
        _link(folder / shared, ROOT / shared)
    dashboard = DASHBOARD if (ROOT / "dashboards/renault_ze.yaml").exists() else ""
    configuration.write_text(MARK + CONFIGURATION.format(host=HOST, port=port) + dashboard)
    for name in OWN_LISTS:
        (folder / name).touch()
    _skip_onboarding(folder / ".storage/onboarding")


def _link(link: Path, target: Path) -> None:
    """Let a file or folder of this repository appear in the folder."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    if target.exists():
        link.symlink_to(target)


def _skip_onboarding(stored: Path) -> None:
    """Leave only the making of the first user to be done."""
    if not stored.exists():
        stored.parent.mkdir(exist_ok=True)
        stored.write_text(json.dumps(ONBOARDING))
