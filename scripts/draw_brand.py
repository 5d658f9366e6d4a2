"""Draw the pictures by which Home Assistant and HACS show the integration, from their SVG sources."""

from pathlib import Path

import resvg_py

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "docs/images/brand"
BRAND = ROOT / "custom_components/renault_ze/brand"
# Home Assistant's brands: an icon is 256 pixels square, the shorter side of a logo is 128 to 256; @2x is twice that.
HEIGHT = 256
SCALES = {"": 1, "@2x": 2}


def main() -> None:
    """Write each source at each scale."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for source in sorted(SOURCES.glob("*.svg")):
        for suffix, scale in SCALES.items():
            picture = BRAND / f"{source.stem}{suffix}.png"
            picture.write_bytes(resvg_py.svg_to_bytes(svg_path=str(source), height=HEIGHT * scale))
            print(f"drawn: {picture.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
