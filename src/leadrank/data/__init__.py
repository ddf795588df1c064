"""Tables that can be trusted: read, cleaned, checked, and searched for leaks."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.accept import as_polars
    from leadrank.data.anonymous import (
        Anonymised,
        Rare,
        Telling,
        anonymise,
        find_rare,
        in_bands,
        only_columns,
        quasi_identifiers,
        reach_k,
        strongest,
    )
    from leadrank.data.cell import clean_cell
    from leadrank.data.clean import CellProblem, Cleaned, clean_frame, kept_problems
    from leadrank.data.duplicates import drop_repeated_keys, duplicate_groups
    from leadrank.data.infer import infer_schema
    from leadrank.data.keys import choose_key
    from leadrank.data.leaks import Ranker, find_leaks, merge_groups, near_duplicates, rate_ranker
    from leadrank.data.ordering import FILE_ORDER, time_order
    from leadrank.data.profile import ColumnProfile, Profile, profile
    from leadrank.data.reading import Batches, RawTable, Rejected, numbers_of, open_batches, read_table
    from leadrank.data.relations import (
        Draft,
        RejectedRow,
        Repair,
        Tidied,
        Tidier,
        draft_relations,
        known_rows,
        number_of,
        read_project_tables,
        tidy_tables,
        write_rejected_rows,
    )
    from leadrank.data.schema import ColumnSchema, Schema
    from leadrank.data.set_aside import keyed_hash, row_names, set_aside
    from leadrank.data.stream import piece_writer, write_pieces
    from leadrank.data.unfinished import unfinished
    from leadrank.data.validate import blank_heavy_columns, constant_columns, labelled_rows, little_said, validate
    from leadrank.data.write import suffix_of, write_rejected, write_table

later(
    __name__, accept="as_polars", anonymous="Anonymised Rare Telling anonymise find_rare in_bands only_columns quasi_identifiers reach_k strongest",
    cell="clean_cell",
    clean="CellProblem Cleaned clean_frame kept_problems", duplicates="drop_repeated_keys duplicate_groups", infer="infer_schema", keys="choose_key",
    leaks="Ranker find_leaks merge_groups near_duplicates rate_ranker", ordering="FILE_ORDER time_order", profile="ColumnProfile Profile profile",
    reading="Batches RawTable Rejected numbers_of open_batches read_table",
    relations="Draft RejectedRow Repair Tidied Tidier draft_relations known_rows number_of read_project_tables tidy_tables write_rejected_rows",
    schema="ColumnSchema Schema", set_aside="keyed_hash row_names set_aside", stream="piece_writer write_pieces",
    unfinished="unfinished",
    validate="blank_heavy_columns constant_columns labelled_rows little_said validate",
    write="suffix_of write_rejected write_table",
)
