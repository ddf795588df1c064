"""Scoring in pieces: empty lists, rejected records as they come, zipped files, streams in and out."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadrank.cli.main import run
from leadrank.data.reading import windows

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("more", [[], ["--ranked"], ["--top", "3"]])
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".csv.gz"])
def test_a_header_without_rows_gives_an_empty_list(suffix: str, more: list[str], folder: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    empty, output, full = tmp_path / "empty.csv", tmp_path / f"out{suffix}", tmp_path / "full.parquet"
    empty.write_text((folder / "new.csv").read_text().splitlines()[0] + "\n")
    assert run(["score", bundle, str(empty), "-o", str(output), *more]) == 0
    assert capsys.readouterr().err == f"{empty} has a header and no rows: the list is empty.\n"
    assert run(["score", bundle, str(folder / "new.csv"), "-o", str(full), *more]) == 0
    expected = pl.read_parquet(full).clear()
    if suffix == ".parquet":
        assert_frame_equal(pl.read_parquet(output), expected)
    elif suffix != ".jsonl":
        assert pl.read_csv(output).columns == expected.columns


@pytest.mark.parametrize("command", ["check", "train", "evaluate"])
def test_nothing_is_learned_or_judged_from_a_header_alone(command: str, folder: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text((folder / "leads.csv").read_text().splitlines()[0] + "\n")
    arguments = [bundle, str(empty)] if command == "evaluate" else [str(empty), "--target", "converted"]
    assert run([command, *arguments]) == 3
    assert "it has no rows" in capsys.readouterr().err


def test_rejected_records_are_there_before_the_scores_are(
    folder: Path, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    header, *rows = (folder / "new.csv").read_text().splitlines()
    given, output, kept = tmp_path / "given.csv", tmp_path / "out.csv", tmp_path / "out.csv.rejected.csv"
    given.write_text("\n".join([header, "one", *rows, "two", *rows, "three"]) + "\n")
    monkeypatch.setattr(windows, "STRETCH", 4000)
    assert run(["score", bundle, str(given), "-o", str(output)]) == 0
    assert pl.read_csv(kept).rows() == [
        (1, 2, "1 fields where the header has 20", "one"), (102, 103, "1 fields where the header has 20", "two"),
        (203, 204, "1 fields where the header has 20", "three"),
    ]
    assert "3 records of" in capsys.readouterr().err
    output.unlink()
    seen: list[str] = []

    def failing(*_: object, **__: object) -> None:
        seen.append(kept.read_text())
        raise MemoryError

    kept.unlink()
    monkeypatch.setattr("leadrank.score.Scorer.part", failing)
    assert run(["score", bundle, str(given), "-o", str(output)]) == 1
    assert "one" in kept.read_text()
    assert seen[0].count("\n") == 2
    assert [p.name for p in tmp_path.iterdir() if p != given] == [kept.name]


def test_a_zipped_list_is_the_list(folder: Path, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "STRETCH", 4000)
    for suffix in (".csv", ".jsonl"):
        plain, zipped = tmp_path / f"out{suffix}", tmp_path / f"out{suffix}.gz"
        assert run(["score", bundle, str(folder / "new.csv"), "-o", str(plain)]) == 0
        assert run(["score", bundle, str(folder / "new.csv"), "-o", str(zipped)]) == 0
        assert gzip.decompress(zipped.read_bytes()) == plain.read_bytes()


def test_a_zip_that_cannot_be_written_is_refused(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(folder / "new.csv"), "-o", "out.parquet.gz"]) == 2
    assert ".csv.gz" in capsys.readouterr().err


@pytest.mark.parametrize("zipped", [False, True])
def test_standard_streams_give_what_files_give(zipped: bool, folder: Path, bundle: str, tmp_path: Path) -> None:
    output, data = tmp_path / "out.csv", (folder / "new.csv").read_bytes()
    assert run(["score", bundle, str(folder / "new.csv"), "-o", str(output)]) == 0
    command = [sys.executable, "-m", "leadrank", "score", bundle, "-", "-o", "-"]
    done = subprocess.run(command, input=gzip.compress(data) if zipped else data, capture_output=True, check=True)
    assert done.stdout == output.read_bytes()
    assert done.stderr == b""


def test_threads_are_those_of_the_project_unless_said_otherwise(folder: Path, bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(*_: object, threads: int, **__: object) -> None:
        asked.append(threads)
        raise MemoryError

    monkeypatch.setattr("leadrank.bulk.score_batches", noted)
    for more in ([], ["--threads", "3"]):
        assert run(["score", bundle, str(folder / "new.csv"), *more]) == 1
    assert asked == [1, 3]


def test_a_device_takes_the_rejected_records(folder: Path, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (folder / "new.csv").read_bytes() + b"one\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(["score", bundle, "-", "-o", str(tmp_path / "out.csv"), "--rejected", "/dev/null"]) == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("ranked", [[], ["--ranked"]])
def test_rows_are_numbered_as_the_file_counts_its_records(
    folder: Path, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, ranked: list[str]
) -> None:
    """Records that do not split count, lines inside of quoted cells do not; in pieces as in the whole."""
    header, *rows = (folder / "new.csv").read_text().splitlines()
    names, cells = header.split(","), rows[30].split(",")
    cells[names.index("visits")] = "many"
    broken = [*rows[:2], "one", *rows[2:20], "two", *rows[20:30], ",".join(cells), *rows[31:]]
    broken[0] = f'"{broken[0].split(",")[0]}\nand more",{broken[0].split(",", 1)[1]}'
    given, output = tmp_path / "given.csv", tmp_path / "out.csv"
    given.write_text("\n".join([header, *broken]) + "\n")
    monkeypatch.setattr(windows, "STRETCH", 2000)
    assert run(["score", bundle, str(given), "-o", str(output), *ranked]) == 0
    assert "'many' in row 33, where" in capsys.readouterr().err
    assert pl.read_csv(f"{output}.rejected.csv").select("row", "line").rows() == [(3, 5), (22, 24)]
    assert broken[32].split(",")[names.index("visits")] == "many"
