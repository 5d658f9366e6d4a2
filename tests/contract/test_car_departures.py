"""Cars that keep departures themselves, on every model: sent, read back, deleted, and nothing else is changed."""

from copy import deepcopy
from datetime import time
from http import HTTPMethod
from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError
from custom_components.renault_ze.cloud.models import Capability, CommandKind, Weekday
from custom_components.renault_ze.cloud.schedule import CarDeparture, CarDepartures
from custom_components.renault_ze.vehicle.equipment_commands import SetCarDepartures
from custom_components.renault_ze.vehicle.results import CommandError, CommandResult, CommandStatus
from simulator.myrenault import MODEL_NAMES
from simulator.myrenault.models import ScheduleKind
from tests.contract.routes import MINUTE, SETTLED, commands_to, reason_of
from tests.contract.suspended import waiting
from tests.update_cycle.owner import Owner

SETTINGS_MODELS = ["R5", "A290", "R4", "Scenic", "Master", "Spring25"]
MODELS = [*SETTINGS_MODELS, "ZOE50"]
WORK = tuple(CarDeparture(Weekday(day), time(7, 30)) for day in range(5))
TRIP = CarDeparture(Weekday.SATURDAY, time(9, 5))
INCOMPLETE: dict[str, dict[str, Any]] = {
    "no programs": {"kind": "partial", "drop": ["programs", "schedules"]},
    "null": {"kind": "set", "fields": {"programs": None, "data.attributes.schedules": None}},
    "empty": {"kind": "body", "json": {}},
}
READS = [{"method": "GET", "path": path} for path in ("*/ev/settings", "*/hvac-settings")]
WRITES = [{"method": "POST", "path": path} for path in ("*/ev/settings", "*/hvac-schedule")]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


def stored(owner: Owner) -> tuple[Any, Any]:
    """Return all settings of a car but the time of the last change, and its programs for preconditioning in use."""
    settings = {key: each for key, each in owner.vehicle.ev_settings.items() if key != "lastSettingsUpdateTimestamp"}
    used = [each for each in owner.vehicle.hvac_programs if each["activated"]]
    return deepcopy(settings), deepcopy(used)


async def result_of(owner: Owner, *departures: CarDeparture) -> CommandResult:
    """Return the result of a command that replaces our departures."""
    # A write that the request limit holds back would wait for hours.
    await owner.pass_by(MINUTE)
    await owner.running.send(SetCarDepartures(departures))
    await owner.pass_by(SETTLED)
    return owner.running.data.commands[CommandKind.SET_CAR_DEPARTURES]


@pytest.mark.parametrize("model", MODELS)
async def test_set_and_deleted(socket_enabled: None, model: str) -> None:
    """They are confirmed, sent once with the present time, and only they are added, replaced, and deleted."""
    async with waiting(model, table="all") as owner:
        assert Capability.CAR_DEPARTURES in owner.running.vehicle.capabilities
        settings, programs = stored(owner)
        assert (await result_of(owner, *WORK)).status is CommandStatus.CONFIRMED
        (sent,) = commands_to(owner)
        if model in SETTINGS_MODELS:
            assert sent.body["lastSettingsUpdateTimestamp"] == f"{sent.at:%Y-%m-%dT%H:%M:%SZ}"
            assert sent.body["programs"][:-1] == settings["programs"]
            assert sent.body["programs"][-1]["programDepartureTime"] == "07:30:00"
        assert (await result_of(owner, *WORK, TRIP)).status is CommandStatus.CONFIRMED
        found = await owner.running.cloud.departures(owner.vehicle.vin)
        assert found is not None
        assert set(found.ours) == {*WORK, TRIP}
        assert (await result_of(owner)).status is CommandStatus.CONFIRMED
        assert stored(owner) == (settings, programs)
        assert len(commands_to(owner)) == 3


