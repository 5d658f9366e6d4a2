"""Texts that are formed on the server are in Home Assistant's language: French, with French times."""

from collections.abc import Iterator
from datetime import time, timedelta
import re

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir, translation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Schedule, Simulator, Week, Window
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, call, only_device, set_up
from tests.flows.test_options_myrenault import choose, labels
from tests.plan.planned import NIGHT, NOON, PLAN, WORK, Car, Later
from tests.plan.test_refused_schedule import NO_CONTRACT
from tests.platforms.calendars.conftest import Opened, opened
from tests.platforms.calendars.page import CHARGING, FOLLOWING
from tests.repair_flows import ask_what_to_do
from tests.texts import texts

__all__ = ["opened"]

# A Wednesday evening in London, where the car is.
pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("french")]
REASON = "sensor.renault_z_e_preconditioning_reason"
CHARGING_REASON = "sensor.renault_z_e_charging_reason"
STATUS = "sensor.renault_z_e_charge_schedule_status"
NEXT = "sensor.renault_z_e_next_preconditioning"
START = "button.renault_z_e_start_preconditioning"
SENTENCES = ("explanation", "problem", "warning", "advice", "message")
ENGLISH_TIME = re.compile(r"\d ?[AP]M\b|\b(?:at|on) \d|\bNov\b|day\b")


@pytest.fixture
async def french(hass: HomeAssistant, simulator: Simulator) -> None:
    """Let Home Assistant speak French before the account is added, with a car that is low and unplugged."""
    translation.async_setup(hass)
    await hass.config.async_update(language="fr", country="FR", time_zone="Europe/London")
    await hass.async_block_till_done()
    simulator.vehicle().car.fill(30)
    simulator.vehicle().car.unplug()
    simulator.vehicle().report_now()


def templates(language: str) -> Iterator[re.Pattern[str]]:
    """Yield the sentences of a language, with any content in their placeholders."""
    for text in texts(language).values():
        parts = re.split(r"\{\w+\}", text)
        if len("".join(parts).split()) > 2:
            yield re.compile(".+".join(map(re.escape, parts)))


def plain(text: str) -> str:
    """Return a text with plain spaces and apostrophes."""
    return text.replace("\u00a0", " ").replace("\u2019", "'")


def check(text: str) -> str:
    """Check that a text is French and not English, and return it with plain spaces and apostrophes."""
    assert any(each.fullmatch(text) for each in templates("fr")), text
    assert not any(each.fullmatch(text) for each in templates("en")), text
    assert ENGLISH_TIME.search(text) is None, text
    return plain(text)


def shown(car: Car, entity_id: str) -> list[str]:
    """Return the sentences that an entity shows."""
    attributes = car.state(entity_id).attributes
    return [check(attributes[name]) for name in SENTENCES if attributes.get(name)]


def notified(hass: HomeAssistant) -> list[str]:
    """Return the texts of the notifications."""
    found = persistent_notification._async_get_or_create_notifications(hass)
    return [check(each["message"]) for each in found.values()]


async def test_departure(car: Car) -> None:
    """Reasons, advice, a warning, messages, notifications, and a failed command."""
    await car.ask("set_departure", **WORK)
    waiting, warning = shown(car, REASON)
    assert "elle doit se charger pendant environ 1 h" in waiting
    assert "trop faible jeudi à 07:20" in waiting
    assert warning.startswith("La batterie est à 30 %")
    (advice,) = shown(car, NEXT)
    assert advice == "Branchez la voiture ; elle doit se charger pendant environ 1 h."
    await call(car.hass, "button.press", START)
    await car.later(61, times=3)
    assert any("« Démarrer le préconditionnement » n'a pas abouti à 18:30" in each for each in shown(car, REASON))
    await car.until("07:00")
    (foreseen,) = shown(car, PLAN)
    assert "pour « Work » à 07:30" in foreseen
    await car.until("07:21")
    await car.later(60)
    assert "Work" in shown(car, PLAN)[0]
    assert len(notified(car.hass)) == 2
    await car.call("switch.turn_off", "switch.renault_z_e_departures")
    assert (
        shown(car, REASON)[0]
        == "Les départs sont désactivés. Aucune commande n'est envoyée tant que vous ne les activez pas."
    )
    await car.call("switch.turn_on", "switch.renault_z_e_departures")
    await car.ask("pause_departures", to="2026-12-01")
    assert shown(car, REASON)[0] == "Les départs sont suspendus jusqu'au 1 déc. inclus."


