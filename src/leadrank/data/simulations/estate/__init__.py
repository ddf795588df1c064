"""The tables of a simulated estate agency, and the truth about every customer."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.simulations.estate.estate import Estate, simulate_estate
    from leadrank.data.simulations.estate.files import ESTATE_PROJECT, write_estate

later(__name__, estate="Estate simulate_estate", files="ESTATE_PROJECT write_estate")
