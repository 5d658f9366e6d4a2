"""Electricity prices in the demo, from the simulated Nord Pool, and the Energy dashboard with the car."""

from .client import Client
from .config_folder import NORD_POOL
from .home_assistant import DOMAIN
from .processes import HomeError, wait_until

AREA = {"areas": ["UK"], "currency": "GBP"}
# What is added to the price of the market, with British VAT.
ADDED = {"fees": 0.11, "taxes": 5}
STATISTICS_SECONDS = 60
AMOUNTS = ("cost", "energy")


def add_prices(client: Client) -> None:
    """Set up the simulated Nord Pool, and choose its prices in the options of the integration."""
    form = client.start_flow(NORD_POOL)
    added = client.fill_in(form["flow_id"], **AREA)
    choice = {"integration": f"{added['result']['entry_id']}/UK", **ADDED}
    [entry] = client.entries(DOMAIN)
    steps = ({"next_step_id": "electricity_price"}, {"next_step_id": "price_integration"}, choice)
    if errors := client.change_options(entry["entry_id"], *steps).get("errors"):
        raise HomeError(f"The integration rejected the prices: {errors}")


def statistics(client: Client) -> list[str]:
    """Return the ids of the statistics of the integration: the energy and the cost of charges."""
    found = client.command("recorder/list_statistic_ids", statistic_type="sum")
    return [each["statistic_id"] for each in found if each["source"] == DOMAIN]


def show_energy(client: Client, energy: str, cost: str | None) -> None:
    """Show the statistics of energy and cost in the Energy dashboard, in which only the car uses the grid."""
    unused = dict.fromkeys(("stat_energy_to", "stat_compensation", "entity_energy_price", "number_energy_price"))
    unused |= dict.fromkeys(("entity_energy_price_export", "number_energy_price_export"))
    source = {"type": "grid", "stat_energy_from": energy, "stat_cost": cost, "cost_adjustment_day": 0, **unused}
    devices = [{"stat_consumption": energy}]
    client.command("energy/save_prefs", energy_sources=[source], device_consumption=devices)


def show_past_energy(client: Client) -> None:
    """Show the energy of the charges before the demo, and its cost, in the Energy dashboard."""
    wait_until(lambda: len(statistics(client)) == len(AMOUNTS), "past charges have a cost", STATISTICS_SECONDS)
    cost, energy = sorted(statistics(client))
    show_energy(client, energy, cost)
