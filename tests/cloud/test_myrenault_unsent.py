"""Whether a command may have arrived depends on the request that failed."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from custom_components.renault_ze.cloud.exceptions import ConnectionFailedError
from custom_components.renault_ze.cloud.myrenault import MyRenault
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import FIRST, NOW, every_day

type Call = Callable[[MyRenault], Awaitable[Any]]

CALLS: dict[str, tuple[Call, str, bool]] = {
    "a read": (lambda cloud: cloud.battery(FIRST), "*/battery-status", True),
    "a command": (lambda cloud: cloud.start_preconditioning(FIRST), "*/actions/hvac-start", False),
    "the token of a command": (lambda cloud: cloud.start_preconditioning(FIRST), "*/accounts.*", True),
    "the second half of a command": (
        lambda cloud: cloud.set_charge_schedule(FIRST, every_day(1, 4)),
        "*/actions/charge-mode",
        False,
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_what_was_sent(adapter: MyRenault, renault: MyRenaultSimulator, name: str) -> None:
    """Reads and token requests are not commands; half a command is."""
    call, path, unsent = CALLS[name]
    await adapter.account(max_age=NOW)
    adapter._session._drop_jwt()
    renault.faults.replace([{"path": path, "kind": "status", "status": 503}])
    with pytest.raises(ConnectionFailedError) as caught:
        await call(adapter)
    assert caught.value.unsent is unsent
