"""Config flow: add, reauthenticate and reconfigure an account."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_CODE, CONF_COUNTRY, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import callback
import voluptuous as vol

from .cloud.demo import DEMO_VIN
from .cloud.exceptions import CloudError, SecondFactorError
from .connect import (
    Found,
    countries,
    entry_title,
    is_demo,
    is_my_renault,
    moved_options,
    my_renault_locale,
    new_session,
    normalize_address,
    open_cloud,
    open_http,
    open_my_renault,
    updated_title,
)
from .const import (
    CONF_ACCOUNT_ID,
    CONF_CLOUD,
    CONF_CODE_ADDRESS,
    CONF_LOCALE,
    CONF_MOVED,
    DEMO,
    DOMAIN,
    MINOR_VERSION,
    MY_RENAULT,
    ZE_SERVICES,
)
from .devices import vins_of
from .flow_schemas import (
    CODE_SCHEMA,
    PASSWORD_SCHEMA,
    ZE_SERVICES_SCHEMA,
    account_schema,
    code_address_schema,
    flat,
    known_fields,
    my_renault_schema,
    with_sections,
)
from .lifecycle.assignment import assignment
from .lifecycle.demo import demo_title
from .messages import error_key, left_out_text, no_vehicle
from .options_flow import OptionsFlow
from .storage import NewSession

CLOUDS = ["my_renault", "ze_services"]


class RenaultZeConfigFlow(ConfigFlow, domain=DOMAIN):
    """Ask for an account, and log in to check it."""

    VERSION = 1
    MINOR_VERSION = MINOR_VERSION

    _http: Any = None
    _data: dict[str, Any]
    _session: NewSession
    _found: tuple[Found, ...]
    _left_out: tuple[str, ...]
    _code_addresses: Mapping[str, str]
    _code_address: str

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options."""
        return OptionsFlow()

    @override
    def async_remove(self) -> None:
        """Close the HTTP session."""
        if self._http is not None:
            self._http.detach()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which service the car uses."""
        return self.async_show_menu(step_id="user", menu_options=[*CLOUDS, "demo"])

    async def async_step_demo(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add the demo car."""
        await self.async_set_unique_id(DEMO_VIN)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=await demo_title(self.hass), data={CONF_CLOUD: DEMO})

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start the reauthentication."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the new password."""
        known = self._get_reauth_entry().data
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._errors({**known, **user_input})):
            return await self._continue()
        if errors.get("base") == "invalid_auth":
            errors = {"base": "invalid_password"}
        return self._form("reauth_confirm", PASSWORD_SCHEMA, errors, None, {"username": known[CONF_USERNAME]})

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the credentials of an account, or move it to MY Renault when its country was moved."""
        if is_demo(self._get_reconfigure_entry().data):
            return self.async_abort(reason="demo_has_no_account")
        if user_input is not None or is_my_renault(self._get_reconfigure_entry().data):
            return await self.async_step_my_renault()
        return self.async_show_menu(step_id="reconfigure", menu_options=CLOUDS)

    async def async_step_ze_services(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account at Z.E. Services."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := await self._errors(flat(user_input))):
            return await self._continue()
        return self._form("ze_services", ZE_SERVICES_SCHEMA, errors, user_input or self._known(ZE_SERVICES))

    async def async_step_my_renault(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account at MY Renault."""
        served, likely = await countries(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {CONF_CLOUD: MY_RENAULT, **flat(user_input)}
            data[CONF_LOCALE] = await my_renault_locale(self.hass, data.pop(CONF_COUNTRY))
            if not (errors := await self._errors(data)):
                return await self._continue()
        known = user_input or self._known(MY_RENAULT)
        return self._form("my_renault", my_renault_schema(served, likely), errors, known)

    async def async_step_code_address(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Send the code of the second factor; ask where to if there are several addresses."""
        errors: dict[str, str] = {}
        if len(self._code_addresses) == 1:
            user_input = {CONF_CODE_ADDRESS: next(iter(self._code_addresses))}
        if user_input is not None:
            chosen = user_input[CONF_CODE_ADDRESS]
            if not (errors := await self._failure(self._my_renault.send_code(chosen))):
                self._code_address = self._code_addresses[chosen]
                return await self.async_step_code()
        return self._form("code_address", code_address_schema(self._code_addresses), errors, None)

    async def async_step_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the code of the second factor; if left empty, log in again and send another."""
        errors: dict[str, str] = {}
        if user_input is not None:
            code = user_input.get(CONF_CODE, "").strip()
            errors = await (self._failure(self._enter(code)) if code else self._errors(self._data))
            if not errors:
                return await self._continue()
        return self._form("code", CODE_SCHEMA, errors, None, {"address": self._code_address})

    async def async_step_garage(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose the account with the cars; ask if there are several."""
        suitable = {each.id: each for each in self._found if self._matches(each)}
        if not suitable:
            return self.async_abort(reason="wrong_account")
        if len(suitable) == 1:
            return await self._finish(next(iter(suitable.values())))
        if user_input is not None:
            return await self._finish(suitable[user_input[CONF_ACCOUNT_ID]])
        labels = {key: each.label for key, each in suitable.items()}
        left_out = await left_out_text(self.hass, self._left_out)
        return self._form("garage", account_schema(labels), {}, None, {"left_out": left_out})

    def _form(
        self,
        step: str,
        schema: vol.Schema,
        errors: dict[str, str],
        values: Mapping[str, Any] | None,
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show a form with the previous input but the password; expand the section of a possibly wrong address."""
        shown = {key: value for key, value in (values or {}).items() if key != CONF_PASSWORD}
        if "no_electric_car" in errors.values():
            placeholders = {**(placeholders or {}), "cars": ", ".join(self._left_out)}
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(with_sections(schema, errors, shown), shown),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _errors(self, data: dict[str, Any]) -> dict[str, str]:
        """Log in with the input, and return the errors of the form."""
        data[CONF_USERNAME] = data[CONF_USERNAME].strip()
        try:
            normalize_address(data)
        except ValueError:
            return {"base": "invalid_address"}
        self._data, self._session = data, await new_session(self.hass, self._entry)
        return await self._failure(self._sign_in())

    async def _failure(self, step: Awaitable[None]) -> dict[str, str]:
        """Run a step of the login, and return the errors of the form; only a code still needs the HTTP session."""
        try:
            await step
        except CloudError as err:
            return {"base": error_key(err)}
        finally:
            if not self._code_addresses:
                self.async_remove()
        return {} if self._found or self._code_addresses else {"base": no_vehicle(self._left_out)["translation_key"]}

    async def _sign_in(self) -> None:
        """Log in, and find the accounts with cars, or the addresses for the code of a second factor."""
        self._code_addresses, self._found, self._left_out = {}, (), ()
        self.async_remove()
        self._http = http = open_http(self.hass)
        if not is_my_renault(self._data):
            account = await (await open_cloud(self.hass, http, self._data, self._session)).account(max_age=timedelta())
            vins = tuple(each.vin for each in account.vehicles)
            self._found = (Found(account.id, account.id, vins),) if vins else ()
            return
        self._my_renault = await open_my_renault(self.hass, http, self._data, self._session)
        try:
            await self._find_accounts()
        except SecondFactorError as err:
            if not err.possible or not (addresses := await self._my_renault.code_addresses()):
                raise SecondFactorError(str(err), possible=False) from err
            self._code_addresses = addresses

    async def _enter(self, code: str) -> None:
        """Log in with a code, and find the accounts with cars."""
        await self._my_renault.enter_code(code)
        await self._find_accounts()

    async def _find_accounts(self) -> None:
        """Find the accounts with cars."""
        garages = await self._my_renault.account_choices()
        self._left_out = tuple(name for each in garages for name in each.left_out)
        self._found = tuple(
            Found(each.id, f"{each.kind}: {', '.join(each.vins)}", each.vins) for each in garages if each.vins
        )
        self._code_addresses = {}

    async def _continue(self) -> ConfigFlowResult:
        """Continue after a login: ask for a code or choose the account."""
        return await (self.async_step_code_address() if self._code_addresses else self.async_step_garage())

    @property
    def _entry(self) -> ConfigEntry | None:
        """Return the entry that is changed, None if one is added."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    def _known(self, cloud: str) -> dict[str, Any]:
        """Return the current values of the entry that is changed; for another cloud, only the email address."""
        return {} if (entry := self._entry) is None else known_fields(entry.data, cloud)

    def _matches(self, found: Found) -> bool:
        """Return whether an account belongs to the entry; MY Renault may change its id, so the cars count there."""
        if (entry := self._entry) is None or found.id == entry.unique_id:
            return True
        cars = vins_of(self.hass, entry)
        return is_my_renault(self._data) and (not cars or not cars.isdisjoint(found.vins))

    async def _finish(self, found: Found) -> ConfigFlowResult:
        """Create the entry of an account, or update the existing one."""
        data = {**self._data, CONF_ACCOUNT_ID: found.id} if is_my_renault(self._data) else self._data
        if (entry := self._entry) is None:
            await self.async_set_unique_id(found.id)
            self._abort_if_unique_id_configured()
            if self._is_elsewhere(found, None):
                return self.async_abort(reason="cars_elsewhere")
            self._session.hand_over(self.hass, found.id)
            text, cars = "left_out" if self._left_out else None, {"cars": ", ".join(self._left_out)}
            return self.async_create_entry(
                title=entry_title(data), data=data, description=text, description_placeholders=cars
            )
        if self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, found.id) not in {None, entry}:
            return self.async_abort(reason="already_configured")
        if found.id != entry.unique_id and self._is_elsewhere(found, entry.entry_id):
            return self.async_abort(reason="cars_elsewhere")
        options = dict(entry.options)
        if is_my_renault(data) and not is_my_renault(entry.data):
            data = {**data, CONF_MOVED: list(found.vins)}
            options = await moved_options(self.hass, entry, found.vins)
        self._session.hand_over(self.hass, found.id)
        title = updated_title(entry, data)
        return self.async_update_reload_and_abort(entry, unique_id=found.id, title=title, data=data, options=options)

    def _is_elsewhere(self, found: Found, entry_id: str | None) -> bool:
        """Return whether other entries have all cars of an account."""
        return all(assignment(self.hass).elsewhere(vin, entry_id) is not None for vin in found.vins)
