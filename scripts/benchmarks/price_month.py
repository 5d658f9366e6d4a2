"""A month in the charge mode Cheapest hours: what the charges cost, beside charging immediately, and the optimum.

The whole integration runs in simulated time, with prices of an entity. The car is driven each day, and plugged in in
the evening. What it was charged is taken from the records of the simulator.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from homeassistant.helpers import entity_registry as er

from custom_components.renault_ze.cloud.schedule import DAY
from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE
from custom_components.renault_ze.prices import CONF_ENTITIES, CONF_KIND, ENTITY

from .day import EVERY_DAY
from .house import Domain, device_id, entities, set_up
from .life import Life, life
from .price_costs import Charged, Night
from .price_shapes import Market, Publication, Shape, market
from .server import MY_RENAULT, ZE_SERVICES
from .table import alone

# The clocks are put forward on the 29th.
FIRST = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/London"))
NIGHTS = 31
TARGET = 80
PRICE = "sensor.electricity_price"
MAIN_WINDOW = {"days": EVERY_DAY, "start": "23:00", "end": "06:30", "main": True}
READY_BY, LEAVES_AT = time(7), time(7, 30)
STEP_SECONDS = 30.0
CARS = {ZE_SERVICES: ("Z.E. Services", "one window a day", 92), MY_RENAULT: ("MY Renault", "five programs", 97)}
ALL = "all nights"
HEADER = ("nights", "energy", "immediately", "renault_ze", "best with one window a day", "optimum", "share", "aim")


class PluggedIn(NamedTuple):
    """When a car was plugged in, and its level then and when it had to be ready."""

    at: datetime
    level: float
    ready_level: float


class Month:
    """A car that is driven each day, and charged at night by Home Assistant."""

    def __init__(self, running: Life, prices: Market) -> None:
        """Take a Home Assistant that is not set up yet."""
        self._life, self._prices, self._random = running, prices, Random(11)  # noqa: S311
        self._vin = running.server.vins[0]

    async def begin(self) -> None:
        """Set up the car as its owner would."""
        hass, entry = self._life.hass, self._life.entry
        hass.config.currency = "EUR"
        self._publish(0, is_next_known=False)
        options = {CONF_ELECTRICITY_PRICE: {CONF_KIND: ENTITY, CONF_ENTITIES: [PRICE]}}
        hass.config_entries.async_update_entry(entry, options=options)
        await self._life.server.change({"level": TARGET, "plugged": False, "report": True})
        await set_up(hass, entry)
        planned = {"device_id": device_id(hass, entry), "windows": [MAIN_WINDOW]}
        await hass.services.async_call(Domain.OURS, "set_charge_schedule", planned, blocking=True)
        await self._call("select", "select_option", "charge_mode", option="cheapest_hours")
        await self._call("number", "set_value", "charge_limit", value=TARGET)
        await self._life.settle()

    async def live(self, nights: int) -> list[Night]:
        """Return what was charged in some nights."""
        plugged = [await self._night(number) for number in range(nights)]
        state = await self._life.server.control("GET", "state")
        return list(_nights(plugged, state["cars"][self._vin]["records"]["charges"]))

    async def _night(self, number: int) -> PluggedIn:
        """Drive by day, plug in in the evening, and let the night pass."""
        midnight, published = _midnight(number), self._prices.published(number)
        plugged_at = _at(midnight, time(self._random.randint(16, 20), self._random.choice((0, 20, 40))))
        await self._until(_at(midnight, LEAVES_AT))
        await self._drive()
        publishes = [] if published is None else [(_at(midnight, published), self._publish_next)]
        for at, act in sorted([*publishes, (plugged_at, self._plug)], key=lambda each: each[0]):
            await self._until(at)
            await act(number)
        level = self._level
        await self._until(_midnight(number + 1))
        self._publish(number + 1, is_next_known=False)
        await self._until(_at(_midnight(number + 1), READY_BY))
        return PluggedIn(plugged_at, level, (await self._car())["level"])

    async def _publish_next(self, number: int) -> None:
        """Publish the prices of the next day."""
        self._publish(number, is_next_known=True)

    async def _plug(self, _: int) -> None:
        """Plug the car in."""
        found = await self._life.server.control("POST", f"cars/{self._vin}/plug")
        self._level = found["level"]

    def _publish(self, number: int, *, is_next_known: bool) -> None:
        """Show the prices of a day, and of the next one if they are known."""
        today, tomorrow = (self._prices.of_day(_midnight(each)) for each in (number, number + 1))
        known = {"raw_today": today, "raw_tomorrow": tomorrow if is_next_known else []}
        attributes = {"unit_of_measurement": "EUR/kWh", **known}
        self._life.hass.states.async_set(PRICE, str(today[0]["value"]), attributes)

    async def _drive(self) -> None:
        """Drive for half an hour, as far as the energy of the day allows."""
        car = await self._car()
        wanted = self._random.randint(25, 60)
        if (share := 1 - wanted / car["level"]) > 0:
            await self._life.server.control(
                "POST", f"cars/{self._vin}/drive", {"km": car["range_km"] * share, "minutes": 30}
            )

    async def _car(self) -> dict[str, Any]:
        """Return the actual state of the car."""
        found: dict[str, Any] = await self._life.server.control("POST", f"cars/{self._vin}", {})
        return found

    async def _until(self, at: datetime) -> None:
        """Let time pass until an instant."""
        await self._life.settle()
        await self._life.pass_by(at.timestamp() - self._life.clock.time(), STEP_SECONDS)

    async def _call(self, domain: str, service: str, key: str, **data: Any) -> None:
        """Call an action of an entity."""
        found = next(each for each in entities(self._life.hass, self._life.entry) if _is_entity(each, domain, key))
        await self._life.hass.services.async_call(
            domain, service, {"entity_id": found.entity_id, **data}, blocking=True
        )


def _is_entity(each: er.RegistryEntry, domain: str, key: str) -> bool:
    """Return whether an entity is the one with a key."""
    return each.domain == domain and each.translation_key == key


def _midnight(number: int) -> datetime:
    """Return the midnight at which a day begins."""
    return FIRST + number * DAY


def _at(midnight: datetime, clock: time) -> datetime:
    """Return a time of a day, by the wall clock."""
    return datetime.combine(midnight, clock, midnight.tzinfo)


def _nights(plugged: Sequence[PluggedIn], records: Sequence[dict[str, Any]]) -> Iterator[Night]:
    """Yield the nights with what the car was charged, by what the simulator recorded."""
    charges = list(_charges(records))
    power = max(each.kwh / ((each.end - each.begin) / timedelta(hours=1)) for each in charges)
    for number, (at, level, ready_level) in enumerate(plugged):
        midnight = _midnight(number + 1)
        leaves_at = _at(midnight, LEAVES_AT)
        yield Night(
            number=number,
            plugged_at=at.astimezone(UTC),
            midnight=midnight.astimezone(UTC),
            ready_at=_at(midnight, READY_BY).astimezone(UTC),
            level=level,
            ready_level=ready_level,
            power_kw=power,
            charges=tuple(each for each in charges if at <= each.begin < leaves_at),
        )


def _charges(records: Sequence[dict[str, Any]]) -> Iterator[Charged]:
    """Yield the charges that the car has recorded."""
    begun: dict[str, Any] | None = None
    for each in records:
        if each["event"] == "START_NOTIFICATION":
            begun = each
        elif begun is not None:
            first, last = (datetime.fromisoformat(one["at"]) for one in (begun, each))
            yield Charged(begin=first, end=last, kwh=each["energy_kwh"] - begun["energy_kwh"])
            begun = None


async def a_month(cloud: str, nights: int = NIGHTS) -> list[Night]:
    """Live a month with a car at a cloud."""
    async with life(Domain.OURS, cloud, start=FIRST) as running:
        month = Month(running, market(FIRST, nights, 7))
        await month.begin()
        return await month.live(nights)


def rows(_: int) -> list[tuple[str, ...]]:
    """Live a month at both clouds, which is the same each time; the aim is that of all nights."""
    known, found = market(FIRST, NIGHTS, 7), list[tuple[str, ...]]()
    for cloud, (*_names, aim) in CARS.items():
        nights = alone(a_month, cloud)
        for kind in (*Shape, *Publication):
            some = [each for each in nights if kind in known.kinds(each.number)]
            found.append(row(kind_of_nights(cloud, kind), some, known, "-"))
        found.append(row(kind_of_nights(cloud, ALL), nights, known, f"{aim} %"))
    return found


def kind_of_nights(cloud: str, kind: str) -> str:
    """Return how the table names some nights at a cloud."""
    name, limit, _ = CARS[cloud]
    return f"{name}, {limit}, {kind}"


def row(kind: str, nights: Sequence[Night], known: Market, aim: str) -> tuple[str, ...]:
    """Return the costs of some nights."""
    costs = (Night.immediately, Night.paid, Night.one_window_a_day, Night.optimum)
    now, paid, one, best = (sum(cost(each, known.prices) for each in nights) for cost in costs)
    energy = sum(each.kwh for each in nights)
    share = f"{(now - paid) / (now - best):.1%}".replace("%", " %") if now - best > 0.01 else "-"  # noqa: PLR2004
    return (kind, f"{energy:.0f} kWh", *(f"{each:.2f} €" for each in (now, paid, one, best)), share, aim)
