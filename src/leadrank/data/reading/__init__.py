"""From a file, a stream or a database to raw cells, with what did not fit beside them."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.data.reading.batches import Batches, open_batches
    from leadrank.data.reading.delimited import Rejected, numbers_of
    from leadrank.data.reading.read import RawTable, read_table

later(__name__, batches="Batches open_batches", delimited="Rejected numbers_of", read="RawTable read_table")
