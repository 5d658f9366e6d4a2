"""Newer cars, which have settings instead of charge programs: their charge schedule, and the start of a charge.

Such a car charges at once while no program is active, and programs are activated again after such a charge. Settings
are only accepted as a whole, with the present time. See `settings_programs` for what is not proven.
"""

from datetime import datetime
from typing import Any, Final

from ..charging import ChargeMode
from ..exceptions import (
    CloudError,
    ConnectionFailedError,
    InvalidRequestError,
    RejectedError,
    UnsupportedError,
)
from ..models import ChargeSchedule, CommandKind
from . import settings_programs
from .programs import Programs, Windows
from .restoring import Suspensions
from .routes import Route
from .schedule_copy import ScheduleCopy, SentPrograms, is_recent
from .settings_programs import PROGRAMS, WINDOW, Settings, SettingsForm, charges_only
from .storage import AccountStorage
from .suspension import KeptSchedule
from .vehicle import CACHE_SECONDS, VehicleClient

# Documented for `hvac-settings`; newer cars show three, and their limit is not known.
MOST_PROGRAMS: Final = 5
_TIMESTAMP = "lastSettingsUpdateTimestamp"
_content = SettingsForm().content


async def schedule(suspensions: Suspensions, car: VehicleClient, *, command: bool = False) -> ChargeSchedule:
    """Return the charge schedule in a car, or the last one known while the car charges at any time."""
    settings = await car.settings(max_age=0.0 if command else CACHE_SECONDS)
    if command:
        suspensions.just_read.add(car.vin)
    if not settings_programs.is_readable(settings):
        return ChargeSchedule()
    restored = _restored(suspensions, car, settings)
    _note_shown(suspensions, car, is_suspended=restored != settings)
    if (mode := settings_programs.mode(restored)) is None:
        return ChargeSchedule()
    windows = settings_programs.windows(restored)
    if mode is ChargeMode.SCHEDULED and not windows and settings_programs.charged_days(restored[PROGRAMS]):
        # Their time is not understood.
        return ChargeSchedule()
    shown = settings_programs.mode(settings), settings_programs.windows(settings)
    copied = _copied(suspensions.storage, car, windows)
    override = mode if mode is ChargeMode.DELEGATED else None
    return ChargeSchedule(
        enabled=None if override else mode is ChargeMode.SCHEDULED,
        override=override,
        windows=copied if mode is ChargeMode.ALWAYS and not windows else windows,
        unsettled=shown != (mode, windows),
    )


async def send_schedule(suspensions: Suspensions, car: VehicleClient, windows: Windows) -> None:
    """Send a charge schedule and follow it; raise RejectedError if the car has no room for its program."""
    # Raises if the windows need more than one time.
    car.converter().to_programs(windows, car.endpoints.limits)
    async with suspensions.lock:
        shown = await _read(car)
        settings = _restored(suspensions, car, current(suspensions.storage, car, shown))
        ours = _charges(suspensions.storage, car)
        others, mine = settings_programs.split(settings[PROGRAMS], ours, _content)
        _, in_car = settings_programs.split(shown[PROGRAMS], ours, _content)
        programs = settings_programs.with_schedule(others, windows)
        if len(programs) > max(MOST_PROGRAMS, len(settings[PROGRAMS])):
            text = f"The car holds {MOST_PROGRAMS} programs"
            raise RejectedError(text, key="programs_full", value=str(MOST_PROGRAMS))
        wanted = {**settings, **settings_programs.window_fields(windows), PROGRAMS: programs}
        copy = ScheduleCopy(windows=tuple(sorted(set(windows))), sent_at=suspensions.storage.clock.now())
        try:
            await send(suspensions.storage, car, shown, wanted, charges=[*programs[len(others) :], *mine, *in_car])
        except ConnectionFailedError as err:
            if not err.unsent:
                _note_sent(suspensions, car, wanted, copy)
            raise
        _note_sent(suspensions, car, wanted, copy)


async def disable(suspensions: Suspensions, car: VehicleClient) -> None:
    """Let a car charge whenever it is plugged in: none of its programs charges, and departures stay."""
    async with suspensions.lock:
        shown = await _read(car)
        settings = current(suspensions.storage, car, shown)
        restored = _restored(suspensions, car, settings)
        _copied(suspensions.storage, car, settings_programs.windows(restored))
        programs = settings_programs.charging_on(restored[PROGRAMS], ())
        suspensions.update(car, kept=_kept({**settings, PROGRAMS: programs}))
        # A departure that a charge has suspended stays inactive until its end.
        wanted = {**settings, PROGRAMS: settings_programs.active_as(programs, settings[PROGRAMS])}
        await send(suspensions.storage, car, shown, wanted)


async def start(suspensions: Suspensions, car: VehicleClient) -> None:
    """Start charging with all programs inactive; those that are active are restored afterwards."""
    async with suspensions.lock:
        shown = await _read(car)
        settings = current(suspensions.storage, car, shown)
        restored = _restored(suspensions, car, settings)
        if any(map(settings_programs.is_active, restored[PROGRAMS])):
            await suspensions.begin(car, _kept(restored), stops=False)
        wanted = {**settings, PROGRAMS: settings_programs.inactive(settings[PROGRAMS])}
        await send(suspensions.storage, car, shown, wanted)


def is_kept_of_settings(kept: KeptSchedule) -> bool:
    """Return whether a kept schedule is one of settings, and not one of charge programs."""
    return bool(kept.programs) and settings_programs.is_readable({PROGRAMS: kept.programs})


