"""A client of Home Assistant's HTTP and WebSocket API, which uses it like the frontend."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import httpx

LANGUAGE = "en"
ENTRIES = "/api/config/config_entries/entry"
FLOW = "/api/config/config_entries/flow"
OPTIONS_FLOW = "/api/config/config_entries/options/flow"


class InvalidCredentialsError(Exception):
    """Home Assistant rejected the credentials."""


class Client:
    """A user's session in Home Assistant."""

    def __init__(self, url: str) -> None:
        """Create a client that is not logged in."""
        self.url = url
        self._token = ""
        self._http = httpx.Client(base_url=url, timeout=60)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def is_reachable(self) -> bool:
        """Return whether Home Assistant responds."""
        try:
            return self._http.get("/manifest.json").status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    def is_onboarded(self) -> bool:
        """Return whether the first user exists."""
        response = self._http.get("/api/onboarding")
        # Home Assistant removes this endpoint after onboarding.
        return response.status_code == HTTPStatus.NOT_FOUND or all(step["done"] for step in response.json())

    def onboard(self, username: str, password: str) -> None:
        """Create the first user and log in."""
        person = {"name": username.title(), "username": username, "password": password}
        created = self.post("/api/onboarding/users", {**person, "client_id": f"{self.url}/", "language": LANGUAGE})
        self._store_token(created["auth_code"])

    def log_in(self, username: str, password: str) -> None:
        """Log in with the login form; raise InvalidCredentialsError if the credentials are rejected."""
        client = {"client_id": f"{self.url}/", "redirect_uri": f"{self.url}/?auth_callback=1"}
        flow = self.post("/auth/login_flow", {**client, "handler": ["homeassistant", None]})
        given = {"client_id": f"{self.url}/", "username": username, "password": password}
        result = self.post(f"/auth/login_flow/{flow['flow_id']}", given)
        if result["type"] != "create_entry":
            raise InvalidCredentialsError(username)
        self._store_token(result["result"])

    def get(self, path: str) -> Any:
        """Return the content of a path."""
        return self._content(self._http.get(path))

    def post(self, path: str, body: object) -> Any:
        """Send a body to a path and return the response."""
        return self._content(self._http.post(path, json=body))

    def delete(self, path: str) -> Any:
        """Delete the content of a path and return the response."""
        return self._content(self._http.delete(path))

    def command(self, kind: str, **fields: object) -> Any:
        """Send a WebSocket command and return its result."""
        # This thread can already have an event loop, of pytest or Playwright.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._command({"id": 1, "type": kind, **fields})).result()

    def is_running(self) -> bool:
        """Return whether Home Assistant has finished starting."""
        return bool(self.get("/api/config")["state"] == "RUNNING")

    def states(self) -> dict[str, dict[str, Any]]:
        """Return every state by entity id."""
        return {state["entity_id"]: state for state in self.get("/api/states")}

    def perform_action(self, action: str, **fields: object) -> Any:
        """Perform an action, such as `button.press`."""
        return self.post(f"/api/services/{action.replace('.', '/')}", fields)

    def perform_action_with_response(self, action: str, **fields: object) -> Any:
        """Perform an action and return its response."""
        return self.post(f"/api/services/{action.replace('.', '/')}?return_response", fields)["service_response"]

    def entries(self, domain: str) -> list[dict[str, Any]]:
        """Return the config entries of an integration."""
        entries: list[dict[str, Any]] = self.get(f"{ENTRIES}?domain={domain}")
        return entries

    def start_flow(self, domain: str, **context: str) -> dict[str, Any]:
        """Start a config flow, or a reconfiguration of an entry."""
        form: dict[str, Any] = self.post(FLOW, {"handler": domain, **context})
        return form

    def fill_in(self, flow_id: str, **fields: object) -> dict[str, Any]:
        """Submit the form of a flow and return the next step."""
        step: dict[str, Any] = self.post(f"{FLOW}/{flow_id}", fields)
        return step

    def change_options(self, entry_id: str, *steps: Mapping[str, object]) -> dict[str, Any]:
        """Submit the steps of an options flow, such as a choice of its menu, and return the last step."""
        step: dict[str, Any] = self.post(OPTIONS_FLOW, {"handler": entry_id})
        for each in steps:
            step = self.post(f"{OPTIONS_FLOW}/{step['flow_id']}", each)
        return step

    def _store_token(self, code: str) -> None:
        """Exchange an authorization code for a token and use it from now on."""
        grant = {"grant_type": "authorization_code", "code": code, "client_id": f"{self.url}/"}
        self._token = self._content(self._http.post("/auth/token", data=grant))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {self._token}"

    def _content(self, response: httpx.Response) -> Any:
        """Return the JSON of a response; raise httpx.HTTPStatusError if it is an error."""
        if response.is_error:
            response.raise_for_status()
        return response.json()

    async def _command(self, message: dict[str, object]) -> Any:
        """Authenticate at the WebSocket and send a message."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            await socket.send_json(message)
            response = await socket.receive_json()
        if not response["success"]:
            raise RuntimeError(response["error"]["message"])
        return response["result"]
