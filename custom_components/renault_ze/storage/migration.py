"""Migrate stored data of earlier versions: since minor version 2, a car has one charge schedule, the user's.

Before, the plan had charge windows of its own beside the charge schedule that was last set here.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.util import dt as dt_util

from ..cloud.codec import dump, load_or_none
from ..cloud.models import ChargeSchedule
from ..plan.model import PlannedWindow

# Of the file; older versions of the integration read it as well.
MINOR_VERSION = 2
_LAST_SET = "schedules"
_COMMANDS = "commands"


def migrated(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a file of an earlier minor version in today's form; what is unreadable stays as it is."""
    stored, plans = content.get(_LAST_SET, {}), content.get("plans", {})
    last_set = {vin: load_or_none(ChargeSchedule, each) for vin, each in _rows(stored).items()}
    unread = {vin: each for vin, each in _rows(stored).items() if last_set[vin] is None}
    found = {name: value for name, value in content.items() if name not in {_LAST_SET, _COMMANDS}}
    if _COMMANDS in content:
        # Only the last one of any kind was stored.
        found[f"last_{_COMMANDS}"] = {vin: [each] for vin, each in _rows(content[_COMMANDS]).items()}
    if unread or not isinstance(stored, dict):
        found[_LAST_SET] = unread or stored
    if isinstance(plans, dict):
        before = {vin: plans.get(vin, {}) for vin in {*last_set, *plans}}
        found["plans"] = {
            vin: {**plan, **_one_schedule(plan, last_set.get(vin))} if isinstance(plan, dict) else plan
            for vin, plan in before.items()
        }
    return found


def _one_schedule(plan: Mapping[str, Any], was_set: ChargeSchedule | None) -> dict[str, Any]:
    """Return what changes in a stored plan, given the charge schedule that was last set here."""
    windows, is_on = plan.get("windows") or [], bool(plan.get("charge_enabled"))
    changes = {**_last_sent(plan), "edited_at": plan.get("edited_at") or dt_util.utcnow().isoformat()}
    if windows and (is_on or (was_set is not None and not was_set.enabled)):
        return {**changes, "charge_enabled": is_on}
    if windows:
        return {**changes, "charge_enabled": True, "undecided": True, "claimed": False}
    if was_set is None or (was_set.enabled and not was_set.windows):
        return {"charge_enabled": None, "edited_at": None, "claimed": False}
    own = map(PlannedWindow, was_set.windows if was_set.enabled else ())
    return {**changes, "charge_enabled": bool(was_set.enabled), "windows": [*map(dump, own)], "former": []}


def _last_sent(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schedule last sent; one without windows had disabled the schedule, or was forgotten."""
    sent = plan.get("load")
    return {} if not isinstance(sent, dict) or sent.get("windows") else {"load": None}


def _rows(section: Any) -> dict[str, Any]:
    """Return a section with a value for each vehicle."""
    return section if isinstance(section, dict) else {}
