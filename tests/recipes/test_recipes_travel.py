"""A scorer and a bundle can be copied and sent to another process, and score there as they do here."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251 - a bundle file never is, but multiprocessing and Spark send objects so
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from leadrank.bundle import load_bundle, save_bundle
from leadrank.score import Scorer


def sent(given: Any) -> Any:
    return pickle.loads(pickle.dumps(given))  # noqa: S301 - it was made in the line itself


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, sent])
@pytest.mark.parametrize("kind", ["logistic", "catboost", "ordered catboost", "distilled blend", "lightgbm"])
def test_a_copy_scores_the_same(trained, leads, tmp_path, kind, again: Callable[[Any], Any]):
    fresh = trained(kind)
    save_bundle(fresh, tmp_path / "b.leadrank", version="0.1.0")
    table = leads(30, 5)
    lead = table.row(0, named=True)
    for bundle in (fresh, load_bundle(tmp_path / "b.leadrank")):
        scorer, other = Scorer(bundle), again(bundle)
        assert (other.identity, other.report, other.findings) == (bundle.identity, bundle.report, bundle.findings)
        for made in (Scorer(other), again(scorer)):
            assert made.one(lead, reasons=3) == scorer.one(lead, reasons=3)
            assert made.many(table, reasons=3).equals(scorer.many(table, reasons=3))


def test_another_process_scores_the_same(trained, leads):
    scorer, found = Scorer(trained("catboost")), leads(4, 5).to_dicts()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(scorer.one, found)) == [scorer.one(lead) for lead in found]


def test_a_bundle_as_trained_has_nothing_unread(trained):
    assert trained("logistic").unread == {}
