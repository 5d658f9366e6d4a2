"""The document about polling gives the correct intervals of the request limit."""

from datetime import timedelta
from itertools import pairwise
import math
from pathlib import Path
import re

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import RESPONSE_TIME
from custom_components.renault_ze.cloud.myrenault.quota import RequestQuota
from custom_components.renault_ze.const import CONF_ADDRESS, CONF_CLOUD, CONF_LOCALE, CORE_RENAULT, DOMAIN, MY_RENAULT
from custom_components.renault_ze.vehicle.tracker import command_polls, poll_times
from simulator import Account
from simulator.myrenault import X101VE, X102VE, Model, MyRenaultSimulator
from tests.common import set_up

DOCUMENT = (Path(__file__).parents[2] / "docs/polling.md").read_text(encoding="utf-8")
SIGN_IN = {CONF_USERNAME: "you@example.com", CONF_PASSWORD: "P4ssw0rd"}


def documented_polls(cars: int, *, shared: bool) -> tuple[list[float], float]:
    """Return the documented times (s) of the first polls while a command is pending, and the interval of the others."""
    (row,) = (line for line in DOCUMENT.splitlines() if line.startswith(f"| {cars} ") and "every" in line)
    first, every = row.split("|")[3 if shared else 2].split("every")
    return [float(each) for each in re.findall(r"\d+", first)], float(every.removesuffix(" s ").strip())


def documented(cars: int, *, shared: bool) -> timedelta:
    """Return the documented shortest update interval for a number of cars."""
    (row,) = (line for line in DOCUMENT.splitlines() if line.startswith(f"| {cars} | ") and " min |" in line)
    return timedelta(minutes=float(row.split("|")[3 if shared else 2].removesuffix(" min ").strip()))


@pytest.mark.usefixtures("enable_custom_integrations", "socket_enabled")
@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with core's integration"])
@pytest.mark.parametrize("cars", [1, 2, 3])
@pytest.mark.parametrize("model", [X101VE, X102VE], ids=["first", "second"])
async def test_shortest_interval(hass: HomeAssistant, model: Model, cars: int, *, shared: bool) -> None:
    """Poll as often as documented, for both generations."""
    models = {f"VF1AGVYF0ZE00000{number}": model for number in range(cars)}
    simulator = MyRenaultSimulator(accounts=[Account(*SIGN_IN.values(), list(models))], models=models)
    await simulator.start()
    if shared:
        MockConfigEntry(domain=CORE_RENAULT, data=SIGN_IN).add_to_hass(hass)
    data = {CONF_CLOUD: MY_RENAULT, CONF_LOCALE: "en_GB", CONF_ADDRESS: simulator.url, **SIGN_IN}
    entry = MockConfigEntry(domain=DOMAIN, unique_id="my_renault", data=data)
    await set_up(hass, entry)
    interval = entry.runtime_data.shortest_interval
    await hass.config_entries.async_unload(entry.entry_id)
    await simulator.stop()
    assert interval == documented(cars, shared=shared)


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "with core's integration"])
@pytest.mark.parametrize("cars", [1, 2, 3, 4])
def test_polls_of_a_pending_command(cars: int, *, shared: bool) -> None:
    """Poll at the documented times, with what is reserved for commands."""
    reserve = RequestQuota(share=lambda: 0.5 if shared else 1.0).reserve
    first, every = documented_polls(cars, shared=shared)
    polls = [at / timedelta(seconds=1) for at in poll_times(RESPONSE_TIME, command_polls(reserve / cars, 1))]
    assert polls[: len(first)] == first
    later = [first[-1] if first else 0.0, *polls[len(first) :]]
    assert {math.ceil(end - begin) for begin, end in pairwise(later)} == {every}
