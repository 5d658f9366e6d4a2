"""The files that describe the integration to Home Assistant: actions, icons and the quality scale."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import hass_frontend
import homeassistant
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import selector
from homeassistant.helpers.service import _SERVICES_SCHEMA, async_get_all_descriptions
from homeassistant.util.yaml import load_yaml, parse_yaml
import pytest
import voluptuous as vol

from custom_components.renault_ze.cloud.models import DAYS
from custom_components.renault_ze.cloud.notifications import NotificationChannel
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.services import ACTIONS, async_setup_services
from tests.project.sources import INTEGRATION, SERVICES
from tests.project.wanted_of_entities import descriptions

COMPONENTS = Path(homeassistant.__file__).parent / "components"
ICONS: dict[str, Any] = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))
TEXTS: dict[str, Any] = json.loads((INTEGRATION / "translations/en.json").read_text(encoding="utf-8"))
QUALITY: dict[str, Any] = load_yaml(str(INTEGRATION / "quality_scale.yaml"))  # type: ignore[assignment]
SWITCHED = {"on", "off"}
ROOT = INTEGRATION.parent.parent
# Home Assistant names these by their device class.
NAMED_BY_DEVICE_CLASS = {("sensor", "Battery"), ("binary_sensor", "Charging")}


@pytest.fixture
def fields(hass: HomeAssistant, request: pytest.FixtureRequest) -> dict[Any, Any]:
    """Return the registered fields of an action."""
    async_setup_services(hass)
    schema: Any = hass.services.async_services()[DOMAIN][request.param].schema
    return dict(schema.schema)


def every_action(names: str) -> pytest.MarkDecorator:
    """Run a test once for each action."""
    return pytest.mark.parametrize(
        names, [(action.name, action.name) for action in ACTIONS], indirect=["fields"], ids=lambda name: name
    )


def example(field: dict[str, Any]) -> Any:
    """Return the example of a field, an object as a user enters it."""
    return parse_yaml(str(field["example"])) if "object" in field["selector"] else field["example"]


def entered(field: dict[str, Any], value: Any) -> None:
    """Enter a value into the form of a field; raise `vol.Invalid` if it is not valid."""
    form: Any = selector.selector(field["selector"])
    form(value)


def icons(tree: Any) -> Iterator[str]:
    """Yield every icon."""
    for value in tree.values():
        yield from icons(value) if isinstance(value, dict) else [value]


def own_icon(platform: str, device_class: str | None) -> bool:
    """Return whether Home Assistant has an icon for a device class that differs from the platform's."""
    known = json.loads((COMPONENTS / platform / "icons.json").read_text())["entity_component"]
    return device_class in known and known[device_class] != known["_"]


def test_actions_are_valid() -> None:
    """Validate the description with Home Assistant's schema."""
    assert _SERVICES_SCHEMA(SERVICES).keys() == {action.name for action in ACTIONS}


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_describes_the_actions(hass: HomeAssistant) -> None:
    """Let Home Assistant describe each action, with its fields and response."""
    async_setup_services(hass)
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    assert {name: list(each["fields"]) for name, each in described.items()} == {
        name: list(each["fields"]) for name, each in SERVICES.items()
    }
    for action in ACTIONS:
        response = SupportsResponse.ONLY if action.reads else SupportsResponse.OPTIONAL
        assert described[action.name]["response"] == {"optional": response is SupportsResponse.OPTIONAL}


@every_action("name, fields")
def test_described_fields_are_registered(name: str, fields: dict[Any, Any]) -> None:
    """Describe the registered fields, with the same defaults."""
    described = SERVICES[name]["fields"]
    assert list(described) == [str(marker) for marker in fields]
    for marker in fields:
        field = described[str(marker)]
        assert field.get("required", False) is isinstance(marker, vol.Required)
        default = None if marker.default is vol.UNDEFINED else marker.default()
        assert field.get("default") == default


@every_action("name, fields")
def test_examples_work(name: str, fields: dict[Any, Any]) -> None:
    """Accept each example in the form and in the action."""
    examples = {key: example(field) for key, field in SERVICES[name]["fields"].items()}
    assert vol.Schema(fields)(examples).keys() == examples.keys()
    for key, field in SERVICES[name]["fields"].items():
        if "device" not in field["selector"]:
            entered(field, examples[key])


def test_options_of_forms() -> None:
    """Offer all days and channels, and windows as the action accepts them."""
    windows = SERVICES["set_charge_schedule"]["fields"]["windows"]["selector"]["object"]["fields"]
    assert windows["days"]["selector"]["select"]["options"] == ["every_day", *DAYS]
    channels = [
        field["selector"]["select"]
        for field in SERVICES["set_notifications"]["fields"].values()
        if "select" in field["selector"]
    ]
    assert [each["options"] for each in channels] == [list(NotificationChannel)] * 6
    (action,) = (each for each in ACTIONS if each.name == "set_charge_schedule")
    row = {"days": ["mon"], "start": "02:00:00", "duration": {"hours": 4, "minutes": 15, "seconds": 0}}
    entered(SERVICES["set_charge_schedule"]["fields"]["windows"], [row])
    assert vol.Schema(dict(action.fields))({"windows": [row]})


