"""The verbs of the library as a user types them: the recipes with the clock, the version and the table's place filled in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadrank import bundle as waist
from leadrank import data
from leadrank.errors import UsageError
from leadrank.frames import pl
from leadrank.history import history_of
from leadrank.project import Project
from leadrank.train import train as learn

if TYPE_CHECKING:
    from leadrank.backtest import Backtest, Rolling


def read_tables(project: Project) -> pl.DataFrame | dict[str, pl.DataFrame]:
    """Read the table that a project names, or its several tables.

    Parameters
    ----------
    project
        As `read_project` gives it; `[lead] table` names a file or a database URL.

    Returns
    -------
    polars.DataFrame or dict
        Raw cells: text as it stands in a text file, typed values from Parquet and SQL. Several tables come by name, `lead` among them.

    Raises
    ------
    UsageError
        The project names no table.
    DataError
        The table is missing, empty, binary, or has no rows.
    """
    if project.lead.table is None:
        raise UsageError("the project names no table; `table` in [lead] was expected.", "Add it, or pass your own frame to `train`.")
    if project.relational:
        return {name: raw.frame for name, raw in data.read_project_tables(project).items()}
    return data.read_table(project.lead.table).frame


def train(project: Project, tables: Any, **options: Any) -> waist.Bundle:
    """Learn from past leads, and return all that scoring, deciding and explaining need.

    Parameters
    ----------
    project
        What is declared; its `model.budget` is the wall time of the whole.
    tables
        Past leads with their outcome: Polars, pandas or Arrow; or several tables by name, as `read_tables` gives them.
    options
        `started`, `at`, `salt`, `progress` of `leadrank.train.train`.

    Returns
    -------
    Bundle
        Its `report` says how good the model is, beside simpler ones.

    Raises
    ------
    UsageError
        The project is none, or something that it declares does not fit the table.
    """
    if not isinstance(project, Project):
        raise UsageError(f"`train` expects a project first, {type(project).__name__} came.", "Read one: leadrank.read_project(\"leadrank.toml\").")
    return learn(project, tables, **({"clock": time.monotonic} | options))


def backtest(project: Project, tables: Any, *, rolling: Rolling | None = None, **options: Any) -> Backtest:
    """Roll the cutoff through time: train on what was known, score what came next, wait, judge.

    Parameters
    ----------
    project
        What is declared; its `model.budget` is the time of each training.
    tables
        Past leads with their outcome: Polars, pandas or Arrow; several tables by name, `lead` among them.
    rolling
        How the cutoff rolls; by default five periods through the newer half.
    options
        `policies`, `capacity`, `draws`, `progress` of `leadrank.backtest.roll.backtest`.

    Returns
    -------
    Backtest
        `leadrank.backtest.said` writes it as text.
    """
    from leadrank.backtest import Rolling, past_of, past_of_tables
    from leadrank.backtest import backtest as roll

    rolling = rolling or Rolling()
    if isinstance(tables, Mapping):
        frames = {name: data.as_polars(frame) for name, frame in tables.items()}
        past = past_of_tables(project, frames, history_of(project, frames), rolling)
    else:
        past = past_of(project, data.as_polars(tables), rolling)
    return roll(past, **({"clock": time.monotonic} | options))


def save_bundle(bundle: waist.Bundle, path: str | Path, *, key: bytes | None = None) -> None:
    """Write a bundle; the file appears whole or not at all. `key` signs it."""
    from leadrank import __version__

    waist.save_bundle(bundle, path, version=__version__, key=key)
