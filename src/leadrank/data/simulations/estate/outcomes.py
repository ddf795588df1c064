"""Who buys, when, and with what true probability: in closed form, from what the tables tell at registration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.data.simulations.estate.customers import Customers
from leadrank.data.simulations.estate.settings import CONTACT_HOURS, CONTACTED, DAY, DAYS_TO_SALE, Settings
from leadrank.data.simulations.table import probability_of
from leadrank.types import BoolArray, FloatArray, IntArray

SOONEST, LATEST = 3, 365
"""First and last day of a sale; whoever is contacted is contacted before."""
_STEEPNESS = 1.7


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """One cell per customer. `delay` is the day of the sale, counted from 1 (0 never); `sale` and `contacted` are seconds, -1 never."""

    base: float
    log_odds: FloatArray
    worked: FloatArray
    contacted: IntArray
    ever: FloatArray
    delay: IntArray
    sale: IntArray

    def by(self, day: int, slow: BoolArray, hurry: float) -> FloatArray:
        """Probability of a sale within so many days."""
        probability: FloatArray = self.ever * share_sold(hurry)[slow.astype(np.int64), day]
        return probability


def share_sold(hurry: float) -> FloatArray:
    """Tell which share of the sales is made by the end of each day: pre-approved customers first, then those who have to find the money.

    A log-logistic distribution of whole days, cut to what lies between the soonest and the latest day.

    Examples
    --------
    >>> share_sold(1.0)[:, [3, 30, 365]].round(2).tolist()
    [[0.01, 0.53, 1.0], [0.01, 0.35, 1.0]]
    """
    medians = np.array(list(DAYS_TO_SALE.values()))
    middle = np.sqrt(medians.prod())
    day = np.arange(LATEST + 1, dtype=np.float64)
    scale = (middle * (medians / middle) ** hurry)[:, np.newaxis]
    reached = 1 / (1 + (scale / np.maximum(day, 1e-9)) ** _STEEPNESS)
    first, last = reached[:, [SOONEST - 1]], reached[:, [LATEST]]
    cut: FloatArray = np.clip((reached - first) / (last - first), 0.0, 1.0)
    return cut


def draw_outcomes(settings: Settings, customers: Customers, log_odds: FloatArray) -> Outcomes:
    """Draw contacts, sales and their days.

    Parameters
    ----------
    settings
        The share to buy within 60 days (the log-odds are moved so that the truth has it), and the effect of a contact.
    customers
        As drawn.
    log_odds
        What speaks for each, without the base rate.
    """
    rng = settings.stream(8)
    worked = np.array(CONTACTED)[customers.source]
    slow = ~customers.approved
    by_60 = share_sold(settings.hurry)[slow.astype(np.int64), 60]
    base = _base_of(log_odds, worked, by_60, settings)
    log_odds = log_odds + base
    contacted = _contacts(rng, customers, worked)
    raised = log_odds + settings.contact_effect * (contacted >= 0)
    buys = rng.random(len(log_odds)) < probability_of(raised)
    delay = _delays(rng, slow, buys, settings.hurry)
    within = (rng.random(len(delay)) * DAY).astype(np.int64)
    sale = np.where(buys, customers.created + delay * DAY - within, -1)
    return Outcomes(base, log_odds, worked, contacted, _mixed(log_odds, worked, settings.contact_effect), delay, sale)


def _mixed(log_odds: FloatArray, worked: FloatArray, effect: float) -> FloatArray:
    """Nobody knows at registration whether a customer will be contacted: the probability is that of both cases."""
    mixed: FloatArray = worked * probability_of(log_odds + effect) + (1 - worked) * probability_of(log_odds)
    return mixed


def _base_of(log_odds: FloatArray, worked: FloatArray, by_60: FloatArray, settings: Settings) -> float:
    low, high = -30.0, 30.0
    for _ in range(60):
        base = (low + high) / 2
        rate = float(np.mean(by_60 * _mixed(log_odds + base, worked, settings.contact_effect)))
        low, high = (base, high) if rate < settings.base_rate else (low, base)
    return (low + high) / 2


def _contacts(rng: np.random.Generator, customers: Customers, worked: FloatArray) -> IntArray:
    hours = np.exp(rng.normal(np.log(np.array(CONTACT_HOURS)[customers.source]), 0.9))
    moment = customers.created + (np.clip(hours, 0.1, 47.9) * 3600).astype(np.int64)
    return np.where(rng.random(len(worked)) < worked, moment, -1)


def _delays(rng: np.random.Generator, slow: BoolArray, buys: BoolArray, hurry: float) -> IntArray:
    chance = rng.random(len(slow))
    shares = share_sold(hurry)
    days = np.where(slow, *(np.searchsorted(shares[row], chance, side="right") for row in (1, 0)))
    return np.where(buys, np.clip(days, SOONEST, LATEST), 0).astype(np.int64)
