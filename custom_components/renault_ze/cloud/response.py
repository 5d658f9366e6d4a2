"""How far a server's response is trusted: it leads to no other server, and its size has a limit."""

from http import HTTPStatus

import aiohttp

from .exceptions import UnexpectedAnswerError

_MOST_BYTES = 2_000_000
_CHUNK_BYTES = 1 << 16


def is_redirect(status: int) -> bool:
    """Tell whether a status leads elsewhere; "not modified" belongs to caches, which nobody here has."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST and status != HTTPStatus.NOT_MODIFIED


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """Return the decompressed body; raise UnexpectedAnswerError for more than 2 MB, and read no further."""
    body = bytearray()
    # aiohttp decompresses no more at once than is asked for, where `read()` would expand a small bomb as a whole.
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > _MOST_BYTES:
            response.close()
            raise UnexpectedAnswerError("the response is larger than 2 MB")
    return bytes(body)
