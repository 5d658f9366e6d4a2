"""A simulated car, with which the integration can be tried without an account."""

from .client import DEMO_VIN, Demo
from .days import DEPARTURE_TIME

__all__ = ["DEMO_VIN", "DEPARTURE_TIME", "Demo"]
