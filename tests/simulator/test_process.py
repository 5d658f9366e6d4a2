"""Tests of `python -m simulator`."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import signal
import sys

from aiohttp import ClientSession, DummyCookieJar
import pytest

from simulator.__main__ import main
from tests.simulator.conftest import Client

ROOT = Path(__file__).parents[2]
READY = re.compile(r"Z\.E\. Services simulator at (http://127\.0\.0\.1:\d+)\n")


@asynccontextmanager
async def run_simulator(*options: str, end: signal.Signals = signal.SIGTERM) -> AsyncIterator[Client]:
    """Run the simulator on a free port, and require its only line and a clean exit."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "--port", "0", *options, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    ready = READY.fullmatch(line)
    assert ready, line
    try:
        async with ClientSession(cookie_jar=DummyCookieJar()) as session:
            yield Client(ready[1], session)
    finally:
        await stop(process, end)


async def stop(process: Process, number: signal.Signals) -> None:
    """Stop a process and require that it prints nothing more."""
    process.send_signal(number)
    output, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, output, errors) == (0, b"", b"")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_defaults(socket_enabled: None, end: signal.Signals) -> None:
    """The simulator starts with the example account, the second generation, and real time."""
    async with run_simulator(end=end) as client:
        login = await client.log_in()
        assert login.status == 200
        assert login.json["xsrfToken"]
        assert (await client.car("GET", "/battery")).status == 200
        state = await client.control("GET", "/state")
        assert state["clock"]["speed"] == 1
        assert state["clock"]["world"][:16] == state["clock"]["server"][:16]


async def test_options(socket_enabled: None) -> None:
    """All options can be set."""
    options = (
        "--generation=1 --speed=0 --username=me@example.com --password=x --vin=vf1agvyf0ze000007 "
        "--vin=VF1AGVYF0ZE000008 --timezone=Europe/Oslo --country=NO --locale=nb_NO --seed=3 "
        "--start=2026-03-01T00:00:00+01:00"
    )
    async with run_simulator(*options.split()) as client:
        login = await client.log_in("me@example.com", "x")
        user = login.json["user"]
        assert login.json["refresh_token"]
        assert [each["VIN"] for each in user["associated_vehicles"]] == ["VF1AGVYF0ZE000007", "VF1AGVYF0ZE000008"]
        assert (user["timezone"], user["country"], user["locale"]) == ("Europe/Oslo", "NO", "nb_NO")
        client.vin = "VF1AGVYF0ZE000008"
        assert (await client.car("GET", "/battery")).json["last_update"] == 1772319600000


async def test_live_cars_have_a_history(socket_enabled: None) -> None:
    """Live cars have a history, and simulated time passes at the given speed."""
    async with run_simulator("--live", "--speed", "3600") as client:
        await client.log_in()
        charges = (await client.car("GET", "/charge/history?begin=0120&end=1299")).json
        assert len(charges) > 20
        assert (await client.car("GET", "/air-conditioning?begin=0120&end=1299")).json
        await asyncio.sleep(1)
        state = await client.control("GET", "/state")
        assert state["clock"]["world"] > state["clock"]["server"]


async def test_state_survives_a_restart(socket_enabled: None, tmp_path: Path) -> None:
    """Cars, settings, and logins are restored, and new cars are added."""
    path = str(tmp_path / "world.json")
    async with run_simulator("--state", path) as client:
        await client.log_in()
        token, login = client.token, client.login
        await client.control("POST", f"/cars/{client.vin}", {"level": 41, "charging_point": "SLOW", "threshold": 40})
        await client.control("POST", "/clock", {"advance": 7200})
        await client.car("PUT", "/settings/notification", json={"do_not_disturb": {"start": "2200", "end": "0600"}})
        await client.car("PUT", "/charge/scheduler/offboard", json={"mon": {"start": "0100", "duration": "0100"}})
        await client.car("POST", "/charge/scheduler/offboard/deploy")
        await client.car("POST", "/air-conditioning/scheduler", json={"start": "0715"})
        before = await client.control("GET", "/state")
        responses = [
            (await client.car("GET", path)).json for path in ("/battery", "/charge/history", "/settings/notification")
        ]
    async with run_simulator("--state", path, "--vin", client.vin, "--vin", "VF1AGVYF0ZE000002") as client:
        client.token, client.login = token, login
        after = await client.control("GET", "/state")
        assert after["clock"]["world"] > before["clock"]["world"]
        car, old = after["cars"][client.vin], before["cars"][client.vin]
        for part in ("draft", "records", "link", "timer"):
            assert car[part] == old[part]
        assert [each["kind"] for each in car["in_flight"]] == [each["kind"] for each in old["in_flight"]]
        assert car["level"] == pytest.approx(old["level"], abs=0.5)
        assert [
            (await client.car("GET", path)).json for path in ("/battery", "/charge/history", "/settings/notification")
        ] == responses
        assert login
        headers = {"X-XSRF-TOKEN": login.json["xsrfToken"], "Cookie": f"refreshToken={login.cookies['refreshToken']}"}
        assert (
            await client.send("POST", "/api/user/token/refresh", json={"token": token}, headers=headers)
        ).status == 200
        client.vin = "VF1AGVYF0ZE000002"
        assert (await client.car("GET", "/battery")).status == 200


async def test_state_of_an_earlier_version(socket_enabled: None, tmp_path: Path) -> None:
    """A state with the names of an earlier version is restored."""
    path = tmp_path / "world.json"
    async with run_simulator("--state", str(path), "--speed", "0") as client:
        await client.log_in()
        await client.car("POST", "/charge")
    state = path.read_text().replace('"records":', '"ledger":').replace('"kind":', '"errand":')
    path.write_text(state.replace('"command_seconds": 30.0', '"order_seconds": 25.0'))
    async with run_simulator("--state", str(path), "--speed", "0") as client:
        car = (await client.control("GET", "/state"))["cars"][client.vin]
    assert [each["kind"] for each in car["in_flight"]] == ["charge"]
    assert car["records"]["snapshot"]
    assert car["link"]["command_seconds"] == 25


@pytest.mark.parametrize(
    "option",
    [
        "--generation=3",
        "--speed=-1",
        "--speed=fast",
        "--timezone=Mars/Olympus",
        "--start=tomorrow",
        "--start=2026-01-01",
        "--port=x",
    ],
)
def test_invalid_options_are_rejected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """The error message names the invalid option."""
    monkeypatch.setattr(sys, "argv", ["simulator", option])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert option.partition("=")[0] in capsys.readouterr().err.splitlines()[-1]


async def test_port_in_use(socket_enabled: None) -> None:
    """The process ends with one line if the port is in use."""
    async with run_simulator() as client:
        port = client.url.rsplit(":", 1)[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulator", "--port", port, cwd=ROOT, stdout=PIPE, stderr=PIPE
        )
        output, errors = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, output) == (1, b"")
    assert errors.decode().startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert len(errors.splitlines()) == 1
