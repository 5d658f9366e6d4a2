"""The actions of the plan: edits, responses and refusals."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.renault_ze.cloud.models import Capability, CommandKind
from simulator import Scope, Simulator
from simulator.myrenault import MyRenaultSimulator
from tests.common import ask, expect_error, only_device, set_up
from tests.plan.planned import CINEMA, EVERY_DAY, NIGHT, WORK, Car

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")


async def names(hass: HomeAssistant, device_id: str) -> list[str]:
    """Return the names of the departures of the plan."""
    return [each["name"] for each in (await ask(hass, "get_plan", device_id))["departures"]]


async def test_add_change_and_remove_a_departure(hass: HomeAssistant, device_id: str) -> None:
    """It is selected by name or id, and fields that are not given stay."""
    added = await ask(hass, "set_departure", device_id, **WORK, robust=True)
    assert added == {
        "id": added["id"],
        "name": "Work",
        "time": "07:30",
        "days": EVERY_DAY,
        "date": None,
        "precondition": True,
        "enabled": True,
        "robust": True,
        "override": False,
        "target_level": None,
        "skipped": [],
        "next_at": "2026-11-19T07:30:00+00:00",
    }
    changed = await ask(hass, "set_departure", device_id, name=" work ", time="08:00:30")
    assert changed == {**added, "name": "work", "time": "08:00", "next_at": "2026-11-19T08:00:00+00:00"}
    renamed = await ask(hass, "set_departure", device_id, departure="Work", name="Office", date="2026-11-20")
    assert (renamed["id"], renamed["days"], renamed["date"]) == (added["id"], [], "2026-11-20")
    await ask(hass, "set_departure", device_id, **CINEMA)
    assert await names(hass, device_id) == ["Office", "Cinema"]
    await ask(hass, "remove_departure", device_id, departure="OFFICE")
    assert await names(hass, device_id) == ["Cinema"]
    (cinema,) = (await ask(hass, "get_plan", device_id))["departures"]
    await ask(hass, "remove_departure", device_id, departure=cinema["id"])
    assert await names(hass, device_id) == []


KEEPS_NONE = frozenset(Capability) - {Capability.CAR_DEPARTURES}
TIMERLESS = {
    "never seen": {"unconfirmable": frozenset({CommandKind.PRECONDITION_AT})},
    "its deletion never seen": {"unconfirmable": frozenset({CommandKind.CANCEL_PRECONDITION})},
    "not offered": {"capabilities": KEEPS_NONE - {Capability.PRECONDITIONING_TIMER}},
    "not shown": {"capabilities": KEEPS_NONE - {Capability.PRECONDITIONING_TIMER_STATE}},
    "not deleted": {"capabilities": KEEPS_NONE - {Capability.CANCEL_PRECONDITIONING}},
}


@pytest.mark.parametrize("lacking", TIMERLESS.values(), ids=TIMERLESS)
async def test_timer_that_cannot_be_read(car: Car, lacking: dict[str, Any]) -> None:
    """A departure that uses the timer is refused, added or changed; one without is not."""
    car.coordinator.vehicle = replace(car.coordinator.vehicle, **lacking)
    for data in ({**WORK, "robust": True}, {"name": "Work", "robust": True}):
        with pytest.raises(ServiceValidationError, match="“Work” cannot use the car's timer") as caught:
            await car.ask("set_departure", **{**WORK, **data})
        assert caught.value.translation_key == "departure_timer_unseen"
        await car.ask("set_departure", **WORK, robust=False)


async def test_first_zoe_at_my_renault(
    hass: HomeAssistant, renault: MyRenaultSimulator, renault_entry: MockConfigEntry
) -> None:
    """A departure cannot use its timer, which cannot be read."""
    renault.vehicle().model_code = "X101VE"
    renault.vehicle().load_first_schedule()
    await set_up(hass, renault_entry)
    device = only_device(hass, renault_entry)
    with expect_error("departure_timer_unseen", ServiceValidationError):
        await ask(hass, "set_departure", device, **WORK, robust=True)
    assert (await ask(hass, "set_departure", device, **WORK))["robust"] is False


async def test_next_step_and_forecast(car: Car) -> None:
    """The response contains the step, its reason, and the expected battery level."""
    await car.ask("set_departure", **WORK)
    response = await car.ask("get_plan")
    assert response["next_step"] == {
        "kind": "start",
        "reason": "departure",
        "at": "2026-11-19T07:20:00+00:00",
        "departure": "Work",
        "windows": [],
    }
    assert response["projection"] == {
        "at": "2026-11-19T07:20:00+00:00",
        "level_percent": 100,
        "shortage": None,
        "charge_needed_minutes": None,
    }
    assert (response["charging_reason"], response["preconditioning_reason"]) == ("charging", "waiting_for_departure")
    assert (response["time_zone"], response["departures_enabled"]) == ("Europe/London", True)
    assert response["now"] == "2026-11-18T18:30:00+00:00"
    assert (len(response["windows"]), response["charge_enabled"]) == (7, False)
    assert car.commands == []


@pytest.mark.parametrize(
    ("action", "data", "key", "given"),
    [
        ("set_departure", {"name": "Gym"}, "departure_incomplete", ("", "")),
        ("set_departure", {"time": "07:30"}, "departure_incomplete", ("", "")),
        ("set_departure", {"name": "Gym", "time": "18:00"}, "departure_weekdays_or_date", ("", "Gym")),
        ("set_departure", {**CINEMA, "days": ["mon"]}, "departure_weekdays_or_date", ("", "Cinema")),
        ("set_departure", {"departure": "Gym", "time": "18:00"}, "departure_unknown", ("", "Gym")),
        ("remove_departure", {"departure": "Gym"}, "departure_unknown", ("", "Gym")),
        ("skip_departure", {"departure": "Gym"}, "departure_unknown", ("", "Gym")),
        ("skip_departure", {"date": "2026-11-17"}, "departure_none_to_skip", ("", "")),
        ("set_departure", {**CINEMA, "date": "2026-11-17"}, "event_past", ("", "Nov 17, 8:15 PM")),
        ("pause_departures", {"from": "2026-11-20", "to": "2026-11-19"}, "pause_reversed", ("", "Nov 19")),
        ("pause_departures", {"from": "2026-09", "to": "2026-10"}, "event_past", ("", "Oct 31")),
    ],
)
async def test_invalid_edits_are_refused(
    hass: HomeAssistant, device_id: str, action: str, data: dict[str, Any], key: str, given: tuple[str, str] | None
) -> None:
    """The plan stays, and the error says what is wrong."""
    await ask(hass, "set_departure", device_id, **WORK)
    before = await ask(hass, "get_plan", device_id)
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, action, device_id, **data)
    assert caught.value.translation_key == key
    if given is not None:
        assert caught.value.translation_placeholders == {"days": given[0], "value": given[1]}
    assert await ask(hass, "get_plan", device_id) == before


async def test_departures_with_the_same_name(car: Car) -> None:
    """The id selects one; the ambiguous name is refused."""
    await car.ask("set_departure", **WORK)
    await car.ask("set_departure", **CINEMA)
    (work, cinema) = car.coordinator.planner.plan.departures
    await car.ask("set_departure", departure="Cinema", name="Work")
    with expect_error("departure_ambiguous", ServiceValidationError):
        await car.ask("remove_departure", departure="Work")
    await car.ask("remove_departure", departure=cinema.id)
    assert [each.id for each in car.coordinator.planner.plan.departures] == [work.id]


async def test_name_of_a_past_departure(car: Car) -> None:
    """A name selects the weekly departure, not a past one with the same name."""
    await car.ask("set_departure", **WORK)
    moved = await car.ask("set_departure", **{**CINEMA, "date": "2026-11-19", "time": "09:00"})
    await car.ask("set_departure", departure=moved["id"], name="Work")
    with pytest.raises(ServiceValidationError):
        await car.ask("skip_departure", departure="Work")
    await car.until("09:00")
    response = await car.ask("skip_departure", departure="Work")
    assert [each["skipped"] for each in response["departures"]] == [["2026-11-20"], []]
    await car.ask("remove_departure", departure="Work")
    assert await names(car.hass, car.device_id) == ["Work"]
    await car.ask("remove_departure", departure="Work")
    assert await names(car.hass, car.device_id) == []


@pytest.mark.parametrize("data", [{"name": "  "}, {"name": "x" * 101}, {"days": ["someday"]}, {"time": "25:00"}])
async def test_schema_refuses_invalid_fields(hass: HomeAssistant, device_id: str, data: dict[str, Any]) -> None:
    """The plan does not change."""
    with pytest.raises(probatio.Invalid):
        await ask(hass, "set_departure", device_id, **{**WORK, **data})


@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        (Scope.PRECONDITIONING, [("set_charge_windows", {"windows": [NIGHT]})]),
        (Scope.SCHEDULING, [("set_departure", WORK), ("skip_departure", {}), ("pause_departures", {})]),
    ],
)
async def test_scopes(
    hass: HomeAssistant,
    mock_config_entry: MockConfigEntry,
    simulator: Simulator,
    scope: Scope,
    refused: list[tuple[str, dict[str, Any]]],
) -> None:
    """Editing needs the capability; the plan can always be read."""
    simulator.account.scopes = [scope]
    await set_up(hass, mock_config_entry)
    device = only_device(hass, mock_config_entry)
    for action, data in refused:
        with expect_error("unsupported", ServiceValidationError):
            await ask(hass, action, device, **data)
    assert (await ask(hass, "get_plan", device))["departures"] == []
