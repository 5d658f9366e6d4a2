"""Every text the code asks for exists in every language, every text is asked for, and all of them read well."""

import ast
from collections.abc import Iterator
import json
import re
from string import Formatter
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.renault_ze.const import DOMAIN
from tests.project.sources import INTEGRATION, SOURCES
from tests.project.wanted_of_entities import entity_keys, sentences
from tests.project.wanted_texts import (
    COMPUTED,
    exceptions,
    flow_keys,
    forms,
    issue_keys,
    issue_placeholders,
    selector_keys,
    service_keys,
)

LANGUAGES = sorted(file.stem for file in (INTEGRATION / "translations").glob("*.json"))

# What may also be said of a form, where its fields do not say it all.
OPTIONAL = re.compile(r"(config|options)\.step\.\w+\.description")
# What hassfest refuses, as far as it is not a matter of keys; an apostrophe makes the browser print a brace as it is.
REFUSED = re.compile(r"^\s|\s$|'\{|<[a-z]|\[%|%\]|(https?://|www\.)[a-z0-9.-]+\.[a-z]{2,5}\b", re.IGNORECASE)
SENTENCE = re.compile(
    r"^common\.(?!clock_|word_)|\.(description|message)$|\.(error|abort|data_description|menu_option_descriptions)\.\w+$"
)
# French keeps its double marks apart, by a space at which no line may end, and curls its apostrophes.
BAD_FRENCH = re.compile("(?<!\u00a0)[;?!»%]| :|«(?!\u00a0)|'")
# Written the same in both languages.
SHARED = {"Charge", "Date", "MY Renault", "Message", "SMS", "Type", "Z.E. Services"}


def flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted key."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def texts(language: str) -> dict[str, str]:
    """Return all texts of a language."""
    return dict(flat(json.loads((INTEGRATION / f"translations/{language}.json").read_text(encoding="utf-8"))))


def placeholders(text: str) -> set[str]:
    """Return the names a text has filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def below(prefix: str, language: str) -> dict[str, str]:
    """Return the texts at a key or below it."""
    return {key: text for key, text in texts(language).items() if f"{key}.".startswith(f"{prefix}.")}


def test_languages() -> None:
    """Speak English and French."""
    assert LANGUAGES == ["en", "fr"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_text_is_there_and_every_text_is_used(hass: HomeAssistant, language: str) -> None:
    """Hold the keys of a language to those the code asks for."""
    wanted = {
        *entity_keys(),
        *flow_keys(),
        *service_keys(),
        *selector_keys(),
        *(f"exceptions.{key}.message" for key in exceptions()),
        *sentences(),
        *await issue_keys(hass),
    }
    found = set(texts(language))
    assert {"missing": wanted - found, "unused": {key for key in found - wanted if not OPTIONAL.fullmatch(key)}} == {
        "missing": set(),
        "unused": set(),
    }


def test_languages_say_the_same() -> None:
    """Give every text in every language, with the same placeholders."""
    english, french = texts("en"), texts("fr")
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in french.items()
    }


def test_nothing_is_left_untranslated() -> None:
    """Find no text that is the same in both languages but a few that are the same in life."""
    english, french = texts("en"), texts("fr")
    assert {text for key, text in english.items() if french[key] == text} == SHARED


@pytest.mark.parametrize("language", LANGUAGES)
async def test_placeholders_are_those_given(hass: HomeAssistant, language: str) -> None:
    """Fill in every particular that the code gives, and no other."""
    given = {f"exceptions.{key}": names for key, names in exceptions().items()}
    given |= {f"issues.{key}": names for key, names in (await issue_placeholders(hass)).items()}
    given |= {prefix: names for prefix, (_, names) in forms().items()}
    given |= sentences()
    used = {prefix: set().union(*map(placeholders, below(prefix, language).values())) for prefix in given}
    assert used == given
    elsewhere = {
        key: text for key, text in texts(language).items() if not f"{key}.".startswith(tuple(f"{p}." for p in given))
    }
    assert {key for key, text in elsewhere.items() if placeholders(text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_fit_to_be_shown(language: str) -> None:
    """End sentences and no names with a full stop, and hold to what hassfest and the browser take."""
    assert {key: text for key, text in texts(language).items() if not text or REFUSED.search(text)} == {}
    stopped = {key for key, text in texts(language).items() if text.endswith((".", "?"))}
    sentences = {key for key in texts(language) if SENTENCE.search(key)}
    assert {key for key in stopped ^ sentences if not key.endswith(".title")} == set()


def test_french_is_set_as_french() -> None:
    """Find no English spacing and no typewriter's apostrophe."""
    assert {key: text for key, text in texts("fr").items() if BAD_FRENCH.search(text)} == {}


def test_every_error_speaks_the_owners_language() -> None:
    """Find no exception of Home Assistant's that is raised without a translation."""
    bare = []
    for name, tree in SOURCES.items():
        errors = imported(tree, "homeassistant.exceptions") | imported(tree, "homeassistant.helpers.update_coordinator")
        for node in ast.walk(tree):
            made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
            if isinstance(made, ast.Name) and made.id in errors and not translates(node):
                bare.append(f"{name}: {ast.unparse(node)}")
    assert bare == []


def translates(node: ast.AST) -> bool:
    """Return whether an exception is made with the key of its text, or with what holds it."""
    keywords = {each.arg for each in node.keywords} if isinstance(node, ast.Call) else set()
    return {"translation_domain", "translation_key"} <= keywords or None in keywords


def test_no_other_key_is_computed() -> None:
    """Know every expression that gives the key of an exception."""
    computed = {
        ast.unparse(value)
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keywords in [{each.arg: each.value for each in node.keywords}]
        if "translation_domain" in keywords and not isinstance(value := keywords["translation_key"], ast.Constant)
    }
    assert computed == COMPUTED


def imported(tree: ast.Module, module: str) -> set[str]:
    """Return the exceptions a module takes from another, by the names it gives them."""
    return {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for each in node.names
        if each.name.endswith(("Error", "Failed", "NotReady"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_takes_every_text(hass: HomeAssistant, language: str) -> None:
    """Read all texts back from Home Assistant, which leaves out those it does not like."""
    categories = {key.partition(".")[0] for key in texts(language)}
    told = [await async_get_translations(hass, language, category, {DOMAIN}) for category in sorted(categories)]
    found = {key.removeprefix(f"component.{DOMAIN}."): text for each in told for key, text in each.items()}
    assert found == texts(language)
