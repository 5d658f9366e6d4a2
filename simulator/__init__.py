"""A stand-in for the retired Z.E. Services server and the cars behind it."""

from .accounts import Account, Restriction, Scope
from .battery import Battery, ChargingPoint
from .car import Car
from .clock import Clock
from .server import Simulator
from .week import Schedule, Week, Window
from .world import EXAMPLE_VIN, example_account

__all__ = [
    "EXAMPLE_VIN",
    "Account",
    "Battery",
    "Car",
    "ChargingPoint",
    "Clock",
    "Restriction",
    "Schedule",
    "Scope",
    "Simulator",
    "Week",
    "Window",
    "example_account",
]
