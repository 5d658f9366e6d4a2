"""An edit of the charge schedule is stored before it is sent, and either of the two can fail."""

from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.storage import Storage
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, expect_error, logins, only_device, set_up, value
from tests.conftest import Later
from tests.coordinator.fault_cases import forget_reauth
from tests.coordinator.routes import sent
from tests.plan.planned import DEPLOY, NIGHT, Car, nights, reload, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE, STATUS = "select.renault_z_e_charge_mode", "sensor.renault_z_e_charge_schedule_status"
CALENDAR = "calendar.renault_z_e_charging"
DISABLE = "PUT /charge/scheduler/onboard"
DOWN: dict[str, Any] = {"kind": "status", "status": 500, "path": "*/vehicle/*"}


def check_shown(car: Car, mode: str, status: str) -> None:
    """Check what the user sees of the schedule and of its copy in the car."""
    assert (car.value(MODE), car.value(STATUS)) == (mode, status)
    assert not ir.async_get(car.hass).issues


async def lose_command(car: Car, action: str, **data: Any) -> None:
    """Call an action whose command is stored as sent, and crash before it is."""

    async def nothing(*_: object) -> None:
        """Send nothing."""

    with patch.object(car.coordinator.planner, "_send", nothing):
        await car.ask(action, **data)
    assert car.commands == []


async def test_crash_before_sending(car: Car) -> None:
    """It counts as sent after the restart, and is sent once when the car does not show it after the gap."""
    await lose_command(car, "set_charge_schedule", windows=[NIGHT])
    await car.reload()
    check_shown(car, "by_schedule", "sending")
    await car.until("2026-11-18T18:39")
    assert car.commands == []
    await car.until("2026-11-18T18:45")
    assert car.commands.count(DEPLOY) == 1
    assert week(car.simulator) == nights()
    await car.until("2026-11-18T20:00")
    assert car.commands == []
    check_shown(car, "by_schedule", "enabled")


