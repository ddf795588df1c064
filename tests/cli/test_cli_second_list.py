"""`leadrank score --not-worth`: the leads that are not worth a contact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadrank.bundle import Bundle, load_bundle, save_bundle
from leadrank.cli.main import run
from leadrank.cli.second_list import need_money
from leadrank.errors import UsageError

Capture = pytest.CaptureFixture[str]


def _with_policy(bundle: Bundle, **changes: Any) -> Bundle:
    return replace(bundle, policy=replace(bundle.policy, **changes))


@pytest.mark.parametrize("flags", [[], ["--ranked"], ["--top", "3"]])
def test_the_second_list_holds_every_lead_at_a_loss_the_worst_first(flags: list[str], folder: Path, bundle: str, capsys: Capture) -> None:
    scores, place = folder / "all.csv", folder / "leave.csv"
    assert run(["score", bundle, str(folder / "new.csv"), "--reasons", "0", "-o", str(scores)]) == 0
    assert run(["score", bundle, str(folder / "new.csv"), "-o", str(folder / "first.csv"), "--not-worth", str(place), *flags]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    losses = pl.read_csv(scores).filter(pl.col("expected_profit") <= 0).sort("expected_profit")
    left = pl.read_csv(place)
    assert left.columns == ["lead_id", "probability", "expected_profit", "reason"]
    assert 0 < left.height < 100
    assert left["lead_id"].to_list() == losses["lead_id"].to_list()
    first = left.row(0, named=True)
    assert first["reason"] == f"costs 75.00, expected {400 * first['probability']:.2f}"
    assert f"{left.height} of 100 leads are not worth working: {place}." in err


@pytest.mark.parametrize(
    ("place", "said"),
    [("leave.xlsx", "--not-worth expects a file that ends in .csv"), ("-", "--not-worth expects a file that ends in"),
     ("same.csv", "--not-worth expects another file than -o"), ("no/where.csv", "the folder no was expected")],
)
def test_a_place_that_does_not_fit_is_wrong_usage(
    place: str, said: str, folder: Path, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(folder)
    assert run(["score", bundle, "new.csv", "-o", "same.csv", "--not-worth", place]) == 2
    assert said in capsys.readouterr().err
    assert not (folder / "same.csv").exists()


def test_a_model_without_money_says_what_to_declare(folder: Path, bundle: str, capsys: Capture) -> None:
    loaded = load_bundle(bundle)
    poor = folder / "poor.leadrank"
    save_bundle(_with_policy(loaded, value=None), poor, version="0")
    assert run(["score", str(poor), str(folder / "new.csv"), "--not-worth", str(folder / "never.csv")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Train with --value AMOUNT --cost AMOUNT" in err
    with pytest.raises(UsageError, match="the rate at which each class converts"):
        need_money(_with_policy(loaded, tiers_on="class"))


def test_value_and_cost_of_each_lead_count(folder: Path) -> None:
    place = folder / "own"
    place.mkdir()
    table = pl.read_csv(folder / "leads.csv")
    table = table.with_columns(worth=100 + 10 * (pl.int_range(pl.len()) % 30), price=20.0 + pl.int_range(pl.len()) % 70)
    table.write_csv(place / "leads.csv")
    declared = (folder / "leadrank.toml").read_text().replace("value = 400", 'value_column = "worth"')
    (place / "p.toml").write_text(declared.replace("contact_cost = 75", 'contact_cost_column = "price"'))
    own, scores, leave = place / "own.leadrank", place / "scores.csv", place / "leave.csv"
    assert run(["train", str(place / "p.toml"), "--trials", "1", "--threads", "1", "-o", str(own)]) == 0
    assert run(["score", str(own), str(place / "leads.csv"), "--reasons", "0", "-o", str(scores), "--not-worth", str(leave)]) == 0
    losses = pl.read_csv(scores).filter(pl.col("expected_profit") <= 0).sort("expected_profit")
    left = pl.read_csv(leave).join(table.select("lead_id", "worth", "price"), on="lead_id", maintain_order="left")
    assert left["lead_id"].to_list() == losses["lead_id"].to_list()
    said = [f"costs {row['price']:.2f}, expected {row['worth'] * row['probability']:.2f}" for row in left.iter_rows(named=True)]
    assert left["reason"].to_list() == said
