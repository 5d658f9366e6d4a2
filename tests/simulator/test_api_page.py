"""Every curl command of the API page, with another host, token, and VIN."""

import json
import shlex
from typing import Any

import pytest

from simulator import EXAMPLE_VIN, ChargingPoint, Simulator
from tests.simulator.conftest import Client, Response

HOST = "https://www.services.renault-ze.com"

LOGIN = r"""curl \
   -H "Content-Type: application/json" \
   -X POST \
   -d '{"username":"you@example.com","password":"P4ssw0rd"}' \
   https://www.services.renault-ze.com/api/user/login"""
BATTERY = r"""curl \
   -H "Authorization: Bearer AAAA" \
   "https://www.services.renault-ze.com/api/vehicle/VVVV/battery" """
PRECONDITION = r"""curl \
   -X POST \
   -H 'Content-Type: application/json' \
   -H "Authorization: Bearer AAAA" \
   "https://www.services.renault-ze.com/api/vehicle/VVVV/air-conditioning" """
PRECONDITION_LATER = r"""curl \
   -H "Authorization: Bearer AAAA" \
   -H 'Content-Type: application/json;charset=UTF-8' \
   --data-binary '{"start":"1753"}' \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/air-conditioning/scheduler'"""
LAST = r"""curl \
   -H "Authorization: Bearer AAAA" \
   "https://www.services.renault-ze.com/api/vehicle/VVVV/air-conditioning/last" """
HISTORY = r"""curl \
   -H "Authorization: Bearer AAAA" \
   https://www.services.renault-ze.com/api/vehicle/VVVV/air-conditioning?begin=0126&end=0126"""
CHARGE = r"""curl \
   -X POST \
   -H 'Content-Type: application/json' \
   -H "Authorization: Bearer AAAA" \
   https://www.services.renault-ze.com/api/vehicle/VVVV/charge"""
CHARGE_HISTORY = r"""curl \
   -H "Authorization: Bearer AAAA" \
   https://www.services.renault-ze.com/api/vehicle/VVVV/charge/history?begin=0126&end=0126"""
SET_NOTIFICATIONS = r"""curl \
   -H "Authorization: Bearer AAAA" \
   -X PUT \
   -H 'Content-Type: application/json;charset=UTF-8' \
   --data-binary '{"battery_status":"EMAIL","charge_start":"SMS","charge_end":"SMS","charge_problem":"SMS","low_battery":"SMS","low_battery_reminder":"SMS","do_not_disturb":{"start":"1710","end":"1811"}}' \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/settings/notification'"""  # noqa: E501
NOTIFICATIONS = r"""curl \
   -H "Authorization: Bearer AAAA" \
   https://www.services.renault-ze.com/api/vehicle/VVVV/settings/notification"""
SET_SCHEDULE = r"""curl \
   -H 'Authorization: Bearer AAAA' \
   -X PUT \
   --data-binary '{"optimized_charge":false,"mon":{"start":"0100","duration":"0115"},"tue":{"start":"0200","duration":"0015"},"wed":{"start":"0300","duration":"0015"},"thu":{"start":"1600","duration":"0015"},"fri":{"start":"1900","duration":"0015"},"sat":{"start":"1400","duration":"0015"},"sun":{"start":"1200","duration":"0015"}}' \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/charge/scheduler/offboard'"""  # noqa: E501
SCHEDULE = r"""curl \
   -H 'Authorization: Bearer AAAA' \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/charge/scheduler/onboard' """
DEPLOY = r"""curl \
   -H 'Authorization: Bearer AAAA' \
   -X POST \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/charge/scheduler/offboard/deploy'"""
DEACTIVATE = r"""curl \
   -H 'Authorization: Bearer AAAA' \
   -X PUT \
   --data-binary '{"enabled":false}' \
   'https://www.services.renault-ze.com/api/vehicle/VVVV/charge/scheduler/onboard'"""
REFRESH = r"""curl \
   -X POST \
   -H 'Authorization: Bearer AAAA' \
   -d '{"token":"AAAA","refresh_token":"DDDD"}' \
   'https://www.services.renault-ze.com/api/user/token/refresh'"""

