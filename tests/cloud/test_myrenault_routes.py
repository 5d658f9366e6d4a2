"""The routes of commands at MY Renault: their order by model, and their contents."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from custom_components.renault_ze.cloud.models import Capability, CommandKind
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator import EXAMPLE_VIN, Account
from simulator.myrenault import Model, MyRenaultSimulator, models
from tests.cloud.myrenault import FIRST, NOW, SECOND, every_day, my_renault, sent

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


async def test_schedule_as_the_app_sends_it(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Send five programs with all days, and ids that are strings."""
    await adapter.set_charge_schedule(SECOND, every_day(3, 2))
    ((path, content),) = sent(renault)
    first, *others = content["schedules"]
    assert path == "charge/schedule"
    assert (first["id"], first["activated"], first["monday"]) == ("1", True, {"startTime": "T03:00Z", "duration": 120})
    empty = [{"id": str(number), "activated": False, **dict.fromkeys(DAYS)} for number in range(2, 6)]
    assert others == empty


async def test_contents_of_stop(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Let the car charge in a day, for a minute or from then on."""
    tomorrow = renault.vehicle(SECOND).car.at + timedelta(days=1)
    for route in ("kcm_schedule", "kcm_delayed_start"):
        await adapter.stop_charge(SECOND, route=route)
    schedule, delayed = (content for _, content in sent(renault))
    program = schedule["schedules"][0]
    assert [day for day in DAYS if program[day]] == [DAYS[tomorrow.weekday()]]
    assert program[DAYS[tomorrow.weekday()]]["duration"] == 1
    assert delayed == {"action": "start", "startDateTime": f"{tomorrow:%Y-%m-%dT%H:%M}:00.000Z"}


async def test_first_generation_has_one_route(adapter: MyRenault) -> None:
    """Use the older requests only."""
    await adapter.account(max_age=NOW)
    routes = [adapter.routes(FIRST, kind) for kind in CommandKind]
    assert [each for each in routes if each] == [("kca_start",), ("kca_stop",), ("kca_schedule",), ("kca_mode",)]


@pytest.fixture
async def of_model(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[MyRenaultSimulator]:
    """Serve a car of a model."""
    model: Model = request.param
    owner = Account("you@example.com", "P4ssw0rd", [EXAMPLE_VIN])
    simulator = MyRenaultSimulator(accounts=[owner], models={EXAMPLE_VIN: model})
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.mark.parametrize(
    ("of_model", "start", "stop"),
    [
        (models.XBG1VE, ("kcm_resume",), ("kcm_pause",)),
        (models.R5E1VE, ("kcm_settings",), ()),
        (models.XCB1SE, ("kcm_settings",), ()),
        (models.XCB1VE, ("kcm_start", "kca_mode_with_programs"), ("kcm_schedule", "kcm_delayed_start", "kcm_pause")),
    ],
    ids=["Spring", "R5", "Scenic", "Megane"],
    indirect=["of_model"],
)
async def test_routes_of_other_models(
    http: aiohttp.ClientSession, of_model: MyRenaultSimulator, start: tuple[str, ...], stop: tuple[str, ...]
) -> None:
    """Offer to stop a charge only where a route is known."""
    cloud = my_renault(http, of_model.url)
    (car,) = (await cloud.account(max_age=NOW)).vehicles
    assert cloud.routes(EXAMPLE_VIN, CommandKind.START_CHARGE) == start
    assert cloud.routes(EXAMPLE_VIN, CommandKind.STOP_CHARGE) == stop
    assert (Capability.STOP_CHARGE in car.capabilities) is bool(stop)
