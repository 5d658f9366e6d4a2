"""What a plan depends on beside itself."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from .cloud.models import Vehicle
from .cloud.orders import CommandKind
from .const import (
    CONF_EVENING,
    CONF_LEAD,
    CONF_LOAD_LEAD,
    CONF_ROBUST_LEAD,
    CONF_RUN_LENGTH,
    CONF_THRESHOLD,
    DEFAULT_EVENING,
    DEFAULT_PLAN_MINUTES,
    DEFAULT_THRESHOLD,
    LEAST_RUN_MINUTES,
)
from .disabling import Disabled
from .plan import Settings


def settings_of(options: Mapping[str, Any], vehicle: Vehicle, disabled: tuple[Disabled, ...] = ()) -> Settings:
    """Return the settings of a plan: the vehicle's, and the owner's options over the defaults."""
    minutes = {key: timedelta(minutes=options.get(key, default)) for key, default in DEFAULT_PLAN_MINUTES.items()}
    return Settings(
        zone=vehicle.time_zone,
        windows_a_day=vehicle.windows_a_day,
        windows_alike=vehicle.windows_alike,
        schedule_zone=vehicle.schedule_zone,
        run_length=max(minutes[CONF_RUN_LENGTH], timedelta(minutes=LEAST_RUN_MINUTES)),
        lead=minutes[CONF_LEAD],
        robust_lead=minutes[CONF_ROBUST_LEAD],
        load_lead=minutes[CONF_LOAD_LEAD],
        evening=time.fromisoformat(options.get(CONF_EVENING, DEFAULT_EVENING)),
        threshold=int(options.get(CONF_THRESHOLD, DEFAULT_THRESHOLD)),
        disabled=disabled,
        shows_runs=CommandKind.PRECONDITION not in vehicle.unconfirmed,
    )
