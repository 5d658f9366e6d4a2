"""External statistics and the meter at the wallbox, with the recorder."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
import time
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.renault_ze.const import CONF_ELECTRICITY_PRICE, CONF_HOME_METER
from custom_components.renault_ze.energy import statistics
from custom_components.renault_ze.vehicle.charge_log import CONF_CHARGING_LOSS
from simulator import Simulator
from simulator.myrenault import MyRenaultSimulator
from simulator.world.battery import ChargingPoint
from simulator.world.records import ChargeEntry, ChargeEvent
from tests.common import set_up, state, value
from tests.plan.planned import Later

METER = "sensor.wallbox_energy"
LAST = "sensor.renault_z_e_last_charge_energy"
OPTIONS = {CONF_ELECTRICITY_PRICE: {"kind": "fixed_price", "price": 0.25}, CONF_CHARGING_LOSS: 0}
HOUR = timedelta(hours=1)

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("recorder_mock"),
]


def charged(simulator: Simulator, hours_ago: float, hours: float, *levels: int) -> None:
    """Add a charge to the history of the server."""
    records = simulator.vehicle().records
    begin = simulator.vehicle().car.at - timedelta(hours=hours_ago)
    for event, instant, level in zip(
        (ChargeEvent.START, ChargeEvent.END), (begin, begin + hours * HOUR), levels, strict=True
    ):
        records.charges.append(ChargeEntry(instant, event, ChargingPoint.ACCELERATED, level, 0, None))
    records.charges.sort(key=lambda entry: entry.at)


async def sums(hass: HomeAssistant, recorder: Recorder) -> Mapping[str, Any]:
    """Return the rows of each statistic of the integration."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_wait_recording_done(hass)
    read = (hass, dt_util.utc_from_timestamp(0), None, None, "hour", None, {"sum", "state"})
    found = await recorder.async_add_executor_job(statistics_during_period, *read)
    return {name.rpartition("_")[2]: rows for name, rows in found.items() if name.startswith("renault_ze:")}


