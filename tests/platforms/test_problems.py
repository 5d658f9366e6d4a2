"""Sensors show a failed command, and a battery that is too low before a command is sent."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.devices import name_of
from tests.plan.planned import Car

pytestmark = [pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"), pytest.mark.usefixtures("london_time")]
CHARGING, PRECONDITIONING = "sensor.renault_z_e_charging_reason", "sensor.renault_z_e_preconditioning_reason"
STATUS, LAST = "sensor.renault_z_e_charge_schedule_status", "sensor.renault_z_e_last_command"


@pytest.fixture
async def london_time(hass: HomeAssistant) -> None:
    """Set Home Assistant's time zone to the car's."""
    await hass.config.async_set_time_zone("Europe/London")


def shown(car: Car, entity_id: str, name: str = "problem") -> str | None:
    """Return a sentence that an entity shows."""
    text: str | None = car.state(entity_id).attributes.get(name)
    return text


async def test_low_battery_is_shown_before_a_command(car: Car) -> None:
    """The warning says what to do, until the level is high enough."""
    assert shown(car, PRECONDITIONING, "warning") is None
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.later(601)
    text = "The battery is at 30%, and the car does not precondition below 45%. {}"
    assert shown(car, PRECONDITIONING, "warning") == text.format("Plug it in first.")
    car.simulator.vehicle().car.plug()
    car.simulator.vehicle().report_now()
    await car.later(601)
    assert shown(car, PRECONDITIONING, "warning") == text.format("Let it charge first.")
    car.simulator.vehicle().car.fill(60)
    car.simulator.vehicle().report_now()
    await car.later(601)
    assert shown(car, PRECONDITIONING, "warning") is None


async def test_failure_stays_where_it_belongs(car: Car) -> None:
    """A later command of another kind does not replace it, and neither does a restart; it is shown for four hours."""
    car.simulator.vehicle().car.fill(30)
    car.simulator.vehicle().car.unplug()
    car.simulator.vehicle().report_now()
    await car.later(601)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31, times=2)
    text = "“Start preconditioning” was not successful at 6:40 PM: Battery below the preconditioning threshold."
    assert shown(car, PRECONDITIONING) == text
    await car.call("button.press", "button.renault_z_e_cancel_preconditioning_timer")
    assert shown(car, PRECONDITIONING) is None
    await car.call("select.select_option", "select.renault_z_e_charge_mode", option="any_time")
    await car.later(301)
    await car.call("button.press", "button.renault_z_e_start_preconditioning")
    await car.later(31, times=2)
    await car.call("button.press", "button.renault_z_e_request_update")
    await car.later(61)
    assert car.state(LAST).attributes["command"] == "request_update"
    assert (shown(car, CHARGING), shown(car, STATUS)) == (None, None)
    failed = shown(car, PRECONDITIONING)
    assert failed is not None
    await car.reload()
    assert shown(car, PRECONDITIONING) == failed
    await car.later(4 * 3600)
    assert shown(car, PRECONDITIONING) is None


async def test_schedule_that_could_not_be_sent(car: Car) -> None:
    """Its status names the command and the reason until it is accepted."""
    rule = {"method": "*", "path": "*/charge/scheduler/offboard*", "kind": "status", "status": 400}
    car.simulator.faults.replace([{**rule, "method": "PUT"}])
    windows = [{"days": ["every_day"], "start": "01:00", "end": "05:00"}]
    with pytest.raises(Exception, match=r"rejected|refused"):
        await car.ask("set_charge_schedule", windows=windows)
    assert car.value(STATUS) == "failed"
    assert "Set charge schedule" in (shown(car, STATUS) or "")
    car.simulator.faults.replace([])
    await car.later(3600)
    await car.later(601)
    assert (car.value(STATUS), shown(car, STATUS)) == ("enabled", None)


async def test_cars_of_the_same_name(car: Car) -> None:
    """Texts name them with the ends of their VINs."""
    registry = dr.async_get(car.hass)
    assert name_of(car.hass, car.entry, car.coordinator.vehicle.vin) == "Renault Z.E."
    registry.async_get_or_create(
        config_entry_id=car.entry.entry_id, identifiers={(DOMAIN, "VF1X")}, name="Renault Z.E."
    )
    assert name_of(car.hass, car.entry, car.coordinator.vehicle.vin) == "Renault Z.E. (0001)"
    assert name_of(car.hass, car.entry, "VF1X") == "Renault Z.E. (VF1X)"
