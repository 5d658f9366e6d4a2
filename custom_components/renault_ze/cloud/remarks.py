"""What may be said of a server's answers: once, in short, and without anything private."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
import logging
import re
from typing import Any

_LOGGER = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W_]{2,}")
# What all accounts share says nothing of one.
_COMMON = {"country", "locale", "scopes", "timezone"}
# E-mail addresses, telephone numbers, tokens and VINs, and what is made like an activation code.
_PRIVATE = re.compile(r"\S*@\S*|\+?\d[\d ]{5,}\d|\b(?=\w*\d)\w{12,}|\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,}\b")


@lru_cache(maxsize=256)
def note(text: str) -> None:
    """Say a thing about the answers of a server, once."""
    _LOGGER.warning("%s", text)


def shown(value: Any) -> str:
    """Return a value for the log: short, and without what must not stand there."""
    return scrubbed(repr(value))[:60]


def scrubbed(text: str, private: tuple[str, ...] = (), fingerprints: frozenset[int] = frozenset()) -> str:
    """Blot out private words, those that have one of some fingerprints, and whatever looks private."""
    for word in filter(None, private):
        text = re.sub(re.escape(word), "***", text, flags=re.IGNORECASE)
    text = _WORD.sub(lambda found: "***" if _fingerprint(found[0]) in fingerprints else found[0], text)
    return _PRIVATE.sub("***", text)


def fingerprints_of(account: Any) -> frozenset[int]:
    """Return the fingerprints of all that a server tells of an account but what many accounts share."""
    return frozenset(_fingerprint(word) for text in _texts(account) if "@" not in text for word in _WORD.findall(text))


def _fingerprint(word: str) -> int:
    """Return what tells a word again without telling it: 16 bits, which one code has in common with thousands."""
    return int.from_bytes(blake2b(word.casefold().encode(), digest_size=2).digest())


def _texts(told: Any) -> Iterator[str]:
    """Yield what is private in an account, however deep a server's nonsense goes."""
    left = [told]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += (value for key, value in each.items() if key not in _COMMON)
        elif isinstance(each, list):
            left += each
        elif type(each) in (str, int):
            yield str(each)
