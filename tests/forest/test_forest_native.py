"""The kernel and its twin in NumPy: the same bits, whatever the forest and the rows."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from leadrank.forest import code_columns, make_forest, native, plain
from leadrank.forest.desks import one
from leadrank.forest.library import ABI, LIBRARY, evaluator, library, open_library

needs_kernel = pytest.mark.skipif(library() is None, reason=evaluator())
SHALLOW = (0, 1, 3, 6, 8)
"""Depths of trees whose answers fit into a byte."""


def same(ours, twins):
    assert ours.tobytes() == np.ascontiguousarray(twins).tobytes()


@needs_kernel
@pytest.mark.parametrize("seed", range(20))
def test_kernel_and_twin_agree_bit_for_bit(drawn, seed):
    forest, numbers, codes, settled = drawn(seed)
    ready, coded = native.prepare(forest), code_columns(forest, numbers, settled)
    same(native.margins(ready, numbers, codes), plain.margins(forest, coded))
    same(native.contributions(ready, numbers, codes), plain.contributions(forest, coded))


@needs_kernel
@pytest.mark.parametrize("seed", range(12))
def test_kernel_and_twin_give_every_row_the_same_codes(values, spelt_out, nasty, settle, seed):
    rng = np.random.default_rng(seed)
    forest = make_forest(spelt_out(values(rng, most_borders=255, sizes=(2, 9, 400))))
    numbers, codes = nasty(rng, 700, forest.numbers, forest.features - forest.numbers)
    codes[:, 2] = np.where(rng.random(700) < 0.9, rng.integers(0, 400, 700), codes[:, 2])
    same(native.margins(native.prepare(forest), numbers, codes), plain.margins(forest, code_columns(forest, numbers, settle(forest, codes))))


@needs_kernel
@pytest.mark.parametrize("given", [{"trees": 0}, {"numbers": 0}, {"sizes": ()}, {"numbers": 0, "sizes": ()}, {"depths": (16,), "trees": 2}], ids=str)
def test_forests_at_the_edge_are_evaluated(drawn, given):
    forest, numbers, codes, settled = drawn(3, rows=300, **given)
    ready, coded = native.prepare(forest), code_columns(forest, numbers, settled)
    same(native.margins(ready, numbers, codes), plain.margins(forest, coded))
    same(native.contributions(ready, numbers, codes), plain.contributions(forest, coded))


@needs_kernel
@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257])
def test_any_number_of_rows_is_taken(drawn, rows):
    forest, numbers, codes, settled = drawn(5, rows=rows)
    same(native.margins(native.prepare(forest), numbers, codes), plain.margins(forest, code_columns(forest, numbers, settled)))


@needs_kernel
def test_layouts_change_nothing(drawn):
    forest, numbers, codes, _ = drawn(9, rows=20_000)
    ready = native.prepare(forest)
    margins = native.margins(ready, numbers, codes)
    same(native.margins(ready, np.asfortranarray(numbers), np.asfortranarray(codes)), margins)
    same(native.margins(ready, numbers[::-2], codes[::-2]), margins[::-2])
    odd = np.zeros(len(numbers), dtype=np.dtype([("pad", "u1"), ("x", np.float64, numbers.shape[1])]))
    odd["x"] = numbers
    same(native.margins(ready, odd["x"], codes), margins)


@needs_kernel
@pytest.mark.parametrize("depths", [SHALLOW, (9,)])
def test_rows_of_another_shape_or_kind_are_refused(drawn, depths):
    forest, numbers, codes, _ = drawn(1, depths=depths)
    ready = native.prepare(forest)
    for wrong in [(numbers[:, :1], codes), (numbers, codes[:-1]), (np.zeros(numbers.shape, np.float32), codes), (numbers, codes.astype(np.int64))]:
        with pytest.raises(ValueError, match="Rows of this forest"):
            native.margins(ready, *wrong)


@needs_kernel
def test_the_evaluator_in_use_is_said():
    assert evaluator() in {"native", "native (AVX2)", "native (AVX-512)"}


def test_a_library_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OSError, match=r"is not there; `scripts/kernel` builds it"):
        open_library(tmp_path / LIBRARY.name)


def test_a_file_that_is_no_library_is_refused(tmp_path):
    (tmp_path / LIBRARY.name).write_bytes(b"not a library")
    with pytest.raises(OSError, match="cannot be loaded"):
        open_library(tmp_path / LIBRARY.name)


def test_a_foreign_library_is_refused():
    import _struct

    with pytest.raises(OSError, match="is not Leadrank's kernel"):
        open_library(type(LIBRARY)(_struct.__file__))


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_processor_without_avx2_gives_the_same_bits(drawn, tmp_path):
    flags = ("-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC", "-DLEADRANK_PLAIN")
    subprocess.run(["cc", *flags, str(LIBRARY.with_name("kernel.c")), "-o", str(tmp_path / "plain.so")], check=True)
    kernel = open_library(tmp_path / "plain.so")
    forest, numbers, codes, settled = drawn(21, depths=SHALLOW)
    ready, coded = native.prepare(forest, kernel=kernel), code_columns(forest, numbers, settled)
    assert kernel.leadrank_vectors() == 0
    same(native.margins(ready, numbers, codes), plain.margins(forest, coded))
    assert [one(ready.desks, *row) for row in zip(numbers.tolist(), codes.tolist(), strict=True)] == plain.margins(forest, coded).tolist()


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_library_of_another_version_is_refused(tmp_path):
    source = LIBRARY.with_name("kernel.c").read_text(encoding="utf-8")
    (tmp_path / "old.c").write_text(source.replace(f"#define ABI {ABI}", f"#define ABI {ABI + 1}"), encoding="utf-8")
    include = f"-I{LIBRARY.parent}"
    subprocess.run(["cc", "-std=c11", "-shared", "-fPIC", include, str(tmp_path / "old.c"), "-o", str(tmp_path / "old.so"), "-lm"], check=True)
    with pytest.raises(OSError, match=f"has ABI {ABI + 1}, this version needs {ABI}"):
        open_library(tmp_path / "old.so")


@needs_kernel
def test_a_forest_out_of_bounds_does_not_reach_the_kernel(drawn):
    from dataclasses import replace

    forest = drawn(1)[0]
    wrong = forest.split_column + 1000
    wrong.flags.writeable = False
    with pytest.raises(ValueError, match="split_column"):
        native.prepare(replace(forest, split_column=wrong))
