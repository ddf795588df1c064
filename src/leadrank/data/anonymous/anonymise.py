"""The table that a model learns from, without what names a lead: keys as keyed hashes, no identifiers, no free texts, dates to the month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from leadrank.data.anonymous.revealing import holds_keys, numbers_things, says_who
from leadrank.data.schema import ColumnSchema, Schema
from leadrank.data.set_aside import keyed_hash
from leadrank.frames import pl

LEAD = "lead"
"""The column with the keyed hash of a lead's key."""
_UNUSED = "the model does not use it"
_BY_TYPE = {"id": "it names rows", "text": "free text may say anything about anybody"}
_BY_ROLE = {"key": "it names the lead; a keyed hash stands for it", "order": "it gives the place of a row away"}


@dataclass(frozen=True, slots=True, eq=False)
class Anonymised:
    """A table to hand on.

    Attributes
    ----------
    frame
        The hash (`lead`, where there is a key), the columns kept, the outcome last; in the order of the hashes, which says nothing.
    who
        What names the lead of each row: the hash, and where there is no key the row.
    hashed
        The column with the hash.
    features
        The columns that the model may use.
    left_out
        Each column that is not there, with the reason.
    months
        Columns with dates, of which the month is kept.
    """

    frame: pl.DataFrame
    who: pl.Series
    hashed: str | None
    features: tuple[str, ...]
    left_out: dict[str, str]
    months: tuple[str, ...]


def anonymise(
    clean: pl.DataFrame, schema: Schema, columns: Sequence[str], outcome: pl.Series, *, secret: bytes, quarantined: Sequence[str] = (),
    foreign: Collection[str] = (),
) -> Anonymised:
    """Take out what names a lead.

    Dropping identifiers does not make a table anonymous: what is left may be as rare as a name. `find_rare` counts that.

    Parameters
    ----------
    clean
        A table as `clean_frame` gives it.
    schema
        Its columns.
    columns
        Those that the model may use.
    outcome
        The outcome, aligned with the rows, under its own name.
    secret
        The key of the hashes: HMAC-SHA256 of the lead's key, 32 hexadecimal digits. Rows without a key are hashed by their place.
    quarantined
        Columns that were set aside because they seem to know the outcome.
    foreign
        Columns that hold keys of other tables: those that number things are left out.

    Examples
    --------
    >>> schema = Schema((ColumnSchema("ID", "id", "key"), ColumnSchema("Seen", "date"), ColumnSchema("Note", "text")))
    >>> from datetime import datetime
    >>> frame = pl.DataFrame({"ID": ["a-7"], "Seen": [datetime(2024, 5, 17)], "Note": ["call Ann"]})
    >>> made = anonymise(frame, schema, ["Seen", "Note"], pl.Series("won", [1]), secret=b"sixteen bytes...")
    >>> made.frame["Seen"].to_list(), made.left_out["Note"], made.frame["lead"][0] == "a-7"
    ([datetime.date(2024, 5, 1)], 'free text may say anything about anybody', False)
    """
    key = next((c.name for c in schema.columns if c.role == "key"), None)
    own = pl.Series([None] * clean.height, dtype=pl.String) if key is None else clean.get_column(key).cast(pl.String)
    left_out = {c.name: why for c in schema.columns if c.name != outcome.name and (why := _reason(c, clean, columns, own, quarantined))}
    named = [name for name in foreign if name in clean.columns and name not in left_out and name != outcome.name]
    left_out |= {name: "it names a thing of another table" for name in named if numbers_things(clean.get_column(name))}
    kept = [c.name for c in schema.columns if c.name not in left_out and c.name != outcome.name]
    months = tuple(name for name in kept if clean.schema[name].is_temporal())
    cells = [clean.get_column(name).dt.date().dt.truncate("1mo") if name in months else clean.get_column(name) for name in kept]
    who = pl.Series(LEAD, [keyed_hash(secret, f"row {i}" if name is None else name) for i, name in enumerate(own)], dtype=pl.String)
    hashed = None if key is None else _free(LEAD, [*kept, outcome.name])
    frame = pl.DataFrame([*([] if hashed is None else [who.alias(hashed)]), *cells, outcome])
    order = who.to_frame().with_row_index("row").sort(LEAD, "row")["row"]
    return Anonymised(frame[order], who[order], hashed, tuple(name for name in kept if name in columns), left_out, months)


def only_columns(made: Anonymised, names: Sequence[str], why: str) -> Anonymised:
    """Leave out all columns that may enter a model but those named, for a reason."""
    gone = [name for name in made.features if name not in names]
    return replace(
        made, frame=made.frame.drop(gone), features=tuple(name for name in made.features if name in names),
        left_out=made.left_out | dict.fromkeys(gone, why), months=tuple(name for name in made.months if name not in gone),
    )


def _reason(column: ColumnSchema, clean: pl.DataFrame, columns: Sequence[str], own: pl.Series, quarantined: Sequence[str]) -> str:
    """Say why a column is left out, or return an empty text."""
    if column.name in quarantined:
        return "it seems to know the outcome"
    dated = column.role in {"order", "created_at"} and column.type == "date"
    if column.role in _BY_ROLE and not dated:
        return _BY_ROLE[column.role]
    if column.type in _BY_TYPE:
        return _BY_TYPE[column.type]
    if column.name not in columns and not dated:
        return _UNUSED
    cells = clean.get_column(column.name)
    return says_who(cells) or ("its cells hold keys of leads" if holds_keys(cells, own) else "")


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_hash"
    return name
