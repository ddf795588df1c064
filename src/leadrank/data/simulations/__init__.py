"""Simulated lead tables whose truth is known: for the demo, the examples, and for judging a model or the leak firewall."""

from leadrank.data.simulations.catalogue import SIMULATIONS, simulate
from leadrank.data.simulations.table import Simulated, Simulation

__all__ = ["SIMULATIONS", "Simulated", "Simulation", "simulate"]
