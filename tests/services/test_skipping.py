"""Departures that are left out once or for a while, and that taken back."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from simulator import Simulator
from tests.common import ask, call, orders, value
from tests.plan.planned import CINEMA, NO_TIMER, TIMER, WARM, WORK, Until

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_skipping(hass: HomeAssistant, device_id: str) -> None:
    """The next of all, the next of one, all of a date, one of a date; what is skipped is told."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2026-11-20"})
    await ask(hass, "skip_departure", device_id)
    await ask(hass, "skip_departure", device_id, departure="Work")
    answer = await ask(hass, "skip_departure", device_id, date="2026-11-20", departure="cinema")
    skipped = {each["name"]: each["skipped"] for each in answer["departures"]}
    assert skipped == {"Work": ["2026-11-19", "2026-11-20"], "Cinema": ["2026-11-20"]}
    answer = await ask(hass, "skip_departure", device_id, date="2026-11-21")
    assert {each["name"]: each["next_at"] for each in answer["departures"]} == {
        "Work": "2026-11-22T07:30:00+00:00",
        "Cinema": None,
    }


async def test_what_was_skipped_is_taken_back(hass: HomeAssistant, device_id: str) -> None:
    """Of a date, of one departure, and without either what would come next of it."""

    async def skipped(action_skips: bool, **data: str) -> dict[str, list[str]]:
        answer = await ask(hass, "skip_departure", device_id, skip=action_skips, **data)
        return {each["name"]: each["skipped"] for each in answer["departures"]}

    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2026-11-20"})
    for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
        before = await skipped(True, date=day)
    assert before == {"Work": ["2026-11-19", "2026-11-20", "2026-11-21"], "Cinema": ["2026-11-20"]}
    assert await skipped(False, departure="cinema") == {"Work": before["Work"], "Cinema": []}
    assert await skipped(False) == {"Work": ["2026-11-20", "2026-11-21"], "Cinema": []}
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-19T07:30:00+00:00"
    await skipped(True, departure="Cinema")
    assert await skipped(False, date="2026-11-20") == {"Work": ["2026-11-21"], "Cinema": []}


async def test_only_what_can_come_is_taken_back(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """Not what is over, and not a day that is none of the departure any more."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "skip_departure", device_id)
    await ask(hass, "skip_departure", device_id, date="2026-11-20")
    await ask(hass, "set_departure", device_id, name="Work", days=["thu"])
    await until("07:30")
    for data in ({}, {"departure": "Work"}, {"date": "2026-11-19"}, {"date": "2026-11-20"}):
        with pytest.raises(ServiceValidationError) as caught:
            await ask(hass, "skip_departure", device_id, skip=False, **data)
        assert caught.value.translation_key == "departure_none_skipped"


@pytest.mark.parametrize("robust", [False, True])
async def test_a_departure_taken_back_warms_the_car(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str], robust: bool
) -> None:
    """Also if its timer was already deleted from the car: then it is set again."""
    await ask(hass, "set_departure", device_id, **WORK, robust=robust)
    await until("06:00")
    await ask(hass, "skip_departure", device_id)
    await until("06:30")
    await ask(hass, "skip_departure", device_id, skip=False)
    await until("08:00")
    assert orders(simulator) == ([TIMER, NO_TIMER, TIMER] if robust else [WARM])
    assert told == ["ready"]


async def test_what_has_begun_is_not_skipped(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until
) -> None:
    """The order is out by then."""
    await ask(hass, "set_departure", device_id, **WORK)
    await until("07:21")
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, "skip_departure", device_id, date="2026-11-19")
    assert caught.value.translation_key == "departure_none_to_skip"
    assert orders(simulator) == [WARM]


async def test_what_does_not_warm_the_car_is_skipped_until_its_owner_leaves(
    hass: HomeAssistant, device_id: str, until: Until
) -> None:
    """Nothing of it has begun before."""
    await ask(hass, "set_departure", device_id, **WORK, precondition=False)
    await until("07:25")
    await call(hass, "button.press", "button.renault_z_e_skip_next_departure")
    assert value(hass, "sensor.renault_z_e_next_departure") == "2026-11-20T07:30:00+00:00"
    await ask(hass, "skip_departure", device_id, skip=False)
    answer = await ask(hass, "skip_departure", device_id, date="2026-11-19")
    assert answer["departures"][0]["skipped"] == ["2026-11-19"]


async def test_departures_close_to_each_other(
    hass: HomeAssistant, device_id: str, simulator: Simulator, until: Until, told: list[str]
) -> None:
    """The second order waits until the server takes one again; each departure is told to be ready."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**WORK, "name": "School", "time": "07:33"})
    # The car preconditions until 07:25, and refuses another command before.
    for moment in ("07:20", "07:22", "07:24:59"):
        await until(moment)
        assert orders(simulator) == [WARM]
    for moment in ("07:26", "08:00"):
        await until(moment)
        assert orders(simulator) == [WARM, WARM]
    assert told == ["ready", "ready"]


async def test_a_pause_that_is_over_is_not_answered_with(hass: HomeAssistant, device_id: str, until: Until) -> None:
    """Nobody who looks for a reason should find one that is none."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "pause_departures", device_id, to="2026-11-19")
    await until("23:59")
    assert (await ask(hass, "get_plan", device_id))["paused"] == {"from": "2026-11-18", "to": "2026-11-19"}
    await until("2026-11-20T00:01")
    assert (await ask(hass, "get_plan", device_id))["paused"] is None


@pytest.mark.parametrize(
    ("span", "paused", "next_at"),
    [
        ({"to": "2026-11-20"}, {"from": "2026-11-18", "to": "2026-11-20"}, "2026-11-21T07:30:00+00:00"),
        ({"from": "2026-11-19"}, {"from": "2026-11-19", "to": "2026-11-19"}, "2026-11-20T07:30:00+00:00"),
        ({"from": "2026-11"}, {"from": "2026-11-01", "to": "2026-11-30"}, "2026-12-01T07:30:00+00:00"),
        (
            {"from": "2026-12-24", "to": "2027-01"},
            {"from": "2026-12-24", "to": "2027-01-31"},
            "2026-11-19T07:30:00+00:00",
        ),
    ],
)
async def test_pausing_and_resuming(
    hass: HomeAssistant, device_id: str, span: dict[str, str], paused: dict[str, str], next_at: str
) -> None:
    """A holiday is made of days or months, and may end early."""
    await ask(hass, "set_departure", device_id, **WORK)
    answer = await ask(hass, "pause_departures", device_id, **span)
    assert (answer["paused"], answer["departures"][0]["next_at"]) == (paused, next_at)
    assert value(hass, "sensor.renault_z_e_next_departure") == next_at
    answer = await ask(hass, "pause_departures", device_id)
    assert (answer["paused"], answer["departures"][0]["next_at"]) == (None, "2026-11-19T07:30:00+00:00")


async def test_a_skip_does_not_outlive_its_date(hass: HomeAssistant, device_id: str) -> None:
    """Who sets a date means to leave on it."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "skip_departure", device_id, date="2026-11-20")
    moved = await ask(hass, "set_departure", device_id, name="Work", date="2026-11-20")
    assert (moved["skipped"], moved["next_at"]) == ([], "2026-11-20T07:30:00+00:00")
