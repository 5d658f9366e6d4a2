"""The Energy dashboard."""

from dataclasses import dataclass
import re

from home.prices import show_energy
from home.processes import wait_until
from tests.e2e.browser import User, page_text
from tests.e2e.house import SEEN_SECONDS, House

# Such as "5.48 kWh £1.09" and "5.48 kWh".
TOTAL = re.compile(r"Grid total ([\d.]+) kWh(?: £([\d.]+))?")


@dataclass(frozen=True)
class EnergyPage(User):
    """The page of the Energy dashboard, in which the car is a source with a cost, and a device."""

    def configure(self, house: House, energy: str, cost: str | None = None) -> None:
        """Choose the statistics of energy and cost."""
        show_energy(house.hass.client, energy, cost)
        # An empty list for each source and device means that nothing is wrong with it.
        validation = house.hass.client.command("energy/validate")
        assert validation == {"energy_sources": [[]], "device_consumption": [[]], "device_consumption_water": []}

    def yesterday(self) -> tuple[float, float | None]:
        """Return the energy (kWh) and the cost of the day before, None without a cost."""
        self.open("energy/electricity")
        self.press("Previous")
        wait_until(lambda: TOTAL.search(page_text(self.page)), "the page shows the energy", SEEN_SECONDS)
        energy, cost = TOTAL.findall(page_text(self.page))[-1]
        return float(energy), float(cost) if cost else None
