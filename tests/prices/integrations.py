"""Actions of price integrations, with responses and errors in the form of their source in Home Assistant."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigFlow
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

CET = ZoneInfo("CET")
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def price_at(at: datetime) -> float:
    """Return a price per kWh that tells hours apart."""
    return round(0.10 + at.astimezone(UTC).hour / 100, 4)


def steps(day: date, zone: tzinfo, length: timedelta) -> list[datetime]:
    """Return when the prices of a day begin, in UTC."""
    begin, end = (
        datetime.combine(day + timedelta(days=ahead), datetime.min.time(), zone).astimezone(UTC) for ahead in (0, 1)
    )
    return [begin + length * index for index in range((end - begin) // length)]


async def _done(*_: object) -> bool:
    """Load or unload an entry."""
    return True


class Integration:
    """An integration with prices until the end of a day."""

    def __init__(self, hass: HomeAssistant, domain: str, published: date, **config: Any) -> None:
        """Register its action."""
        self.hass, self.published, self.calls = hass, published, list[dict[str, Any]]()
        self.failure: Exception | None = None
        mock_integration(hass, MockModule(domain, async_setup_entry=_done, async_unload_entry=_done))
        mock_platform(hass, f"{domain}.config_flow")
        self.entry = MockConfigEntry(domain=domain, title=domain.title(), **config)
        self.entry.add_to_hass(hass)
        name, self._respond = ACTIONS[domain]
        hass.services.async_register(domain, name, self._answer, supports_response=SupportsResponse.ONLY)

    async def load(self) -> Integration:
        """Load its entry."""
        with mock_config_flow(self.entry.domain, ConfigFlow):
            assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        return self

    def _answer(self, call: ServiceCall) -> Mapping[str, Any]:
        """Return the response to a call."""
        self.calls.append(dict(call.data))
        if self.failure is not None:
            raise self.failure
        return self._respond(self, call.data)


def nordpool(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return prices per MWh by area, an empty list before they are published."""
    day = date.fromisoformat(data["date"])
    starts = steps(day, CET, QUARTER) if day <= found.published else []
    rows = [
        {"start": at.isoformat(), "end": (at + QUARTER).isoformat(), "price": round(price_at(at) * 1000, 2)}
        for at in starts
    ]
    return dict.fromkeys(data["areas"], rows)


def omie(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return prices by country with offsets; raise an error before they are published."""
    day = date.fromisoformat(data["date"])
    if day > found.published:
        raise ServiceValidationError(f"No data for {day}")
    rows = [
        {
            "start": at.astimezone(CET).isoformat(),
            "end": (at + QUARTER).astimezone(CET).isoformat(),
            "price": price_at(at),
        }
        for at in steps(day, CET, QUARTER)
    ]
    return dict.fromkeys(data["countries"], rows)


def energyzero(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return hourly prices with begin and end, by texts with a space; raise an error before they are published."""
    assert data["start"] == data["end"]
    assert (data["incl_vat"], data["price_type"], data["interval"]) == (True, "all_in", "hour")
    day = date.fromisoformat(data["start"])
    if day > found.published:
        raise ServiceValidationError(f"No data for {day}")
    rows = [
        {"price": price_at(at), "timestamp": str(at), "start": str(at), "end": str(at + HOUR)}
        for at in steps(day, dt_util.get_default_time_zone(), HOUR)
    ]
    return {"prices": rows}


def easyenergy(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return hourly prices without end."""
    assert (data["incl_vat"], data["price_type"]) == (True, "invoice")
    day = date.fromisoformat(data["start"])
    if day > found.published:
        raise ServiceValidationError("Failed to fetch prices")
    starts = steps(day, dt_util.get_default_time_zone(), HOUR)
    return {"prices": [{"timestamp": str(at), "price": price_at(at)} for at in starts]}


def tibber(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return quarter-hourly prices of all homes without end."""
    begin, end = (datetime.fromisoformat(data[key]) for key in ("start", "end")) if data else (None, None)
    zone, today = dt_util.get_default_time_zone(), dt_util.now().date()
    shown = [today + timedelta(days=each) for each in (0, 1) if today + timedelta(days=each) <= found.published]
    starts = [at for day in shown for at in steps(day, zone, QUARTER)]
    rows = [
        {"start_time": at.astimezone(zone).isoformat(timespec="milliseconds"), "price": price_at(at)}
        for at in starts
        if begin is None or begin <= at < end
    ]
    return {"prices": {"Villa": rows, "Cabin": [{**each, "price": 9.0} for each in rows]}}


def green_planet_energy(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return the quarter hours of the next 24 hours that are published."""
    now = dt_util.now()
    begin = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    starts = [begin + QUARTER * index for index in range(int(data["hours"] * 4))]
    rows = [
        {"start": at.isoformat(), "end": (at + QUARTER).isoformat(), "price": price_at(at)}
        for at in starts
        if at.date() <= found.published
    ]
    return {"prices": rows, "hours_requested": data["hours"]}


def amberelectric(found: Integration, data: Mapping[str, Any]) -> Any:
    """Return half hours from the next one on, each of which begins a second late."""
    assert data["channel_type"] == "general"
    now = dt_util.utcnow()
    begin = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + HOUR / 2
    starts = [begin + HOUR / 2 * index for index in range(60)]
    rows = [
        {
            "duration": 30,
            "date": at.date().isoformat(),
            "nem_date": (at + HOUR / 2).isoformat(),
            "per_kwh": price_at(at),
            "spot_per_kwh": 0.05,
            "start_time": (at + timedelta(seconds=1)).isoformat(),
            "end_time": (at + HOUR / 2).isoformat(),
            "renewables": 51,
            "spike_status": "none",
            "descriptor": "very_low",
        }
        for at in starts
    ]
    return {"forecasts": rows}


ACTIONS: Mapping[str, tuple[str, Callable[[Integration, Mapping[str, Any]], Any]]] = {
    "amberelectric": ("get_forecasts", amberelectric),
    "easyenergy": ("get_energy_usage_prices", easyenergy),
    "energyzero": ("get_energy_prices", energyzero),
    "green_planet_energy": ("get_prices", green_planet_energy),
    "nordpool": ("get_prices_for_date", nordpool),
    "omie": ("get_prices_for_date", omie),
    "tibber": ("get_prices", tibber),
}
