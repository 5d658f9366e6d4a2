"""Where a Z.E. Services server is."""

from urllib.parse import urlsplit

# Renault's own server has answered nobody since 2020; the simulator and compatible servers stand elsewhere.
DEFAULT_ADDRESS = "https://www.services.renault-ze.com/api"


def normalised_address(address: str) -> str:
    """Return the one spelling of a server's address, ending in `/api`; raise ValueError for what is no address."""
    address = address.strip()
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("an address carries no credentials, query or fragment")
    if "\\" in address or not address.isprintable() or any(map(str.isspace, address)):
        raise ValueError("an address has no blanks, backslashes or control characters")
    path = parts.path.rstrip("/").removesuffix("/api").rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}/api"
