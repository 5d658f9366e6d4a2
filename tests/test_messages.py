"""Times and dates in messages follow Home Assistant's language and country."""

from datetime import UTC, date, datetime, time, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_load_integrations
import pytest

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.formats import async_setup_locale, babel_locale, formatted
from custom_components.renault_ze.messages import sentence_text
from custom_components.renault_ze.views.plan_entities import Sentence

pytestmark = pytest.mark.freeze_time("2026-12-02 12:00:00+00:00")

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)
EVENING = time(18)


async def set_language(hass: HomeAssistant, language: str, country: str | None) -> None:
    """Set the language and country, and load the locale and the texts."""
    await hass.config.async_update(language=language, country=country, time_zone="UTC")
    await hass.async_block_till_done()
    await async_load_integrations(hass, {DOMAIN})


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("en", "US", ("6:00 PM", "Dec 5", "Jan 5, 2027", "Dec 5, 6:00 PM")),
        ("en", None, ("6:00 PM", "Dec 5", "Jan 5, 2027", "Dec 5, 6:00 PM")),
        ("en", "GB", ("18:00", "5 Dec", "5 Jan 2027", "5 Dec, 18:00")),
        ("en-GB", "US", ("18:00", "5 Dec", "5 Jan 2027", "5 Dec, 18:00")),
        ("en", "BR", ("18:00", "5 Dec", "5 Jan 2027", "5 Dec, 18:00")),
        ("fr", "FR", ("18:00", "5 déc.", "5 janv. 2027", "5 déc., 18:00")),
        ("fr", "CA", ("18 h 00", "5 déc.", "5 janv. 2027", "5 déc., 18 h 00")),
        ("de", None, ("18:00", "5. Dez.", "5. Jan. 2027", "5. Dez., 18:00")),
    ],
)
async def test_times_and_dates(
    hass: HomeAssistant, language: str, country: str | None, expected: tuple[str, ...]
) -> None:
    """The locale is loaded again when the language or the country changes."""
    await async_setup_locale(hass)
    await set_language(hass, language, country)
    at = datetime(2026, 12, 5, 18, tzinfo=UTC)
    assert tuple(formatted(hass, each) for each in (EVENING, at.date(), date(2027, 1, 5), at)) == expected


def test_a_language_without_a_locale() -> None:
    """English is the fallback."""
    assert [str(babel_locale("xx", country)) for country in ("US", "GB", None)] == ["en_US", "en_GB", "en"]


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("en", "US", ["at 6:00 PM", "on Thursday at 6:00 PM", "on Dec 9 at 6:00 PM"]),
        ("en", "GB", ["at 18:00", "on Thursday at 18:00", "on 9 Dec at 18:00"]),
        ("fr", "FR", ["à 18:00", "jeudi à 18:00", "le 9 déc. à 18:00"]),
    ],
)
async def test_sentences(hass: HomeAssistant, language: str, country: str, expected: list[str]) -> None:
    """A sentence names the weekday of the next days, and the date of later ones."""
    await async_setup_locale(hass)
    await set_language(hass, language, country)
    ends = [NOW.replace(hour=18) + timedelta(days=days) for days in (0, 1, 7)]
    texts = [sentence_text(hass, Sentence("charging_charging_at", {"time": each})) or "" for each in ends]
    assert [text[-len(each) - 2 :] for text, each in zip(texts, expected, strict=True)] == [
        f" {each}." for each in expected
    ]
    paused = sentence_text(hass, Sentence("preconditioning_paused", {"last": date(2026, 12, 5)})) or ""
    assert formatted(hass, date(2026, 12, 5)) in paused


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "0 min"), (0.5, "1 min"), (59, "59 min"), (60, "1 h"), (110, "1 h 50 min")]
)
def test_durations(hass: HomeAssistant, minutes: float, expected: str) -> None:
    """Show hours and minutes, rounded up, with symbols that are the same in all languages."""
    assert formatted(hass, timedelta(minutes=minutes)) == expected