async def restore(suspensions: Suspensions, car: VehicleClient) -> None:
    """Activate the programs again that were active before the charge; all else stays as it is now."""
    shown = _complete(await car.settings())
    wanted = _restored(suspensions, car, current(suspensions.storage, car, shown))
    if wanted[PROGRAMS] == shown[PROGRAMS]:
        suspensions.shown_again(car)
        suspensions.postpone(car)
        return
    suspensions.update(car, is_seen=True)
    if not suspensions.is_settling(car):
        await suspensions.send_back(
            car, CommandKind.START_CHARGE, lambda _: send(suspensions.storage, car, shown, wanted)
        )


async def send(
    storage: AccountStorage,
    car: VehicleClient,
    shown: Settings,
    wanted: Settings,
    *,
    departures: Programs | None = None,
    charges: Programs | None = None,
) -> None:
    """Send all settings in place of those that a car shows; it may ignore those with an old time.

    `departures` and `charges` are the programs among them that are ours from now on, unless these stay.
    """
    before, now = storage.sent_programs.get(car.vin), storage.clock.now()
    departures = our_departures(storage, car) if departures is None else departures
    charges = _charges(storage, car) if charges is None else charges
    storage.set_sent_programs(car.vin, _sent(shown, wanted, [*departures, *charges], now))
    await storage.write()
    try:
        await car.post(Route.KCM_SETTINGS, {**wanted, _TIMESTAMP: f"{now:%Y-%m-%dT%H:%M:%SZ}"})
    except CloudError as err:
        if not isinstance(err, ConnectionFailedError) or err.unsent:
            storage.set_sent_programs(car.vin, before)
        raise


def _sent(shown: Settings, wanted: Settings, ours: Programs, now: datetime) -> SentPrograms:
    """Return what is remembered of settings that are sent in place of others."""
    return SentPrograms(
        programs=wanted[PROGRAMS],
        replaced=shown[PROGRAMS],
        at=now,
        ours=settings_programs.distinct(ours, _content),
        window=_window(wanted),
        replaced_window=_window(shown),
    )


def current(storage: AccountStorage, car: VehicleClient, shown: Settings) -> Settings:
    """Return the settings of a car: what was just sent if it does not show that yet."""
    sent = storage.sent_programs.get(car.vin)
    if sent is None or not sent.is_on_its_way(shown[PROGRAMS], _window(shown), storage.clock.now()):
        return shown
    return {**shown, PROGRAMS: sent.programs, **dict(zip(WINDOW, sent.window, strict=False))}


async def _read(car: VehicleClient) -> Settings:
    """Return the settings before a command; a refusal of this read is not one of the command."""
    try:
        return _complete(await car.settings())
    except (UnsupportedError, InvalidRequestError) as err:
        raise RejectedError(str(err), reason=err.reason, key="schedule_unread") from err


def _complete(settings: Settings) -> Settings:
    """Return settings that can be sent back; raise RejectedError if a part of them is missing."""
    if settings_programs.is_complete(settings):
        return settings
    raise RejectedError("ev/settings: the response is incomplete", key="schedule_unread")


def _restored(suspensions: Suspensions, car: VehicleClient, settings: Settings) -> Settings:
    """Return settings with the programs active again that were before a charge that has not ended."""
    suspension = suspensions.of(car)
    if suspension is None or not is_kept_of_settings(suspension.kept):
        return settings
    return {**settings, PROGRAMS: settings_programs.activated(settings[PROGRAMS], suspension.kept.programs or [])}


def _note_shown(suspensions: Suspensions, car: VehicleClient, *, is_suspended: bool) -> None:
    """Note whether a car shows programs without those that a charge has suspended, and end that once it has them again.

    What is changed in the car or the app afterwards stays.
    """
    suspension = suspensions.of(car)
    if suspension is None:
        return
    if is_suspended:
        suspensions.update(car, is_seen=True)
    elif suspension.is_seen and not suspensions.is_expecting(car, suspension):
        suspensions.shown_again(car)


def _kept(settings: Settings) -> KeptSchedule:
    """Return what is restored after a charge."""
    mode = settings_programs.mode(settings) or ChargeMode.ALWAYS
    return KeptSchedule(mode=mode, windows=settings_programs.windows(settings), programs=settings[PROGRAMS])


def _note_sent(suspensions: Suspensions, car: VehicleClient, sent: Settings, copy: ScheduleCopy) -> None:
    """Remember a charge schedule that was sent, which is also what is restored after a charge."""
    suspensions.storage.set_copy(car.vin, copy)
    suspensions.update(car, kept=_kept(sent))


def _window(settings: Settings) -> list[Any]:
    """Return the values of a charge schedule besides its programs."""
    return [settings.get(name) for name in WINDOW]


def _charges(storage: AccountStorage, car: VehicleClient) -> Programs:
    """Return the programs that may be in a car because of our charge schedule."""
    return [each for each in _ours(storage, car) if charges_only(each)]


def our_departures(storage: AccountStorage, car: VehicleClient) -> Programs:
    """Return the programs that may be in a car because of our departures."""
    return [each for each in _ours(storage, car) if not charges_only(each)]


def _ours(storage: AccountStorage, car: VehicleClient) -> Programs:
    """Return the programs that may be in a car because of us."""
    sent = storage.sent_programs.get(car.vin)
    return [] if sent is None else sent.ours


def _copied(storage: AccountStorage, car: VehicleClient, shown: Windows) -> Windows:
    """Return the last windows known, which those that a car shows replace unless others were just sent."""
    copy = storage.copies.get(car.vin) or ScheduleCopy(windows=())
    is_settling = copy.sent_at is not None and is_recent(copy.sent_at, storage.clock.now())
    if shown and copy.windows != shown and not is_settling:
        copy = ScheduleCopy(windows=shown)
        storage.set_copy(car.vin, copy)
    return copy.windows
