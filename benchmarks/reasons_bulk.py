"""Measures exact reasons for many leads beside CatBoost's ShapValues and LightGBM's contributions.

    python -m benchmarks.reasons_bulk

The peers give contributions of their own models, as many trees; ours gives contributions, and then the three largest of each lead as a sentence.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from benchmarks.bulk import Row, _in_turns, _row
from benchmarks.peers import catboost_path, lightgbm_path
from benchmarks.rows import FEATURES, LABELS, bundle_of, parquet_of

from leadrank.score import Scorer

PART = 12_500
LIGHTGBM_ROWS = 2_000
"""So few, since they take a millisecond each; its rate does not depend on how many there are."""


def measure(rows: int = 100_000) -> list[Row]:
    """Measure all; a row per goal: what, ours, peer, ratio, goal, unit, note."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        scorer = Scorer(bundle_of(folder))
        leads = pl.read_parquet(parquet_of(folder, rows))
        X = scorer._batch(leads)[0].X
        codes, model, _ = catboost_path()
        light_codes, booster, _ = lightgbm_path()
        plain, some = codes.matrix(_dictionaries(leads), np.float32), light_codes.matrix(_dictionaries(leads[:LIGHTGBM_ROWS]), np.float64)
        found: list[Row] = []
        for threads in (1, 2):
            bare, told, cat, light = _in_turns([
                lambda threads=threads: _by_parts(scorer.bundle.model.predictor.contributions, X.take, rows, threads),
                lambda threads=threads: _by_parts(lambda part: scorer.part(part, reasons=3), leads.__getitem__, rows, threads),
                lambda threads=threads: _shap_values(model, plain, threads),
                lambda threads=threads: booster.predict(some, pred_contrib=True, num_threads=threads),
            ], turns=2)
            said = f"exact reasons, {rows:,} rows, {threads} thread{'s' * (threads > 1)}"
            light_rate = len(some) / light
            found += [
                _row(f"{said}, contributions beside CatBoost's ShapValues", rows / bare, rows / cat, 6, "the peer's categories are plain codes"),
                _row(f"{said}, contributions beside LightGBM's", rows / bare, light_rate, 150, f"the peer on {len(some):,} rows"),
                _row(f"{said}, raw rows to sentences beside CatBoost's ShapValues", rows / told, rows / cat, 6, "scored, decided, top 3 in words"),
                _row(f"{said}, raw rows to sentences beside LightGBM's", rows / told, light_rate, 150, "the same"),
            ]
        return found


def _by_parts(work: Callable[[Any], Any], take: Callable[[Any], Any], rows: int, threads: int) -> None:
    """Do a part after the other, as many at a time as there are threads, as files are scored."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda at: work(take(np.arange(at, min(at + PART, rows)))), range(0, rows, PART)))


def _shap_values(model: Any, X: Any, threads: int) -> None:
    import catboost

    data = catboost.FeaturesData(num_feature_data=np.ascontiguousarray(X, dtype=np.float32))
    model.get_feature_importance(data=catboost.Pool(data), type="ShapValues", thread_count=threads)


def _dictionaries(leads: pl.DataFrame) -> Any:
    import pyarrow as pa

    table = leads.select(*FEATURES, *LABELS).to_arrow()
    return pa.table({name: table[name].dictionary_encode() if name in LABELS else table[name] for name in table.column_names})


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1, ensure_ascii=False))
