"""Distinct simulated leads as a CRM would export them, and the models that the benchmarks compare, made once in a folder."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from leadrank.bundle import load_bundle, save_bundle
from leadrank.data import write_pieces
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.project import parse_project
from leadrank.train import train

NUMBERS = ("visits", "pages_viewed", "minutes_on_site", "emails_opened", "deal_value")
LABELS = (
    "source", "channel", "country", "company_size", "industry", "job_role", "planned_start", "need", "phone_given", "newsletter",
)
FEATURES = (*NUMBERS, "budget")
TREES, DEPTH = 400, 6
TRAINING_ROWS = 20_000


def typed(leads: pl.DataFrame) -> pl.DataFrame:
    """Give numbers and moments their types, as in an export to Parquet; labels stay text."""
    budget = leads["budget"].cast(pl.String).str.replace_all(r"[^0-9.]", "").cast(pl.Float64, strict=False)
    return leads.with_columns(
        pl.col("created_at").str.to_datetime(strict=False, time_unit="us"), budget.alias("budget"),
        *[pl.col(name).cast(pl.Float64, strict=False) for name in NUMBERS],
    )


def training_rows() -> pl.DataFrame:
    """Return the leads that all models learn from."""
    return typed(simulate("leads", rows=TRAINING_ROWS, seed=6).table)


def parquet_of(folder: Path, rows: int) -> Path:
    """Return a file of so many distinct leads, in the default layout of pyarrow's users: row groups of a million, dictionaries, snappy."""
    path = folder / f"leads-{rows}.parquet"
    if not path.exists():
        typed(simulate("leads", rows=rows, seed=5).table).write_parquet(path, compression="snappy", row_group_size=1_000_000)
    return path


def bundle_of(folder: Path, name: str = "leads.leadrank", *, trees: int = TREES) -> Path:
    """Return a bundle with one forest of CatBoost's trees."""
    path = folder / name
    if not path.exists():
        declared: dict[str, Any] = tomllib.loads(SIMULATIONS["leads"].project)
        settings = {"tune": False, "iterations": trees, "depth": DEPTH, "seeds": 1}
        declared["model"] = {"candidates": ["catboost"], "catboost": settings, "folds": 3, "trials": 1}
        save_bundle(train(parse_project(declared), training_rows(), clock=time.monotonic), path, version="benchmark")
    load_bundle(path)
    return path


def long_parquet_of(folder: Path, rows: int) -> Path:
    """Return a file of many millions of distinct leads: a simulated million, every column shuffled for itself, again and again."""
    path = folder / f"long-{rows}.parquet"
    if path.exists():
        return path
    leads = pl.read_parquet(parquet_of(folder, 1_000_000), columns=["lead_id", *FEATURES, *LABELS])

    def pieces() -> Iterator[pl.DataFrame]:
        for at in range(0, rows, leads.height):
            mixed = leads.select(pl.col(name).shuffle(seed=at + k) for k, name in enumerate(leads.columns))
            yield mixed.with_columns(lead_id=pl.format("M-{}", pl.int_range(at, at + leads.height)))[: rows - at]

    write_pieces(path, pieces(), lambda frame: frame)
    return path
