"""A part of a car's state that its server refuses, once or for days."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.vehicle import commands
from simulator import EXAMPLE_VIN, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import arrived, ask, only_device, set_up, value
from tests.conftest import Later
from tests.plan.planned import reload
from tests.repair_flows import check_texts

pytestmark = [
    pytest.mark.freeze_time("2026-11-18 18:30:00+00:00"),
    pytest.mark.usefixtures("enable_custom_integrations"),
]

HOUR = 3601
REFUSALS = ("access_denied", "forbidden", "not_found", "gone", "not_supported")
MILEAGE, LOCATION = "sensor.renault_z_e_mileage", "device_tracker.renault_z_e_location"
NOTIFICATION = "select.renault_z_e_charge_end_notification"


@pytest.fixture
async def loaded(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry) -> MockConfigEntry:
    """Set up a car of the second generation."""
    await set_up(hass, renault_entry)
    return renault_entry


def refuse(renault: MyRenaultSimulator, path: str, error: str = "forbidden", **limits: int) -> None:
    """Refuse requests to an endpoint."""
    renault.faults.replace([{"kind": "refusal", "error": error, "path": path, **limits}])


def repair(hass: HomeAssistant) -> ir.IssueEntry | None:
    """Return the only repair."""
    found = [each for (domain, _), each in ir.async_get(hass).issues.items() if domain == DOMAIN]
    assert len(found) <= 1
    return found[0] if found else None


async def hours(later: Later, count: int) -> None:
    """Let hours pass."""
    for _ in range(count):
        await later(HOUR)


@pytest.mark.parametrize("error", REFUSALS)
@pytest.mark.parametrize("restart", [False, True])
async def test_single_refusal(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    renault: MyRenaultSimulator,
    later: Later,
    error: str,
    restart: bool,
) -> None:
    """Keep the entities and their values, and read them again within hours."""
    refuse(renault, "*/cockpit", error, times=1)
    await hours(later, 2)
    before = value(hass, MILEAGE)
    if restart:
        await reload(hass, loaded)
    await hours(later, 2)
    assert value(hass, MILEAGE) == before not in {"unavailable", "unknown"}
    assert repair(hass) is None


async def test_refused_at_a_restart(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Keep the entities of everything that was served before, and show the values when they return."""
    before = set(hass.states.async_entity_ids())
    refuse(renault, "*/cars/*/[!b]*")
    await reload(hass, loaded)
    assert set(hass.states.async_entity_ids()) == before
    assert value(hass, MILEAGE) == value(hass, LOCATION) == "unavailable"
    data = loaded.runtime_data
    renault.faults.replace([])
    await hours(later, 2)
    assert value(hass, MILEAGE) != "unavailable" != value(hass, LOCATION)
    assert loaded.runtime_data is data