@pytest.mark.parametrize("model", ["R5", "ZOE50"])
@pytest.mark.parametrize("fault", INCOMPLETE)
async def test_incomplete_programs(socket_enabled: None, model: str, fault: str) -> None:
    """Nothing is sent: what is missing could be deleted."""
    async with waiting(model, table="all") as owner:
        owner.simulator.faults.replace([{**INCOMPLETE[fault], **read} for read in READS])
        with pytest.raises((CloudError, CommandError)) as caught:
            await owner.running.send(SetCarDepartures(WORK))
        assert reason_of(caught.value) == "schedule_unread"
        assert commands_to(owner) == []


@pytest.mark.parametrize("model", ["R5", "ZOE50"])
@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop", "when": "after"}, {"kind": "drop", "when": "before"}, {"kind": "refusal", "error": "forbidden"}],
    ids=["dropped after", "dropped before", "refused"],
)
async def test_faults(socket_enabled: None, model: str, fault: dict[str, str]) -> None:
    """After any fault, the command has arrived once at most, nothing is lost, and it works again later."""
    async with waiting(model, table="all") as owner:
        before = stored(owner)
        owner.simulator.faults.replace([{**fault, **write} for write in WRITES])
        with pytest.raises((CloudError, CommandError)):
            await owner.running.send(SetCarDepartures(WORK))
        await owner.pass_by(SETTLED)
        posts = [each for each in owner.simulator.log.entries if each.method == HTTPMethod.POST]
        assert len([each for each in posts if "/kamereon/" in each.path]) == 1
        owner.simulator.faults.replace([])
        assert (await result_of(owner, *WORK)).status is CommandStatus.CONFIRMED
        assert (await result_of(owner)).status is CommandStatus.CONFIRMED
        assert stored(owner) == before


@pytest.mark.parametrize("model", ["R5", "ZOE50"])
async def test_lost_departures(socket_enabled: None, model: str) -> None:
    """Those in the car stay known while those sent in their place do not arrive, and none is left behind."""
    async with waiting(model, table="all") as owner:
        before = stored(owner)
        assert (await result_of(owner, *WORK)).status is CommandStatus.CONFIRMED
        owner.vehicle.link.obeys_schedule = False
        for _ in range(2):
            await owner.running.send(SetCarDepartures((TRIP,)))
            await owner.pass_by(10 * MINUTE)
        await owner.pass_by(SETTLED)
        owner.vehicle.link.obeys_schedule = True
        assert (await result_of(owner, TRIP)).status is CommandStatus.CONFIRMED
        assert (await result_of(owner)).status is CommandStatus.CONFIRMED
        assert stored(owner) == before


async def test_more_than_the_car_holds(socket_enabled: None) -> None:
    """More times than there is room for are refused, and nothing is sent."""
    async with waiting("R5", table="all") as owner:
        many = [CarDeparture(Weekday.MONDAY, time(hour)) for hour in (6, 7, 8)]
        with pytest.raises(CloudError) as caught:
            await owner.running.send(SetCarDepartures(tuple(many)))
        assert reason_of(caught.value) == "departures_full"
        assert commands_to(owner) == []


async def test_car_without_remote_commands(socket_enabled: None) -> None:
    """The error names the cause, and nothing is sent again."""
    async with waiting("R5", table="srp") as owner:
        with pytest.raises((CloudError, CommandError)) as caught:
            await owner.running.send(SetCarDepartures(WORK))
        assert reason_of(caught.value) == "no_remote_commands"
        await owner.pass_by(SETTLED)
        assert len(commands_to(owner)) == 1


async def test_zoe_that_follows_no_programs(socket_enabled: None) -> None:
    """It counts as a car without departures and without room for any."""
    async with waiting("ZOE50", table="all") as owner:
        owner.vehicle.quirks.follows_departures = False
        await owner.pass_by(MINUTE)
        assert await owner.running.cloud.departures(owner.vehicle.vin) == CarDepartures()


@pytest.mark.parametrize("model", sorted(MODEL_NAMES.keys() - {*MODELS, "Petrol"}))
async def test_other_models(socket_enabled: None, model: str) -> None:
    """They are not offered, not even for a car whose settings can only be read."""
    async with waiting(model, table="all") as owner:
        assert Capability.CAR_DEPARTURES not in owner.running.vehicle.capabilities
        assert (owner.vehicle.model.schedule is ScheduleKind.SETTINGS) is (model == "Rafale")
