"""Departures that the car keeps itself: sent, read back, left alone when others change them; else a command is sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.renault_ze.cloud.models import Weekday
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.records import Outcome
from custom_components.renault_ze.vehicle import commands
from simulator.world.records import Source
from tests.plan.car_departures import (
    DAY,
    HOUR,
    MINUTE,
    START,
    WORK,
    added_programs,
    hvac_programs,
    own_programs,
    owner_of,
    pass_until,
    runs,
    starts,
    writes,
)

WORKDAYS = {0, 1, 2, 3, 4}
NEXT = START.replace(day=14, hour=7, minute=30)
RUN = timedelta(minutes=5)
BY_CAR = (NEXT - RUN, Source.CAR)
OFTEN = timedelta(hours=1)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Override the fixture of Home Assistant's plugin, which takes half of the time and is not needed here."""


async def test_program_of_a_weekly_departure(socket_enabled: None) -> None:
    """It is added to the programs with its time and days, sent once, and the car preconditions without a command."""
    async with owner_of() as owner:
        before = own_programs(owner)
        await owner.pass_by(7 * DAY)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]
        assert own_programs(owner) == before
        assert len(writes(owner)) == 1
        assert starts(owner) == []
        assert [at for at, _ in runs(owner)] == [NEXT - RUN + day * DAY for day in (0, 1, 2, 5, 6)]
        outcomes = {each.ready_at: each.outcome for each in owner.running.planner.plan.attempts}
        assert outcomes == {NEXT + day * DAY: Outcome.READY for day in (5, 6)}


async def test_zoe(socket_enabled: None) -> None:
    """A ZOE gets a program with a free number, and keeps the owner's."""
    async with owner_of("ZOE50") as owner:
        await owner.pass_by(HOUR)
        expected = {(day.name.lower(), "T07:30Z") for day in WORK.weekdays}
        assert hvac_programs(owner) == {1: expected}
        await pass_until(owner, NEXT + HOUR)
        assert runs(owner) == [BY_CAR]
        assert starts(owner) == []


async def test_programs_of_the_owner_on_a_zoe(socket_enabled: None) -> None:
    """Those of the owner keep their numbers, the inactive one too."""
    async with owner_of("ZOE50", replace(WORK, enabled=False)) as owner:
        own = [
            {"id": 1, "activated": True, "sunday": {"readyAtTime": "T10:00Z"}},
            {"id": 3, "activated": False, "saturday": {"readyAtTime": "T11:00Z"}},
        ]
        owner.vehicle.apply_settings({"hvac_programs": own})
        await owner.pass_by(MINUTE)
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await owner.pass_by(2 * HOUR)
        kept = {each["id"]: each for each in owner.vehicle.hvac_programs}
        assert set(hvac_programs(owner)) == {1, 2}
        assert kept[1]["sunday"] == own[0]["sunday"]
        assert (kept[3]["activated"], kept[3]["saturday"]) == (False, own[1]["saturday"])
        owner.running.edit(lambda plan: edits.without_departure(plan, "work"))
        await owner.pass_by(HOUR)
        assert set(hvac_programs(owner)) == {1}


async def test_zoe_that_is_not_in_program_mode(socket_enabled: None) -> None:
    """A car that does not follow its programs gets none, and a command instead."""
    async with owner_of("ZOE50") as owner:
        owner.vehicle.set_quirks(replace(owner.vehicle.quirks, follows_departures=False))
        await owner.stop_and_start()
        await pass_until(owner, NEXT + HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER]
        assert len(starts(owner)) == 1


@pytest.mark.parametrize("model", ["R5", "ZOE50"])
async def test_away_for_two_days(socket_enabled: None, model: str) -> None:
    """The car preconditions while Home Assistant is away, and is not sent a command when it is back."""
    async with owner_of(model) as owner:
        await owner.pass_by(HOUR)
        owner.cycle = None
        await pass_until(owner, NEXT + DAY - 7 * MINUTE)
        await owner.start()
        await pass_until(owner, NEXT + DAY + HOUR)
        assert runs(owner) == [BY_CAR, (NEXT + DAY - RUN, Source.CAR)]
        assert starts(owner) == []
        outcomes = {each.ready_at: each.outcome for each in owner.running.planner.plan.attempts}
        assert outcomes[NEXT + DAY] is Outcome.READY


