"""The two generations of the ZOE."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Model:
    """The properties of a model; energies are in kWh."""

    code: str
    phase: str
    battery_code: str
    engine: str
    gateway: str
    tcu: str
    capacity_kwh: float
    consumption_kwh_per_km: float
    max_programs: int
    one_window: bool
    threshold: int

    @property
    def vcd(self) -> str:
        """Return the vehicle configuration, from which clients read phase and battery size."""
        return f"X10/B10/ELEC/{self.tcu}/{self.phase}/{self.battery_code}/{self.code}/{self.engine}"


X101VE = Model(
    code="X101VE",
    phase="PHAS1",
    battery_code="045KWH",
    engine="5AQ",
    gateway="GDC",
    tcu="TCU0G2",
    capacity_kwh=41.0,
    consumption_kwh_per_km=41.0 / 260.0,
    max_programs=1,
    one_window=False,
    threshold=45,
)


X102VE = Model(
    code="X102VE",
    phase="PHAS2",
    battery_code="052KWH",
    engine="5AQ",
    gateway="AVN",
    tcu="AIVCT",
    capacity_kwh=52.0,
    consumption_kwh_per_km=52.0 / 345.0,
    max_programs=5,
    one_window=True,
    threshold=40,
)


MODELS = {model.code: model for model in (X101VE, X102VE)}
