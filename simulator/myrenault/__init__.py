"""A stand-in for MY Renault, Gigya and Kamereon, and the two generations of ZOE behind it."""

from .garage import SECOND_VIN, example_owner, models_of
from .models import MODELS, X101VE, X102VE, Model
from .server import MyRenaultSimulator
from .zoe import Zoe

__all__ = [
    "MODELS",
    "SECOND_VIN",
    "X101VE",
    "X102VE",
    "Model",
    "MyRenaultSimulator",
    "Zoe",
    "example_owner",
    "models_of",
]
