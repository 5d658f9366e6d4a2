"""How long it takes to display the effect of a command that the cloud already shows."""

from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .house import Domain, device_id, entities, set_up
from .life import Life, life
from .server import MY_RENAULT, ZE_SERVICES
from .table import Row, alone, shown

PRESSES = 2
STEP_SECONDS = 5.0
# The car preconditions long enough for the slowest poll to see it, and is idle again before the next press.
CAR: dict[str, Any] = {"level": 90, "plugged": False, "run_minutes": 20, "report": True}
# A car that waits for a window in the day.
WAITING: dict[str, Any] = {"level": 40, "plugged": True, "report": True}
UNPLUGGED: dict[str, Any] = {"plugged": False, "report": True}
EVERY_DAY = ["every_day"]
APART_SECONDS = 3000.0
# Each press comes at another moment between two polls.
SHIFT_SECONDS = 97.0
MOST_SECONDS = 1200.0
CORE_BUTTON, CORE_SENSOR = "start_air_conditioner", "hvac_status"
NAMES = {MY_RENAULT: "MY Renault", ZE_SERVICES: "Z.E. Services"}


class Case(NamedTuple):
    """A command by its action and its fields for each number, and the platform and key of the entity that shows it.

    `in_cloud` returns what the effect changes in the cloud; a car that `waits` has to wait for a charge window first.
    """

    name: str
    action: str
    fields: Callable[[int], dict[str, Any]]
    entity: str
    in_cloud: Callable[[dict[str, Any]], object]
    waits: bool = False


def _no_fields(_: int) -> dict[str, Any]:
    """Return no fields."""
    return {}


def _windows(number: int) -> dict[str, Any]:
    """Return another schedule for each number."""
    return {"windows": [{"days": EVERY_DAY, "start": f"{12 + number % 2}:00", "duration": {"hours": 1}}]}


def _times(number: int) -> dict[str, Any]:
    """Return another time for each number."""
    return {"start": f"05:{number % 60:02}:00"}


def _runs(car: dict[str, Any]) -> object:
    """Return how many preconditioning runs a cloud shows."""
    return len(car["records"]["preconditionings"])


def _preconditions(car: dict[str, Any]) -> object:
    """Return whether a cloud shows that a car preconditions."""
    return car["preconditioning"]


def _charges(car: dict[str, Any]) -> object:
    """Return whether a cloud shows that a car charges."""
    return car["records"]["snapshot"]["reading"]["charging"]


def _schedule(car: dict[str, Any]) -> object:
    """Return the schedule in a car."""
    return car["car"]["schedule"]


CHARGE = Case("start charge", "start_charge", _no_fields, "binary_sensor.charging", _charges, waits=True)
SCHEDULE = Case("set charge schedule", "set_charge_schedule", _windows, "sensor.charge_schedule_status", _schedule)
CASES = {
    MY_RENAULT: [
        Case("start preconditioning", "precondition", _no_fields, "binary_sensor.preconditioning", _preconditions),
        CHARGE,
        SCHEDULE,
    ],
    ZE_SERVICES: [
        Case("start preconditioning", "precondition", _no_fields, "sensor.preconditioning_reason", _runs),
        Case("set timer", "precondition_at", _times, "sensor.preconditioning_timer", lambda car: car["timer"]),
        CHARGE,
        SCHEDULE,
    ],
}


async def seconds_to_display(cloud: str, name: str, cars: int, runs: int) -> list[float]:
    """Return how long each effect of some equal commands to the first car was in the cloud before it was shown."""
    case = next(each for each in CASES[cloud] if each.name == name)
    async with life(Domain.OURS, cloud, cars) as running:
        await running.server.change(CAR)
        await set_up(running.hass, running.entry)
        shown_by = _of_first_car(running, *case.entity.split("."))
        return await _measure(
            running, case, shown_by, runs, lambda number: _call(running, case.action, case.fields(number))
        )


async def core_seconds_to_display(runs: int) -> list[float]:
    """Return the same of preconditioning in Home Assistant's own integration."""
    case = CASES[MY_RENAULT][0]
    async with life(Domain.CORE, MY_RENAULT) as running:
        await running.server.change(CAR)
        await set_up(running.hass, running.entry)
        button, shown_by = (_entity(running.hass, running.entry, each) for each in (CORE_BUTTON, CORE_SENSOR))
        data = {"entity_id": button}

        def press(_: int) -> Awaitable[object]:
            """Press the button."""
            return running.hass.services.async_call("button", "press", data, blocking=True)

        return await _measure(running, case, shown_by, runs, press)


