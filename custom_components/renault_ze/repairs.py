"""Repair issues, and the flows that fix them."""

from collections.abc import Sequence
from typing import Any, cast

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowContext
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .cloud.exceptions import CountryMovedError
from .cloud.models import ChargeSchedule, Part
from .const import CONF_CLOUD, DOMAIN, MY_RENAULT
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .devices import device_of, name_of
from .messages import PollFailedError, error_text, formatted, refused_parts
from .plan import edits
from .plan.timetable import weekly_schedule
from .schedule_texts import compared_schedules
from .vehicle import commands

_FIX_OPTIONS = ["push", "keep"]


def report_country_moved(hass: HomeAssistant, entry: RenaultZeConfigEntry, err: CountryMovedError) -> None:
    """Create the repair of an account that was moved to MY Renault."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"country_moved_{entry.entry_id}",
        data={"entry_id": entry.entry_id},
        is_fixable=True,
        is_persistent=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="country_moved",
        learn_more_url=err.website,
    )


@callback
def update_cars_elsewhere_issue(hass: HomeAssistant, entry: RenaultZeConfigEntry, names: Sequence[str]) -> None:
    """Create or delete the repair that names the cars of an account that belong to another entry."""
    given = {"account": entry.title, "names": ", ".join(names)}
    _create_or_delete_issue(hass, "cars_elsewhere", entry.entry_id, is_open=bool(names), translation_placeholders=given)


@callback
def update_storage_issue(hass: HomeAssistant, entry_id: str, stored: bool) -> None:  # noqa: FBT001 - the result of a write
    """Create or delete the repair of failed writes."""
    _create_or_delete_issue(hass, "storage_full", entry_id, is_open=not stored, severity=ir.IssueSeverity.ERROR)


def track_repairs(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Update the repairs of a vehicle now and after each change; return a function that stops it."""

    @callback
    def update() -> None:
        update_error_issues(hass, coordinator)
        _update_silent_issue(hass, coordinator)
        _update_issue(
            hass, coordinator, "schedule_differs", {}, is_open=coordinator.situation(dt_util.utcnow()).schedule_differs
        )
        is_refused = coordinator.cloud.commands_refused_at(coordinator.vehicle.vin) is not None
        _update_issue(hass, coordinator, "no_remote_commands", {}, is_open=is_refused)
        _review_overdue(hass, coordinator)
        damaged = coordinator.storage.is_damaged(coordinator.vehicle.vin)
        _update_issue(hass, coordinator, "plan_damaged", {}, is_open=damaged)

    update()
    return coordinator.async_add_listener(update)


@callback
def delete_issues(hass: HomeAssistant, owner_id: str) -> None:
    """Delete all repairs of an account or a vehicle, by the id of its entry or device."""
    issues = [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
    for issue in issues:
        if owner_id in issue:
            ir.async_delete_issue(hass, DOMAIN, issue)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    return CountryMovedFlow() if issue_id.startswith("country_moved") else ScheduleDiffersFlow()


class CountryMovedFlow(RepairsFlow):
    """Move an account to MY Renault; the repair is deleted once its cars are read there."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the form; the input of this step is the issue."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask for confirmation, then continue with the configuration flow."""
        if user_input is None:
            return self.async_show_form(step_id="confirm")
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=cast("dict[str, str]", self.data)["entry_id"])
        flow = await self.hass.config_entries.flow.async_init(DOMAIN, context=context, data={CONF_CLOUD: MY_RENAULT})
        return self.async_abort(reason="continued", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))


