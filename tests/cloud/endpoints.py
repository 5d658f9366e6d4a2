"""Every endpoint of Z.E. Services, called as the integration does."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from custom_components.renault_ze.cloud.models import ChargeWindow, Weekday
from custom_components.renault_ze.cloud.notifications import DoNotDisturb, NotificationChannel, NotificationSettings
from custom_components.renault_ze.cloud.zeservices import ZeServices
from simulator import Simulator

USERNAME = "you@example.com"
PASSWORD = "P4ssw0rd"
VIN = "VF1AGVYF0ZE000001"
NOW = timedelta()
HOUR = timedelta(hours=1)
# The lifetime of a token of each generation in seconds.
LIFETIME = {1: 36_000, 2: 900}

BEGIN, END = date(2016, 10, 1), date(2016, 10, 31)
WEEK = tuple(ChargeWindow(weekday, time(1, 15), timedelta(minutes=75)) for weekday in Weekday)
SETTINGS = NotificationSettings(
    battery_status=NotificationChannel.NONE,
    charge_start=NotificationChannel.SMS,
    charge_end=NotificationChannel.EMAIL,
    charge_problem=NotificationChannel.EMAIL,
    low_battery=NotificationChannel.EMAIL,
    low_battery_reminder=NotificationChannel.NONE,
    do_not_disturb=DoNotDisturb(start=time(22, 5), end=time(6, 50)),
)

type Call = Callable[[ZeServices], Awaitable[Any]]

# How an endpoint is called, and its requests as verb and path below the vehicle.
READS: dict[str, tuple[Call, str]] = {
    "battery": (lambda cloud: cloud.battery(VIN), "/battery"),
    "battery history": (lambda cloud: cloud.battery_history(VIN, BEGIN, END), "/battery/history"),
    "last preconditioning": (lambda cloud: cloud.last_preconditioning(VIN), "/air-conditioning/last"),
    "preconditioning history": (lambda cloud: cloud.preconditioning_history(VIN, BEGIN, END), "/air-conditioning"),
    "timer": (lambda cloud: cloud.preconditioning_timer(VIN), "/air-conditioning/scheduler"),
    "charge history": (lambda cloud: cloud.charge_history(VIN, BEGIN, END), "/charge/history"),
    "adjacent charges": (lambda cloud: cloud.adjacent_charges(VIN), "/charge/siblings"),
    "charge schedule": (lambda cloud: cloud.charge_schedule(VIN), "/charge/scheduler/onboard"),
    "draft": (lambda cloud: cloud.charge_schedule_draft(VIN), "/charge/scheduler/offboard"),
    "notifications": (lambda cloud: cloud.notifications(VIN), "/settings/notification"),
}
COMMANDS: dict[str, tuple[Call, list[tuple[str, str]]]] = {
    "request update": (lambda cloud: cloud.request_update(VIN), [("POST", "/battery")]),
    "precondition": (lambda cloud: cloud.start_preconditioning(VIN), [("POST", "/air-conditioning")]),
    "set timer": (
        lambda cloud: cloud.set_preconditioning_timer(VIN, time(8, 4)),
        [("POST", "/air-conditioning/scheduler")],
    ),
    "cancel timer": (
        lambda cloud: cloud.cancel_preconditioning_timer(VIN),
        [("DELETE", "/air-conditioning/scheduler")],
    ),
    "charge": (lambda cloud: cloud.start_charge(VIN), [("POST", "/charge")]),
    "set schedule": (
        lambda cloud: cloud.set_charge_schedule(VIN, WEEK),
        [("PUT", "/charge/scheduler/offboard"), ("POST", "/charge/scheduler/offboard/deploy")],
    ),
    "deploy": (lambda cloud: cloud.deploy_charge_schedule(VIN), [("POST", "/charge/scheduler/offboard/deploy")]),
    "disable schedule": (lambda cloud: cloud.disable_charge_schedule(VIN), [("PUT", "/charge/scheduler/onboard")]),
    "set notifications": (lambda cloud: cloud.set_notifications(VIN, SETTINGS), [("PUT", "/settings/notification")]),
}


def client(http: aiohttp.ClientSession, address: str, **changes: Any) -> ZeServices:
    """Return a client with the example account's credentials."""
    account = {"username": USERNAME, "password": PASSWORD, "default_time_zone": ZoneInfo("Europe/Berlin")}
    return ZeServices(http, address=address, **{**account, **changes})


def steps(simulator: Simulator) -> list[tuple[str, int | None]]:
    """Return the requests with their status."""
    return [(entry.path.rsplit("/", 1)[1], entry.status) for entry in simulator.log.entries]


def asked(simulator: Simulator) -> Counter[str]:
    """Return how often each request was sent."""
    return Counter(name for name, _ in steps(simulator))