async def test_restart_at_any_time(socket_enabled: None) -> None:
    """A restart neither sends the programs again, nor a command."""
    async with owner_of() as owner:
        for _ in range(23):
            await owner.pass_by(HOUR)
            await owner.stop_and_start()
        assert len(writes(owner)) == 1
        assert runs(owner) == [BY_CAR]
        assert starts(owner) == []


async def test_canceled_departure(socket_enabled: None) -> None:
    """Its program is deleted, and the car does not precondition."""
    async with owner_of() as owner:
        await owner.pass_by(HOUR)
        before = own_programs(owner)
        owner.running.edit(lambda plan: edits.without_departure(plan, "work"))
        await owner.pass_by(HOUR)
        assert owner.vehicle.ev_settings["programs"] == before
        await pass_until(owner, NEXT + HOUR)
        assert runs(owner) == []
        assert owner.running.planner.plan.car_departures is None


async def test_skipped_date(socket_enabled: None) -> None:
    """Its weekday is left out until it is over."""
    async with owner_of() as owner:
        await owner.pass_by(HOUR)
        owner.running.edit(lambda plan: edits.skip(plan, "work", NEXT.date()))
        await owner.pass_by(HOUR)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS - {2})]
        await pass_until(owner, NEXT + HOUR)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]
        await pass_until(owner, NEXT + 7 * DAY + HOUR)
        assert NEXT - RUN not in [at for at, _ in runs(owner)]
        assert (NEXT + 7 * DAY - RUN, Source.CAR) in runs(owner)
        assert starts(owner) == []


async def test_departure_on_a_date(socket_enabled: None) -> None:
    """It is sent within the week before, and deleted after it."""
    trip = replace(WORK, id="trip", weekdays=frozenset(), on=date(2026, 1, 24), at=time(9, 5))
    async with owner_of("R5", trip) as owner:
        await owner.pass_by(DAY)
        assert added_programs(owner) == []
        await owner.pass_by(7 * DAY)
        assert added_programs(owner) == [("PRECONDITIONING", "09:05:00", {5})]
        at = START.replace(day=24, hour=9, minute=5)
        await pass_until(owner, at + HOUR)
        assert added_programs(owner) == []
        await owner.pass_by(8 * DAY)
        assert runs(owner) == [(at - RUN, Source.CAR)]


async def test_more_times_than_room(socket_enabled: None) -> None:
    """With three programs of the owner, the next two times are in the car, and take turns."""
    others = [replace(WORK, id=str(hour), at=time(hour)) for hour in (9, 14, 20)]
    async with owner_of("R5", *others) as owner:
        before = own_programs(owner)
        await owner.pass_by(2 * DAY)
        assert own_programs(owner) == before
        assert len(added_programs(owner)) == 2
        assert len(owner.vehicle.ev_settings["programs"]) == 5
        expected = [START + timedelta(hours=hours) for hours in (2, 8, 21, 26, 32, 45)]
        assert [at + RUN for at, source in runs(owner) if source is Source.CAR] == expected
        assert starts(owner) == []