class ScheduleDiffersFlow(RepairsFlow):
    """Send the charge schedule again, or keep the car's."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show both schedules in a menu; the input of this step is the issue."""
        coordinator = self._coordinator()
        theirs, ours = (None, None) if coordinator is None else (coordinator.data.charge_schedule, _ours(coordinator))
        if coordinator is None or theirs is None or ours is None:
            return self.async_abort(reason="not_loaded")
        return self.async_show_menu(
            step_id="plan" if coordinator.planner.plan.keeps_schedule else "schedule",
            menu_options=_FIX_OPTIONS,
            description_placeholders={
                "name": name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
                **compared_schedules(self.hass, theirs, ours),
            },
        )

    async_step_schedule = async_step_plan = async_step_init

    async def async_step_push(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Send the schedule that was set here again."""
        coordinator = self._coordinator()
        if coordinator is not None and coordinator.planner.plan.keeps_schedule:
            coordinator.edit_plan(lambda plan, _: edits.claim(plan))
            return self.async_create_entry(data={})
        if coordinator is None or (wanted := coordinator.data.wanted_schedule) is None:
            return self.async_abort(reason="not_loaded")
        command = commands.SetChargeSchedule(wanted.windows) if wanted.enabled else commands.DisableChargeSchedule()
        try:
            await coordinator.send_command(command)
        except HomeAssistantError:
            return self.async_abort(reason="not_sent")
        return self.async_create_entry(data={})

    async def async_step_keep(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Adopt the car's schedule."""
        coordinator = self._coordinator()
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        if (held := coordinator.data.charge_schedule) is not None and held.enabled is not None:
            coordinator.remember_wanted_schedule(held)
        coordinator.async_update_listeners()
        return self.async_create_entry(data={})

    def _coordinator(self) -> VehicleCoordinator | None:
        """Return the vehicle of the issue, None if its account is not loaded."""
        data = cast("dict[str, str]", self.data)
        entry: RenaultZeConfigEntry | None = self.hass.config_entries.async_get_entry(data["entry_id"])
        if entry is None or entry not in self.hass.config_entries.async_loaded_entries(DOMAIN):
            return None
        vehicles = entry.runtime_data.vehicles.values()
        return next((each for each in vehicles if _device_id(each) == data["device_id"]), None)


def _ours(coordinator: VehicleCoordinator) -> ChargeSchedule | None:
    """Return the schedule set here, the plan's if it has one."""
    planner = coordinator.planner
    return weekly_schedule(planner.plan) if planner.plan.keeps_schedule else coordinator.data.wanted_schedule


def update_error_issues(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Create or delete the repairs of a moved country, and of what could not be read for a day."""
    _update_country_issue(hass, coordinator)
    errors = dict(coordinator.poller.lasting_failures.errors)
    battery = errors.pop(Part.BATTERY, None)
    reason = {} if battery is None else {"reason": error_text(hass, battery)}
    _update_issue(hass, coordinator, "not_updated", reason, is_open=battery is not None)
    # An error of the battery most likely concerns all parts.
    is_open = battery is None and bool(errors)
    features = {"features": refused_parts(hass, errors)} if is_open else {}
    _update_issue(hass, coordinator, "feature_missing", features, is_open=is_open)


def _update_country_issue(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Create the repair of a moved country, or delete it after a successful update."""
    failure = coordinator.last_exception
    if coordinator.last_update_success:
        ir.async_delete_issue(hass, DOMAIN, f"country_moved_{coordinator.config_entry.entry_id}")
    elif isinstance(failure, PollFailedError) and isinstance(failure.error, CountryMovedError):
        report_country_moved(hass, coordinator.config_entry, failure.error)


@callback
def update_entity_limit_issue(hass: HomeAssistant, entry: RenaultZeConfigEntry, incomplete: int, total: int) -> None:
    """Create or delete the repair of vehicles without entities or with only some."""
    counts = {"account": entry.title, "count": str(incomplete), "total": str(total)}
    _create_or_delete_issue(
        hass, "too_many_vehicles", entry.entry_id, is_open=bool(incomplete), translation_placeholders=counts
    )


def _update_silent_issue(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Create or delete the repair of a car that has not reported for days."""
    battery = coordinator.data.battery
    since = battery and battery.reported_at
    given = {"since": formatted(hass, since)} if coordinator.data.is_silent and since else {}
    _update_issue(hass, coordinator, "vehicle_silent", given, is_open=coordinator.data.is_silent)


def _review_overdue(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Open or withdraw the repair of a schedule that could not be restored for a day."""
    lost = coordinator.cloud.overdue_charge_schedule(coordinator.vehicle.vin)
    given = {} if lost is None else compared_schedules(hass, lost)
    _update_issue(hass, coordinator, "schedule_not_restored", given, is_open=lost is not None)


def _update_issue(
    hass: HomeAssistant, coordinator: VehicleCoordinator, key: str, placeholders: dict[str, str], *, is_open: bool
) -> None:
    """Create or delete an issue of a vehicle."""
    entry_id, device_id = coordinator.config_entry.entry_id, _device_id(coordinator)
    details: dict[str, Any] = {}
    if is_open:
        name = name_of(hass, coordinator.config_entry, coordinator.vehicle.vin)
        details = {
            "data": {"entry_id": entry_id, "device_id": device_id},
            "is_fixable": key == "schedule_differs",
            "translation_placeholders": {"name": name, **placeholders},
        }
    _create_or_delete_issue(hass, key, f"{entry_id}_{device_id}", is_open=is_open, **details)


@callback
def _create_or_delete_issue(hass: HomeAssistant, key: str, owner_id: str, *, is_open: bool, **details: Any) -> None:
    """Create or delete an issue; by default a warning without a fix flow."""
    if not is_open:
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{owner_id}")
        return
    defaults = {"is_fixable": False, "is_persistent": False, "severity": ir.IssueSeverity.WARNING}
    ir.async_create_issue(hass, DOMAIN, f"{key}_{owner_id}", translation_key=key, **{**defaults, **details})


def _device_id(coordinator: VehicleCoordinator) -> str:
    """Return the id of a vehicle's device; unlike the VIN, it may appear in diagnostics with the ids of issues."""
    device = device_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin)
    return "" if device is None else device.id
