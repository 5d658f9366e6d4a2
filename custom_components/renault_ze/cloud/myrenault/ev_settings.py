"""Newer cars, which have settings instead of charge programs: start their charge, and restore their programs after it.

Such a car charges once no program is active. Its settings are only accepted as a whole, with the present time.
"""

from collections.abc import Sequence
from typing import Any

from ..charging import ChargeMode
from ..exceptions import InvalidRequestError, RejectedError, UnsupportedError
from ..models import ChargeWindow, CommandKind
from .decode_schedule import clock, duration
from .programs import DAYS, Windows
from .restoring import Suspensions
from .routes import Route
from .suspension import KeptSchedule
from .vehicle import VehicleClient

_TIMESTAMP = "lastSettingsUpdateTimestamp"
_ACTIVE = "programActivationStatus"
# All captured settings have these; a request without one of them could delete it.
_FIELDS = (
    "chargeDuration",
    "chargeModeRq",
    "chargeTimeStart",
    "delegatedActivated",
    "preconditioningHeatedLeftSeat",
    "preconditioningHeatedRightSeat",
    "preconditioningHeatedStrgWheel",
    "preconditioningTemperature",
)


async def start(suspensions: Suspensions, car: VehicleClient) -> None:
    """Start charging with all programs inactive; those that are active are restored afterwards."""
    async with suspensions.lock:
        settings = await _read(car)
        programs, before = settings["programs"], suspensions.of(car)
        wanted = _activated(programs, [] if before is None else before.kept.programs or [])
        if any(each[_ACTIVE] for each in wanted):
            kept = KeptSchedule(mode=ChargeMode.SCHEDULED, windows=_windows(settings, wanted), programs=wanted)
            await suspensions.begin(car, kept, stops=False)
        await _send(suspensions, car, settings, [{**each, _ACTIVE: False} for each in programs])


async def _read(car: VehicleClient) -> dict[str, Any]:
    """Return the settings before a command; a refusal of this read is not one of the command."""
    try:
        return _complete(await car.settings())
    except (UnsupportedError, InvalidRequestError) as err:
        raise RejectedError(str(err), reason=err.reason, key="schedule_unread") from err


def is_kept_of_settings(kept: KeptSchedule) -> bool:
    """Return whether a kept schedule is one of settings, and not one of charge programs."""
    return any(_ACTIVE in each for each in kept.programs or ())


async def restore(suspensions: Suspensions, car: VehicleClient, kept: KeptSchedule) -> None:
    """Activate the programs again that were active before the charge; all else stays as it is now."""
    settings = _complete(await car.settings())
    wanted = _activated(settings["programs"], kept.programs or [])
    if wanted == settings["programs"]:
        suspensions.shown_again(car)
        suspensions.postpone(car)
        return
    suspensions.update(car, is_seen=True)
    if not suspensions.is_settling(car):
        await suspensions.send_back(car, CommandKind.START_CHARGE, lambda _: _send(suspensions, car, settings, wanted))


async def _send(
    suspensions: Suspensions, car: VehicleClient, settings: dict[str, Any], programs: Sequence[dict[str, Any]]
) -> None:
    """Send all settings; a car may ignore those with an old time."""
    timestamp = f"{suspensions.storage.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    await car.post(Route.KCM_SETTINGS, {**settings, "programs": programs, _TIMESTAMP: timestamp})


def _complete(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings that can be sent back; raise RejectedError if a part of them is missing."""
    programs = settings.get("programs")
    has_programs = isinstance(programs, list) and bool(programs) and all(map(_is_program, programs))
    if has_programs and all(settings.get(name) is not None for name in _FIELDS):
        return settings
    raise RejectedError("ev/settings: the response is incomplete", key="schedule_unread")


def _is_program(value: Any) -> bool:
    """Return whether a value is a program that is active or not."""
    return isinstance(value, dict) and isinstance(value.get(_ACTIVE), bool)


def _activated(programs: list[dict[str, Any]], kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the programs with those active that are active in a copy: the same by position, otherwise by content."""
    if len(programs) == len(kept):
        active = [each.get(_ACTIVE) is True for each in kept]
    else:
        contents = [_content(each) for each in kept if each.get(_ACTIVE) is True]
        active = [_content(each) in contents for each in programs]
    pairs = zip(programs, active, strict=True)
    return [{**each, _ACTIVE: True} if is_active else each for each, is_active in pairs]


def _content(program: dict[str, Any]) -> dict[str, Any]:
    """Return a program without its activation."""
    return {name: value for name, value in program.items() if name != _ACTIVE}


def _windows(settings: dict[str, Any], programs: list[dict[str, Any]]) -> Windows:
    """Return the charge windows of the active programs, for messages."""
    start, span = clock(settings["chargeTimeStart"]), duration(settings["chargeDuration"])
    if start is None or span is None:
        return ()
    active = [each for each in programs if each[_ACTIVE]]
    days = [day for day, name in DAYS.items() if any(each.get(f"programActivation{name.title()}") for each in active)]
    return tuple(ChargeWindow(day, start, span) for day in days)
