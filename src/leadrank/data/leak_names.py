"""Names that say "after": words that a sales team uses for what it writes down once it has worked a lead."""

from __future__ import annotations

import re
from dataclasses import dataclass

AFTER = frozenset(
    "status reason closed close closing closure won lost outcome result converted conversion revenue invoice invoiced duration quality tag stage "
    "disposition resolution resolved signed sold cancelled canceled churned churn refund refunded recovered recovery settled".split()
)
"""Words that nearly always describe how it ended."""
PERHAPS = frozenset(
    "last latest notable activity call called profile score rating grade attempt contacted followup response responded replied meeting proposal "
    "quote owner handover assigned updated modified purchase purchased paid payment spend availability available note notes comment remark final".split()
)
"""Words for things that are often, but not always, written or updated after contact."""
BEFORE = frozenset(
    "previous previously prev prior past pre first initial before former historic historical marital civil employment employed family life "
    "funding education credit session visit page website site web browsing expected requested preferred planned desired inquiry enquiry interest "
    "name not existing housing home".split()
)
"""Words beside which the others lose their meaning: marital status, previous outcome, credit score, session duration, do not call."""
PREFIXES = ("closedate", "closeddate", "closetime", "closevalue", "wondate", "lostreason")
SUFFIXES = ("status", "stage")
AFTER_VALUES = frozenset("closed won lost sold converted signed cancelled canceled purchased paid enrolled churned rejected".split())
"""Words in a category's values that name an ending."""


@dataclass(frozen=True, slots=True)
class NameHint:
    """What a column's name suggests: the words that say "after", and whether they nearly always do."""

    words: tuple[str, ...]
    strong: bool


def name_hint(column: str) -> NameHint:
    """Read a column's name word by word.

    Examples
    --------
    >>> name_hint("Lead Quality")
    NameHint(words=('quality',), strong=True)
    >>> name_hint("LastNotableActivity").words
    ('last', 'notable', 'activity')
    >>> name_hint("marital_status").words, name_hint("poutcome").words
    ((), ())
    """
    words = split_words(column)
    if any(word in BEFORE for word in words):
        return NameHint((), False)
    strong = tuple(word for word in words if word in AFTER or word.startswith(PREFIXES) or (word.endswith(SUFFIXES) and len(word) > 7))
    weak = tuple(word for word in words if word in PERHAPS)
    return NameHint(strong + weak, bool(strong))


def names_an_ending(level: str) -> bool:
    """Say whether a category's value names how a lead ended ("Closed won", "Lost to a competitor").

    Examples
    --------
    >>> names_an_ending("Lost to EINS"), names_an_ending("Google")
    (True, False)
    """
    return any(word in AFTER_VALUES for word in split_words(level))


def split_words(text: str) -> tuple[str, ...]:
    """Split a name at spaces, signs, digits and changes from small to capital letters; plurals lose their s.

    Examples
    --------
    >>> split_words("dealStage_2 Tags")
    ('deal', 'stage', 'tag')
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)
    return tuple(_singular(part.lower()) for part in parts)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1] in AFTER | PERHAPS | BEFORE else word
