"""Keys that match across tables, and those that nearly do: repaired where only one key can be meant, and said."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.data.relations.declared import Link
from leadrank.data.relations.key_texts import near_forms
from leadrank.frames import pl

REMEMBERED = 1_000
"""Repairs of one relation that are remembered; more are a rule, and follow from the tables again."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """Keys of a table that are written otherwise in the table that they name (`of`): what stands there, and what is meant."""

    table: str
    columns: tuple[str, ...]
    of: str
    meant: tuple[tuple[Key, Key], ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """How the keys of one relation match.

    Attributes
    ----------
    frame
        The table with its repaired keys.
    repaired, ambiguous, orphans
        Columns `k0…` of keys as they stand and `cells`, their rows; `repaired` also has `m0…`, the keys that are meant, `ambiguous` has
        `choices`, how many could be.
    keys
        Different keys after the repair, columns `k0…`.
    """

    frame: pl.DataFrame
    repaired: pl.DataFrame
    ambiguous: pl.DataFrame
    orphans: pl.DataFrame
    keys: pl.DataFrame


def match_keys(frame: pl.DataFrame, link: Link, parent: pl.DataFrame, learned: Repair | None = None) -> Matched:
    """Match the keys of a table with those that they name, and repair near misses.

    A key that is not there is taken for another when it differs only by case, or else only by case, spaces, marks and leading zeros, and no
    other key could be meant.

    Parameters
    ----------
    frame
        The table, its keys as `key_texts` writes them.
    link
        Its columns, and those of the other table.
    parent
        The other table.
    learned
        What training repaired; it comes first.
    """
    places = [f"k{i}" for i in range(len(link.columns))]
    own = _keys(frame, link.columns).group_by(places).len("cells")
    theirs = _keys(parent, link.by).unique()
    missing = own.join(theirs, on=places, how="anti")
    if not missing.height:
        nothing = missing.clear()
        return Matched(frame, nothing.with_columns(_renamed(places)), nothing.with_columns(choices=pl.lit(0)), nothing, own.select(places))
    known, left = _as_learned(missing, learned, places)
    repaired = [known]
    choices = left.select(places).with_columns(choices=pl.lit(0, pl.Int64))
    for form in range(2):
        near = _near(left, theirs, places, form)
        repaired.append(near.filter(pl.col("choices") == 1).select(*missing.columns, *_meant(places)))
        choices = near.filter(pl.col("choices") > 1).select(*places, pl.col("choices").cast(pl.Int64)).unique()
        left = left.join(repaired[-1], on=places, how="anti")
    ambiguous = left.join(choices, on=places, how="inner").sort("cells", *places, descending=[True, *[False] * len(places)])
    orphans = left.sort("cells", *places, descending=[True, *[False] * len(places)])
    done = pl.concat(repaired).sort("cells", *places, descending=[True, *[False] * len(places)])
    keys = pl.concat([own.join(done, on=places, how="anti").select(places), done.select(_meant(places)).rename(lambda n: n.replace("m", "k"))])
    return Matched(_repaired(frame, link.columns, done, places), done, ambiguous, orphans, keys.unique())


def remembered(table: str, link: Link, matched: Matched) -> Repair | None:
    """Return the repairs that scoring must know; none for leads, whose keys belong in no bundle."""
    if link.of == "lead" or not matched.repaired.height:
        return None
    rows = matched.repaired.head(REMEMBERED)
    size = len(link.columns)
    pairs = rows.select([f"k{i}" for i in range(size)] + [f"m{i}" for i in range(size)]).rows()
    return Repair(table, link.columns, link.of, tuple((row[:size], row[size:]) for row in sorted(pairs)))


def _keys(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Take the key columns by place; rows that lack a part have no key."""
    return pl.DataFrame([frame[name].alias(f"k{i}") for i, name in enumerate(columns)]).drop_nulls()


def _meant(places: list[str]) -> list[str]:
    return [name.replace("k", "m") for name in places]


def _renamed(places: list[str]) -> list[pl.Expr]:
    return [pl.col(name).alias(name.replace("k", "m")) for name in places]


def _as_learned(missing: pl.DataFrame, learned: Repair | None, places: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    meant = _meant(places)
    rows = [(*stands, *means) for stands, means in learned.meant] if learned is not None else []
    known = pl.DataFrame(rows, schema=dict.fromkeys([*places, *meant], pl.String), orient="row")
    found = missing.join(known, on=places, how="inner").select(*missing.columns, *meant)
    return found, missing.join(known, on=places, how="anti")


def _near(left: pl.DataFrame, theirs: pl.DataFrame, places: list[str], form: int) -> pl.DataFrame:
    """Pair keys that look alike in a form; `choices` counts the keys that could be meant."""
    forms = [near_forms(name)[form].alias(name.replace("k", "f")) for name in places]
    on = [name.replace("k", "f") for name in places]
    known = theirs.with_columns(forms).rename(dict(zip(places, _meant(places), strict=True)))
    pairs = left.with_columns(forms).join(known, on=on, how="inner")
    return pairs.with_columns(choices=pl.len().over(places))


def _repaired(frame: pl.DataFrame, columns: tuple[str, ...], done: pl.DataFrame, places: list[str]) -> pl.DataFrame:
    if not done.height:
        return frame
    keys = pl.DataFrame([frame[name].alias(place) for name, place in zip(columns, places, strict=True)])
    found = keys.join(done.select(*places, *_meant(places)), on=places, how="left", maintain_order="left")
    return frame.with_columns([found[m].fill_null(frame[name]).alias(name) for name, m in zip(columns, _meant(places), strict=True)])
