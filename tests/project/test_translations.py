"""Every text exists in each language and is used, and all of them read well; `tests/texts.py` checks what is shown."""

from collections.abc import Iterator
from datetime import timedelta
from inspect import Parameter, signature
from itertools import chain
import json
from pathlib import Path
import re
from typing import Any

import homeassistant.components
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.renault_ze.cloud.exceptions import (
    CloudError,
    RejectedError,
    RequestLimitError,
    ThrottledError,
    UnsupportedError,
)
from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.messages import error_key, translated
from custom_components.renault_ze.services import ACTIONS
from tests.project.sources import SERVICES, quoted
from tests.project.wanted_of_entities import entity_keys, sentences
from tests.texts import LANGUAGES, below, flat, placeholders, texts

# The keys of all texts that code chooses by a word; the other words of a form or menu are compared when it is shown.
CHOSEN = re.compile(
    r"exceptions\.(\w+)\.message"
    r"|issues\.(\w+)\.(?:title|description)"
    r"|(?:config|options|issues\.(\w+)\.fix_flow)\.(?:error|abort)\.(\w+)"
    r"|(?:config|options|issues\.(\w+)\.fix_flow)\.step\.(\w+)\."
    r"(?:title|description|sections\.\w+\.(?:name|description)"
    r"|(?:sections\.\w+\.)?(?:data|data_description|menu_options|menu_option_descriptions)\.\w+)"
    r"|config\.initiate_flow\.(user)"
    r"|config\.create_entry\.(\w+)"
)
# Texts that hassfest refuses; after an apostrophe the browser prints a brace unchanged.
REFUSED = re.compile(r"^\s|\s$|'\{|<[a-z]|\[%|%\]|(https?://|www\.)[a-z0-9.-]+\.[a-z]{2,5}\b", re.IGNORECASE)
SENTENCE = re.compile(
    r"^common\.(?!clock_|word_)|\.(description|message)$|\.(error|abort|create_entry|data_description|menu_option_descriptions)\.\w+$"
)
# French has a non-breaking space before double punctuation marks, and curly apostrophes.
BAD_FRENCH = re.compile("(?<!\u00a0)[;?!»%]| :|«(?!\u00a0)|'")
# Words that mean something else in Home Assistant, or that some of its languages translate in several ways.
OTHER_MEANING = {
    "departure time",
    "hatch",
    "home",
    "none",
    "precondition",
    "preconditioning",
    "route",
    "sound horn",
    "start charge",
    "stop charge",
    "time",
    "windows",
}
# Integrations of Home Assistant for cars, and its own words.
NEIGHBORS = ("homeassistant", "renault", "tesla_fleet", "teslemetry", "volvo")
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def service_keys() -> Iterator[str]:
    """Yield the keys of the texts of actions."""
    for action in ACTIONS:
        for part in ("", "fields.device_id.", *(f"fields.{field}." for field in action.fields)):
            yield from (f"services.{action.name}.{part}{key}" for key in ("name", "description"))


def selector_keys(tree: Any = SERVICES) -> Iterator[str]:
    """Yield the keys of the texts of the selectors of actions."""
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


def cloud_errors(family: type[CloudError] = CloudError) -> Iterator[CloudError]:
    """Yield one of each error that a cloud can raise, with each choice of what it requires."""
    needed = [each for each in signature(family.__init__).parameters.values() if each.kind is Parameter.KEYWORD_ONLY]
    required = [each.name for each in needed if each.default is Parameter.empty]
    for choice in (True, False) if required else (True,):
        yield family("why", **dict.fromkeys(required, choice))
    for each in family.__subclasses__():
        yield from cloud_errors(each)


def terms(language: str) -> dict[str, set[str]]:
    """Return how Home Assistant translates its words for cars, in lower case."""
    found: dict[str, set[str]] = {}
    for component in NEIGHBORS:
        folder = Path(homeassistant.components.__path__[0], component, "translations")
        english, translated = (
            dict(flat(json.loads((folder / f"{each}.json").read_text(encoding="utf-8")))) for each in ("en", language)
        )
        for key in english.keys() & translated.keys():
            found.setdefault(english[key].lower(), set()).add(translated[key].lower())
    return found


