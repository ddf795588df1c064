"""Tables that can be trusted: read, cleaned, checked, and searched for leaks."""

from leadrank.data.accept import as_polars
from leadrank.data.cell import clean_cell
from leadrank.data.clean import CellProblem, Cleaned, clean_frame, kept_problems
from leadrank.data.duplicates import drop_repeated_keys, duplicate_groups
from leadrank.data.infer import infer_schema
from leadrank.data.keys import choose_key
from leadrank.data.leaks import Ranker, find_leaks, merge_groups, near_duplicates, rate_ranker
from leadrank.data.ordering import FILE_ORDER, time_order
from leadrank.data.profile import ColumnProfile, Profile, profile
from leadrank.data.reading import Batches, RawTable, Rejected, in_pieces, open_batches, read_table
from leadrank.data.schema import ColumnSchema, Schema
from leadrank.data.set_aside import keyed_hash, row_names, set_aside
from leadrank.data.stream import piece_writer, write_pieces
from leadrank.data.validate import blank_heavy_columns, constant_columns, labelled_rows, little_said, validate
from leadrank.data.write import write_rejected, write_table

__all__ = [
    "FILE_ORDER", "Batches", "CellProblem", "Cleaned", "ColumnProfile", "ColumnSchema", "Profile", "Ranker", "RawTable", "Rejected", "Schema",
    "as_polars", "blank_heavy_columns", "choose_key", "clean_cell", "clean_frame", "constant_columns", "drop_repeated_keys", "duplicate_groups",
    "find_leaks", "in_pieces", "infer_schema", "kept_problems", "keyed_hash", "labelled_rows", "little_said", "merge_groups", "near_duplicates",
    "open_batches", "piece_writer", "profile", "rate_ranker", "read_table", "row_names", "set_aside", "time_order", "validate", "write_pieces",
    "write_rejected", "write_table",
]
