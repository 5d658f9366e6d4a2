"""Cars that accept no remote commands from third parties, and cars that are busy with an earlier one."""

from datetime import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.myrenault import X101VE, MyRenaultSimulator
from simulator.myrenault.quirks import RemoteSecurity
from simulator.myrenault.routes import RouteSet
from tests.common import ask, call, only_device, set_up, state, value
from tests.conftest import Later
from tests.coordinator.routes import COMMAND, KCM, SCHEDULE, START, device, minutes, sent
from tests.plan.planned import EVERY_DAY, NIGHT, reload

PRECONDITION, SKIP = "button.renault_z_e_start_preconditioning", "switch.renault_z_e_skip_next_departure"
MODE, CALENDAR = "select.renault_z_e_charge_mode", "calendar.renault_z_e_charging"
STATUS = "sensor.renault_z_e_charge_schedule_status"
BATTERY = "sensor.renault_z_e_battery"
WINDOW = {"days": EVERY_DAY, "start": "02:00", "end": "06:00"}
BUSY = {"kind": "refusal", "error": "mode_in_progress", "path": "*/actions/charge-mode", "method": "POST"}

__all__ = ["device"]

pytestmark = pytest.mark.freeze_time("2026-11-18 14:30:00+00:00")


def repairs(hass: HomeAssistant) -> list[str | None]:
    """Return the open repairs."""
    return [each.translation_key for each in ir.async_get(hass).issues.values()]


async def test_car_with_srp(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later
) -> None:
    """Try no other route, name the cause once, go on reading, and try again after a reload or a day."""
    renault.vehicle().quirks.remote_security = RemoteSecurity.SRP
    with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
        await call(hass, "button.press", START)
    assert sent(renault) == [KCM]
    assert state(hass, COMMAND).attributes["reason"] == "no_remote_commands"
    assert repairs(hass) == ["no_remote_commands"]
    for count in (2, 3):
        for entity in (START, PRECONDITION, MODE):
            assert value(hass, entity) == "unavailable", entity
        assert value(hass, SKIP) != "unavailable"
        with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
            await ask(hass, "precondition", device)
        assert len(sent(renault)) == count - 1
        await later(60)
        await reload(hass, renault_entry)
        assert repairs(hass) == ["no_remote_commands"]
        assert value(hass, START) != "unavailable"
        with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
            await call(hass, "button.press", START)
        assert sent(renault) == [KCM] * count
    with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
        await ask(hass, "set_charge_schedule", device, windows=[NIGHT])
    await minutes(later, 30)
    assert sent(renault) == [KCM] * 3
    # It is kept, and sent once the car accepts commands.
    assert (value(hass, STATUS), state(hass, CALENDAR).attributes["start_time"]) == ("failed", "2026-11-19 01:00:00")
    assert value(hass, BATTERY) != "unavailable"
    renault.vehicle().quirks.remote_security = RemoteSecurity.JWT
    for _ in range(25):
        await later(3600)
    assert value(hass, START) != "unavailable"
    assert sent(renault)[3:] == [SCHEDULE]
    assert repairs(hass) == []
    assert (value(hass, MODE), value(hass, STATUS)) == ("by_schedule", "enabled")
    programs = renault.vehicle().car.schedule.week.programs
    assert {each.start for program in programs for each in program.windows} == {time(1)}