async def test_program_that_the_owner_has(socket_enabled: None) -> None:
    """A departure that a program of the owner covers needs none of ours, until it is switched off."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        first, *rest = own_programs(owner)
        first = {**first, "programActivationStatus": True, "programType": "CHARGE_AND_PRECONDITIONING"}
        owner.vehicle.apply_settings({"ev_settings": {**owner.vehicle.ev_settings, "programs": [first, *rest]}})
        await owner.pass_by(MINUTE)
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await pass_until(owner, NEXT + HOUR)
        assert writes(owner) == []
        assert runs(owner) == [BY_CAR]
        assert starts(owner) == []
        off = {**first, "programActivationStatus": False}
        owner.vehicle.apply_settings({"ev_settings": {**owner.vehicle.ev_settings, "programs": [off, *rest]}})
        await owner.pass_by(2 * HOUR)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]
        assert own_programs(owner) == [off, *rest]


async def test_car_that_charges_by_programs(socket_enabled: None) -> None:
    """A departure changes nothing on which days the car charges, whether the owner's programs do or not."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        first, *rest = own_programs(owner)
        first = {**first, "programActivationStatus": True}
        owner.vehicle.apply_settings({"ev_settings": {**owner.vehicle.ev_settings, "programs": [first, *rest]}})
        await owner.pass_by(MINUTE)
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await owner.pass_by(2 * HOUR)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]
        assert own_programs(owner) == [first, *rest]


async def test_car_that_does_not_start(socket_enabled: None) -> None:
    """If a car holds the program but does not start, a command is sent before the departure."""
    async with owner_of() as owner:
        await owner.pass_by(HOUR)
        owner.vehicle.set_quirks(replace(owner.vehicle.quirks, follows_departures=False))
        await pass_until(owner, NEXT + HOUR)
        assert [(source, NEXT - RUN < at < NEXT) for at, source in runs(owner)] == [(Source.USER, True)]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refusal", "error": "forbidden"},
        {"kind": "drop", "when": "before"},
        {"kind": "refusal", "error": "bad_request"},
    ],
    ids=str,
)
async def test_programs_that_cannot_be_sent(socket_enabled: None, fault: dict[str, str]) -> None:
    """A command is sent at the usual time instead."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        owner.simulator.faults.replace([{**fault, "method": "POST", "path": "*/ev/settings"}])
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await pass_until(owner, NEXT + HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER]
        assert len(starts(owner)) == 1
        assert NEXT - 2 * RUN <= runs(owner)[0][0] <= NEXT - RUN
        assert len(writes(owner)) < 12
        owner.simulator.faults.replace([])
        await owner.pass_by(7 * HOUR)
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]


async def test_programs_that_the_car_ignores(socket_enabled: None) -> None:
    """A car that is accepted without effect gets a command, and is not sent its programs all the time."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        owner.vehicle.link.obeys_schedule = False
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await pass_until(owner, NEXT + HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER]
        assert len(starts(owner)) == 1
        assert len(writes(owner)) <= 8


