"""Decode arbitrary JSON: values of the right types, or our exceptions."""

from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.renault_ze.cloud.exceptions import UnexpectedResponseError
from custom_components.renault_ze.cloud.myrenault import decode, decode_schedule
from tests.common import cases

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FUZZ = settings(max_examples=cases(500))


def some(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of the fields and arbitrary values."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


ATTRIBUTES = some(
    *("timestamp", "batteryLevel", "batteryAutonomy", "batteryAvailableEnergy", "plugStatus", "chargingStatus"),
    *("chargingRemainingTime", "totalMileage", "gpsLatitude", "gpsLongitude", "lastUpdateTime", "hvacStatus"),
    *("nextHvacStartDate", "externalTemperature", "socThreshold", "chargeMode", "mode", "calendar", "schedules"),
)
ROWS = st.lists(
    some("chargeStartDate", "chargeEndDate", "chargePower", "chargeStartBatteryLevel", "chargeEndBatteryLevel")
    | some("hvacSessionRequestDate", "hvacSessionStartDate", "hvacSessionEndStatus")
    | JSON,
    max_size=3,
)
DAY = st.lists(some("startTime", "duration", "activationState") | JSON, max_size=2) | some("startTime", "duration")
PROGRAMS = st.lists(
    st.fixed_dictionaries({}, optional={"id": JSON, "activated": JSON, "monday": DAY | JSON, "sunday": JSON}) | JSON,
    max_size=3,
)


@FUZZ
@given(ATTRIBUTES, st.booleans())
def test_any_attributes_decode(found: dict[str, Any], first: bool) -> None:
    """Leave out only the invalid fields."""
    decode.battery(found, first=first)
    decode.mileage(found)
    decode.location(found)
    decode.cabin(found, first=first)
    decode_schedule.charge_mode(found)
    decode_schedule.calendar(found)
    decode_schedule.program_windows(found.get("schedules"))
    decode_schedule.reported_programs(found.get("schedules"))


@FUZZ
@given(st.dictionaries(st.sampled_from(["monday", "friday"]), DAY | JSON), PROGRAMS)
def test_any_schedule_decodes(days: dict[str, Any], programs: list[Any]) -> None:
    """Leave out invalid windows."""
    for week in (decode_schedule.calendar({"calendar": days}), decode_schedule.program_windows(programs)):
        assert list(week) == sorted(set(week))
        assert all(timedelta() < window.duration <= timedelta(days=1) for window in week)


@FUZZ
@given(ROWS)
def test_any_history_decodes(rows: list[Any]) -> None:
    """Leave out rows without a date, and sort the others newest first."""
    for found in (decode.charges({"charges": rows}), decode.preconditioning_runs({"hvacSessions": rows})):
        assert list(found) == sorted(found, key=lambda each: each.at, reverse=True)


@FUZZ
@given(JSON)
def test_any_response_has_attributes_or_raises(response: Any) -> None:
    """Only one exception is raised."""
    for read in (lambda given: decode.attributes(given, "x"), decode.charges, decode.preconditioning_runs):
        with suppress(UnexpectedResponseError):
            read(response)


@FUZZ
@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_none(text: str) -> None:
    """In UTC, and of this century."""
    found = decode.instant(text)
    assert found is None or (found.tzinfo is UTC and 2000 <= found.year < 2100)
