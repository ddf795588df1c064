"""Two models of the same leads, made once in a folder, and leads to be scored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rows import bundle_of, typed

from leadrank.data.simulations import simulate
from leadrank.score import Scorer

LEADS = 1000
NEWER_TREES = 300


@dataclass(frozen=True)
class Inputs:
    """A champion, one that will take its place, and leads as a CRM sends them, all fields given."""

    former: Path
    newer: Path
    leads: list[dict[str, Any]]


def inputs_of(folder: Path) -> Inputs:
    """Take the models that are there, and make the others."""
    former, newer = bundle_of(folder), bundle_of(folder, "newer.leadrank", trees=NEWER_TREES)
    table = typed(simulate("leads", rows=5 * LEADS, seed=9).table).select("lead_id", *Scorer(former).needed).drop_nulls()
    return Inputs(former, newer, table.head(LEADS).to_dicts())
