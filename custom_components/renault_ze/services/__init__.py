"""Registration and schemas of the actions."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Context, HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from ..cloud.models import Capability
from ..cloud.notifications import CHANNELS, NotificationChannel
from ..const import DOMAIN
from ..coordinator import VehicleCoordinator
from ..devices import device_of, may_access, vins_in
from ..plan_input import FIELDS, LEVEL, WEEKDAYS, WINDOW
from ..vehicle import commands
from . import plan, schedule, vehicle

_CENTURY = 20


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action: its fields besides the device, the capability it needs, if any, and the function that runs it."""

    name: str
    capability: Capability | None
    run: vehicle.Run
    fields: Mapping[vol.Marker, Any]
    reads: bool = False


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        hass.services.async_register(
            DOMAIN,
            action.name,
            partial(_run, action),
            schema=vol.Schema({vol.Optional(ATTR_DEVICE_ID): cv.string, **action.fields}),
            supports_response=SupportsResponse.ONLY if action.reads else SupportsResponse.OPTIONAL,
        )


async def _run(action: Action, call: ServiceCall) -> ServiceResponse:
    """Run an action for the vehicle of its device."""
    policy = POLICY_READ if action.reads else POLICY_CONTROL
    coordinator = await vehicle_for(call.hass, call.context, call.data.get(ATTR_DEVICE_ID), policy)
    if action.capability not in {None, *coordinator.vehicle.capabilities}:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="unsupported")
    response = await action.run(coordinator, call)
    return response if call.return_response else None


async def vehicle_for(hass: HomeAssistant, context: Context, device_id: str | None, policy: str) -> VehicleCoordinator:
    """Return the vehicle of a device, the only one if None; raise Home Assistant's translated errors if there is none.

    A user who may not access all entities of the car is refused, as Home Assistant does for actions of entities.
    """
    coordinator = _only_vehicle(hass) if device_id is None else _vehicle(hass, device_id)
    if context.user_id is None:
        return coordinator
    if (user := await hass.auth.async_get_user(context.user_id)) is None:
        raise UnknownUser(context=context, permission=policy)
    device = device_of(hass, coordinator.config_entry, coordinator.vehicle.vin)
    if device is None or not may_access(hass, user, device, policy):
        raise Unauthorized(context=context, permission=policy)
    return coordinator


def _vehicle(hass: HomeAssistant, device_id: str) -> VehicleCoordinator:
    """Return the vehicle of a device; raise Home Assistant's translated errors for an invalid device."""
    device, entry = service.async_get_device_and_config_entry(hass, DOMAIN, device_id, include_child_devices=False)
    vehicles: Mapping[str, VehicleCoordinator] = entry.runtime_data.vehicles
    vin = vins_in(device)[0]
    if vin not in vehicles:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="device_disabled")
    return vehicles[vin]


def _only_vehicle(hass: HomeAssistant) -> VehicleCoordinator:
    """Return the vehicle of all accounts; raise an error if there is none, or more than one."""
    loaded = hass.config_entries.async_loaded_entries(DOMAIN)
    vehicles: list[VehicleCoordinator] = [each for entry in loaded for each in entry.runtime_data.vehicles.values()]
    if len(vehicles) != 1:
        key = "select_a_car" if vehicles else "no_car_loaded"
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
    return vehicles[0]


def _days(value: Any) -> tuple[date, date]:
    """Validate a month or a date, and return its first and last day."""
    text = str(value).strip()
    try:
        first = date.fromisoformat(f"{text}-01" if len(text) == len("2026-10") else text)
    except ValueError:
        first = date.min
    # Python also parses other formats, and Z.E. Services sends years of two digits.
    if not first.isoformat().startswith(text) or first.year // 100 != _CENTURY:
        raise vol.Invalid("expected a month such as 2026-10 or a day such as 2026-10-05, from 2000 to 2099")
    last = first if text == first.isoformat() else first.replace(day=monthrange(first.year, first.month)[1])
    return first, last


_WAIT = {vol.Optional("wait", default=False): cv.boolean}


# °C; the apps of the cars send no other values.
_TEMPERATURE = {vol.Optional("temperature"): vol.All(vol.Coerce(float), vol.Range(min=15, max=25))}


_SPAN = {vol.Optional("from"): _days, vol.Optional("to"): _days}


_NAME = vol.All(cv.string, vol.Strip, vol.Length(min=1, max=100))


