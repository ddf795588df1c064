"""Simulated lead tables whose truth is known: for the demo, the examples, and for judging a model or the leak firewall."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.simulations.catalogue import SIMULATIONS, simulate
    from leadrank.data.simulations.estate import ESTATE_PROJECT, Estate, simulate_estate, write_estate
    from leadrank.data.simulations.table import Simulated, Simulation

later(
    __name__, catalogue="SIMULATIONS simulate", estate="ESTATE_PROJECT Estate simulate_estate write_estate",
    table="Simulated Simulation")
