"""Log what servers send: once, short, and without private data."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from itertools import islice
import logging
import re
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

_LOGGER = logging.getLogger(__name__)
_MARK = "***"
# The part of a text that is processed: longer than what is shown, and short enough to be fast.
_MAX_LENGTH = 2_000
_ITEMS, _LEVELS = 5, 3
_MOST_ENCODINGS = 10
_MOST_NOTES = 256
_MOST_WORDS = 10_000
_WORD = re.compile(r"[^\W_]{2,}")
# Values that many accounts share.
_COMMON = {"country", "locale", "scopes", "timezone"}
# Email addresses, telephone numbers, tokens, VINs, and activation codes. Each starts at the start of a word, because
# otherwise the search takes quadratic time.
_PRIVATE = re.compile(r"(?<!\S)[^\s@]*@\S*|\+?\d[\d ]{5,}\d|\b(?=\w*\d)\w{12,}|\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,}\b")
# The escapes of JSON and of Python's repr.
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([\"'/\\])|[bfnrt])", re.IGNORECASE)


@lru_cache(maxsize=_MOST_NOTES)
def log_once(text: str) -> None:
    """Log a warning about the responses of a server once."""
    # Ever new warnings must not fill the log.
    if log_once.cache_info().currsize < _MOST_NOTES:
        _LOGGER.warning("%s", text)


def for_log(value: Any) -> str:
    """Return a value for the log: short and without private data."""
    return redacted(_brief(value))[:60] or "..."


def redacted(text: str, private: Iterable[str] = (), fingerprints: frozenset[int] = frozenset()) -> str:
    """Return the start of a text without private words, words with a fingerprint, and what looks private.

    URL, JSON, and HTML encoding is decoded, because private words would not be recognized otherwise.
    """
    words = _plain_words(private)
    head = _replaced(_plain(_head(text)), words, _MARK)
    head = _WORD.sub(lambda found: _MARK if _fingerprint(found[0]) in fingerprints else found[0], head)
    head = _PRIVATE.sub(_MARK, head)
    return head if len(text) <= _MAX_LENGTH else _without_half(head, words)


def without_words(text: str, private: Iterable[str], mark: str = _MARK) -> str:
    """Return a text without private words in any encoding; a text without such words is unchanged."""
    words, plain = _plain_words(private), _plain(_head(text))
    found = _replaced(plain, words, mark)
    if len(text) > _MAX_LENGTH:
        return _without_half(found, words)
    return text if plain and found == plain else found


def fingerprints_of(account: Any) -> frozenset[int] | None:
    """Return the fingerprints of all words of an account that not many accounts share.

    Return None for a larger object than any account: this would take long, and match almost every word.
    """
    words = (found[0] for text in _texts(account) if "@" not in text for found in _WORD.finditer(text))
    most = list(islice(words, _MOST_WORDS + 1))
    return frozenset(map(_fingerprint, most)) if len(most) <= _MOST_WORDS else None


def _head(text: str) -> str:
    """Return the start of a text without a word cut in half, as half a private word is not recognized."""
    if len(text) <= _MAX_LENGTH:
        return text
    words = text[:_MAX_LENGTH].rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else ""


def _plain(text: str) -> str:
    """Return a decoded text of printable characters, an empty one if it was encoded too many times."""
    for _ in range(_MOST_ENCODINGS):
        before, text = text, unescape(unquote(_ESCAPE.sub(_character, text)))
        if text == before:
            break
    else:
        return ""
    # JSON writes characters above U+FFFF as two.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(each if each.isprintable() else " " for each in normalize("NFC", whole))


def _character(escape: re.Match[str]) -> str:
    """Return the character of an escape; a line break becomes a space."""
    number = escape[1] or escape[2]
    return chr(int(number, 16)) if number else escape[3] or " "


def _plain_words(private: Iterable[str]) -> list[str]:
    """Return private words as in a decoded text, the longest first so that none is replaced in part."""
    return sorted({_plain(word).strip() for word in private if len(word) <= _MAX_LENGTH} - {""}, key=len, reverse=True)


def _replaced(text: str, words: list[str], mark: str) -> str:
    """Return a text with words replaced, ignoring case."""
    if not (found := [word for word in words if _may_contain(text, word)]):
        return text
    pattern = "|".join("".join(map(_letter, word)) for word in found)
    return re.sub(pattern, lambda _: mark, text, flags=re.IGNORECASE)


def _may_contain(text: str, word: str) -> bool:
    """Return False if a text surely lacks a word; most texts lack all, and a pattern of all takes long to compile."""
    is_plain = text.isascii() and word.isascii()
    return not is_plain or all(part in text.lower() for part in word.lower().split(" "))


def _letter(each: str) -> str:
    """Return the pattern of a character: forms encode a space as a plus sign, and old encodings lose letters."""
    if each == " ":
        return "[ +]"
    return re.escape(each) if each.isascii() else f"[{each}?\ufffd]"


def _without_half(text: str, words: list[str]) -> str:
    """Return a text without the start of a private phrase at its end."""
    end = text.lower()
    halves = (size for word in words for size in range(len(word)) if end.endswith(word[:size].lower()))
    return text[: len(text) - max(halves, default=0)]


def _brief(value: Any, levels: int = _LEVELS) -> str:
    """Return the repr of a value, shortened for a large one."""
    if isinstance(value, str):
        return repr(value[: _MAX_LENGTH + 1])
    if not isinstance(value, dict | list):
        return repr(value)
    if not levels:
        return "..."
    if isinstance(value, list):
        return f"[{', '.join(_brief(each, levels - 1) for each in value[:_ITEMS])}]"
    items = islice(value.items(), _ITEMS)
    return f"{{{', '.join(f'{_brief(key)}: {_brief(each, levels - 1)}' for key, each in items)}}}"


def _fingerprint(word: str) -> int:
    """Return a 16-bit hash of a word, which thousands of other words share."""
    return int.from_bytes(blake2b(word.casefold().encode(), digest_size=2).digest())


def _texts(account: Any) -> Iterator[str]:
    """Yield the private values of an account at any depth."""
    left = [account]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += (value for key, value in each.items() if key not in _COMMON)
        elif isinstance(each, list):
            left += each
        elif type(each) in (str, int):
            yield str(each)
