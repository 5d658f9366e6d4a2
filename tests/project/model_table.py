"""The table of models in the documents: what each car has, and what is known about it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from renault_api.kamereon.models import get_model_endpoints

from custom_components.renault_ze.cloud.models import Capability
from custom_components.renault_ze.cloud.myrenault.capabilities import _NEEDS, ModelEndpoints
from custom_components.renault_ze.cloud.myrenault.endpoints import ADDITIONS
from custom_components.renault_ze.services import ACTIONS
from tests.project.wanted_of_entities import descriptions
from tests.texts import texts

MODELS = {
    "ZOE 22/40": "X101VE",
    "ZOE 50": "X102VE",
    "Twingo": "X071VE",
    "Megane": "XCB1VE",
    "Scenic": "XCB1SE",
    "R4": "A4E1VE",
    "R5": "R5E1VE",
    "A290": "A5E1AE",
    "Master": "XDD1VE",
    "Spring 2021": "XBG1VE",
    "Spring 2025": "XBG2VE",
    "Captur PHEV": "XJB1SU",
    "Megane IV PHEV": "XFB2BI",
    "Megane IV estate PHEV": "XFB2BK",
    "Rafale PHEV": "XHN1CP",
    "other": "XNEW01",
}
LETTERS = {"observed": "o", "documented": "d", "inferred": "i", "not proven": "n"}
PLUG_IN_HYBRIDS = {"XJB1SU", "XFB2BI", "XFB2BK", "XHN1CP"}
# Where more is known than that an owner has reported the endpoint to the library: "*" are all other models.
EVIDENCE: dict[Capability, dict[str, tuple[str, str]]] = {
    Capability.START_CHARGE: {
        "X101VE": ("observed", "library"),
        "X102VE": ("not proven", "reports contradict each other (#1867, #2133, #2202)"),
        "R5E1VE": ("observed", "#1348, #1915"),
        "XCB1SE": ("observed", "#2239"),
        "XCB1VE": ("observed", "#2016"),
        "XBG1VE": ("observed", "#1708"),
        "*": ("inferred", "cars of the same kind"),
    },
    Capability.STOP_CHARGE: {
        "X101VE": ("not proven", "refused in one report (#2076)"),
        "X102VE": ("observed", "one owner (#2202)"),
        "XBG1VE": ("observed", "#1708"),
        "*": ("inferred", "what the ZOE 50 accepts"),
    },
    Capability.CHARGE_SCHEDULE: {
        "X101VE": ("observed", "hRZ#105"),
        "X102VE": ("not proven", "one owner; not with several windows (#1708, #2202)"),
        "XCB1VE": ("observed", "one owner (#2016, #2018)"),
        "*": ("not proven", "no successful write is reported; the fields are in fixtures of the library"),
    },
    Capability.CHARGE_LIMIT: {
        "R5E1VE": ("observed", "fixture of the library"),
        "*": ("documented", "core writes it"),
    },
    Capability.PRECONDITIONING: {
        "X101VE": ("observed", "library"),
        "X102VE": ("observed", "#2133"),
        "R5E1VE": ("observed", "#1625"),
        "*": ("documented", "table of the library"),
    },
    Capability.PRECONDITIONING_TEMPERATURE: {"*": ("inferred", "the field exists; its range and step are not known")},
    Capability.PRECONDITIONING_TIMER: {"*": ("not proven", "whether the time is the start")},
    Capability.PRECONDITIONING_TIMER_STATE: {"*": ("inferred", "a field that is often missing")},
    Capability.PRECONDITIONING_STATE: {
        "X102VE": ("observed", "#2133"),
        "*": ("inferred", "only `off` was captured"),
    },
    Capability.CANCEL_PRECONDITIONING: {
        "X101VE": ("observed", "#1776"),
        "R5E1VE": ("observed", "#1914"),
        "*": ("documented", "table of the library"),
    },
    Capability.PRECONDITIONING_HISTORY: {"*": ("not proven", "reported as removed (#1712)")},
    Capability.CAR_DEPARTURES: {
        "X102VE": ("not proven", "one report of 2020 (#86)"),
        "*": ("not proven", "no successful write is reported; the fields are in fixtures of the library"),
    },
    Capability.TIRE_PRESSURES: {"*": ("observed", "#1411; many cars have none (#1729)")},
    Capability.CABIN_TEMPERATURE: {
        "R5E1VE": ("observed", "#2031; no longer reported by one car (#2163)"),
        "*": ("not proven", "offered once the car has reported it"),
    },
    Capability.CHARGING_POWER: {"*": ("observed", "until 2024 (#1213); offered once the car has reported it")},
    Capability.PICTURE: {"*": ("observed", "fixtures of the library")},
    Capability.ALERTS: {"*": ("documented", "table of the library; the content is of another car (#1481)")},
    Capability.SOUND_HORN: {"*": ("documented", "core sends it")},
    Capability.FLASH_LIGHTS: {"*": ("documented", "core sends it")},
    Capability.REFRESH_LOCATION: {"*": ("documented", "table of the library (#2071)")},
    Capability.FUEL: {"*": ("observed", "fixture of the library")},
}


def table() -> str:
    """Return the tables as Markdown."""
    head = ["feature", "entities", "actions", *MODELS]
    rows = [row for capability in Capability if any((row := _row(capability))[3:])]
    evidence = [
        [_name(capability), "others" if code == "*" else f"`{code}`", grade, source]
        for capability, found in EVIDENCE.items()
        for code, (grade, source) in found.items()
    ]
    added = [
        [f"`{each.model}`", ", ".join(f"`{name}`" for name in each.endpoints), each.grade, each.reason]
        for each in ADDITIONS
    ]
    codes = [[name, f"`{code}`"] for name, code in MODELS.items() if name != "other"]
    parts = {
        "Features": _markdown(head, [[each or "-" for each in row] for row in rows]),
        "Sources": _markdown(["feature", "model", "grade", "source"], evidence),
        "Additions to the table of the library": _markdown(["model", "endpoints", "grade", "reason"], added),
        "Codes of the models": _markdown(["name here", "code"], codes),
    }
    return "\n\n".join(f"## {title}\n\n{content}" for title, content in parts.items()) + "\n"


def _row(capability: Capability) -> list[str]:
    """Return the row of a feature, with an empty text for a model that does not have it."""
    entities: dict[str, list[str]] = {}
    for platform, each in descriptions():
        if each.capability is capability:
            key = f"entity.{platform}.{each.translation_key}.name"
            entities.setdefault(platform, []).append(texts("en").get(key) or each.key.capitalize())
    names = [f"`{platform}` {', '.join(each)}" for platform, each in entities.items()]
    actions = [f"`{action.name}`" for action in ACTIONS if action.capability is capability]
    return [
        _name(capability),
        ", ".join(names),
        ", ".join(actions),
        *(_cell(capability, code) for code in MODELS.values()),
    ]


def _cell(capability: Capability, code: str) -> str:
    """Return the letter of the grade of a feature of a model."""
    if capability not in _capabilities(code):
        return ""
    if code == MODELS["other"]:
        return LETTERS["not proven"]
    known = EVIDENCE.get(capability, {})
    found = known.get(code) or known.get("*")
    return LETTERS[found[0] if found else _grade(capability, code)]


def _grade(capability: Capability, code: str) -> str:
    """Return the grade of a feature that an endpoint shows: that of the addition, or a report to the library."""
    endpoint = _NEEDS.get(capability)
    if endpoint in get_model_endpoints(code):
        return "observed"
    return next((each.grade for each in ADDITIONS if each.model == code and endpoint in each.endpoints), "observed")


def _capabilities(code: str) -> frozenset[Capability]:
    """Return all capabilities that a car of a model may have."""
    picture = {"assetType": "PICTURE", "renditions": [{"url": "https://3dv.renault.com/picture"}]}
    details: Any = SimpleNamespace(
        get_model_code=lambda: code, uses_fuel=lambda: code in PLUG_IN_HYBRIDS, assets=[picture]
    )
    return ModelEndpoints.of(details, lambda _: False).capabilities


def _name(capability: Capability) -> str:
    """Return the name of a feature."""
    return capability.replace("_", " ").capitalize()


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    """Return a table."""
    return "\n".join(_lines(head, rows))


def _lines(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
