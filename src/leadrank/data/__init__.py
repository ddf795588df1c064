"""Tables that can be trusted: read, cleaned, checked, and searched for leaks."""

from leadrank.data.cell import clean_cell
from leadrank.data.clean import CellProblem, Cleaned, clean_frame
from leadrank.data.delimited import Rejected
from leadrank.data.duplicates import drop_repeated_keys, duplicate_groups
from leadrank.data.infer import infer_schema
from leadrank.data.profile import ColumnProfile, Profile, profile
from leadrank.data.read import RawTable, read_table
from leadrank.data.schema import ColumnSchema, Schema
from leadrank.data.validate import blank_heavy_columns, constant_columns, labelled_rows, validate
from leadrank.data.write import write_rejected, write_table

__all__ = [
    "CellProblem", "Cleaned", "ColumnProfile", "ColumnSchema", "Profile", "RawTable", "Rejected", "Schema", "blank_heavy_columns",
    "clean_cell", "clean_frame", "constant_columns", "drop_repeated_keys", "duplicate_groups", "infer_schema", "labelled_rows", "profile", "read_table",
    "validate", "write_rejected", "write_table",
]
