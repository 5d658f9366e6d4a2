"""The charge modes of a car."""

from enum import StrEnum


class ChargeMode(StrEnum):
    """When a plugged-in car charges: at once, by its schedule, from a set time on, or when another service decides."""

    ALWAYS = "always"
    SCHEDULED = "scheduled"
    DELAYED = "delayed"
    DELEGATED = "delegated"
