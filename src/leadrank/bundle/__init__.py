"""The waist: one file that can score."""

from leadrank.bundle.bundle import Bundle, ColumnEffect, Facts, HeldOut, fingerprint, load_bundle, save_bundle
from leadrank.bundle.lead_reader import LARGEST_AMOUNT, LeadReader
from leadrank.bundle.learned import Learned, recognise, remember, row_names
from leadrank.bundle.scored import NOTHING_KNOWN, Scored
from leadrank.bundle.unfamiliar import Acquaintance, Strange, Unfamiliar, join_unfamiliar

__all__ = [
    "LARGEST_AMOUNT", "NOTHING_KNOWN", "Acquaintance", "Bundle", "ColumnEffect", "Facts", "HeldOut", "LeadReader", "Learned", "Scored", "Strange",
    "Unfamiliar", "fingerprint", "join_unfamiliar", "load_bundle", "recognise", "remember", "row_names", "save_bundle",
]
