"""The training table for others: keys hashed, what names a person left out, and what still could found and blanked."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.anonymous.anonymise import Anonymised, anonymise, only_columns
    from leadrank.data.anonymous.rare import Rare, Telling, find_rare
    from leadrank.data.anonymous.revealing import quasi_identifiers
    from leadrank.data.anonymous.strongest import strongest
    from leadrank.data.anonymous.suppress import in_bands, reach_k

later(
    __name__, anonymise="Anonymised anonymise only_columns", rare="Rare Telling find_rare", revealing="quasi_identifiers", strongest="strongest",
    suppress="in_bands reach_k",
)
