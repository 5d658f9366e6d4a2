"""The simulated car: created, copied, commanded, and described in the integration's terms."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from custom_components.renault_ze.cloud.charging import ChargingPoint
from custom_components.renault_ze.cloud.models import (
    Battery,
    ChargeSchedule,
    ChargeWindow,
    PreconditioningRun,
    PreconditioningSource,
    Result,
    Weekday,
)
from simulator.myrenault import MyRenaultVehicle
from simulator.myrenault.programs import MyRenaultSchedule
from simulator.world.battery import Battery as Cells, ChargingPoint as Point
from simulator.world.car import Car
from simulator.world.notifications import Outbox
from simulator.world.records import PreconditioningEntry, Records, Snapshot, Source
from simulator.world.rules import ServerRules
from simulator.world.vehicle import Vehicle
from simulator.world.week import Schedule, Week, Window

POINTS = {Point.SLOW: ChargingPoint.SLOW, Point.ACCELERATED: ChargingPoint.ACCELERATED, Point.FAST: ChargingPoint.FAST}


def car_at(at: datetime, zone: ZoneInfo, *, capacity: float, level: float, schedule: Schedule) -> Vehicle:
    """Return a vehicle, plugged in, with a battery of a size (kWh) and a level (percent)."""
    cells = Cells(energy_kwh=0.0, capacity_kwh=capacity)
    cells.level = level
    car = Car(at=at, zone=zone, battery=cells, schedule=schedule)
    car.plug()
    car.drain_reports()
    records = Records(Snapshot(at, car.reading), Outbox(zone))
    return Vehicle("VF1AGVYF0ZE000001", car, records, ServerRules(), Random(0), draft=schedule.week)  # noqa: S311


def copy_of(vehicle: Vehicle) -> Vehicle:
    """Return an independent copy of a vehicle, without its history."""
    outbox = Outbox(vehicle.zone)
    records = Records(vehicle.records.snapshot, outbox, preconditionings=vehicle.records.preconditionings[-20:])
    car = replace(vehicle.car, battery=replace(vehicle.car.battery), reports=[])
    car.next_change_at = vehicle.car.next_change_at
    return replace(vehicle, car=car, records=records, link=deepcopy(vehicle.link), in_flight=list(vehicle.in_flight))


def deploy(vehicle: Vehicle, windows: tuple[ChargeWindow, ...]) -> None:
    """Write a charge schedule and send it to the car."""
    vehicle.plan(week(windows), optimized_charge=False)
    vehicle.deploy()


def week(windows: tuple[ChargeWindow, ...]) -> Week:
    """Return windows as the car's charge schedule, one window a day."""
    days: dict[Weekday, Window] = {}
    for each in windows:
        assert each.weekday not in days
        days[each.weekday] = Window(each.start, each.duration)
    return Week(tuple(days.get(day) for day in Weekday))


@cache
def held(schedule: Schedule | ChargeSchedule) -> ChargeSchedule:
    """Return the charge schedule in the car in the integration's terms."""
    if isinstance(schedule, ChargeSchedule):
        return schedule
    days = zip(Weekday, schedule.week.days, strict=True)
    windows = tuple(ChargeWindow(day, each.start, each.duration) for day, each in days if each is not None)
    return ChargeSchedule(enabled=schedule.enabled, windows=windows)


def held_by(vehicle: Vehicle) -> ChargeSchedule:
    """Return the charge schedule of a car of either cloud, on its wall clock now."""
    if isinstance(vehicle, MyRenaultVehicle):
        return of_programs(vehicle, vehicle.car.schedule)
    return held(vehicle.car.schedule)


def of_programs(vehicle: MyRenaultVehicle, schedule: MyRenaultSchedule) -> ChargeSchedule:
    """Return the windows of active programs, whose times are in UTC or on the wall clock."""
    offset = timedelta() if vehicle.program_clock is None else vehicle.car.at.astimezone(vehicle.zone).utcoffset()
    found = {
        _moved(Weekday(day), window, offset or timedelta())
        for program in schedule.week.programs
        if program.activated
        for day, window in enumerate(program.days)
        if window is not None
    }
    return ChargeSchedule(enabled=schedule.enabled, windows=tuple(sorted(found)))


def _moved(day: Weekday, window: Window, offset: timedelta) -> ChargeWindow:
    """Return a window on a clock that is ahead."""
    begin = timedelta(days=day, hours=window.start.hour, minutes=window.start.minute) + offset
    days, rest = divmod(begin, timedelta(days=1))
    hour, minute = divmod(rest // timedelta(minutes=1), 60)
    return ChargeWindow(Weekday(days % 7), time(hour, minute), window.duration)


def battery(snapshot: Snapshot) -> Battery:
    """Return the last battery report in the integration's terms."""
    reading = snapshot.reading
    return Battery(
        level=reading.level,
        plugged_in=reading.plugged,
        charging=reading.charging,
        charging_point=None if reading.point is None else POINTS.get(reading.point),
        reported_at=snapshot.received_at,
    )


@cache
def run(entry: PreconditioningEntry | None) -> PreconditioningRun | None:
    """Return a preconditioning result in the integration's terms."""
    if entry is None:
        return None
    source = PreconditioningSource.CAR if entry.source is Source.CAR else PreconditioningSource.USER_REQUEST
    return PreconditioningRun(at=entry.at, source=source, result=Result.SUCCESS if entry.success else Result.ERROR)
