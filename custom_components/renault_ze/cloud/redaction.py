"""What may be said of a server's answers: once, in short, and without anything private."""

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
# How much of a server's text is looked at: several times what is shown of it, and little enough to take no time.
_READ = 2_000
_ITEMS, _LEVELS = 5, 3
_MOST_ENCODINGS = 10
_MOST_NOTES = 256
_MOST_WORDS = 10_000
_WORD = re.compile(r"[^\W_]{2,}")
# What all accounts share says nothing of one.
_COMMON = {"country", "locale", "scopes", "timezone"}
# E-mail addresses, telephone numbers, tokens and VINs, and what is made like an activation code. Each begins where a
# word does: a search that could begin anywhere in a word takes time by the square of its length.
_PRIVATE = re.compile(r"(?<!\S)[^\s@]*@\S*|\+?\d[\d ]{5,}\d|\b(?=\w*\d)\w{12,}|\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,}\b")
# The escapes of JSON, and those of Python, in which values are shown.
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([\"'/\\])|[bfnrt])", re.IGNORECASE)


@lru_cache(maxsize=_MOST_NOTES)
def note(text: str) -> None:
    """Say a thing about the answers of a server, once."""
    # A server that never says the same thing twice must not fill the log.
    if note.cache_info().currsize < _MOST_NOTES:
        _LOGGER.warning("%s", text)


def shown(value: Any) -> str:
    """Return a value for the log: short, and without what must not stand there."""
    return scrubbed(_brief(value))[:60] or "..."


def scrubbed(text: str, private: Iterable[str] = (), fingerprints: frozenset[int] = frozenset()) -> str:
    """Return the beginning of a text without private words, those with a fingerprint, and anything that looks private.

    What a server encodes for a URL, for JSON or for HTML is decoded, as no private word would be recognized otherwise.
    """
    words = _plain_words(private)
    head = _blotted(_plain(_head(text)), words, _MARK)
    head = _WORD.sub(lambda found: _MARK if _fingerprint(found[0]) in fingerprints else found[0], head)
    head = _PRIVATE.sub(_MARK, head)
    return head if len(text) <= _READ else _without_half(head, words)


def hidden(text: str, private: Iterable[str], mark: str = _MARK) -> str:
    """Return a text without private words, however they are encoded; one that holds none stays as it is."""
    words, plain = _plain_words(private), _plain(_head(text))
    found = _blotted(plain, words, mark)
    if len(text) > _READ:
        return _without_half(found, words)
    return text if plain and found == plain else found


def fingerprints_of(account: Any) -> frozenset[int] | None:
    """Return the fingerprints of all that a server tells of an account but what many accounts share.

    None for more than any account holds: it would take long, and hardly a word would differ from all of it.
    """
    words = (found[0] for text in _texts(account) if "@" not in text for found in _WORD.finditer(text))
    most = list(islice(words, _MOST_WORDS + 1))
    return frozenset(map(_fingerprint, most)) if len(most) <= _MOST_WORDS else None


def _head(text: str) -> str:
    """Return the beginning of a text, up to the last word that is whole: half a private one is not recognized."""
    if len(text) <= _READ:
        return text
    words = text[:_READ].rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else ""


def _plain(text: str) -> str:
    """Return a text with every encoding undone, each character one that can be printed on a line.

    Nothing is left of a text that was encoded more often than anybody does who has nothing to hide.
    """
    for _ in range(_MOST_ENCODINGS):
        before, text = text, unescape(unquote(_ESCAPE.sub(_character, text)))
        if text == before:
            break
    else:
        return ""
    # JSON writes a character beyond the first 65,536 as two.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(each if each.isprintable() else " " for each in normalize("NFC", whole))


def _character(escape: re.Match[str]) -> str:
    """Return what an escape stands for; a line break and its like are a blank."""
    number = escape[1] or escape[2]
    return chr(int(number, 16)) if number else escape[3] or " "


def _plain_words(private: Iterable[str]) -> list[str]:
    """Return private words as they stand in a plain text, the longest first so that none is left in half."""
    return sorted({_plain(word).strip() for word in private if len(word) <= _READ} - {""}, key=len, reverse=True)


def _blotted(text: str, words: list[str], mark: str) -> str:
    """Replace words, in any case."""
    if not words:
        return text
    pattern = "|".join("".join(map(_letter, word)) for word in words)
    return re.sub(pattern, lambda _: mark, text, flags=re.IGNORECASE)


def _letter(each: str) -> str:
    """Return the pattern of a character: a form writes a blank as a plus sign, and old encodings know few letters."""
    if each == " ":
        return "[ +]"
    return re.escape(each) if each.isascii() else f"[{each}?\ufffd]"


def _without_half(text: str, words: list[str]) -> str:
    """Return the text that a head became, without the first words of a private one of several at its end."""
    end = text.lower()
    halves = (size for word in words for size in range(len(word)) if end.endswith(word[:size].lower()))
    return text[: len(text) - max(halves, default=0)]


def _brief(value: Any, levels: int = _LEVELS) -> str:
    """Return how Python writes a value, of a large one as much as is read."""
    if isinstance(value, str):
        return repr(value[: _READ + 1])
    if not isinstance(value, dict | list):
        return repr(value)
    if not levels:
        return "..."
    if isinstance(value, list):
        return f"[{', '.join(_brief(each, levels - 1) for each in value[:_ITEMS])}]"
    items = islice(value.items(), _ITEMS)
    return f"{{{', '.join(f'{_brief(key)}: {_brief(each, levels - 1)}' for key, each in items)}}}"


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
