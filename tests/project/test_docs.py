"""The documents describe the code, and their links work."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
import json
from pathlib import Path
import re
import subprocess
from typing import Any

import hass_frontend
import homeassistant
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.renault_ze.cloud.charging import ChargingPoint as PointWord
from custom_components.renault_ze.cloud.models import ChargeEventKind, CommandKind, PreconditioningSource, Result
from custom_components.renault_ze.cloud.notifications import NotificationChannel
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.flow_schemas import OPTIONS_SCHEMA
from custom_components.renault_ze.plan.steps import Shortage, StepKind, StepReason
from custom_components.renault_ze.services import ACTIONS
from custom_components.renault_ze.vehicle.results import CommandReason, CommandStatus
from custom_components.renault_ze.views.reasons import ChargingReason, PreconditioningReason
from simulator import Simulator
from simulator.world.battery import ChargingPoint
from simulator.world.notifications import DoNotDisturb, Settings
from simulator.world.records import ChargeEntry, ChargeEvent, Source
from tests.common import ask
from tests.project.sources import SERVICES, card_texts

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
INTEGRATION = ROOT / "custom_components/renault_ze"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
MOST_LINES = 200
SECTIONS = [
    *("What it does", "Requirements", "Installation", "Setup", "Precondition before the commute", "Charge schedule"),
    *("Dashboard", "Entities", "Actions", "Troubleshooting", "Limitations", "Removal", "Development"),
]
COMPONENTS = Path(homeassistant.__file__).parent / "components"
DOCUMENT = (ROOT / "docs/actions.md").read_text(encoding="utf-8")
COMMON = {"device_id", "wait"}
DOCUMENTED_ENUMS: tuple[type[StrEnum], ...] = (
    *(ChargeEventKind, PointWord, NotificationChannel, PreconditioningSource, Result),
    *(CommandKind, CommandReason, CommandStatus, Shortage, StepKind, StepReason, ChargingReason, PreconditioningReason),
)
# Terms and foreign words in italics, which are not shown in Home Assistant.
OTHER_EMPHASIZED = {
    *("main window", "additional windows", "Send SMS Error", "starts"),
    *("Renault", "#n", "core#n", "page #n"),
}
# The next step of the plan has a schedule only while one is due.
UNSEEN = {f"next_step.windows[].{key}" for key in ("day", "start", "end", "duration_minutes")}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

# Values of optional fields; required fields use the examples of the form.
GIVEN: dict[str, dict[str, Any]] = {
    "set_notifications": {"do_not_disturb": {"start": "22:00", "end": "07:00"}},
    "set_departure": {"name": "Work", "time": "07:30", "days": EVERY_DAY},
    "pause_departures": {"from": "2026-12-24", "to": "2027-01-03"},
    "set_charge_schedule": {"windows": [{"days": EVERY_DAY, "start": "02:00", "end": "06:00"}]},
    "set_charge_windows": {"windows": [{"days": EVERY_DAY, "start": "02:00", "end": "06:00"}]},
}


def section(heading: str) -> str:
    """Return a section of the document."""
    return DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(text: str, head: str) -> dict[str, list[str]]:
    """Return the rows of the tables with a heading, by the names in their first cell."""
    rows: dict[str, list[str]] = {}
    for found in re.findall(rf"^\| {re.escape(head)} \|\n\|[-|]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE):
        for line in found.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return rows


def fields(heading: str) -> dict[str, list[str]]:
    """Return the rows of the fields in a section."""
    return table(section(heading), "field | type | default | example | meaning")


def keys(heading: str) -> set[str]:
    """Return the documented keys of a response, with those of the sections it refers to."""
    own = section(heading)
    referred = re.findall(r"\(#([\w-]+)\)", " ".join(re.findall(r"^Returns .*", own, re.MULTILINE)))
    headings = [heading, *(each for each in re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE) if slug(each) in referred)]
    return {key for each in headings for key in table(section(each), "key | type | meaning")}


def described(action: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each field of an action, with a dot before those in an object."""
    for name, field in SERVICES[action]["fields"].items():
        yield name, field
        within = field["selector"].get("object") or {}
        prefix = f"{name}[]" if within.get("multiple") else name
        yield from ((f"{prefix}.{key}", inner) for key, inner in within.get("fields", {}).items())