async def _measure(
    running: Life, case: Case, shown_by: str, runs: int, send: Callable[[int], Awaitable[object]]
) -> list[float]:
    """Send a command some times, and return how long each effect was in the cloud before it was shown (s)."""
    found = []
    for number in range(PRESSES * runs):
        await running.pass_by(APART_SECONDS + number * SHIFT_SECONDS)
        await _prepare(running, case)
        before = (running.hass.states.get(shown_by), case.in_cloud(await _car(running)))
        await send(number)
        found.append(await _watch(running, shown_by, case, before))
    return found


async def _prepare(running: Life, case: Case) -> None:
    """Let the car wait for its window, which is hours ahead, if the command is to start a charge."""
    if not case.waits:
        return
    await running.server.change(UNPLUGGED)
    await running.pass_by(APART_SECONDS)
    await _call(running, "set_charge_schedule", _windows(0))
    await running.pass_by(APART_SECONDS)
    await running.server.change(WAITING)
    await running.pass_by(APART_SECONDS)


async def _call(running: Life, action: str, fields: dict[str, Any]) -> None:
    """Call an action for the first car."""
    data = {"device_id": device_id(running.hass, running.entry), **fields}
    await running.hass.services.async_call(Domain.OURS, action, data, blocking=True)


async def _car(running: Life) -> dict[str, Any]:
    """Return the first car and what its cloud shows."""
    cars: dict[str, dict[str, Any]] = (await running.server.control("GET", "state"))["cars"]
    return cars[running.server.vins[0]]


def _of_first_car(running: Life, platform: str, key: str) -> str:
    """Return the entity of the first car by its platform and key."""
    wanted = f"{running.server.vins[0]}_{key}"
    found = entities(running.hass, running.entry)
    return next(each.entity_id for each in found if (each.domain, each.unique_id) == (platform, wanted))


def _entity(hass: HomeAssistant, entry: ConfigEntry[Any], name: str) -> str:
    """Return the first entity of a translation key."""
    return next(each.entity_id for each in entities(hass, entry) if each.translation_key == name)


async def _watch(running: Life, entity_id: str, case: Case, before: tuple[Any, object]) -> float:
    """Wait until Home Assistant shows the effect, and return how long the cloud has shown it (s)."""
    pressed_at, effect_at = running.clock.time(), None
    while running.clock.time() < pressed_at + MOST_SECONDS:
        await running.pass_by(STEP_SECONDS)
        if effect_at is None and case.in_cloud(await _car(running)) != before[1]:
            effect_at = running.clock.time()
        state = running.hass.states.get(entity_id)
        if effect_at is not None and state is not None and _is_shown(state.state, before[0].state):
            return running.clock.time() - effect_at
    raise RuntimeError(f"{entity_id} does not show the effect, which came at {effect_at}, pressed at {pressed_at}")


def _is_shown(state: str, first: str) -> bool:
    """Return whether a state shows an effect: another one than before, or a schedule that is no longer being sent."""
    return state == "enabled" or (state not in {first, "starting", "sending"})


def rows(runs: int) -> list[Row]:
    """Measure the commands of both clouds, one also with several cars; simulated time is the same in each run."""
    core = alone(core_seconds_to_display, runs)
    found = []
    for cloud, cases in CASES.items():
        for case in cases:
            # The reference has the same command only at MY Renault.
            is_first = case is CASES[MY_RENAULT][0]
            for cars in (1, 2, 3) if is_first else (1,):
                ours = alone(seconds_to_display, cloud, case.name, cars, runs)
                found.append(_row(case.name, cloud, cars, ours, core if is_first and cars == 1 else None))
    return found


def _row(name: str, cloud: str, cars: int, ours: list[float], core: list[float] | None) -> Row:
    """Return the row of a command, with the longest time and the median."""
    figure = f"from the effect of a command in the cloud to its display: {name}, {NAMES[cloud]}"
    figure += "" if cars == 1 else f", {cars} cars"
    ratio = "-" if core is None else f"{max(ours) / max(core):.2f}"
    return Row(
        figure, "-" if core is None else _times_shown(core), _times_shown(ours), ratio, "30 s" if cars == 1 else "-"
    )


def _times_shown(found: list[float]) -> str:
    """Return the longest of some times, and their median."""
    return f"{shown(max(found), 's')} ({shown(median(found), 's')})"
