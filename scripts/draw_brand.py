"""Render the brand images for Home Assistant and HACS from their SVG sources."""

from pathlib import Path

import resvg_py

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "docs/images/brand"
BRAND = ROOT / "custom_components/renault_ze/brand"
# Home Assistant requires icons of 256 x 256 pixels and logos with a shorter side of 128 to 256; @2x doubles that.
HEIGHT = 256
SCALES = {"": 1, "@2x": 2}
# On a dark background, the same pictures in lighter colors.
DARK = {"#12b8a6": "#3ad6c4", "#0b5c8a": "#2f8fc4", "#0c7391": "#1c7ea0", "#1273a6": "#45a9dd"}


def main() -> None:
    """Render each source at each scale, for light and for dark themes."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for source in sorted(SOURCES.glob("*.svg")):
        light = source.read_text(encoding="utf-8")
        for prefix, drawing in (("", light), ("dark_", darkened(light))):
            for suffix, scale in SCALES.items():
                picture = BRAND / f"{prefix}{source.stem}{suffix}.png"
                picture.write_bytes(resvg_py.svg_to_bytes(svg_string=drawing, height=HEIGHT * scale))
                print(f"rendered: {picture.relative_to(ROOT)}")


def darkened(drawing: str) -> str:
    """Return a drawing for a dark background."""
    for color, lighter in DARK.items():
        drawing = drawing.replace(color, lighter)
    return drawing


if __name__ == "__main__":
    main()
