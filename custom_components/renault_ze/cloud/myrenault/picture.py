"""The picture of a car, which another server of Renault draws: it is requested without credentials."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from renault_api.kamereon.models import KamereonVehicleDetails

from ..exceptions import CloudError, ConnectionFailedError, UnexpectedResponseError
from ..response import as_object, body_of

# The domains of the brands; 3dv.renault.com and 3dv2.renault.com were captured.
_DOMAINS = (".renault.com", ".dacia.com", ".alpinecars.com", ".renaultgroup.com")
_LARGE = "ONE_MYRENAULT_LARGE"
# Home Assistant gives up after 10 seconds, and could then not tell when the next attempt is due.
_TIMEOUT = aiohttp.ClientTimeout(total=9)
_LONGEST_ADDRESS = 8_000
_OK = 200


def picture_address(details: KamereonVehicleDetails | None) -> str | None:
    """Return the address of the first picture of a car, the large one if there are several sizes."""
    renditions = list(_renditions(None if details is None else details.assets))
    return next(
        (address for size, address in renditions if size == _LARGE), next((each for _, each in renditions), None)
    )


def first_picture(assets: Any) -> list[dict[str, Any]]:
    """Return the first picture among the assets of a car, of which a newer car has dozens."""
    rows = map(as_object, assets if isinstance(assets, list) else ())
    return list(islice((each for each in rows if each.get("assetType") == "PICTURE"), 1))


async def picture(http: aiohttp.ClientSession, address: str, own_server: str | None) -> bytes:
    """Return a picture of at most 2 MB; only Renault's servers, or the one that the user has entered, are asked."""
    try:
        _require_allowed(address, own_server)
        return await _body(http, address)
    except CloudError as err:
        raise type(err)(f"picture: {err}") from None
    except ValueError:
        # The parsers of Python and aiohttp raise it for an address that is none.
        raise UnexpectedResponseError("picture: the address is invalid") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as err:
        # The message of the original contains the address, and that the configuration of the car.
        raise ConnectionFailedError(f"picture: the connection failed ({type(err).__name__})") from None


async def _body(http: aiohttp.ClientSession, address: str) -> bytes:
    """Request a picture; a redirect to any server is a failure."""
    async with http.get(address, allow_redirects=False, middlewares=(), timeout=_TIMEOUT) as response:
        if response.status != _OK:
            raise UnexpectedResponseError(f"HTTP {response.status}")
        if not response.content_type.startswith("image/"):
            raise UnexpectedResponseError("the response is no image")
        return await body_of(response)


def _require_allowed(address: str, own_server: str | None) -> None:
    """Raise UnexpectedResponseError for an address at another server, such as one of the house."""
    parts = urlsplit(address)
    is_renault = parts.scheme == "https" and f".{parts.hostname or ''}".endswith(_DOMAINS) and parts.port is None
    own = urlsplit(own_server or "")
    is_own = bool(own.netloc) and (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    if not is_renault and not is_own:
        raise UnexpectedResponseError("at another server")


def _renditions(assets: Any) -> Iterator[tuple[Any, str]]:
    """Yield the sizes of the first picture with their addresses."""
    for asset in first_picture(assets):
        renditions = asset.get("renditions")
        for each in renditions if isinstance(renditions, list) else ():
            address = as_object(each).get("url")
            if isinstance(address, str) and 0 < len(address) <= _LONGEST_ADDRESS:
                yield as_object(each).get("resolutionType"), address
