"""The fields that a lead is asked for: what the model reads of the lead itself, and what training saw of each."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.data import ColumnProfile
from leadrank.explain import number_text

KINDS = {"number": "number", "date": "date", "category": "category"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: how it is entered, and what training saw of it."""

    name: str
    id: str
    column: str
    kind: str
    levels: tuple[str, ...]
    hint: str
    description: str


def fields_of(bundle: Bundle) -> tuple[Field, ...]:
    """Return the fields of a lead, in the order of its table."""
    seen = {column.name: column for column in bundle.profile.columns}
    return tuple(_field(k, name, kind, seen.get(name)) for k, (name, kind) in enumerate(_wanted(bundle).items()))


def names_of(bundle: Bundle) -> tuple[str, ...]:
    """Name the columns that a table of leads should have, without the key."""
    return tuple(_wanted(bundle))


def _wanted(bundle: Bundle) -> dict[str, str]:
    """Return the columns with their types: of several tables those of the lead's own, since all else comes from its events."""
    terms = bundle.terms
    if bundle.origin is not None:
        return {c.name: c.type for c in bundle.origin.tidier.schemas["lead"].columns if c.role in {"feature", "id"} and c.name != terms.key}
    names = dict.fromkeys([*bundle.encoder.columns, *(c for c in (terms.value_column, terms.contact_cost_column) if c)])
    types = {column.name: column.type for column in bundle.schema.columns}
    return {name: types[name] for name in names if name in types and name != terms.key}


def _field(k: int, name: str, kind: str, seen: ColumnProfile | None) -> Field:
    shown = KINDS.get(kind, "text")
    levels = tuple(label for label, _ in seen.top) if seen is not None and shown == "category" else ()
    hint, description = ("", "") if seen is None else (_hint(seen, len(levels)), seen.description)
    return Field(f"f{k}", f"field-{k}", name, shown, levels, hint, description)


def _hint(column: ColumnProfile, shown: int) -> str:
    if column.minimum is not None and column.maximum is not None:
        return f"training saw {number_text(column.minimum)} to {number_text(column.maximum)}"
    if column.earliest and column.latest:
        return f"training saw {column.earliest[:10]} to {column.latest[:10]}"
    return f"{column.distinct:,} values in training" if column.distinct > shown else ""
