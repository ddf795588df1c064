from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data.leaks import find_leaks
from leadrank.data.leaks.ablation import Judged
from leadrank.data.leaks.findings import many_without_signal, nothing_predicts
from leadrank.data.simulations.planted import plant_leaks
from leadrank.types import Finding, IntArray


def _leads(n: int = 3000, seed: int = 0) -> tuple[pl.DataFrame, IntArray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    visits, source = rng.normal(size=n), rng.integers(0, 5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(1.2 - visits - 0.4 * source + 0.8))).astype(np.int64)
    return pl.DataFrame({"visits": visits, "source": [f"s{k}" for k in source]}), y, rng


def _grade(findings: tuple[Finding, ...], severity: str) -> set[str | None]:
    return {finding.column for finding in findings if finding.severity == severity}


def test_honest_columns_pass() -> None:
    frame, y, _ = _leads()
    assert not _grade(find_leaks(frame, y), "quarantine")


def test_a_second_leak_behind_the_first_is_found_with_figures_with_and_without() -> None:
    frame, y, rng = _leads()
    frame = frame.with_columns(tags=np.where(y ^ (rng.random(len(y)) < 0.03), "Will buy", "Ringing"), lead_quality=y + rng.normal(0, 0.6, len(y)))
    shut = [finding for finding in find_leaks(frame, y) if finding.severity == "quarantine"]
    assert {finding.column for finding in shut} == {"tags", "lead_quality"}
    assert all(finding.evidence["auc_with"] >= finding.evidence["auc_without"] for finding in shut)
    assert all("AUC" in finding.message and "--accept" in finding.remedy for finding in shut)


def test_declared_columns_are_shut_without_probing_and_accepted_ones_are_recorded() -> None:
    frame, y, _ = _leads()
    frame = frame.with_columns(revenue=y * 10.0)
    findings = find_leaks(frame, y, known={"source": False, "revenue": True})
    assert _grade(findings, "quarantine") == {"source"}
    record = next(finding for finding in findings if finding.code == "L204")
    assert record.column == "revenue"
    assert "would have been set aside" in record.message


def test_an_accepted_column_keeps_the_evidence_against_it_as_a_warning() -> None:
    frame, y, rng = _leads()
    frame = frame.with_columns(revenue=y * 10.0)
    shut = next(finding for finding in find_leaks(frame, y) if finding.code == "L201")
    kept = next(finding for finding in find_leaks(frame, y, known={"revenue": True}) if finding.code == "L201")
    assert (kept.column, kept.severity) == ("revenue", "warning")
    assert "used on your word" in kept.message
    assert kept.evidence == shut.evidence
    assert not _grade(find_leaks(frame.with_columns(fax=rng.integers(0, 2, len(y)) * 1.0), y, known={"fax": True}), "warning") & {"fax"}


def test_dates_after_scoring_are_asked_about_unless_their_name_says_that_they_were_planned() -> None:
    frame, y, rng = _leads()
    created = pl.Series([datetime.fromisoformat("2024-01-01") + timedelta(days=float(day)) for day in rng.uniform(0, 300, len(y))])
    frame = frame.with_columns(move_in=created + timedelta(days=30), preferred_start=created + timedelta(days=20))
    findings = find_leaks(frame, y, at=created)
    assert "move_in" in {finding.column for finding in findings if finding.code == "L206"}
    assert "preferred_start" not in {finding.column for finding in findings if finding.code in {"L202", "L206"}}


def test_telling_blanks_are_named_with_their_rates() -> None:
    frame, y, rng = _leads()
    filled = rng.random(len(y)) < np.where(y == 1, 0.9, 0.5)
    frame = frame.with_columns(job=pl.Series([["clerk", "cook"][k % 2] if full else None for k, full in enumerate(filled)]))
    finding = next(finding for finding in find_leaks(frame, y) if finding.code == "L205")
    assert finding.column == "job"
    assert finding.evidence["blank_rate"] < finding.evidence["filled_rate"]
    assert "L205" not in {finding.code for finding in find_leaks(frame, y, counted=["job"])}


def test_a_table_without_signal_says_so_for_each_column_and_as_a_whole() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"agent": [f"a{k}" for k in rng.integers(0, 20, 2000)], "size": rng.normal(size=2000)})
    findings = find_leaks(frame, rng.integers(0, 2, 2000))
    assert {finding.column for finding in findings if finding.code == "L211"} == {"agent", "size"}
    assert all("carries no signal" in finding.message for finding in findings if finding.code == "L211")
    assert "No column predicts the outcome" in next(finding.message for finding in findings if finding.code == "L212")


def test_a_small_table_is_not_said_to_lack_signal() -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({"agent": [f"a{k}" for k in rng.integers(0, 3, 60)], "size": rng.normal(size=60)})
    said = {finding.code: finding for finding in find_leaks(frame, np.arange(60) % 2)}
    assert "cannot be told from chance on 60 rows" in said["L211"].message
    assert "cannot be told from chance on 60 rows" in said["L212"].message
    assert said["L211"].remedy.startswith("Keep it")
    assert said["L212"].remedy.startswith("Gather more outcomes")


