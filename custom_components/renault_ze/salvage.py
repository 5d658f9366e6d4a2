"""What can be read of a stored file, whoever wrote it; the rest is set aside in the same file."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .cloud.models import ChargeSchedule, DoNotDisturb
from .cloud.orders import Command
from .codec import UNREADABLE, load
from .disabling import Disabled
from .journeys import Journal
from .plan import as_json, salvaged as salvaged_plan

# In place of a vehicle's number: what concerns all of them.
ALL = "*"
_KINDS: Mapping[str, Any] = {
    "schedules": ChargeSchedule,
    "quiet_hours": DoNotDisturb,
    "commands": Command,
    "journals": Journal,
    "zones": str,
    "disabled": tuple[Disabled, ...],
}
_SECTIONS = ("plans", *_KINDS)
_UNREAD = tuple(f"unread_{name}" for name in _SECTIONS)
# What is kept of each vehicle, by its number.
OF_CARS = (*_SECTIONS, *_UNREAD)

type Lost = dict[str, list[str]]


def salvaged(file: Any) -> tuple[dict[str, Any], Lost]:
    """Return the content of a file as far as it can be read, and what cannot, by the number of the vehicle."""
    if file == {}:
        return {}, {}
    found = file.get("data") if isinstance(file, dict) else None
    if not isinstance(found, dict):
        return {"unread_file": {ALL: file}}, {ALL: ["file"]}
    lost: Lost = defaultdict(list)
    content = {name: value for name, value in found.items() if name not in OF_CARS}
    content |= {name: _rows(found[name]) for name in _UNREAD if name in found}
    if not isinstance(content.get("session"), dict):
        # A login makes up for it.
        content.pop("session", None)
    for name in _SECTIONS:
        for vin, stored in _rows(found.get(name, {})).items():
            kept, unread = (None, [name]) if vin == ALL else _read(name, stored)
            if kept is not None:
                content.setdefault(name, {})[vin] = kept
            if unread:
                lost[vin] += unread
                _set_aside(content, name, vin, stored)
    return content, lost


def _rows(section: Any) -> dict[str, Any]:
    """Return what is stored by vehicle; what is none of that concerns all of them."""
    return section if isinstance(section, dict) else {ALL: section}


def _read(name: str, stored: Any) -> tuple[Any, list[str]]:
    """Return what can be read of what was stored of a vehicle, as it is stored, and the names of the rest."""
    if name == "plans":
        plan, lost = salvaged_plan(stored)
        return as_json(plan) if lost else stored, [f"{name}.{part}" for part in lost]
    try:
        load(_KINDS[name], stored)
    except UNREADABLE:
        return None, [name]
    return stored, []


def _set_aside(content: dict[str, Any], name: str, vin: str, stored: Any) -> None:
    """Keep beside what cannot be read: another version may."""
    content.setdefault(f"unread_{name}", {})[vin] = stored
