"""What can be simulated, by name."""

from __future__ import annotations

from leadrank.data.simulations.courses import COURSES_DOUBTFUL, COURSES_PROJECT, simulate_courses
from leadrank.data.simulations.homebuyers import HOMEBUYER_PROJECT, simulate_homebuyers
from leadrank.data.simulations.investors import INVESTOR_CLASSES, INVESTOR_PROJECT, simulate_investors
from leadrank.data.simulations.leads import LEADS_PROJECT, simulate_leads
from leadrank.data.simulations.real_estate import REAL_ESTATE_PROJECT, simulate_real_estate
from leadrank.data.simulations.table import Simulated, Simulation
from leadrank.errors import UsageError, nearest

SIMULATIONS: dict[str, Simulation] = {
    simulation.name: simulation
    for simulation in (
        Simulation(
            name="leads",
            description="Inbound leads of a company that sells to companies, with one column that knows the answer.",
            rows=5_000,
            file="leads.csv",
            target="converted",
            positive="yes",
            classes=(),
            leaks=("close_reason",),
            doubtful=(),
            project=LEADS_PROJECT,
            make=simulate_leads,
        ),
        Simulation(
            name="investor",
            description="Property investors in three ordered tiers; the best possible model is known.",
            rows=10_000,
            file="investors.csv",
            target="lead_score",
            positive="",
            classes=INVESTOR_CLASSES,
            leaks=(),
            doubtful=(),
            project=INVESTOR_PROJECT,
            make=simulate_investors,
        ),
        Simulation(
            name="courses",
            description="Leads for an online course, in the shape of the public X Education table, leaks included.",
            rows=9_240,
            file="Leads.csv",
            target="Converted",
            positive="1",
            classes=(),
            leaks=("Tags", "Lead Quality", "Lead Profile"),
            doubtful=COURSES_DOUBTFUL,
            project=COURSES_PROJECT,
            make=simulate_courses,
        ),
        Simulation(
            name="homebuyer",
            description="Visitors of a property portal who may contact an agent, with the tag set after the contact.",
            rows=9_240,
            file="homebuyers.csv",
            target="ContactedAgent",
            positive="1",
            classes=(),
            leaks=("LeadStatusTag",),
            doubtful=("LastAction", "FinalEngagementAction"),
            project=HOMEBUYER_PROJECT,
            make=simulate_homebuyers,
        ),
        Simulation(
            name="real-estate",
            description="Customers of an estate agency, one row each, with two columns that look past the cutoff.",
            rows=50_000,
            file="customers.csv",
            target="Converted",
            positive="1",
            classes=(),
            leaks=("PurchaseRecency", "PropertyInterestLevel"),
            doubtful=(),
            project=REAL_ESTATE_PROJECT,
            make=simulate_real_estate,
        ),
    )
}
"""What `leadrank demo NAME` can simulate, by name."""


def simulate(name: str, *, rows: int | None = None, seed: int = 0) -> Simulated:
    """Simulate one of the registered tables.

    Parameters
    ----------
    name
        A key of `SIMULATIONS`.
    rows
        Rows in the table; without it, the simulation's usual size.
    seed
        Seed of the generator; the same seed gives the same table.

    Returns
    -------
    Simulated
        The dirty table, the true probability of every row, and what was planted.

    Raises
    ------
    UsageError
        If nobody knows the name, or `rows` is below 1.

    Examples
    --------
    >>> simulated = simulate("investor", rows=3, seed=0)
    >>> simulated.table.height, simulated.truth.shape
    (3, (3, 3))
    """
    if name not in SIMULATIONS:
        raise UsageError(f"There is no simulation named {name!r}.", nearest(name, SIMULATIONS) or f"There are: {', '.join(SIMULATIONS)}.")
    simulation = SIMULATIONS[name]
    rows = simulation.rows if rows is None else rows
    if rows < 1:
        raise UsageError(f"A simulated table needs at least 1 row, got {rows}.", "Give a positive number of rows.")
    return simulation.make(rows, seed)
