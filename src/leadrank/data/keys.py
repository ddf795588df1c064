"""The column that names the leads, where nobody declared one."""

from __future__ import annotations

import re

from leadrank.data.infer import infer_schema
from leadrank.data.kinds import snake
from leadrank.data.words import BLANK_WORDS
from leadrank.frames import pl
from leadrank.project import LeadTable
from leadrank.types import Finding

FILLED = 0.99
"""Share of the rows that must have a name; the few others are leads without one."""
_NAMES_A_LEAD = re.compile(
    r"(?:^|_)(?:id|ids|key|uuid|guid|ref|reference)$|^id_"
    r"|(?:lead|prospect|customer|client|contact|account|person|member|case|deal|opportunity|order|ticket|record|kunden?|vorgangs?|auftrags?|vertrags?)"
    r"_?(?:nr|no|num|number|nummer)$")
_REACHES_A_PERSON = re.compile(r"phone|telefon|mobil|e_?mail|(?:^|_)(?:tel|fax|mail|ssn|iban)(?:_|$)")


def choose_key(frame: pl.DataFrame, lead: LeadTable, *, target: str | None = None, repeats: float = 0.0) -> tuple[str | None, tuple[Finding, ...]]:
    """Choose the column that names each lead once, unless a key is declared.

    Only what can never be a feature is chosen: an identifier, each of whose values stands in one row. Numbers may differ by chance, so
    their column's name must speak of a lead's number. What reaches a person (telephone, e-mail) and what is sensitive is never chosen.

    Parameters
    ----------
    frame
        Raw cells.
    lead
        What is declared; excluded columns are not looked at.
    target
        The outcome column.
    repeats
        Share of the rows that may repeat a name, where no column names each lead once and a column's name speaks of a lead's number.

    Returns
    -------
    tuple
        The key's name (the declared one, or None where no column will do), and finding D133 where one was adopted.

    Examples
    --------
    >>> frame = pl.DataFrame({"Kundennr": [f"K{n:04d}" for n in range(30)], "won": ["yes", "no"] * 15})
    >>> choose_key(frame, LeadTable(), target="won")[0]
    'Kundennr'
    """
    if lead.key is not None:
        return lead.key, ()
    taken = {target, lead.order, lead.created_at, *lead.exclude, *(n for n, c in lead.columns.items() if c.sensitive)}
    free = [series for series in frame.get_columns() if series.name not in taken]
    for most in dict.fromkeys((0.0, repeats)):
        fit = _fitting([series for series in free if _each_its_own(series, most)], lead, repeating=most > 0)
        if fit:
            return fit[0], (_adopted(fit[0], frame[fit[0]]),)
    return None, ()


def _fitting(series: list[pl.Series], lead: LeadTable, *, repeating: bool) -> list[str]:
    """Return the names of the columns that may be a key, those that speak of a lead's number first."""
    series = [one for one in series if not _REACHES_A_PERSON.search(snake(one.name))]
    if not series:
        return []
    own = {one.name for one in series}
    columns = {name: column for name, column in lead.columns.items() if name in own}
    schema, _ = infer_schema(pl.DataFrame(series), LeadTable(null_words=lead.null_words, columns=columns))
    types = {c.name: c.type for c in schema.columns}
    named = [name for name in types if _NAMES_A_LEAD.search(snake(name)) and types[name] in ({"id", "text"} if repeating else {"id"})]
    if repeating:
        return named
    other = [one.name for one in series if types.get(one.name) == "id" and (one.name in columns or not _numbers(one))]
    return [*named, *(name for name in other if name not in named)]


def _adopted(key: str, cells: pl.Series) -> Finding:
    repeated = int(cells.drop_nulls().len() - cells.drop_nulls().n_unique())
    each = f"{repeated} rows repeat one of its values" if repeated else "each has its own value"
    said = f"{key} names the leads ({each}) and was adopted as the key: it goes with every score, and finds a lead to explain."
    return Finding("D133", "info", key, len(cells), said, "Name another with --id (key in [lead]), or exclude it.")


def _each_its_own(series: pl.Series, repeats: float) -> bool:
    filled = series.drop_nulls()
    if series.dtype == pl.String:
        if filled.head(100).str.contains(r"^\s*[+-]?\d*[.,]\d+\s*$").any():
            return False
        filled = filled.str.strip_chars()
        filled = filled.filter(~filled.str.to_lowercase().is_in(sorted(BLANK_WORDS)))
    elif not series.dtype.is_integer():
        return False
    return len(filled) >= FILLED * len(series) and filled.n_unique() >= (1 - repeats) * len(filled)


def _numbers(series: pl.Series) -> bool:
    return series.dtype.is_integer() or bool(series.cast(pl.String).drop_nulls().str.contains(r"^\s*\d*\s*$").all())