@pytest.fixture
async def entry(hass: HomeAssistant, recorder_mock: Recorder, mock_config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an account with a price."""
    hass.config.currency = "EUR"
    mock_config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(mock_config_entry, options=OPTIONS)
    return mock_config_entry


async def test_history_from_the_first_day(
    hass: HomeAssistant, recorder_mock: Recorder, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Write the charges of the last year by the hour, with their cost, in one request for the history."""
    charged(simulator, 24 * 200, 2, 20, 40)
    charged(simulator, 24, 2, 30, 80)
    simulator.log.entries.clear()
    await set_up(hass, entry)
    found = await sums(hass, recorder_mock)
    assert [row["sum"] for row in found["energy"]][-1] == pytest.approx(22 * 0.7)
    assert len(found["energy"]) == 6
    # The prices of the last 62 days.
    assert [row["sum"] for row in found["eur"]][-1] == pytest.approx(11 * 0.25)
    assert sum("charge/history" in each.path for each in simulator.log.entries) == 1


async def test_twice_is_the_same(
    hass: HomeAssistant, recorder_mock: Recorder, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Change nothing when the account is loaded again, or added again."""
    charged(simulator, 24, 2, 30, 80)
    await set_up(hass, entry)
    first = await sums(hass, recorder_mock)
    await hass.config_entries.async_reload(entry.entry_id)
    assert await sums(hass, recorder_mock) == first
    await hass.config_entries.async_remove(entry.entry_id)
    assert await sums(hass, recorder_mock) == first
    again = MockConfigEntry(
        domain=entry.domain, title=entry.title, unique_id=entry.unique_id, data={**entry.data}, options=OPTIONS
    )
    await set_up(hass, again)
    assert await sums(hass, recorder_mock) == first


async def test_corrected_history(
    hass: HomeAssistant, recorder_mock: Recorder, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Correct the hours of a charge that the cloud has corrected, and all sums after it."""
    charged(simulator, 48, 2, 30, 80)
    charged(simulator, 24, 1, 50, 70)
    await set_up(hass, entry)
    records = simulator.vehicle().records
    records.charges = [each for each in records.charges if each.at > simulator.vehicle().car.at - 30 * HOUR]
    charged(simulator, 48, 1, 30, 40)
    await hass.config_entries.async_reload(entry.entry_id)
    found = await sums(hass, recorder_mock)
    assert [row["sum"] for row in found["energy"]][-1] == pytest.approx(22 * 0.3)
    assert sum(row["state"] for row in found["energy"]) == pytest.approx(22 * 0.3)


async def test_changed_currency(
    hass: HomeAssistant, recorder_mock: Recorder, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Keep the costs of the earlier currency apart, without converting them."""
    charged(simulator, 24, 2, 30, 80)
    await set_up(hass, entry)
    before = await sums(hass, recorder_mock)
    hass.config.currency = "CHF"
    charged(simulator, 10, 1, 30, 50)
    await hass.config_entries.async_reload(entry.entry_id)
    found = await sums(hass, recorder_mock)
    assert found["eur"] == before["eur"]
    assert found["chf"][-1]["sum"] == pytest.approx(22 * 0.2 * 0.25)
    assert state(hass, "sensor.renault_z_e_home_cost_this_month").attributes["unit_of_measurement"] == "CHF"


async def test_meter_at_the_wallbox(
    hass: HomeAssistant, recorder_mock: Recorder, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Count what the meter has measured; a charge that it has not measured was elsewhere."""
    charged(simulator, 24 * 15, 2, 30, 80)
    charged(simulator, 24 * 12, 2, 30, 80)
    now = dt_util.utcnow()
    first = now.replace(minute=0) - 16 * 24 * HOUR
    rows = []
    total = 0.0
    for hour in range(16 * 24):
        at = first + hour * HOUR
        total += 4.0 if now - 24 * 15 * HOUR - HOUR < at < now - 24 * 15 * HOUR + 2 * HOUR else 0.0
        rows.append({"start": at, "sum": total, "state": total})
    metadata = {
        "mean_type": 0,
        "has_sum": True,
        "name": None,
        "source": "recorder",
        "statistic_id": METER,
        "unit_class": "energy",
        "unit_of_measurement": "kWh",
    }
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)
    hass.config_entries.async_update_entry(entry, options={**OPTIONS, CONF_HOME_METER: METER})
    await set_up(hass, entry)
    coordinator = next(iter(entry.runtime_data.vehicles.values()))
    last, earlier = coordinator.charges.log.sessions
    assert (last.place, last.source) == ("away", "estimate")
    assert (earlier.place, earlier.source, earlier.energy_kwh) == ("home", "meter", 12.0)
    assert earlier.cost == pytest.approx(3)


@pytest.mark.usefixtures("renault")
async def test_no_statistic_contains_the_vin(
    hass: HomeAssistant,
    recorder_mock: Recorder,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
) -> None:
    """Name the statistics after the car, at the other cloud as well."""
    renault.vehicle().car.unplug()
    renault.vehicle().car.plug()
    renault.vehicle().car.start_charge()
    await set_up(hass, renault_entry)
    await later(600, times=50)
    await async_wait_recording_done(hass)
    found = await recorder_mock.async_add_executor_job(list_statistic_ids, hass)
    ours = [each for each in found if each["statistic_id"].startswith("renault_ze:")]
    assert [each["name"] for each in ours] == ["Renault Z.E.: energy charged (estimate)"]
    assert float(value(hass, LAST)) > 10
    assert not any(renault_entry.runtime_data.vehicles.keys() & {each["statistic_id"] for each in ours})


async def test_shutdown_during_a_query(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant closes the database only once a query has ended."""
    begun, ended = asyncio.Event(), []

    def slow(*args: Any) -> Any:
        hass.loop.call_soon_threadsafe(begun.set)
        time.sleep(0.3)
        found = statistics_during_period(*args)
        ended.append(hass.state)
        return found

    monkeypatch.setattr(statistics, "statistics_during_period", slow)
    charged(simulator, 8, 1, 40, 60)
    await hass.config_entries.async_setup(entry.entry_id)
    await begun.wait()
    await hass.async_stop(force=True)
    assert ended == [CoreState.stopping]
