"""What an owner has to mend, and the steps that mend it."""

from collections.abc import Sequence
from typing import Any, cast

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowContext
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .cloud.exceptions import CountryMovedError
from .cloud.models import ChargeSchedule
from .const import CONF_CLOUD, DOMAIN, MY_RENAULT
from .coordinator import RenaultZeConfigEntry, VehicleCoordinator
from .devices import device_of, name_of
from .messages import weeks_side_by_side
from .plan import edits
from .plan.windows import weekly_schedule
from .vehicle import commands

CHOICES = ["push", "keep"]


def report_country_moved(hass: HomeAssistant, entry: RenaultZeConfigEntry, err: CountryMovedError) -> None:
    """Say that the account now lives with MY Renault."""
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
def report_elsewhere(hass: HomeAssistant, entry: RenaultZeConfigEntry, names: Sequence[str]) -> None:
    """Name the cars of an account that another entry has, as long as there are any."""
    given = {"names": ", ".join(names)}
    _keep_open(hass, "cars_elsewhere", entry.entry_id, wrong=bool(names), translation_placeholders=given)


@callback
def review_storage(hass: HomeAssistant, entry_id: str, stored: bool) -> None:  # noqa: FBT001 - what a write came to
    """Say that nothing can be stored, until a write succeeds again."""
    _keep_open(hass, "storage_full", entry_id, wrong=not stored, severity=ir.IssueSeverity.ERROR)


def watch(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Review a vehicle now and after each change; return what ends it."""

    @callback
    def review() -> None:
        review_country(hass, coordinator)
        _review_silence(hass, coordinator)
        _review_schedule(hass, coordinator)
        damaged = coordinator.memory.is_damaged(coordinator.vehicle.vin)
        _raise_or_withdraw(hass, coordinator, "plan_damaged", {}, wrong=damaged)

    review()
    return coordinator.async_add_listener(review)


@callback
def forget(hass: HomeAssistant, whose: str) -> None:
    """Withdraw everything said about an account or a vehicle, by the id of its entry or device."""
    issues = [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
    for issue in issues:
        if whose in issue:
            ir.async_delete_issue(hass, DOMAIN, issue)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the steps that mend what can be mended from here."""
    return CountryMovedFlow() if issue_id.startswith("country_moved") else ScheduleDiffersFlow()


class CountryMovedFlow(RepairsFlow):
    """Lead an account to where its country was moved; it is withdrawn once its cars answer there."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin; what is handed in here is the issue, and no answer to a form."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Say what is to come, and go on with signing in."""
        if user_input is None:
            return self.async_show_form(step_id="confirm")
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=cast("dict[str, str]", self.data)["entry_id"])
        flow = await self.hass.config_entries.flow.async_init(DOMAIN, context=context, data={CONF_CLOUD: MY_RENAULT})
        return self.async_abort(reason="continued", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))


