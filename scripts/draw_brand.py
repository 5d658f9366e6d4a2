"""Render the brand images for Home Assistant and HACS from their SVG sources."""

from pathlib import Path

import resvg_py

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "docs/images/brand"
BRAND = ROOT / "custom_components/renault_ze/brand"
# Home Assistant requires icons of 256 x 256 pixels and logos with a shorter side of 128 to 256; @2x doubles that.
HEIGHT = 256
SCALES = {"": 1, "@2x": 2}


def main() -> None:
    """Render each source at each scale."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for source in sorted(SOURCES.glob("*.svg")):
        for suffix, scale in SCALES.items():
            picture = BRAND / f"{source.stem}{suffix}.png"
            picture.write_bytes(resvg_py.svg_to_bytes(svg_path=str(source), height=HEIGHT * scale))
            print(f"rendered: {picture.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
