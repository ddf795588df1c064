"""Keys as text, written alike in every table: `1`, `1.0` and ` 1 ` are one key, whatever type they came in."""

from __future__ import annotations

from collections.abc import Iterable

from leadrank.data.cell import text_of
from leadrank.data.words import BLANK_WORDS, squash
from leadrank.frames import pl

_PLAIN = r"^[!-~]+( [!-~]+)*$"
_SPACES = r"[\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{180e}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]+"
_BETWEEN_DIGITS = r"([0-9])[\s_.,'’/-]+([0-9])"
_KEPT = "\x1f"


def key_texts(raw: pl.Series, null_words: Iterable[str] = ()) -> pl.Series:
    """Write a column of keys as text: trimmed, in Unicode's compatible composed form (NFKC), whole numbers without decimals; blanks are null.

    Parameters
    ----------
    raw
        Cells of any type.
    null_words
        The user's own words for a blank, squashed.

    Examples
    --------
    >>> key_texts(pl.Series("k", [1.0, 2.0, None])).to_list(), key_texts(pl.Series("k", [" 1 ", "2.0", "n/a"])).to_list()
    (['1', '2', None], ['1', '2', None])
    """
    text = _as_text(raw)
    if not text.str.contains(_PLAIN).all():
        text = text.str.normalize("NFKC").str.replace_all(_SPACES, " ").str.strip_chars(" ")
    if raw.dtype.is_integer():
        return _without(text, tuple(null_words)) if null_words else text
    if text.str.contains(".", literal=True).any():
        text = text.str.replace(r"^([+-]?[0-9]+)\.0+$", "${1}")
    return _without(text, tuple(null_words))


def near_forms(column: str) -> tuple[pl.Expr, pl.Expr]:
    """Return two forms in which keys that do not match are compared, the closer one first.

    The first is without case, the second also without spaces, marks and leading zeros.
    Marks between two digits stay: `1-12` is not `11-2`.
    """
    lower = pl.col(column).str.to_lowercase()
    # Twice, since a digit that ends one pair may begin the next.
    held = lower.str.replace_all(_BETWEEN_DIGITS, f"${{1}}{_KEPT}${{2}}").str.replace_all(_BETWEEN_DIGITS, f"${{1}}{_KEPT}${{2}}")
    bare = held.str.replace_all(r"[\s_.,'’/-]+", "").str.replace(r"^0+([0-9]+)$", "${1}")
    return lower, bare


def _as_text(raw: pl.Series) -> pl.Series:
    if raw.dtype == pl.String:
        return raw
    if raw.dtype.is_integer() or isinstance(raw.dtype, pl.Categorical | pl.Enum):
        return raw.cast(pl.String)
    if raw.dtype.is_float():
        whole = (raw == raw.floor()) & (raw.abs() < 1e15)
        texts = pl.select(pl.when(whole).then(raw.cast(pl.Int64, strict=False).cast(pl.String)).when(raw.is_finite()).then(raw.cast(pl.String)))
        return texts.to_series().alias(raw.name)
    distinct = raw.drop_nulls().unique()
    return raw.replace_strict(distinct, pl.Series([text_of(v) for v in distinct.to_list()], dtype=pl.String), default=None, return_dtype=pl.String)


def _without(text: pl.Series, null_words: tuple[str, ...]) -> pl.Series:
    """Make the words for a blank null; the built-in ones have no digits, so that few keys need a look."""
    suspect = text.is_not_null() if null_words else ~text.str.contains("[0-9]")
    if not suspect.any():
        return text
    words = text.str.to_lowercase().str.replace_all(" ", "", literal=True)
    blank = suspect & words.is_in(sorted({*BLANK_WORDS, *map(squash, null_words)}))
    return pl.select(pl.when(~blank).then(text)).to_series().alias(text.name)