async def test_action_for_a_refused_part(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Show the message of the server, and do not say that the car does not support what was served before."""
    await later(60)
    refuse(renault, "*/charging-settings")
    with pytest.raises(HomeAssistantError) as caught:
        await ask(hass, "get_charge_schedule", only_device(hass, loaded))
    assert caught.value.translation_key == "refused_now"
    assert "The access is forbidden" in str(caught.value)


@pytest.mark.parametrize("restart", [False, True])
async def test_refused_for_a_day(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later, restart: bool
) -> None:
    """Name the feature and the message of the server, ask every few hours, and withdraw the repair by itself."""
    refuse(renault, "*/location")
    await hours(later, 20)
    if restart:
        await reload(hass, loaded)
    data = loaded.runtime_data
    assert repair(hass) is None
    await hours(later, 16)
    assert value(hass, LOCATION) == "unavailable"
    found = repair(hass)
    assert found is not None
    assert found.translation_key == "feature_missing"
    assert found.translation_placeholders == {
        "name": "Renault Z.E.",
        "features": "- Location: The access is forbidden",
    }
    check_texts(found)
    renault.log.entries.clear()
    await hours(later, 24)
    asked = [path for path in arrived(renault) if path.endswith("/location")]
    assert 4 <= len(asked) <= 5
    renault.faults.replace([])
    await hours(later, 7)
    assert repair(hass) is None
    assert value(hass, LOCATION) != "unavailable"
    assert loaded.runtime_data is data


@pytest.mark.parametrize("path", ["*/location", "*/charges", "*/charging-settings", "*/hvac-status"])
async def test_part_is_named_in_words(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later, path: str
) -> None:
    """Every part that is refused for a day has a name, except the history of charges, which is read once."""
    refuse(renault, path, "gone")
    await hours(later, 36)
    found = repair(hass)
    assert (found is None) is (path == "*/charges")
    if found is not None:
        given = (found.translation_placeholders or {})["features"]
        assert all(
            row.startswith("- ") and row[2].isupper() and "Resource not found" in row for row in given.split("\n")
        )


async def test_privacy_mode(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """Open no repair for what the driver has chosen."""
    renault.vehicle().quirks.privacy = True
    await hours(later, 36)
    assert repair(hass) is None
    assert value(hass, LOCATION) == "unavailable"


async def test_refused_command_is_sent_again(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """A refusal of preconditioning does not disable the next one, also after a restart."""
    refuse(renault, "*/hvac-start", "access_denied")
    for count in range(1, 4):
        with pytest.raises(HomeAssistantError):
            await loaded.runtime_data.vehicles[EXAMPLE_VIN].send_command(commands.Precondition(threshold=20))
        await later(601)
        await reload(hass, loaded)
        assert len([each for each in arrived(renault) if each.endswith("hvac-start")]) == count
    renault.faults.replace([])
    result = await loaded.runtime_data.vehicles[EXAMPLE_VIN].send_command(commands.Precondition(threshold=20))
    assert result.status == "accepted"


async def test_part_of_z_e_services(
    hass: HomeAssistant, init_integration: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """The same at the other service."""
    assert value(hass, NOTIFICATION) != "unavailable"
    fault = {"kind": "status", "status": 403, "message": "com.example.ContractEndedException"}
    simulator.faults.replace([{**fault, "path": "*/settings/notification"}])
    await hours(later, 23)
    assert repair(hass) is None
    await hours(later, 12)
    found = repair(hass)
    assert found is not None
    assert (found.translation_placeholders or {})["features"] == "- Notification settings: Contract ended"
    assert value(hass, NOTIFICATION) == "unavailable"
    simulator.faults.replace([])
    await hours(later, 7)
    assert repair(hass) is None
    assert value(hass, NOTIFICATION) != "unavailable"


async def test_part_that_was_never_served(
    hass: HomeAssistant, mock_config_entry: MockConfigEntry, simulator: Simulator, later: Later
) -> None:
    """Open no repair for what a server does not have."""
    simulator.faults.replace([{"kind": "status", "status": 404, "message": "Gone", "path": "*/settings/notification"}])
    await set_up(hass, mock_config_entry)
    await hours(later, 36)
    assert repair(hass) is None


# A failure of all requests for days, the text of its repair, and how it ends.
CAUSES: dict[str, tuple[dict[str, Any], str]] = {
    "revoked token": ({"kind": "refusal", "error": "unauthorized", "path": "/kamereon/*"}, "login token"),
    "no link": ({"kind": "refusal", "error": "empty_vehicle_link", "path": "*/cars/*"}, "no longer linked"),
    "refused": ({"kind": "refusal", "error": "forbidden", "path": "*/cars/*"}, "The access is forbidden"),
    "unreachable": ({"kind": "drop", "path": "*"}, "Failed to connect"),
}


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(("fault", "text"), CAUSES.values(), ids=CAUSES)
async def test_nothing_is_read_for_a_day(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    renault: MyRenaultSimulator,
    later: Later,
    fault: dict[str, Any],
    text: str,
    restart: bool,
) -> None:
    """Name the cause in words, and withdraw the repair after the next successful read."""
    await later(HOUR)
    renault.faults.replace([fault])
    await hours(later, 22)
    if restart:
        await hass.config_entries.async_reload(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert repair(hass) is None
    await hours(later, 6)
    if restart and fault["path"] in {"*", "/kamereon/*"}:
        # The account cannot be read either: the page of the integration shows why.
        assert loaded.reason is not None
        assert text in loaded.reason
        return
    found = repair(hass)
    assert found is not None
    assert found.translation_key == "not_updated"
    assert text in (found.translation_placeholders or {})["reason"]
    check_texts(found)
    assert value(hass, MILEAGE) == "unavailable" or not restart
    renault.faults.replace([])
    await hours(later, 7)
    assert repair(hass) is None
    assert value(hass, MILEAGE) not in {"unavailable", "unknown"}


async def test_unlinked_car_of_the_simulator(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later
) -> None:
    """The link of a car ends while its account still lists it."""
    await later(HOUR)
    renault.vehicle().quirks.empty_vehicle_link = True
    await hours(later, 28)
    found = repair(hass)
    assert found is not None
    assert "MY Renault app" in (found.translation_placeholders or {})["reason"]


@pytest.mark.parametrize("path", ["/gigya/*", "/gigya/accounts.getJWT", "/gigya/accounts.login"])
async def test_wrong_password_asks_for_another(
    hass: HomeAssistant, loaded: MockConfigEntry, renault: MyRenaultSimulator, later: Later, path: str
) -> None:
    """Error 403042 of any request leads to a new login, within an hour."""
    renault.faults.replace([{"kind": "refusal", "error": "wrong_password", "path": path}])
    renault.backend.gigya.log_out()
    renault.backend.gigya.revoke()
    await hours(later, 2)
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == ("reauth", "reauth_confirm")
    assert repair(hass) is None


@pytest.mark.parametrize("sessions", [{}, {"hvacSessions": None}], ids=["nothing", "null"])
async def test_sessions_that_are_gone(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry, later: Later, sessions: Any
) -> None:
    """An empty object is a refusal also after there were sessions: it is named after a day, and asked for rarely."""
    renault.vehicle().quirks.serves_sessions = True
    renault.vehicle().precondition()
    renault.advance(60)
    await set_up(hass, renault_entry)
    assert value(hass, "sensor.renault_z_e_last_preconditioning") not in {"unknown", "unavailable"}
    content = {"data": {"id": EXAMPLE_VIN, "attributes": sessions}}
    renault.faults.replace([{"kind": "body", "json": content, "path": "*/hvac-sessions"}])
    await hours(later, 36)
    found = repair(hass)
    assert found is not None
    assert found.translation_key == "feature_missing"
    renault.log.entries.clear()
    await hours(later, 24)
    assert len([path for path in arrived(renault) if path.endswith("/hvac-sessions")]) <= 5
    renault.faults.replace([])
    await hours(later, 7)
    assert repair(hass) is None
