"""The files GitHub reads: issue forms, workflows and Dependabot."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import load_yaml
import pytest

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TEMPLATES = GITHUB / "ISSUE_TEMPLATE"
FORMS = [TEMPLATES / name for name in ("bug.yml", "feature.yml")]
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))

# The elements that GitHub accepts in a form, with their required keys.
ATTRIBUTES = {"markdown": "value", "input": "label", "textarea": "label", "dropdown": "label", "checkboxes": "label"}
COMMIT = re.compile(r"[0-9a-f]{40}")
VERSION = re.compile(r"v?\d+(\.\d+)*")
# Both follow the current rules of Home Assistant and HACS, and their documentation names nothing but the branch.
BRANCHES = {"home-assistant/actions/hassfest@master", "hacs/action@main"}


def read(file: Path) -> Any:
    """Return the content of a YAML file."""
    return load_yaml(str(file))


def elements(form: Path) -> dict[str, Any]:
    """Return the inputs of a form by their ID."""
    return {each["id"]: each for each in read(form)["body"] if each["type"] != "markdown"}


def used(workflow: Path) -> Iterator[str]:
    """Yield the actions and workflows that a workflow uses."""
    for job in read(workflow)["jobs"].values():
        named = (each["uses"] for each in (job, *job.get("steps", ())) if "uses" in each)
        # Workflows of this repository are those of the same commit.
        yield from (each for each in named if not each.startswith("./.github/"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_forms_are_valid(form: Path) -> None:
    """Check GitHub's schema: required keys, known types, unique IDs and labels, options."""
    content = read(form)
    assert all(isinstance(content[key], str) and content[key] for key in ("name", "description"))
    assert content.keys() <= {"name", "description", "title", "labels", "body"}
    for each in content["body"]:
        assert each["attributes"][ATTRIBUTES[each["type"]]]
        if each["type"] in {"dropdown", "checkboxes"}:
            assert each["attributes"]["options"]
    asked = elements(form)
    labels = {each["attributes"]["label"] for each in asked.values()}
    assert len(asked) == len(labels) == sum(each["type"] != "markdown" for each in content["body"]) > 0


def test_bug_report_asks_for_cloud_and_versions() -> None:
    """Require what is needed to help."""
    asked = elements(TEMPLATES / "bug.yml")
    required = {key for key, each in asked.items() if each.get("validations", {}).get("required") is True}
    assert {"version", "home_assistant", "cloud", "model", "happened", "expected", "diagnostics"} <= required
    assert asked["cloud"]["attributes"]["options"] == ["MY Renault", "Z.E. Services"]
    assert "log" in asked


def test_contact_links() -> None:
    """Give each link a name, an address and a sentence, and report vulnerabilities in private."""
    links = read(TEMPLATES / "config.yml")["contact_links"]
    assert all(each.keys() == {"name", "url", "about"} for each in links)
    assert any(each["url"].endswith("/security/advisories/new") for each in links)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_actions_are_pinned(workflow: Path) -> None:
    """Use each action at a commit or a version."""
    text = workflow.read_text(encoding="utf-8")
    for action in used(workflow):
        ref = action.partition("@")[2]
        assert action in BRANCHES or COMMIT.fullmatch(ref) or VERSION.fullmatch(ref), action
        # Dependabot reads the version of a commit in the comment beside it, and updates both.
        assert not COMMIT.fullmatch(ref) or re.search(
            rf"uses: {re.escape(action)} # v\d+\.\d+\.\d+$", text, re.MULTILINE
        )


def triggers(name: str) -> dict[str, Any]:
    """Return what starts a workflow; "on" is a boolean in YAML 1.1."""
    content = read(GITHUB / f"workflows/{name}.yml")
    found: dict[str, Any] = content.get("on", content.get(True))
    return found


def test_release_needs_all_tests() -> None:
    """Publish only what has passed all tests and validations, of a tag, with the right to write."""
    jobs = read(GITHUB / "workflows/release.yml")["jobs"]
    called = {name: job["uses"].rpartition("/")[2] for name, job in jobs.items() if "uses" in job}
    assert called == {"test": "test.yml", "validate": "validate.yml"}
    assert set(jobs["release"]["needs"]) == called.keys()
    assert all("workflow_call" in triggers(name) for name in called)
    assert triggers("release").keys() == {"push"}
    assert triggers("release")["push"].keys() == {"tags"}
    assert jobs["release"]["permissions"] == {"contents": "write"}
    steps = " ".join(each.get("run", "") for each in jobs["release"]["steps"])
    assert steps.index("scripts/release.py") < steps.index("gh release create")


def test_validations_ignore_nothing() -> None:
    """Let hassfest and HACS check everything."""
    for job in read(GITHUB / "workflows/validate.yml")["jobs"].values():
        assert all("ignore" not in each.get("with", {}) for each in job["steps"])


def test_newest_versions_are_tested_weekly() -> None:
    """Run the demo and the cards with the newest versions each week."""
    [job] = read(GITHUB / "workflows/newest.yml")["jobs"].values()
    assert any(each.get("run") == "scripts/test --newest" for each in job["steps"])
    assert triggers("newest")["schedule"]


def test_dependabot_directories_exist() -> None:
    """Update actions, Python packages and the card."""
    updates = read(GITHUB / "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip", "npm"}
    assert all(each["schedule"]["interval"] for each in updates)
    assert {each["directory"] for each in updates if not (ROOT / each["directory"].strip("/")).is_dir()} == set()


def test_dependabot_ignores_the_pins_of_home_assistant() -> None:
    """Ignore only pinned packages."""
    (python,) = (each for each in read(GITHUB / "dependabot.yml")["updates"] if each["package-ecosystem"] == "pip")
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements_test.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert {each["dependency-name"] for each in python["ignore"]} <= set(pinned)