def test_languages() -> None:
    """Support ten languages."""
    assert LANGUAGES == ["da", "de", "en", "es", "fr", "it", "nb", "nl", "pt", "sv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_entities_and_actions(language: str) -> None:
    """Name exactly the existing entities, states, attributes, sentences, actions and fields."""
    needed = {*entity_keys(), *service_keys(), *selector_keys(), *sentences()}
    found = {key for part in ("entity", "services", "selector", "common") for key in below(part, language)}
    assert {"missing": needed - found, "unused": found - needed} == {"missing": set(), "unused": set()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_texts_are_used(language: str) -> None:
    """Find the word that selects a text in the code."""
    others = [key for key in texts(language) if not key.startswith(("entity.", "services.", "selector.", "common."))]
    chosen = {key: CHOSEN.fullmatch(key) for key in others}
    assert [key for key, found in chosen.items() if found is None] == []
    words = {key: {*filter(None, found.groups())} for key, found in chosen.items() if found is not None}
    known = quoted()
    assert {key: unknown for key, each in words.items() if (unknown := each - known)} == {}


def test_every_cloud_error_has_a_text(hass: HomeAssistant) -> None:
    """Translate each error that a cloud can raise, as a message and as the error of a form."""
    reasoned = [UnsupportedError("why", reason="no"), RejectedError("why", reason="no")]
    wait = timedelta(minutes=4)
    waiting = [ThrottledError("why", retry_after=wait), RequestLimitError("why", retry_after=wait)]
    for each in chain(cloud_errors(), reasoned, waiting):
        # `tests/texts.py` checks each error that is made.
        error = HomeAssistantError(**translated(hass, each))
        assert f"exceptions.{error.translation_key}.message" in texts("en")
        assert f"config.error.{error_key(each)}" in texts("en")


@pytest.mark.parametrize("language", TRANSLATED)
def test_languages_have_the_same_texts(language: str) -> None:
    """Translate each text, with the same placeholders; a failure names what is missing."""
    english, translated = texts("en"), texts(language)
    assert {"missing": english.keys() - translated.keys(), "unused": translated.keys() - english.keys()} == {
        "missing": set(),
        "unused": set(),
    }
    assert [key for key, text in english.items() if placeholders(text) != placeholders(translated[key])] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_texts_are_translated(language: str) -> None:
    """Find no sentence that is English, and few words that are the same."""
    english, translated = texts("en"), texts(language)
    same = {text for key, text in english.items() if translated[key] == text}
    assert [text for text in same if len(re.findall(r"(?<!\{)\b[a-z]+", text)) > 2] == []
    assert len(same) < len(set(english.values())) / 25


@pytest.mark.parametrize("language", TRANSLATED)
def test_terms_are_those_of_home_assistant(language: str) -> None:
    """Use a term with the stem of one of Home Assistant's translations of it; the ending depends on its use."""
    known = terms(language)
    lower = {key: text.lower() for key, text in texts("en").items() if not key.startswith("common.")}
    english = {key: term for key, term in lower.items() if term in known.keys() - OTHER_MEANING}
    # Danish has the fewest.
    assert len(set(english.values())) > 2
    found = {key: texts(language)[key].lower() for key in english}
    assert [
        f"{key}: {found[key]}, not {known[term]}"
        for key, term in english.items()
        if not any(each[:3] in found[key] for each in known[term])
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_of_entities_and_actions(language: str) -> None:
    """Fill in what sentences are given, and nothing in the names of entities and actions."""
    given = sentences()
    assert {key: placeholders(texts(language)[key]) for key in given} == given
    names = [key for part in ("entity", "services", "selector") for key in below(part, language)]
    assert [key for key in names if placeholders(texts(language)[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_punctuation_and_markup(language: str) -> None:
    """End sentences with a period, names without, and use what hassfest and the browser accept."""
    assert {key: text for key, text in texts(language).items() if not text or REFUSED.search(text)} == {}
    stopped = {key for key, text in texts(language).items() if text.endswith((".", "?"))}
    sentences = {key for key in texts(language) if SENTENCE.search(key)}
    assert {key for key in stopped ^ sentences if not key.endswith(".title")} == set()


def test_french_typography() -> None:
    """Use French spaces and apostrophes."""
    assert {key: text for key, text in texts("fr").items() if BAD_FRENCH.search(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_loads_the_texts(hass: HomeAssistant, language: str) -> None:
    """Read all texts back from Home Assistant, which drops invalid ones."""
    categories = {key.partition(".")[0] for key in texts(language)}
    told = [await async_get_translations(hass, language, category, {DOMAIN}) for category in sorted(categories)]
    found = {key.removeprefix(f"component.{DOMAIN}."): text for each in told for key, text in each.items()}
    assert found == dict(texts(language))
