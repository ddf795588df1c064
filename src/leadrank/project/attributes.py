"""What a column's name says about a person: age, gender, family, origin, religion, health, where one lives, credit history."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from leadrank.project.attribute_words import (
    ACCENTED,
    BARE_AGE,
    CREDIT,
    NOT_FAMILY,
    NOT_PLACE,
    NOT_RACE,
    OBJECTS,
    RECORDS,
    SPANS,
    WHOLE,
    WORDS,
    Attribute,
)

SAID: dict[Attribute, str] = {
    "age": "age", "gender": "gender", "family": "marital or family status", "origin": "nationality, ethnicity or birthplace", "religion": "religion",
    "health": "disability or health", "place": "where a person lives, as finely as a postcode", "credit": "credit history",
}
LONGEST = 5
"""Words of a phrase: `Date de naissance du client` is five."""
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ı": "i"})
_WORD = re.compile(r"[A-ZÀ-ÖØ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-ÖØ-Þ]?[^\W\d_A-ZÀ-ÖØ-Þ]+|\d+")


def attribute_of(name: str) -> Attribute | None:
    """Return the protected attribute that a column's name speaks of.

    Whole words count, in eight languages, however they are joined; of `PARENT.column` the last part must speak of it. The age and the place of a
    thing (a property, a vehicle, a branch) are none of a person's.

    Examples
    --------
    >>> [attribute_of(name) for name in ("AgeGroup", "Familienstand", "PLZ", "código_postal", "Household.marital_status", "credit_score")]
    ['age', 'family', 'place', 'place', 'family', 'credit']
    >>> [attribute_of(name) for name in ("page_views", "average", "agency", "message", "stage", "language", "Property.Age", "lead_age_days")]
    [None, None, None, None, None, None, None, None]
    """
    words = words_of(name)
    last = len(words_of(name.rpartition(".")[2]))
    if not last:
        return None
    folded = [fold(word) for word in words]
    whole = WHOLE.get("".join(folded[-last:]))
    if whole is not None:
        return _held(whole, "", frozenset(folded))
    if any(word in ACCENTED for word in words[-last:]):
        return _held("age", "age", frozenset(folded))
    for phrase in _phrases(folded, last):
        found = _meant(phrase)
        if found is not None and _held(found, phrase, frozenset(folded)) is not None:
            return found
    return None


def words_of(name: str) -> list[str]:
    """Split a name into its words, in lower case.

    Examples
    --------
    >>> words_of("ZIPCode"), words_of("date_of_birth"), words_of("zip5"), words_of("Fecha de Nacimiento")
    (['zip', 'code'], ['date', 'of', 'birth'], ['zip', '5'], ['fecha', 'de', 'nacimiento'])
    """
    return [word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", name))]


def fold(word: str) -> str:
    """Write a word without accents.

    Examples
    --------
    >>> fold("bonität"), fold("płeć"), fold("straße")
    ('bonitat', 'plec', 'strasse')
    """
    parts = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _phrases(words: list[str], last: int) -> Iterator[str]:
    """Join neighbouring words that reach into the last part, the longest first."""
    first = len(words) - last
    for size in range(min(LONGEST, len(words)), 0, -1):
        for start in range(max(0, first - size + 1), len(words) - size + 1):
            yield "".join(words[start : start + size])


def _meant(phrase: str) -> Attribute | None:
    return "credit" if phrase in CREDIT else WORDS.get(phrase)


def _held(found: Attribute, phrase: str, words: frozenset[str]) -> Attribute | None:
    """Give up a reading that the words beside it rule out."""
    against = {
        "age": OBJECTS | (RECORDS | SPANS if phrase in BARE_AGE else frozenset()), "place": OBJECTS | NOT_PLACE, "family": NOT_FAMILY,
        "origin": NOT_RACE,
    }
    return None if words & against.get(found, frozenset()) else found
