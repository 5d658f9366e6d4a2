"""A part of a car's state whose request keeps failing while the others can be read."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import Part
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, DOMAIN, MY_RENAULT
from simulator import Account
from simulator.myrenault import X101VE, X102VE, MyRenaultSimulator
from tests.common import VEHICLE, arrived, set_up
from tests.conftest import Later
from tests.plan.planned import Car, reload

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("enable_custom_integrations"),
]

HOURS = 12
FAULTS: dict[str, dict[str, Any]] = {
    "cockpit": {"kind": "status", "status": 502},
    "hvac-status": {"kind": "drop"},
    "charging-settings": {"kind": "html", "status": 200},
    "charge-schedule": {"kind": "html", "status": 503},
}


@pytest.fixture(params=[1, 2], ids=["one car", "two cars"])
async def garage(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve an account with cars of both generations."""
    models = {f"VF1AGVYF0ZE00000{number}": (X102VE, X101VE)[number] for number in range(request.param)}
    simulator = MyRenaultSimulator(accounts=[Account("you@example.com", "P4ssw0rd", list(models))], models=models)
    for vin in models:
        simulator.vehicle(vin).car.plug()
        simulator.vehicle(vin).report_now()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def entry(hass: HomeAssistant, garage: MyRenaultSimulator) -> MockConfigEntry:
    """Set up the account, with as few requests left as are reserved for commands."""
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: garage.url}
    data |= {"username": "you@example.com", "password": "P4ssw0rd"}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    quota = entry.runtime_data.cloud._session._quota
    quota._left = quota.reserve
    return entry


@pytest.mark.parametrize("restart", [False, True], ids=["stays on", "restarts"])
@pytest.mark.parametrize("path", FAULTS)
async def test_battery_is_read(
    hass: HomeAssistant,
    garage: MyRenaultSimulator,
    entry: MockConfigEntry,
    later: Later,
    path: str,
    *,
    restart: bool,
) -> None:
    """It is read almost as often as without the failure, also with only a few requests left."""
    garage.faults.replace([{**FAULTS[path], "path": f"*/{path}"}])
    if restart:
        await reload(hass, entry)
    for _ in range(HOURS * 12):
        await later(300)
        for car in entry.runtime_data.vehicles.values():
            age = dt_util.utcnow() - car.data.read_at[Part.BATTERY]
            assert age <= max(3 * entry.runtime_data.shortest_interval, timedelta(hours=1))


async def test_part_of_z_e_services(car: Car) -> None:
    """It is read less and less often, at least hourly."""
    path = f"GET {VEHICLE}/settings/notification"
    car.simulator.faults.replace([{"kind": "status", "status": 500, "path": "*/settings/notification"}])
    car.simulator.log.entries.clear()
    await car.later(300, times=HOURS * 12)
    assert HOURS <= arrived(car.simulator).count(path) <= HOURS + 4
    assert arrived(car.simulator).count(f"GET {VEHICLE}/battery") >= HOURS * 5
    car.simulator.faults.replace([])
    car.simulator.log.entries.clear()
    await car.later(300, times=13)
    assert arrived(car.simulator).count(path) >= 1


async def test_server_that_was_unreachable(car: Car) -> None:
    """Everything is read at the first poll after it."""
    await car.later(3600)
    car.simulator.faults.replace([{"kind": "drop", "path": "*"}])
    await car.later(300, times=HOURS * 12)
    car.simulator.faults.replace([])
    car.simulator.log.entries.clear()
    await car.later(601)
    assert f"GET {VEHICLE}/settings/notification" in arrived(car.simulator)
