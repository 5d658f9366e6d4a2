"""The texts of the integration, and a check of each one that Home Assistant shows while a test runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
import json
from string import Formatter
import sys
from typing import Any

from homeassistant.config_entries import ConfigFlow
from homeassistant.data_entry_flow import FlowHandler, section
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.renault_ze.const import DOMAIN
from tests.project.sources import INTEGRATION

LANGUAGES = sorted(file.stem for file in (INTEGRATION / "translations").glob("*.json"))
# Home Assistant adds the name of an entry to each form that asks for new credentials.
ADDED = {"name"}
# A menu with fewer choices at Z.E. Services; a test of MY Renault compares all of them.
VARIES = "options.step.init"


def flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted key."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return all texts of a language by their dotted keys."""
    return dict(flat(json.loads((INTEGRATION / f"translations/{language}.json").read_text(encoding="utf-8"))))


def below(prefix: str, language: str = "en") -> dict[str, str]:
    """Return the texts at a key or below it."""
    return {key: text for key, text in texts(language).items() if f"{key}.".startswith(f"{prefix}.")}


def placeholders(text: str) -> set[str]:
    """Return the names that are filled into a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def form_keys(prefix: str, schema: Any) -> Iterator[str]:
    """Yield the keys of the texts that the fields of a form need."""
    for marker, value in schema.schema.items() if schema is not None else ():
        if isinstance(value, section):
            yield from (f"{prefix}.sections.{marker}.{key}" for key in ("name", "description"))
            yield from form_keys(f"{prefix}.sections.{marker}", value.schema)
        else:
            yield from (f"{prefix}.{key}.{marker}" for key in ("data", "data_description"))


class ShownTexts:
    """Note what is wrong with the texts that forms, menus, aborts, issues and errors show."""

    def __init__(self) -> None:
        """Start without problems."""
        self.problems: list[str] = []

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Check each form, menu, abort, issue and error from now on."""
        checks = {"async_show_form": self._form, "async_show_menu": self._menu, "async_abort": self._abort}
        for name, check in checks.items():
            monkeypatch.setattr(FlowHandler, name, _after(getattr(FlowHandler, name), check))
        create = ir.IssueRegistry.async_get_or_create
        monkeypatch.setattr(ir.IssueRegistry, "async_get_or_create", _after(create, self._issue))
        monkeypatch.setattr(HomeAssistantError, "__init__", _after(HomeAssistantError.__init__, self._error))

    def _need(self, keys: Iterable[str], given: Mapping[str, Any] | None, optional: Iterable[str] = ()) -> None:
        """Find each text, with the placeholders that are given and no others."""
        english, found = texts("en"), set[str]()
        for key in keys:
            if key not in english:
                self.problems.append(f"no text {key}")
            found |= placeholders(english.get(key, ""))
        for key in optional:
            found |= placeholders(english.get(key, ""))
        filled = {name for name, value in (given or {}).items() if value != ""}
        if not filled - ADDED <= found <= set(given or ()):
            self.problems.append(f"{[*keys]} need {found} and get {given}")

    def _form(self, flow: Any, *, step_id: str, data_schema: Any = None, **shown: Any) -> None:
        """Check a form: its title, its fields and its errors."""
        if (part := _part(flow)) is None:
            return
        prefix = f"{part}.step.{step_id}"
        errors = [f"{part}.error.{key}" for key in (shown.get("errors") or {}).values()]
        keys = [f"{prefix}.title", *form_keys(prefix, data_schema), *errors]
        self._need(keys, shown.get("description_placeholders"), [f"{prefix}.description"])
        self._used(prefix, keys)

    def _menu(self, flow: Any, *, step_id: str, menu_options: Iterable[str], **shown: Any) -> None:
        """Check a menu: its title and its choices."""
        if (part := _part(flow)) is None:
            return
        prefix = f"{part}.step.{step_id}"
        kinds = ("menu_options", "menu_option_descriptions")
        keys = [f"{prefix}.title", *(f"{prefix}.{kind}.{option}" for kind in kinds for option in menu_options)]
        self._need(keys, shown.get("description_placeholders"), [f"{prefix}.description"])
        if prefix != VARIES:
            self._used(prefix, keys)

    def _abort(self, flow: Any, *, reason: str, **shown: Any) -> None:
        """Check why a flow ended, where the text is not Home Assistant's own."""
        if shown.get("translation_domain") is None and (part := _part(flow)) is not None:
            self._need([f"{part}.abort.{reason}"], shown.get("description_placeholders"))

    def _issue(self, _: Any, domain: str, __: str, *, translation_key: str, is_fixable: bool, **shown: Any) -> None:
        """Check a repair: its title, and its description where nothing mends it."""
        if domain == DOMAIN:
            prefix = f"issues.{translation_key}"
            keys = [f"{prefix}.title", *([] if is_fixable else [f"{prefix}.description"])]
            self._need(keys, shown.get("translation_placeholders"))

    def _error(self, error: HomeAssistantError, *_: Any, **given: Any) -> None:
        """Check an error of the integration: its message, and that it has one."""
        if error.translation_domain == DOMAIN:
            self._need([f"exceptions.{error.translation_key}.message"], error.translation_placeholders)
        elif isinstance(error, Unauthorized):
            # Home Assistant has its own text.
            return
        elif error.translation_key is None and _maker().startswith(f"custom_components.{DOMAIN}"):
            self.problems.append(f"an error without a translation: {error!r}")

    def _used(self, prefix: str, shown: Iterable[str]) -> None:
        """Find no text of a form or menu that it does not show."""
        unused = below(prefix).keys() - {*shown, f"{prefix}.description"}
        self.problems += [f"{key} is not shown" for key in unused]


def _after(original: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    """Return a method that is checked, with its arguments, after it has run."""

    def checked(*args: Any, **named: Any) -> Any:
        result = original(*args, **named)
        check(*args, **named)
        return result

    return checked


def _part(flow: Any) -> str | None:
    """Return the key that the texts of a flow are below, None for a flow of another integration."""
    if not type(flow).__module__.startswith(f"custom_components.{DOMAIN}"):
        return None
    if isinstance(flow, ConfigFlow):
        return "config"
    if (issue_id := flow.context.get("issue_id")) is None:
        return "options"
    issue = ir.async_get(flow.hass).async_get_issue(DOMAIN, issue_id)
    return f"issues.{issue.translation_key}.fix_flow" if issue is not None else None


def _maker() -> str:
    """Return the module that makes an exception, whose own constructors are left out."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_name in {"_error", "checked", "__init__"}:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))
