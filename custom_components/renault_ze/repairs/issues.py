"""Repair issues of accounts, vehicles, and deprecated names; charge schedules as text."""

from collections.abc import Collection, Iterable, Iterator, Sequence
import re
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..cloud.exceptions import CountryMovedError
from ..cloud.models import DAY_NAMES, ChargeSchedule, ChargeWindow, Part, Weekday
from ..cloud.schedule import end_of
from ..const import CONF_REPLACED, DOMAIN
from ..coordinator import RenaultZeConfigEntry, VehicleCoordinator
from ..devices import device_of, name_of
from ..formats import formatted
from ..messages import PollFailedError, error_text, refused_parts, weekdays_text

# Each has an entity component under its name, whose entities have the configuration as it was written.
_SCRIPTED = ("automation", "script")
_DASHBOARDS = "lovelace"
_PRICE_PROBLEMS = ("price_source_removed", "solar_forecast_removed", "no_prices")


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
    create_or_delete_issue(hass, "cars_elsewhere", entry.entry_id, is_open=bool(names), translation_placeholders=given)


@callback
def update_storage_issue(hass: HomeAssistant, entry_id: str, stored: bool) -> None:  # noqa: FBT001 - the result of a write
    """Create or delete the repair of failed writes."""
    create_or_delete_issue(hass, "storage_full", entry_id, is_open=not stored, severity=ir.IssueSeverity.ERROR)


def track_repairs(hass: HomeAssistant, coordinator: VehicleCoordinator) -> CALLBACK_TYPE:
    """Update the repairs of a vehicle now and after each change; return a function that stops it."""

    @callback
    def update() -> None:
        update_error_issues(hass, coordinator)
        _update_silent_issue(hass, coordinator)
        _update_issue(
            hass,
            coordinator,
            "schedule_differs",
            {},
            is_open=coordinator.situation(dt_util.utcnow()).is_changed_elsewhere,
        )
        is_refused = coordinator.cloud.commands_refused_at(coordinator.vehicle.vin) is not None
        _update_issue(hass, coordinator, "no_remote_commands", {}, is_open=is_refused)
        _review_overdue(hass, coordinator)
        damaged = coordinator.storage.is_damaged(coordinator.vehicle.vin)
        _update_issue(hass, coordinator, "plan_damaged", {}, is_open=damaged)

    update()
    return coordinator.async_add_listener(update)