ACTIONS: tuple[Action, ...] = (
    Action(
        name="precondition",
        capability=Capability.PRECONDITIONING,
        fields={**_TEMPERATURE, **_WAIT},
        run=vehicle.precondition,
    ),
    Action(
        name="precondition_at",
        capability=Capability.PRECONDITIONING_TIMER,
        fields={
            vol.Required("start"): cv.time,
            vol.Optional("refuse_below_threshold", default=False): cv.boolean,
            **_TEMPERATURE,
            **_WAIT,
        },
        run=vehicle.precondition_at,
    ),
    Action(
        name="cancel_precondition",
        capability=Capability.CANCEL_PRECONDITIONING,
        fields=_WAIT,
        run=vehicle.sending(lambda _: commands.CancelPrecondition()),
    ),
    Action(
        name="start_charge",
        capability=Capability.START_CHARGE,
        fields=_WAIT,
        run=vehicle.sending(lambda _: commands.StartCharge()),
    ),
    Action(
        name="stop_charge",
        capability=Capability.STOP_CHARGE,
        fields=_WAIT,
        run=vehicle.sending(lambda _: commands.StopCharge()),
    ),
    Action(
        name="request_update",
        capability=Capability.REQUEST_UPDATE,
        fields=_WAIT,
        run=vehicle.sending(lambda _: commands.RequestUpdate()),
    ),
    Action(
        name="set_charge_schedule",
        capability=Capability.CHARGE_SCHEDULE,
        fields={
            vol.Optional("windows"): vol.All(cv.ensure_list, [WINDOW], vol.Length(min=1)),
            vol.Optional("enable", default=True): cv.boolean,
            vol.Optional("keep_other_days", default=False): cv.boolean,
            **_WAIT,
        },
        run=schedule.set_charge_schedule,
    ),
    Action(
        name="disable_charge_schedule",
        capability=Capability.CHARGE_SCHEDULE,
        fields=_WAIT,
        run=schedule.disable_charge_schedule,
    ),
    Action(
        name="get_charge_schedule",
        capability=Capability.CHARGE_SCHEDULE,
        fields={},
        run=schedule.charge_schedule,
        reads=True,
    ),
    Action(
        name="set_notifications",
        capability=Capability.NOTIFICATIONS,
        fields={
            **{vol.Optional(channel): vol.Coerce(NotificationChannel) for channel in CHANNELS},
            vol.Optional("do_not_disturb"): vol.Any(
                None, vol.Schema({vol.Required("start"): cv.time, vol.Required("end"): cv.time})
            ),
            **_WAIT,
        },
        run=vehicle.set_notifications,
    ),
    Action(
        name="get_notifications",
        capability=Capability.NOTIFICATIONS,
        fields={},
        run=vehicle.notifications,
        reads=True,
    ),
    Action(
        name="get_charge_history",
        capability=Capability.CHARGE_HISTORY,
        fields=_SPAN,
        run=vehicle.charge_history,
        reads=True,
    ),
    Action(
        name="get_preconditioning_history",
        capability=Capability.PRECONDITIONING_HISTORY,
        fields=_SPAN,
        run=vehicle.preconditioning_history,
        reads=True,
    ),
    Action(
        name="set_departure",
        capability=Capability.PRECONDITIONING,
        fields={
            vol.Optional("departure"): _NAME,
            vol.Optional("name"): _NAME,
            vol.Optional("time"): cv.time,
            vol.Optional("days"): WEEKDAYS,
            vol.Optional("date"): cv.date,
            **{vol.Optional(key): cv.boolean for key in ("precondition", "enabled", "robust", "override")},
            vol.Optional("target_level"): LEVEL,
        },
        run=plan.set_departure,
    ),
    Action(
        name="remove_departure",
        capability=Capability.PRECONDITIONING,
        fields={vol.Required("departure"): _NAME},
        run=plan.remove_departure,
    ),
    Action(
        name="skip_departure",
        capability=Capability.PRECONDITIONING,
        fields={
            vol.Optional("departure"): _NAME,
            vol.Optional("date"): cv.date,
            vol.Optional("skip", default=True): cv.boolean,
        },
        run=plan.skip_departure,
    ),
    Action(
        name="pause_departures",
        capability=Capability.PRECONDITIONING,
        fields=_SPAN,
        run=plan.pause_departures,
    ),
    Action(
        name="set_charge_windows",
        capability=Capability.CHARGE_SCHEDULE,
        fields={
            vol.Required("windows"): vol.All(cv.ensure_list, [WINDOW]),
            vol.Optional("switch_on", default=True): cv.boolean,
        },
        run=schedule.set_charge_windows,
    ),
    Action(
        name="set_plan",
        capability=None,
        fields={**FIELDS, **_WAIT},
        run=plan.set_plan,
    ),
    Action(
        name="get_plan",
        capability=None,
        fields={},
        run=plan.plan,
        reads=True,
    ),
)
