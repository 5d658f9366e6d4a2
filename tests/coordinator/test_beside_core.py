"""Home Assistant's own integration for MY Renault may be set up for the same account, without harm to either."""

import asyncio

from homeassistant.components.renault import coordinator as core_coordinator
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from renault_api.const import AVAILABLE_LOCALES

from custom_components.renault_ze.connect import quota_share
from custom_components.renault_ze.const import CORE_RENAULT
from simulator.myrenault import MyRenaultSimulator
from tests.common import set_up, value
from tests.conftest import Later
from tests.flows.renault_flow import BATTERY

OWNER = "you@example.com"


@pytest.fixture
def core_entry(renault: MyRenaultSimulator, monkeypatch: pytest.MonkeyPatch) -> MockConfigEntry:
    """Return an entry of Home Assistant's own integration for the same account.

    It knows no other address than the library's, so that is put elsewhere.
    """
    servers = {
        "gigya-root-url": f"{renault.url}/gigya",
        "gigya-api-key": "any",
        "kamereon-root-url": f"{renault.url}/kamereon",
        "kamereon-api-key": "any",
    }
    monkeypatch.setitem(AVAILABLE_LOCALES, "en_GB", servers)
    # Made once a process, and each test has a loop of its own.
    monkeypatch.setattr(core_coordinator, "_PARALLEL_SEMAPHORE", asyncio.Semaphore(1))
    account = renault.account.identifier("MYRENAULT")
    return MockConfigEntry(
        domain=CORE_RENAULT,
        unique_id=account,
        data={CONF_USERNAME: OWNER, CONF_PASSWORD: "P4ssw0rd", "locale": "en_GB", "kamereon_account_id": account},
    )


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize("core_first", [True, False])
async def test_both_serve_the_same_car(
    hass: HomeAssistant,
    renault: MyRenaultSimulator,
    renault_entry: MockConfigEntry,
    core_entry: MockConfigEntry,
    core_first: bool,
) -> None:
    """Each shows the car by its own entities, in whichever order they are set up, and survives the other's end."""
    entries = [core_entry, renault_entry] if core_first else [renault_entry, core_entry]
    for entry in entries:
        await set_up(hass, entry)
    assert [entry.state for entry in entries] == [ConfigEntryState.LOADED] * 2
    batteries = [each.state for each in hass.states.async_all() if each.attributes.get("device_class") == "battery"]
    assert batteries.count("50") == 2
    await hass.config_entries.async_unload(core_entry.entry_id)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    assert renault_entry.state is ConfigEntryState.LOADED
    assert value(hass, BATTERY) == "50"


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")
async def test_quota_is_shared(
    hass: HomeAssistant, renault_entry: MockConfigEntry, core_entry: MockConfigEntry, later: Later
) -> None:
    """Beside it, half as many reads are asked for, from the moment it is there until it is gone."""
    await set_up(hass, renault_entry)
    alone = renault_entry.runtime_data.shortest_interval
    budget = renault_entry.runtime_data.cloud._session._quota
    core_entry.add_to_hass(hass)
    assert budget.reads_an_hour == 6
    await later(3601)
    assert renault_entry.runtime_data.shortest_interval > alone * 1.5
    await hass.config_entries.async_remove(core_entry.entry_id)
    await later(3601)
    assert renault_entry.runtime_data.shortest_interval == alone


@pytest.mark.parametrize(
    ("username", "disabled_by", "share"),
    [
        (OWNER, None, 0.5),
        ("You@Example.com", None, 0.5),
        ("other@example.com", None, 1.0),
        (OWNER, ConfigEntryDisabler.USER, 1.0),
    ],
)
async def test_quota_share(
    hass: HomeAssistant, username: str, disabled_by: ConfigEntryDisabler | None, share: float
) -> None:
    """Only an entry that asks for the same account takes part."""
    assert quota_share(hass, OWNER) == 1.0
    MockConfigEntry(domain=CORE_RENAULT, data={CONF_USERNAME: username}, disabled_by=disabled_by).add_to_hass(hass)
    assert quota_share(hass, OWNER) == share
