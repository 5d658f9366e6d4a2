"""The entry of the demo car: its title, and the plan it starts with."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..cloud.demo import DEMO_VIN, DEPARTURE_TIME
from ..cloud.models import Weekday
from ..messages import loaded_text, sentence_text
from ..plan.model import Departure, Plan, as_json
from ..storage import Storage
from ..views.sentences import Sentence

_WORKDAYS = frozenset(set(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY})
_CHARGE_LIMIT = 80


async def demo_title(hass: HomeAssistant) -> str:
    """Return the name of the demo car in Home Assistant's language."""
    return await loaded_text(hass, Sentence("word_demo_car", {}))


@callback
def start_demo(hass: HomeAssistant, storage: Storage) -> None:
    """Store a plan for the days of the demo car, unless it has one."""
    if storage.plan(DEMO_VIN) is None:
        name = sentence_text(hass, Sentence("word_demo_departure", {})) or ""
        departure = Departure(id="demo", name=name, at=DEPARTURE_TIME, weekdays=_WORKDAYS, since=dt_util.utcnow())
        plan = Plan(departures=(departure,), charge_limit=_CHARGE_LIMIT)
        storage.remember_plan(DEMO_VIN, as_json(plan))
