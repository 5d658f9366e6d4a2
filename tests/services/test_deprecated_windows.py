"""The deprecated action `set_charge_windows` does the same as `set_charge_schedule`, and returns the plan."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.common import expect_error
from tests.plan.planned import EVERY_DAY, Car, nights, week

# A Wednesday evening in London, where the car is.
pytestmark = pytest.mark.freeze_time("2026-11-18 18:30:00+00:00")

MODE = "select.renault_z_e_charge_mode"
NIGHT = {"days": EVERY_DAY, "start": "01:00", "end": "05:00"}
MONDAY = {"day": "mon", "date": None, "skipped": []}
NOON = {"days": EVERY_DAY, "start": "12:00", "end": "18:00"}


@pytest.mark.parametrize("word", ["base", "main"])
async def test_main_window(car: Car, word: str) -> None:
    """The former name is accepted as well; the response has the new one, and can be sent back."""
    response = await car.ask("set_charge_windows", windows=[{**NIGHT, word: True}, NOON])
    assert week(car.simulator) == nights()
    assert (response["charge_enabled"], car.value(MODE)) == (True, "by_schedule")
    monday = [each for each in response["windows"] if each["day"] == "mon"]
    assert monday == [
        {**MONDAY, "start": "01:00", "end": "05:00", "duration_minutes": 240, "main": True},
        {**MONDAY, "start": "12:00", "end": "18:00", "duration_minutes": 360, "main": False},
    ]
    assert response["windows"] == (await car.ask("get_plan"))["windows"]
    assert response["windows"] == (await car.ask("get_charge_schedule"))["windows"]
    await car.later(61)
    await car.ask("set_charge_windows", windows=[_row(each) for each in response["windows"]])
    assert (car.commands, (await car.ask("get_plan"))["windows"]) == ([], response["windows"])


def _row(each: dict[str, Any]) -> dict[str, Any]:
    """Return a window of a response as one of a call."""
    return {"days": each["day"], "start": each["start"], "end": each["end"], "main": each["main"]}


async def test_windows_for_dates(car: Car) -> None:
    """Days, dates, and durations are in the response, and the mode stays if the call does not change it."""
    party = {"date": "2026-11-21", "start": "22:00", "duration": {"hours": 1}}
    rows = [{**NIGHT, "days": ["mon"], "base": True}, {**NOON, "days": "mon"}, party, {**NIGHT, "days": EVERY_DAY[1:]}]
    response = await car.ask("set_charge_windows", windows=rows, switch_on=False)
    keys = ("day", "date", "start", "end", "duration_minutes", "main")
    shown = [tuple(each[key] for key in keys) for each in response["windows"]]
    assert [each for each in shown if each[0] in {"mon", "sat"}] == [
        ("mon", None, "01:00", "05:00", 240, True),
        ("mon", None, "12:00", "18:00", 360, False),
        ("sat", None, "01:00", "05:00", 240, False),
        ("sat", "2026-11-21", "22:00", "23:00", 60, False),
    ]
    assert (response["charge_enabled"], response["next_step"]) == (False, None)
    assert (car.value(MODE), car.commands) == ("any_time", [])


async def test_no_windows(car: Car) -> None:
    """They are only deleted while the car charges at any time."""
    with expect_error("schedule_empty", ServiceValidationError):
        await car.ask("set_charge_windows", windows=[])
    assert len((await car.ask("get_plan"))["windows"]) == 7
    response = await car.ask("set_charge_windows", windows=[], switch_on=False)
    assert (response["windows"], car.value(MODE), car.commands) == ([], "any_time", [])
