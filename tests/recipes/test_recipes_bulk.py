"""Files scored piece by piece: the same rows, words and findings as a table scored at once, in every format."""

from __future__ import annotations

import gc

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadrank import score
from leadrank.bulk import score_file
from leadrank.data import CellProblem, clean, write_table
from leadrank.data.reading import batches, jsonlines, windows
from leadrank.errors import DataError, UsageError
from leadrank.score import Scorer


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(batches, "PIECE_ROWS", 37)
    monkeypatch.setattr(batches, "STRETCH_ROWS", 83)
    monkeypatch.setattr(windows, "STRETCH", 997)
    monkeypatch.setattr(jsonlines, "STRETCH", 997)
    monkeypatch.setattr(score, "PART", 41)


def _read(path):
    readers = {".parquet": pl.read_parquet, ".csv": pl.read_csv, ".jsonl": pl.read_ndjson}
    return readers[path.suffix](path)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kind", ["catboost", "logistic", "ordered", "per-lead economics"])
@pytest.mark.parametrize(
    ("source", "target"), [(".parquet", ".parquet"), (".csv", ".parquet"), (".parquet", ".csv"), (".csv", ".jsonl"), (".jsonl", ".csv")]
)
def test_a_file_in_pieces_equals_the_table_at_once(trained, leads, tmp_path, kind, source, target):
    scorer, frame = Scorer(trained(kind)), leads(200, 21)
    given, out = tmp_path / f"given{source}", tmp_path / f"out{target}"
    {".parquet": frame.write_parquet, ".csv": frame.write_csv, ".jsonl": frame.write_ndjson}[source](given)
    whole = tmp_path / f"whole{target}"
    expected = scorer.many(frame, reasons=2, keep=["visits"])
    {".parquet": expected.write_parquet, ".csv": expected.write_csv, ".jsonl": expected.write_ndjson}[target](whole)
    found = score_file(scorer, given, out, reasons=2, keep=["visits"], threads=2)
    # Linear models multiply matrices, whose last bits depend on how many rows come at a time.
    assert_frame_equal(_read(out), _read(whole), rel_tol=0, abs_tol=0 if kind == "catboost" else 1e-9)
    assert (found.rows, found.contact) == (200, int(expected["contact"].sum()))
    assert [str(t) for t in found.tiers] == [str(t) for t in scorer.table(frame).tiers]


@pytest.mark.usefixtures("small_pieces")
def test_what_is_odd_is_told_as_of_one_table(trained, leads, tmp_path):
    scorer = Scorer(trained("catboost"))
    frame = leads(200, 22).with_columns(pl.lit("x").alias("stranger"))
    frame = frame.with_columns(pl.when(pl.int_range(200) == 90).then(pl.lit("")).otherwise(pl.col(name)).alias(name) for name in scorer.needed)
    frame = frame.with_columns(
        fit=pl.when(pl.int_range(200).is_in([50, 150])).then(pl.lit("much")).otherwise("fit"),
        source=pl.when(pl.int_range(200) > 120).then(pl.lit("moon")).otherwise("source"),
    )
    frame.write_parquet(tmp_path / "given.parquet")
    found = score_file(scorer, tmp_path / "given.parquet", tmp_path / "out.parquet")
    at_once = scorer._batch(frame)
    expected = scorer._acquaintance.of_table(frame, at_once[1], at_once[0].X, at_once[0].empty)
    assert found.unfamiliar == expected
    assert found.problems == at_once[1].problems == scorer.table(frame).problems
    assert [p.row for p in found.problems] == [50, 150]
    assert (found.unfamiliar.empty, found.unfamiliar.first_empty) == (1, 90)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".csv.gz"])
