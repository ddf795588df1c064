"""Measures what is foretold of the youngest leads, whose outcome is still open, on simulated histories whose truth is known.

    python benchmarks/delay_campaign.py --seeds 3 -o benchmarks/delay_campaign.json

A history of three years is cut off at twelve past dates, a month apart. Of the leads created in the last 30 days before the cut it is
foretold how many convert by day 30, and compared with what came: (a) where "not yet" is taken for no, (b) where only leads whose outcome is
final are learned from, (c) where besides the timing of all leads tells how the level has moved since.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank import labels, models
from leadrank.project import Project, parse_project
from leadrank.types import BoolArray, FloatArray, IntArray

START = datetime(2022, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC
DAYS, HORIZON, YOUNG, CUTS = 1095, 30.0, 30.0, 12
DRIFTS = ("rising", "falling", "wandering", "steady")
FIRST_SEED = 40_000
WAYS = ("naive", "mature", "ours")


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Simulated leads: fields, days of creation and of conversion (inf: never), true probability by the horizon and of ever converting."""

    x: FloatArray
    created: FloatArray
    delay: FloatArray
    probability: FloatArray
    ever: FloatArray


@dataclass(frozen=True, slots=True)
class Cut:
    """What was foretold of the youngest leads at one cut, and what came."""

    day: float
    leads: int
    came: int
    true: float
    ever_true: float
    ever: float
    naive: float
    mature: float
    ours: float
    with_seen: float
    level: float
    level_error: float


def history(seed: int, drift: str, per_day: float = 25.0) -> History:
    """Simulate leads with growing volume, changing channels, a base rate that drifts, and good leads that are quicker."""
    rng = np.random.default_rng(seed)
    count = int(DAYS * per_day * 2)
    # The density of creation rises to three times its start.
    created = np.sort(DAYS * (np.sqrt(1 + 8 * rng.random(count)) - 1) / 2)
    t = created / DAYS
    x = rng.normal(size=(count, 4))
    x[:, 3] = rng.random(count) < 0.2 + 0.5 * t
    walk = np.interp(created, np.linspace(0, DAYS, 37), np.cumsum(rng.normal(0, 0.15, 37)))
    moved = {"rising": 1.2 * t, "falling": -1.2 * t, "wandering": walk, "steady": 0 * t}[drift] + 0.2 * np.sin(2 * np.pi * 3 * t)
    lead = x @ np.array([0.7, 0.5, -0.4, 0.6])
    ever = models.sigmoid(-1.9 + lead + moved)
    pace = np.exp(2.5 - 0.2 * lead)
    delay = pace * np.exp(0.9 * rng.normal(size=count))
    comes = rng.random(count) < ever
    return History(x, created, np.where(comes, delay, np.inf), ever * _normal((np.log(HORIZON) - np.log(pace)) / 0.9), ever)


