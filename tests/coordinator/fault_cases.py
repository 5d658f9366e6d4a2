"""Faults of the server, the requests they are combined with, and checks of what users see."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, replace
from datetime import time
import json
import logging
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.renault_ze.const import DOMAIN
from custom_components.renault_ze.coordinator import VehicleCoordinator
from custom_components.renault_ze.vehicle.poller import Poller
from simulator import EXAMPLE_VIN, Simulator
from simulator.world.notifications import Channel, Event, Settings
from simulator.world.records import Source
from tests.common import VEHICLE

EN = json.loads(Path("custom_components/renault_ze/translations/en.json").read_text(encoding="utf-8"))
MESSAGES: dict[str, str] = {key: each["message"] for key, each in EN["exceptions"].items()}

type Rule = dict[str, Any]

# A message of the server that quotes private data.
LEAKY = f"com.example.Cannot serve {EXAMPLE_VIN} of you@example.com with P4ssw0rd"

# No response, or one without data about the car.
WITHOUT_RESPONSE: dict[str, Rule] = {
    "400": {"kind": "status", "status": 400, "message": LEAKY},
    "403": {"kind": "status", "status": 403},
    "404": {"kind": "status", "status": 404},
    "409": {"kind": "status", "status": 409, "message": LEAKY},
    "429": {"kind": "status", "status": 429, "retry_after": "60"},
    "500": {"kind": "status", "status": 500, "message": LEAKY},
    "502": {"kind": "status", "status": 502},
    "503": {"kind": "status", "status": 503},
    "an error with status 200": {"kind": "status", "status": 200, "message": LEAKY},
    "country moved": {"kind": "status", "status": 403, "code": 403900, "message": "a.b.RestrictedCountryException"},
    "send SMS error": {"kind": "status", "status": 503, "code": 503100, "message": "a.b.Send SMS Error"},
    "rate limit": {"kind": "rate_limit"},
    "rate limit with a date": {"kind": "rate_limit", "status": 429, "retry_after": "Wed, 18 Nov 2026 09:00:00 GMT"},
    "rate limit with nonsense": {"kind": "rate_limit", "status": 429, "retry_after": "soon"},
    "HTML with 502": {"kind": "html"},
    "HTML with 404": {"kind": "html", "status": 404},
    "HTML with 503": {"kind": "html", "status": 503, "retry_after": "60"},
    "dropped before": {"kind": "drop", "when": "before"},
}
# The server accepts the request, and its response is lost or unreadable.
UNREADABLE: dict[str, Rule] = {
    "HTML with 200": {"kind": "html", "status": 200},
    "dropped after": {"kind": "drop", "when": "after"},
    "dropped during": {"kind": "drop", "when": "during"},
    "truncated": {"kind": "truncate"},
    "not JSON": {"kind": "body", "text": "<maintenance>"},
    "a number": {"kind": "body", "json": 42},
    "in a list": {"kind": "list"},
}
# The response is incomplete or unknown.
SPOILED: dict[str, Rule] = {
    "empty": {"kind": "empty"},
    "null": {"kind": "body", "json": None},
    "no fields": {"kind": "missing"},
    "wrong types": {"kind": "wrong_type"},
    "an empty object": {"kind": "body", "json": {}},
    "unknown words": {"kind": "unknown_value"},
    "unknown fields": {"kind": "extra"},
    "clock ahead": {"kind": "skew", "seconds": 300},
    "clock behind": {"kind": "skew", "seconds": -7200},
}
# Only a 401 says that a command was refused unread, and may be sent again.
EXPIRED_WITHOUT_401: dict[str, Rule] = {
    f"expired token with {status}": {"kind": "status", "status": status, "code": 403852, "message": "a.ExpiredToken"}
    for status in (200, 403, 500)
}
# Faults of commands, whose good response has no body.
COMMAND_FAULTS = {
    **WITHOUT_RESPONSE,
    **EXPIRED_WITHOUT_401,
    **{name: UNREADABLE[name] for name in ("HTML with 200", "dropped after", "not JSON", "a number")},
    **{name: SPOILED[name] for name in ("empty", "null", "clock ahead")},
}
# After these it is unknown whether the command arrived.
UNANSWERED = {"500", "502", "HTML with 502", "HTML with 404", "dropped before", "dropped after"}
# The server refuses every token.
UNAUTHORISED: dict[str, Rule] = {"401": {"kind": "status", "status": 401}, "expired token": {"kind": "expired_token"}}

# The requests of a poll, and the entities that show their values.
READS: dict[str, tuple[str, ...]] = {
    "/battery": ("sensor.renault_z_e_battery", "sensor.renault_z_e_range", "binary_sensor.renault_z_e_plugged_in"),
    "/air-conditioning/last": (
        "sensor.renault_z_e_last_preconditioning",
        "sensor.renault_z_e_last_preconditioning_result",
    ),
    "/air-conditioning/scheduler": ("sensor.renault_z_e_preconditioning_timer",),
    "/charge/scheduler/onboard": (
        "select.renault_z_e_charge_mode",
        "calendar.renault_z_e_charging",
        "sensor.renault_z_e_charge_schedule_status",
    ),
    "/settings/notification": (
        "select.renault_z_e_charge_end_notification",
        "switch.renault_z_e_do_not_disturb",
        "time.renault_z_e_do_not_disturb_start",
    ),
}


@dataclass(frozen=True)
class UserCommand:
    """A command of a user, and the request of it that fails."""

    service: str
    target: str
    verb: str
    path: str
    data: dict[str, Any]


def _press(key: str, verb: str, path: str) -> UserCommand:
    """Return the press of a button."""
    return UserCommand("button.press", f"button.renault_z_e_{key}", verb, path, {})


COMMANDS: dict[str, UserCommand] = {
    "precondition": _press("start_preconditioning", "POST", "/air-conditioning"),
    "cancel the timer": _press("cancel_preconditioning_timer", "DELETE", "/air-conditioning/scheduler"),
    "set the timer": UserCommand(
        "renault_ze.precondition_at", "", "POST", "/air-conditioning/scheduler", {"start": "06:15:00"}
    ),
    "charge": _press("start_charge", "POST", "/charge"),
    "ask the car": _press("request_update", "POST", "/battery"),
    "set a channel": UserCommand(
        "select.select_option",
        "select.renault_z_e_charge_end_notification",
        "PUT",
        "/settings/notification",
        {"option": "sms"},
    ),
}
MODE = "select.renault_z_e_charge_mode"
_SELECT = ("select.select_option", MODE)
# These are kept and sent again if they fail.
SCHEDULE_COMMANDS: dict[str, UserCommand] = {
    "write the week": UserCommand(*_SELECT, "PUT", "/charge/scheduler/offboard", {"option": "by_schedule"}),
    "send the week": UserCommand(*_SELECT, "POST", "/charge/scheduler/offboard/deploy", {"option": "by_schedule"}),
    "disable the week": UserCommand(*_SELECT, "PUT", "/charge/scheduler/onboard", {"option": "any_time"}),
}
# The requests that only an action sends, and the action.
ASKED: dict[str, str] = {
    "/charge/history": "get_charge_history",
    "/air-conditioning": "get_preconditioning_history",
    "/charge/scheduler/onboard": "get_charge_schedule",
    "/settings/notification": "get_notifications",
}
# Lists can have unreadable rows, where other responses are unreadable as a whole.
LISTS = {"/charge/history", "/air-conditioning"}
READABLE_LISTS = (SPOILED.keys() - {"an empty object"}) | {"in a list"}


def check_understood(err: HomeAssistantError) -> None:
    """Check that an error is translated, with all its placeholders."""
    assert err.translation_domain == DOMAIN, repr(err)
    assert err.translation_key in MESSAGES
    wanted = set(re.findall(r"{(\w+)}", MESSAGES[err.translation_key]))
    placeholders = err.translation_placeholders or {}
    assert wanted <= placeholders.keys()
    check_private(" ".join(placeholders.values()))


def check_shown(hass: HomeAssistant, before: dict[str, list[str]], fault: str) -> None:
    """Check that users see the same as before a fault."""
    assert everything_shown(hass) == before, fault


def everything_shown(hass: HomeAssistant) -> dict[str, list[str]]:
    """Return the states of the entities of each part."""
    return {path: list(shown(hass, entities)) for path, entities in READS.items()}


def check_log(caplog: pytest.LogCaptureFixture) -> None:
    """Check that nothing unexpected was logged, and no private data."""
    for record in caplog.records:
        text = record.getMessage()
        # Home Assistant logs expected, translated errors with a traceback.
        foreseen = record.exc_info is None or isinstance(record.exc_info[1], HomeAssistantError)
        assert record.levelno < logging.WARNING or foreseen, text
        assert not re.search(r"Unexpected error|Traceback|never retrieved|was never awaited", text), text
        if record.name.startswith("custom_components.renault_ze") and record.levelno >= logging.INFO:
            check_private(text)
    caplog.clear()


def check_private(text: str) -> None:
    """Check that a text contains no email, password, or VIN."""
    assert not re.search(f"{EXAMPLE_VIN}|you@example.com|P4ssw0rd", text, re.IGNORECASE), text


def shown(hass: HomeAssistant, entities: tuple[str, ...]) -> Iterator[str]:
    """Yield the states of some entities."""
    for each in entities:
        found = hass.states.get(each)
        assert found is not None, each
        yield found.state


def at(path: str, rule: Rule, verb: str = "GET") -> Rule:
    """Return a fault of one request."""
    return {"method": verb, "path": VEHICLE + path, **rule}


async def poll(hass: HomeAssistant, car: VehicleCoordinator) -> None:
    """Read all regular parts, due or not, also during a pause."""
    car.poller = Poller(car.cloud, car.vehicle, car.storage, car.charges.history_begin)
    await car.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)


def forget_reauth(hass: HomeAssistant) -> bool:
    """Abort the reauthentication, and return whether there was one."""
    flows = hass.config_entries.flow.async_progress()
    for flow in flows:
        hass.config_entries.flow.async_abort(flow["flow_id"])
    return [flow["context"]["source"] for flow in flows] == ["reauth"]


async def error_of(action: Awaitable[None]) -> str | None:
    """Await something, and return the translation key of its error, None for success."""
    try:
        await action
    except HomeAssistantError as err:
        check_understood(err)
        return err.translation_key
    return None


def plug_in_again(simulator: Simulator) -> None:
    """Let the car wait for its schedule, plugged in."""
    simulator.vehicle().car.unplug()
    simulator.vehicle().car.plug()
    simulator.vehicle().report_now()


def change_everything(simulator: Simulator) -> None:
    """Change each part of the car."""
    vehicle = simulator.vehicle()
    vehicle.car.fill(37)
    vehicle.car.unplug()
    vehicle.report_now()
    vehicle.set_timer(time(9, 45))
    vehicle.car.load(replace(vehicle.car.schedule, enabled=False))
    vehicle.records.outbox.settings = Settings(channels=dict.fromkeys(Event, Channel.SMS))
    vehicle.records.record_preconditioning(vehicle.car.at, Source.USER, success=False)