async def test_car_that_accepts_commands_again(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """After a reload, the first command that is accepted closes the repair."""
    renault.vehicle().quirks.remote_security = RemoteSecurity.SRP
    with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
        await call(hass, "button.press", START)
    renault.vehicle().quirks.remote_security = RemoteSecurity.JWT
    assert value(hass, START) == "unavailable"
    await reload(hass, renault_entry)
    assert repairs(hass) == ["no_remote_commands"]
    await call(hass, "button.press", START)
    assert repairs(hass) == []


async def test_busy_car_disables_its_schedule(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later
) -> None:
    """Wait and send the command again, over the same route."""
    renault.faults.replace([{**BUSY, "for_seconds": 120}])
    response = await ask(hass, "disable_charge_schedule", device)
    assert (response["status"], response["reason"]) == ("accepted", "busy")
    await minutes(later, 5)
    assert set(sent(renault)) == {"actions/charge-mode"}
    assert value(hass, COMMAND) == "confirmed"


@pytest.mark.parametrize(("seconds", "status"), [(120, "confirmed"), (3600, "timed_out")], ids=["recovers", "stays"])
async def test_busy_car_is_sent_a_schedule_once(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    seconds: int,
    status: str,
) -> None:
    """Repeat only what was refused, and report that the schedule was sent but not enabled."""
    renault.vehicle().model_code = X101VE.code
    await set_up(hass, renault_entry)
    renault.log.entries.clear()
    renault.faults.replace([{**BUSY, "for_seconds": seconds}])
    device = only_device(hass, renault_entry)
    await ask(hass, "set_charge_schedule", device, windows=[WINDOW])
    # The plan repeats a command that timed out, after the second time with a pause.
    await minutes(later, 25)
    assert sent(renault).count("actions/charge-schedule") == 1
    assert sent(renault).count("actions/charge-mode") > 1
    assert value(hass, COMMAND) == status
    assert state(hass, COMMAND).attributes["reason"] == (None if status == "confirmed" else "schedule_not_enabled")
    assert value(hass, STATUS) == ("enabled" if status == "confirmed" else "failed")


async def test_schedule_that_is_not_enabled(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
) -> None:
    """Report what was sent if the server refuses the rest."""
    renault.vehicle().model_code = X101VE.code
    await set_up(hass, renault_entry)
    renault.vehicle().quirks.refuses_mode = True
    with pytest.raises(HomeAssistantError, match="was sent, but the server refused to enable it"):
        await ask(hass, "set_charge_schedule", only_device(hass, renault_entry), windows=[WINDOW])
    assert state(hass, COMMAND).attributes["reason"] == "schedule_not_enabled"


async def test_srp_over_another_route(
    hass: HomeAssistant, device: str, renault: MyRenaultSimulator, later: Later
) -> None:
    """End a command at once that the car refuses from everybody, with the repair and unavailable buttons."""
    renault.vehicle().quirks.routes = RouteSet.NONE
    response = await ask(hass, "start_charge", device)
    assert response["status"] == "accepted"
    await minutes(later, 1)
    renault.vehicle().quirks.remote_security = RemoteSecurity.SRP
    await minutes(later, 3)
    assert len(sent(renault)) == 2
    assert (value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]) == ("failed", "no_remote_commands")
    assert repairs(hass) == ["no_remote_commands"]
    assert value(hass, START) == "unavailable"
    await minutes(later, 10)
    assert len(sent(renault)) == 2


@pytest.mark.usefixtures("device")
async def test_day_after_the_refusal(hass: HomeAssistant, renault: MyRenaultSimulator, later: Later) -> None:
    """The buttons return after a day, although nothing else has changed."""
    renault.vehicle().quirks.remote_security = RemoteSecurity.SRP
    with pytest.raises(HomeAssistantError, match="accepts no remote commands"):
        await call(hass, "button.press", START)
    await later(3600, times=23)
    await later(60, times=58)
    assert value(hass, START) == "unavailable"
    await later(60, times=4)
    assert value(hass, START) != "unavailable"


@pytest.mark.parametrize(
    "unsent",
    [{"kind": "redirect", "location": "https://example.com/"}, {"kind": "rate_limit"}, {"kind": "expired_token"}],
    ids=["redirect", "429", "token"],
)
async def test_busy_car_and_then_no_connection(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    later: Later,
    unsent: dict[str, Any],
) -> None:
    """Go on trying after a request that did not arrive, for as long as the command may take."""
    renault.vehicle().model_code = X101VE.code
    renault.vehicle().enable(enabled=True)
    renault.advance(60)
    renault.vehicle().report_now()
    await set_up(hass, renault_entry)
    renault.log.entries.clear()
    request = {"path": BUSY["path"], "method": BUSY["method"], "times": 1}
    renault.faults.replace([{**BUSY, **request}, {**unsent, **request, "after": 1}])
    await call(hass, "select.select_option", MODE, option="any_time")
    await minutes(later, 13)
    # A server that asks for a pause does so for longer than the command may take.
    is_longer = unsent["kind"] == "rate_limit"
    found = value(hass, COMMAND), state(hass, COMMAND).attributes["reason"]
    assert found == (("timed_out", "busy") if is_longer else ("confirmed", None))
    assert sent(renault) == ["actions/charge-mode"] * (2 if is_longer else 3)
