"""The adapter to MY Renault, where the cars of Z.E. Services live today; it stands on the library `renault-api`.

Importing it loads that library, a quarter of a second's work: not to be done in an event loop.
"""

from .client import MyRenault
from .locales import LOCALES, locale_for
from .memory import signed_out
from .programs import ScheduleClock
from .servers import Garage, Servers

__all__ = ["LOCALES", "Garage", "MyRenault", "ScheduleClock", "Servers", "locale_for", "signed_out"]
