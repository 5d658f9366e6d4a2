"""The one place that names a concrete cloud."""

from collections.abc import Mapping
from typing import Any

from aiohttp import DummyCookieJar
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util import dt as dt_util

from .cloud.models import Cloud
from .cloud.zeservices import ZeServices
from .const import CONF_ADDRESS
from .store import Memory


def open_cloud(hass: HomeAssistant, data: Mapping[str, Any], memory: Memory | None = None) -> Cloud:
    """Return the cloud an entry speaks to, with the session an earlier run left; nothing is sent yet.

    Its cookies must not mix with those of another account, so it has a session without a jar.
    """
    return ZeServices(
        async_create_clientsession(hass, cookie_jar=DummyCookieJar()),
        address=data[CONF_ADDRESS],
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        default_time_zone=dt_util.get_default_time_zone(),
        stored=None if memory is None else memory.session,
        on_session=None if memory is None else memory.remember_session,
    )
