"""What may be said of a server's answers: once, in short, and without anything private."""

from functools import lru_cache
import logging
import re
from typing import Any

_LOGGER = logging.getLogger(__name__)

_PRIVATE = re.compile(r"\S*@\S*|\+?\d[\d ]{5,}\d|\b(?=\w*\d)\w{12,}")


@lru_cache(maxsize=256)
def note(text: str) -> None:
    """Say a thing about the answers of a server, once."""
    _LOGGER.warning("%s", text)


def shown(value: Any) -> str:
    """Return a value for the log: short, and without what must not stand there."""
    return scrubbed(repr(value))[:60]


def scrubbed(text: str, private: tuple[str, ...] = ()) -> str:
    """Blot out private words, e-mail addresses, telephone numbers, tokens and VINs."""
    for word in filter(None, private):
        text = re.sub(re.escape(word), "***", text, flags=re.IGNORECASE)
    return _PRIVATE.sub("***", text)
