"""Who may use the actions: those who may control, or read, all entities of the car."""

from homeassistant.auth.models import Group
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.renault_ze.const import DOMAIN
from tests.plan.planned import WARM, WORK, Car


async def call(hass: HomeAssistant, user_id: str, action: str, **data: object) -> None:
    """Call an action as a user."""
    context = Context(user_id=user_id)
    reads = action.startswith("get_")
    await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=reads, context=context)


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [((POLICY_READ, POLICY_CONTROL), 0), ((POLICY_READ,), 0), ((POLICY_READ, POLICY_CONTROL), 1)],
)
async def test_users(
    car: Car, hass_admin_user: MockUser, entity_registry: er.EntityRegistry, allowed: tuple[str, ...], missing: int
) -> None:
    """A user who may only read the car, or may not access some of its entities, sends and changes nothing."""
    car.simulator.vehicle().car.unplug()
    entities = [each.entity_id for each in er.async_entries_for_device(entity_registry, car.device_id)]
    rights = dict.fromkeys(allowed, True)
    policy = {"entities": {"entity_ids": dict.fromkeys(entities[missing:], rights)}}
    hass_admin_user.groups = [Group(name="Guests", policy=policy)]
    hass_admin_user.permissions = PolicyPermissions(policy, hass_admin_user.perm_lookup)
    user, before = hass_admin_user.id, car.coordinator.planner.plan
    if POLICY_CONTROL in allowed and not missing:
        await call(car.hass, user, "precondition")
        assert car.commands == [WARM]
        return
    for action, data in (("precondition", {}), ("set_plan", {"departures": [WORK]}), ("pause_departures", {})):
        with pytest.raises(Unauthorized):
            await call(car.hass, user, action, **data)
    assert (car.commands, car.coordinator.planner.plan) == ([], before)
    if missing:
        with pytest.raises(Unauthorized):
            await call(car.hass, user, "get_plan")
    else:
        await call(car.hass, user, "get_plan")


async def test_deleted_user(car: Car) -> None:
    """An action in the name of a user who no longer exists is refused."""
    with pytest.raises(UnknownUser):
        await call(car.hass, "unknown", "precondition", device_id=car.device_id)
    assert car.commands == []
