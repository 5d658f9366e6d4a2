"""A simulated car, with which the integration can be tried without an account."""

from .car import DEPARTURE_TIME
from .client import DEMO_VIN, Demo

__all__ = ["DEMO_VIN", "DEPARTURE_TIME", "Demo"]
