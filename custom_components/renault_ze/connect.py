"""Creation of the configured cloud client."""

from collections.abc import Collection, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_TIME_ZONE, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.importlib import async_import_module
from homeassistant.util import dt as dt_util

from .cloud.demo import Demo
from .cloud.models import ChargeSchedule
from .cloud.protocol import Cloud
from .cloud.zeservices import ZeServices, known_zones, normalized_address
from .const import (
    CONF_ACCOUNT_ID,
    CONF_ADDRESS,
    CONF_CLOUD,
    CONF_LOCALE,
    CONF_MOVED,
    CONF_SCHEDULE_CLOCKS,
    CORE_RENAULT,
    DEMO,
    MY_RENAULT,
    ZE_SERVICES,
)
from .storage import NewSession, SessionStorage, Storage

if TYPE_CHECKING:
    from .cloud.myrenault import MyRenault

# The title of entries with minor version 1.
_FORMER_TITLE = "Renault Z.E."
# Home Assistant's own integration polls as often, with the same quota.
_SHARED = 0.5


class Found(NamedTuple):
    """An account found after the login, with its label and cars."""

    id: str
    label: str
    vins: tuple[str, ...]


def is_my_renault(data: Mapping[str, Any]) -> bool:
    """Return whether an account is at MY Renault; entries without the key are older than its support."""
    return bool(data.get(CONF_CLOUD, ZE_SERVICES) == MY_RENAULT)


def is_demo(data: Mapping[str, Any]) -> bool:
    """Return whether an entry is that of the demo car, which has no account."""
    return bool(data.get(CONF_CLOUD) == DEMO)


def entry_title(data: Mapping[str, Any]) -> str:
    """Return the title of an entry: its cloud and the masked email address, because Home Assistant logs titles."""
    name, at, domain = data[CONF_USERNAME].rpartition("@")
    cloud = "MY Renault" if is_my_renault(data) else "Z.E. Services"
    return f"{cloud} ({(name or domain)[:1]}…{at}{domain if at else ''})"


def updated_title(entry: ConfigEntry, data: Mapping[str, Any]) -> str:
    """Return the title of an entry that gets other data; one that the user has chosen stays."""
    if is_demo(entry.data):
        return entry.title
    return entry_title(data) if entry.title in {_FORMER_TITLE, entry_title(entry.data)} else entry.title


async def open_cloud(
    hass: HomeAssistant,
    http: ClientSession,
    data: Mapping[str, Any],
    storage: SessionStorage,
    options: Mapping[str, Any] | None = None,
) -> Cloud:
    """Return the cloud of an account with its stored session, without a request."""
    if is_my_renault(data):
        return await open_my_renault(hass, http, data, storage, options)
    if is_demo(data):
        return Demo(
            time_zone=dt_util.get_default_time_zone(),
            stored=storage.session,
            on_session=storage.remember_session,
            on_progress=storage.remember_session_later,
        )
    return ZeServices(
        http,
        address=data[CONF_ADDRESS],
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        default_time_zone=dt_util.get_default_time_zone(),
        stored=storage.session,
        on_session=storage.remember_session,
        on_renewal=storage.remember_session_later,
    )


async def open_my_renault(
    hass: HomeAssistant,
    http: ClientSession,
    data: Mapping[str, Any],
    storage: SessionStorage,
    options: Mapping[str, Any] | None = None,
) -> MyRenault:
    """Return an account at MY Renault; the API keys of its servers come from a library, because they change."""
    await _load_my_renault(hass)
    from .cloud.myrenault import MyRenault, ScheduleClock, Servers  # noqa: PLC0415

    address = data.get(CONF_ADDRESS)
    chosen = options or {}
    clocks = chosen.get(CONF_SCHEDULE_CLOCKS, {})
    # The cloud does not know the time zone of a car.
    zone = await zone_named(chosen.get(CONF_TIME_ZONE))
    return MyRenault(
        http,
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        locale=data[CONF_LOCALE],
        default_time_zone=zone or dt_util.get_default_time_zone(),
        servers=None if address is None else Servers.at(address),
        account_id=data.get(CONF_ACCOUNT_ID),
        schedule_clocks={vin: ScheduleClock(clock) for vin, clock in clocks.items()},
        quota_share=lambda: quota_share(hass, data[CONF_USERNAME]),
        stored=storage.session,
        on_session=storage.remember_session,
        on_request=storage.remember_session_later,
        flush=storage.flush,
    )