@pytest.mark.parametrize(("error", "sure"), [(0.02, True), (0.03, False)])
def test_no_signal_is_said_only_where_a_useful_one_would_have_shown(error: float, sure: bool) -> None:
    finding = nothing_predicts(Judged(0.51, error), 400, [])
    assert finding.message.startswith("No column predicts") == sure
    assert ("cannot be told from chance on 400 rows" in finding.message) != sure


def test_many_columns_at_once_are_not_said_to_lack_signal() -> None:
    finding = many_without_signal([f"c{k}" for k in range(30)], 500, 0.0)
    assert finding.message.startswith("30 columns, each alone, cannot be told from chance on 500 rows: 'c0', ")


def test_what_does_not_last_is_said_when_there_is_an_order() -> None:
    rng = np.random.default_rng(0)
    order = np.arange(4000.0)
    effect = rng.normal(size=4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-2 * effect * np.where(order < 2800, 1, -1)))).astype(np.int64)
    findings = find_leaks(pl.DataFrame({"fashion": effect, "noise": rng.normal(size=4000)}), y, order=order)
    assert {finding.column for finding in findings if finding.code == "L209"} == {None, "fashion"}


def test_the_worst_threshold_of_ordered_classes_counts() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 3000)
    frame = pl.DataFrame({"x": rng.normal(size=3000), "contract": np.where(y == 2, "signed", "none")})
    assert _grade(find_leaks(frame, y), "quarantine") == {"contract"}


def test_a_table_that_is_too_good_rings_the_alarm() -> None:
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(6000, 4))
    y = (parts.sum(axis=1) > 0).astype(np.int64)
    findings = find_leaks(pl.DataFrame({f"part{k}": parts[:, k] for k in range(4)}), y)
    assert not _grade(findings, "quarantine")
    assert any(finding.code == "L210" for finding in findings)


def test_twins_are_reported_with_how_often_they_agree() -> None:
    table = plant_leaks(1, kinds=("twin_rows",), rows=1500)
    finding = next(finding for finding in find_leaks(table.frame, table.y) if finding.code == "L208")
    assert finding.severity == "warning"
    assert finding.evidence["agreeing"] > 0.85


def test_too_few_outcomes_are_said() -> None:
    assert [finding.code for finding in find_leaks(pl.DataFrame({"a": [1.0] * 30}), np.repeat([0, 1], [25, 5]))] == ["L213"]


def test_same_seed_same_findings_also_when_rows_are_sampled_and_progress_is_told() -> None:
    table = plant_leaks(2, kinds=("status_tag",), rows=2000)
    steps: list[str] = []
    first, second = (
        find_leaks(table.frame, table.y, order=table.order, at=table.created_at, rows=1000, seed=4, progress=steps.append) for _ in range(2)
    )
    assert first == second
    assert steps
    assert all(finding.rows <= 2000 for finding in first)


def test_findings_can_be_written_as_json() -> None:
    table = plant_leaks(3, kinds=("revenue", "closing_date"), rows=1000)
    json.dumps([asdict(finding) for finding in find_leaks(table.frame, table.y, order=table.order)], allow_nan=False)


@pytest.mark.parametrize("name", ["*", "^s.*$", "", " "])
def test_column_names_are_no_patterns(name: str) -> None:
    frame, y, _ = _leads(300)
    findings = find_leaks(frame.rename({"visits": name}), y, known={name: False})
    assert _grade(findings, "quarantine") == {name}
    find_leaks(frame.rename({"visits": name}), y)


_CELLS = st.one_of(
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=40, max_size=40).map(lambda cells: pl.Series(cells, dtype=pl.Float64)),
    st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=40, max_size=40).map(lambda cells: pl.Series(cells, dtype=pl.String)),
    st.lists(st.one_of(st.none(), st.datetimes()), min_size=40, max_size=40).map(lambda cells: pl.Series(cells, dtype=pl.Datetime("us"))),
)


@given(st.dictionaries(st.text(min_size=1, max_size=12), _CELLS, max_size=4), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_any_table_can_be_probed(columns: dict[str, pl.Series], seed: int) -> None:
    y = np.random.default_rng(seed).integers(0, 2, 40)
    for finding in find_leaks(pl.DataFrame(columns), y, seed=0):
        assert finding.code.startswith("L2")
        assert all(np.isfinite(value) for value in finding.evidence.values())


@pytest.mark.parametrize("kind", ["sale_recency", "revenue", "lost_reason"])
def test_plain_leaks_are_set_aside_whatever_their_name(kind: str) -> None:
    table = plant_leaks(11, kinds=(kind,), rows=3000)
    assert table.leaks[0].column in _grade(find_leaks(table.frame, table.y), "quarantine")
