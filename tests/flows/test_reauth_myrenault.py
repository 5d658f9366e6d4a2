"""Reauthentication and reconfiguration at MY Renault, and logins after a restart."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CODE, CONF_COUNTRY, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.const import CONF_ACCOUNT_ID, CONF_ADDRESS, CONF_LOCALE, DOMAIN
from simulator import Account
from simulator.myrenault import SECOND_VIN, MyRenaultSimulator
from tests.common import arrived, set_up, suggested, value
from tests.conftest import Later
from tests.flows.renault_flow import BATTERY, log_ins, needs_second_factor, submit, typed


async def test_reauth_at_set_up(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any) -> None:
    """A password changed while Home Assistant was off starts the flow after one attempt."""
    renault.account.password = "changed"
    await set_up(hass, renault_entry)
    assert renault_entry.state is ConfigEntryState.SETUP_ERROR
    assert renault_entry.error_reason_translation_key == "invalid_auth"
    assert log_ins(renault) == 1
    await _reauthenticate(hass, renault_entry)


async def test_reauth_at_run_time(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any, later: Later
) -> None:
    """A password changed later starts the flow as well; the last values stay."""
    await set_up(hass, renault_entry)
    renault.account.password = "changed"
    renault.backend.gigya.revoke()
    await later(1800, times=4)
    assert value(hass, BATTERY) == "50"
    asked = log_ins(renault)
    await later(3600)
    assert log_ins(renault) == asked
    await _reauthenticate(hass, renault_entry)
    # Once at the setup, and again after the login.
    assert len([each for each in arrived(renault) if each.endswith("hvac-sessions")]) == 2


async def _reauthenticate(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Submit a wrong password in the only flow, then the right one."""
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["step_id"]) == ("reauth", "reauth_confirm")
    result = await submit(hass, flow, {CONF_PASSWORD: "wrong again"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_password"})
    before = dict(entry.data)
    result = await submit(hass, result, {CONF_PASSWORD: "changed"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data == {**before, CONF_PASSWORD: "changed"}
    assert entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


@needs_second_factor
async def test_reauth_with_a_second_factor(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any, later: Later
) -> None:
    """Renault may turn the second factor on at any time; the next login then needs a code."""
    await set_up(hass, renault_entry)
    renault.backend.settings.second_factor = True
    renault.backend.gigya.log_out()
    renault.backend.gigya.revoke()
    await later(1800, times=4)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    result = await submit(hass, flow, {CONF_PASSWORD: "P4ssw0rd"})
    assert result["step_id"] == "code"
    result = await submit(hass, result, {CONF_CODE: renault.backend.gigya.mails[-1].code})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert renault_entry.state is ConfigEntryState.LOADED


async def test_changed_account_id(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any) -> None:
    """MY Renault sometimes changes the ids of accounts; the car identifies the account."""
    await set_up(hass, renault_entry)
    hass.config_entries.async_update_entry(renault_entry, unique_id="old", data={**renault_entry.data, "garage": "old"})
    result = await renault_entry.start_reauth_flow(hass)
    result = await submit(hass, result, {CONF_PASSWORD: "P4ssw0rd"})
    assert result["reason"] == "reauth_successful"
    account = renault.account.identifier("MYRENAULT")
    assert (renault_entry.unique_id, renault_entry.data[CONF_ACCOUNT_ID]) == (account, account)


async def test_reconfigure(hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any) -> None:
    """Address, country and password can change; the form shows the current values without the password."""
    await set_up(hass, renault_entry)
    result = await renault_entry.start_reconfigure_flow(hass)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "my_renault")
    known = {CONF_USERNAME: "you@example.com", CONF_COUNTRY: "GB", CONF_ADDRESS: renault.url}
    assert suggested(result) == known
    renault.account.password = "changed"
    await renault.stop()
    elsewhere = await renault.start()
    result = await submit(hass, result, typed(elsewhere))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await submit(hass, result, typed(elsewhere, password="changed", country="FR"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (renault_entry.data[CONF_ADDRESS], renault_entry.data[CONF_LOCALE]) == (elsewhere, "fr_FR")
    assert renault_entry.state is ConfigEntryState.LOADED


async def test_reconfigure_to_another_account(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any
) -> None:
    """An account of other cars is refused."""
    await set_up(hass, renault_entry)
    renault.backend.add_account(Account("other@example.com", "P4ssw0rd", [SECOND_VIN]))
    result = await renault_entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, typed(renault.url, username="other@example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert renault_entry.data[CONF_USERNAME] == "you@example.com"


async def test_restart_needs_no_login(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: Any, hass_storage: dict[str, Any]
) -> None:
    """The session is stored, without password and API key."""
    await set_up(hass, renault_entry)
    await hass.config_entries.async_reload(renault_entry.entry_id)
    assert renault_entry.state is ConfigEntryState.LOADED
    assert log_ins(renault) == 1
    stored = str(hass_storage[f"{DOMAIN}.{renault_entry.entry_id}"]["data"])
    assert "P4ssw0rd" not in stored
    assert "key" not in stored
