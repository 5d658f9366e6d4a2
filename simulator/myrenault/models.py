"""The models, with the names of the option `--model`."""

from dataclasses import dataclass, replace
from enum import StrEnum


class ScheduleKind(StrEnum):
    """How the server shows and accepts the charge schedule of a model."""

    CALENDAR = "calendar"
    PROGRAMS = "programs"
    SETTINGS = "settings"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Model:
    """The properties of a model; energies are in kWh."""

    code: str
    label: str
    schedule: ScheduleKind
    capacity_kwh: float
    range_km: float
    brand: str = "RENAULT"
    phase: str = "PHAS1"
    battery_code: str = ""
    engine: str = ""
    gateway: str = "AVN"
    tcu: str = "AIVCT"
    energy_code: str = "ELECX"
    energy_type: str | None = "ELEC"
    max_programs: int = 5
    one_window: bool = False
    threshold: int = 20
    run_minutes: int = 5
    has_limits: bool = False
    has_cabin_temperature: bool = False
    shows_empty_tank: bool = False
    hvac_stop: str = "cancel"
    unplugged_status: int = 0
    waiting_status: int = 1

    @property
    def consumption_kwh_per_km(self) -> float:
        """Return the consumption of the car."""
        return self.capacity_kwh / self.range_km

    @property
    def vcd(self) -> str:
        """Return the vehicle configuration, from which clients read phase and battery size."""
        family = "X10/B10" if self.label == "ZOE" else self.label.replace(" ", "-")
        return f"{family}/{self.energy_code}/{self.tcu}/{self.phase}/{self.battery_code}/{self.code}/{self.engine}"

    @property
    def has_fuel(self) -> bool:
        """Return whether the car has a tank."""
        return self.energy_type in ("OTHER", "PHEV")


X101VE = Model(
    code="X101VE",
    label="ZOE",
    schedule=ScheduleKind.CALENDAR,
    capacity_kwh=41.0,
    range_km=260.0,
    battery_code="045KWH",
    engine="5AQ",
    gateway="GDC",
    tcu="TCU0G2",
    energy_code="ELEC",
    energy_type=None,
    max_programs=1,
    threshold=45,
)


X102VE = Model(
    code="X102VE",
    label="ZOE",
    schedule=ScheduleKind.PROGRAMS,
    capacity_kwh=52.0,
    range_km=345.0,
    phase="PHAS2",
    battery_code="052KWH",
    engine="5AQ",
    energy_code="ELEC",
    one_window=True,
    threshold=40,
    waiting_status=3,
)


R5E1VE = Model(
    code="R5E1VE",
    label="RENAULT 5",
    schedule=ScheduleKind.SETTINGS,
    capacity_kwh=52.0,
    range_km=380.0,
    battery_code="52K0B",
    threshold=15,
    run_minutes=15,
    has_limits=True,
    has_cabin_temperature=True,
    shows_empty_tank=True,
    hvac_stop="stop",
)


A5E1AE = replace(R5E1VE, code="A5E1AE", label="A290", brand="ALPINE", range_km=350.0, engine="6AM")


A4E1VE = replace(R5E1VE, code="A4E1VE", label="RENAULT 4", range_km=375.0, engine="6AK", hvac_stop="cancel")


XCB1SE = Model(
    code="XCB1SE",
    label="SCENIC E-TECH",
    schedule=ScheduleKind.SETTINGS,
    capacity_kwh=87.0,
    range_km=560.0,
    has_limits=True,
)


XCB1VE = Model(
    code="XCB1VE",
    label="MEGANE E-TECH",
    schedule=ScheduleKind.PROGRAMS,
    capacity_kwh=60.0,
    range_km=400.0,
    battery_code="60K0B",
    engine="6AM",
    has_limits=True,
    hvac_stop="stop",
)


XDD1VE = Model(
    code="XDD1VE",
    label="MASTER IV",
    schedule=ScheduleKind.SETTINGS,
    capacity_kwh=87.0,
    range_km=400.0,
    has_limits=True,
)


XHN1CP = Model(
    code="XHN1CP",
    label="RAFALE",
    schedule=ScheduleKind.SETTINGS,
    capacity_kwh=22.0,
    range_km=100.0,
    energy_code="ESS",
    energy_type="PHEV",
)


XBG1VE = Model(
    code="XBG1VE",
    label="SPRING",
    brand="DACIA",
    schedule=ScheduleKind.NONE,
    capacity_kwh=26.8,
    range_km=200.0,
    energy_code="ELEC",
    threshold=30,
    hvac_stop="stop",
    unplugged_status=3,
)


XBG2VE = Model(
    code="XBG2VE",
    label="SPRING",
    brand="DACIA",
    schedule=ScheduleKind.SETTINGS,
    capacity_kwh=26.8,
    range_km=210.0,
    threshold=30,
    has_limits=True,
    hvac_stop="stop",
)


X071VE = Model(
    code="X071VE",
    label="TWINGO III",
    schedule=ScheduleKind.PROGRAMS,
    capacity_kwh=22.0,
    range_km=160.0,
    battery_code="024KWH",
    engine="5AL",
    energy_code="ELEC",
    threshold=40,
    run_minutes=10,
    waiting_status=3,
)


XJB1SU = Model(
    code="XJB1SU",
    label="CAPTUR II",
    schedule=ScheduleKind.PROGRAMS,
    capacity_kwh=9.8,
    range_km=45.0,
    battery_code="010KWH",
    engine="H4M",
    energy_code="ESS",
    energy_type="PHEV",
)


XFB2BI = replace(XJB1SU, code="XFB2BI", label="MEGANE IV", range_km=50.0)


XFB2BK = replace(XFB2BI, code="XFB2BK")


# The battery stands for the tank, so that the car can be driven.
XJF2BI = Model(
    code="XJF2BI",
    label="SANDERO III",
    brand="DACIA",
    schedule=ScheduleKind.NONE,
    capacity_kwh=50.0,
    range_km=700.0,
    energy_code="ESS",
    energy_type="OTHER",
)


MODEL_NAMES = {
    "ZOE40": X101VE,
    "ZOE50": X102VE,
    "R5": R5E1VE,
    "A290": A5E1AE,
    "R4": A4E1VE,
    "Scenic": XCB1SE,
    "Megane": XCB1VE,
    "Master": XDD1VE,
    "Spring": XBG1VE,
    "Spring25": XBG2VE,
    "Twingo": X071VE,
    "Captur": XJB1SU,
    "MeganePHEV": XFB2BI,
    "MeganeEstate": XFB2BK,
    "Rafale": XHN1CP,
    "Petrol": XJF2BI,
}


MODELS = {model.code: model for model in MODEL_NAMES.values()}
