"""Read the outcome: converted or not, or an ordered class; what is open or blank stays without a label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.errors import DataError, UsageError, nearest
from leadrank.frames import pl
from leadrank.project import Target
from leadrank.types import Finding, IntArray

BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?"})
OPEN = frozenset({
    "open", "pending", "engaging", "prospecting", "in progress", "in process", "not started", "unknown", "new", "working", "undecided", "tbd",
    "on hold",
})
"""Words by which sales systems say that the outcome is not known yet."""
YES = (
    "1", "yes", "y", "true", "t", "won", "converted", "closed won", "closed-won", "closed_won", "success", "purchased", "bought", "sold", "win",
    "ja", "oui", "sí", "si", "sì", "tak", "sim", "wahr", "vrai", "verdadero", "vero", "waar", "prawda", "verdadeiro", "gewonnen", "gekauft", "gagné",
    "ganado", "vinto", "wygrane", "wygrana", "ganho",
)
"""Words that mean converted where nothing is declared (English, German, French, Spanish, Italian, Dutch, Polish, Portuguese)."""
NO = frozenset({
    "0", "no", "n", "false", "f", "lost", "not converted", "closed lost", "closed-lost", "closed_lost", "failure", "lose", "unqualified", "-1",
    "nein", "non", "nee", "nie", "não", "nao", "falsch", "faux", "falso", "onwaar", "fałsz", "verloren", "nicht gekauft", "perdu", "perdido", "perso",
    "przegrane", "przegrana",
})
INITIALS = ("j", "o", "s")
"""Initials that mean yes (ja, oui, sí or sim) only where the other outcome is `n`."""
RANKED = (
    ("low", "medium", "high"), ("cold", "warm", "hot"), ("bronze", "silver", "gold"), ("poor", "fair", "good"), ("c", "b", "a"),
    ("d", "c", "b", "a"), ("very low", "low", "medium", "high", "very high"), ("low", "high"), ("low", "medium", "high", "very high"),
)
"""Orders of class names that are recognised without being declared, worst first."""
UNLABELLED = -1


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Class number of each row (-1: no label yet), the classes' names worst first, and what was noticed."""

    codes: IntArray
    classes: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def thresholds(self) -> int:
        """Number of thresholds between the classes; 1 for a binary outcome."""
        return len(self.classes) - 1


def read_outcomes(cells: pl.Series, target: Target, *, whole: bool = True) -> Outcomes:
    """Turn the outcome column's raw cells into class numbers.

    Parameters
    ----------
    cells
        Text, numbers or booleans, null = no label.
    target
        `positive`, or `classes` (worst first), or neither: then 0/1, yes/no, won/lost and the like are recognised, and so are
        ordered names such as Low/Medium/High.
    whole
        Whether every class must occur, as for learning; rows that are only judged may lack some.

    Raises
    ------
    UsageError
        The positive value or a class does not occur, or the outcome cannot be told without one.
    DataError
        The column holds one class only, or none.

    Examples
    --------
    >>> read_outcomes(pl.Series("won", ["yes", "no", None, "YES "]), Target(column="won")).codes.tolist()
    [1, 0, -1, 1]
    """
    words = _words(cells)
    seen = _seen(cells, words)
    if whole and len(seen) < 2:
        what = f"only {next(iter(seen.values())).spelling!r}" if seen else "no label"
        raise DataError(
            f"The outcome column {cells.name!r} holds {what}; at least two outcomes are needed to learn from.",
            "Give a table with converted and not converted leads.",
        )
    ranked = target.classes or (None if target.positive is not None else _recognised_order(seen))
    if ranked is not None:
        return _ordered(words, seen, ranked, declared=target.classes is not None, whole=whole)
    return _binary(words, seen, target, whole=whole)


@dataclass(frozen=True, slots=True)
class _Word:
    """One outcome: its rows, and how the table spells it most often."""

    rows: int
    spelling: str


_Seen = dict[str, _Word]
"""What is known of each folded word, the most frequent first."""


def _seen(cells: pl.Series, words: pl.Series) -> _Seen:
    spellings = cells.str.strip_chars() if cells.dtype == pl.String else words
    table = pl.DataFrame({"word": words, "spelling": spellings}).drop_nulls("word")
    counts = table.group_by("word", "spelling").len("rows").sort(["rows", "spelling"], descending=[True, False])
    total = counts.group_by("word").agg(pl.col("rows").sum(), pl.col("spelling").first()).sort(["rows", "word"], descending=[True, False])
    return {word: _Word(rows, spelling) for word, rows, spelling in total.iter_rows()}


def _words(cells: pl.Series) -> pl.Series:
    """Write every cell as a folded word, so that 1, 1.0 and "1", TRUE and true are one; blanks become null."""
    if cells.dtype == pl.Boolean:
        text = cells.cast(pl.String)
    elif cells.dtype.is_numeric():
        text = cells.cast(pl.Float64).cast(pl.String)
    else:
        text = cells.cast(pl.String)
    folded = text.str.strip_chars().str.to_lowercase().str.replace_all(r"\s+", " ").str.replace(r"^(-?\d+)\.0+$", "$1")
    return pl.select(pl.when(folded.is_in(list(BLANK))).then(None).otherwise(folded)).to_series().alias(cells.name)


