"""The fields of leads: what may stand in them, what changed from one time to the next, in words."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import accumulate
from typing import Any

from leadrank.errors import UsageError

NAMED = 3
"""Changes that a sentence names; the others are counted."""
PLAIN = (str, int, float, type(None))
ROOM = 300
"""Letters of an access record that say what it is about."""
LONGEST = 60
"""Letters of a value that a sentence shows."""


def checked_fields(fields: Mapping[str, object], whose: str) -> dict[str, Any]:
    """Return fields as they are stored: texts, numbers, truth values and blanks; what is no finite number is blank.

    Raises
    ------
    UsageError
        A field holds something else; all such fields are named.

    Examples
    --------
    >>> checked_fields({"visits": 3, "income": float("nan")}, "L1")
    {'visits': 3, 'income': None}
    """
    wrong = [name for name, value in fields.items() if not isinstance(value, PLAIN)]
    if wrong:
        raise UsageError(
            f"Lead {whose!r}: {', '.join(map(repr, wrong))} should hold a text, a number, true, false or nothing.",
            "Send each value in a field of its own.",
        )
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in fields.items()}


def changes_of(
    before: Mapping[str, Any], after: Mapping[str, Any], read: Callable[[str, object], object] = lambda _, value: value
) -> dict[str, tuple[Any, Any]]:
    """Return the fields that hold something else than before, with both values.

    Parameters
    ----------
    before, after
        Cells by field.
    read
        What a reader makes of a field's cell: where it makes the same of both, nothing has changed.

    Examples
    --------
    >>> changes_of({"visits": 3, "city": "Paris"}, {"visits": 8, "city": "Paris"})
    {'visits': (3, 8)}
    >>> changes_of({"visits": "1"}, {"visits": 1}, lambda _, cell: float(cell))
    {}
    """
    pairs = {name: (before.get(name), value) for name, value in after.items() if not _same(before.get(name), value)}
    return {name: (old, new) for name, (old, new) in pairs.items() if not _same(read(name, old), read(name, new))}


def changes_in_words(changes: Mapping[str, tuple[Any, Any]], never: Collection[str] = ()) -> str:
    """Say which fields changed; those in `never` are counted and not named.

    Examples
    --------
    >>> changes_in_words({"TotalVisits": (3, 8), "City": (None, "Paris"), "age": (40, 41)}, never=("age",))
    'TotalVisits went from 3 to 8; City is now Paris; 1 more field changed'
    """
    named = [(name, *pair) for name, pair in changes.items() if name not in never]
    said = [_change(name, old, new) for name, old, new in named[:NAMED]]
    more = len(changes) - len(said)
    return "; ".join([*said, *([f"{more} more field{'s' * (more > 1)} changed"] if more else [])])


def digest(*told: object) -> str:
    """Return the SHA-256 of what was scored, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str, separators=(",", ":")).encode(errors="replace")).hexdigest()


def listed(names: Iterable[str]) -> str:
    """Name all things; where an access record has no room for them, the first ones and how many more there are.

    Examples
    --------
    >>> listed(["L1"]), listed(["L1", "L2", "L3"]), listed([])
    ('L1', 'L1, L2, L3', '')
    >>> listed(f"L{k}" for k in range(1_000))[-20:]
    '57, L58 and 941 more'
    """
    found = list(names)
    ends = list(accumulate(len(name) + len(", ") for name in found))
    if not found or ends[-1] - len(", ") <= ROOM:
        return ", ".join(found)
    fitting = max(1, bisect_right(ends, ROOM - len(f" and {len(found):,} more")))
    return f"{', '.join(found[:fitting])} and {len(found) - fitting:,} more"


def _same(before: object, after: object) -> bool:
    # 1, 1.0 and True are equal in Python, and different cells.
    return type(before) is type(after) and before == after


def _change(name: str, old: object, new: object) -> str:
    if new is None or new == "":
        return f"{name} is blank now, and was {_shown(old)}"
    return f"{name} is now {_shown(new)}" if old is None or old == "" else f"{name} went from {_shown(old)} to {_shown(new)}"


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
