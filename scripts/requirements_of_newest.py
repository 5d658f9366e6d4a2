"""Print what Home Assistant would install when the demo starts, at the versions that the installed one pins.

Run it with the Python of that Home Assistant, and the folder of the environment in which the pinned one works: what is
installed there is needed.
"""

from importlib.metadata import distributions
import json
from pathlib import Path
import re
import sys

import homeassistant

# Home Assistant pins older ones, which need a compiler.
COMPILED = {"pymicro-vad", "pyspeex-noise"}
# It is installed at its newest version.
NEWEST = {"renault-api"}


def main() -> None:
    """Print a requirement a line."""
    [packages] = Path(sys.argv[1]).glob("lib/python*/site-packages")
    needed = {normalized(each.name) for each in distributions(path=[str(packages)])} - COMPILED - NEWEST
    manifests = Path(homeassistant.__file__).parent.glob("components/*/manifest.json")
    pinned = {each for file in manifests for each in json.loads(file.read_text()).get("requirements", [])}
    wanted = {each for each in pinned if "==" in each and normalized(each.partition("==")[0]) in needed}
    print(*sorted(wanted | COMPILED), sep="\n")


def normalized(requirement: str) -> str:
    """Return the name of a package in its normal form, without extras."""
    return re.sub(r"[-_.]+", "-", requirement.partition("[")[0]).lower()


if __name__ == "__main__":
    main()
