"""Import the car's history before the demo into Home Assistant's long-term statistics."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from .client import Client
from .home_assistant import ENTITY_PREFIX

# The length of the history of live cars in the simulator.
PAST = timedelta(days=21)
HOUR = timedelta(hours=1)
# Home Assistant records the current hour itself. Its startup takes less than this.
STARTUP = timedelta(minutes=10)
# StatisticMeanType.ARITHMETIC in Home Assistant.
MEAN = 1
# The sensor, its field in the charge history, and its unit class.
SENSORS = (("battery", "level_percent", "unitless"), ("range", "range_km", "distance"))

type Point = tuple[datetime, float]


def import_history(client: Client, device_id: str | None) -> None:
    """Import battery level and range, interpolated between the starts and ends of charges."""
    now = datetime.now(UTC)
    since = str((now - PAST).date())
    action = "renault_ze.get_charge_history"
    response = client.perform_action_with_response(action, device_id=device_id, **{"from": since})
    events = sorted(response["events"], key=lambda event: datetime.fromisoformat(event["at"]))
    level = float(client.get(f"/api/states/sensor.{ENTITY_PREFIX}_battery")["state"])
    for key, field, unit_class in SENSORS:
        entity_id = f"sensor.{ENTITY_PREFIX}_{key}"
        state = client.get(f"/api/states/{entity_id}")
        value = float(state["state"])
        points = [
            (datetime.fromisoformat(event["at"]), _value(event, field, value / max(level, 1)))
            for event in events
            # MY Renault does not always report the start level of a charge.
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
        client.command("recorder/import_statistics", metadata=metadata, stats=list(_hourly_values(points)))


def _value(event: dict[str, Any], field: str, per_percent: float) -> float:
    """Return a value of an event, calculated from its level if it is missing: MY Renault has no past ranges."""
    value = event[field]
    return float(event["level_percent"]) * per_percent if value is None else float(value)


def _hourly_values(points: Sequence[Point]) -> Iterator[dict[str, object]]:
    """Yield the value at each full hour between the first and the last point that was over at startup."""
    over = points[-1][0] - STARTUP - HOUR
    for (begin, first), (end, last) in pairwise(points):
        hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        while hour < end and hour <= over:
            value = first + (last - first) * ((hour - begin) / (end - begin))
            yield {"start": hour.isoformat(), "mean": value, "min": value, "max": value}
            hour += HOUR
