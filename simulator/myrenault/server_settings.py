"""Settings of the MY Renault servers."""

from dataclasses import dataclass, field


@dataclass
class ServerSettings:
    """The second factor, VINs in a second account, required API keys (empty: any), and the least size of a picture."""

    second_factor: bool = False
    dacia: list[str] = field(default_factory=list)
    gigya_key: str = ""
    kamereon_key: str = ""
    picture_bytes: int = 0
