"""Decode arbitrary JSON: a model of the right types, or UnexpectedResponseError."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, time, timedelta
from types import GenericAlias, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.renault_ze.cloud.exceptions import UnexpectedResponseError
from custom_components.renault_ze.cloud.models import Account, Battery, ChargeEvent, ChargeSchedule, PreconditioningRun
from custom_components.renault_ze.cloud.notifications import NotificationSettings
from custom_components.renault_ze.cloud.redaction import redacted
from custom_components.renault_ze.cloud.zeservices import decode, fields as words
from custom_components.renault_ze.cloud.zeservices.fields import AdjacentCharges
from tests.common import cases

READERS: list[tuple[Callable[[Any], object], Any]] = [
    (lambda user: decode.account(user, username="you", default_time_zone=ZoneInfo("UTC")), Account),
    (decode.battery, Battery | None),
    (decode.charge_history, tuple[ChargeEvent, ...]),
    (decode.adjacent_charges, AdjacentCharges),
    (decode.charge_schedule, ChargeSchedule),
    (decode.notifications, NotificationSettings),
    (decode.preconditioning_history, tuple[PreconditioningRun, ...]),
    (decode.preconditioning_run, PreconditioningRun | None),
    (decode.preconditioning_timer, time | None),
]
NAMES = [
    *("account", "battery", "charge history", "adjacent charges", "schedule", "notifications", "history"),
    *("run", "timer"),
]

# Use known keys and words often enough to get past the first lines of the decoders.
KEYS = st.sampled_from(
    [
        *("charging", "plugged", "charge_level", "remaining_range", "last_update", "charging_point", "remaining_time"),
        *("date", "type", "result", "remaining_autonomy", "next_start", "previous", "next", "enabled", "schedule"),
        *("start", "duration", "end", "do_not_disturb", "id", "timezone", "scopes", "vehicle_details", "VIN"),
        *("associated_vehicles", *words.NOTIFICATIONS, *words.WEEKDAYS),
    ]
)
FUZZ_STRINGS = st.sampled_from(
    [
        *(*words.SCOPES, *words.CHARGING_POINTS, *words.SOURCES, *words.RESULTS, *words.CHARGE_EVENT_KINDS),
        *(*words.CHANNELS, "0115", "1753", "2400", "Europe/Paris", "VF1AGVYF0ZE000001"),
    ]
)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**64 - 1), st.integers(-1, 101), st.sampled_from([1476472742000, 1476472742, 10500000])
)
LEAVES = st.one_of(
    st.none(), st.booleans(), NUMBERS, st.floats(allow_nan=False, allow_infinity=False), FUZZ_STRINGS, st.text()
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(KEYS, st.text(max_size=5)), inner, max_size=4)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=8)

# Tests do not change the fixture, so all examples may share it.
FUZZ = settings(
    max_examples=cases(250),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def conforms(value: Any, kind: Any) -> bool:
    """Return whether a value has the types that its model declares, at any depth."""
    if isinstance(kind, UnionType):
        return any(conforms(value, each) for each in get_args(kind))
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if isinstance(kind, GenericAlias):
        return isinstance(value, get_origin(kind)) and all(conforms(item, get_args(kind)[0]) for item in value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return type(value) is kind and all(
            conforms(getattr(value, each.name), hints[each.name]) for each in fields(kind)
        )
    return type(value) is kind if kind in (bool, int, float, str) else isinstance(value, kind)


@pytest.mark.parametrize(("read", "kind"), READERS, ids=NAMES)
@FUZZ
@given(content=st.one_of(OBJECTS, st.lists(OBJECTS, max_size=4), JSON))
def test_any_json_is_a_model_or_an_unexpected_response(read: Callable[[Any], object], kind: Any, content: Any) -> None:
    """Only the right types, and only the one exception."""
    with suppress(UnexpectedResponseError):
        assert conforms(read(content), kind)


@FUZZ
@given(content=st.lists(OBJECTS, max_size=3))
def test_any_history_is_newest_first(content: list[Any]) -> None:
    """In any order, and with any rows missing."""
    dates = [event.at for event in decode.charge_history(content)]
    assert dates == sorted(dates, reverse=True)


@FUZZ
@given(content=OBJECTS)
def test_any_battery_is_plausible(content: dict[str, Any]) -> None:
    """No level above 100, no negative distance, no end of a charge that is not running."""
    battery = decode.battery(content)
    if battery is not None:
        assert battery.level is None or 0 <= battery.level <= 100
        assert battery.range_km is None or battery.range_km >= 0
        assert battery.charging_time_remaining is None or (
            battery.charging and timedelta() <= battery.charging_time_remaining <= timedelta(days=7)
        )
        assert battery.reported_at is None or 2000 <= battery.reported_at.year < 2100


@FUZZ
@given(before=st.text(), after=st.text())
def test_no_surroundings_hide_a_secret(before: str, after: str) -> None:
    """Passwords, addresses, and VINs are redacted anywhere in a text."""
    text = redacted(f"{before} P4ssw0rd you@example.com VF1AGVYF0ZE000001 {after}", ("P4ssw0rd",))
    assert not any(secret in text for secret in ("P4ssw0rd", "you@example.com", "VF1AGVYF0ZE000001"))


def test_conforms() -> None:
    """A wrong type is found at any depth."""
    assert conforms(Battery(level=5), Battery | None)
    assert not conforms(Battery(level=True), Battery | None)
    assert not conforms(Battery(level=5.0), Battery)  # type: ignore[arg-type]
    assert not conforms((ChargeEvent(at=datetime.now(UTC), level="5"),), tuple[ChargeEvent, ...])  # type: ignore[arg-type]
