"""Charge windows in the cheapest hours."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator

from .conftest import CHEAP, MONDAY, At, automate

TUESDAY = "2026-11-24"
PRICE = "sensor.price"
PARIS = ZoneInfo("Europe/Paris")
# Tuesday is today in one test, and its own fallback is over by then.
USUAL = {"start": "01:00", "duration": {"seconds": 18000}}


def prices(day: str, cheap: dict[str, float], minutes: int = 60) -> list[dict[str, Any]]:
    """Return a day of dear prices but for a few, as Nord Pool's sensor has them."""
    begin, span = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=PARIS), timedelta(minutes=minutes)
    starts = [begin + count * span for count in range(24 * 60 // minutes)]
    return [{"start": each, "end": each + span, "value": cheap.get(f"{each:%H:%M}", 0.3)} for each in starts]


def show(hass: HomeAssistant, **attributes: Any) -> None:
    """Let the price sensor know prices."""
    hass.states.async_set(PRICE, "0.3", attributes)


def rows(answer: list[dict[str, Any]], *days: str) -> list[tuple[str, str, float]]:
    """Return the windows of some days, in order."""
    found = [(each["days"], each["start"], each["duration"]["seconds"] / 3600) for each in answer]
    return sorted(each for each in found if each[0] in days)


NIGHT = {"23:00": 0.2, "02:00": 0.1, "03:00": 0.1, "04:00": 0.11, "12:00": 0.0}


async def test_the_cheapest_hours_until_leaving_are_planned_once(hass: HomeAssistant, car: str, at: At) -> None:
    """Nothing happens before the prices of tomorrow are known, and nothing more once they were used."""
    calls = async_mock_service(hass, DOMAIN, "set_charge_windows")
    await at(f"{MONDAY}T13:00")
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=[])
    await automate(hass, CHEAP, car=car, price=PRICE)
    await at(f"{MONDAY}T14:00")
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=None)
    await hass.async_block_till_done()
    assert calls == []
    await at(f"{MONDAY}T14:05")
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=prices(TUESDAY, NIGHT))
    await hass.async_block_till_done()
    (call,) = calls
    assert call.data["device_id"] == car
    windows = call.data["windows"]
    assert rows(windows, "mon", "tue") == [
        ("mon", "23:00", 1),
        ("tue", "02:00", 1),
        ("tue", "03:00", 1),
        ("tue", "04:00", 1),
    ]
    assert rows(windows, "wed", "thu", "fri", "sat", "sun") == [
        (d, "01:00", 5) for d in ("fri", "sat", "sun", "thu", "wed")
    ]
    await at(f"{MONDAY}T15:00")
    show(hass, raw_today=[], raw_tomorrow=prices(TUESDAY, NIGHT))
    await hass.async_block_till_done()
    assert len(calls) == 1
    await at(f"{TUESDAY}T14:00")
    show(hass, raw_today=prices(TUESDAY, NIGHT), raw_tomorrow=prices("2026-11-25", NIGHT))
    await hass.async_block_till_done()
    assert len(calls) == 2


async def test_an_untouched_day_keeps_its_usual_window_where_it_is_not_in_the_way(
    hass: HomeAssistant, car: str, at: At
) -> None:
    """This morning's is over and comes back in a week; tomorrow's, before the departure, would be dear."""
    calls = async_mock_service(hass, DOMAIN, "set_charge_windows")
    await at(f"{MONDAY}T13:00")
    evening = {"20:00": 0.1, "21:00": 0.1}
    show(hass, raw_today=prices(MONDAY, evening), raw_tomorrow=prices(TUESDAY, {}))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=2)
    await at(f"{MONDAY}T14:00")
    assert rows(calls[0].data["windows"], "mon", "tue") == [("mon", "20:00", 1), ("mon", "21:00", 1)]
    show(hass, raw_today=prices(TUESDAY, {}), raw_tomorrow=prices("2026-11-25", {"02:00": 0.1, "05:00": 0.1}))
    await at(f"{TUESDAY}T14:00")
    assert rows(calls[1].data["windows"], "tue", "wed") == [
        ("tue", "01:00", 5),
        ("wed", "02:00", 1),
        ("wed", "05:00", 1),
    ]


