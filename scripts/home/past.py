"""What the car lived through before the home was there, brought into Home Assistant's long-term statistics."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from .client import Client
from .hass import ENTITY_PREFIX

# As far back as a living car of the simulator has lived.
PAST = timedelta(days=21)
HOUR = timedelta(hours=1)
# Home Assistant writes down by itself the hour it began to run in, which took less than this.
BEGINNING = timedelta(minutes=10)
# Home Assistant's number for an arithmetic mean.
MEAN = 1
# The sensor, the field of the charge history that tells of it, and the class of its unit.
SENSORS = (("battery", "level_percent", "unitless"), ("range", "range_km", "distance"))

type Point = tuple[datetime, float]


def bring_past_in(client: Client, device_id: str | None) -> None:
    """Import level and range of the battery: known where a charge began or ended, straight lines between."""
    now = datetime.now(UTC)
    since = str((now - PAST).date())
    answer = client.act_for_response("renault_ze.get_charge_history", device_id=device_id, **{"from": since})
    events = sorted(answer["events"], key=lambda event: datetime.fromisoformat(event["at"]))
    level = float(client.get(f"/api/states/sensor.{ENTITY_PREFIX}_battery")["state"])
    for key, field, unit_class in SENSORS:
        entity_id = f"sensor.{ENTITY_PREFIX}_{key}"
        state = client.get(f"/api/states/{entity_id}")
        value = float(state["state"])
        points = [
            (datetime.fromisoformat(event["at"]), _known(event, field, value / max(level, 1)))
            for event in events
            # MY Renault does not always tell the level at which a charge began.
            if event["level_percent"] is not None
        ]
        points.append((now, value))
        metadata = {
            "has_sum": False,
            "mean_type": MEAN,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": unit_class,
            "unit_of_measurement": state["attributes"]["unit_of_measurement"],
        }
        client.command("recorder/import_statistics", metadata=metadata, stats=list(_hours(points)))


def _known(event: dict[str, Any], field: str, per_percent: float) -> float:
    """Return what an event tells, or what a level like that gives today: MY Renault keeps no range of the past."""
    told = event[field]
    return float(event["level_percent"]) * per_percent if told is None else float(told)


def _hours(points: Sequence[Point]) -> Iterator[dict[str, object]]:
    """Give the value at each full hour between the first and the last point, of those that were over at the start."""
    over = points[-1][0] - BEGINNING - HOUR
    for (begin, first), (end, last) in pairwise(points):
        hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        while hour < end and hour <= over:
            value = first + (last - first) * ((hour - begin) / (end - begin))
            yield {"start": hour.isoformat(), "mean": value, "min": value, "max": value}
            hour += HOUR
