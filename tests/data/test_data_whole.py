"""A file appears whole or not at all, whoever else writes it, and wherever its name leads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from leadrank.bundle.archive import read_archive, write_archive
from leadrank.cli.stopping import _remove_drafts, tidy_up
from leadrank.cli.whole import check_folder, write_text
from leadrank.data import piece_writer, write_pieces, write_table
from leadrank.data.whole import whole_file
from leadrank.errors import UsageError

FRAME = pl.DataFrame({"a": [1, 2]})
WRITERS: dict[str, Callable[[Path], object]] = {
    "table": lambda path: write_table(path, FRAME, ".csv"),
    "pieces of text": lambda path: write_pieces(path, iter([piece_writer(".csv")(FRAME, True)]), lambda frame: frame),
    "pieces of a table": lambda path: write_pieces(path, iter([FRAME]), lambda frame: frame),
    "text": lambda path: write_text(path, "new"),
    "bundle": lambda path: write_archive(path, {"a.json": b"[1]"}, {"version": "0.1.0"}),
}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_and_the_file_behind_it_is_new(name: str, there: bool, tmp_path: Path) -> None:
    folder, link = tmp_path / "far", tmp_path / "link"
    folder.mkdir()
    if there:
        (folder / "out").write_text("old")
    link.symlink_to(folder / "out")
    check_folder(link)
    WRITERS[name](link)
    assert link.is_symlink()
    assert (folder / "out").read_bytes() not in {b"", b"old"}
    assert names(folder) == ["out"]
    assert names(tmp_path) == ["far", "link"]


@pytest.mark.parametrize("name", WRITERS)
def test_what_writes_one_file_at_a_time_gets_in_nobodys_way(name: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: WRITERS[name](path), range(40)))
    assert names(tmp_path) == ["out"]
    if name == "bundle":
        assert read_archive(path)[1] == {"a.json": b"[1]"}


def test_drafts_of_one_file_are_different_and_an_interrupted_command_finds_them(tmp_path: Path) -> None:
    with whole_file(tmp_path / "out") as one, whole_file(tmp_path / "out") as two:
        assert one != two
        one.write_text("1")
        two.write_text("2")
        tidy_up(tmp_path)
        _remove_drafts()
        assert names(tmp_path) == []
        one.write_text("1")
        two.write_text("2")
    assert (tmp_path / "out").read_text() == "1"


def test_drafts_of_a_linked_file_are_tidied_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "out")
    check_folder(tmp_path / "link")
    (tmp_path / "far" / f".out.0.{os.getpid()}.part").write_text("half")
    _remove_drafts()
    assert names(tmp_path / "far") == []


def test_what_fails_half_way_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(KeyError), whole_file(path) as draft:  # noqa: PT012 - it is what happens in between
        draft.write_text("half")
        raise KeyError
    with pytest.raises(UsageError, match="cannot be written: No space"), whole_file(path) as draft:  # noqa: PT012
        draft.write_text("half")
        raise OSError(28, "No space left on device")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("out", "old")]


def test_the_longest_name_that_a_folder_takes_can_be_written(tmp_path: Path) -> None:
    write_text(tmp_path / ("é" * 127), "new")
    assert names(tmp_path) == ["é" * 127]


def test_a_device_is_written_to() -> None:
    for name in ("table", "pieces of text", "text"):
        WRITERS[name](Path(os.devnull))
    assert Path(os.devnull).is_char_device()
