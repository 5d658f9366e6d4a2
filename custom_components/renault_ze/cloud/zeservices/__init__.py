"""The client of Z.E. Services, the cloud the Renault Z.E. cars were sold with."""

from .address import DEFAULT_ADDRESS, normalised_address
from .client import ZeServices, known_zones

__all__ = ["DEFAULT_ADDRESS", "ZeServices", "known_zones", "normalised_address"]
