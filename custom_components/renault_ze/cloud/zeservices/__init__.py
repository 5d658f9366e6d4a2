"""The client of Z.E. Services, the cloud the Renault Z.E. cars were sold with."""

from .client import DEFAULT_ADDRESS, ZeServices, known_zones, normalized_address

__all__ = ["DEFAULT_ADDRESS", "ZeServices", "known_zones", "normalized_address"]
