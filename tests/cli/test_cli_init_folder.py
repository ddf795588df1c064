"""`leadrank init` on a folder: a draft that is accepted, and that says how sure it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.cli.main import run
from leadrank.data import read_project_tables, tidy_tables
from leadrank.project import read_project


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    products = ["GTXPro", "MG Special", "GTK 500", "GTXPro"]
    rows = [
        f"d{i},{products[i % 4]},2024-01-{i % 28 + 1:02d},{['Won', 'Lost', 'Engaging'][i % 3]}" for i in range(40)]
    (tmp_path / "deals.csv").write_text("deal_id,product,engaged,deal_stage\n" + "\n".join(rows) + "\n")
    (tmp_path / "products.csv").write_text("product,price\nGTX Pro,4821\nMG Special,55\nGTK 500,26768\n")
    (tmp_path / "readme.txt").write_text("no table")
    return tmp_path


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    people = "\n".join(f"C{i},2024-01-{i % 28 + 1:02d},{30 + i % 9}" for i in range(40))
    visits = "\n".join(f"V{i},C{i % 40},2024-02-{i % 28 + 1:02d},{['Call', 'Email', 'Visit'][i % 3]}" for i in range(120))
    sales = "\n".join(f"S{i},C{i},2024-03-{i + 1:02d},{100_000 + i}" for i in range(9))
    (tmp_path / "CustomerTable.csv").write_text(f"CustomerID,CreatedAt,Age\n{people}\n")
    (tmp_path / "InteractionTable.csv").write_text(f"InteractionID,CustomerID,InteractionDate,InteractionType\n{visits}\n,,,\n")
    (tmp_path / "TransactionTable.csv").write_text(f"TransactionID,CustomerID,SaleDate,SaleAmount\n{sales}\n")
    return tmp_path


def test_a_near_miss_of_keys_is_repaired_and_said(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(deals), "--target", "deal_stage"]) == 0
    told = capsys.readouterr()
    assert told.out == f"{deals / 'leadrank.toml'}\n"
    assert "'GTXPro' is 'GTX Pro' (20 rows)" in told.err
    assert "1 written otherwise: 'GTXPro' is 'GTX Pro'" in (deals / "leadrank.toml").read_text()
    project = read_project(deals / "leadrank.toml")
    assert (project.lead.key, project.lead.created_at, project.target.positive) == ("deal_id", "engaged", "Won")
    assert [(p.name, p.key, p.by) for p in project.parent] == [("products", ("product",), ("product",))]


def test_the_outcome_is_guessed_where_none_is_given_and_the_guess_is_marked(deals: Path) -> None:
    assert run(["init", str(deals)]) == 0
    assert 'column = "deal_stage"' in (deals / "leadrank.toml").read_text()
    assert "a guess" in (deals / "leadrank.toml").read_text()


def test_an_event_may_be_the_outcome(homes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(homes), "--target", "TransactionTable", "--within", "60 days"]) == 0
    project = read_project(homes / "leadrank.toml")
    assert (project.target.event, project.target.within) == ("TransactionTable", 60.0)
    assert [(e.name, e.id, e.occurred_at, e.type) for e in project.event] == [
        ("InteractionTable", "InteractionID", "InteractionDate", "InteractionType"), ("TransactionTable", "TransactionID", "SaleDate", None)]
    frames = {name: raw.frame for name, raw in read_project_tables(project).items()}
    assert [(r.table, r.row) for r in tidy_tables(project, frames).rejected] == [("InteractionTable", 121)]
    assert "40 of 40 values found, the key is unique, same name: sure" in capsys.readouterr().err


def test_the_lead_table_may_be_named(deals: Path) -> None:
    assert run(["init", str(deals), "--target", "deal_stage", "--lead", "deals"]) == 0
    assert run(["init", str(deals), "--target", "deal_stage", "--lead", "dealz", "--force"]) == 2


def test_flags_override_the_draft(deals: Path) -> None:
    assert run(["init", str(deals), "--target", "deal_stage", "--exclude", "engaged", "--positive", "Lost", "-o", str(deals / "own.toml")]) == 0
    project = read_project(deals / "own.toml")
    assert (project.lead.exclude, project.target.positive) == (("engaged",), "Lost")


def test_events_stay_comments_where_nothing_tells_when_a_lead_came(homes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = "\n".join(f"C{i},{['yes', 'no'][i % 2]}" for i in range(40))
    (homes / "CustomerTable.csv").write_text(f"CustomerID,converted\n{people}\n")
    assert run(["init", str(homes), "--target", "TransactionTable"]) == 2
    assert "no column tells when a lead came" in capsys.readouterr().err
    assert run(["init", str(homes), "--target", "converted"]) == 0
    assert read_project(homes / "leadrank.toml").event == ()
    assert "# [[event]]\n# table = \"InteractionTable.csv\"" in (homes / "leadrank.toml").read_text()


def test_what_belongs_to_one_table_or_several_is_told_apart(deals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(deals / "deals.csv"), "--target", "deal_stage", "--within", "3 days"]) == 2
    assert run(["init", str(deals), "--target", "deal_stage", "--within", "3 days"]) == 2
    assert "belongs to an outcome that is an event" in capsys.readouterr().err


def test_a_folder_without_tables_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path)]) == 2
    assert "none was found" in capsys.readouterr().err


def test_without_a_word_of_the_outcome_the_candidates_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = "\n".join(f"C{i},2024-01-{i % 28 + 1:02d},{['web', 'fair'][i % 2]}" for i in range(40))
    deeds = "\n".join(f"C{i},2024-03-{i % 28 + 1:02d}" for i in range(12))
    (tmp_path / "people.csv").write_text(f"person_id,came,source\n{people}\n")
    (tmp_path / "deeds.csv").write_text(f"person_id,signed\n{deeds}\n")
    assert run(["init", str(tmp_path), "--lead", "people"]) == 2
    said = capsys.readouterr().err
    assert "--target deeds (events)" in said
    assert "--target source (a column of people)" in said


def test_what_leads_and_events_both_name_is_drafted_for_each(homes: Path) -> None:
    """So the draft knows of the properties that were viewed, not only of the one that was enquired about."""
    people, visits = ((homes / f"{name}.csv").read_text().splitlines() for name in ("CustomerTable", "InteractionTable"))
    people = [f"{line},{'EnquiredProperty' if k == 0 else f'P{k % 9}'}" for k, line in enumerate(people)]
    visits = [f"{line},{'PropertyViewed' if k == 0 else f'P{k % 9}'}" for k, line in enumerate(visits[:-1])]
    (homes / "CustomerTable.csv").write_text("\n".join(people) + "\n")
    (homes / "InteractionTable.csv").write_text("\n".join(visits) + "\n")
    rows = "\n".join(f"P{k},{'sold' if k % 2 else 'available'}" for k in range(9))
    (homes / "PropertyTable.csv").write_text(f"PropertyID,AvailabilityStatus\n{rows}\n")
    assert run(["init", str(homes), "--target", "TransactionTable", "--within", "60 days"]) == 0
    project = read_project(homes / "leadrank.toml")
    assert [(p.name, p.of, p.by) for p in project.parent] == [
        ("PropertyTable", "lead", ("EnquiredProperty",)), ("PropertyViewed", "InteractionTable", ("PropertyViewed",))]