LOGIN_SAMPLE = json.loads("""{
    "token": "AAAA", "refresh_token": "BBBB",
    "user": {
        "id": "CCCC", "locale": "en_GB", "country": "GB", "timezone": "Europe/London", "email": "you@example.com",
        "first_name": "Terence", "last_name": "Eden", "phone_number": "+447700900123",
        "vehicle_details": {
            "timezone": "Europe/London", "VIN": "VVVV", "activation_code": "GGGG", "phone_number": "+447700900123"
        },
        "scopes": ["BATTERY_CHARGE_STATUS", "BATTERY_CHARGE_HISTORY", "BATTERY_CHARGE_REMOTE_ACTIVATION",
                   "BATTERY_CHARGE_SCHEDULING", "AC_REMOTE_CONTROL", "BATTERY_CHARGE_LOWALERT"],
        "active_account": "DDDD",
        "associated_vehicles": [{"VIN": "VVVV", "activation_code": "GGGG", "user_id": "XXXX"}],
        "gdc_uid": "YYYY"
    }
}""")
BATTERY_SAMPLE = json.loads("""{
    "charging": false, "plugged": true, "charge_level": 100, "remaining_range": 124.0, "last_update": 1476472742000,
    "charging_point": "INVALID", "remaining_time": 750
}""")
LAST_SAMPLE = {"date": 1476538293000, "type": "USER_REQUEST", "result": "SUCCESS"}
START_SAMPLE = {
    "date": 1476462129000,
    "type": "START_NOTIFICATION",
    "charging_point": "ACCELERATED",
    "charge_level": 34,
    "remaining_autonomy": 42,
    "remaining_time": 10500000,
}
END_SAMPLE = {
    "date": 1476472727000,
    "type": "END_NOTIFICATION",
    "charging_point": "INVALID",
    "charge_level": 100,
    "remaining_autonomy": 124,
}
NOTIFICATIONS_SAMPLE = {
    "battery_status": "EMAIL",
    "charge_start": "SMS",
    "charge_end": "SMS",
    "charge_problem": "SMS",
    "low_battery": "SMS",
    "low_battery_reminder": "SMS",
    "do_not_disturb": {"start": "1710", "end": "1811"},
}
WEEK_SAMPLE = {
    "mon": {"start": "0100", "duration": "0115"},
    "tue": {"start": "0200", "duration": "0015"},
    "wed": {"start": "0300", "duration": "0015"},
    "thu": {"start": "1600", "duration": "0015"},
    "fri": {"start": "1900", "duration": "0015"},
    "sat": {"start": "1400", "duration": "0015"},
    "sun": {"start": "1200", "duration": "0015"},
}


