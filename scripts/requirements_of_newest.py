"""Print what Home Assistant would install when the demo starts, at the versions that the installed one pins.

Run it with the Python of that Home Assistant.
"""

import json
from pathlib import Path
import re

import homeassistant

REQUIREMENTS = Path(__file__).parent.parent / "requirements_test.txt"
# Home Assistant pins older ones, which need a compiler; newest for the same reason as in requirements_test.txt.
COMPILED = {"pymicro-vad", "pyspeex-noise"}
# These are installed at their newest version.
NEWEST = {"renault-api"}


def main() -> None:
    """Print a requirement a line."""
    needed = set(re.findall(r"^[\w.-]+", REQUIREMENTS.read_text(), re.MULTILINE))
    manifests = Path(homeassistant.__file__).parent.glob("components/*/manifest.json")
    pinned = {each for file in manifests for each in json.loads(file.read_text()).get("requirements", [])}
    wanted = {each for each in pinned if each.partition("==")[0] in needed - COMPILED - NEWEST}
    print(*sorted(wanted | COMPILED), sep="\n")


if __name__ == "__main__":
    main()
