"""Charge windows in the cheapest hours."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from simulator import Simulator
from tests.blueprints.conftest import CHEAP, MONDAY, At, automate
from tests.common import value

TUESDAY = "2026-11-24"
PRICE = "sensor.price"
PARIS = ZoneInfo("Europe/Paris")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the planned windows of a car in the time zone of Home Assistant."""
    return planning(hass, PARIS)


def planning(hass: HomeAssistant, zone: ZoneInfo) -> list[ServiceCall]:
    """Return the windows that are planned for a car in a time zone."""

    async def clock(_: ServiceCall) -> ServiceResponse:
        return {"now": dt_util.now(zone).isoformat(timespec="seconds")}

    hass.services.async_register(DOMAIN, "get_plan", clock, supports_response=SupportsResponse.ONLY)
    return async_mock_service(hass, DOMAIN, "set_charge_schedule")


def prices(day: str, cheap: dict[str, float], minutes: int = 60) -> list[dict[str, Any]]:
    """Return a day with a few low prices, as the sensor of Nord Pool has them."""
    begin, span = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=PARIS), timedelta(minutes=minutes)
    end = (begin + timedelta(days=1)).astimezone(UTC)
    count = (end - begin.astimezone(UTC)) // span
    starts = [(begin.astimezone(UTC) + each * span).astimezone(PARIS) for each in range(count)]
    return [{"start": each, "end": each + span, "value": cheap.get(f"{each:%H:%M}", 0.3)} for each in starts]


def show(hass: HomeAssistant, **attributes: Any) -> None:
    """Set the price sensor."""
    hass.states.async_set(PRICE, "0.3", attributes)


def rows(response: list[dict[str, Any]], *days: str) -> list[tuple[str, str, float]]:
    """Return the windows of some days, in order."""
    found = [(each["days"], each["start"], each["duration"]["seconds"] / 3600) for each in response]
    return sorted(each for each in found if each[0] in days)


NIGHT = {"23:00": 0.2, "02:00": 0.1, "03:00": 0.1, "04:00": 0.11, "12:00": 0.0}


def uncovered(response: list[dict[str, Any]]) -> set[str]:
    """Return the days without a window."""
    return set(DAYS) - {each["days"] for each in response}


async def test_cheapest_hours_are_planned_once(hass: HomeAssistant, car: str, calls: list[ServiceCall], at: At) -> None:
    """Wait for the prices of tomorrow, and plan them once."""
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


async def test_other_days_keep_a_window(hass: HomeAssistant, car: str, calls: list[ServiceCall], at: At) -> None:
    """Move a window that is before the departure to after it."""
    await at(f"{MONDAY}T13:00")
    evening = {"20:00": 0.1, "21:00": 0.1}
    show(hass, raw_today=prices(MONDAY, evening), raw_tomorrow=prices(TUESDAY, {}))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=2)
    await at(f"{MONDAY}T14:00")
    assert rows(calls[0].data["windows"], "mon", "tue") == [
        ("mon", "20:00", 1),
        ("mon", "21:00", 1),
        ("tue", "19:00", 5),
    ]
    show(hass, raw_today=prices(TUESDAY, {}), raw_tomorrow=prices("2026-11-25", {"02:00": 0.1, "05:00": 0.1}))
    await at(f"{TUESDAY}T14:00")
    assert rows(calls[1].data["windows"], "tue", "wed") == [
        ("tue", "01:00", 5),
        ("wed", "02:00", 1),
        ("wed", "05:00", 1),
    ]
    assert uncovered(calls[0].data["windows"]) == uncovered(calls[1].data["windows"]) == set()


@pytest.mark.parametrize(
    ("inputs", "departure", "row"),
    [
        ({"usual_start": "16:00:00"}, "unknown", ("mon", "00:00", 5)),
        ({"usual_start": "16:10:00", "usual_hours": 1.5}, "unknown", ("mon", "00:00", 1.5)),
        ({"usual_start": "22:00:00"}, f"{TUESDAY}T21:00:00+00:00", ("tue", "22:00", 2)),
        ({}, f"{TUESDAY}T18:30:00+00:00", ("tue", "23:45", 0.25)),
    ],
    ids=["today's is over by its beginning", "off the grid", "after leaving", "no room but a quarter of an hour"],
)
async def test_every_day_has_a_window(
    hass: HomeAssistant,
    car: str,
    calls: list[ServiceCall],
    at: At,
    inputs: dict[str, Any],
    departure: str,
    row: tuple[str, str, float],
) -> None:
    """Plan a window on each day, because the car does not charge on a day without one."""
    await at(f"{MONDAY}T13:00")
    hass.states.async_set("sensor.departure", departure)
    cheap = {"02:00": 0.1} if row[0] == "mon" else {"20:00": 0.1}
    show(hass, raw_today=prices(MONDAY, cheap if row[0] == "tue" else {}), raw_tomorrow=prices(TUESDAY, cheap))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=1, departure=["sensor.departure"], **inputs)
    await at(f"{MONDAY}T14:00")
    (call,) = calls
    assert rows(call.data["windows"], row[0]) == [row]
    assert uncovered(call.data["windows"]) == set()


