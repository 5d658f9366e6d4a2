"""The client of MY Renault, based on the library `renault-api`.

The import loads this library, which takes a quarter of a second: do not do it in an event loop.
"""

from .client import MyRenault
from .programs import ScheduleClock
from .servers import LOCALES, AccountChoice, Servers, locale_for
from .storage import signed_out

__all__ = ["LOCALES", "AccountChoice", "MyRenault", "ScheduleClock", "Servers", "locale_for", "signed_out"]
