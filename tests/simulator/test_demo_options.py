"""The demo passes the model of the car to the simulator."""

import sys

import pytest

import demo
from home import ROOT
from home.demo import Demo
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
    home = Demo(options.config, 8123, 8642, *demo.simulator_options(options), cloud=options.cloud)
    command = home.simulator._command
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
    """Without a model, folder and options stay as they were."""
    monkeypatch.setattr(sys, "argv", ["demo", "--speed", "60"])
    options = demo.arguments()
    assert options.config == ROOT / ".demo/zeservices-60"
    assert demo.simulator_options(options) == ["--speed", "60.0"]
