"""How a server may encode a text it received: plain, or for a URL, JSON or a page."""

from collections.abc import Callable
from html import escape
import json
from urllib.parse import quote, quote_plus

NAMED = str.maketrans({"@": "&commat;", ".": "&period;", "&": "&amp;", "%": "&percnt;", "+": "&plus;"})
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "URL": lambda text: quote(text, safe=""),
    "URL in small letters": lambda text: quote(text, safe="").lower(),
    "URL, every character": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "URL twice": lambda text: quote(quote(text, safe=""), safe=""),
    "URL in Latin-1": lambda text: quote(text, safe="", encoding="latin-1", errors="replace"),
    "form": quote_plus,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, at sign": lambda text: json.dumps(text)[1:-1].replace("@", "\\u0040"),
    "JSON, every character": lambda text: "".join(f"\\u{number:04x}" for number in utf16(text)),
    "JSON, every character in capitals": lambda text: "".join(f"\\u{number:04X}" for number in utf16(text)),
    "JSON within JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "HTML": escape,
    "HTML by names": lambda text: text.translate(NAMED),
    "HTML by numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "HTML by hexadecimal numbers": lambda text: "".join(f"&#X{ord(each):x};" for each in text),
    "HTML of a URL": lambda text: escape(quote(text, safe="")).replace("%", "&#37;"),
    "URL within JSON": lambda text: quote(text, safe="").replace("%", "\\u0025"),
    "Python": lambda text: repr(text)[1:-1],
    "Python, every character": lambda text: "".join(f"\\x{ord(each):02x}" if each.isascii() else each for each in text),
}


def utf16(text: str) -> memoryview[int]:
    """Return the 16-bit numbers of the characters, as JSON escapes them."""
    return memoryview(text.encode("utf-16-le")).cast("H")
