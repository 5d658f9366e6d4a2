"""How long it takes to display the effect of a command that the cloud already shows."""

from statistics import median
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .house import Domain, entities, set_up
from .life import Life, life
from .server import MY_RENAULT
from .table import Row, alone, compared

PRESSES = 2
STEP_SECONDS = 5.0
# The car preconditions long enough for the slowest poll to see it, and is idle again before the next press.
CAR: dict[str, Any] = {"level": 90, "plugged": False, "run_minutes": 20, "report": True}
APART_SECONDS = 3000.0
# Each press comes at another moment between two polls.
SHIFT_SECONDS = 97.0
MOST_SECONDS = 1200.0
NAMES = {
    Domain.CORE: ("start_air_conditioner", "hvac_status"),
    Domain.OURS: ("start_preconditioning", "preconditioning"),
}


async def seconds_to_display(domain: Domain, runs: int) -> list[float]:
    """Return how long each of some preconditionings ran in the cloud before Home Assistant showed it."""
    async with life(domain, MY_RENAULT) as running:
        await running.server.change(CAR)
        await set_up(running.hass, running.entry)
        button, shown = (_entity(running.hass, running.entry, name) for name in NAMES[domain])
        found = []
        for number in range(PRESSES * runs):
            await running.pass_by(APART_SECONDS + number * SHIFT_SECONDS)
            await running.hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
            found.append(await _watch(running, shown))
        return found


def _entity(hass: HomeAssistant, entry: ConfigEntry[Any], name: str) -> str:
    """Return the entity of a translation key."""
    return next(each.entity_id for each in entities(hass, entry) if each.translation_key == name)


async def _watch(running: Life, entity_id: str) -> float:
    """Wait until Home Assistant shows the effect, and return how long the cloud has shown it (s)."""
    pressed_at, effect_at = running.clock.time(), None
    while running.clock.time() < pressed_at + MOST_SECONDS:
        await running.pass_by(STEP_SECONDS)
        (car,) = (await running.server.control("GET", "state"))["cars"].values()
        if effect_at is None and car["preconditioning"]:
            effect_at = running.clock.time()
        state = running.hass.states.get(entity_id)
        if effect_at is not None and state is not None and state.state == "on":
            return running.clock.time() - effect_at
    raise RuntimeError(f"{entity_id} does not show the effect, which came at {effect_at}, pressed at {pressed_at}")


def rows(runs: int) -> list[Row]:
    """Measure both integrations; simulated time is the same in each run."""
    found = [alone(seconds_to_display, domain, runs) for domain in Domain]
    return [
        compared("from the effect of a command in the cloud to its display, median", map(median, found), "s"),
        compared("from the effect of a command in the cloud to its display, longest", map(max, found), "s"),
    ]
