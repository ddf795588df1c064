"""What the columns of a table are called: tidy names, each once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count

from leadrank.data.words import tidy
from leadrank.types import Finding

Titles = dict[str, int]
"""Each name with the place of its column."""


def titles(names: Sequence[str], blank: Collection[int], rows: int) -> tuple[Titles, list[Finding]]:
    """Name the columns; leave out those that are nameless and without cells; number a name that stands again.

    Parameters
    ----------
    names
        As in the header.
    blank
        The places of nameless columns whose cells are all blank.
    rows
        How many there are, for what is said.

    Examples
    --------
    >>> titles(["a ", "", "a", ""], {1}, 2)[0]
    {'a': 0, 'a (2)': 2, 'column_4': 3}
    """
    named, findings, tidied = [], list[Finding](), [tidy(name) for name in names]
    for at, name in enumerate(tidied):
        if name:
            named.append((name, at))
        elif at in blank:
            findings.append(Finding("D103", "info", None, rows, f"Column {at + 1} has no name and no cells; it was left out.", "Nothing to do."))
        else:
            said = f"Column {at + 1} has cells and no name; it is called column_{at + 1}."
            named.append((f"column_{at + 1}", at))
            findings.append(Finding("D103", "warning", f"column_{at + 1}", rows, said, "Name it in the header."))
    found, repeated = _numbered(named, rows)
    return found, [*findings, *repeated]


def _numbered(named: Sequence[tuple[str, int]], rows: int) -> tuple[Titles, list[Finding]]:
    """Call the second column of a name `name (2)`, so that each is looked at for itself."""
    taken, out, findings = {name for name, _ in named}, Titles(), []
    for name, at in named:
        called = name
        if name in out:
            called = next(f"{name} ({n})" for n in count(2) if f"{name} ({n})" not in taken)
            said = f"The header names {name!r} more than once; column {len(out) + 1} is called {called!r}."
            findings.append(Finding("D104", "warning", called, rows, said, "Rename or drop one of them, here and in the tables to score."))
            taken.add(called)
        out[called] = at
    return out, findings
