"""Simulator of MY Renault: Gigya, Kamereon, and both generations of the ZOE."""

from .backend import SECOND_VIN, example_owner, models_of
from .models import MODELS, X101VE, X102VE, Model
from .simulator import MyRenaultSimulator
from .vehicle import ZoeVehicle

__all__ = [
    "MODELS",
    "SECOND_VIN",
    "X101VE",
    "X102VE",
    "Model",
    "MyRenaultSimulator",
    "ZoeVehicle",
    "example_owner",
    "models_of",
]
