"""Keep the charge windows that a plan chooses for their price up to date."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..cloud.models import Battery, Part
from ..cloud.schedule import DAY, GRID, first_quarter, next_at
from ..vehicle.prices import Prices
from .charge_model import ChargeModel
from .cheapest import Goal, Night, PlannedCharge, cheapest
from .forecast import lasting_limit
from .model import ChosenWindows, Plan
from .savings import with_report
from .situation import INSTANT, Situation
from .timetable import occurrences
from .window_edits import with_chosen

# Prices are known until the end of tomorrow, and a departure after that does not affect tonight.
_AHEAD = timedelta(hours=36)


class CheapestHours:
    """The choice of the cheapest windows: `planned` is what they lead to, None while nothing is chosen.

    `prices_for` returns the prices for charging with some power (kW), and is None without a source of prices.
    """

    def __init__(self) -> None:
        """Start without prices."""
        self.prices_for: Callable[[float], Prices] | None = None
        self.planned: PlannedCharge | None = None
        self._sources: tuple[object, ...] = ()

    def update(self, situation: Situation) -> Plan:
        """Return the plan with the cheapest windows, chosen again if anything they depend on has changed."""
        plan, battery = situation.plan, situation.state.battery
        if self.prices_for is None or not plan.charges_in_cheapest_hours:
            self.planned = None
            return _with_chosen(situation, plan, None)
        if battery is None or battery.level is None or Part.BATTERY not in situation.state.known:
            self.planned = None
            return plan
        model = situation.charge_model
        prices = self.prices_for(model.power_kw)
        car = replace(battery, reported_at=None)
        reasons = (car, prices, model, situation.settings, goal(situation), plan.revision)
        sources = (battery, first_quarter(situation.now), reasons, replace(plan, savings=None))
        if sources == self._sources:
            return plan
        # While the car cannot charge, the time that passes is no reason to change its windows.
        keeps = _cannot_charge(situation) and reasons in self._sources
        self.planned = cheapest(replace(_night(situation, battery.level, model, prices), keeps=keeps))
        plan = _with_chosen(situation, _with_savings(situation, battery, model, prices), self.planned.chosen)
        self._sources = (*sources[:-1], replace(plan, savings=None))
        return plan


def _cannot_charge(situation: Situation) -> bool:
    """Return whether the car is not plugged in, or is plugged in but does not charge in a window."""
    battery, now = situation.state.battery, situation.now
    is_away = battery is not None and battery.plugged_in is False
    return is_away or (situation.state.charging is False and bool(situation.planned_windows(now, now + INSTANT)))


def goal(situation: Situation) -> Goal:
    """Return the level to reach, by the next departure, otherwise by the usual time."""
    settings = situation.settings
    # A window that is sent now must have time to charge.
    earliest = situation.now + settings.send_ahead + GRID
    coming = [each for each in situation.coming_departures if earliest <= each.ready_at <= situation.now + _AHEAD]
    wanted = coming[0].departure.target_level if coming else None
    return Goal(
        target=lasting_limit(situation) if wanted is None else wanted,
        deadline=coming[0].ready_at if coming else next_at(settings.ready_by, situation.zone, earliest - INSTANT),
        minimum=settings.minimum_level,
        least_saving=settings.least_saving,
    )


def _night(situation: Situation, level: float, model: ChargeModel, prices: Prices) -> Night:
    """Return what is known until the next deadline."""
    plan, now, battery = situation.plan, situation.now, situation.state.battery
    aim = goal(situation)
    since = _level_at(battery, now) if situation.state.charging else now
    own = occurrences(plan.windows, situation.zone, now, aim.deadline)
    chosen = next((each for each in reversed(plan.chosen) if each.for_price and each.end > now), None)
    sent_at = None if plan.last_sent is None else plan.last_sent.at
    return Night(
        goal=aim,
        now=now,
        level=level,
        model=model,
        prices=prices,
        settings=situation.settings,
        own=[(each.begin, each.end) for each in own],
        followed=[(each.begin, each.end) for each in situation.planned_windows(since, aim.deadline)],
        chosen=chosen,
        level_at=since,
        is_sent=chosen is not None and sent_at is not None and sent_at >= chosen.begin - situation.settings.send_ahead,
    )


def _level_at(battery: Battery | None, now: datetime) -> datetime:
    """Return when the battery had its level; now if its report has no time, or one in the future or long ago."""
    reported_at = None if battery is None else battery.reported_at
    return reported_at if reported_at is not None and timedelta() <= now - reported_at < DAY / 12 else now


def _with_savings(situation: Situation, battery: Battery, model: ChargeModel, prices: Prices) -> Plan:
    """Return the plan with what was saved until the last report of the battery."""
    plan, local = situation.plan, situation.now.astimezone(situation.zone)
    at = situation.now
    report = None if battery.level is None or not battery.plugged_in else (battery.level, at)
    since = at if plan.savings is None or plan.savings.charge is None else plan.savings.charge.at
    windows = [(each.begin, each.end) for each in situation.planned_windows(min(since, at), at)]
    savings = with_report(plan.savings, report, windows, prices, model, local.date().replace(day=1))
    return plan if savings == plan.savings else replace(plan, savings=savings)


def _with_chosen(situation: Situation, plan: Plan, chosen: ChosenWindows | None) -> Plan:
    """Return the plan with windows chosen for their price, or without any; earlier choices that are over stay."""
    now = situation.now
    over = now if chosen is None else max(now, chosen.begin)
    others = tuple(each for each in plan.chosen if not each.for_price or each.end <= over)
    changed = others if chosen is None else (*others, chosen)
    return plan if changed == plan.chosen else with_chosen(plan, changed, now, situation.settings)
