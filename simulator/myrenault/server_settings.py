"""Settings of the MY Renault servers."""

from dataclasses import dataclass, field


@dataclass
class ServerSettings:
    """The second factor, the VINs in a second account, and the required API keys; an empty key accepts any."""

    second_factor: bool = False
    dacia: list[str] = field(default_factory=list)
    gigya_key: str = ""
    kamereon_key: str = ""
