"""Simulator of MY Renault: Gigya, Kamereon, the gateway of the app, and the cars."""

from .backend import SECOND_VIN, example_owner, models_of
from .models import MODEL_NAMES, MODELS, X101VE, X102VE, Model
from .programs import ChargeMode
from .quirks import ProgramClock, Quirks, RemoteSecurity
from .routes import Outcome, Route, RouteSet
from .simulator import MyRenaultSimulator
from .vehicle import MyRenaultVehicle

__all__ = [
    "MODELS",
    "MODEL_NAMES",
    "SECOND_VIN",
    "X101VE",
    "X102VE",
    "ChargeMode",
    "Model",
    "MyRenaultSimulator",
    "MyRenaultVehicle",
    "Outcome",
    "ProgramClock",
    "Quirks",
    "RemoteSecurity",
    "Route",
    "RouteSet",
    "example_owner",
    "models_of",
]
