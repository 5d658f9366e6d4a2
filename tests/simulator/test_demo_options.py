"""The demo passes the model of the car to the simulator."""

import sys

import httpx
import pytest

import demo
from home import ROOT
from home.config_folder import TIME_ZONE
from home.simulator import MODELS
from simulator import EXAMPLE_VIN
from simulator.__main__ import _build_simulator, _parse_arguments
from simulator.myrenault import MODEL_NAMES, MyRenaultSimulator
from simulator.world.accounts import Account
from simulator.world.clock import Clock


def test_models_are_those_of_the_simulator() -> None:
    """The demo offers every model."""
    assert tuple(MODEL_NAMES) == MODELS


@pytest.mark.parametrize("model", MODELS)
def test_command_line(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """The command line that the demo builds starts a car of the model, whose state has its own folder."""
    monkeypatch.setattr(sys, "argv", ["demo", "--cloud", "myrenault", "--model", model])
    options = demo.arguments()
    assert options.config == ROOT / f".demo/myrenault-{model}"
    command = demo.new_demo(options).simulator._command
    parsed = _parse_arguments([str(each) for each in command[3:]])
    simulator = _build_simulator(parsed, Clock(), Account("x", "y", parsed.vin))
    assert isinstance(simulator, MyRenaultSimulator)
    assert [(each.vin, each.model) for each in map(simulator.vehicle, parsed.vin)] == [
        (EXAMPLE_VIN, MODEL_NAMES[model])
    ]


@pytest.mark.parametrize("given", [["--model", "ZOE50"], ["--cloud", "myrenault", "--model", "ZOE60"]])
def test_invalid_models(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    """A model needs MY Renault, and has to exist."""
    monkeypatch.setattr(sys, "argv", ["demo", *given])
    with pytest.raises(SystemExit, match="2"):
        demo.arguments()
    assert "--model" in capsys.readouterr().err.splitlines()[-1]


def test_folder_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model, the folder and the options name none."""
    monkeypatch.setattr(sys, "argv", ["demo", "--speed", "60"])
    options = demo.arguments()
    assert options.config == ROOT / ".demo/zeservices-60"
    command = demo.new_demo(options).simulator._command
    given = ("--cloud", "zeservices", "--vin", EXAMPLE_VIN, "--timezone", TIME_ZONE, "--live", "--speed", "60.0")
    assert command[-len(given) :] == given


def test_unsupported_steps(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that rejects a step of the setup still starts; without a model, the step has to succeed."""

    def reject() -> None:
        """Fail as a rejected action does."""
        request = httpx.Request("POST", "http://127.0.0.1/api/services/renault_ze/set_charge_schedule")
        raise httpx.HTTPStatusError("rejected", request=request, response=httpx.Response(400, request=request))

    monkeypatch.setattr(sys, "argv", ["demo", "--cloud", "myrenault", "--model", "R5"])
    demo.new_demo(demo.arguments())._perform("plan", reject)
    assert "does not support a plan" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["demo"])
    with pytest.raises(httpx.HTTPStatusError):
        demo.new_demo(demo.arguments())._perform("plan", reject)
