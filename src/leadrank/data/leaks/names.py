"""Names that say "after": words that a sales team uses for what it writes down once it has worked a lead."""

from __future__ import annotations

import re
from dataclasses import dataclass

AFTER = frozenset({
    "canceled", "cancelled", "churn", "churned", "close", "closed", "closing", "closure", "conversion", "converted", "disposition",
    "duration", "invoice", "invoiced", "lost", "outcome", "quality", "reason", "recovered", "recovery", "refund", "refunded",
    "resolution", "resolved", "result", "revenue", "settled", "signed", "sold", "stage", "status", "tag", "won",
})
"""Words that nearly always describe how it ended."""
PERHAPS = frozenset({
    "activity", "assigned", "attempt", "availability", "available", "call", "called", "comment", "contacted", "end", "ended", "final",
    "followup", "grade", "handover", "last", "latest", "meeting", "modified", "notable", "note", "notes", "owner", "paid", "payment",
    "profile", "proposal", "purchase", "purchased", "quote", "rating", "remark", "replied", "responded", "response", "score", "spend",
    "updated",
})
"""Words for things that are often, but not always, written or updated after contact."""
BEFORE = frozenset({
    "before", "browsing", "civil", "credit", "desired", "education", "employed", "employment", "enquiry", "existing", "expected",
    "family", "first", "former", "funding", "historic", "historical", "home", "housing", "initial", "inquiry", "interest", "life",
    "marital", "name", "not", "page", "past", "planned", "pre", "preferred", "prev", "previous", "previously", "prior", "requested",
    "session", "site", "visit", "wanted", "web", "website",
})
"""Words beside which the others lose their meaning: marital status, previous outcome, credit score, session duration, do not call."""
PLANS = frozenset({
    "desired", "due", "expected", "planned", "preferred", "requested", "target", "wanted",
})
"""Words of dates that are known before they come."""
PREFIXES = ("closedate", "closeddate", "closetime", "closevalue", "wondate", "lostreason")
SUFFIXES = ("status", "stage")
AFTER_VALUES = frozenset({
    "canceled", "cancelled", "churned", "closed", "converted", "enrolled", "lost", "paid", "purchased", "rejected", "signed", "sold",
    "won",
})
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


def is_planned(column: str) -> bool:
    """Say whether a date's name says that it was known beforehand.

    Examples
    --------
    >>> is_planned("preferred_move_in"), is_planned("closed_on")
    (True, False)
    """
    return any(word in PLANS for word in split_words(column))


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
