"""Which groups of leads are watched for being treated worse."""

from __future__ import annotations

from pydantic import Field

from leadrank.project.frozen import Frozen


class Watch(Frozen):
    """The audit by group: columns, bands of their numbers, and the smallest group that is judged.

    Attributes
    ----------
    audit
        Columns by which leads are grouped; sensitive columns are audited besides.
    bands
        Lower ends of the bands of a number, all but the first; without them quarters by rank.
    pairs
        Whether groups are also made of two columns at a time.
    smallest
        Rows that a group needs to be judged.
    """

    audit: tuple[str, ...] = ()
    bands: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    pairs: bool = True
    smallest: int = Field(default=50, ge=10)
