"""Home Assistant's own HTTP and WebSocket API, used as its frontend uses it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import httpx

LANGUAGE = "en"
ENTRIES = "/api/config/config_entries/entry"
FLOW = "/api/config/config_entries/flow"


class Refused(Exception):  # noqa: N818
    """Home Assistant does not accept the credentials."""


class Client:
    """A person's browser, without the pictures."""

    def __init__(self, url: str) -> None:
        """Describe the address; nobody is logged in."""
        self.url = url
        self._token = ""
        self._http = httpx.Client(base_url=url, timeout=60)

    def __enter__(self) -> Self:
        """Return the browser."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the browser."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def answers(self) -> bool:
        """Say whether anybody answers at the address."""
        try:
            return self._http.get("/manifest.json").status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    def onboarded(self) -> bool:
        """Say whether the first user has been made."""
        answer = self._http.get("/api/onboarding")
        # Once all is done, this address exists no more.
        return answer.status_code == HTTPStatus.NOT_FOUND or all(step["done"] for step in answer.json())

    def onboard(self, username: str, password: str) -> None:
        """Make the first user, and log in as them."""
        person = {"name": username.title(), "username": username, "password": password}
        made = self.post("/api/onboarding/users", {**person, "client_id": f"{self.url}/", "language": LANGUAGE})
        self._take_token(made["auth_code"])

    def log_in(self, username: str, password: str) -> None:
        """Log in as a person does; Refused for credentials that are not known."""
        client = {"client_id": f"{self.url}/", "redirect_uri": f"{self.url}/?auth_callback=1"}
        flow = self.post("/auth/login_flow", {**client, "handler": ["homeassistant", None]})
        given = {"client_id": f"{self.url}/", "username": username, "password": password}
        done = self.post(f"/auth/login_flow/{flow['flow_id']}", given)
        if done["type"] != "create_entry":
            raise Refused(username)
        self._take_token(done["result"])

    def get(self, path: str) -> Any:
        """Return what is at a path."""
        return self._content(self._http.get(path))

    def post(self, path: str, body: object) -> Any:
        """Send something to a path and return the answer."""
        return self._content(self._http.post(path, json=body))

    def delete(self, path: str) -> Any:
        """Remove what is at a path and return the answer."""
        return self._content(self._http.delete(path))

    def command(self, kind: str, **fields: object) -> Any:
        """Send one WebSocket command and return its result."""
        # A test and Playwright each have a loop of their own in this thread.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._command({"id": 1, "type": kind, **fields})).result()

    def running(self) -> bool:
        """Say whether Home Assistant has finished starting."""
        return bool(self.get("/api/config")["state"] == "RUNNING")

    def states(self) -> dict[str, dict[str, Any]]:
        """Return every state, by entity id."""
        return {state["entity_id"]: state for state in self.get("/api/states")}

    def act(self, action: str, **fields: object) -> Any:
        """Perform an action, such as `button.press`."""
        return self.post(f"/api/services/{action.replace('.', '/')}", fields)

    def act_for_response(self, action: str, **fields: object) -> Any:
        """Perform an action and return what it answers."""
        return self.post(f"/api/services/{action.replace('.', '/')}?return_response", fields)["service_response"]

    def entries(self, domain: str) -> list[dict[str, Any]]:
        """Return the config entries of an integration."""
        entries: list[dict[str, Any]] = self.get(f"{ENTRIES}?domain={domain}")
        return entries

    def start_flow(self, domain: str, **context: str) -> dict[str, Any]:
        """Begin to set up an integration, or one of its entries anew."""
        form: dict[str, Any] = self.post(FLOW, {"handler": domain, **context})
        return form

    def fill_in(self, flow_id: str, **fields: object) -> dict[str, Any]:
        """Submit the form of a flow and return what comes next."""
        step: dict[str, Any] = self.post(f"{FLOW}/{flow_id}", fields)
        return step

    def _take_token(self, code: str) -> None:
        """Exchange the code of a login for a token, and use it from now on."""
        grant = {"grant_type": "authorization_code", "code": code, "client_id": f"{self.url}/"}
        self._token = self._content(self._http.post("/auth/token", data=grant))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {self._token}"

    def _content(self, answer: httpx.Response) -> Any:
        """Return the JSON of an answer; httpx.HTTPStatusError, with what was said, for a refusal."""
        if answer.is_error:
            answer.raise_for_status()
        return answer.json()

    async def _command(self, message: dict[str, object]) -> Any:
        """Log in to the WebSocket and send a message."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            await socket.send_json(message)
            answer = await socket.receive_json()
        if not answer["success"]:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]