def _normal(z: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def project() -> Project:
    """Declare the tables: a sale is written down a day or two late."""
    return parse_project({
        "lead": {"key": "id", "created_at": "created"},
        "event": [{"table": "sales", "key": "id", "occurred_at": "sold", "known_at": "written"}],
        "target": {"event": "sales", "within": HORIZON},
    })


def tables(past: History, seed: int) -> dict[str, pl.DataFrame]:
    """Write the history as tables."""
    sold = np.isfinite(past.delay)
    at = past.created + np.where(sold, past.delay, 0.0)
    late = np.random.default_rng(seed + 1).exponential(1.0, len(at))
    ids = pl.Series("id", np.arange(len(at))).cast(pl.String)
    return {
        "lead": pl.DataFrame({"id": ids, "created": _moments(past.created)}),
        "sales": pl.DataFrame({"id": ids, "sold": _moments(at), "written": _moments(at + late)}).filter(pl.Series(sold)),
    }


def _moments(days: FloatArray) -> pl.Series:
    start = pl.Series([START]).cast(pl.Datetime("us"))
    return start.new_from_index(0, len(days)) + pl.Series((days * 86_400e6).astype(np.int64)).cast(pl.Duration("us"))


def cut(past: History, declared: Project, written: dict[str, pl.DataFrame], day: float) -> Cut:
    """Look at the history as it was known on one day; what was learned from and the youngest leads come from that view alone."""
    rows = np.flatnonzero(past.created <= day)
    until = START + timedelta(days=day)
    frame = pl.DataFrame({"lead": rows, "at": written["lead"]["created"].gather(rows)})
    ahead = labels.look_ahead(declared, written, frame, until=until)
    x, created = past.x[rows], past.created[rows]
    final, young = labels.settled(ahead), created > day - YOUNG
    odds, of_young = _odds(x, ahead.y, final, young)
    naive = _learned(x, np.where(ahead.y == 1, 1, 0)).decision_function(x[young])
    timing = models.fit_timing(odds, ahead.days, ahead.converted, horizon=HORIZON, cohort=created)
    p = models.sigmoid(of_young)
    level = models.at_level(timing, p)
    seen = ahead.y[young] == 1
    rest = models.given_not_yet(timing, level, day - created[young], HORIZON)
    return Cut(
        day, int(young.sum()), int((past.delay[rows][young] <= HORIZON).sum()), float(past.probability[rows][young].sum()),
        float(past.ever[rows][young].sum()), float(models.ever(timing, level).sum()), float(models.sigmoid(naive).sum()), float(p.sum()),
        float(level.sum()), float(np.where(seen, 1.0, rest).sum()), timing.level, timing.level_error,
    )


def _odds(x: FloatArray, y: IntArray, learned: BoolArray, young: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return log-odds of all rows, those learned from out of fold, and those of the young rows by a model of all that were learned from."""
    fold = np.random.default_rng(0).integers(5, size=len(y))
    whole = _learned(x[learned], y[learned])
    odds = whole.decision_function(x)
    for k in range(5):
        held = learned & (fold == k)
        odds[held] = _learned(x[learned & (fold != k)], y[learned & (fold != k)]).decision_function(x[held])
    return odds, whole.decision_function(x[young])


def _learned(x: FloatArray, y: IntArray) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(x, y)


def campaign(seeds: Sequence[int], drifts: Sequence[str] = DRIFTS, *, cuts: int = CUTS, per_day: float = 25.0) -> list[dict[str, object]]:
    """Run every drift with every seed."""
    declared, found = project(), []
    for drift in drifts:
        for seed in seeds:
            past = history(seed, drift, per_day)
            written = tables(past, seed)
            days = [DAYS - 45.0 - 30.0 * k for k in reversed(range(cuts))]
            found.append({"drift": drift, "seed": seed, "cuts": [asdict(cut(past, declared, written, day)) for day in days]})
    return found


def summed(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Put a campaign into figures: relative errors against what came, and in how many of the cuts ours is nearer."""
    return {f"{one['drift']} {one['seed']}": figures(one["cuts"]) for one in found}  # type: ignore[arg-type]


def figures(cuts: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the figures of one history's cuts."""
    off = {way: np.array([abs(c[way] / c["came"] - 1) for c in cuts]) for way in (*WAYS, "with_seen", "true")}
    ever = np.array([abs(c["ever"] / c["ever_true"] - 1) for c in cuts])
    truth = np.array([abs(c["ours"] / c["true"] - 1) for c in cuts])
    return {
        **{f"error_{way}": float(values.mean()) for way, values in off.items()}, "error_against_probability": float(truth.mean()),
        "error_ever": float(ever.mean()), "within_10_percent": int((off["ours"] <= 0.1).sum()),
        "better_than_naive": int((off["ours"] < off["naive"]).sum()), "better_than_mature": int((off["ours"] < off["mature"]).sum()),
        "with_seen_better_than_mature": int((off["with_seen"] < off["mature"]).sum()), "cuts": len(cuts),
    }


def rounded(value: Any) -> Any:
    """Keep four decimals of every number."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def main() -> None:
    """Run and write the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("-o", "--out", type=Path)
    given = asked.parse_args()
    start = time.perf_counter()
    found = campaign(range(FIRST_SEED, FIRST_SEED + given.seeds))
    summary = summed(found)
    for name, one in summary.items():
        print(name, json.dumps({k: round(v, 4) for k, v in one.items()}), file=sys.stderr)  # type: ignore[attr-defined]
    if given.out is not None:
        spent = round(time.perf_counter() - start, 1)
        given.out.write_text(json.dumps(rounded({"seconds": spent, "summary": summary, "runs": found}), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
