"""What people are told about a training table that leaves the house: what is in it, and who could still be found."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadrank.data import Anonymised, Rare

SHOWN = 4
"""Columns that the report names as the worst."""
HINTED = 12
"""From so many different values on, coarser ones are advised."""


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """What was written, and what was counted in it; `blanked` are the cells that suppression took from each column."""

    made: Anonymised
    rare: Rare
    blanked: dict[str, int]
    suppressed: bool
    key_kept: bool

    @property
    def shared(self) -> bool:
        """Whether nobody stands out by the columns counted, and nobody can make the hashes again."""
        return self.rare.reached and bool(self.rare.columns) and not self.key_kept


def document(told: Exported) -> dict[str, Any]:
    """Return what `--json` prints."""
    made, rare = told.made, told.rare
    return {
        "rows": rare.rows, "features": list(made.features), "left_out": made.left_out, "months": list(made.months),
        "hashed": made.hashed, "key": "kept" if told.key_kept else "thrown away", "blanked": told.blanked,
        "status": "k-anonymous over the columns counted" if told.shared else "pseudonymised",
        "rare": asdict(rare) | {"reached": rare.reached}, "suggestions": suggestions(told),
    }


def words(told: Exported) -> str:
    """Tell people."""
    made, rare = told.made, told.rare
    lines = [f"{rare.rows:,} rows with {len(made.features)} features and the outcome."]
    lines.append(_keys(told))
    reasons: dict[str, list[str]] = {}
    for name, why in made.left_out.items():
        reasons.setdefault(why, []).append(name)
    lines += [f"Left out, since {why}: {_listed(names)}." for why, names in reasons.items()]
    if made.months:
        lines.append(f"Only the month is kept of {_listed(made.months)}.")
    if told.blanked:
        lines.append(f"Blanked so that nobody stands out: {', '.join(f'{n:,} cells of {name}' for name, n in told.blanked.items())}.")
    return "\n".join([*lines, *_counted(rare), *suggestions(told), _verdict(told)])


def _keys(told: Exported) -> str:
    if told.made.hashed is None:
        return "The table has no key: its rows stand in random order."
    if told.key_kept:
        return "Keys are hashed with your key: whoever has it can make the hashes of known keys and find their rows."
    return "Keys are hashed with a key that was made for this file and is thrown away now: no other file can be joined to it."


def _counted(rare: Rare) -> list[str]:
    if not rare.columns:
        return ["No column was recognised by which a person could be found; name some with --quasi COL."]
    share = f"{rare.below:,} of {rare.rows:,} rows ({rare.below / max(rare.rows, 1):.1%})"
    lines = [
        f"Counted over {_listed(rare.columns)}: {share} have a combination that fewer than {rare.k} leads share.",
        f"{rare.unique:,} of them have one that nobody shares; the smallest of {rare.groups:,} groups has {rare.smallest:,}.",
    ]
    if rare.below:
        lines += [f"  {t.column}: {t.values:,} values; alone it gives {t.alone:,} rows away, without it {t.without:,} would be left."
                  for t in rare.worst[:SHOWN]]
    if rare.one_outcome:
        lines.append(f"{rare.one_outcome:,} rows are in groups of {rare.k} or more in which all have the same outcome: the group tells it.")
    return lines


def suggestions(told: Exported) -> list[str]:
    """Say what would help."""
    rare, made = told.rare, told.made
    said = []
    if rare.below:
        worst, coarser = rare.worst[0], "put it in coarser bands or groups, or "
        said.append(f"What helps most: {worst.column}; {coarser * (worst.values > HINTED)}leave it out with --exclude {shlex.quote(worst.column)}.")
    if rare.below and not told.suppressed:
        said.append(f"--suppress puts numbers among these columns in bands and blanks rare cells until every combination is shared by {rare.k}.")
    single = [name for name in rare.nearly_unique if name in made.features]
    if single:
        said.append(f"Most rows have a value of their own in {_listed(single)}: whoever knows one finds the row. --quasi COL counts it too.")
    return said


def _verdict(told: Exported) -> str:
    rare = told.rare
    if told.shared:
        others = len(told.made.features) - sum(name in rare.columns for name in told.made.features)
        return (f"Every combination of the columns counted is shared by {rare.k} leads or more. This holds against somebody who knows these "
                f"columns of a person and none of the {others} others; it is no proof that the table is anonymous.")
    return ("This table is pseudonymised, not anonymous: it is still personal data (GDPR, Art. 4(5) and recital 26). Dropping identifiers does not "
            "anonymise.")


def _listed(names: tuple[str, ...] | list[str], most: int = 8) -> str:
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"