def _folded(value: str) -> str:
    word = _words(pl.Series("value", [value]))[0]
    return value.strip().lower() if word is None else str(word)


def _recognised_order(seen: _Seen) -> tuple[str, ...] | None:
    for order in RANKED:
        if set(seen) == set(order):
            return tuple(name.capitalize() if len(name) > 1 else name.upper() for name in order)
    return None


def _ordered(words: pl.Series, seen: _Seen, classes: tuple[str, ...], *, declared: bool, whole: bool) -> Outcomes:
    folded = [_folded(c) for c in classes]
    absent = [c for c, f in zip(classes, folded, strict=True) if f not in seen]
    if absent and whole:
        hint = nearest(absent[0], _spellings(seen))
        raise UsageError(f"The class {absent[0]!r} does not occur in {words.name!r}; it holds {_listed(seen)}.", hint)
    other = {word: own for word, own in seen.items() if word not in folded}
    findings = [] if declared else [Finding(
        "D160", "info", words.name, 0, f"{words.name!r} reads as ordered classes, worst first: {', '.join(classes)}.",
        "Declare target.classes to change the order, or target.positive for a yes/no outcome.",
    )]
    if other:
        findings.append(_set_aside(words.name, other, "are none of the declared classes"))
    codes = words.replace_strict(folded, list(range(len(folded))), default=UNLABELLED, return_dtype=pl.Int64)
    return Outcomes(codes.fill_null(UNLABELLED).to_numpy(), tuple(classes), tuple(findings))


def _binary(words: pl.Series, seen: _Seen, target: Target, *, whole: bool) -> Outcomes:
    positive = _positive(words.name, seen, target, whole=whole)
    shown = seen[positive].spelling if positive in seen else str(target.positive)
    waiting = {word: own for word, own in seen.items() if word in OPEN and word != positive}
    negative = [word for word in seen if word not in waiting and word != positive]
    if not negative and whole:
        raise DataError(f"The outcome column {words.name!r} holds no lead that did not convert.", "Give a table with both outcomes.")
    findings = []
    if waiting:
        findings.append(_set_aside(words.name, waiting, "say that the outcome is still open"))
    if len(negative) > 1:
        rows = sum(seen[word].rows for word in negative)
        said = f"{shown!r} counts as converted; {', '.join(repr(seen[word].spelling) for word in negative[:8])} all count as not converted."
        findings.append(Finding(
            "D162", "warning", words.name, rows, said,
            "If one of them means 'not known yet', take those rows out: a lead without an outcome is not a lost lead.",
        ))
    known = [positive, *negative]
    codes = words.replace_strict(known, [1] + [0] * len(negative), default=UNLABELLED, return_dtype=pl.Int64)
    return Outcomes(codes.fill_null(UNLABELLED).to_numpy(), (f"not {shown}", shown), tuple(findings))


def _positive(name: str, seen: _Seen, target: Target, *, whole: bool) -> str:
    if target.positive is not None:
        wanted = _folded(target.positive)
        same = {"1": ("true", "yes"), "true": ("1",), "0": ("false", "no"), "false": ("0",)}.get(wanted, ())
        for word in (wanted, *same):
            if word in seen:
                return word
        if not whole:
            return wanted
        said = f"The positive value {target.positive!r} does not occur in {name!r}; it holds {_listed(seen)}."
        raise UsageError(said, nearest(str(target.positive), _spellings(seen)))
    settled = [word for word in seen if word not in OPEN]
    found = [word for word in YES if word in settled] or [word for word in INITIALS if set(settled) == {word, "n"}]
    if len(found) == 1 or (found and all(word in NO or word in found[:1] for word in settled)):
        return found[0]
    raise UsageError(
        f"Which value of {name!r} means converted? It holds {_listed(seen)}.",
        "Say it with --positive VALUE (yes/no), or --classes WORST,…,BEST for ordered classes.",
    )


def _set_aside(name: str, words: _Seen, why: str) -> Finding:
    rows = sum(word.rows for word in words.values())
    said = f"{rows} rows {why} ({_listed(words)}): set aside, not counted as lost."
    return Finding("D161", "info", name, rows, said, "They can be scored; they are not trained on.")


def _listed(seen: _Seen) -> str:
    said = [f"{word.spelling!r} ({word.rows})" for word in list(seen.values())[:8]]
    return ", ".join(said) + (f" and {len(seen) - 8} more" if len(seen) > 8 else "")


def _spellings(seen: _Seen) -> list[str]:
    return [word.spelling for word in seen.values()]


def is_labelled(outcomes: Outcomes) -> IntArray:
    """Return the row numbers that have a label."""
    return np.flatnonzero(outcomes.codes != UNLABELLED)