def flat(response: Any, prefix: str = "") -> Iterator[str]:
    """Yield each key of a response, with a dot before those in an object."""
    for key, value in response.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        for each in value if isinstance(value, list) else ():
            yield from flat(each, f"{prefix}{key}[].") if isinstance(each, dict) else ()


def actions() -> list[str]:
    """Return the examples of actions."""
    blocks = (
        re.findall(r"^```yaml\n(action: .*?)^```", file.read_text(), re.DOTALL | re.MULTILINE) for file in DOCUMENTS
    )
    return [each for found in blocks for each in found]


def wording(tree: Any) -> Iterator[str]:
    """Yield every text in nested mappings."""
    if isinstance(tree, dict):
        for each in tree.values():
            yield from wording(each)
    elif isinstance(tree, str):
        yield tree


def texts() -> set[str]:
    """Return the English texts of the integration, the blueprints, and Home Assistant's pages."""
    pages = (hass_frontend.where() / "static/translations").rglob("en-*.json")
    files = [each for each in pages if re.fullmatch(r"en-[0-9a-f]{32}", each.stem)]
    files += [COMPONENTS / name / "translations/en.json" for name in ("battery", "event", "renault")]
    files += [INTEGRATION / name for name in ("manifest.json", "translations/en.json")]
    found = {text for each in files for text in wording(json.loads(each.read_text(encoding="utf-8")))}
    found |= set(card_texts().values())
    for blueprint in (ROOT / "blueprints").rglob("*.yaml"):
        found |= set(wording(load_yaml_dict(str(blueprint))["blueprint"]))
    return found