async def test_charge_schedule(car: Car) -> None:
    """The reason of charging, a failed command, a refused schedule, and a window that was missed."""
    await car.ask("set_charge_schedule", windows=[NIGHT, NOON])
    await car.later(61)
    assert shown(car, CHARGING_REASON) == [
        "La voiture n'est pas branchée. Sa prochaine plage de charge commence jeudi à 01:00."
    ]
    car.simulator.faults.replace([NO_CONTRACT])
    await car.until("12:50")
    assert "« Définir le programme de charge »" in shown(car, STATUS)[0]
    assert len(notified(car.hass)) == 2
    (missed,) = shown(car, PLAN)
    assert missed.startswith("La plage de charge qui a commencé à 12:00 n'est pas parvenue à temps à la voiture.")


async def test_schedule_that_differs(car: Car, issue_registry: ir.IssueRegistry) -> None:
    """The table of the repair has French times."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.later(61)
    week = Week((Window(time(13, 30), timedelta(hours=1)),) * 7)
    car.simulator.vehicle().car.load(Schedule(enabled=True, week=week))
    await car.later(3601)
    (issue,) = issue_registry.issues.values()
    rows = (await ask_what_to_do(car.hass, issue))["description_placeholders"]
    assert rows["mon"] == "**13:30 - 14:30** | **01:00 - 05:00**"


async def test_car_that_cannot_be_read(car: Car, issue_registry: ir.IssueRegistry) -> None:
    """The repair has a French reason, and another one a French time."""
    car.simulator.faults.replace([{"path": "*/battery", "method": "GET", "kind": "status", "status": 500}])
    await car.later(3600, times=26)
    (issue,) = issue_registry.issues.values()
    assert issue.translation_placeholders is not None
    assert check(issue.translation_placeholders["reason"]).startswith("Échec de la ")
    car.simulator.faults.replace([])
    await car.later(3600, times=24 * 14)
    (issue,) = issue_registry.issues.values()
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["since"].startswith("18 nov., ")


async def test_calendar_page(opened: Opened, car: Car) -> None:
    """Summaries, the levels of a charge, and refusals."""
    page = await opened(CHARGING)
    night, *_ = await page.entries("2026-11-19T12:00:00+00:00", "2026-11-20T12:00:00+00:00")
    assert night["summary"] == "Charge"
    refusals = [
        await page.create("2026-11-19T00:30:00", "2026-11-19T05:30:00", rrule="FREQ=DAILY"),
        await page.create("2026-11-19T13:00:00", "2026-11-19T15:00:00", summary="Travail"),
        await page.create("2026-11-17T13:00:00", "2026-11-17T15:00:00"),
        await page.delete(night, FOLLOWING),
    ]
    within, unnamed, past, later_one = (check(each or "") for each in refusals)
    assert within.startswith("Tous les jours : la plage qui commence à 23:30 comprend déjà ce moment.")
    assert unnamed.startswith("« Travail » n'est pas une plage de charge. Indiquez « Charge » comme résumé")
    assert past == "17 nov., 13:00 : ce moment est passé. Indiquez un moment ultérieur."
    assert later_one.endswith("le 18 nov., 23:30. Sélectionnez-la.")
    car.simulator.vehicle().car.plug()
    await car.until("12:00")
    charges = await page.entries("2026-11-18T12:00:00+00:00", "2026-11-19T12:00:00+00:00")
    levels = [plain(each["description"]) for each in charges if "description" in each]
    assert all(re.fullmatch(r"\d+ % → \d+ %, environ [\d,]+ kWh", each) for each in levels)
    assert levels


async def test_missing_feature(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    later: Later,
) -> None:
    """The repair names it in French."""
    await set_up(hass, renault_entry)
    renault.faults.replace([{"kind": "refusal", "error": "forbidden", "path": "*/location"}])
    await later(3600, times=36)
    (issue,) = issue_registry.issues.values()
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["features"].startswith("- Localisation: ")


async def test_choice_of_the_clock(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The options show both readings of the schedule."""
    await set_up(hass, renault_entry)
    await ask(
        hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[{**NIGHT, "days": ["mon", "tue"]}]
    )
    await later(301)
    await hass.config.async_update(time_zone="Europe/Paris")
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = labels(await choose(hass, renault_entry, "schedule_clock"))
    assert shown == {"local": "01:00 - 05:00 (Lundi, Mardi)", "utc": "02:00 - 06:00 (Lundi, Mardi)"}