def track_price_repairs(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Update the repairs of the electricity prices until the entry is unloaded; delete those of an earlier source."""
    feed = entry.runtime_data.prices

    @callback
    def update() -> None:
        given: dict[str, Any] = {"translation_placeholders": {"account": entry.title}}
        for key in _PRICE_PROBLEMS:
            is_open = feed is not None and feed.problem == key
            create_or_delete_issue(hass, key, entry.entry_id, is_open=is_open, **given)
        other = None if feed is None else feed.other_currency
        currencies = {"account": entry.title, "currency": other or "", "home_currency": hass.config.currency}
        create_or_delete_issue(
            hass, "price_currency", entry.entry_id, is_open=bool(other), translation_placeholders=currencies
        )

    update()
    if feed is not None:
        entry.async_on_unload(feed.add_listener(update))


@callback
def delete_issues(hass: HomeAssistant, owner_id: str) -> None:
    """Delete all repairs of an account or a vehicle, by the id of its entry or device."""
    issues = [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
    for issue in issues:
        if owner_id in issue:
            ir.async_delete_issue(hass, DOMAIN, issue)


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
    create_or_delete_issue(
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
    entry_id, device = coordinator.config_entry.entry_id, device_id(coordinator)
    details: dict[str, Any] = {}
    if is_open:
        name = name_of(hass, coordinator.config_entry, coordinator.vehicle.vin)
        details = {
            "data": {"entry_id": entry_id, "device_id": device},
            "is_fixable": key == "schedule_differs",
            "translation_placeholders": {"name": name, **placeholders},
        }
    create_or_delete_issue(hass, key, f"{entry_id}_{device}", is_open=is_open, **details)


@callback
def create_or_delete_issue(hass: HomeAssistant, key: str, owner_id: str, *, is_open: bool, **details: Any) -> None:
    """Create or delete an issue; by default a warning without a fix flow."""
    if not is_open:
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{owner_id}")
        return
    defaults = {"is_fixable": False, "is_persistent": False, "severity": ir.IssueSeverity.WARNING}
    ir.async_create_issue(hass, DOMAIN, f"{key}_{owner_id}", translation_key=key, **{**defaults, **details})


def device_id(coordinator: VehicleCoordinator) -> str:
    """Return the id of a vehicle's device; unlike the VIN, it may appear in diagnostics with the ids of issues."""
    device = device_of(coordinator.hass, coordinator.config_entry, coordinator.vehicle.vin)
    return "" if device is None else device.id


async def update_replaced_entities_issue(hass: HomeAssistant, entry: RenaultZeConfigEntry) -> None:
    """Create the repair that lists what still uses replaced entities, or delete it if nothing does."""
    replaced: list[str] = entry.data.get(CONF_REPLACED, [])
    users = await _users(hass, replaced) if replaced else []
    given = {"account": entry.title, "entities": ", ".join(replaced), "users": _as_list(users)}
    create_or_delete_issue(
        hass, "replaced_entities", entry.entry_id, is_open=bool(users), translation_placeholders=given
    )


async def report_deprecated_action(hass: HomeAssistant, action: str, successor: str) -> None:
    """Create the repair that lists what uses a deprecated action, or delete it if nothing does."""
    users = await _users(hass, [f"{DOMAIN}.{action}"])
    given = {"action": f"{DOMAIN}.{action}", "successor": f"{DOMAIN}.{successor}", "users": _as_list(users)}
    create_or_delete_issue(hass, "deprecated_action", action, is_open=bool(users), translation_placeholders=given)


async def _users(hass: HomeAssistant, ids: Collection[str]) -> list[str]:
    """Return the names of all automations, scripts, and dashboards that use any of some entities or actions."""
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, ids))})(?!\w)")
    found = [name for name, config in _scripted(hass) if pattern.search(str(config))]
    dashboards = getattr(hass.data.get(_DASHBOARDS), "dashboards", {})
    for path, dashboard in dashboards.items():
        try:
            config = await dashboard.async_load(force=False)
        except HomeAssistantError:
            # It is generated, and has no configuration.
            continue
        if pattern.search(str(config)):
            found.append((dashboard.config or {}).get("title") or config.get("title") or path or _DASHBOARDS)
    return sorted(found)


def _scripted(hass: HomeAssistant) -> Iterator[tuple[str, Any]]:
    """Yield the names of all automations and scripts with their configurations."""
    for domain in _SCRIPTED:
        component: Any = hass.data.get(domain)
        for each in () if component is None else component.entities:
            yield str(each.name or each.entity_id), each.raw_config


def _as_list(names: list[str]) -> str:
    """Return names as a list in Markdown."""
    return "\n".join(f"- {each}" for each in names)


async def schedule_in_words(hass: HomeAssistant, schedule: ChargeSchedule) -> str:
    """Return a charge schedule in one line: each time span with its days."""
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    times: dict[str, list[Weekday]] = {}
    for window in sorted(schedule.windows):
        times.setdefault(_span(hass, window), []).append(window.weekday)
    return "; ".join(f"{span} ({weekdays_text(texts, days)})" for span, days in times.items())


def compared_schedules(hass: HomeAssistant, *schedules: ChargeSchedule) -> dict[str, str]:
    """Return by weekday the cells of a table row with one column for each schedule; differences are bold."""
    rows = {}
    for day, name in DAY_NAMES.items():
        cells = ["24 h" if each.enabled is False else _spans(hass, each.on(day)) for each in schedules]
        mark = "" if len(set(cells)) == 1 else "**"
        rows[name] = " | ".join(f"{mark}{cell}{mark}" for cell in cells)
    return rows


def _span(hass: HomeAssistant, window: ChargeWindow) -> str:
    """Return the start and end of a window."""
    return f"{formatted(hass, window.start)} - {formatted(hass, end_of(window))}"


def _spans(hass: HomeAssistant, windows: Iterable[ChargeWindow]) -> str:
    """Return the start and end of each window of a day."""
    return ", ".join(_span(hass, each) for each in windows) or "-"
