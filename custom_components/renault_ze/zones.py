"""Time zones by a name that anybody may have written."""

from datetime import tzinfo
from typing import Any

from homeassistant.util import dt as dt_util


async def zone_named(name: Any) -> tzinfo | None:
    """Return a time zone by its name, None where there is none: some names lead to no zone but to another file."""
    if not isinstance(name, str):
        return None
    try:
        return await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        return None
