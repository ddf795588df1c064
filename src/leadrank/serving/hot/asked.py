"""What a query string asks of scoring."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from leadrank.errors import nearest
from leadrank.serving.problems import Notice, Problem

MOST_REASONS = 50
NAMES = ("reasons", "strict")
_YES, _NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


class Asked(NamedTuple):
    """How many reasons to give, and whether odd fields are refused (None: as the service is set)."""

    reasons: int = 0
    strict: bool | None = None


@lru_cache(maxsize=256)
def asked_of(query: bytes) -> Asked:
    """Read a query string.

    Raises
    ------
    Problem
        With all that is wrong with it.

    Examples
    --------
    >>> asked_of(b"reasons=3&strict=true")
    Asked(reasons=3, strict=True)
    """
    given = {name: values[-1] for name, values in parse_qs(query.decode("latin-1"), keep_blank_values=True).items()}
    notices = [Notice(name, "unknown", f"There is no parameter {name!r}.", nearest(name, NAMES)) for name in given if name not in NAMES]
    reasons, strict = given.get("reasons", "0"), given.get("strict", "").casefold()
    if not (reasons.isascii() and reasons.isdigit() and len(reasons) <= 3 and int(reasons) <= MOST_REASONS):
        notices.append(Notice("reasons", "out of range", f"`reasons` is a whole number from 0 to {MOST_REASONS}; {reasons[:40]!r} came."))
    if "strict" in given and strict not in _YES | _NO:
        notices.append(Notice("strict", "wrong type", f"`strict` is true or false; {strict[:40]!r} came."))
    if notices:
        raise Problem(422, "The query string cannot be used.", "Mend each of its problems.", notices)
    return Asked(int(reasons), strict in _YES if "strict" in given else None)