async def new_session(hass: HomeAssistant, entry: ConfigEntry | None) -> NewSession:
    """Return a session for a login, with the stored data of an entry's cars but without its tokens."""
    if entry is None or not is_my_renault(entry.data):
        return NewSession()
    await _load_my_renault(hass)
    from .cloud.myrenault import signed_out  # noqa: PLC0415

    storage = await Storage.read(hass, entry.entry_id)
    return NewSession(None if storage.session is None else signed_out(storage.session))


async def moved_options(hass: HomeAssistant, entry: ConfigEntry, vins: Collection[str]) -> dict[str, Any]:
    """Return the options of an entry that moves to MY Renault, with the time zone of its cars."""
    storage = await Storage.read(hass, entry.entry_id)
    # Zones are read from the disk.
    zones = await hass.async_add_executor_job(known_zones, storage.session or {})
    found = [zones[vin] for vin in vins if vin in zones]
    return {**({CONF_TIME_ZONE: found[0]} if found else {}), **entry.options}


async def mark_as_moved(hass: HomeAssistant, entry: ConfigEntry, taken_over: Mapping[str, Mapping[str, Any]]) -> None:
    """Mark the vehicles of another entry, by VIN with their stored data, as moved, and use their time zone."""
    stored = [each.get("zones") for each in taken_over.values()]
    zones = [each for each in stored if each != hass.config.time_zone and await zone_named(each) is not None]
    zone = {CONF_TIME_ZONE: zones[0]} if zones and is_my_renault(entry.data) else {}
    data = {**entry.data, CONF_MOVED: [*entry.data.get(CONF_MOVED, ()), *taken_over]}
    hass.config_entries.async_update_entry(entry, data=data, options={**zone, **entry.options})


async def countries(hass: HomeAssistant) -> tuple[list[str], str]:
    """Return the countries of MY Renault, and the most likely one."""
    await _load_my_renault(hass)
    from .cloud.myrenault import LOCALES, locale_for  # noqa: PLC0415

    likely = locale_for(hass.config.country, hass.config.language)
    return sorted({country_of(locale) for locale in LOCALES}), country_of(likely)


async def my_renault_locale(hass: HomeAssistant, country: str) -> str:
    """Return the locale of a country, in Home Assistant's language if available."""
    await _load_my_renault(hass)
    from .cloud.myrenault import locale_for  # noqa: PLC0415

    return locale_for(country, hass.config.language)


async def schedules_by_clock(cloud: MyRenault, vin: str) -> dict[str, ChargeSchedule]:
    """Return the charge schedule of a car at MY Renault, as read by each clock it may use."""
    from .cloud.myrenault import ScheduleClock  # noqa: PLC0415

    return {clock.value: await cloud.charge_schedule_by(vin, clock) for clock in ScheduleClock}


def quota_share(hass: HomeAssistant, username: str) -> float:
    """Return our share of an account's quota: half if Home Assistant's own integration uses the account as well."""
    entries = hass.config_entries.async_entries(CORE_RENAULT, include_ignore=False, include_disabled=False)
    shared = any(str(entry.data.get(CONF_USERNAME)).casefold() == username.casefold() for entry in entries)
    return _SHARED if shared else 1.0


def open_http(hass: HomeAssistant) -> ClientSession:
    """Return an HTTP session to be detached; it keeps no cookies, which would mix between accounts."""
    return async_create_clientsession(hass, auto_cleanup=False, cookie_jar=DummyCookieJar())


async def _load_my_renault(hass: HomeAssistant) -> None:
    """Import the client in the executor, because it takes a quarter of a second."""
    await async_import_module(hass, f"{__package__}.cloud.myrenault")


def normalize_address(data: dict[str, Any]) -> None:
    """Normalize the address of a server; raise ValueError if it is invalid.

    MY Renault needs none.
    """
    address = data.pop(CONF_ADDRESS, "").strip()
    if not is_my_renault(data):
        data[CONF_ADDRESS] = normalized_address(address)
    elif address:
        data[CONF_ADDRESS] = normalized_address(address).removesuffix("/api")


def country_of(locale: str) -> str:
    """Return the country of a locale (ISO 3166)."""
    return locale.rpartition("_")[2]


async def zone_named(name: Any) -> tzinfo | None:
    """Return a time zone by name, None if there is none; a name may be a path to another file."""
    if not isinstance(name, str):
        return None
    try:
        return await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        return None
