"""Keep the last values of fields that a response does not contain, until they expire."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..cloud.models import Battery, Part
from ..cloud.response import Report
from .state import FieldTimes, VehicleState

# A value that was not read for this long is no longer shown.
EXPIRED_AFTER: Final = timedelta(hours=24)
# Cars leave these out while they do not charge.
_ONLY_WHILE_CHARGING = frozenset({"charging_point", "charging_time_remaining"})
_CHARGE = frozenset({"charging", "charge_state"})


def with_last_values[T](state: VehicleState, part: Part, value: T) -> tuple[T, FieldTimes]:
    """Return a value of a part with the last values of its missing fields, and when these were read."""
    before = getattr(state, part.value)
    if not isinstance(value, Report) or before is None:
        return value, {}
    # A missing value may follow from another field.
    unknown = [name for name in value.missing if getattr(value, name) is None]
    last = {name: getattr(before, name) for name in unknown if getattr(before, name) is not None}
    if isinstance(value, Battery):
        last = _last_charge(before, value, last)
        value = replace(value, earlier_end=before.charge_ends_at)
    if not last:
        return value, {}
    times = {name: state.field_read_at(part, name) for name in last}
    changed: Any = replace(value, **last)
    return changed, {name: at for name, at in times.items() if at is not None}


def _last_charge(before: Battery, report: Battery, last: dict[str, Any]) -> dict[str, Any]:
    """Return those of the last values that do not contradict a battery report."""
    if report.charging:
        last = {name: each for name, each in last.items() if name != "plugged_in" or each}
    if last.get("plugged_in", report.plugged_in) is False:
        last = {name: each for name, each in last.items() if name not in _CHARGE}
    if not last.get("charging", report.charging):
        last = {name: each for name, each in last.items() if name not in _ONLY_WHILE_CHARGING}
    ends_at = before.charge_ends_at if "charging_time_remaining" in last else None
    if ends_at is not None and report.reported_at is not None:
        # The end of the charge stays.
        last["charging_time_remaining"] = max(ends_at - report.reported_at, timedelta())
    return last


def without_expired_fields(state: VehicleState, now: datetime) -> dict[str, Any]:
    """Return the parts without the values of missing fields that have expired."""
    expired = {
        part: [name for name, at in times.items() if now - at >= EXPIRED_AFTER]
        for part, times in state.kept_fields.items()
    }
    changes = {
        part.value: replace(getattr(state, part.value), **dict.fromkeys(names))
        for part, names in expired.items()
        if names
    }
    kept = {
        part: {name: at for name, at in times.items() if name not in expired[part]}
        for part, times in state.kept_fields.items()
    }
    return {**changes, "kept_fields": {part: times for part, times in kept.items() if times}} if changes else {}


def oldest(read_at: Mapping[Part, datetime], kept_fields: Mapping[Part, FieldTimes]) -> dict[Part, datetime]:
    """Return when the oldest value of each part was read."""
    return {part: min([at, *_times(kept_fields, part)]) for part, at in read_at.items()}


def _times(kept_fields: Mapping[Part, FieldTimes], part: Part) -> Iterable[datetime]:
    """Return when the kept fields of a part were read."""
    return kept_fields.get(part, {}).values()
