"""What scoring can do without is read when it is asked for: a part that is no record is told then, and never scored with."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadrank.bundle import Bundle, load_bundle, save_bundle
from leadrank.bundle.archive import read_archive, write_archive
from leadrank.cli.main import run
from leadrank.errors import BundleError
from leadrank.project import parse_project
from leadrank.score import Scorer
from leadrank.train import train

LATE = ("project", "profile", "report", "findings", "facts", "held_out", "learned")
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def trained() -> Bundle:
    rows = range(80)
    frame = pl.DataFrame({
        "n": [str(i * 7 % 50) for i in rows], "city": ["Rome" if i % 3 else "Oslo" for i in rows], "deal": [str(i) for i in rows],
        "won": ["yes" if i * 7 % 50 + i % 9 > 28 else "no" for i in rows],
    })
    columns = {"city": {"sensitive": True}}
    project = parse_project({
        "lead": {"key": "id", "columns": columns}, "target": {"column": "won"}, "economics": {"value_column": "deal"},
        "model": {"trials": 1, "candidates": ["logistic"], "folds": 2},
    })
    return train(project, frame.with_columns(id=pl.int_range(80).cast(pl.String)), clock=time.monotonic)


@pytest.fixture
def path(trained: Bundle, tmp_path: Path) -> Path:
    save_bundle(trained, tmp_path / "b.leadrank", version="0.1.0")
    return tmp_path / "b.leadrank"


def spoil(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    manifest, parts = read_archive(path)
    told = {key: value for key, value in manifest.items() if key not in {"format", "parts"}}
    write_archive(path, {**parts, part: change(parts[part])}, told)


def edit(path: Path, part: str, change: Change) -> None:
    def rewritten(held: bytes) -> bytes:
        value = json.loads(held)
        change(value)
        return json.dumps(value).encode()

    spoil(path, part, rewritten)


def test_a_bundle_from_a_file_is_the_one_that_was_saved(trained: Bundle, path: Path) -> None:
    loaded = load_bundle(path)
    assert loaded.terms == trained.terms
    assert all(getattr(loaded, name) == getattr(trained, name) for name in LATE)
    assert loaded.report is loaded.report


def test_terms_hold_what_scoring_asks_for(trained: Bundle) -> None:
    terms = trained.terms
    assert (terms.key, terms.value_column, terms.contact_cost_column) == ("id", "deal", None)
    assert terms.classes == trained.facts.classes
    assert terms.sensitive == ("city",)
    assert {"id", "won"} <= set(terms.expected)
    assert {"n", "city"} <= set(terms.always_given)


def test_an_unknown_name_is_an_attribute_error(path: Path) -> None:
    with pytest.raises(AttributeError, match="no 'pickle'"):
        _ = load_bundle(path).pickle  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", LATE)
@pytest.mark.parametrize("wrong", [b"", b"[1", b"\xff", b'{"x":1}', b"3"], ids=repr)
def test_a_spoilt_record_is_a_bundle_error_at_the_latest_when_it_is_asked_for(path: Path, name: str, wrong: bytes) -> None:
    expected = Scorer(path).one({"n": "7", "city": "Rome"})
    spoil(path, f"{name}.json", lambda _: wrong)
    try:
        scorer = Scorer(path)
    except BundleError:
        return
    assert scorer.one({"n": "7", "city": "Rome"}) == expected
    for _ in range(2):
        with pytest.raises(BundleError, match="A part of the bundle is not"):
            getattr(scorer.bundle, name)


CHANGES: list[tuple[str, Change]] = [
    ("project", lambda p: p.update(more=1)), ("project", lambda p: p["lead"].update(order=3)), ("project", lambda p: p["model"].update(folds="5")),
    ("profile", lambda p: p["columns"][0].update(distinct="many")), ("facts", lambda f: f.update(rows=1.5)),
    ("report", lambda r: r.update(base_rate=None)), ("held_out", lambda h: h.update(hashes=[1])), ("learned", lambda k: k.update(by_chance=2.0)),
]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_a_field_of_another_type_is_told_with_its_place(path: Path, name: str, change: Change) -> None:
    edit(path, f"{name}.json", change)
    with pytest.raises(BundleError):
        getattr(load_bundle(path), name)


TERMS: list[tuple[str, Change]] = [
    ("project", lambda p: p["lead"].pop("key")), ("project", lambda p: p["lead"].update(key=1)), ("project", lambda p: p.update(economics=[])),
    ("project", lambda p: p["lead"]["columns"]["city"].update(sensitive="no")), ("facts", lambda f: f.update(classes="ab")),
    ("facts", lambda f: f.update(classes=["a", "b", "c"])), ("profile", lambda p: p.update(columns=None)),
]


@pytest.mark.parametrize(("name", "change"), TERMS)
def test_what_scoring_asks_for_is_checked_before_anything_is_scored(path: Path, name: str, change: Change) -> None:
    edit(path, f"{name}.json", change)
    with pytest.raises(BundleError):
        load_bundle(path)


def test_the_command_line_ends_with_4_where_a_late_part_is_spoilt(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(path, "report.json", lambda r: r.update(base_rate=None))
    assert run(["card", str(path), "-o", str(path.with_name("card.md"))]) == 4
    assert "BundleError: A part of the bundle is not a Report: at base_rate: a number was expected; nothing came" in capsys.readouterr().err
    assert not path.with_name("card.md").exists()
