"""Flows that fix the repairs of an account and its vehicles."""

from typing import cast

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowContext
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import CONF_CLOUD, DOMAIN, MY_RENAULT
from ..coordinator import RenaultZeConfigEntry, VehicleCoordinator
from ..devices import name_of
from ..plan import window_edits
from ..plan.timetable import weekly_schedule
from ..schedule_sender import edit_and_send
from .issues import compared_schedules, device_id

_FIX_OPTIONS = ["push", "keep"]


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
        if coordinator is None or (theirs := coordinator.data.charge_schedule) is None:
            return self.async_abort(reason="not_loaded")
        ours = weekly_schedule(coordinator.planner.plan)
        return self.async_show_menu(
            step_id="plan",
            menu_options=_FIX_OPTIONS,
            description_placeholders={
                "name": name_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin),
                **compared_schedules(self.hass, theirs, ours),
            },
        )

    async_step_plan = async_step_init

    async def async_step_push(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Send the user's schedule again."""
        if (coordinator := self._coordinator()) is None:
            return self.async_abort(reason="not_loaded")
        try:
            await edit_and_send(coordinator, window_edits.claim)
        except HomeAssistantError:
            return self.async_abort(reason="not_sent")
        return self.async_create_entry(data={})

    async def async_step_keep(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Adopt the car's schedule."""
        coordinator = self._coordinator()
        if coordinator is None or (held := coordinator.data.charge_schedule) is None:
            return self.async_abort(reason="not_loaded")
        coordinator.edit_plan(lambda plan, now: window_edits.adopt(plan, held, now))
        return self.async_create_entry(data={})

    def _coordinator(self) -> VehicleCoordinator | None:
        """Return the vehicle of the issue, None if its account is not loaded."""
        data = cast("dict[str, str]", self.data)
        entry: RenaultZeConfigEntry | None = self.hass.config_entries.async_get_entry(data["entry_id"])
        if entry is None or entry not in self.hass.config_entries.async_loaded_entries(DOMAIN):
            return None
        vehicles = entry.runtime_data.vehicles.values()
        return next((each for each in vehicles if device_id(each) == data["device_id"]), None)
