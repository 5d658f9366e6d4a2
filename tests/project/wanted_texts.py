"""The texts that forms, actions, errors and repairs ask for, worked out from the code itself."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from itertools import chain
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.util.yaml import load_yaml
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze import options_flow, repairs
from custom_components.renault_ze.cloud.exceptions import (
    CountryMovedError,
    RejectedError,
    SparedError,
    ThrottledError,
    UnsupportedError,
)
from custom_components.renault_ze.cloud.models import Battery
from custom_components.renault_ze.const import DAYS, DOMAIN
from custom_components.renault_ze.messages import error_key, translated
from custom_components.renault_ze.services import ACTIONS, vehicle
from custom_components.renault_ze.vehicle.state import VehicleState
from tests.project.sources import INTEGRATION, SOURCES, argument, calls, cloud_errors, strings
from tests.project.wanted_of_entities import AFTER

SERVICES: Any = load_yaml(str(INTEGRATION / "services.yaml"))

# Where the texts of each flow are, the module that asks for them, and the one its forms are in.
FLOWS = {"config": ("config_flow", options_flow), "options": ("options_flow", options_flow)}

# Keys of exceptions that are computed, and are worked out below.
COMPUTED = {"objection", "err.key", "_text_key(err)"}


def form_keys(prefix: str, schema: Any) -> Iterator[str]:
    """Yield what the fields of a form ask for."""
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            yield from (f"{prefix}.sections.{marker}.{key}" for key in ("name", "description"))
            yield from form_keys(f"{prefix}.sections.{marker}", value.schema)
        else:
            yield from (f"{prefix}.{key}.{marker}" for key in ("data", "data_description"))


def forms() -> dict[str, tuple[Any, set[str]]]:
    """Return the schema and the placeholders of every form."""
    found: dict[str, tuple[Any, set[str]]] = {}
    for part, (source, schemas) in FLOWS.items():
        for call in calls(source):
            if ast.unparse(call.func) == "self._form":
                (step,) = strings(call.args[0])
                given = {name for each in call.args[4:] if isinstance(each, ast.Dict) for name in strings(each)}
                found[f"{part}.step.{step}"] = _schema(call.args[1], schemas), given
    return found


def _schema(node: ast.expr, schemas: Any) -> Any:
    """Return the schema of a form, one made on the way with choices that say nothing."""
    if isinstance(node, ast.Name):
        return getattr(schemas, node.id)
    assert isinstance(node, ast.Call)
    make = getattr(schemas, ast.unparse(node.func))
    return make(*({}, "FR")[: len(node.args)])


def menu_keys() -> Iterator[str]:
    """Yield what the menus of the configuration ask for."""
    for part, (source, _) in FLOWS.items():
        for call in calls(source):
            if (options := argument(call, "menu_options")) is None:
                continue
            (step,) = strings(argument(call, "step_id") or call)
            yield f"{part}.step.{step}.title"
            for option in getattr(import_module(f"custom_components.renault_ze.{source}"), ast.unparse(options)):
                yield f"{part}.step.{step}.menu_options.{option}"
                yield f"{part}.step.{step}.menu_option_descriptions.{option}"


def flow_keys() -> Iterator[str]:
    """Yield what the configuration asks for."""
    yield "config.initiate_flow.user"
    yield from menu_keys()
    for prefix, (schema, _) in forms().items():
        yield f"{prefix}.title"
        yield from form_keys(prefix, schema)
    yield from (f"config.error.{error_key(err)}" for err in cloud_errors())
    for node in ast.walk(SOURCES["config_flow"]):
        if isinstance(node, ast.Dict) and [ast.unparse(key) for key in node.keys if key] == ["'base'"]:
            yield from (f"config.error.{key}" for key in strings(node.values[0]))
    yield "config.abort.already_configured"
    for part, (source, _) in FLOWS.items():
        for call in calls(source):
            if (reason := argument(call, "reason")) is not None:
                yield from (f"{part}.abort.{key}" for key in strings(reason))


def service_keys() -> Iterator[str]:
    """Yield what the actions ask for."""
    for action in ACTIONS:
        for part in ("", "fields.device_id.", *(f"fields.{field}." for field in action.fields)):
            yield from (f"services.{action.name}.{part}{key}" for key in ("name", "description"))


def selector_keys(tree: Any = SERVICES) -> Iterator[str]:
    """Yield what the selectors of the actions ask for."""
    for kind, config in tree.items() if isinstance(tree, dict) else ():
        if isinstance(config, dict) and "translation_key" in config:
            prefix = f"selector.{config['translation_key']}"
            if kind == "select":
                yield from (f"{prefix}.options.{option}" for option in config["options"])
            else:
                yield from (
                    f"{prefix}.fields.{field}.{key}" for field in config["fields"] for key in ("name", "description")
                )
        yield from selector_keys(config)


def exceptions() -> dict[str, set[str]]:
    """Return the placeholders of every exception the code can raise."""
    quoted = [UnsupportedError("why", reason="no"), RejectedError("why", reason="no")]
    wait = timedelta(minutes=4)
    waiting = [ThrottledError("why", retry_after=wait), SparedError("why", retry_after=wait)]
    raised = [translated(each) for each in chain(cloud_errors(), quoted, waiting)]
    found = {key["translation_key"]: set(key["translation_placeholders"]) for key in raised} | dict(refusals())
    low = SimpleNamespace(data=VehicleState(battery=Battery(level=1)), threshold=45)
    for source in SOURCES:
        for call in calls(source):
            key = argument(call, "translation_key")
            if argument(call, "translation_domain") is None or key is None or ast.unparse(key) in COMPUTED:
                continue
            given = argument(call, "translation_placeholders")
            assert given is None or ast.unparse(given) == "warning", ast.unparse(call)
            found[ast.literal_eval(key)] = set(vehicle._low_battery(low) or ()) if given else set()  # type: ignore[arg-type]
    for call in calls("vehicle.commands"):
        if (objection := argument(call, "objection")) is not None:
            found |= {key: set() for key in strings(objection)}
    for call in (each for source in SOURCES for each in calls(source)):
        if ast.unparse(call.func) == "ScheduleError":
            given = {str(each.arg) for each in call.keywords} | ({"value"} if len(call.args) == 3 else set())
            days = set() if ast.unparse(call.args[1]) == "()" else {"days"}
            found |= dict.fromkeys(strings(call.args[0]), days | given)
    return found


def refusals() -> Iterator[tuple[str, set[str]]]:
    """Yield what a cloud refuses by itself, with the placeholders it gives."""
    for call in (each for source in SOURCES if source.startswith("cloud.") for each in calls(source)):
        if (key := argument(call, "key")) is not None and ast.unparse(call.func).endswith("Error"):
            yield ast.literal_eval(key), {str(each.arg) for each in call.keywords} - {"key", "reason"}


async def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return every issue, raised by a car of which everything is wrong."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, "2")}, name="Z.E.")
    coordinator: Any = SimpleNamespace(
        hass=hass,
        config_entry=entry,
        vehicle=SimpleNamespace(vin="2"),
        data=AFTER,
        last_exception=None,
        last_update_success=False,
        schedule_differs=True,
        storage=SimpleNamespace(is_damaged=lambda _: True),
        async_add_listener=lambda review: review,
    )
    repairs.track_repairs(hass, coordinator)
    repairs.review_storage(hass, entry.entry_id, stored=False)
    repairs.review_cars_elsewhere(hass, coordinator.config_entry, ["Z.E."])
    repairs.report_country_moved(hass, coordinator.config_entry, CountryMovedError("gone"))
    repairs.review_entity_limit(hass, coordinator.config_entry, 1, 2)
    return {str(each.translation_key): each for each in ir.async_get(hass).issues.values() if each.domain == DOMAIN}


async def issue_placeholders(hass: HomeAssistant) -> dict[str, set[str]]:
    """Return the placeholders of every issue, with those its flow gives."""
    given: dict[str, set[str]] = {}
    for key, issue in (await issues(hass)).items():
        flow = [argument(call, "description_placeholders") for call in await _fix_calls(hass, issue)]
        names = set(DAYS) if any(isinstance(each, ast.Dict) and None in each.keys for each in flow) else set()
        given[key] = names | set(issue.translation_placeholders or {})
    return given


async def issue_keys(hass: HomeAssistant) -> set[str]:
    """Return what the issues and the flows that mend them ask for."""
    keys: set[str] = set()
    for key, issue in (await issues(hass)).items():
        keys |= {f"issues.{key}.title"} | ({f"issues.{key}.description"} if not issue.is_fixable else set())
        for call in await _fix_calls(hass, issue):
            keys |= set(_fix_keys(call, f"issues.{key}.fix_flow"))
    return keys


def _fix_keys(call: ast.Call, prefix: str) -> Iterator[str]:
    """Yield what a step of the flow that mends an issue asks for."""
    for step in strings(argument(call, "step_id") or ast.Constant(None)):
        yield from (f"{prefix}.step.{step}.{part}" for part in ("title", "description"))
        for option in repairs.CHOICES if argument(call, "menu_options") else ():
            yield f"{prefix}.step.{step}.menu_options.{option}"
            yield f"{prefix}.step.{step}.menu_option_descriptions.{option}"
    yield from (f"{prefix}.abort.{text}" for text in strings(argument(call, "reason") or ast.Constant(None)))


async def _fix_calls(hass: HomeAssistant, issue: ir.IssueEntry) -> list[ast.Call]:
    """Return every call in the flow that mends an issue, if one does."""
    flow = await repairs.async_create_fix_flow(hass, issue.issue_id, None) if issue.is_fixable else None
    written = (each for each in SOURCES["repairs"].body if getattr(each, "name", "") == type(flow).__name__)
    return [call for each in written for call in ast.walk(each) if isinstance(call, ast.Call)]