def shape(value: Any) -> Any:
    """Return the keys and types of a value; of a list, only its first entry."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__


async def curl(client: Client, command: str, **words: str) -> Response:
    """Send the request that curl would send: POST if there is data, as a form by default."""
    for word, value in {"VVVV": EXAMPLE_VIN, "AAAA": client.token, **words}.items():
        command = command.replace(word, value)
    arguments = shlex.split(command.replace("\\\n", " "))[1:]
    method, data, url, headers = None, None, "", {}
    while arguments:
        match arguments.pop(0):
            case "-H":
                name, _, value = arguments.pop(0).partition(": ")
                headers[name] = value
            case "-X":
                method = arguments.pop(0)
            case "-d" | "--data-binary":
                data = arguments.pop(0)
            case address:
                url = address
    if data is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    assert url.startswith(HOST)
    send = client.session.request(
        method or ("POST" if data else "GET"),
        client.url + url.removeprefix(HOST),
        headers=headers,
        data=data and data.encode(),
        skip_auto_headers=["Content-Type"],
    )
    async with send as response:
        raw = await response.read()
        content = json.loads(raw) if raw else None
        return Response(response.status, response.headers, {}, raw, content)


async def test_first_generation_login_matches_the_page(simulator: Simulator, anonymous_client: Client) -> None:
    """The login response has the keys and types of the page."""
    simulator.backend.tokens.generation = 1
    response = await curl(anonymous_client, LOGIN)
    assert response.status == 200
    assert shape(response.json) == shape(LOGIN_SAMPLE)
    assert list(response.json["user"]) == list(LOGIN_SAMPLE["user"])
    assert response.json["user"]["scopes"] == LOGIN_SAMPLE["user"]["scopes"]


async def test_first_generation_refresh_can_be_repeated(simulator: Simulator, anonymous_client: Client) -> None:
    """The same refresh token returns new tokens repeatedly."""
    simulator.backend.tokens.generation = 1
    login = await anonymous_client.log_in()
    for _ in range(3):
        response = await curl(anonymous_client, REFRESH, DDDD=login.json["refresh_token"])
        assert response.status == 200
        assert shape(response.json) == {"token": "str"}
        anonymous_client.token = response.json["token"]
    assert (await curl(anonymous_client, BATTERY)).status == 200


async def test_battery_matches_the_page(simulator: Simulator, client: Client) -> None:
    """A charging car has every key of the page; a full one has no remaining time."""
    vehicle = simulator.vehicle()
    vehicle.car.fill(34)
    vehicle.car.plug(ChargingPoint.ACCELERATED)
    simulator.advance(60)
    charging = await curl(client, BATTERY)
    assert shape(charging.json) == shape(BATTERY_SAMPLE)
    assert b'"remaining_range": 42.0' in charging.raw
    simulator.advance(4 * 3600)
    full = await curl(client, BATTERY)
    without_time = {key: value for key, value in BATTERY_SAMPLE.items() if key != "remaining_time"}
    assert {**full.json, "last_update": 0} == {**without_time, "last_update": 0}


async def test_preconditioning_matches_the_page(simulator: Simulator, client: Client) -> None:
    """Starting returns no body; the results follow."""
    assert (await curl(client, LAST)).status == 204
    response = await curl(client, PRECONDITION)
    assert (response.status, response.raw) == (202, b"")
    simulator.advance(120)
    assert (await curl(client, LAST)).json.keys() == LAST_SAMPLE.keys()
    history = await curl(client, HISTORY)
    assert [(entry["type"], entry["result"]) for entry in history.json] == [
        ("USER_REQUEST", "SUCCESS"),
        ("CAR_NOTIFICATION", "SUCCESS"),
    ]
    assert shape(history.json) == [shape(LAST_SAMPLE)]


async def test_timer_starts_at_its_minute(simulator: Simulator, client: Client) -> None:
    """The timer starts preconditioning at its minute in local time."""
    response = await curl(client, PRECONDITION_LATER)
    assert (response.status, response.raw) == (202, b"")
    simulator.advance(23 * 3600 + 52 * 60)
    assert not simulator.vehicle().car.preconditioning_until
    simulator.advance(2 * 60)
    assert simulator.vehicle().car.preconditioning_until


async def test_charge_history_matches_the_page(simulator: Simulator, client: Client) -> None:
    """The history has both shapes of the page, newest first."""
    vehicle = simulator.vehicle()
    vehicle.car.fill(34)
    await client.car("POST", "/charge/scheduler/offboard/deploy")
    simulator.advance(120)
    vehicle.car.plug(ChargingPoint.ACCELERATED)
    assert (await curl(client, CHARGE_HISTORY)).status == 204
    response = await curl(client, CHARGE)
    assert (response.status, response.raw) == (202, b"")
    simulator.advance(4 * 3600)
    history = (await curl(client, CHARGE_HISTORY)).json
    assert [shape(entry) for entry in history] == [shape(END_SAMPLE), shape(START_SAMPLE)]
    assert {**history[1], "date": 0, "remaining_time": 0} == {**START_SAMPLE, "date": 0, "remaining_time": 0}
    assert {**history[0], "date": 0} == {**END_SAMPLE, "date": 0}


async def test_notification_settings_match_the_page(client: Client) -> None:
    """Stored notification settings are returned unchanged."""
    response = await curl(client, SET_NOTIFICATIONS)
    assert (response.status, response.raw) == (200, b"")
    assert (await curl(client, NOTIFICATIONS)).json == NOTIFICATIONS_SAMPLE


async def test_schedule_is_deployed_and_disabled(simulator: Simulator, client: Client) -> None:
    """A draft is stored, deployed, read, and disabled."""
    response = await curl(client, SET_SCHEDULE)
    assert (response.status, response.raw) == (200, b"")
    before = (await curl(client, SCHEDULE)).json
    assert before["enabled"] is False
    assert before["schedule"] != WEEK_SAMPLE
    response = await curl(client, DEPLOY)
    assert (response.status, response.raw) == (202, b"")
    simulator.advance(120)
    assert (await curl(client, SCHEDULE)).json == {"enabled": True, "schedule": WEEK_SAMPLE}
    response = await curl(client, DEACTIVATE)
    assert (response.status, response.raw) == (202, b"")
    simulator.advance(120)
    assert (await curl(client, SCHEDULE)).json == {"enabled": False, "schedule": WEEK_SAMPLE}


async def test_mirrored_draft_before_deployment(simulator: Simulator, client: Client) -> None:
    """With `mirror_draft`, the car's schedule shows a draft before it is deployed, as on the page."""
    simulator.backend.rules.mirror_draft = True
    await curl(client, SET_SCHEDULE)
    assert (await curl(client, SCHEDULE)).json == {"enabled": False, "schedule": WEEK_SAMPLE}
    await curl(client, DEPLOY)
    simulator.advance(120)
    assert (await curl(client, SCHEDULE)).json == {"enabled": True, "schedule": WEEK_SAMPLE}


@pytest.mark.parametrize("path", ["/air-conditioning", "/charge/history"])
async def test_history_without_end(simulator: Simulator, client: Client, path: str) -> None:
    """Without `end`, as after an unquoted ampersand in a shell, the history covers the month `begin`."""
    simulator.vehicle().car.plug()
    await client.car("POST", "/air-conditioning")
    simulator.advance(3600)
    whole = await client.car("GET", f"{path}?begin=0126&end=0126")
    assert (await client.car("GET", f"{path}?begin=0126")).json == whole.json != []
    simulator.backend.rules.require_history_range = True
    assert (await client.car("GET", f"{path}?begin=0126")).status == 400
