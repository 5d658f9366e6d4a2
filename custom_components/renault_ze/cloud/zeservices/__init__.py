"""The client of Z.E. Services."""

from .client import DEFAULT_ADDRESS, ZeServices, known_zones, normalized_address

__all__ = ["DEFAULT_ADDRESS", "ZeServices", "known_zones", "normalized_address"]
