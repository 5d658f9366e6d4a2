"""Simulator of the retired Z.E. Services server and of the cars connected to it."""

from .simulator import Simulator
from .world.accounts import Account, Restriction, Scope
from .world.battery import Battery, ChargingPoint
from .world.car import Car
from .world.clock import Clock
from .world.week import Schedule, Week, Window
from .zeservices.backend import EXAMPLE_VIN, example_account

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
