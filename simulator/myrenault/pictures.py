"""Pictures of the cars: a drawing as PNG, in two sizes."""

from cmath import rect
from collections.abc import Iterator
from functools import cache
from math import tau
from struct import pack
from urllib.parse import urlencode
from zlib import compress, crc32

from .models import Model

PATH = "/3dv/ImageFromBookmark"
# The profile of each size, and how many pixels a unit of the drawing has.
SIZES = {
    "SMALL": ("HELIOS_OWNERSERVICES_SMALL_V2", 0.6),
    "LARGE": ("HELIOS_OWNERSERVICES_LARGE", 2.4),
}
TOP, WIDTH, HEIGHT = 20, 420, 150
BLUE, GRAY, BLACK = 1, 2, 3
# The outlines of the drawing, with their corners cut, each over those before it.
OUTLINES = (
    (BLUE, "10,134 8,112 14,90 34,80 66,46 106,30 200,28 254,44 304,74 352,82 402,92 412,112 408,134"),
    (GRAY, "60,80 88,52 116,40 176,38 176,80"),
    (GRAY, "186,38 208,38 244,50 286,80 186,80"),
    (GRAY, "366,90 400,96 406,106 376,102"),
)
# The center of each wheel; its tire and its rim have these radii.
WHEELS, TIRE, RIM = "94,132 322,132", 33, 20
CIRCLE_POINTS = 72
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
    rows = _rows(scale)
    header = pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    # Each row begins with its filter, 0 for none.
    pixels = compress(b"".join(b"\0" + row for row in rows))
    content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"PLTE", PALETTE)
    content += _chunk(b"tRNS", TRANSPARENT_FIRST) + _chunk(b"IDAT", pixels)
    end = _chunk(b"IEND", b"")
    missing = least_bytes - len(content) - len(end)
    return content + (_chunk(b"tEXt", b"padding\0" + b" " * missing) if missing > 0 else b"") + end


@cache
def _rows(scale: float) -> list[bytes]:
    """Return the rows of the drawing, with the color of each pixel."""
    shapes = [(color, _smooth(_points(text))) for color, text in OUTLINES]
    for color, radius in ((BLACK, TIRE), (GRAY, RIM)):
        shapes += [(color, _circle(center, radius)) for center in _points(WHEELS)]
    return [_row(TOP + (number + 0.5) / scale, scale, shapes) for number in range(int(HEIGHT * scale))]


def _row(height: float, scale: float, shapes: list[tuple[int, list[complex]]]) -> bytes:
    """Return a row of the drawing: each shape fills the spans between its borders."""
    row = bytearray(int(WIDTH * scale))
    for color, points in shapes:
        borders = sorted(_borders(height, points))
        for begin, end in zip(borders[::2], borders[1::2], strict=True):
            first, last = round(begin * scale), round(end * scale)
            row[first:last] = bytes([color]) * (last - first)
    return bytes(row)


def _borders(height: float, points: list[complex]) -> Iterator[float]:
    """Yield where the border of a shape is at a height."""
    for point, other in _sides(points):
        if (point.imag <= height) is not (other.imag <= height):
            yield point.real + (other - point).real * (height - point.imag) / (other - point).imag


def _smooth(points: list[complex]) -> list[complex]:
    """Return an outline with its corners cut twice."""
    for _ in range(2):
        points = [point + share * (other - point) for point, other in _sides(points) for share in (0.25, 0.75)]
    return points


def _sides(points: list[complex]) -> Iterator[tuple[complex, complex]]:
    """Yield the sides of a shape."""
    return zip(points, [*points[1:], points[0]], strict=True)


def _points(text: str) -> list[complex]:
    """Return the points of an outline."""
    return [complex(int(x), int(y)) for x, y in (each.split(",") for each in text.split())]


def _circle(center: complex, radius: float) -> list[complex]:
    """Return the outline of a circle."""
    return [center + rect(radius, number * tau / CIRCLE_POINTS) for number in range(CIRCLE_POINTS)]


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    return pack(">I", len(content)) + name + content + pack(">I", crc32(name + content))
