"""What a blank looks like, and when two spellings are one label."""

from __future__ import annotations

import re

from leadrank.data.amounts import band_of_amounts

_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_SPACES = re.compile(f"[{_SPACE}]+")
_JOINABLE_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_JOINING_MARK = re.compile(r"(?<=[^\W\d_])[-_\u2010\u2011](?=[^\W\d_])")

NOT_ANSWERED = "(not answered)"
"""The level of cells whose asker was there and whose answer was not, in a column that also has real blanks."""

NONE_WORD = "none"

BLANK_WORDS = frozenset({
    "", "na", "n/a", "n.a.", "n.a", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "(null)", "<null>", "#null!", "nil",
    "\\n", "undefined",
    "blank", "(blank)", "(empty)", "<empty>", "missing", "(missing)", "notavailable", "#value!", "#ref!", "#div/0!", "#name?",
    "#num!", "-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "???", "*", "_",
})
"""Squashed words that stand for an empty cell in a column of any type."""

UNANSWERED_WORDS = frozenset({
    "select", "-select-", "--select--", "<select>", "selectone", "selectoption", "selectanoption", "pleaseselect",
    "--pleaseselect--", "choose", "chooseone", "pleasechoose", "unknown", "(unknown)", "unknwon", "notknown", "unspecified",
    "notspecified", "notprovided", "notgiven", "notstated", "notdisclosed", "undisclosed", "notset", "(notset)", "notanswered",
    "(notanswered)", "noanswer", "noresponse", "notreported", "don'tknow", "dontknow", "donotknow", "don’tknow",
    "prefernottosay", "prefernottoanswer", "prefernottodisclose", "rathernotsay", "declinetoanswer", "declinetostate",
    "declinedtoanswer", "tbd", "tobedetermined",
})
"""Squashed words that say that a question was put and not answered."""

NOT_A_NUMBER_WORDS = UNANSWERED_WORDS | {NONE_WORD, "notapplicable"}
"""Squashed words that mean a missing value where a number or a date belongs."""


def tidy(text: str) -> str:
    r"""Trim, and write every run of white space (no-break and zero-width ones too) as one space.

    Examples
    --------
    >>> tidy("  New\u00a0 York ")
    'New York'
    """
    return _SPACES.sub(" ", text).strip(" ")


def squash(text: str) -> str:
    """Return a tidy text without case and spaces: the form in which null words are compared.

    Examples
    --------
    >>> squash("Not Specified")
    'notspecified'
    """
    return tidy(text).casefold().replace(" ", "")


def fold(text: str) -> str:
    """Return the form in which labels are compared: amounts by value, without case, spaces (but between digits) and hyphens between letters.

    Examples
    --------
    >>> fold("GTX Pro") == fold("gtxpro") == fold("GTX-Pro"), fold("1 2") == fold("12"), fold("A-") == fold("A")
    (True, False, False)
    >>> fold("100k-200k") == fold("$100,000 - $200,000")
    True
    """
    text = tidy(text).casefold()
    amounts = band_of_amounts(text)
    return _JOINING_MARK.sub("", _JOINABLE_SPACE.sub("", text)) if amounts is None else amounts


def abbreviates(short: str, long: str) -> bool:
    """Say whether a label is another with words cut short at a dot.

    Examples
    --------
    >>> abbreviates("Prop. search", "property Search"), abbreviates("Dr. Oetker", "Oetker"), abbreviates("No. 1", "North 1")
    (True, False, True)
    """
    words, whole = short.casefold().split(), long.casefold().split()
    if len(words) != len(whole) or not any(word.endswith(".") for word in words):
        return False
    return all(_cut(word, full) if word.endswith(".") else word == full for word, full in zip(words, whole, strict=True))


def _cut(word: str, full: str) -> bool:
    stem = word.rstrip(".")
    return len(stem) > 1 and full.startswith(stem) and len(full) > len(stem) and not full.endswith(".")
