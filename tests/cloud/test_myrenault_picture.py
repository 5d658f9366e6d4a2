"""The picture of a car at MY Renault, which another server draws."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web
from homeassistant.components.image.const import IMAGE_TIMEOUT
import pytest

from custom_components.renault_ze.cloud.exceptions import CloudError, ConnectionFailedError, UnexpectedResponseError
from custom_components.renault_ze.cloud.myrenault import MyRenault, picture as picture_module
from custom_components.renault_ze.cloud.myrenault.picture import first_picture, picture
from simulator.myrenault import MyRenaultSimulator
from tests.cloud.myrenault import NOW, SECOND


async def test_picture(adapter: MyRenault, renault: MyRenaultSimulator) -> None:
    """Request the large picture of the car, and not as one of the limited requests."""
    await adapter.account(max_age=NOW)
    renault.log.entries.clear()
    left = adapter.stored["requests"]["left"]
    found = await adapter.picture(SECOND)
    assert found.startswith(b"\x89PNG")
    (entry,) = renault.log.entries
    assert "LARGE" in str(entry.query)
    assert adapter.stored["requests"]["left"] == left


@pytest.fixture
async def pictures(socket_enabled: None) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """Serve pictures, good and bad ones, and return the address and the requests."""
    received: list[web.Request] = []

    async def serve(request: web.Request) -> web.Response:
        received.append(request)
        match request.match_info["name"]:
            case "redirect":
                raise web.HTTPFound("/picture")
            case "large":
                return web.Response(body=b"\0" * 2_000_001, content_type="image/png")
            case "page":
                return web.Response(text="<html>", content_type="text/html")
            case "slow":
                await asyncio.sleep(1)
            case "missing":
                raise web.HTTPNotFound
        return web.Response(body=b"\x89PNG", content_type="image/png")

    app = web.Application()
    app.router.add_get("/{name}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", received
    await runner.cleanup()


async def test_request_of_a_picture(http: aiohttp.ClientSession, pictures: tuple[str, list[web.Request]]) -> None:
    """Send no header that identifies the account."""
    url, received = pictures
    assert await picture(http, f"{url}/picture", url) == b"\x89PNG"
    (request,) = received
    assert {"authorization", "apikey", "x-gigya-id_token", "cookie"}.isdisjoint(map(str.lower, request.headers))


@pytest.mark.parametrize("name", ["redirect", "large", "page", "missing"])
async def test_bad_pictures(http: aiohttp.ClientSession, pictures: tuple[str, list[web.Request]], name: str) -> None:
    """Follow no redirect, read no more than 2 MB, and accept only images."""
    url, received = pictures
    with pytest.raises(UnexpectedResponseError):
        await picture(http, f"{url}/{name}", url)
    assert len(received) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/picture",
        "http://3dv.renault.com/picture",
        "https://3dv.renault.com.example.org/picture",
        "https://renault.com@192.168.1.1/picture",
        "https://192.168.1.1/picture",
        "https://3dv.renault.com:8443/picture",
        "file:///etc/passwd",
        "https://[::1/picture",
    ],
)
async def test_pictures_elsewhere(
    http: aiohttp.ClientSession, pictures: tuple[str, list[web.Request]], address: str
) -> None:
    """Request nothing from a server that is neither Renault's nor the one the user has entered."""
    with pytest.raises(CloudError):
        await picture(http, address, None)
    with pytest.raises(CloudError):
        await picture(http, f"{pictures[0]}/picture", "http://127.0.0.1:9/kamereon")
    assert pictures[1] == []


async def test_slow_picture(
    http: aiohttp.ClientSession, pictures: tuple[str, list[web.Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Give up before Home Assistant does, which waits for 10 seconds and then cancels the request."""
    timeout = picture_module._TIMEOUT
    assert timeout.total is not None
    assert timeout.total < IMAGE_TIMEOUT
    monkeypatch.setattr(picture_module, "_TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(ConnectionFailedError):
        await picture(http, f"{pictures[0]}/slow", pictures[0])


async def test_unreachable_picture(http: aiohttp.ClientSession) -> None:
    """Report a server that does not respond, without the address."""
    with pytest.raises(ConnectionFailedError) as caught:
        await picture(http, "http://127.0.0.1:9/SECRET", "http://127.0.0.1:9")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("assets", [None, 5, {}, [None, 5, {}], [{"assetType": "VIDEO"}]])
def test_no_picture(assets: Any) -> None:
    """A car may have no picture."""
    assert first_picture(assets) == []