@pytest.mark.parametrize(
    ("names", "entries"),
    [
        ({}, {"start": "start", "value": "price"}),
        ({"attributes": ["prices"]}, {"start": "startsAt", "value": "total"}),
        ({"attributes": ["prices"]}, {"start": "start_time", "value": "value_inc_vat"}),
        ({"attributes": ["prices"]}, {"start": "from", "value": "value"}),
    ],
)
async def test_other_price_sensors(
    hass: HomeAssistant, car: str, at: At, names: dict[str, Any], entries: dict[str, str]
) -> None:
    """The lists of other integrations, with their times as text and quarters of an hour."""
    calls = async_mock_service(hass, DOMAIN, "set_charge_windows")
    await at(f"{MONDAY}T13:00")
    cheap = {"01:15": 0.1, "01:30": 0.1}
    listed = [
        {entries["start"]: each["start"].isoformat(), entries["value"]: each["value"]}
        for day in (MONDAY, TUESDAY)
        for each in prices(day, cheap, minutes=15)
    ]
    show(hass, **({"prices": listed} if names else {"raw_today": listed, "raw_tomorrow": []}))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=0.5, **names)
    await at(f"{MONDAY}T14:00")
    assert rows(calls[0].data["windows"], "mon", "tue") == [
        ("mon", "01:00", 5),
        ("tue", "01:15", 0.25),
        ("tue", "01:30", 0.25),
    ]


@pytest.mark.parametrize(
    ("departure", "planned"),
    [("2026-11-24T02:30:00+00:00", "02:00"), ("2026-11-29T06:00:00+00:00", "04:00"), ("unknown", "04:00")],
    ids=["soon", "far", "none"],
)
async def test_the_departure_is_what_counts(
    hass: HomeAssistant, car: str, at: At, departure: str, planned: str
) -> None:
    """Whoever leaves at half past three in the morning does not charge at four."""
    calls = async_mock_service(hass, DOMAIN, "set_charge_windows")
    await at(f"{MONDAY}T13:00")
    hass.states.async_set("sensor.departure", departure, {"device_class": "timestamp"})
    show(hass, raw_today=prices(MONDAY, {}), raw_tomorrow=prices(TUESDAY, {"02:00": 0.2, "04:00": 0.1}))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=1, departure=["sensor.departure"])
    await at(f"{MONDAY}T14:00")
    assert rows(calls[0].data["windows"], "tue") == [("tue", planned, 1)]


async def test_the_plan_takes_what_is_chosen(
    hass: HomeAssistant, device_id: str, coordinator: VehicleCoordinator, simulator: Simulator, at: At
) -> None:
    """The hours are joined, the plan is switched on, and the car is sent a week."""
    await at(f"{MONDAY}T13:00")
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=prices(TUESDAY, NIGHT))
    await automate(hass, CHEAP, car=device_id, price=PRICE, usual_start="22:00:00")
    await at(f"{MONDAY}T14:00")
    await hass.async_block_till_done(wait_background_tasks=True)
    plan = coordinator.planner.plan
    assert plan.charge_enabled
    found = [
        (each.window.weekday.name[:3], f"{each.window.start:%H:%M}", each.window.duration / timedelta(hours=1))
        for each in plan.windows
    ]
    usual = [(day, "22:00", 2) for day in ("WED", "THU", "FRI", "SAT", "SUN")]
    assert found == [("MON", "23:00", 1), ("TUE", "02:00", 3), *usual]
    written = [each.body for each in simulator.log.entries if each.method == "PUT" and each.path.endswith("/offboard")]
    assert written[-1]["tue"] == {"start": "0200", "duration": "0300"}
