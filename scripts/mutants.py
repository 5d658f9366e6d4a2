"""Insert faults into a copy of the project, one at a time, and check that the tests detect each of them.

An undetected fault is either a gap in the tests or code without effect.
"""

import os
from pathlib import Path
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
INTEGRATION = "custom_components/renault_ze"
TESTS_FAILED = 1


class Mutant(NamedTuple):
    """A fault: a text in a file of the integration, its replacement, and the tests that have to detect it."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the file and the change."""
        return f"{self.file}: {self.old} -> {self.new or 'nothing'}"


MUTANTS = (
    Mutant(
        "cloud/myrenault/client.py",
        "starts_at is None or starts_at <= now",
        "starts_at is None",
        ("tests/cloud/test_myrenault_endpoints.py",),
    ),
    Mutant(
        "cloud/myrenault/client.py",
        "_COLDEST <= wanted <= _HOTTEST",
        "_COLDEST <= wanted < _HOTTEST",
        ("tests/cloud/test_myrenault_endpoints.py",),
    ),
    Mutant("plan/planner.py", " and again.kind is step.kind", "", ("tests/plan/test_planner_steps.py",)),
    Mutant("plan/planner.py", " and step.kind is not StepKind.MESSAGE", "", ("tests/plan/test_planner_trouble.py",)),
    Mutant(
        "coordinator.py",
        "if failure is None and not asked and not self.last_update_success and",
        "if False and",
        ("tests/coordinator/test_polling.py",),
    ),
    Mutant(
        "vehicle/tracker.py",
        "min(max(polls, 1), RESPONSE_TIME // COMMAND_POLL_INTERVAL)",
        "RESPONSE_TIME // COMMAND_POLL_INTERVAL",
        ("tests/vehicle/test_tracker.py",),
    ),
    Mutant(
        "coordinator.py",
        "COMMAND_TIMEOUT + COMMAND_POLL_INTERVAL",
        "COMMAND_TIMEOUT",
        ("tests/coordinator/test_command_results.py",),
    ),
    Mutant(
        "vehicle/state.py",
        "_decisive_result(run) is Result.ERROR for",
        "run.result is Result.ERROR for",
        ("tests/plan/test_departures.py",),
    ),
    Mutant("plan/sending.py", "for ahead in (DAY, 8 * DAY)", "for ahead in (DAY,)", ("tests/plan/test_windows.py",)),
    Mutant(
        "plan/sending.py",
        "WORTH_SENDING = timedelta(minutes=20)",
        "WORTH_SENDING = timedelta(minutes=15)",
        ("tests/plan/test_simulation.py",),
    ),
    Mutant(
        "plan/sending.py",
        "at + situation.settings.send_ahead, key",
        "at + situation.settings.send_ahead / 2, key",
        ("tests/plan/test_simulation.py",),
    ),
    Mutant(
        "plan/sending.py",
        "LEAST_GAP = timedelta(minutes=10)",
        "LEAST_GAP = timedelta(minutes=9)",
        ("tests/plan/test_simulation.py",),
    ),
    Mutant("plan/sending.py", "min(last.tries - 1, _MOST_DOUBLINGS)", "0", ("tests/plan/test_simulation.py",)),
)


def main() -> int:
    """Test every mutant and print the results."""
    with TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        if run_tests(project, sorted({each for mutant in MUTANTS for each in mutant.tests})):
            print("The tests fail without any mutant.", file=sys.stderr)
            return 1
        results = [try_mutant(project, mutant) for mutant in MUTANTS]
    survivors = sum(each != "detected" for each in results)
    print(f"{len(results) - survivors} of {len(results)} mutants detected")
    return 1 if survivors else 0


def copy_project(folder: Path) -> Path:
    """Copy all files that are tracked or not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def try_mutant(project: Path, mutant: Mutant) -> str:
    """Return the result of a mutant and print it as a row."""
    begin = monotonic()
    file = project / INTEGRATION / mutant.file
    original = file.read_text(encoding="utf-8")
    if original.count(mutant.old) == 1:
        file.write_text(original.replace(mutant.old, mutant.new), encoding="utf-8")
        result = {0: "survived", TESTS_FAILED: "detected"}.get(run_tests(project, mutant.tests), "broken")
        file.write_text(original, encoding="utf-8")
    else:
        result = "no longer applies"
    print(f"{result:<17} {monotonic() - begin:4.0f} s  {mutant.name}", flush=True)
    return result


def run_tests(project: Path, tests: list[str] | tuple[str, ...]) -> int:
    """Return the exit code of pytest for some tests, with all property examples."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "long"]
    # Python does not detect a file that changes twice within a second, and would use old bytecode.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*command, *tests], cwd=project, env=environment, capture_output=True, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
