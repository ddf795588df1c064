"""What the command writes for a row is what one lead alone is answered, word for word, whatever stands in its cells."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from leadrank.bundle import Scored
from leadrank.cli.main import run
from leadrank.score import Scorer

ODD = (
    "", " ", "NA", "n/a", "-", "?", "Select", "many", "1,5", " 3 ", "1.234,56", "1e3", "-7", "1e400", "NaN", "inf", "0x10", "12 %", "€ 5", "007",
    "ÄÖÜ", "Google", " google ", "GOOGLE", "no\u00a0break", 'a "quoted" word', "two\nlines", "semi;colon", "a,b", "=1+1", "'x", "\t", "\u200b",
    "2026-03-05", "2026-03-05 14:30:00", "05.03.2026", "3/5/2026", "2026-02-30", "24:00", "2026-03-05T23:59:59Z", "true", "Yes", "x" * 300,
)


@pytest.fixture(scope="module")
def forest(folder: Path) -> str:
    """Train trees as well, whose answers go another way than those of a linear model."""
    project = folder / "trees.toml"
    text = (folder / "leadrank.toml").read_text().replace('"logistic"', '"catboost"').replace('"spring"', '"trees"')
    project.write_text(text)
    assert run(["train", str(project), "--trials", "1", "--threads", "1"]) == 0
    return str(folder / "trees.leadrank")


def _odd_table(source: Path, target: Path) -> list[dict[str, str]]:
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    drawn = np.random.default_rng(7)
    names = [name for name in rows[0] if name != "lead_id"]
    for number, row in enumerate(rows):
        for at in drawn.choice(len(names), size=number % 6, replace=False):
            row[names[at]] = ODD[drawn.integers(len(ODD))]
    for name in names:
        rows[50][name] = ""
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


def _same(row: dict[str, str], one: Scored) -> None:
    for name in ("probability", "probability_low", "probability_high", "expected_profit"):
        assert float(row[name]) == pytest.approx(getattr(one, name), abs=1e-9), name
    assert (int(row["score"]), row["rank"], row["contact"] == "true") == (one.score, "", one.contact)
    assert (row["lead_id"], row["tier"], row["action"], row["due_within"], row["model"]) == (one.key, one.tier, one.action, one.due_within, one.model)


def _same_reasons(line: str, one: Scored) -> None:
    rest = line
    for reason in one.reasons:
        mark = "; + " if reason.direction == "raises" else "; − "
        before, found, rest = rest.partition(mark)
        assert found, (line, one.reasons)
        assert "; + " not in before
        assert "; − " not in before
        following = min((at for at in (rest.find("; + "), rest.find("; − ")) if at >= 0), default=len(rest))
        item = rest[:following]
        assert reason.sentence.startswith(item.removesuffix(" (with the rest)"))
        assert item.endswith(" (with the rest)") == ("taken with the rest" in reason.sentence)
    assert "; + " not in rest
    assert "; − " not in rest


@pytest.mark.parametrize("kind", ["bundle", "forest"])
def test_one_lead_equals_its_row_of_the_command(kind: str, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(kind)
    rows = _odd_table(folder / "new.csv", tmp_path / "odd.csv")
    assert run(["score", path, str(tmp_path / "odd.csv"), "--reasons", "4", "-o", str(tmp_path / "scored.csv")]) == 0
    with (tmp_path / "scored.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(rows)
    scorer = Scorer(path)
    for lead, row in zip(rows, written, strict=True):
        one = scorer.one(lead, reasons=4)
        _same(row, one)
        _same_reasons(row["reasons"], one)
    assert not scorer.one(rows[50]).contact
