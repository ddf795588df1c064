"""What others would write by hand for the same work: pyarrow's dictionaries, a booster, and the same decision written to Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from benchmarks.rows import DEPTH, FEATURES, LABELS, TREES, training_rows

COST, HIGH, MEDIUM = 75.0, 0.5, 0.2
Predict = Callable[[Any, int], Any]


class Codes:
    """Labels to whole numbers, by the distinct values of the training rows; a dictionary is looked up, never a row."""

    def __init__(self, leads: pl.DataFrame) -> None:
        self.known = {name: {level: k for k, level in enumerate(leads[name].drop_nulls().unique().sort().to_list())} for name in LABELS}

    def matrix(self, table: pa.Table, dtype: Any) -> Any:
        """Return the features as one matrix, column after column."""
        X = np.empty((table.num_rows, len(FEATURES) + len(LABELS)), dtype=dtype, order="F")
        for j, name in enumerate(FEATURES):
            X[:, j] = table[name].to_numpy()
        for j, name in enumerate(LABELS, len(FEATURES)):
            column = table[name].unify_dictionaries().combine_chunks()
            column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
            codes = np.array([*(self.known[name].get(v, -1) for v in column.dictionary.to_pylist()), -1], dtype=dtype)
            X[:, j] = codes[pc.fill_null(column.indices, len(codes) - 1).to_numpy()]
        return X


def lightgbm_path() -> tuple[Codes, Any, Predict]:
    """Fit LightGBM on the same rows, with as many trees of 31 leaves."""
    import lightgbm

    leads = training_rows()
    codes = Codes(leads)
    X, y = codes.matrix(_arrow(leads), np.float64), (leads["converted"] == "yes").to_numpy().astype(int)
    options = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.06, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(options, lightgbm.Dataset(X, y), TREES)
    return codes, booster, lambda X, threads: booster.predict(X, num_threads=threads)


def catboost_path() -> tuple[Codes, Any, Predict]:
    """Fit CatBoost on the same rows with the codes as numbers: its fastest form, and less exact than with categories."""
    import catboost

    leads = training_rows()
    codes = Codes(leads)
    X, y = codes.matrix(_arrow(leads), np.float32), (leads["converted"] == "yes").to_numpy().astype(int)
    options = {"iterations": TREES, "depth": DEPTH, "learning_rate": 0.06, "thread_count": 1, "allow_writing_files": False, "logging_level": "Silent"}
    model = catboost.CatBoostClassifier(**options).fit(X, y)

    def predict(X: Any, threads: int) -> Any:
        data = catboost.FeaturesData(num_feature_data=np.ascontiguousarray(X, dtype=np.float32))
        return model.predict(catboost.Pool(data), prediction_type="Probability", thread_count=threads)[:, 1]

    return codes, model, predict


def score_by_hand(source: Path, target: Path, codes: Codes, predict: Predict, dtype: Any, threads: int) -> None:
    """Read, encode, predict, decide and write: key, probability, tier, decision, expected profit."""
    pa.set_cpu_count(threads)
    table = pq.read_table(source, columns=["lead_id", *FEATURES, *LABELS], read_dictionary=list(LABELS), use_threads=threads > 1)
    X = codes.matrix(table, dtype)
    p = predict(X, threads)
    value = X[:, FEATURES.index("deal_value")].astype(np.float64)
    profit = p * value - COST
    tier = pa.DictionaryArray.from_arrays(((p < HIGH).astype(np.int8) + (p < MEDIUM)).astype(np.int8), ["High", "Medium", "Low"])
    out = {"lead_id": table["lead_id"], "probability": p, "tier": tier, "contact": profit > 0, "expected_profit": profit}
    pq.write_table(pa.table(out), target)


def _arrow(leads: pl.DataFrame) -> pa.Table:
    table = leads.select(*FEATURES, *LABELS).to_arrow()
    return pa.table({n: table[n].dictionary_encode() if n in LABELS else table[n] for n in table.column_names})
