"""The span of a history action: defaults and refused values."""

from datetime import date, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from hypothesis import given, strategies as st
import probatio
import pytest
import voluptuous as vol

from custom_components.renault_ze.services import _days
from simulator.world.records import Source
from tests.common import ask, expect_error
from tests.plan.planned import Car

pytestmark = pytest.mark.freeze_time("2026-11-18 08:30:00+00:00")


async def test_span_of_months_or_days(car: Car) -> None:
    """Days are selected from the months that the server returns."""
    car.simulator.log.entries.clear()
    await car.ask("get_preconditioning_history", **{"from": "2026-02", "to": "2026-02-15"})
    await car.ask("get_charge_history", **{"from": "2025-12-31", "to": "2026-01"})
    asked = [each.query for each in car.simulator.log.entries if "begin" in each.query]
    assert asked == [{"begin": "0226", "end": "0226"}, {"begin": "1225", "end": "0126"}]


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        ({}, "2026-11-01", "2026-11-18"),
        ({"from": "2026-10"}, "2026-10-01", "2026-11-18"),
        ({"from": "2026-11-05"}, "2026-11-05", "2026-11-18"),
        ({"from": date(2026, 11, 5)}, "2026-11-05", "2026-11-18"),
        ({"from": "2026-11-18"}, "2026-11-18", "2026-11-18"),
        ({"from": "2026-11-05", "to": "2026-11-05"}, "2026-11-05", "2026-11-05"),
        ({"from": "2026-11-05", "to": "2026-11"}, "2026-11-05", "2026-11-30"),
        ({"to": "2026-11-05"}, "2026-11-01", "2026-11-05"),
        ({"to": " 2026-10 "}, "2026-10-01", "2026-10-31"),
        ({"to": "2026-10-05"}, "2026-10-01", "2026-10-05"),
        ({"to": "2026-12"}, "2026-11-01", "2026-12-31"),
    ],
    ids=str,
)
async def test_first_and_last_day(car: Car, span: dict[str, Any], first: str, last: str) -> None:
    """Both ends are included; the default is the current month, or that of the end."""
    records, now = car.simulator.vehicle().records, car.simulator.clock.now()
    for days in range(-90, 90):
        records.record_preconditioning(now + timedelta(days=days), Source.USER, success=True)
    response = await car.ask("get_preconditioning_history", **span)
    assert (response["runs"][-1]["at"][:10], response["runs"][0]["at"][:10]) == (first, last)


@pytest.mark.parametrize(
    "span", [{"from": "2026-05", "to": "2026-04"}, {"from": "2026-05-02", "to": "2026-05-01"}, {"from": "2026-11-19"}]
)
async def test_reversed_span_is_refused(hass: HomeAssistant, device_id: str, span: dict[str, str]) -> None:
    """The end must not be before the start."""
    with expect_error("span_reversed", ServiceValidationError):
        await ask(hass, "get_charge_history", device_id, **span)


@pytest.mark.parametrize(
    "month",
    [
        *("2026-13", "10-2026", "october", "2026-02-30", "", "20261005", "2026-W41", "2026-W41-1", "2026W41", "2026-1"),
        *("9999-12", "1999-12", "2100-01", "0001-01-01", "\uff12026-10", "2026-10-05T00:00", 202610, 2026, None),
    ],
)
async def test_invalid_month_or_date_is_refused(hass: HomeAssistant, device_id: str, month: Any) -> None:
    """The schema says what it expects."""
    with pytest.raises(probatio.Invalid, match="expected a month"):
        await ask(hass, "get_charge_history", device_id, **{"from": month})


@given(st.text("0123456789-W ", max_size=12) | st.dates().map(str) | st.dates().map("{:%Y%m%d}".format) | st.text())
def test_any_text(text: str) -> None:
    """It is parsed in one way or refused."""
    try:
        first, last = _days(text)
    except vol.Invalid:
        return
    assert first <= last
    assert text.strip() in {first.isoformat(), f"{first:%Y-%m}"}
    assert (last - first).days == 0 if first.isoformat() == text.strip() else last.month == first.month