class ScheduleDiffersFlow(RepairsFlow):
    """Push the week again, or keep the car's."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show both weeks, and ask which is right; what is handed in here is the issue, and no answer."""
        coordinator = self._coordinator()
        theirs, ours = (None, None) if coordinator is None else (coordinator.data.charge_schedule, _ours(coordinator))
        if coordinator is None or theirs is None or ours is None:
            return self.async_abort(reason="not_loaded")
        return self.async_show_menu(
            step_id="plan" if coordinator.planner.keeps_schedule else "week",
            menu_options=CHOICES,
            description_placeholders={
                "name": name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
                **weeks_side_by_side(theirs, ours),
            },
        )

    async_step_week = async_step_plan = async_step_init

    async def async_step_push(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Send the week that was set here once more."""
        coordinator = self._coordinator()
        if coordinator is not None and coordinator.planner.keeps_schedule:
            coordinator.edit_plan(lambda plan, _: edits.claim(plan))
            return self.async_create_entry(data={})
        if coordinator is None or (wanted := coordinator.data.wanted_schedule) is None:
            return self.async_abort(reason="not_loaded")
        order = commands.set_charge_schedule(wanted.windows) if wanted.enabled else commands.disable_charge_schedule()
        try:
            await coordinator.act(order)
        except HomeAssistantError:
            return self.async_abort(reason="not_sent")
        return self.async_create_entry(data={})

    async def async_step_keep(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Take the car's week as the right one."""
        coordinator = self._coordinator()
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        coordinator.adopt_schedule()
        return self.async_create_entry(data={})

    def _coordinator(self) -> VehicleCoordinator | None:
        """Return the vehicle the issue is about, if its account is loaded."""
        data = cast("dict[str, str]", self.data)
        entry: RenaultZeConfigEntry | None = self.hass.config_entries.async_get_entry(data["entry_id"])
        if entry is None or entry not in self.hass.config_entries.async_loaded_entries(DOMAIN):
            return None
        vehicles = entry.runtime_data.vehicles.values()
        return next((each for each in vehicles if _device_id(each) == data["device_id"]), None)


def _ours(coordinator: VehicleCoordinator) -> ChargeSchedule | None:
    """Return the week that is wanted here, of the plan if it keeps one."""
    planner = coordinator.planner
    return weekly_schedule(planner.plan) if planner.keeps_schedule else coordinator.data.wanted_schedule


def review_country(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Say that the country was moved, until the cloud answers again."""
    cause = coordinator.last_exception.__cause__ if coordinator.last_exception else None
    if coordinator.last_update_success:
        ir.async_delete_issue(hass, DOMAIN, f"country_moved_{coordinator.config_entry.entry_id}")
    elif isinstance(cause, CountryMovedError):
        report_country_moved(hass, coordinator.config_entry, cause)


@callback
def review_room(hass: HomeAssistant, entry: RenaultZeConfigEntry, crowded: int, total: int) -> None:
    """Say how many vehicles of an account have no entities, or not all, as long as there are such."""
    given = {"count": str(crowded), "total": str(total)}
    _keep_open(hass, "too_many_vehicles", entry.entry_id, wrong=bool(crowded), translation_placeholders=given)


def _review_silence(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Say that the car has not been heard of for days."""
    battery = coordinator.data.battery if coordinator.data.silent else None
    reported_at = None if battery is None else battery.reported_at
    since = "" if reported_at is None else f"{dt_util.as_local(reported_at):%Y-%m-%d %H:%M}"
    _raise_or_withdraw(hass, coordinator, "vehicle_silent", {"since": since}, wrong=coordinator.data.silent)


def _review_schedule(hass: HomeAssistant, coordinator: VehicleCoordinator) -> None:
    """Say that the car holds another week than the one set here."""
    _raise_or_withdraw(hass, coordinator, "schedule_differs", {}, wrong=coordinator.schedule_differs)


def _raise_or_withdraw(
    hass: HomeAssistant, coordinator: VehicleCoordinator, key: str, placeholders: dict[str, str], *, wrong: bool
) -> None:
    """Keep an issue of a vehicle open exactly as long as something is wrong."""
    entry_id, device_id = coordinator.config_entry.entry_id, _device_id(coordinator)
    _keep_open(
        hass,
        key,
        f"{entry_id}_{device_id}",
        wrong=wrong,
        data={"entry_id": entry_id, "device_id": device_id},
        is_fixable=key == "schedule_differs",
        translation_placeholders={
            "name": name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
            **placeholders,
        },
    )


@callback
def _keep_open(hass: HomeAssistant, key: str, whose: str, *, wrong: bool, **details: Any) -> None:
    """Keep an issue open exactly as long as something is wrong; a warning that nothing here fixes, unless told."""
    if not wrong:
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{whose}")
        return
    usual = {"is_fixable": False, "is_persistent": False, "severity": ir.IssueSeverity.WARNING}
    ir.async_create_issue(hass, DOMAIN, f"{key}_{whose}", translation_key=key, **{**usual, **details})


def _device_id(coordinator: VehicleCoordinator) -> str:
    """Return what names a vehicle where strangers read it, too: diagnostics tell the ids of the issues."""
    device = device_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin)
    return "" if device is None else device.id
