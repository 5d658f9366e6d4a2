"""Newer cars, which have settings instead of charge programs: start their charge, and restore their programs after it.

Such a car charges once no program is active. Its settings are only accepted as a whole, with the present time.
"""

from typing import Any, Final

from ..charging import ChargeMode
from ..exceptions import (
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RejectedError,
    UnsupportedError,
)
from ..models import ChargeWindow, CommandKind
from .decode_schedule import clock, duration
from .programs import DAYS, Programs, Windows
from .restoring import Suspensions
from .routes import Route
from .schedule_copy import SentPrograms
from .storage import AccountStorage
from .suspension import KeptSchedule
from .vehicle import VehicleClient

ACTIVE: Final = "programActivationStatus"
_TIMESTAMP = "lastSettingsUpdateTimestamp"
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
        programs, before = _current(suspensions.storage, car, settings), suspensions.of(car)
        wanted = _activated(programs, [] if before is None else before.kept.programs or [])
        if any(each[ACTIVE] for each in wanted):
            kept = KeptSchedule(mode=ChargeMode.SCHEDULED, windows=_windows(settings, wanted), programs=wanted)
            await suspensions.begin(car, kept, stops=False)
        await send(suspensions.storage, car, settings, [{**each, ACTIVE: False} for each in programs])


async def _read(car: VehicleClient) -> dict[str, Any]:
    """Return the settings before a command; a refusal of this read is not one of the command."""
    try:
        return _complete(await car.settings())
    except (UnsupportedError, InvalidRequestError) as err:
        raise RejectedError(str(err), reason=err.reason, key="schedule_unread") from err


def is_kept_of_settings(kept: KeptSchedule) -> bool:
    """Return whether a kept schedule is one of settings, and not one of charge programs."""
    return any(ACTIVE in each for each in kept.programs or ())


async def restore(suspensions: Suspensions, car: VehicleClient, kept: KeptSchedule) -> None:
    """Activate the programs again that were active before the charge; all else stays as it is now."""
    settings = _complete(await car.settings())
    wanted = _activated(_current(suspensions.storage, car, settings), kept.programs or [])
    if wanted == settings["programs"]:
        suspensions.shown_again(car)
        suspensions.postpone(car)
        return
    suspensions.update(car, is_seen=True)
    if not suspensions.is_settling(car):
        await suspensions.send_back(
            car, CommandKind.START_CHARGE, lambda _: send(suspensions.storage, car, settings, wanted)
        )


async def send(
    storage: AccountStorage,
    car: VehicleClient,
    settings: dict[str, Any],
    programs: Programs,
    *,
    ours: Programs | None = None,
) -> None:
    """Send all settings with other programs, of which some are `ours`; a car may ignore those with an old time."""
    before, now = storage.sent_programs.get(car.vin), storage.clock.now()
    known = [] if before is None else before.ours
    sent = SentPrograms(programs=programs, replaced=settings["programs"], at=now, ours=known if ours is None else ours)
    storage.set_sent_programs(car.vin, sent)
    await storage.write()
    try:
        await car.post(Route.KCM_SETTINGS, {**settings, "programs": programs, _TIMESTAMP: f"{now:%Y-%m-%dT%H:%M:%SZ}"})
    except CloudError as err:
        if not isinstance(err, ConnectionFailedError) or err.unsent:
            storage.set_sent_programs(car.vin, before)
        raise


def is_complete(settings: dict[str, Any]) -> bool:
    """Return whether settings can be sent back: no part of them is missing."""
    programs = settings.get("programs")
    has_programs = isinstance(programs, list) and bool(programs) and all(map(_is_program, programs))
    return has_programs and all(settings.get(name) is not None for name in _FIELDS)


def _current(storage: AccountStorage, car: VehicleClient, settings: dict[str, Any]) -> Programs:
    """Return the programs of a car: those that were just sent if it does not show them yet."""
    shown: Programs = settings["programs"]
    sent = storage.sent_programs.get(car.vin)
    return shown if sent is None else sent.in_place_of(shown, storage.clock.now())


def _complete(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings that can be sent back; raise RejectedError if a part of them is missing."""
    if is_complete(settings):
        return settings
    raise RejectedError("ev/settings: the response is incomplete", key="schedule_unread")


def _is_program(value: Any) -> bool:
    """Return whether a value is a program that is active or not."""
    return isinstance(value, dict) and isinstance(value.get(ACTIVE), bool)


def _activated(programs: list[dict[str, Any]], kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the programs with those active that are active in a copy: the same by position, otherwise by content."""
    if len(programs) == len(kept):
        active = [each.get(ACTIVE) is True for each in kept]
    else:
        contents = [_content(each) for each in kept if each.get(ACTIVE) is True]
        active = [_content(each) in contents for each in programs]
    pairs = zip(programs, active, strict=True)
    return [{**each, ACTIVE: True} if is_active else each for each, is_active in pairs]


def _content(program: dict[str, Any]) -> dict[str, Any]:
    """Return a program without its activation."""
    return {name: value for name, value in program.items() if name != ACTIVE}


def _windows(settings: dict[str, Any], programs: list[dict[str, Any]]) -> Windows:
    """Return the charge windows of the active programs, for messages."""
    start, span = clock(settings["chargeTimeStart"]), duration(settings["chargeDuration"])
    if start is None or span is None:
        return ()
    active = [each for each in programs if each[ACTIVE]]
    days = [day for day, name in DAYS.items() if any(each.get(f"programActivation{name.title()}") for each in active)]
    return tuple(ChargeWindow(day, start, span) for day in days)