def emphasized(file: Path) -> set[str]:
    """Return the words in italics of a document, and the pages of a path one by one."""
    plain = re.sub(r"^\* ", "- ", re.sub(r"`[^`]*`", "", prose(file)), flags=re.MULTILINE)
    found = (re.sub(r"\s+", " ", each) for each in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", plain))
    return {each for path in found for each in path.split(" > ")}


async def live(hass: HomeAssistant, device_id: str, simulator: Simulator) -> None:
    """Give a car a past and a plan, so that a response has all keys."""
    vehicle, now = simulator.vehicle(), datetime.now(UTC)
    vehicle.records.outbox.settings = Settings(do_not_disturb=DoNotDisturb(time(22), time(7)))
    # Half an hour ago: a car that preconditions refuses another command.
    vehicle.records.record_preconditioning(now - timedelta(minutes=30), Source.USER, success=True)
    for hours, event, level in ((3, ChargeEvent.START, 40), (1, ChargeEvent.END, 60)):
        at = now - timedelta(hours=hours)
        vehicle.records.charges.append(ChargeEntry(at, event, ChargingPoint.SLOW, level, level, None))
    # An unplugged car does not charge.
    vehicle.car.unplug()
    vehicle.report_now()
    for action in ("set_departure", "set_charge_schedule", "pause_departures"):
        await ask(hass, action, device_id, **GIVEN[action])
    # One departure is left when the other is removed.
    await ask(hass, "set_departure", device_id, **{**GIVEN["set_departure"], "name": "Home"})


def slug(heading: str) -> str:
    """Return the anchor GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def documents() -> list[Path]:
    """Return the Markdown files of the project, tracked or new."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / each for each in found.splitlines() if (ROOT / each).is_file()]


def prose(document: Path) -> str:
    """Return a document without its code blocks."""
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("action", SERVICES)
def test_fields_are_documented(action: str) -> None:
    """List the fields of each form with their defaults and examples."""
    known = dict(described(action))
    rows = fields("Common fields") | fields(action)
    assert fields("Common fields").keys() == COMMON
    assert fields(action).keys() == known.keys() - COMMON
    for name, field in known.items():
        _, kind, default, example, meaning = rows[name]
        assert kind
        assert meaning
        plain = "-" if field.get("default") is None else f"`{str(field['default']).lower()}`"
        assert default == ("required" if field.get("required") else plain), name
        if "example" in field and "object" not in field["selector"]:
            assert str(field["example"]).lower().replace("'", "") in example.lower(), name
        assert parse_yaml(example.strip("`")) is not None, name


def test_actions_are_in_the_overview() -> None:
    """List each action in the table of the clouds."""
    assert table(DOCUMENT, "action | Z.E. Services | MY Renault").keys() == SERVICES.keys()


@pytest.mark.parametrize("words", DOCUMENTED_ENUMS)
def test_values_of_responses_are_documented(words: type[StrEnum]) -> None:
    """List each value of an enumeration."""
    assert [each.value for each in words if f"`{each.value}`" not in DOCUMENT] == []


@pytest.mark.freeze_time("2026-07-15 18:30:00+00:00")
@pytest.mark.parametrize("action", sorted(SERVICES.keys() - {"stop_charge"}))
async def test_keys_of_responses_are_documented(
    hass: HomeAssistant, device_id: str, simulator: Simulator, action: str
) -> None:
    """List the keys in the response of a simulated car at Z.E. Services, which cannot stop a charge."""
    await live(hass, device_id, simulator)
    if action == "start_charge":
        # A full car does not charge, but takes the command.
        simulator.vehicle().car.fill(100)
        simulator.vehicle().car.plug()
        simulator.vehicle().report_now()
    required = {key: field["example"] for key, field in SERVICES[action]["fields"].items() if field.get("required")}
    required = {key: parse_yaml(str(value)) if key == "windows" else value for key, value in required.items()}
    response = await ask(hass, action, **{**required, **GIVEN.get(action, {}), "device_id": device_id})
    assert set(flat(response)) ^ keys(action) <= UNSEEN


@pytest.mark.parametrize("example", actions())
def test_examples_are_valid(example: str) -> None:
    """Validate each example with the schema of its action."""
    found: Any = parse_yaml(example)
    (action,) = (each for each in ACTIONS if found["action"] == f"{DOMAIN}.{each.name}")
    assert vol.Schema({vol.Required("device_id"): str, **action.fields})(found["data"])


def test_readme_is_short_and_in_order() -> None:
    """Limit the lines of the README, and keep the order of its sections."""
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    images = re.findall(r"(?<!\[)!\[[^\]]*\]\(docs/images/([^)]*)\)", text)
    assert images == ["dashboard.png", "phone-car.png", "phone-week.png"]
    assert json.loads((ROOT / "hacs.json").read_text())["homeassistant"] in text


def test_documents_are_linked() -> None:
    """Link each document in the README."""
    text = README.read_text(encoding="utf-8")
    assert [file.name for file in DOCUMENTS[1:] if f"](docs/{file.name}" not in text] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_names_of_the_user_interface(file: Path) -> None:
    """Use the names of pages, buttons, fields, entities and states that Home Assistant shows."""
    assert emphasized(file) - texts() <= OTHER_EMPHASIZED


def test_quoted_messages_exist() -> None:
    """Quote messages and repairs as shown, with an ellipsis for the name of a car or account."""
    rows = README.read_text(encoding="utf-8").partition("\n## Troubleshooting\n")[2].partition("\n## ")[0]
    known = [each.replace("{name}", "…").replace("{account}", "…") for each in texts()]
    quoted = re.findall(r'^\|[^|"]*"([^|"]+)"', rows, re.MULTILINE)
    assert quoted
    assert [each for each in quoted if not any(each in text for text in known)] == []


def test_options_are_documented() -> None:
    """List the options in the order of the form, with their defaults."""
    step = json.loads((INTEGRATION / "translations/en.json").read_text())["options"]["step"]["settings"]
    labels = {**step["data"], **step["sections"]["plan"]["data"]}
    defaults = OPTIONS_SCHEMA({"plan": {}})
    defaults |= defaults.pop("plan")
    defaults["evening_check"] = defaults["evening_check"].removesuffix(":00")
    defaults["notify"] = "on" if defaults["notify"] else "off"
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    shown = [
        (labels[key], default if isinstance(default, str) else f"{default:g}{'%' if 'threshold' in key else ' min'}")
        for key, default in defaults.items()
    ]
    assert [(name, default) for name, default in rows if name in labels.values()] == shown


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_links_work(document: Path) -> None:
    """Find the file and the heading of each relative link."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = document.parent / path if path else document
        assert file.exists(), target
        if anchor:
            assert anchor in {slug(each) for each in re.findall(r"^#+ (.+)$", prose(file), re.MULTILINE)}, target
