"""The waist: one file that can score."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.bundle.bundle import Bundle, fingerprint, load_bundle, save_bundle
    from leadrank.bundle.facts import ColumnEffect, Facts, HeldOut
    from leadrank.bundle.lead_reader import LARGEST_AMOUNT, LeadReader
    from leadrank.bundle.learned import Learned, recognise, remember, row_names
    from leadrank.bundle.origin import ASKED_AT, Origin
    from leadrank.bundle.scored import NOTHING_KNOWN, Scored
    from leadrank.bundle.unfamiliar import Acquaintance, Strange, Unfamiliar, join_unfamiliar

later(
    __name__, bundle="Bundle fingerprint load_bundle save_bundle", facts="ColumnEffect Facts HeldOut", lead_reader="LARGEST_AMOUNT LeadReader",
    learned="Learned recognise remember row_names", origin="ASKED_AT Origin", scored="NOTHING_KNOWN Scored",
    unfamiliar="Acquaintance Strange Unfamiliar join_unfamiliar",
)