async def test_response_that_is_lost(socket_enabled: None) -> None:
    """Programs that arrived without a response are recognized as ours."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        rule = {"kind": "drop", "when": "after", "times": 1, "method": "POST", "path": "*/ev/settings"}
        owner.simulator.faults.replace([rule])
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await owner.pass_by(2 * HOUR)
        assert len(writes(owner)) == 1
        assert len(added_programs(owner)) == 1
        await owner.stop_and_start()
        owner.running.edit(lambda plan: edits.without_departure(plan, "work"))
        await owner.pass_by(HOUR)
        assert added_programs(owner) == []


@pytest.mark.parametrize("change", ["deleted", "switched off", "moved"])
async def test_program_changed_in_the_app(socket_enabled: None, change: str) -> None:
    """What the owner has changed is kept, a command takes the place of the program, and an edit sends it again."""
    async with owner_of() as owner:
        await owner.pass_by(2 * HOUR)
        *own, ours = owner.vehicle.ev_settings["programs"]
        changed = {
            "deleted": [],
            "switched off": [{**ours, "programActivationStatus": False}],
            "moved": [{**ours, "programDepartureTime": "09:00:00"}],
        }[change]
        settings = {**owner.vehicle.ev_settings, "programs": [*own, *changed]}
        owner.vehicle.apply_settings({"ev_settings": settings})
        await pass_until(owner, NEXT + 30 * MINUTE)
        assert owner.vehicle.ev_settings["programs"] == [*own, *changed]
        assert [source for _, source in runs(owner)] == [Source.USER]
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await owner.pass_by(HOUR)
        assert ("PRECONDITIONING", "07:30:00", WORKDAYS) in added_programs(owner)
        kept = own if change != "moved" else [*own, *changed]
        assert owner.vehicle.ev_settings["programs"][: len(kept)] == kept


async def test_started_charge(socket_enabled: None) -> None:
    """A started charge switches all programs off; they are back after it, and a command is sent meanwhile."""
    async with owner_of() as owner:
        await owner.pass_by(HOUR)
        before = owner.vehicle.ev_settings["programs"]
        owner.vehicle.car.fill(40)
        owner.vehicle.set_charge_mode(owner.vehicle.car.schedule.mode)
        owner.vehicle.report_now()
        await pass_until(owner, NEXT - 9 * HOUR)
        owner.vehicle.car.battery.capacity_kwh = 5000.0
        owner.vehicle.car.fill(60)
        await owner.running.send(commands.StartCharge())
        await pass_until(owner, NEXT + HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER]
        owner.vehicle.car.unplug()
        owner.vehicle.report_now()
        await owner.pass_by(4 * HOUR)
        assert owner.vehicle.ev_settings["programs"] == before
        await pass_until(owner, NEXT + DAY + HOUR)
        assert runs(owner)[-1] == (NEXT + DAY - RUN, Source.CAR)


async def test_start_just_after_the_programs_were_sent(socket_enabled: None) -> None:
    """Neither of two commands that are on their way loses what the other one has sent."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        owner.vehicle.link.command_seconds = 300
        owner.vehicle.car.fill(40)
        owner.vehicle.report_now()
        before = own_programs(owner)
        owner.vehicle.car.unplug()
        owner.vehicle.car.plug()
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await owner.pass_by(MINUTE)
        assert len(writes(owner)) == 1
        assert added_programs(owner) == []
        owner.vehicle.car.charging = False
        await owner.running.cloud.start_charge(owner.vehicle.vin)
        await owner.pass_by(2 * HOUR)
        owner.vehicle.car.unplug()
        owner.vehicle.report_now()
        await owner.pass_by(6 * HOUR)
        assert own_programs(owner) == before
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]


async def test_departure_entered_shortly_before(socket_enabled: None) -> None:
    """A command starts it this time, and the car keeps it from the next week on."""
    async with owner_of("R5", replace(WORK, enabled=False)) as owner:
        await pass_until(owner, NEXT - 20 * MINUTE)
        owner.running.edit(lambda plan: edits.with_departure(plan, WORK, owner.now))
        await pass_until(owner, NEXT + HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER]
        assert added_programs(owner) == [("PRECONDITIONING", "07:30:00", WORKDAYS)]


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("Europe/London", date(2026, 10, 25), time(1, 30)),
        ("Europe/London", date(2026, 3, 29), time(1, 30)),
        ("Atlantic/Azores", date(2026, 3, 29), time(0, 30)),
        ("America/Nuuk", date(2026, 3, 28), time(23, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
    ],
)
async def test_night_that_shows_the_time_twice_or_skips_it(
    socket_enabled: None, zone: str, day: date, at: time
) -> None:
    """A command starts the departure, which is in the car again only once its time is over, and kept a week later."""
    weekly = replace(WORK, at=at, weekdays=frozenset({Weekday(day.weekday())}))
    noon = datetime.combine(day, time(12), UTC)
    async with owner_of("R5", weekly, start=noon - DAY, zone=ZoneInfo(zone)) as owner:
        both = (datetime.combine(day, at.replace(fold=fold), owner.zone).astimezone(UTC) for fold in (0, 1))
        over_at = max(both)
        owner.poll = 30 * MINUTE
        while owner.now < over_at:
            assert added_programs(owner) == []
            await owner.pass_by(30 * MINUTE)
        assert [source for _, source in runs(owner)] == [Source.USER]
        await owner.pass_by(7 * DAY + 2 * HOUR)
        assert [source for _, source in runs(owner)] == [Source.USER, Source.CAR]
