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

# What GitHub accepts in the body of a form, and what each element cannot do without.
ATTRIBUTES = {"markdown": "value", "input": "label", "textarea": "label", "dropdown": "label", "checkboxes": "label"}
COMMIT = re.compile(r"[0-9a-f]{40}")
VERSION = re.compile(r"v?\d+(\.\d+)*")
# Both follow the current rules of Home Assistant and HACS, and their documentation names nothing but the branch.
BRANCHES = {"home-assistant/actions/hassfest@master", "hacs/action@main"}
# Added by a later change; until then Dependabot reports this entry alone as an error.
MISSING = {"/card"}


def read(file: Path) -> Any:
    """Return the content of a YAML file."""
    return load_yaml(str(file))


def elements(form: Path) -> dict[str, Any]:
    """Return the elements of a form that ask for something, by their id."""
    return {each["id"]: each for each in read(form)["body"] if each["type"] != "markdown"}


def used(workflow: Path) -> Iterator[str]:
    """Yield every action and reusable workflow that a workflow uses."""
    for job in read(workflow)["jobs"].values():
        yield from (each["uses"] for each in (job, *job.get("steps", ())) if "uses" in each)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_forms_have_what_github_requires(form: Path) -> None:
    """Hold each form to GitHub's schema: required keys, known types, unique ids and labels, options to choose from."""
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


def test_a_bug_report_names_cloud_and_versions() -> None:
    """Ask every reporter for what nobody can help without."""
    asked = elements(TEMPLATES / "bug.yml")
    required = {key for key, each in asked.items() if each.get("validations", {}).get("required") is True}
    assert {"version", "home_assistant", "cloud", "model", "happened", "expected", "diagnostics"} <= required
    assert asked["cloud"]["attributes"]["options"] == ["MY Renault", "Z.E. Services"]
    assert "log" in asked


def test_contact_links_lead_somewhere() -> None:
    """Give every link a name, an address and a sentence, and send vulnerabilities to a private report."""
    links = read(TEMPLATES / "config.yml")["contact_links"]
    assert all(each.keys() == {"name", "url", "about"} for each in links)
    assert any(each["url"].endswith("/security/advisories/new") for each in links)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_actions_are_pinned(workflow: Path) -> None:
    """Use each action at a commit or a version; a branch could bring other code tomorrow."""
    text = workflow.read_text(encoding="utf-8")
    for action in used(workflow):
        ref = action.partition("@")[2]
        assert action in BRANCHES or COMMIT.fullmatch(ref) or VERSION.fullmatch(ref), action
        # Dependabot reads the version of a commit in the comment beside it, and updates both.
        assert not COMMIT.fullmatch(ref) or re.search(
            rf"uses: {re.escape(action)} # v\d+\.\d+\.\d+$", text, re.MULTILINE
        )


def test_dependabot_looks_where_something_is() -> None:
    """Update actions, Python packages and the card, each in a directory that exists or is about to."""
    updates = read(GITHUB / "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip", "npm"}
    assert all(each["schedule"]["interval"] for each in updates)
    assert {each["directory"] for each in updates if not (ROOT / each["directory"].strip("/")).is_dir()} <= MISSING


def test_dependabot_leaves_the_pins_of_home_assistant_alone() -> None:
    """Ignore nothing but packages that are pinned."""
    (python,) = (each for each in read(GITHUB / "dependabot.yml")["updates"] if each["package-ecosystem"] == "pip")
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements_test.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert {each["dependency-name"] for each in python["ignore"]} <= set(pinned)
