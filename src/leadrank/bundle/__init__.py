"""The waist: one file that can score."""

from leadrank.bundle.bundle import Bundle, ColumnEffect, Facts, HeldOut, fingerprint, load_bundle, save_bundle
from leadrank.bundle.learned import Learned, recognise, remember, row_names
from leadrank.bundle.unfamiliar import Acquaintance, Strange, Unfamiliar

__all__ = [
    "Acquaintance", "Bundle", "ColumnEffect", "Facts", "HeldOut", "Learned", "Strange", "Unfamiliar", "fingerprint", "load_bundle", "recognise",
    "remember", "row_names", "save_bundle",
]