def test_short_records_come_in_pieces_of_no_more_rows_than_long_ones(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(batches, "PIECE_ROWS", 37)
    frame, given = pl.DataFrame({"a": [str(k) for k in range(400)], "b": ["x"] * 400}), tmp_path / f"given{suffix}"
    write_table(given, frame)
    pieces = list(batches.open_batches(given, ["a"]).pieces)
    assert [piece.height for piece in pieces] == [*[37] * 10, 30]
    assert_frame_equal(pl.concat(pieces), frame.select("a"))


@pytest.mark.usefixtures("small_pieces")
def test_what_is_remembered_of_odd_cells_does_not_grow_with_the_file(trained, leads, tmp_path, monkeypatch):
    monkeypatch.setattr(clean, "PROBLEMS_KEPT", 5)
    leads(200, 26).with_columns(fit=pl.lit("much"), visits=pl.lit("many")).sample(3_000, with_replacement=True).write_csv(tmp_path / "given.csv")
    held = []

    def told(_rows):
        held.append(sum(type(one) is CellProblem for one in gc.get_objects()))

    before = sum(type(one) is CellProblem for one in gc.get_objects())
    found = score_file(Scorer(trained("catboost")), tmp_path / "given.csv", tmp_path / "out.csv", told=told)
    assert [(p.column, p.row) for p in found.problems] == [(column, row) for column in ("fit", "visits") for row in range(5)]
    assert found.unfamiliar.unreadable == {"fit": 3_000, "visits": 3_000}
    assert len(held) > 80
    assert max(held) - before <= 10 * 8  # what is kept, what it was joined from, and the few pieces under way


@pytest.mark.usefixtures("small_pieces")
def test_records_that_do_not_split_are_told_by_their_line(leads, tmp_path):
    frame = leads(120, 23)
    frame.write_csv(tmp_path / "given.csv")
    lines = (tmp_path / "given.csv").read_text().splitlines()
    lines.insert(60, "one,two")
    (tmp_path / "given.csv").write_text("\n".join(lines))
    opened = batches.open_batches(str(tmp_path / "given.csv"), frame.columns)
    assert sum(piece.height for piece in opened.pieces) == 120
    assert [(r.row, r.text) for r in opened.rejected] == [(61, "one,two")]


def test_a_missing_column_is_named_and_nothing_is_left_behind(trained, leads, tmp_path):
    leads(50, 24).rename({"source": "sorce"}).write_parquet(tmp_path / "given.parquet")
    with pytest.raises(DataError, match="source"):
        score_file(Scorer(trained("catboost")), tmp_path / "given.parquet", tmp_path / "out.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["given.parquet"]


def test_threads_must_be_some(trained, leads, tmp_path):
    leads(50, 24).write_parquet(tmp_path / "given.parquet")
    with pytest.raises(UsageError, match="1 thread"):
        score_file(Scorer(trained("catboost")), tmp_path / "given.parquet", tmp_path / "out.parquet", threads=0)


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["web", "fair", "reference", "", "moon", "a source with a long name"])])
def test_labels_of_any_kind_score_alike(trained, leads, dtype):
    scorer, frame = Scorer(trained("catboost")), leads(100, 25)
    names = pl.Series(["web", "fair", None, "moon", "a source with a long name"] * 20)
    plain = frame.with_columns(source=names)
    assert scorer.many(plain.with_columns(pl.col("source").cast(dtype))).equals(scorer.many(plain))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("rows", [1, 36, 37, 38, 120, 121])
def test_a_parquet_file_is_read_whole_and_in_order_wherever_stretches_end(tmp_path, rows):
    frame = pl.DataFrame({"row": range(rows), "label": [f"l{k % 5}" for k in range(rows)]})
    frame.write_parquet(tmp_path / "given.parquet", row_group_size=50)
    opened = batches.open_batches(tmp_path / "given.parquet", ["row"])
    pieces = list(opened.pieces)
    assert max(piece.height for piece in pieces) <= 37
    assert_frame_equal(pl.concat(pieces), frame.select("row"))


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_is_damaged_in_the_middle_is_told_as_such(tmp_path):
    pl.DataFrame({"row": range(3000)}).write_parquet(tmp_path / "given.parquet", row_group_size=500, compression="snappy")
    held = bytearray((tmp_path / "given.parquet").read_bytes())
    held[len(held) // 2 : len(held) // 2 + 200] = b"\xff" * 200
    (tmp_path / "given.parquet").write_bytes(bytes(held))
    with pytest.raises(DataError, match="damaged"):
        list(batches.open_batches(tmp_path / "given.parquet", ["row"]).pieces)
