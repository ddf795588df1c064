"""Parts of a model that somebody made up are refused before a library reads them or memory is taken for them."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leadrank.models.catboost_blob import check_blob
from leadrank.models.catboost_forest import fit_forest, load_forest
from leadrank.models.flat_table import root
from leadrank.models.logistic import fit_logistic, load_logistic

Part = dict[str, Any]
SETTINGS: dict[str, dict[str, Any]] = {
    "symmetric": {"depth": 4, "max_ctr_complexity": 2}, "one-hot": {"depth": 3, "one_hot_max_size": 10, "max_ctr_complexity": 1},
    "stumps": {"depth": 1}, "lossguide": {"grow_policy": "Lossguide"}, "means": {"simple_ctr": ["BinarizedTargetMeanValue", "Buckets"]},
}


@pytest.fixture(scope="module", params=list(SETTINGS))
def blob(request: pytest.FixtureRequest, simulated: Any) -> bytes:
    X, y = simulated(300)
    return fit_forest(X, y, None, {"iterations": 8, **SETTINGS[request.param]}, 0).parts()["forest-0.cbm"]


def test_what_catboost_writes_passes(blob: bytes) -> None:
    check_blob(blob)


@pytest.mark.parametrize("keep", [0, 3, 7, 8, 200, -1])
def test_a_shortened_model_is_refused(blob: bytes, keep: int) -> None:
    with pytest.raises(ValueError, match=r"begin as one|shorter than it says|goes on after|are missing|ends too early"):
        check_blob(blob[:keep])


@pytest.mark.parametrize("spoil", [
    lambda b: b"CBM2" + b[4:], lambda b: b + b"\0", lambda b: b[:4] + struct.pack("<I", 2**32 - 1) + b[8:], lambda b: b[:8] + b"\xff" * 4 + b[12:],
])
def test_a_wrong_beginning_length_or_end_is_refused(blob: bytes, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ValueError, match=r"begin as one|shorter than it says|goes on after|was asked for"):
        check_blob(spoil(blob))


def _place(blob: bytes, slot: int) -> int:
    """Return where the first number of a vector of the trees stands in the file."""
    trees = root(blob[8:]).table(1)
    return 8 + trees._span(slot, "u1")[1]


@pytest.mark.parametrize(("slot", "value"), [(1, 10**6), (1, -1), (2, 60), (2, -1), (3, 7), (17, 0xFFFF)])
def test_a_tree_that_leads_outside_the_model_is_refused(blob: bytes, slot: int, value: int) -> None:
    """Splits, sizes, starts and packed splits: CatBoost takes them as they are, and may end the process."""
    spoilt = bytearray(blob)
    struct.pack_into("<i", spoilt, _place(blob, slot), value)
    with pytest.raises(ValueError, match=r"not there|as many|follow each other|packed splits"):
        load_forest({"forest-0.cbm": bytes(spoilt)})


def test_a_leaf_that_holds_no_number_is_refused(blob: bytes) -> None:
    spoilt = bytearray(blob)
    struct.pack_into("<d", spoilt, _place(blob, 8), float("nan"))
    with pytest.raises(ValueError, match="a leaf holds no number"):
        check_blob(bytes(spoilt))


def test_any_change_is_refused_or_leaves_every_count_in_bounds(blob: bytes) -> None:
    """Nothing but a ValueError comes out of the check, whatever byte is changed."""
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(400):
        spoilt = bytearray(blob)
        struct.pack_into("<I", spoilt, int(rng.integers(8, len(blob) - 4)), int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1, rng.integers(2**32)])))
        try:
            check_blob(bytes(spoilt))
        except ValueError:
            refused += 1
    assert refused > 40


def _category_table(blob: bytes) -> int:
    core = struct.unpack_from("<I", blob, 4)[0]
    return 8 + core + 8


def test_a_table_of_categories_that_points_outside_itself_is_refused(simulated: Any) -> None:
    X, y = simulated(300)
    blob = fit_forest(X, y, None, {"iterations": 8, "depth": 4}, 0).parts()["forest-0.cbm"]
    at = _category_table(blob)
    table = root(blob[at:])
    raw, entries = at + table._span(1, "u1")[1], table.text(1)
    taken = next(k for k in range(0, len(entries), 12) if entries[k : k + 8] != b"\xff" * 8)
    spoilt = bytearray(blob)
    struct.pack_into("<I", spoilt, raw + taken + 8, 10**6)
    with pytest.raises(ValueError, match="points outside itself"):
        check_blob(bytes(spoilt))
    full = bytearray(blob)
    for k in range(0, len(entries), 12):
        struct.pack_into("<QI", full, raw + k, 7, 0)
    with pytest.raises(ValueError, match="cannot be searched"):
        check_blob(bytes(full))


@pytest.fixture(scope="module")
def linear(simulated: Any) -> Part:
    X, y = simulated(300)
    part: Part = json.loads(fit_logistic(X, y, None, {}, 0).parts()["linear.json"])
    return part


def _load(part: Part) -> None:
    load_logistic({"linear.json": json.dumps(part).encode()})


def _changed(part: Part, *path: str | int, to: Any) -> Part:
    made: Part = json.loads(json.dumps(part))
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return made


@pytest.mark.parametrize(("path", "to", "said"), [
    (("design", "levels", 0, "width"), 10**9, "are spread over"), (("design", "levels", 0, "width"), 0, "are spread over"),
    (("design", "levels", 0, "column_of", 0), 99, "belongs to none"), (("design", "levels", 0, "column_of", 0), -1, "belongs to none"),
    (("design", "levels", 0, "column_of"), [0], "levels have 1 columns"), (("design", "numbers", 0, "knots", 0), 1e300, "knots do not rise"),
    (("design", "numbers", 0, "knots", 0), float("nan"), "NaN is not JSON"), (("design", "numbers", 0, "fill"), float("inf"), "Infinity is not JSON"),
    (("weights",), [0.0], "have 1 weights"), (("means",), [], "0 means"), (("weights", 0), float("nan"), "NaN is not JSON"),
    (("intercept",), float("inf"), "Infinity is not JSON"), (("weights", 0), "1", "at weights.0: a number was expected; a text came"),
])
def test_a_forged_linear_model_is_refused(linear: Part, path: tuple[str | int, ...], to: Any, said: str) -> None:
    _load(linear)
    width = linear["design"]["levels"][0]["width"]
    assert width <= 10
    spoilt = _changed(linear, *path, to=[0] if said == "levels have 1 columns" else to)
    if said == "levels have 1 columns":
        spoilt["design"]["levels"][0]["width"] = 1
    with pytest.raises(ValueError, match=said):
        _load(spoilt)


SURVIVE = """
import resource, signal, struct, sys
import catboost, numpy as np
from leadrank.models.catboost_blob import check_blob
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
signal.alarm(120)
blob, passed = open(sys.argv[1], "rb").read(), 0
rows = catboost.Pool(catboost.FeaturesData(
    num_feature_data=np.zeros((20, 3), np.float32), cat_feature_data=np.full((20, 2), b"2", dtype=object),
    num_feature_names=["n0", "n1", "n2"], cat_feature_names=["c0", "c1"],
))
for seed in range(200):
    rng, spoilt = np.random.default_rng(seed), bytearray(blob)
    for place in rng.integers(2, len(blob) // 4, size=2):
        struct.pack_into("<I", spoilt, 4 * int(place), int(rng.choice([0, 1, 2**31 - 1, rng.integers(2**32), rng.integers(100)])))
    try:
        check_blob(bytes(spoilt))
        passed += 1
        model = catboost.CatBoost()
        model.load_model(blob=bytes(spoilt))
        model.predict(rows, prediction_type="RawFormulaVal", thread_count=1)
    except (ValueError, KeyError, MemoryError, catboost.CatBoostError):
        pass
print(passed)
"""


def test_a_forged_model_that_passes_does_not_end_the_process(blob: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.cbm").write_bytes(blob)
    done = subprocess.run([sys.executable, "-c", SURVIVE, str(tmp_path / "model.cbm")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert 0 < int(done.stdout) < 200


def test_a_forest_without_trees_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="no forest"):
        load_forest({})
