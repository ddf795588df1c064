"""From a file, a stream or a database to raw cells, with what did not fit beside them."""

from leadrank.data.reading.delimited import Rejected
from leadrank.data.reading.read import RawTable, read_table

__all__ = ["RawTable", "Rejected", "read_table"]