@pytest.mark.parametrize(
    ("today", "cheap", "expected"),
    [
        ("2027-03-27", {"01:00": 0.1, "03:00": 0.1, "04:00": 0.2}, ["01:00", "03:00", "04:00"]),
        ("2027-10-30", {"02:00": 0.1, "03:00": 0.2}, ["02:00", "03:00"]),
    ],
    ids=["spring", "autumn"],
)
@pytest.mark.parametrize("minutes", [60, 15])
@pytest.mark.parametrize("zone", ["Europe/Paris", "Europe/London"])
async def test_clock_changes(
    hass: HomeAssistant,
    car: str,
    at: At,
    today: str,
    cheap: dict[str, float],
    expected: list[str],
    minutes: int,
    zone: str,
) -> None:
    """Plan windows of the car's clock on days of 23 and 25 hours."""
    calls = planning(hass, ZoneInfo(zone))
    tomorrow = (datetime.fromisoformat(today) + timedelta(days=1)).date().isoformat()
    cheap = {f"{hour[:2]}:{quarter:02}": cost for hour, cost in cheap.items() for quarter in range(0, 60, minutes)}
    await at(f"{today}T13:00")
    show(hass, raw_today=prices(today, {}, minutes), raw_tomorrow=prices(tomorrow, cheap, minutes))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=3)
    await at(f"{today}T14:00")
    (call,) = calls
    behind = zone == "Europe/London"
    hours = {f"{int(each[:2]) - behind:02}" for each in expected}
    sunday = rows(call.data["windows"], "sun")
    assert sunday == [
        ("sun", f"{hour}:{each:02}", minutes / 60) for hour in sorted(hours) for each in range(0, 60, minutes)
    ]
    assert uncovered(call.data["windows"]) == set()


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"raw_today": None, "raw_tomorrow": "unknown"},
        {"raw_today": 0.3, "raw_tomorrow": {"02:00": 0.1}},
        {"raw_today": [None, 0.3, "02:00", {}], "raw_tomorrow": [{"start": "soon", "value": 0.1}]},
        {"raw_today": [{"start": f"{TUESDAY}T02:00:00+01:00", "value": None}, {"value": 0.1}]},
    ],
    ids=["none", "not known yet", "no lists", "strange entries", "half entries"],
)
async def test_sensor_without_prices(
    hass: HomeAssistant,
    car: str,
    calls: list[ServiceCall],
    at: At,
    caplog: pytest.LogCaptureFixture,
    attributes: dict[str, Any],
) -> None:
    """Plan nothing without an error, until there are prices."""
    await at(f"{MONDAY}T13:00")
    show(hass, **attributes)
    await automate(hass, CHEAP, car=car, price=PRICE)
    await at(f"{MONDAY}T14:00")
    hass.states.async_set(PRICE, "unavailable")
    await hass.async_block_till_done()
    assert calls == []
    assert "Error" not in caplog.text
    nonsense = [{"start": "soon", "value": 0.0}, {"start": f"{TUESDAY}T02:10:00+01:00", "value": 0.0}]
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=[*nonsense, *prices(TUESDAY, NIGHT)])
    await hass.async_block_till_done()
    assert rows(calls[0].data["windows"], "tue") == [("tue", f"0{hour}:00", 1) for hour in (2, 3, 4)]


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
    hass: HomeAssistant, car: str, calls: list[ServiceCall], at: At, names: dict[str, Any], entries: dict[str, str]
) -> None:
    """Read prices with times as text, or for quarters of an hour."""
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
async def test_no_charge_after_the_departure(
    hass: HomeAssistant, car: str, calls: list[ServiceCall], at: At, departure: str, planned: str
) -> None:
    """Plan no window after a departure at 03:30."""
    await at(f"{MONDAY}T13:00")
    hass.states.async_set("sensor.departure", departure, {"device_class": "timestamp"})
    show(hass, raw_today=prices(MONDAY, {}), raw_tomorrow=prices(TUESDAY, {"02:00": 0.2, "04:00": 0.1}))
    await automate(hass, CHEAP, car=car, price=PRICE, hours=1, departure=["sensor.departure"])
    await at(f"{MONDAY}T14:00")
    assert rows(calls[0].data["windows"], "tue") == [("tue", planned, 1)]


async def test_schedule_is_sent_to_the_car(
    hass: HomeAssistant, device_id: str, coordinator: VehicleCoordinator, simulator: Simulator, at: At
) -> None:
    """Join the hours, select the charge mode, and send the schedule."""
    await at(f"{MONDAY}T13:00")
    show(hass, raw_today=prices(MONDAY, NIGHT), raw_tomorrow=prices(TUESDAY, NIGHT))
    await automate(hass, CHEAP, car=device_id, price=PRICE, usual_start="22:00:00")
    await at(f"{MONDAY}T14:00")
    await hass.async_block_till_done(wait_background_tasks=True)
    plan = coordinator.planner.plan
    assert value(hass, "select.renault_z_e_charge_mode") == "by_schedule"
    found = [
        (each.window.weekday.name[:3], f"{each.window.start:%H:%M}", each.window.duration / timedelta(hours=1))
        for each in plan.windows
    ]
    usual = [(day, "22:00", 2) for day in ("WED", "THU", "FRI", "SAT", "SUN")]
    # The car is in London, an hour behind.
    assert found == [("MON", "22:00", 1), ("TUE", "01:00", 3), *usual]
    written = [each.body for each in simulator.log.entries if each.method == "PUT" and each.path.endswith("/offboard")]
    assert written[-1]["tue"] == {"start": "0100", "duration": "0300"}
