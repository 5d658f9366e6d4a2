"""The entities of an account with a single scope."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Scope, Simulator
from tests.common import set_up

ALWAYS = {"event.command", "event.plan", "sensor.last_command"}
ENTITIES: Mapping[Scope, set[str]] = {
    Scope.STATUS: {
        *("binary_sensor.charging", "binary_sensor.data_stale", "binary_sensor.plugged_in"),
        *("button.request_update", "event.charge"),
        *("sensor.battery", "sensor.charge_ends_at", "sensor.charging_point", "sensor.charging_reason"),
        *("sensor.charging_time_remaining", "sensor.last_report", "sensor.range"),
        *("sensor.energy_charged", "sensor.home_energy_this_month"),
        *("sensor.last_charge_energy", "sensor.last_charge_level"),
    },
    Scope.HISTORY: set(),
    Scope.ACTIVATION: {"button.start_charge"},
    Scope.SCHEDULING: {
        *("calendar.charging", "sensor.charge_schedule_status", "sensor.next_charge_window"),
        *("number.charge_limit", "select.charge_mode"),
    },
    Scope.PRECONDITIONING: {
        *("button.cancel_preconditioning_timer", "switch.skip_next_departure", "button.start_preconditioning"),
        *("calendar.departures", "event.preconditioning"),
        *("sensor.last_preconditioning", "sensor.last_preconditioning_result", "sensor.last_preconditioning_source"),
        *("sensor.next_departure", "sensor.next_preconditioning", "sensor.preconditioning_reason"),
        *("sensor.preconditioning_timer", "switch.departures"),
    },
    Scope.LOW_ALERT: {
        *("select.battery_status_notification", "select.charge_end_notification"),
        *("select.charge_problem_notification", "select.charge_start_notification"),
        *("select.low_battery_notification", "select.low_battery_reminder_notification"),
        *("switch.do_not_disturb", "time.do_not_disturb_end", "time.do_not_disturb_start"),
    },
}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("scope", Scope)
async def test_scopes(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, scope: Scope
) -> None:
    """An entity exists only with the capability it needs."""
    simulator.account.scopes = [scope]
    await set_up(hass, mock_config_entry)
    found = {each.replace("renault_z_e_", "") for each in hass.states.async_entity_ids() if "renault_z_e_" in each}
    assert found == ENTITIES[scope] | ALWAYS