def test_actions_have_icons() -> None:
    """Define an icon for each action."""
    assert {name: list(each) for name, each in ICONS["services"].items()} == {
        action.name: ["service"] for action in ACTIONS
    }


def test_entities_have_icons() -> None:
    """Define an icon for each entity whose device class has none."""
    drawn = {(platform, key) for platform, each in ICONS["entity"].items() for key in each}
    known = {(platform, each.translation_key): each.device_class for platform, each in descriptions()}
    bare = {(platform, key) for (platform, key), kind in known.items() if not own_icon(platform, kind)}
    assert {"missing": bare - drawn, "unused": drawn - known.keys()} == {"missing": set(), "unused": set()}


def test_icons_of_states() -> None:
    """Define icons only for states that an entity can have."""
    options = {
        (platform, each.translation_key): set(getattr(each, "options", None) or SWITCHED)
        for platform, each in descriptions()
    }
    for platform, entities in ICONS["entity"].items():
        for key, each in entities.items():
            assert each.get("state", {}).keys() <= options[platform, key], key


def test_icons_exist() -> None:
    """Use icons of Home Assistant's set."""
    parts = (hass_frontend.where() / "static/mdi").glob("*.json")
    known = {
        f"mdi:{name}" for part in parts if isinstance(found := json.loads(part.read_bytes()), dict) for name in found
    }
    assert len(known) > 7000
    assert set(icons(ICONS)) - known == set()


def rules() -> dict[str, dict[str, str]]:
    """Return the status and the comment of each rule of the quality scale."""
    found: dict[str, dict[str, str]] = {}
    for rule, value in QUALITY["rules"].items():
        found[rule] = {"comment": "", **(value if isinstance(value, dict) else {"status": value})}
    return found


def test_quality_scale_is_complete() -> None:
    """List each rule, and explain each exemption."""
    files: Any = map(load_yaml, map(str, COMPONENTS.glob("*/quality_scale.yaml")))
    known = {rule for file in files for rule in file["rules"]}
    assert len(known) == 54
    assert rules().keys() == known
    assert {
        rule for rule, kept in rules().items() if kept["status"] == "exempt" and not kept["comment"].strip()
    } == set()


def test_tier_of_the_quality_scale() -> None:
    """Claim the highest tier only if each rule is done or exempt."""
    assert json.loads((INTEGRATION / "manifest.json").read_text())["quality_scale"] == "platinum"
    assert {rule for rule, kept in rules().items() if kept["status"] not in {"done", "exempt"}} == set()


def test_documentation_of_the_quality_scale() -> None:
    """Find the section that each rule of documentation names."""
    named = {kept["comment"] for rule, kept in rules().items() if rule.startswith("docs-") and kept["status"] == "done"}
    assert named
    for file, _, heading in (each.partition(": ") for each in named):
        assert f"\n## {heading}\n" in document(file), (file, heading)


def test_evidence_of_the_quality_scale() -> None:
    """The script measures the flows as stated, with all files that have steps."""
    script = (ROOT / "scripts/test_newest_renault_api").read_text(encoding="utf-8")
    assert script.rstrip().endswith("--fail-under 100")
    measured = re.findall(r"\*/([\w/]+\.py)", script)
    files = {
        str(each.relative_to(INTEGRATION)) for each in INTEGRATION.rglob("*.py") if "async_step_" in each.read_text()
    }
    assert files - {"repairs/__init__.py"} <= set(measured)


def document(name: str) -> str:
    """Return a document, the README without its extension."""
    return (ROOT / (f"{name}.md" if name == "README" else name)).read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Return a section of the README."""
    return document("README").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_entities_are_documented() -> None:
    """List the entities by their platform."""
    cells = [row.split("|")[1] for row in section("Entities").splitlines() if row.startswith("| `")]
    groups = re.findall(r"`(\w+)` ([^`]+)", " ".join(cells))
    named = [(platform, name) for platform, names in groups for name in re.split(r",\s*", names.strip(" ,"))]
    wanted = {
        (platform, text["name"].removesuffix(" (estimate)"))
        for platform, texts in TEXTS["entity"].items()
        for text in texts.values()
    }
    assert sorted(named) == sorted(wanted | NAMED_BY_DEVICE_CLASS)


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
def test_actions_are_documented(action: str) -> None:
    """List each action."""
    assert f"`{action}`" in section("Actions")
