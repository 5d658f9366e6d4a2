"""Which account and cars are used at MY Renault, and which server is asked."""

from typing import Any

import aiohttp
import pytest

from custom_components.renault_ze.cloud.exceptions import ConnectionFailedError, RejectedError, UnsupportedError
from custom_components.renault_ze.cloud.models import Capability
from custom_components.renault_ze.cloud.myrenault import LOCALES, MyRenault, Servers, locale_for
from simulator import Account
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import FIRST, NOW, SECOND, my_renault


async def test_account_with_supported_cars_is_used(
    http: aiohttp.ClientSession, adapter: MyRenault, renault: MyRenaultSimulator
) -> None:
    """Skip other brands and empty accounts, unless the user has chosen one."""
    renault.backend.settings.dacia = [SECOND]
    choices = await adapter.account_choices()
    assert [(choice.kind, choice.vins) for choice in choices] == [("MYRENAULT", (FIRST,)), ("MYDACIA", (SECOND,))]
    account = await adapter.account(max_age=NOW)
    assert (account.id, [car.vin for car in account.vehicles]) == (choices[0].id, [FIRST])
    chosen = await my_renault(http, renault.url, account_id=choices[1].id).account(max_age=NOW)
    assert (chosen.id, [car.vin for car in chosen.vehicles]) == (choices[1].id, [SECOND])


async def test_account_whose_id_has_changed(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Search for the cars: Renault changes the id now and then."""
    cloud = my_renault(http, renault.url, account_id="0123456789")
    account = await cloud.account(max_age=NOW)
    assert account.id == renault.account.identifier("MYRENAULT")
    assert cloud.stored["garage"] == account.id


async def test_account_whose_id_changes_later(
    adapter: MyRenault, renault: MyRenaultSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read the known cars under the new id, and keep their details while these are missing."""
    before = await adapter.account(max_age=NOW)
    old, known = renault.account.identifier("MYRENAULT"), Account.identifier
    monkeypatch.setattr(Account, "identifier", lambda self, purpose: known(self, purpose.replace("MY", "NEW")))
    for vin in (FIRST, SECOND):
        renault.vehicle(vin).quirks.has_details = False
    renault.log.entries.clear()
    account = await adapter.account(max_age=NOW)
    assert account.id == renault.account.identifier("MYRENAULT") != old
    assert account.vehicles == before.vehicles
    renault.log.entries.clear()
    await adapter.battery(FIRST)
    await adapter.start_charge(SECOND)
    assert renault.log.entries
    assert not [each.path for each in renault.log.entries if old in each.path]


async def test_unreadable_account_does_not_hide_others(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """The other account has the cars."""
    renault.faults.replace([{"kind": "html", "path": f"*{renault.account.identifier('SFDC')}/vehicles"}])
    assert len((await adapter.account(max_age=NOW)).vehicles) == 2


async def test_no_account_can_be_read(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Raise the error, because the accounts may have cars."""
    renault.faults.replace([{"kind": "html", "path": "*/vehicles"}])
    with pytest.raises(ConnectionFailedError):
        await adapter.account(max_age=NOW)


async def test_account_without_a_car(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Return an account without cars."""
    renault.account.vins.clear()
    assert (await adapter.account(max_age=NOW)).vehicles == ()


# The server of this car has no location.
UNLISTED = {
    *(Capability.BATTERY, Capability.CABIN, Capability.CHARGE_STATE, Capability.MILEAGE),
    *(Capability.PRECONDITIONING, Capability.PRECONDITIONING_STATE, Capability.PRECONDITIONING_TEMPERATURE),
    *(Capability.PRECONDITIONING_TIMER, Capability.PRECONDITIONING_TIMER_STATE, Capability.START_CHARGE),
}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"model": {"code": "XNEWVE"}, "brand": "RENAULT"}, UNLISTED),
        ({}, {Capability.BATTERY, Capability.CHARGE_STATE, Capability.MILEAGE}),
        (None, {Capability.BATTERY, Capability.CHARGE_STATE, Capability.MILEAGE}),
        ({"model": {"code": "XJA1VP"}}, None),
    ],
    ids=["unknown model", "no model", "no details", "a Clio"],
)
async def test_other_models(
    adapter: MyRenault, renault: MyRenaultSimulator, details: Any, expected: set[Capability] | None
) -> None:
    """Offer for a model unknown to the library what its server has, and leave out a car without a battery."""
    rows = [{"vin": None}, {"vin": FIRST, "vehicleDetails": details}]
    details_refused = {"kind": "refusal", "error": "not_found", "path": "*/details"}
    renault.faults.replace([{"kind": "set", "fields": {"vehicleLinks": rows}, "path": "*/vehicles"}, details_refused])
    found = (await adapter.account(max_age=NOW)).vehicles
    assert [car.capabilities for car in found] == ([] if expected is None else [expected])
    for car in found:
        assert (car.model, car.battery_kwh) == (None, None)
        with pytest.raises(UnsupportedError, match="charge schedule"):
            await adapter.set_charge_schedule(FIRST, ())
        with pytest.raises(UnsupportedError, match="does not support this"):
            await adapter.stop_charge(FIRST)


@pytest.mark.parametrize("accounts", [None, [], [{"accountId": None}], [{"accountId": "other"}]])
async def test_person_without_an_account(adapter: MyRenault, renault: MyRenaultSimulator, accounts: Any) -> None:
    """Return no cars, unless the only account is of another person."""
    renault.faults.replace([{"kind": "set", "fields": {"accounts": accounts}, "path": "*/persons/*"}])
    if accounts and accounts[0]["accountId"]:
        with pytest.raises(RejectedError, match="forbidden"):
            await adapter.account(max_age=NOW)
    else:
        assert (await adapter.account(max_age=NOW)).vehicles == ()


@pytest.mark.parametrize(
    ("country", "language", "expected"),
    [
        ("GB", "en", "en_GB"),
        ("FR", "en", "fr_FR"),
        ("CH", "it", "it_CH"),
        ("BE", "de", "fr_BE"),
        ("be", "nl-BE", "nl_BE"),
        ("JP", "de", "de_AT"),
        ("JP", "ja", "en_GB"),
        (None, None, "en_GB"),
    ],
)
def test_locale_follows_home_assistants_country(country: str | None, language: str | None, expected: str) -> None:
    """Use the country first, then the language, and only locales that Renault serves."""
    assert locale_for(country, language) == expected
    assert expected in LOCALES


@pytest.mark.parametrize("address", ["", "renault.example", "ftp://a.example", "http://", "http://a.example/?b"])
def test_invalid_addresses(address: str) -> None:
    """Refuse them before anything is sent."""
    with pytest.raises(ValueError, match="http"):
        Servers.at(address)


async def test_slash_at_the_end_of_an_address(http: aiohttp.ClientSession, renault: MyRenaultSimulator) -> None:
    """Remove it, because the library adds one."""
    assert await my_renault(http, renault.url, servers=Servers.at(f" {renault.url}/ ")).account(max_age=NOW)
