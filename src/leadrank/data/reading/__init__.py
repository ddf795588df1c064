"""From a file, a stream or a database to raw cells, with what did not fit beside them."""

from leadrank.data.reading.batches import Batches, in_pieces, open_batches
from leadrank.data.reading.delimited import Rejected
from leadrank.data.reading.read import RawTable, read_table

__all__ = ["Batches", "RawTable", "Rejected", "in_pieces", "open_batches", "read_table"]
