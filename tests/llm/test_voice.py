"""The sentences of docs/voice: Assist understands them without a language model, and the car does and answers them."""

from collections.abc import Iterator
from pathlib import Path
import re
import shutil
from typing import Any

from hassil import Intents, RecognizeResult
from hassil.sample import sample_intents
from homeassistant.components import conversation
from homeassistant.components.intent_script import DOMAIN as INTENT_SCRIPT
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest

from tests.plan.planned import EVERY_DAY, NO_TIMER, WARM, Car

FOLDER = Path(__file__).parents[2] / "docs/voice"
SCRIPTS = load_yaml_dict(str(FOLDER / "intent_script.yaml"))
EXAMPLES = load_yaml_dict(str(Path(__file__).parent / "examples.yaml"))
LANGUAGES = sorted(each.stem for each in FOLDER.glob("??.yaml"))

pytestmark = pytest.mark.freeze_time("2026-11-19 18:00:00+00:00")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Return the language of a file."""
    return str(request.param)


@pytest.fixture
async def assist(hass: HomeAssistant, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up Assist with the sentences of a language, as the documentation says."""
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    hass.config.language = language
    folder = tmp_path / "custom_sentences" / language
    folder.mkdir(parents=True)
    shutil.copy(FOLDER / f"{language}.yaml", folder / "renault_ze.yaml")
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})
    assert await async_setup_component(hass, INTENT_SCRIPT, SCRIPTS)


def sentences(language: str) -> dict[str, Any]:
    """Return the content of the file of a language."""
    return load_yaml_dict(str(FOLDER / f"{language}.yaml"))


def variants(language: str) -> Iterator[tuple[str, str]]:
    """Yield the intent and the first words of each template, without every time of day."""
    content = sentences(language)
    short = {name: {"values": ["7", "15"]} for name in content["lists"]}
    for name, intent in content["intents"].items():
        for template in (each for data in intent["data"] for each in data["sentences"]):
            one = {"intents": {name: {"data": [{"sentences": [template]}]}}, "lists": short}
            known = Intents.from_dict({**content, **one})
            yield from sample_intents(known, max_sentences_per_intent=4, language=language)


async def recognized(hass: HomeAssistant, text: str, language: str) -> RecognizeResult | None:
    """Return what Assist recognizes."""
    agent_id = conversation.HOME_ASSISTANT_AGENT
    given = conversation.ConversationInput(text, Context(), None, None, None, language, agent_id)
    found: RecognizeResult | None = await conversation.async_get_agent(hass, agent_id).async_recognize_intent(given)
    return found


async def say(hass: HomeAssistant, text: str, language: str) -> str:
    """Say something to Assist, and return its answer."""
    result = await conversation.async_converse(hass, text, None, Context(), language=language)
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(result.response.speech["plain"]["speech"]).strip()


@pytest.mark.usefixtures("assist")
async def test_sentences_are_understood(hass: HomeAssistant, language: str) -> None:
    """Each template is recognized as its intent, also among Home Assistant's own sentences."""
    assert sentences(language)["language"] == language
    assert sentences(language)["intents"].keys() == SCRIPTS[INTENT_SCRIPT].keys()
    for intent, text in variants(language):
        found = await recognized(hass, text, language)
        assert found is not None, text
        assert found.intent.name == intent, text


def test_documentation() -> None:
    """It lists the files of all languages, and an example for each intent."""
    document = (FOLDER.parent / "voice.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(voice/(..)\.yaml\)", document)) == set(LANGUAGES) == EXAMPLES.keys()
    assert re.findall(r'^\| "([^"]+)" \|', document, re.MULTILINE) == list(EXAMPLES["en"].values())


@pytest.mark.usefixtures("assist")
async def test_what_people_say(hass: HomeAssistant, language: str) -> None:
    """Each example is recognized, with its time of day."""
    for name, text in EXAMPLES[language].items():
        found = await recognized(hass, text, language)
        assert found is not None, text
        assert found.intent.name == f"RenaultZe{name}", text
        slots = {key: int(each.value) for key, each in found.entities.items()}
        assert slots == ({"hour": 7, "minute": 15} if name == "PreconditionAt" else {}), text


@pytest.mark.usefixtures("assist")
@pytest.mark.parametrize("language", ["en", "fr"], indirect=True)
async def test_day_without_a_language_model(car: Car, language: str) -> None:
    """Each example does what it says, and the answer is a sentence about the car in Home Assistant's language."""
    vehicle, reason = car.simulator.vehicle(), "sensor.renault_z_e_preconditioning_reason"

    async def answer(name: str) -> str:
        return await say(car.hass, EXAMPLES[language][name], language)

    assert re.match(r"50\s?%, \d+ km$", await answer("Battery"))
    vehicle.car.unplug()
    vehicle.report_now()
    await car.later(600)
    assert await answer("Charging") == car.state("sensor.renault_z_e_charging_reason").attributes["explanation"]
    await car.ask("set_departure", name="Work", time="07:30", days=EVERY_DAY)
    assert "Work" in await answer("Departure")
    await answer("SkipDeparture")
    assert car.coordinator.planner.plan.departures[0].skipped
    await answer("RestoreDeparture")
    assert not car.coordinator.planner.plan.departures[0].skipped
    assert await answer("Precondition") == car.state(reason).attributes["explanation"]
    await car.later(61)
    assert (await answer("PreconditionAt")).startswith("07:15")
    await answer("CancelPrecondition")
    # A car that is not plugged in does not charge, and the answer says so.
    assert await answer("StartCharge") == car.state("sensor.renault_z_e_charging_reason").attributes["explanation"]
    assert car.commands == [WARM, ("POST /air-conditioning/scheduler", {"start": "0715"}), NO_TIMER]


@pytest.mark.usefixtures("assist")
@pytest.mark.parametrize("language", ["en"], indirect=True)
async def test_command_that_is_not_accepted(car: Car, language: str) -> None:
    """The answer says that it failed, and why."""
    car.simulator.vehicle().car.unplug()
    car.simulator.faults.add({"path": "*/air-conditioning*", "method": "POST", "kind": "status", "status": 400})
    for name in ("Precondition", "PreconditionAt"):
        assert "was not successful" in await say(car.hass, EXAMPLES[language][name], language)
