"""Several tables that can be trusted: read once, cleaned alike, each row named once, keys that match across them."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.relations.declared import Link, Table, declared_tables
    from leadrank.data.relations.draft import Draft, DraftEvent, DraftParent, draft_relations
    from leadrank.data.relations.known import known_rows
    from leadrank.data.relations.matching import Repair
    from leadrank.data.relations.rejects import RejectedRow, number_of, write_rejected_rows
    from leadrank.data.relations.sources import read_project_tables
    from leadrank.data.relations.tidy import Tidied, Tidier, tidy_tables

later(
    __name__, declared="Link Table declared_tables", draft="Draft DraftEvent DraftParent draft_relations",
    known="known_rows", matching="Repair",
    rejects="RejectedRow number_of write_rejected_rows", sources="read_project_tables", tidy="Tidied Tidier tidy_tables",
)
