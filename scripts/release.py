"""Prepare the files of a release: the zip file that HACS downloads, and its notes from the changelog.

Usage: python3 scripts/release.py TAG FOLDER. It requires only Python 3.10 and git, and fails unless the tag is the
version in the manifest and the changelog has a section for it.
"""

import json
from pathlib import Path
import re
import subprocess
import sys
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parent.parent
INTEGRATION = "custom_components/renault_ze"
# The earliest date that a zip file can have: the same commit always makes the same file.
DATE = (1980, 1, 1, 0, 0, 0)
SECTION = r"^## \[{version}\] - \d{{4}}-\d{{2}}-\d{{2}}\n(.*?)(?=^## |^\[|\Z)"


class ReleaseError(Exception):
    """The repository is not ready for the release; the message says why."""


def main() -> int:
    """Write the files into a new folder."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - the program and two arguments
        print(__doc__, file=sys.stderr)
        return 2
    tag, folder = sys.argv[1], Path(sys.argv[2])
    try:
        check_tag(tag)
        notes = notes_of(tag, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    except ReleaseError as error:
        print(f"scripts/release.py: {error}", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notes.md").write_text(notes, encoding="utf-8")
    write_zip(folder / json.loads((ROOT / "hacs.json").read_text())["filename"])
    return 0


def check_tag(tag: str) -> None:
    """Raise ReleaseError unless a tag is the version in the manifest."""
    version = json.loads((ROOT / INTEGRATION / "manifest.json").read_text())["version"]
    if tag != version:
        raise ReleaseError(f"The tag is {tag}, but the version in manifest.json is {version}.")


def notes_of(version: str, changelog: str) -> str:
    """Return the section of a version in the changelog; raise ReleaseError if there is none, or an empty one."""
    found = re.search(SECTION.format(version=re.escape(version)), changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise ReleaseError(f'CHANGELOG.md has no section "## [{version}] - " with a date and changes.')
    return found[1].strip() + "\n"


def write_zip(file: Path) -> None:
    """Write the tracked files of the integration into a zip file, which HACS unpacks into the integration's folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT / INTEGRATION, capture_output=True, text=True, check=True
    )
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in sorted(filter(None, listed.stdout.split("\0"))):
            entry = ZipInfo(name, DATE)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, (ROOT / INTEGRATION / name).read_bytes())


if __name__ == "__main__":
    sys.exit(main())
