"""Four weeks of a car and its plan: what is planned, what goes wrong, what the user does."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from custom_components.renault_ze.cloud import schedule
from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.plan import edits
from custom_components.renault_ze.plan.model import Departure, Plan
from custom_components.renault_ze.plan.settings import Settings
from simulator.world.car import Reason
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule
from tests.plan.simulated.car import car_at, copy_of, week
from tests.plan.simulated.fate import MINUTES, OF_THE_HOUSE, Change, Edit, Life, Trouble, minute_ahead
from tests.plan.simulated.house import MINUTE, House, strictly


@dataclass
class Lived:
    """What became of it: the house with its trace, and what the owner did when."""

    life: Life
    house: House
    windows_changed_at: datetime | None = None
    skipped: dict[tuple[str, date], datetime] = field(default_factory=dict)
    stopped: list[tuple[datetime, date, date]] = field(default_factory=list)
    switched_off: list[tuple[datetime, datetime]] = field(default_factory=list)
    left_behind: list[tuple[datetime, Vehicle]] = field(default_factory=list)
    left_for_good: list[tuple[datetime, House]] = field(default_factory=list)
    of_the_car: Counter[Trouble] = field(default_factory=Counter)

    def at(self, minute: int) -> datetime:
        """Return the instant of a minute."""
        return self.life.start + minute * MINUTE


def lived(life: Life, *, every_minute: bool = False) -> Lived:
    """Run a life to its end, from change to change or minute by minute."""
    house = _house(life)
    told = Lived(life, house)
    house.after_command[life.rewrite.order].append((life.rewrite.minutes * MINUTE, partial(_rewrite, told)))
    for reload in life.reloads:
        house.after_command[reload.order].append((reload.minutes * MINUTE, partial(_reload, told)))
    deeds: list[tuple[int, int, Callable[[], None]]] = []
    for spell in life.spells:
        deeds.append((spell.begin, 0, partial(_begin_trouble, told, spell.trouble)))
        deeds.append((spell.begin + spell.minutes, 1, partial(_end_trouble, told, spell.trouble)))
    for trip in life.trips:
        deeds.append((trip.begin, 2, partial(_leave, house)))
        deeds.append((trip.begin + trip.minutes, 3, partial(_come_back, house, trip.level)))
    for edit in life.edits:
        minute = minute_ahead(life, edit.after, edit.ahead)
        deeds.append((minute, 4, partial(_edit, told, edit)))
        if edit.change is Change.OFF:
            deeds.append((minute + edit.days * 1440, 5, partial(_switch_on, told)))
    with strictly():
        for minute, _, deed in sorted(deeds, key=lambda each: each[:2]):
            if minute < MINUTES:
                _live(told, minute, every_minute=every_minute)
                deed()
                house.look()
        _live(told, MINUTES, every_minute=every_minute)
    return told


def _live(told: Lived, minute: int, *, every_minute: bool) -> None:
    """Run until a minute."""
    first = (told.house.now - told.life.start) // MINUTE
    for stop in range(first + 1, minute) if every_minute else ():
        told.house.live(told.at(stop))
    told.house.live(told.at(minute))


def _house(life: Life) -> House:
    """Return a house that was just given its plan."""
    settings = Settings(zone=life.zone, send_ahead=life.send_ahead)
    plan = edits.switch_charging(edits.with_windows(Plan(), life.windows, life.start), life.start, on=True)
    for each in life.departures:
        plan = edits.with_departure(plan, each, life.start)
    nightly = Schedule(
        enabled=False, week=week(tuple(ChargeWindow(day, time(4), timedelta(hours=1)) for day in Weekday))
    )
    vehicle = car_at(life.start, life.zone, capacity=life.capacity, level=70, schedule=nightly)
    vehicle.link.deploy_seconds = life.deploy_seconds
    vehicle.link.late_error = life.late_error
    house = House(vehicle, plan, settings, life.poll_minutes * MINUTE)
    house.crashes = {each.order: (each.before_sending, each.minutes * MINUTE) for each in life.crashes}
    house.lost_answers = {each.order: each.arrives for each in life.lost}
    return house


def _begin_trouble(told: Lived, trouble: Trouble) -> None:
    """Begin a problem; keep a copy of the car that an outage leaves behind."""
    if trouble is Trouble.OFF:
        told.left_behind.append((told.house.now, copy_of(told.house.vehicle)))
    if trouble in OF_THE_HOUSE:
        told.house.begin_trouble(OF_THE_HOUSE[trouble])
    else:
        told.of_the_car[trouble] += 1
        _change_link(told)


def _reload(told: Lived) -> None:
    """Reload the integration, and check what would be if it had been removed instead."""
    if told.house.up:
        _leave_for_good(told)
        told.house.reload()


def _leave_for_good(told: Lived) -> None:
    """Check a reachable car for an hour and a half after its account is removed."""
    house = told.house
    plan = edits.abandoned(replace(house.plan, departures=()))
    vehicle = copy_of(house.vehicle)
    vehicle.link.in_reach = vehicle.link.obeys_schedule = True
    left = House(vehicle, plan, house.settings, house.poll, sent=[*house.sent])
    left.live(house.now + 90 * MINUTE)
    told.left_for_good.append((house.now, left))


def _end_trouble(told: Lived, trouble: Trouble) -> None:
    """End a problem."""
    if trouble in OF_THE_HOUSE:
        told.house.end_trouble(OF_THE_HOUSE[trouble])
    else:
        told.of_the_car[trouble] -= 1
        _change_link(told)


def _change_link(told: Lived) -> None:
    """Set whether commands reach the car and whether it acts on them."""
    link = told.house.vehicle.link
    link.in_reach = not told.of_the_car[Trouble.OUT_OF_REACH]
    link.obeys_preconditioning = link.obeys_schedule = not told.of_the_car[Trouble.DEAF]


def _leave(house: House) -> None:
    """Drive away."""
    house.vehicle.car.unplug()


def _come_back(house: House, level: int) -> None:
    """Come home with a level, and plug in."""
    house.vehicle.car.fill(level)
    house.vehicle.car.plug()
    house.vehicle.car.report(Reason.PARKED)


def _edit(told: Lived, edit: Edit) -> None:
    """Change the plan if Home Assistant is running."""
    house = told.house
    if not house.up:
        return
    now, zone = house.now, told.life.zone
    today = now.astimezone(zone).date()
    match edit.change:
        case Change.WINDOWS:
            _rewrite(told)
        case Change.SKIP if told.life.departures:
            _skip(told, told.life.departures[edit.after % len(told.life.departures)])
        case Change.PAUSE if house.plan.paused is None:
            first, last = today, today + timedelta(days=edit.days)
            told.stopped.append((now, first, last))
            house.edit(lambda plan: edits.pause(plan, first, last, house.now))
        case Change.OFF if house.plan.departures_enabled:
            told.switched_off.append((now, datetime.max.replace(tzinfo=UTC)))
            house.edit(lambda plan: edits.switch_departures(plan, now, on=False))


def _rewrite(told: Lived) -> None:
    """Replace the first windows by the others, once."""
    house = told.house
    if house.up and told.windows_changed_at is None:
        told.windows_changed_at = house.now
        house.edit(lambda plan: edits.with_windows(plan, told.life.other_windows, house.now))


def _skip(told: Lived, departure: Departure) -> None:
    """Skip the next time of a departure, if there is one."""
    house = told.house
    try:
        after = edits.skip_next(house.plan, house.now, house.settings, departure.id)
    except schedule.ScheduleError:
        return
    before, changed = house.plan.departure(departure.id), after.departure(departure.id)
    assert before is not None
    assert changed is not None
    for day in changed.skipped - before.skipped:
        told.skipped[departure.id, day] = house.now
    house.edit(lambda _: after)


def _switch_on(told: Lived) -> None:
    """Switch departures on again."""
    house = told.house
    if told.switched_off and not house.plan.departures_enabled and house.up:
        told.switched_off[-1] = (told.switched_off[-1][0], house.now)
        house.edit(lambda plan: edits.switch_departures(plan, house.now, on=True))
