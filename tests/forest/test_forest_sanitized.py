"""Malformed forests and inputs against the kernel under address and undefined-behaviour checks, every array in memory of just its size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from leadrank.forest import code_columns, make_forest, plain
from leadrank.forest.answers import Answers, tabled_answers
from leadrank.forest.arrays import ARRAYS as ARRAY_TYPES
from leadrank.forest.library import ARRAYS

ROOT = Path(__file__).parents[2]
WILD = (0, 1, -1, 2, 3, 255, 256, 2**31 - 1, -(2**31), 2**31, 2**40, -(2**62), 2**62)


@pytest.fixture(scope="module")
def driver():
    built = subprocess.run([sys.executable, str(ROOT / "scripts" / "kernel"), "--sanitize"], capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.skip(f"no compiler with sanitizers: {built.stderr.strip()[-300:]}")
    return built.stdout.strip()


def mutated(rng, fields):
    """Spoil one or two fields: an entry, two entries swapped, one more or one less, a count."""
    fields = dict(fields)
    for _ in range(rng.integers(1, 3)):
        name = rng.choice(sorted(fields))
        value = fields[name]
        if np.ndim(value) == 0:
            counted = name in {"features", "numbers"}
            fields[name] = int(value + rng.choice([-1, 1, 1000])) if counted else float(rng.choice([np.nan, np.inf, 1.0]))
            continue
        value = np.array(value, dtype=np.float64 if np.asarray(value).dtype.kind == "f" else np.int64)
        with np.errstate(over="ignore"):
            fields[name] = spoilt(rng, value).astype(ARRAY_TYPES[name] if value.dtype.kind == "f" else np.int64)
    return fields


def spoilt(rng, value):
    way = rng.integers(5) if len(value) else 4
    place = rng.integers(max(len(value), 1))
    if way == 0:
        value[place] = rng.choice([np.nan, np.inf, -1e300, 1e-300, 0.5]) if value.dtype.kind == "f" else rng.choice(WILD)
    elif way == 1:
        value[place] += rng.choice([-1, 1])
    elif way == 2:
        value[[0, place]] = value[[place, 0]]
    elif way == 3:
        return np.delete(value, place)
    else:
        return np.insert(value, place if len(value) else 0, rng.integers(0, 3))
    return value


def written(forest, numbers, codes):
    """One case as kernel_drive.c reads it."""
    answers = tabled_answers(forest)
    stride = -1 if answers is None else answers.rows.shape[1]
    answers = answers or Answers(*(np.zeros(0, dtype=np.uint8),) * 5)
    counts = (len(numbers), forest.features - forest.numbers, len(answers.category), len(answers.table), stride, forest.features,
              forest.numbers, len(forest.number_feature), len(forest.table_start) - 1, forest.trees)  # fmt: skip
    arrays = [getattr(forest, name) for name in ARRAYS]
    arrays += [np.array([forest.bias]), numbers, codes, answers.category, answers.category_size, answers.table, answers.start, answers.rows]
    return np.array(counts, dtype=np.int64).tobytes() + b"".join(np.int64(a.nbytes).tobytes() + a.tobytes() for a in arrays)


def campaign(driver, tools, seed, cases, rows):
    """Draw forests, spoil most of them, and send those that pass the check; the answers must be the twin's. Return how many passed."""
    rng = np.random.default_rng(seed)
    sent, expected, refused = [], [], 0
    while len(sent) + refused < cases:
        fields = tools.values(rng, trees=int(rng.integers(0, 6)), depths=(0, 1, 2, 6, 8, 9), numbers=int(rng.integers(0, 4)))
        try:
            forest = make_forest(mutated(rng, fields) if rng.random() < 0.9 else fields)
        except ValueError:
            refused += 1
            continue
        numbers, codes = tools.nasty(rng, rows, forest.numbers, forest.features - forest.numbers)
        sent.append(written(forest, numbers, codes))
        coded = code_columns(forest, numbers, tools.settle(forest, codes))
        expected.append(plain.margins(forest, coded).tobytes() + plain.contributions(forest, coded).tobytes())
    done = subprocess.run([driver], input=b"".join(sent) + np.int64(-1).tobytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"".join(expected)
    return len(sent)


@pytest.fixture
def tools(values, nasty, settle):
    return SimpleNamespace(values=values, nasty=nasty, settle=settle)


def test_a_spoilt_forest_is_refused_or_evaluated_within_its_bounds(driver, tools):
    assert 100 < campaign(driver, tools, seed=1, cases=600, rows=20) < 600


def test_blocks_of_rows_end_where_they_should(driver, tools):
    assert campaign(driver, tools, seed=2, cases=20, rows=600) > 2


def texts(rng):
    """One column of Arrow's views as kernel_drive.c reads it, and what it should answer."""
    offset, count, most = (int(n) for n in (rng.integers(0, 9), rng.integers(0, 200), rng.integers(1, 40)))
    places = 1 << int(most).bit_length()
    pool = rng.integers(0, 2**63, (int(rng.integers(1, 60)), 2), dtype=np.uint64)
    views = pool[rng.integers(0, len(pool), offset + count)]
    valid, blanks = rng.random(offset + count) < 0.8, bool(rng.integers(2))
    counts = np.array([-2, offset, count, places, most, blanks], dtype=np.int64)
    bits = np.packbits(valid, bitorder="little")
    sent = counts.tobytes() + b"".join(np.int64(a.nbytes).tobytes() + a.tobytes() for a in (views, bits))
    known, numbers, first = {}, [], []
    for row in range(count):
        text = views[offset + row].tobytes()
        if blanks and not valid[offset + row]:
            numbers.append(0)
            continue
        if text not in known:
            first.append(row)
        numbers.append(known.setdefault(text, len(known) + 1))
    if len(known) > most:
        return sent, np.int64(-1).tobytes()
    return sent, np.array([len(known), *numbers, *first], dtype=np.int64).tobytes()


def test_texts_are_numbered_within_bounds(driver):
    rng = np.random.default_rng(4)
    sent, expected = zip(*(texts(rng) for _ in range(500)), strict=True)
    done = subprocess.run([driver], input=b"".join(sent) + np.int64(-1).tobytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"".join(expected)
    assert 20 < expected.count(np.int64(-1).tobytes()) < 480


def picks(rng):
    """Contributions of some rows as kernel_drive.c reads them."""
    rows, columns = (int(n) for n in (rng.integers(1, 9), rng.integers(0, 12)))
    lengths = rng.integers(1, 4, columns)
    features = int(lengths.sum())
    given = rng.normal(0, 3, (rows, features + 2))
    given[rng.random(given.shape) < 0.1] = rng.choice([np.nan, np.inf, -np.inf, 0.0, 1e308, 1e-300])
    arrays = np.cumsum([0, *lengths]).astype(np.int32), np.arange(features, dtype=np.int32), (rng.random(columns) < 0.2).astype(np.uint8), given
    counts = np.array([-3, rows, columns, features], dtype=np.int64)
    return counts.tobytes() + b"".join(np.int64(a.nbytes).tobytes() + a.tobytes() for a in arrays)


def test_the_strongest_are_picked_within_bounds(driver):
    rng = np.random.default_rng(5)
    sent = b"".join(picks(rng) for _ in range(500))
    done = subprocess.run([driver], input=sent + np.int64(-1).tobytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout) > 10_000


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(100, 110))
def test_ten_thousand_spoilt_forests(driver, tools, seed, request):
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    assert campaign(driver, tools, seed=seed, cases=1_000, rows=300) > 100
