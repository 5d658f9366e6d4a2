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
    plan_events = Lived(life, house)
    house.after_command[life.rewrite.order].append((life.rewrite.minutes * MINUTE, partial(_rewrite, plan_events)))
    for reload in life.reloads:
        house.after_command[reload.order].append((reload.minutes * MINUTE, partial(_reload, plan_events)))
    actions: list[tuple[int, int, Callable[[], None]]] = []
    for spell in life.spells:
        actions.append((spell.begin, 0, partial(_begin_trouble, plan_events, spell.trouble)))
        actions.append((spell.begin + spell.minutes, 1, partial(_end_trouble, plan_events, spell.trouble)))
    for trip in life.trips:
        actions.append((trip.begin, 2, partial(_leave, house)))
        actions.append((trip.begin + trip.minutes, 3, partial(_come_back, house, trip.level)))
    for edit in life.edits:
        minute = minute_ahead(life, edit.after, edit.ahead)
        actions.append((minute, 4, partial(_edit, plan_events, edit)))
        if edit.change is Change.OFF:
            actions.append((minute + edit.days * 1440, 5, partial(_switch_on, plan_events)))
    with strictly():
        for minute, _, action in sorted(actions, key=lambda each: each[:2]):
            if minute < MINUTES:
                _live(plan_events, minute, every_minute=every_minute)
                action()
                house.look()
        _live(plan_events, MINUTES, every_minute=every_minute)
    return plan_events


def _live(plan_events: Lived, minute: int, *, every_minute: bool) -> None:
    """Run until a minute."""
    first = (plan_events.house.now - plan_events.life.start) // MINUTE
    for stop in range(first + 1, minute) if every_minute else ():
        plan_events.house.live(plan_events.at(stop))
    plan_events.house.live(plan_events.at(minute))


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


def _begin_trouble(plan_events: Lived, trouble: Trouble) -> None:
    """Begin a problem; keep a copy of the car that an outage leaves behind."""
    if trouble is Trouble.OFF:
        plan_events.left_behind.append((plan_events.house.now, copy_of(plan_events.house.vehicle)))
    if trouble in OF_THE_HOUSE:
        plan_events.house.begin_trouble(OF_THE_HOUSE[trouble])
    else:
        plan_events.of_the_car[trouble] += 1
        _change_link(plan_events)


def _reload(plan_events: Lived) -> None:
    """Reload the integration, and check what would be if it had been removed instead."""
    if plan_events.house.up:
        _leave_for_good(plan_events)
        plan_events.house.reload()


def _leave_for_good(plan_events: Lived) -> None:
    """Check a reachable car for an hour and a half after its account is removed."""
    house = plan_events.house
    plan = edits.abandoned(replace(house.plan, departures=()))
    vehicle = copy_of(house.vehicle)
    vehicle.link.in_reach = vehicle.link.obeys_schedule = True
    left = House(vehicle, plan, house.settings, house.poll, sent=[*house.sent])
    left.live(house.now + 90 * MINUTE)
    plan_events.left_for_good.append((house.now, left))


def _end_trouble(plan_events: Lived, trouble: Trouble) -> None:
    """End a problem."""
    if trouble in OF_THE_HOUSE:
        plan_events.house.end_trouble(OF_THE_HOUSE[trouble])
    else:
        plan_events.of_the_car[trouble] -= 1
        _change_link(plan_events)


def _change_link(plan_events: Lived) -> None:
    """Set whether commands reach the car and whether it acts on them."""
    link = plan_events.house.vehicle.link
    link.in_reach = not plan_events.of_the_car[Trouble.OUT_OF_REACH]
    link.obeys_preconditioning = link.obeys_schedule = not plan_events.of_the_car[Trouble.DEAF]


def _leave(house: House) -> None:
    """Drive away."""
    house.vehicle.car.unplug()


def _come_back(house: House, level: int) -> None:
    """Come home with a level, and plug in."""
    house.vehicle.car.fill(level)
    house.vehicle.car.plug()
    house.vehicle.car.report(Reason.PARKED)


def _edit(plan_events: Lived, edit: Edit) -> None:
    """Change the plan if Home Assistant is running."""
    house = plan_events.house
    if not house.up:
        return
    now, zone = house.now, plan_events.life.zone
    today = now.astimezone(zone).date()
    match edit.change:
        case Change.WINDOWS:
            _rewrite(plan_events)
        case Change.SKIP if plan_events.life.departures:
            _skip(plan_events, plan_events.life.departures[edit.after % len(plan_events.life.departures)])
        case Change.PAUSE if house.plan.paused is None:
            first, last = today, today + timedelta(days=edit.days)
            plan_events.stopped.append((now, first, last))
            house.edit(lambda plan: edits.pause(plan, first, last, house.now))
        case Change.OFF if house.plan.departures_enabled:
            plan_events.switched_off.append((now, datetime.max.replace(tzinfo=UTC)))
            house.edit(lambda plan: edits.switch_departures(plan, now, on=False))


def _rewrite(plan_events: Lived) -> None:
    """Replace the first windows by the others, once."""
    house = plan_events.house
    if house.up and plan_events.windows_changed_at is None:
        plan_events.windows_changed_at = house.now
        house.edit(lambda plan: edits.with_windows(plan, plan_events.life.other_windows, house.now))


def _skip(plan_events: Lived, departure: Departure) -> None:
    """Skip the next time of a departure, if there is one."""
    house = plan_events.house
    try:
        after = edits.skip_next(house.plan, house.now, house.settings, departure.id)
    except schedule.ScheduleError:
        return
    before, changed = house.plan.departure(departure.id), after.departure(departure.id)
    assert before is not None
    assert changed is not None
    for day in changed.skipped - before.skipped:
        plan_events.skipped[departure.id, day] = house.now
    house.edit(lambda _: after)


def _switch_on(plan_events: Lived) -> None:
    """Switch departures on again."""
    house = plan_events.house
    if plan_events.switched_off and not house.plan.departures_enabled and house.up:
        plan_events.switched_off[-1] = (plan_events.switched_off[-1][0], house.now)
        house.edit(lambda plan: edits.switch_departures(plan, house.now, on=True))