async def test_crash_before_disabling(car: Car) -> None:
    """The same with a schedule that is disabled."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.until("2026-11-18T19:30")
    car.simulator.log.entries.clear()
    await lose_command(car, "disable_charge_schedule")
    await car.reload()
    check_shown(car, "any_time", "sending")
    await car.until("2026-11-18T20:15")
    assert [order for order, _ in car.commands] == [DISABLE]
    check_shown(car, "any_time", "disabled")


@pytest.mark.parametrize("moment", [1, 45, 300])
@pytest.mark.parametrize("option", ["by_schedule", "any_time"])
async def test_reload_after_sending(car: Car, moment: int, option: str) -> None:
    """It is not sent again."""
    await car.ask("set_charge_schedule", windows=[NIGHT])
    if option == "any_time":
        await car.until("2026-11-18T19:30")
        await car.call("select.select_option", MODE, option="any_time")
    before = len(car.commands)
    await car.later(moment)
    await car.reload()
    await car.until("2026-11-18T21:00")
    assert len(car.commands) == before
    check_shown(car, option, {"by_schedule": "enabled", "any_time": "disabled"}[option])


async def test_full_disk(car: Car) -> None:
    """Nothing is sent that is not stored; the edit is kept, and sent when there is room."""
    with patch.object(Storage, "flush", return_value=False), expect_error("not_stored"):
        await car.ask("set_charge_schedule", windows=[NIGHT])
    assert (car.commands, car.value(MODE)) == ([], "by_schedule")
    assert car.state(CALENDAR).attributes["start_time"] == "2026-11-18 17:00:00"
    await car.until("2026-11-18T19:30")
    assert car.commands.count(DEPLOY) == 1
    check_shown(car, "by_schedule", "enabled")


async def test_outage_over_a_restart(car: Car) -> None:
    """The edit of an outage is still there after a restart, and sent once."""
    await car.later(60)
    car.simulator.faults.replace([DOWN])
    with expect_error("schedule_saved"):
        await car.ask("set_charge_schedule", windows=[NIGHT])
    check_shown(car, "by_schedule", "sending")
    await car.hass.config_entries.async_reload(car.entry.entry_id)
    assert car.entry.state is ConfigEntryState.SETUP_RETRY
    car.simulator.faults.replace([])
    await car.until("2026-11-18T19:30")
    assert car.entry.state is ConfigEntryState.LOADED
    assert car.commands.count(DEPLOY) == 1
    check_shown(car, "by_schedule", "enabled")


async def test_edits_of_an_outage(car: Car) -> None:
    """Only the last of several edits is sent."""
    await car.later(60)
    car.simulator.faults.replace([DOWN])
    for start in ("03:00", "02:00", "01:00"):
        with expect_error("schedule_saved"):
            await car.ask("set_charge_schedule", windows=[{**NIGHT, "start": start}])
    with expect_error("schedule_saved"):
        await car.call("select.select_option", MODE, option="any_time")
    with expect_error("schedule_saved"):
        await car.call("select.select_option", MODE, option="by_schedule")
    car.simulator.faults.replace([])
    await car.until("2026-11-18T20:30")
    assert [order for order, _ in car.commands].count("PUT /charge/scheduler/offboard") == 1
    assert week(car.simulator) == nights()
    check_shown(car, "by_schedule", "enabled")


async def test_server_that_is_off(car: Car) -> None:
    """A server that accepts no connection gets the edit once it is back."""
    port = int(car.simulator.url.rsplit(":", 1)[1])
    await car.simulator.stop()
    with expect_error("schedule_saved"):
        await car.ask("set_charge_schedule", windows=[NIGHT])
    await car.simulator.start(port=port)
    await car.until("2026-11-18T19:30")
    assert car.commands.count(DEPLOY) == 1
    check_shown(car, "by_schedule", "enabled")


async def test_refused_sign_in(car: Car) -> None:
    """The password is tried once for the edit, which is sent after a new one."""
    await car.later(3601)
    car.simulator.account.password = "another"
    car.simulator.backend.tokens.sessions.clear()
    car.simulator.log.entries.clear()
    with expect_error("invalid_auth"):
        await car.ask("set_charge_schedule", windows=[NIGHT])
    assert car.value(MODE) == "by_schedule"
    assert logins(car.simulator) == 1
    await car.later(600, times=5 * 6)
    # The next poll tries it once as well.
    assert logins(car.simulator) == 2
    assert forget_reauth(car.hass)
    data = {**car.entry.data, "password": "another"}
    car.hass.config_entries.async_update_entry(car.entry, data=data)
    await car.reload()
    await car.later(300, times=6)
    assert car.commands.count(DEPLOY) == 1
    check_shown(car, "by_schedule", "enabled")


async def test_refusal_by_mistake(car: Car) -> None:
    """A server that accepts the password again gets the next edit at once."""
    await car.later(3601)
    car.simulator.faults.replace([{"kind": "status", "status": 401}])
    await car.later(1201)
    car.simulator.faults.replace([])
    await car.ask("set_charge_schedule", windows=[NIGHT])
    assert car.commands.count(DEPLOY) == 1


async def test_wait_for_the_result(car: Car) -> None:
    """An action that waits for a schedule that was not sent fails at once."""
    car.simulator.faults.replace([DOWN])
    with expect_error("schedule_saved"):
        await car.ask("set_charge_schedule", windows=[NIGHT], wait=True)


async def test_crash_at_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """The same at MY Renault."""
    await set_up(hass, renault_entry)
    planner = next(iter(renault_entry.runtime_data.vehicles.values())).planner

    async def nothing(*_: object) -> None:
        """Send nothing."""

    with patch.object(planner, "_send", nothing):
        await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[NIGHT])
    assert sent(renault) == []
    await reload(hass, renault_entry)
    await later(60, times=9)
    assert sent(renault) == []
    await later(60, times=30)
    assert sent(renault) == ["charge/schedule"]
    assert (value(hass, MODE), value(hass, STATUS)) == ("by_schedule", "enabled")
    assert not [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
