"""Websocket commands for the cards, which cause no requests to the cloud."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND, ERR_UNAUTHORIZED
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..cloud.exceptions import CloudError
from ..cloud.models import DAY_NAMES
from ..const import DOMAIN, LOGGER
from ..coordinator import RenaultZeConfigEntry, VehicleCoordinator
from ..devices import may_access, vins_in
from ..messages import PollFailedError, error_text, translated
from ..plan_input import FIELDS, PlanEdit, Problem
from ..views import responses
from ..views.responses import Json

type Message = dict[str, Any]

_FEEDS: HassKey[dict[str, CarFeed]] = HassKey(f"{DOMAIN}.feeds")


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    async_register_command(hass, subscribe)
    async_register_command(hass, check_plan)


class CarFeed:
    """The state of a car for its subscribers, computed once per update, and sent to all of them if it has changed."""

    def __init__(self, hass: HomeAssistant, device_id: str) -> None:
        """Create a feed without subscribers."""
        self._hass = hass
        self._device_id = device_id
        self._subscribers: list[Callable[[Json], None]] = []
        self._unlisten: list[CALLBACK_TYPE] = []
        self._coordinator: VehicleCoordinator | None = None
        self._unlisten_coordinator: CALLBACK_TYPE | None = None
        self._car: Json | None = None

    @callback
    def add(self, send: Callable[[Json], None]) -> CALLBACK_TYPE:
        """Send the car to a subscriber now and after each change; return a function that removes the subscriber."""
        if not self._subscribers:
            self._follow()
        self._update()
        self._subscribers.append(send)
        send({"car": self._car})

        @callback
        def remove() -> None:
            self._subscribers.remove(send)
            if not self._subscribers:
                self._end()

        return remove

    def _follow(self) -> None:
        """Listen to changes of the account and the device."""

        @callback
        def entry_changed(_: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
            if entry.domain == DOMAIN:
                self._update()

        @callback
        def device_changed(event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
            if event.data["device_id"] == self._device_id:
                self._update()

        self._unlisten = [
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed),
            self._hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, device_changed),
        ]

    def _end(self) -> None:
        """Stop listening."""
        del self._hass.data[_FEEDS][self._device_id]
        self._follow_coordinator(None)
        for unlisten in self._unlisten:
            unlisten()

    def _follow_coordinator(self, coordinator: VehicleCoordinator | None) -> None:
        """Listen to the updates of a coordinator, None while the car is not loaded."""
        if coordinator is self._coordinator:
            return
        if self._unlisten_coordinator is not None:
            self._unlisten_coordinator()
        self._coordinator = coordinator
        self._unlisten_coordinator = None if coordinator is None else coordinator.async_add_listener(self._update)

    @callback
    def _update(self) -> None:
        """Send the car to all subscribers if it has changed."""
        device = car_device(self._hass, self._device_id)
        self._follow_coordinator(None if device is None else coordinator_of(self._hass, device))
        before = self._car
        try:
            self._car = None if device is None else self._current(device)
        except Exception:  # noqa: BLE001 - an error in a card must not stop the vehicle's entities
            LOGGER.exception("The dashboard cards cannot be updated")
        if _without_time(before) != _without_time(self._car):
            message = {"car": _with_new_prices(self._car, before)}
            for send in self._subscribers:
                send(message)

    def _current(self, device: dr.DeviceEntry) -> Json | None:
        """Return the car as it is now, None while it is not loaded."""
        if (coordinator := self._coordinator) is None:
            return None
        situation, available = coordinator.situation(dt_util.utcnow()), coordinator.last_update_success
        feed = coordinator.config_entry.runtime_data.prices
        return {
            "device_id": device.id,
            "name": device.name_by_user or device.name,
            "available": available,
            "error": None if available else _error(coordinator),
            **responses.car(situation, coordinator.vehicle, coordinator.planner.next_step, has_prices=feed is not None),
            **({"prices": []} if feed is None else responses.prices(feed.known, situation.zone)),
        }


def _error(coordinator: VehicleCoordinator) -> Json | None:
    """Return why the last poll failed, in the shape of the errors of websocket commands."""
    failure = coordinator.last_exception
    cause = failure.error if isinstance(failure, PollFailedError) else getattr(failure, "__cause__", None)
    if isinstance(cause, CloudError):
        return {"message": error_text(coordinator.hass, cause), **translated(coordinator.hass, cause)}
    return None if failure is None else {"message": str(failure)}


def _without_time(car: Json | None) -> Json | None:
    """Return a car without the time of the message, to compare it with another."""
    return car and {**car, "now": None}


def _with_new_prices(car: Json | None, before: Json | None) -> Json | None:
    """Return a car without its prices, which are much longer than the rest, if they were sent before."""
    if car is None or before is None or car["prices"] != before["prices"]:
        return car
    return {key: value for key, value in car.items() if key != "prices"}


@callback
def car_device(hass: HomeAssistant, device_id: str) -> dr.DeviceEntry | None:
    """Return a device of this integration, None for other devices."""
    device = dr.async_get(hass).async_get(device_id)
    if not isinstance(device, dr.DeviceEntry) or not vins_in(device):
        return None
    return device


@callback
def coordinator_of(hass: HomeAssistant, device: dr.DeviceEntry) -> VehicleCoordinator | None:
    """Return the coordinator of a device, None while it is disabled or not loaded."""
    entry: RenaultZeConfigEntry | None = hass.config_entries.async_get_entry(device.config_entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return next((entry.runtime_data.vehicles.get(vin) for vin in vins_in(device)), None)


@callback
def _readable_device(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> dr.DeviceEntry | None:
    """Return the device of a command, or send an error and return None if it is unknown or the user may not read it."""
    device = car_device(hass, msg["device_id"])
    if device is None:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "Car not found", "car_not_found", DOMAIN, {})
    elif not may_access(hass, connection.user, device, POLICY_READ):
        connection.send_error(msg["id"], ERR_UNAUTHORIZED, "Unauthorized", "not_allowed", DOMAIN, {})
        return None
    return device


@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/subscribe", vol.Required("device_id"): cv.string},
)
@callback
def subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send a car now and after each change."""
    if (device := _readable_device(hass, connection, msg)) is None:
        return
    feed = hass.data.setdefault(_FEEDS, {}).setdefault(device.id, CarFeed(hass, device.id))
    connection.send_result(msg["id"])
    connection.subscriptions[msg["id"]] = feed.add(lambda message: connection.send_event(msg["id"], message))


@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/check_plan", vol.Required("device_id"): cv.string, **FIELDS},
)
@callback
def check_plan(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send the problems of an edit of the plan, without saving it."""
    if (device := _readable_device(hass, connection, msg)) is None:
        return
    if (coordinator := coordinator_of(hass, device)) is None:
        connection.send_error(msg["id"], "not_loaded", "Car not loaded", "no_car_loaded", DOMAIN, {})
        return
    planner, vehicle = coordinator.planner, coordinator.vehicle
    edit = PlanEdit(plan=planner.plan, data=msg, now=dt_util.utcnow(), vehicle=vehicle, settings=planner.settings)
    problems = [_problem(each, vehicle.time_zone) for each in edit.problems(as_enabled=True)]
    connection.send_result(msg["id"], {"problems": problems})


def _problem(problem: Problem, zone: tzinfo) -> Json:
    """Return a problem, which the card describes in the language of its user."""
    return {
        "layer": problem.layer,
        "days": [DAY_NAMES[day] for day in problem.error.weekdays],
        "departure": problem.departure,
        "translation_key": problem.error.key,
        "value": responses.placeholder(problem.error.value, zone),
    }
