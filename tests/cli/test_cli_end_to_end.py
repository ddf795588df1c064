"""The whole journey as a user makes it, and what happens when the input is wrong."""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import polars as pl
import pytest

from leadrank.cli.main import run

Capture = pytest.CaptureFixture[str]


def test_check_prints_findings_as_json(folder: Path, capsys: Capture) -> None:
    assert run(["check", str(folder / "leads.csv"), "--target", "converted", "--id", "lead_id", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    leak = next(f for f in findings if f["column"] == "close_reason")
    assert leak["code"].startswith("L")
    assert leak["severity"] == "quarantine"
    assert set(leak) == {"code", "severity", "column", "rows", "message", "remedy", "evidence"}


def test_check_tells_people_on_standard_error_and_sums_up_on_standard_output(folder: Path, capsys: Capture) -> None:
    assert run(["check", str(folder / "leadrank.toml"), "--strict"]) == 1
    out, err = capsys.readouterr()
    assert "close_reason" in err
    assert out.splitlines()[-1] == "Quarantined: close_reason."


def test_an_accepted_column_is_not_quarantined_and_the_bundle_remembers_it(folder: Path, capsys: Capture) -> None:
    output = folder / "accepted.leadrank"
    flags = ["--accept", "close_reason", "--trials", "1", "--threads", "1", "-o", str(output)]
    assert run(["train", str(folder / "leadrank.toml"), *flags]) == 0
    capsys.readouterr()
    assert run(["inspect", str(output)]) == 0
    rows = {line.split("  ")[0].strip(): line for line in capsys.readouterr().out.splitlines()}
    assert "close_reason" in rows["accepted"]
    assert "none" in rows["quarantined"]


def test_strict_training_stops_at_a_leak(folder: Path, capsys: Capture) -> None:
    output = folder / "strict.leadrank"
    assert run(["train", str(folder / "leadrank.toml"), "--strict", "-o", str(output)]) == 1
    assert not output.exists()
    assert "Nothing was trained (--strict)" in capsys.readouterr().err


def test_training_prints_figures_as_json_and_is_the_same_every_time(folder: Path, bundle: str, capsys: Capture) -> None:
    output = folder / "again.leadrank"
    assert run(["train", str(folder / "leadrank.toml"), "--trials", "1", "--threads", "1", "--json", "-o", str(output)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"metrics", "threshold", "findings", "model", "rows", "seconds"}
    auc = document["metrics"]["auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert "close_reason" in {f["column"] for f in document["findings"] if f["severity"] == "quarantine"}
    assert output.read_bytes() == Path(bundle).read_bytes()


def test_scores_are_one_row_for_each_lead_in_order(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(folder / "new.csv"), "-o", str(folder / "scored.csv")]) == 0
    assert capsys.readouterr().out == ""
    scored, new = pl.read_csv(folder / "scored.csv"), pl.read_csv(folder / "new.csv")
    assert scored["lead_id"].to_list() == new["lead_id"].to_list()
    assert scored["probability"].is_between(0, 1).all()
    assert scored["rank"].null_count() == scored.height
    assert scored["reasons"].str.contains("of 100").all()
    assert not (folder / "scored.csv.rejected.csv").exists()


def test_scores_go_to_standard_output_as_they_go_to_a_file(folder: Path, bundle: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["score", bundle, str(folder / "new.csv"), "--reasons", "0"]) == 0
    printed = capsysbinary.readouterr().out
    for suffix, read in ((".csv", pl.read_csv), (".parquet", pl.read_parquet), (".jsonl", pl.read_ndjson)):
        output = folder / f"plain{suffix}"
        assert run(["score", bundle, str(folder / "new.csv"), "--reasons", "0", "-o", str(output)]) == 0
        assert read(output)["probability"].to_list() == pl.read_csv(io.BytesIO(printed))["probability"].to_list()


def test_the_best_leads_come_first_with_columns_carried_through(folder: Path, bundle: str) -> None:
    output = folder / "top.csv"
    assert run(["score", bundle, str(folder / "new.csv"), "--top", "5", "--keep", "source", "--keep", "country", "-o", str(output)]) == 0
    top = pl.read_csv(output)
    assert top.columns[:3] == ["lead_id", "source", "country"]
    assert top["rank"].to_list() == [1, 2, 3, 4, 5]
    assert top["expected_profit"].is_sorted(descending=True)


def test_a_pipe_is_read_and_written(folder: Path, bundle: str) -> None:
    command = [sys.executable, "-m", "leadrank", "score", bundle, "-", "--reasons", "0"]
    done = subprocess.run(command, input=(folder / "new.csv").read_bytes(), capture_output=True, check=True)
    assert pl.read_csv(io.BytesIO(done.stdout)).height == 100
    assert done.stderr == b""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_stops_reading_ends_the_command_quietly(
    unbuffered: str, folder: Path, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    many = folder / "many.csv"
    header, *rows = (folder / "new.csv").read_text().splitlines()
    many.write_text("\n".join([header, *rows * 40]))
    command = [sys.executable, "-m", "leadrank", "score", bundle, str(many)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert started.stdout is not None
    assert started.stderr is not None
    with started.stdout, started.stderr:
        assert started.stdout.read(8) == b"lead_id,"
        started.stdout.close()
        assert started.wait() == 141
        assert started.stderr.read() == b""


def test_bad_cells_are_told_and_bad_records_kept(folder: Path, bundle: str, capsys: Capture) -> None:
    lines = (folder / "new.csv").read_text().splitlines()
    header, first = lines[0].split(","), lines[1].split(",")
    broken = folder / "broken.csv"
    wrong = pl.read_csv(folder / "new.csv", infer_schema=False).with_columns(visits=pl.lit("many"))
    wrong.write_csv(broken)
    with broken.open("a") as file:
        file.write(",".join([*first, "one too many"]) + "\n")
    assert len(first) >= len(header)
    output = folder / "broken-scored.csv"
    assert run(["score", bundle, str(broken), "-o", str(output)]) == 0
    err = capsys.readouterr().err
    assert "100 cells of visits cannot be read, e.g. 'many' in row 1" in err
    assert pl.read_csv(output).height == 100
    assert pl.read_csv(f"{output}.rejected.csv").height == 1


def test_figures_on_new_data_can_be_a_gate(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["evaluate", bundle, str(folder / "march.csv"), "--json", "--at-least", "auc=0.5"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 100
    assert run(["evaluate", bundle, str(folder / "march.csv"), "--at-least", "auc=0.999"]) == 1
    out, err = capsys.readouterr()
    assert "ROC AUC" in out
    assert "below the 0.999 that was asked for" in err


@pytest.mark.parametrize(("wanted", "said"), [("auk=0.8", "Did you mean 'auc'"), ("auc", "expects METRIC=VALUE"), ("brier=0.1", "better when lower")])
def test_a_gate_that_makes_no_sense_is_wrong_usage(wanted: str, said: str, folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["evaluate", bundle, str(folder / "march.csv"), "--at-least", wanted]) == 2
    assert said in capsys.readouterr().err


def test_rows_set_aside_are_verified(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["verify", bundle, str(folder / "leads.csv")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "It holds."
    assert run(["verify", bundle, str(folder / "march.csv")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "It does not hold."


def test_one_lead_is_explained(folder: Path, bundle: str, capsys: Capture) -> None:
    lead = pl.read_csv(folder / "new.csv")["lead_id"][0]
    assert run(["explain", bundle, str(folder / "new.csv"), "--lead", lead]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Lead {lead}: score ")
    assert "of 100 such leads converted" in out or "such leads converted" in out
    assert "Expected profit:" in out


def test_a_bundle_can_be_inspected(bundle: str, capsys: Capture) -> None:
    assert run(["inspect", bundle]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for said in ("logistic", "converted", "set aside", "quarantined", "Tiers, best first", "minutes_on_site"):
        assert said in out


def test_a_page_is_written(folder: Path, bundle: str, capsys: Capture) -> None:
    output = folder / "report.html"
    assert run(["report", bundle, "-o", str(output)]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    assert "</html>" in output.read_text()


def test_a_model_card_is_written(folder: Path, bundle: str, capsys: Capture) -> None:
    output = folder / "card.md"
    assert run(["card", bundle, "-o", str(output)]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    assert output.read_text().startswith("#")


@pytest.mark.parametrize(("command", "begins"), [("card", "#"), ("report", "<!")])
def test_a_page_and_a_card_may_go_to_standard_output(
    command: str, begins: str, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([command, bundle, "-o", "-"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(begins)
    assert err == ""
    assert not list(tmp_path.iterdir())


def test_a_bundle_cannot_go_to_standard_output(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (["train", str(folder / "leadrank.toml")], ["init", str(folder / "leads.csv"), "--target", "converted"]):
        assert run([*arguments, "-o", "-"]) == 2
        assert "- is standard output" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_scores_may_go_to_a_device(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(folder / "new.csv"), "-o", "/dev/null"]) == 0
    assert capsys.readouterr().out == ""
    assert Path("/dev/null").is_char_device()


def test_what_training_did_not_know_is_told_while_scoring(folder: Path, bundle: str, capsys: Capture) -> None:
    new = pl.read_csv(folder / "new.csv", infer_schema=False)
    used = [name for name in new.columns if name != "lead_id"]
    odd = new.with_columns(
        *(pl.when(pl.int_range(pl.len()) == 4).then(None).otherwise(pl.col(name)).alias(name) for name in used), shoe_size=pl.lit("42"),
    ).with_columns(source=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("Narnia")).otherwise("source"))
    odd.write_csv(folder / "odd.csv")
    assert run(["score", bundle, str(folder / "odd.csv"), "-o", str(folder / "odd_scored.csv")]) == 0
    err = capsys.readouterr().err
    assert "1 cell of source holds what training seldom or never saw, e.g. 'Narnia' in row 8." in err
    assert "1 row holds nothing that the model uses, e.g. row 5: not to be called" in err
    assert "Not used, since training did not know it: shoe_size." in err
    scored = pl.read_csv(folder / "odd_scored.csv")
    assert scored.height == new.height
    assert not scored["contact"][4]


def test_figures_on_the_training_rows_raise_an_alarm(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["evaluate", bundle, str(folder / "leads.csv")]) == 0
    out, err = capsys.readouterr()
    assert "M404 warning" in err
    assert "of a lead that the model learned from" in err
    assert "Verdict: ready" not in out
    assert run(["evaluate", bundle, str(folder / "leads.csv"), "--json"]) == 0
    assert "M404" in {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]}


def test_the_sum_of_an_explanation_is_printed_whole(folder: Path, bundle: str, capsys: Capture) -> None:
    lead = pl.read_csv(folder / "new.csv", infer_schema=False)["lead_id"][0]
    assert run(["explain", bundle, str(folder / "new.csv"), "--lead", lead]) == 0
    out = capsys.readouterr().out
    base, named, other, total = map(float, re.search(r"Base (\S+), these reasons (\S+), other columns (\S+): (\S+) in all", out).groups())  # type: ignore[union-attr]
    assert base + named + other == pytest.approx(total, abs=0.021)
    percent = float(re.search(r"probability ([\d.]+)%", out)[1])  # type: ignore[index]
    assert 100 / (1 + math.exp(-total)) == pytest.approx(percent, abs=0.3)


def test_a_draft_is_a_project_file_that_check_accepts(folder: Path, capsys: Capture) -> None:
    draft = folder / "draft.toml"
    assert run(["init", str(folder / "leads.csv"), "--target", "converted", "-o", str(draft)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{draft}\n"
    assert "close_reason" in err
    written = tomllib.loads(draft.read_text())
    assert written["lead"] == {"table": "leads.csv", "key": "lead_id", "columns": {"close_reason": {"known_at_scoring": False}}}
    assert written["target"] == {"column": "converted", "positive": "yes"}
    assert run(["check", str(draft)]) == 0
    capsys.readouterr()
    assert run(["init", str(folder / "leads.csv"), "--target", "converted", "-o", str(draft)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_the_demo_ends_with_the_path_of_its_report(tmp_path: Path, capsys: Capture) -> None:
    assert run(["demo", "--dir", str(tmp_path), "--rows", "400", "--trials", "1", "--threads", "1"]) == 0
    out, err = capsys.readouterr()
    place = tmp_path / "leads"
    assert out.splitlines()[-1] == str(place / "report.html")
    assert {p.name for p in place.iterdir()} == {"leads.csv", "new_leads.csv", "leadrank.toml", "leads.leadrank", "scored.csv", "report.html"}
    assert "Whom to call first" in out
    assert "close_reason" in err
    assert pl.read_csv(place / "new_leads.csv").height == 40


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Hold files that no command can use."""
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_text("a,b,won\n")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"a,won\n1,yes\n")[:-6])
    (tmp_path / "one.csv").write_text("a,won\n" + "1,yes\n2,yes\n" * 30)
    (tmp_path / "good.csv").write_text("amount,won\n" + "1,yes\n2,no\n" * 30)
    (tmp_path / "bad.toml").write_text("name = \n")
    (tmp_path / "odd.toml").write_text('[target]\ncolumn = "won"\npositiv = "yes"\n[lead]\ntable = "good.csv"\n')
    (tmp_path / "slip.toml").write_text('[target]\ncolumn = "won"\n[lead]\ntable = "good.csv"\n[model.xgboost]\ntune = false\nmax_dept = 6\n')
    (tmp_path / "refused.toml").write_text(
        '[target]\ncolumn = "won"\n[lead]\ntable = "good.csv"\n[model]\ncandidates = ["random_forest"]\n'
        '[model.random_forest]\nmin_samples_split = 1\n')
    (tmp_path / "fake.leadrank").write_bytes(b"PK\x03\x04 nothing of ours")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check", "gone.csv", "--target", "won"], 3, "DataError: gone.csv is not there."),
        (["check", "empty.csv", "--target", "won"], 3, "DataError: empty.csv is empty."),
        (["check", "header.csv", "--target", "won"], 3, "DataError: header.csv cannot be used: it has no rows."),
        (["check", "binary.csv", "--target", "won"], 3, "DataError: binary.csv "),
        (["check", "book.csv", "--target", "won"], 3, "an Excel workbook"),
        (["check", "cut.csv.gz", "--target", "won"], 3, "DataError: cut.csv.gz is a damaged gzip file"),
        (["train", "one.csv", "--target", "won"], 3, "DataError: one.csv: the outcome column 'won' holds only 'yes'"),
        (["check", "good.csv", "--target", "wom"], 2, "UsageError: target column 'wom' is not there. Did you mean 'won'?"),
        (["train", "good.csv", "--target", "won", "--exclude", "amuont"], 2, "Did you mean 'amount'?"),
        (["train", "good.csv", "--target", "won", "--accept", "amuont"], 2, "Did you mean 'amount'?"),
        (["train", "good.csv", "--target", "won", "--positive", "maybe"], 2, "UsageError: "),
        (["train", "good.csv", "--target", "won", "--budget", "soon"], 2, "is no length of time"),
        (["train", "good.csv", "--target", "won", "--threads", "0"], 2, "ProjectError: "),
        (["train", "good.csv", "--target", "won", "--threshold", "often"], 2, "UsageError: --threshold expects"),
        (["train", "good.csv", "--target", "won", "-o", "no/where.leadrank"], 2, "UsageError: the folder no was expected"),
        (["train", "good.csv"], 2, "UsageError: the outcome column was expected"),
        (["train", "bad.toml"], 2, "ProjectError: bad.toml is not a TOML file"),
        (["train", "odd.toml"], 2, "target.positiv: nobody knows this key. Did you mean 'positive'?"),
        (["train", "slip.toml"], 2, "'max_dept' is no setting of XGBoost. Did you mean 'max_depth'?"),
        (["train", "refused.toml", "--trials", "1"], 2, "UsageError: [model.random_forest] with min_samples_split = 1 was refused by the learner"),
        (["train", "gone.toml"], 2, "ProjectError: gone.toml is not there."),
        (["init", "odd.toml", "--target", "won"], 2, "UsageError: a table was expected"),
        (["inspect", "gone.leadrank"], 4, "BundleError: "),
        (["inspect", "fake.leadrank"], 4, "BundleError: "),
        (["score", "fake.leadrank", "good.csv"], 4, "BundleError: "),
        (["score", "fake.leadrank", "good.csv", "-o", "out.xlsx"], 2, "UsageError: -o expects a file that ends in"),
        (["demo", "leds"], 2, "UsageError: There is no simulation named 'leds'."),
        (["check", "postgresql://nobody@localhost:1/db#leads", "--target", "won"], 5, "ServiceError: "),
    ],
)
def test_wrong_input_is_answered_with_its_exit_code_and_one_message(
    arguments: list[str], code: int, said: str, wrong: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(wrong)
    before = sorted(p.name for p in wrong.iterdir())
    assert run(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert "fault in Leadrank" not in err
    assert sorted(p.name for p in wrong.iterdir()) == before


def test_a_column_that_the_model_uses_must_be_there(folder: Path, bundle: str, capsys: Capture) -> None:
    renamed = folder / "renamed.csv"
    pl.read_csv(folder / "new.csv", infer_schema=False).rename({"pages_viewed": "page_viewed"}).write_csv(renamed)
    assert run(["score", bundle, str(renamed), "-o", str(folder / "never.csv")]) == 3
    err = capsys.readouterr().err
    assert err == f"DataError: {renamed}: the table lacks the column 'pages_viewed'.\n  Did you mean 'page_viewed'?\n"
    assert not (folder / "never.csv").exists()


def test_a_changed_bundle_is_refused(folder: Path, bundle: str, capsys: Capture) -> None:
    data = bytearray(Path(bundle).read_bytes())
    data[len(data) // 2] ^= 1
    damaged = folder / "damaged.leadrank"
    damaged.write_bytes(bytes(data))
    assert run(["score", str(damaged), str(folder / "new.csv")]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("BundleError: ")
