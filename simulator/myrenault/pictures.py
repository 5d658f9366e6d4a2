"""Pictures of the cars: a drawing as PNG, in two sizes."""

from struct import pack
from urllib.parse import urlencode
from zlib import compress, crc32

from .models import Model

PATH = "/3dv/ImageFromBookmark"
# The profile of each size, and how many pixels a character of the drawing has.
SIZES = {
    "SMALL": ("HELIOS_OWNERSERVICES_SMALL_V2", 8),
    "LARGE": ("HELIOS_OWNERSERVICES_LARGE", 24),
}
# Each character is an index of the palette: transparent, blue, gray, black.
DRAWING = (
    "000000000000000000000000",
    "000000001111111110000000",
    "000000011222122211000000",
    "000000112222122221100000",
    "001111111111111111111100",
    "011111111111111111111110",
    "011133111111111111331110",
    "001333311111111113333100",
    "000033000000000000330000",
)
PALETTE = b"\xff\xff\xff\x2a\x5c\xaa\xc8\xd2\xdc\x14\x14\x14"
TRANSPARENT_FIRST = b"\x00"


def picture_url(origin: str, model: Model, size: str, bookmark: str) -> str:
    """Return the address of a picture, which contains the configuration of the car."""
    query = {
        "configuration": model.vcd,
        "databaseId": "00000000-0000-0000-0000-000000000000",
        "bookmarkSet": "RSITE",
        "bookmark": bookmark,
        "profile": SIZES[size][0],
    }
    return f"{origin}{PATH}?{urlencode(query)}"


def picture(profile: str, least_bytes: int = 0) -> bytes:
    """Return the picture of a profile, padded to a number of bytes."""
    scale = next((pixels for name, pixels in SIZES.values() if name == profile), SIZES["SMALL"][1])
    rows = [b"".join(bytes([int(each)]) * scale for each in line) for line in DRAWING for _ in range(scale)]
    header = pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    # Each row begins with its filter, 0 for none.
    pixels = compress(b"".join(b"\0" + row for row in rows))
    content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"PLTE", PALETTE)
    content += _chunk(b"tRNS", TRANSPARENT_FIRST) + _chunk(b"IDAT", pixels)
    end = _chunk(b"IEND", b"")
    missing = least_bytes - len(content) - len(end)
    return content + (_chunk(b"tEXt", b"padding\0" + b" " * missing) if missing > 0 else b"") + end


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    return pack(">I", len(content)) + name + content + pack(">I", crc32(name + content))
