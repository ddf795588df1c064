"""A closer look at JSON that is not as it should be: which fields hold numbers beyond all bounds, which names come twice."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence

from leadrank.serving.problems import Notice

MOST = 20
LONGEST = 60
Pairs = Sequence[tuple[str, object]]


def beyond_bounds(body: bytes) -> list[Notice]:
    """Name the fields whose numbers are beyond all bounds.

    Examples
    --------
    >>> beyond_bounds(b'{"fields": {"age": 1e999}}')[0].field
    'age'
    """
    found = [name for pairs in _objects(body) for name, value in pairs if isinstance(value, float) and math.isinf(value)]
    return [Notice(name[:LONGEST], "out of range", f"{name[:LONGEST]}: a number that fits into 64 bits was expected") for name in found[:MOST]]


def repeated(body: bytes) -> list[Notice]:
    """Name the fields that one object holds twice: which of the two counts is nobody's guess.

    Examples
    --------
    >>> repeated(b'{"key": "a", "fields": {"age": 3, "age": 4}}')[0].message
    'age comes 2 times in one object'
    """
    found = [(name, times) for pairs in _objects(body) for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    return [Notice(name[:LONGEST], "repeated", f"{name[:LONGEST]} comes {times} times in one object") for name, times in found[:MOST]]


def _objects(body: bytes) -> list[Pairs]:
    """Return all objects of a text, each as its pairs; none where it cannot be read."""
    found: list[Pairs] = []

    def seen(pairs: list[tuple[str, object]]) -> None:
        found.append(pairs)

    try:
        json.loads(body, object_pairs_hook=seen)
    except (ValueError, RecursionError):
        return []
    return found
