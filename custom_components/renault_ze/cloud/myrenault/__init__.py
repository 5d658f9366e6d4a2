"""The adapter to MY Renault, where the cars of Z.E. Services live today; it stands on the library `renault-api`.

Importing it loads that library, a quarter of a second's work: not to be done in an event loop.
"""

from .client import MyRenault
from .programs import ScheduleClock
from .servers import LOCALES, AccountChoice, Servers, locale_for
from .storage import signed_out

__all__ = ["LOCALES", "AccountChoice", "MyRenault", "ScheduleClock", "Servers", "locale_for", "signed_out"]
