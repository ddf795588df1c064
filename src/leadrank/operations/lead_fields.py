"""The fields that a stored lead may have: those of the lead table, and those by which it is routed."""

from __future__ import annotations

from leadrank.bundle import Bundle
from leadrank.data import Schema
from leadrank.operations.notices import Notices
from leadrank.score import Scorer


def lead_schema(bundle: Bundle) -> Schema:
    """Return how the fields of a lead are read, also where the model reads a table that was made of several."""
    return bundle.schema if bundle.origin is None else bundle.origin.tidier.schemas["lead"]


def lead_notices(scorer: Scorer) -> Notices:
    """Return what compares the fields of stored leads with the model; what is counted of events and parents is no field of a lead."""
    bundle = scorer.bundle
    own = lead_schema(bundle).names
    routed = (rule.when.column for rule in bundle.project.routing.rule if rule.when is not None)
    return Notices(bundle, [name for name in scorer.needed if name in own], scorer.key, {*own, *bundle.terms.expected, *routed})
