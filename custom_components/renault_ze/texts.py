"""What is said in the language of the owner's Home Assistant where Home Assistant does not translate it by itself."""

from datetime import datetime

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .cloud.models import Weekday
from .const import DOMAIN
from .outlook import Sentence
from .responses import DAY_NAMES


@callback
def read(hass: HomeAssistant, sentence: Sentence) -> str | None:
    """Return a sentence to be read, its times on the owner's clock; None in a language that is still being loaded."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    text = texts.get(f"component.{DOMAIN}.common.{sentence.key}")
    return text and text.format(**{name: _filled(hass, each) for name, each in sentence.particulars.items()})


def _filled(hass: HomeAssistant, particular: str | datetime | Sentence) -> str | None:
    """Return what is filled into a sentence."""
    if isinstance(particular, Sentence):
        return read(hass, particular)
    return _clock(hass, particular) if isinstance(particular, datetime) else particular


def _clock(hass: HomeAssistant, at: datetime) -> str:
    """Return an instant on the owner's clock, with its weekday where it is not today."""
    local = dt_util.as_local(at)
    if local.date() == dt_util.now().date():
        return f"{local:%H:%M}"
    names = async_get_cached_translations(hass, hass.config.language, "selector", DOMAIN)
    return (
        f"{names[f'component.{DOMAIN}.selector.weekday.options.{DAY_NAMES[Weekday(local.weekday())]}']} {local:%H:%M}"
    )
