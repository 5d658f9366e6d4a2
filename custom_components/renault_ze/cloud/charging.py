"""How a car charges: its mode, its state, and the charging point."""

from enum import StrEnum


class ChargeMode(StrEnum):
    """When a plugged-in car charges: at once, by its schedule, from a set time on, or when another service decides."""

    ALWAYS = "always"
    SCHEDULED = "scheduled"
    DELAYED = "delayed"
    DELEGATED = "delegated"


class ChargingPoint(StrEnum):
    """The kind of charging point the car reports; `NONE` while it is idle."""

    NONE = "none"
    SLOW = "slow"
    ACCELERATED = "accelerated"
    FAST = "fast"


class ChargeState(StrEnum):
    """The charge in more detail than `charging`; V2G is charging from and to the grid, V2L is supplying a device."""

    NOT_CHARGING = "not_charging"
    WAITING_FOR_SCHEDULE = "waiting_for_schedule"
    WAITING_FOR_POWER = "waiting_for_power"
    CHARGING = "charging"
    ENDED = "ended"
    FLAP_OPEN = "flap_open"
    ERROR = "error"
    V2G_CHARGING = "v2g_charging_normal"
    V2G_WAITING = "v2g_charging_waiting"
    V2G_DISCHARGING = "v2g_discharging"
    V2L_CONNECTED = "v2l_connected"
