"""Skipped, paused and restored departures."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.common import ask, expect_error, value
from tests.plan.planned import CINEMA, NO_TIMER, TIMER, WARM, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def test_skip(hass: HomeAssistant, device_id: str) -> None:
    """The next departure, the next of a name, all of a date, and one of a date."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "set_departure", device_id, **{**CINEMA, "date": "2026-11-20"})
    await ask(hass, "skip_departure", device_id)
    await ask(hass, "skip_departure", device_id, departure="Work")
    response = await ask(hass, "skip_departure", device_id, date="2026-11-20", departure="cinema")
    skipped = {each["name"]: each["skipped"] for each in response["departures"]}
    assert skipped == {"Work": ["2026-11-19", "2026-11-20"], "Cinema": ["2026-11-20"]}
    response = await ask(hass, "skip_departure", device_id, date="2026-11-21")
    assert {each["name"]: each["next_at"] for each in response["departures"]} == {
        "Work": "2026-11-22T07:30:00+00:00",
        "Cinema": None,
    }


async def test_restore(hass: HomeAssistant, device_id: str) -> None:
    """All of a date, those of one departure, or the next."""

    async def skipped(action_skips: bool, **data: str) -> dict[str, list[str]]:
        response = await ask(hass, "skip_departure", device_id, skip=action_skips, **data)
        return {each["name"]: each["skipped"] for each in response["departures"]}

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


async def test_only_future_departures_are_restored(car: Car) -> None:
    """Past dates and days without the departure are refused."""
    await car.ask("set_departure", **WORK)
    await car.ask("skip_departure")
    await car.ask("skip_departure", date="2026-11-20")
    await car.ask("set_departure", name="Work", days=["thu"])
    await car.until("07:30")
    for data in ({}, {"departure": "Work"}, {"date": "2026-11-19"}, {"date": "2026-11-20"}):
        with expect_error("departure_none_skipped", ServiceValidationError):
            await car.ask("skip_departure", skip=False, **data)


@pytest.mark.parametrize("robust", [False, True])
async def test_restored_departure_preconditions_the_car(car: Car, robust: bool) -> None:
    """Even if its timer was already deleted from the car: it is set again."""
    await car.ask("set_departure", **WORK, robust=robust)
    await car.until("06:00")
    await car.ask("skip_departure")
    await car.until("06:30")
    await car.ask("skip_departure", skip=False)
    await car.until("08:00")
    assert (car.commands, car.plan_events) == ([TIMER, NO_TIMER, TIMER] if robust else [WARM], ["ready"])


async def test_started_departure_is_not_skipped(car: Car) -> None:
    """Its command was already sent."""
    await car.ask("set_departure", **WORK)
    await car.until("07:21")
    with expect_error("departure_none_to_skip", ServiceValidationError):
        await car.ask("skip_departure", date="2026-11-19")
    assert car.commands == [WARM]


async def test_departure_without_preconditioning(car: Car) -> None:
    """It can be skipped until its time."""
    await car.ask("set_departure", **WORK, precondition=False)
    await car.until("07:25")
    await car.call("switch.turn_on", "switch.renault_z_e_skip_next_departure")
    assert car.value("sensor.renault_z_e_next_departure") == "2026-11-20T07:30:00+00:00"
    await car.ask("skip_departure", skip=False)
    response = await car.ask("skip_departure", date="2026-11-19")
    assert response["departures"][0]["skipped"] == ["2026-11-19"]


async def test_close_departures(car: Car) -> None:
    """The second command waits until the server accepts it; each departure is reported as ready."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_departure", **{**WORK, "name": "School", "time": "07:33"})
    # The car preconditions until 07:25, and refuses another command before.
    for moment in ("07:20", "07:22", "07:24:59"):
        await car.until(moment)
        assert car.commands == [WARM]
    for moment in ("07:26", "08:00"):
        await car.until(moment)
        assert car.commands == [WARM, WARM]
    assert car.plan_events == ["ready", "ready"]


async def test_past_pause_is_not_returned(car: Car) -> None:
    """The response does not contain a pause that is over."""
    await car.ask("set_departure", **WORK)
    await car.ask("pause_departures", to="2026-11-19")
    await car.until("23:59")
    assert (await car.ask("get_plan"))["paused"] == {"from": "2026-11-18", "to": "2026-11-19"}
    await car.until("2026-11-20T00:01")
    assert (await car.ask("get_plan"))["paused"] is None


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
async def test_pause_and_resume(car: Car, span: dict[str, str], paused: dict[str, str], next_at: str) -> None:
    """A pause has days or months as limits, and can end early."""
    await car.ask("set_departure", **WORK)
    response = await car.ask("pause_departures", **span)
    assert (response["paused"], response["departures"][0]["next_at"]) == (paused, next_at)
    assert car.value("sensor.renault_z_e_next_departure") == next_at
    response = await car.ask("pause_departures")
    assert (response["paused"], response["departures"][0]["next_at"]) == (None, "2026-11-19T07:30:00+00:00")


async def test_skip_is_removed_with_a_new_date(hass: HomeAssistant, device_id: str) -> None:
    """A departure with a changed date is not skipped."""
    await ask(hass, "set_departure", device_id, **WORK)
    await ask(hass, "skip_departure", device_id, date="2026-11-20")
    moved = await ask(hass, "set_departure", device_id, name="Work", date="2026-11-20")
    assert (moved["skipped"], moved["next_at"]) == ([], "2026-11-20T07:30:00+00:00")
