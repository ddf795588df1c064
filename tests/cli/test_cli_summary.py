"""What `leadrank score` says when it is done, and how `leadrank train` draws the rows that it sets aside."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import polars as pl
import pytest

from leadrank.bundle import load_bundle
from leadrank.cli.main import run

Capture = pytest.CaptureFixture[str]
LINE = re.compile(r"(High|Medium|Low) +([\d,]+) leads?, ([\d,]+) conversions expected \(90 %: ([\d,]+) to ([\d,]+)\), within (.+)")


@pytest.mark.parametrize("flags", [[], ["--ranked"], ["--top", "9"]])
def test_scoring_ends_with_what_each_tier_will_bring(flags: list[str], folder: Path, bundle: str, capsys: Capture) -> None:
    place = folder / "outlook.csv"
    assert run(["score", bundle, str(folder / "new.csv"), "--reasons", "0", "-o", str(place), *flags]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    scored = pl.read_csv(place)
    said = {m[1]: m for m in map(LINE.fullmatch, err.splitlines()) if m}
    assert said
    for name, line in said.items():
        own = scored.filter(pl.col("tier") == name)
        assert int(line[2]) == own.height
        assert abs(int(line[3]) - own["probability"].sum()) <= 0.5
        assert int(line[4]) <= int(line[3]) <= int(line[5])
        assert line[6] == own["due_within"][0]
    assert sum(int(line[2]) for line in said.values()) == scored.height
    assert "capacity" not in err


def test_a_list_of_a_model_that_tells_nothing_says_so(folder: Path, bundle: str, tmp_path: Path, capsys: Capture) -> None:
    """Who calls by the list has seldom seen the training."""
    rows = "\n".join(f"L{k},{k * 7919 % 101},{k * 104_729 % 97 % 2}" for k in range(400))
    (tmp_path / "noise.csv").write_text(f"id,visits,won\n{rows}\n")
    model = str(tmp_path / "noise.leadrank")
    assert run(["train", str(tmp_path / "noise.csv"), "--target", "won", "--trials", "1", "--threads", "1", "-o", model]) == 0
    capsys.readouterr()
    assert run(["score", model, str(tmp_path / "noise.csv"), "-o", str(tmp_path / "list.csv")]) == 0
    assert "Do not rely on this list. The verdict at training was: not enough evidence" in capsys.readouterr().err
    assert run(["score", bundle, str(folder / "new.csv"), "-o", str(tmp_path / "list.csv")]) == 0
    assert "Do not rely" not in capsys.readouterr().err


def test_a_capacity_says_what_it_means_for_this_file(folder: Path, capsys: Capture) -> None:
    output, place = folder / "capacity.leadrank", folder / "capacity.csv"
    flags = ["--threshold", "capacity=30", "--trials", "1", "--threads", "1", "-o", str(output)]
    assert run(["train", str(folder / "leadrank.toml"), *flags]) == 0
    capsys.readouterr()
    assert run(["score", str(output), str(folder / "new.csv"), "-o", str(place)]) == 0
    err = capsys.readouterr().err
    called = int(pl.read_csv(place)["contact"].cast(pl.String).str.to_lowercase().eq("true").sum())
    assert f"{called} of these 100 leads are above it. `--top 30` takes the best 30 of any file." in err
    assert run(["score", str(output), str(folder / "new.csv"), "--top", "30", "-o", str(place)]) == 0
    assert "capacity" not in capsys.readouterr().err
    assert pl.read_csv(place).height == 30


def test_nobody_can_work_out_from_the_seed_which_rows_are_set_aside(folder: Path, bundle: str, capsys: Capture) -> None:
    """Two trainings with one seed remember their rows under different salts, and `verify` finds them all the same."""
    output = folder / "salted.leadrank"
    assert run(["train", str(folder / "leadrank.toml"), "--budget", "3", "--threads", "1", "-o", str(output)]) == 0
    salt = load_bundle(output).held_out.salt
    from_seed = hashlib.sha256(b"leadrank 0").hexdigest()[:32]
    assert load_bundle(bundle).held_out.salt == from_seed, "with --trials every run is the same"
    assert re.fullmatch("[0-9a-f]{32}", salt)
    assert salt != from_seed
    assert run(["train", str(folder / "leadrank.toml"), "--budget", "3", "--threads", "1", "-o", str(output)]) == 0
    again = load_bundle(output).held_out
    assert again.salt != salt
    capsys.readouterr()
    assert run(["verify", str(output), str(folder / "leads.csv")]) == 0
    assert "It holds." in capsys.readouterr().out
