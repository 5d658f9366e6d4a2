"""What Renault wants of an owner."""

from dataclasses import dataclass, field


@dataclass
class ServerSettings:
    """How an owner stands with Renault: the second factor, cars kept in a second account, and both API keys.

    An empty key is one nobody asks for.
    """

    second_factor: bool = False
    dacia: list[str] = field(default_factory=list)
    gigya_key: str = ""
    kamereon_key: str = ""
