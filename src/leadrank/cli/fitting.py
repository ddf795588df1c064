"""Whether what was given to a bundle is what it learned from: one table of leads, or several tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadrank.cli.gather import is_database
from leadrank.errors import UsageError

if TYPE_CHECKING:
    from leadrank.bundle import Bundle


def check_source(source: str, bundle: Bundle, *, at: str | None = None, everyone: bool = False) -> None:
    """Refuse one table where the bundle needs several, several where it needs one, and flags that would do nothing.

    Raises
    ------
    UsageError
        They do not fit.
    """
    project_file, folder, database = source.endswith(".toml"), Path(source).is_dir(), is_database(source)
    if bundle.origin is not None:
        if not (project_file or folder or database):
            if not Path(source).exists():
                raise UsageError(f"{source} is not there.", "Give the project file, the folder or the database of the tables.")
            raise UsageError(
                "This bundle learned from several tables: give the project file, their folder or their database.",
                f"Its tables: {', '.join(bundle.origin.tidier.schemas)}; {source} is one table.",
            )
        return
    if project_file or folder:
        what = "a project file" if project_file else "a folder"
        raise UsageError(f"This bundle takes one table of leads; {source} is {what}.", "Give the table itself.")
    flag = "--at" if at is not None else "--all" if everyone else None
    if flag is not None:
        raise UsageError(f"{flag} belongs to a bundle that learned from several tables; this one takes one, and scores every row.", "Leave it out.")
